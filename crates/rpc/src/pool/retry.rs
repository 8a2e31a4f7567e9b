//! When a failed call is made again: pauses with full jitter, and a budget that keeps a bad hour from becoming
//! a storm.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::dice::Dice;

/// When and how often a failed call is made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts in all, the first included: 1 to 10. Default 3.
    pub attempts: u32,
    /// Longest pause before the second attempt; doubles with each further one. Default 50 ms.
    pub base: Duration,
    /// Longest pause of all. Default 2 s.
    pub cap: Duration,
    /// Retries allowed for each hundred calls: 0 to 100. Default 10.
    pub budget_percent: u32,
    /// Retries that may be saved up, and are there at the start: 0 to 10,000. Default 10.
    pub reserve: u32,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 3,
            base: Duration::from_millis(50),
            cap: Duration::from_secs(2),
            budget_percent: 10,
            reserve: 10,
        }
    }
}

impl RetryPolicy {
    /// Pause after the `failed`th attempt, counted from 1: anything up to `base` doubled with each attempt, and
    /// up to `cap`. Any length is as likely as any other, so that callers that failed together do not come back
    /// together.
    #[must_use]
    pub(super) fn pause(&self, failed: u32, dice: &Dice) -> Duration {
        let doubled = self.base.saturating_mul(2_u32.saturating_pow(failed.saturating_sub(1)));
        dice.up_to(doubled.min(self.cap))
    }
}

/// One retry, in the budget's unit.
const RETRY: u64 = 100;

/// How many retries are left. Every call earns a share of one, every retry spends one; where nothing else comes
/// in, one a second does, so that a quiet program that met a bad hour can retry again.
#[derive(Debug)]
pub(super) struct RetryBudget {
    /// Hundredths of a retry.
    balance: AtomicU64,
    /// Seconds since `epoch` for which the trickle was paid.
    paid_until: AtomicU64,
    epoch: Instant,
    percent: u64,
    most: u64,
}

impl RetryBudget {
    pub(super) fn new(policy: &RetryPolicy, now: Instant) -> Self {
        let most = u64::from(policy.reserve) * RETRY;
        Self {
            balance: AtomicU64::new(most),
            paid_until: AtomicU64::new(0),
            epoch: now,
            percent: u64::from(policy.budget_percent.min(100)),
            most,
        }
    }

    /// Takes note of a call. Retries that are left now.
    pub(super) fn earn(&self) -> f64 {
        self.add(self.percent);
        self.left()
    }

    /// Retries that are left.
    pub(super) fn left(&self) -> f64 {
        // A reserve of at most 10,000.
        let hundredths = u32::try_from(self.balance.load(Ordering::Relaxed)).unwrap_or(u32::MAX);
        f64::from(hundredths) / f64::from(u32::try_from(RETRY).unwrap_or(1))
    }

    /// Whether one more retry is in the budget; spends it.
    pub(super) fn spend(&self, now: Instant) -> bool {
        let second = now.saturating_duration_since(self.epoch).as_secs();
        // Each second is paid once, by whoever notices it first.
        let before = self.paid_until.fetch_max(second, Ordering::Relaxed);
        self.add(second.saturating_sub(before).saturating_mul(RETRY));
        let spent = |balance: u64| balance.checked_sub(RETRY);
        self.balance.fetch_update(Ordering::Relaxed, Ordering::Relaxed, spent).is_ok()
    }

    fn add(&self, hundredths: u64) {
        let added = |balance: u64| {
            let more = balance.saturating_add(hundredths).min(self.most);
            (more != balance).then_some(more)
        };
        // An error only says that nothing had to change.
        let _ = self.balance.fetch_update(Ordering::Relaxed, Ordering::Relaxed, added);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;
    use tokio::time::Instant;

    use super::{RetryBudget, RetryPolicy};
    use crate::pool::dice::Dice;

    #[test]
    fn a_pause_is_anywhere_below_its_doubled_limit() {
        let policy = RetryPolicy::default();
        let dice = Dice::seeded(7);
        for (failed, millis) in [(1, 50), (2, 100), (3, 200), (6, 1_600), (7, 2_000), (40, 2_000)] {
            let limit = Duration::from_millis(millis);
            let pauses: Vec<Duration> = (0..1_000).map(|_| policy.pause(failed, &dice)).collect();
            assert!(pauses.iter().all(|pause| *pause <= limit), "{failed}");
            let in_tenth = |tenth: u32| {
                pauses
                    .iter()
                    .filter(|pause| **pause * 10 >= limit * tenth && **pause * 10 < limit * (tenth + 1))
                    .count()
            };
            // A thousand throws, a hundred expected in each tenth; 50 is five standard deviations off.
            assert!((0..10).all(|tenth| (50..150).contains(&in_tenth(tenth))), "{failed}");
        }
    }

    #[test]
    fn ten_calls_earn_one_retry_after_the_reserve_is_spent() {
        let now = Instant::now();
        let budget = RetryBudget::new(&RetryPolicy::default(), now);
        assert_eq!((0..100).filter(|_| budget.spend(now)).count(), 10, "the reserve");
        for _ in 0..9 {
            budget.earn();
            assert!(!budget.spend(now));
        }
        budget.earn();
        assert!(budget.spend(now));
        assert!(!budget.spend(now));
    }

    #[test]
    fn a_quiet_second_pays_one_retry() {
        let now = Instant::now();
        let budget = RetryBudget::new(&RetryPolicy::default(), now);
        while budget.spend(now) {}
        assert!(!budget.spend(now + Duration::from_millis(999)));
        assert!(budget.spend(now + Duration::from_secs(1)));
        assert!(!budget.spend(now + Duration::from_secs(1)));
        assert_eq!((0..100).filter(|_| budget.spend(now + Duration::from_secs(3_600))).count(), 10);
    }

    #[test]
    fn without_a_reserve_nothing_is_ever_retried() {
        let now = Instant::now();
        let budget = RetryBudget::new(&RetryPolicy { reserve: 0, ..RetryPolicy::default() }, now);
        budget.earn();
        assert!(!budget.spend(now + Duration::from_secs(60)));
    }

    proptest! {
        #[test]
        fn retries_stay_within_their_share(steps in prop::collection::vec((0..50_u32, 0..20_u32, 0..1_500_u64), 0..200)) {
            let start = Instant::now();
            let budget = RetryBudget::new(&RetryPolicy::default(), start);
            let (mut calls, mut retries, mut millis) = (0_u64, 0_u64, 0_u64);
            for (made, asked, waited) in steps {
                millis += waited;
                calls += u64::from(made);
                for _ in 0..made {
                    budget.earn();
                }
                let now = start + Duration::from_millis(millis);
                retries += (0..asked).filter(|_| budget.spend(now)).count() as u64;
                prop_assert!(retries <= 10 + calls / 10 + millis / 1_000, "{retries} of {calls} in {millis} ms");
            }
        }
    }
}
