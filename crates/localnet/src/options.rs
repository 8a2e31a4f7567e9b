//! How to run a network.

use std::path::PathBuf;

use crate::error::{LocalnetError, Result};

/// How to run a local network.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Length of a slot in milliseconds, 1..=1000. Default 50: a block confirms eight times as
    /// fast as on the 400 ms that a cluster was started with.
    pub slot_ms: u64,
    /// Where the process's own output goes. Default: a file in the system's temporary folder,
    /// removed with the network unless that was detached.
    pub log: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self { slot_ms: 50, log: None }
    }
}

impl Options {
    /// The same options with another slot length, in milliseconds.
    #[must_use]
    pub fn with_slot_ms(mut self, slot_ms: u64) -> Self {
        self.slot_ms = slot_ms;
        self
    }

    /// Above a second a slot would step over whole seconds, and the clock could miss the asked one.
    pub(crate) fn check(&self) -> Result<()> {
        if !(1..=1_000).contains(&self.slot_ms) {
            return Err(LocalnetError::SlotLength { slot_ms: self.slot_ms });
        }
        Ok(())
    }

    /// The same options with the process's output in `path`, which is never removed.
    #[must_use]
    pub fn with_log(mut self, path: impl Into<PathBuf>) -> Self {
        self.log = Some(path.into());
        self
    }
}
