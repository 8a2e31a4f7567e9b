//! quantumagi-sdk
