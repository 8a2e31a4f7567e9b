//! Why a local network could not be started or did not obey.

use std::path::PathBuf;
use std::time::Duration;

/// Result of an operation on a local network.
pub type Result<T> = std::result::Result<T, LocalnetError>;

/// Why a local network could not be started or did not obey.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LocalnetError {
    /// `node` could not be run.
    #[error("cannot run `node`: {source}; install Node 20 or run scripts/setup")]
    NodeMissing {
        /// What the operating system answered.
        source: std::io::Error,
    },
    /// The npm package that carries the network is not installed.
    #[error("the npm package {package} is not installed; run scripts/setup, or `npm ci` in the repository")]
    NotInstalled {
        /// Name of the missing package.
        package: String,
    },
    /// The Node process ended by itself.
    #[error("the local network ended by itself; its output is in {}", log.display())]
    Ended {
        /// File with everything the process printed.
        log: PathBuf,
    },
    /// The Node process did not answer in time.
    #[error("the local network did not answer within {} s", limit.as_secs())]
    Unresponsive {
        /// How long was waited.
        limit: Duration,
    },
    /// The network refused an operation.
    #[error("the local network refused to {operation}: {reason}")]
    Refused {
        /// The operation asked for.
        operation: &'static str,
        /// The network's own words.
        reason: String,
    },
    /// The process answered with something that is not part of the protocol.
    #[error("the local network answered out of protocol: {source}")]
    Protocol {
        /// What could not be read.
        #[from]
        source: serde_json::Error,
    },
    /// Talking to the process failed.
    #[error("cannot talk to the local network: {source}")]
    Io {
        /// What the operating system answered.
        #[from]
        source: std::io::Error,
    },
    /// A slot length that the network's clock cannot work with.
    #[error("a slot of {slot_ms} ms is not within 1 to 1000 ms")]
    SlotLength {
        /// Milliseconds asked for.
        slot_ms: u64,
    },
    /// More lamports than the network's control interface can express exactly.
    #[error("{lamports} lamports are more than the {max} the local network can set exactly")]
    TooManyLamports {
        /// Lamports asked for.
        lamports: u64,
        /// The largest amount that is possible, 2^53 - 1.
        max: u64,
    },
}
