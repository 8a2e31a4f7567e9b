//! quantumagi-interface
