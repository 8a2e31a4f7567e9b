//! quantumagi-sdk

pub mod history;
pub mod verify;
pub mod words;
