//! quantumagi-sdk

pub mod words;
