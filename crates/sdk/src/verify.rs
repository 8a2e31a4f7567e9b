//! Proving a constitution's whole history from the network alone.
//!
//! [`verify_chain`] proves that events are complete and unaltered. [`replay`] carries them out again by the rules and
//! arrives at the accounts. [`Ledger`] fetches what both need. No endpoint is believed: one that leaves out or alters an
//! event is found out by the hash in the account, and one that alters the account, too, by any other endpoint.

mod chain;

pub use chain::{Chain, ChainBreak, ChainHead, Report, verify_chain, verify_chain_through};
