//! quantumagi-rules
