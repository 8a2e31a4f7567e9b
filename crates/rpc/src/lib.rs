//! Talking to a Solana cluster: typed reads, simulation, sending and confirming, and deployment.
//!
//! This is the only crate that names an RPC client. It knows nothing of governance: accounts are
//! bytes here, and what a program's error number means is said by the crates above.
//!
//! [`Rpc`] asks one endpoint, or a [`pool`] of several without a change to any caller. A pool is also
//! `solana-rpc-client`'s own transport. [`reader`] reads accounts for many readers at once, and keeps them
//! in memory and in the levels of a [`cache`].
//!
//! An endpoint's address often carries an access key. Errors and `Debug` name its host only.

pub mod cache;
pub mod catalogue;
pub mod deploy;
pub mod pool;
pub mod reader;
pub mod solana;
pub mod subscribe;

/// Target of spans that are for traces only: log lines stay as they are with and without them.
pub const SPANS: &str = "otel";

mod accounts;
mod client;
mod confirm;
mod endpoint;
mod error;
mod fees;
mod history;
mod record;
mod redact;
mod simulate;
mod single;
#[cfg(feature = "otel")]
mod traceparent;
mod votes;

pub use accounts::{Account, ChainClock, Filter};
pub use client::{Commitment, Rpc};
pub use confirm::{ConfirmOptions, Confirmed, Fate, Lander, Landing, Preflight, SendProgress};
pub use error::{FailureStage, Result, RpcError, TransactionFailure, TransportFault};
pub use fees::Blockhash;
pub use history::{HistoryRange, SignatureRecord};
pub use record::{RecordedInstruction, TransactionRecord};
pub use simulate::Simulation;
pub use votes::{EpochStake, VoteAccount};
