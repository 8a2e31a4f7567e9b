//! quantumagi-localnet
