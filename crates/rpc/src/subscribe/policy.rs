//! How patient subscriptions are.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

/// When a connection counts as lost, and when streams read by calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SubscribePolicy {
    /// Longest wait for a connection, handshakes included. Default 5 s.
    pub connect_timeout: Duration,
    /// How long a connection may tell no new slot before it counts as dead. Default 10 s, thirty slots.
    pub silence: Duration,
    /// Slots that a connection may be behind what calls read before another endpoint is taken. Default 50.
    pub max_lag: u64,
    /// How often each stream reads by a call although its connection lives: a node may forget a subscription.
    /// Default 60 s.
    pub reconcile_every: Duration,
    /// How often each stream reads by a call while there is no connection. Default 2 s.
    pub poll_every: Duration,
    /// Longest pause before the second try to connect, doubled with each further one. Default 100 ms.
    pub pause_base: Duration,
    /// Longest pause between two tries. Default 10 s.
    pub pause_cap: Duration,
}

impl Default for SubscribePolicy {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            silence: Duration::from_secs(10),
            max_lag: 50,
            reconcile_every: Duration::from_secs(60),
            poll_every: Duration::from_secs(2),
            pause_base: Duration::from_millis(100),
            pause_cap: Duration::from_secs(10),
        }
    }
}

impl SubscribePolicy {
    /// The same with another wait for a connection.
    #[must_use]
    pub fn with_connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// The same with another time without a new slot.
    #[must_use]
    pub fn with_silence(mut self, silence: Duration) -> Self {
        self.silence = silence;
        self
    }

    /// The same with another lag that is put up with, in slots.
    #[must_use]
    pub fn with_max_lag(mut self, slots: u64) -> Self {
        self.max_lag = slots;
        self
    }

    /// The same with other times between two calls: with a connection, and without.
    #[must_use]
    pub fn with_calls_every(mut self, connected: Duration, unconnected: Duration) -> Self {
        (self.reconcile_every, self.poll_every) = (connected, unconnected);
        self
    }

    /// The same with other pauses between two tries: the first, and the longest.
    #[must_use]
    pub fn with_pauses(mut self, base: Duration, cap: Duration) -> Self {
        (self.pause_base, self.pause_cap) = (base, cap);
        self
    }

    /// A pause after the `failed`th failure in a row, counted from 1: full jitter under a doubling limit.
    pub(super) fn pause(&self, failed: u32) -> Duration {
        let doubled = 1_u32.checked_shl(failed.saturating_sub(1)).unwrap_or(u32::MAX);
        let limit = self.pause_base.saturating_mul(doubled).min(self.pause_cap);
        // The standard library's hash maps are seeded by the operating system: chance enough for a pause.
        let [.., a, b, c, d] = RandomState::new().build_hasher().finish().to_be_bytes();
        limit.mul_f64(f64::from(u32::from_be_bytes([a, b, c, d])) / f64::from(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_their_cap_and_differ() {
        let policy = SubscribePolicy::default();
        for (failed, limit) in [(1, 100), (2, 200), (5, 1_600), (8, 10_000), (40, 10_000), (u32::MAX, 10_000)] {
            let pauses: Vec<Duration> = (0..50).map(|_| policy.pause(failed)).collect();
            assert!(pauses.iter().all(|pause| *pause <= Duration::from_millis(limit)), "{failed}: {pauses:?}");
            assert!(pauses.iter().any(|pause| *pause != pauses[0]), "{failed}");
        }
    }
}
