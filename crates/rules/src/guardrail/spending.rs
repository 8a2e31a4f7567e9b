//! How much was spent in a window that moves with the clock, in the space of five numbers.
//!
//! Time is cut into buckets of a quarter of the window, rounded up. What was spent in the bucket of now and in the four
//! before it holds at least one whole window that ends now, whatever second now is. So a limit on the five is never
//! broken in any window of that length; the price is that up to a quarter of a window more is held against the spender.

use crate::UnixSeconds;

/// Buckets that are remembered: four quarters of the window, and the one that has begun.
pub const BUCKETS: usize = 5;
/// Quarters of a window.
const QUARTERS: u32 = 4;

/// What was spent lately.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Spending {
    /// Amounts by bucket, the newest first.
    pub buckets: [u64; BUCKETS],
    /// Number of the newest bucket: seconds since 1970 over the bucket's length.
    pub newest: u32,
}

/// More than the limit allows now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OverLimit {
    /// Spent in the window before.
    pub(super) spent: u128,
}

impl Spending {
    /// What counts against the limit at `now`, before anything more is spent.
    #[must_use]
    pub fn spent_at(&self, window_seconds: u32, now: UnixSeconds) -> u128 {
        // Bound: five u64 sum to less than 2^67.
        self.at(window_seconds, now).buckets.iter().fold(0, |sum: u128, amount| sum.saturating_add(u128::from(*amount)))
    }

    /// What remains of `limit` at `now`.
    #[must_use]
    pub fn left_at(&self, limit: u64, window_seconds: u32, now: UnixSeconds) -> u64 {
        let left = u128::from(limit).saturating_sub(self.spent_at(window_seconds, now));
        // Bound: at most the limit, which is a u64.
        u64::try_from(left).unwrap_or(u64::MAX)
    }

    /// With `amount` more, spent at `now`.
    pub(super) fn with(
        self,
        amount: u64,
        limit: u64,
        window_seconds: u32,
        now: UnixSeconds,
    ) -> Result<Self, OverLimit> {
        let spent = self.spent_at(window_seconds, now);
        let mut next = self.at(window_seconds, now);
        let [newest, ..] = &mut next.buckets;
        // Bound: what fits the limit, a u64, in sum, fits a u64 in one bucket.
        match newest.checked_add(amount) {
            Some(sum) if spent.saturating_add(u128::from(amount)) <= u128::from(limit) => {
                *newest = sum;
                Ok(next)
            }
            _ => Err(OverLimit { spent }),
        }
    }

    /// The same, seen from `now`: old buckets dropped, new ones begun. A clock that steps back does not make buckets that
    /// were counted appear later, nor forget them: time stands still until it has caught up.
    #[must_use]
    fn at(self, window_seconds: u32, now: UnixSeconds) -> Self {
        let bucket = bucket(window_seconds, now).max(self.newest);
        let passed = usize::try_from(bucket.saturating_sub(self.newest)).unwrap_or(usize::MAX);
        let mut buckets = [0; BUCKETS];
        for (to, from) in buckets.iter_mut().skip(passed).zip(&self.buckets) {
            *to = *from;
        }
        Self { buckets, newest: bucket }
    }
}

/// Number of the bucket that holds `now`.
#[allow(clippy::integer_division, clippy::arithmetic_side_effects, reason = "whole buckets of at least a second")]
fn bucket(window_seconds: u32, now: UnixSeconds) -> u32 {
    let length = window_seconds.div_ceil(QUARTERS).max(1);
    // Bound: windows are at least an hour, so bucket 2^32 begins after the year 100,000. Before 1970 is bucket 0.
    u32::try_from(now.0.max(0) / i64::from(length)).unwrap_or(u32::MAX)
}
