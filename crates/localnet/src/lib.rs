//! A local Solana network for the demo and the tests, with a clock that can be moved.
//!
//! The network is Surfpool, run inside a Node process by `surfpool.mjs`. It answers JSON-RPC and
//! websocket calls on free ports of the loopback interface, starts in well under a second and is
//! gone when its [`LocalNetwork`] is dropped or the process that holds it dies.
//!
//! What it is not: nobody votes and nobody holds stake, a block counts as final 31 blocks later, and
//! the genesis hash comes from the time of starting, so networks started together share it. Logic
//! that rests on those is tested elsewhere.

mod control;
mod detached;
mod error;
mod log;
mod network;
mod options;

pub use detached::Detached;
pub use error::{LocalnetError, Result};
pub use network::{LocalNetwork, NetworkClock};
pub use options::Options;
