//! quantumagi-document
