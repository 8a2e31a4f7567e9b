//! A local Solana network for the demo and the tests, with a clock that can be moved.
//!
//! The network is Surfpool, run inside a Node process by `surfpool.mjs`. It answers JSON-RPC and
//! websocket calls on free ports of the loopback interface, starts in well under a second and is
//! gone when its [`LocalNetwork`] is dropped or the process that holds it dies.
//!
//! What it is not: blockhashes never expire, there are no votes and no stake, and block times are
//! in milliseconds. Logic that rests on those is tested elsewhere.

mod control;
mod error;
mod network;

pub use error::{LocalnetError, Result};
pub use network::{Detached, LocalNetwork, NetworkClock, Options};
