//! quantumagi-rpc
