//! quantumagi-sdk

pub mod history;
pub mod words;
