//! Which endpoints are well, found out by asking each at intervals and comparing their answers.
//!
//! `getHealth` is not asked: an endpoint that stands still says "ok". Each probe reads the Clock account instead,
//! whose content says how far the accounts that this endpoint serves really are.

mod judge;
mod probe;

use std::time::Duration;

pub(super) use judge::{Finding, Record, Verdict, verdicts};
#[cfg(test)]
pub(super) use probe::Occasion;
pub use probe::Probes;

/// When and how endpoints are probed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProbePolicy {
    /// Between two rounds, a fifth more or less by chance: 100 ms to 1 h. Default 10 s.
    pub interval: Duration,
    /// Longest wait for a probe's answer: 1 ms to 5 min. Default 3 s. A round takes no longer.
    pub timeout: Duration,
    /// Probes under way at one time: 1 to 64. Default 8.
    pub parallel: usize,
    /// Slots by which an endpoint may be behind or ahead: 1 to 100,000. Default 50, a quarter of a minute at
    /// 300 ms a slot.
    pub max_lag: u64,
}

impl Default for ProbePolicy {
    fn default() -> Self {
        Self { interval: Duration::from_secs(10), timeout: Duration::from_secs(3), parallel: 8, max_lag: 50 }
    }
}
