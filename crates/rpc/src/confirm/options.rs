//! What the caller of a sending says, and is told.

use std::time::Duration;

use crate::solana::Signature;

/// Whether the endpoint runs a transaction before it passes it on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preflight {
    /// It does: a transaction that would fail costs nothing and is reported with its logs.
    #[default]
    Check,
    /// It does not: for a transaction that was just simulated.
    Skip,
}

/// How to send and how long to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfirmOptions {
    /// Whether the endpoint runs the transaction first.
    pub preflight: Preflight,
    /// Time between two sendings of the same bytes. Default 2 s.
    pub rebroadcast_every: Duration,
    /// When to give up without knowing the outcome. Default 90 s, above the 60 s that a blockhash
    /// lives on the slowest cluster.
    pub give_up_after: Duration,
}

impl Default for ConfirmOptions {
    fn default() -> Self {
        Self {
            preflight: Preflight::Check,
            rebroadcast_every: Duration::from_secs(2),
            give_up_after: Duration::from_secs(90),
        }
    }
}

impl ConfirmOptions {
    /// The same options with another choice about preflight.
    #[must_use]
    pub fn with_preflight(mut self, preflight: Preflight) -> Self {
        self.preflight = preflight;
        self
    }

    /// The same options with another time between two sendings of the same bytes.
    #[must_use]
    pub fn with_rebroadcast_every(mut self, pause: Duration) -> Self {
        self.rebroadcast_every = pause;
        self
    }

    /// The same options with another limit.
    #[must_use]
    pub fn with_give_up_after(mut self, limit: Duration) -> Self {
        self.give_up_after = limit;
        self
    }
}

/// What happens while a transaction is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendProgress {
    /// The bytes went out for the `attempt`th time, counted from 1.
    Sent {
        /// First signature.
        signature: Signature,
        /// How often they went out.
        attempt: u32,
    },
    /// It is in a block, but not yet as settled as asked.
    Landed {
        /// First signature.
        signature: Signature,
        /// Slot of that block; another one if the first was dropped.
        slot: u64,
    },
}

/// A transaction that succeeded and is as settled as asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confirmed {
    /// First signature.
    pub signature: Signature,
    /// Slot of its block.
    pub slot: u64,
}
