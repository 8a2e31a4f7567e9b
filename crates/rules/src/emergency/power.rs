//! How much of the power is left: budget, strikes, term.
//!
//! The budget is exact: the last three acts are remembered, each until 90 days after its latest possible end. All acts
//! whose effects touch some 90 days are therefore remembered together when the last of them begins, and together they are
//! within the budget. A strike is written when an act takes effect and taken back when a vote confirms it, so that nobody
//! has to write a lapse down in time for it to count.

use super::{BUDGET_SECONDS, BUDGET_WINDOW_SECONDS, MAX_ACTS, MAX_STRIKES};
use crate::UnixSeconds;

/// An act that counts against the budget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Spent {
    /// Its latest possible end: as if a vote confirms it.
    pub ends_at: UnixSeconds,
    /// Its whole length, seconds; 0 for an unused place.
    pub seconds: u32,
}

impl Spent {
    /// Whether it still counts at `now`.
    #[must_use]
    pub fn counts(self, now: UnixSeconds) -> bool {
        let until = self.ends_at.checked_add(BUDGET_WINDOW_SECONDS);
        self.seconds > 0 && until.is_none_or(|until| now < until)
    }
}

/// Why guardians cannot act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PowerError {
    /// There are none: never adopted, or removed.
    NoGuardians,
    /// Their term is over.
    TermOver,
    /// [`MAX_STRIKES`] acts were not confirmed.
    StruckOut,
    /// Fewer of them than must approve were heard of in time.
    HeartbeatMissing,
    /// [`MAX_ACTS`] acts in the last 90 days.
    TooManyActs,
    /// The act and those of the last 90 days are longer than [`BUDGET_SECONDS`] together.
    BudgetSpent {
        /// Seconds left.
        left: u32,
    },
}

/// What guardians have left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Power {
    /// First second after their term.
    pub term_ends_at: UnixSeconds,
    /// How many of them must approve; 0 where there are none.
    pub threshold: u8,
    /// Acts that no vote has confirmed.
    pub strikes: u8,
    /// The acts that count.
    pub spent: [Spent; MAX_ACTS],
}

impl Power {
    /// Whether they may act at all, where `present` of them were heard of in time.
    ///
    /// # Errors
    /// The first [`PowerError`] that disarms them.
    pub fn check_armed(&self, present: u8, now: UnixSeconds) -> Result<(), PowerError> {
        if self.threshold == 0 {
            Err(PowerError::NoGuardians)
        } else if now >= self.term_ends_at {
            Err(PowerError::TermOver)
        } else if self.strikes >= MAX_STRIKES {
            Err(PowerError::StruckOut)
        } else if present < self.threshold {
            Err(PowerError::HeartbeatMissing)
        } else {
            Ok(())
        }
    }

    /// What is left after an act of `seconds` that takes effect at `now`: the budget, and a strike until it is confirmed.
    ///
    /// # Errors
    /// [`PowerError::TooManyActs`], [`PowerError::BudgetSpent`], or what [`Power::check_armed`] refuses.
    pub fn with_act(mut self, present: u8, seconds: u32, now: UnixSeconds) -> Result<Self, PowerError> {
        self.check_armed(present, now)?;
        let counting = self.spent.iter().filter(|act| act.counts(now));
        // Bound: each was within the budget, and there are three.
        let used = counting.map(|act| act.seconds).fold(0, u32::saturating_add);
        let left = BUDGET_SECONDS.saturating_sub(used);
        let ends_at = now.checked_add(seconds).ok_or(PowerError::BudgetSpent { left })?;
        let free = self.spent.iter_mut().find(|act| !act.counts(now)).ok_or(PowerError::TooManyActs)?;
        if seconds > left {
            return Err(PowerError::BudgetSpent { left });
        }
        *free = Spent { ends_at, seconds };
        self.strikes = self.strikes.saturating_add(1);
        Ok(self)
    }

    /// With one strike less: a vote has confirmed an act of these guardians.
    #[must_use]
    pub fn confirmed(self) -> Self {
        Self { strikes: self.strikes.saturating_sub(1), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::{DAY, HOUR};
    use alloc::vec::Vec;
    use proptest::prelude::*;

    const FULL: Power = Power {
        term_ends_at: UnixSeconds(i64::MAX),
        threshold: 2,
        strikes: 0,
        spent: [Spent { ends_at: UnixSeconds(0), seconds: 0 }; 3],
    };

    fn at(days: u32) -> UnixSeconds {
        UnixSeconds(1_000_000 + i64::from(days) * i64::from(DAY))
    }

    #[test]
    fn e5_one_long_act_or_three_short_ones_are_the_budget_of_90_days() {
        let long = FULL.with_act(2, 14 * DAY, at(0)).expect("a full budget");
        assert_eq!(long.with_act(2, HOUR, at(14)), Err(PowerError::BudgetSpent { left: 0 }));
        assert_eq!(long.with_act(2, HOUR, at(14 + 90 - 1)), Err(PowerError::BudgetSpent { left: 0 }));
        assert!(long.with_act(2, 14 * DAY, at(14 + 90)).is_ok());
        let three = (0..3).fold(FULL, |power, day| power.with_act(2, DAY, at(day)).expect("in the budget").confirmed());
        assert_eq!(three.with_act(2, HOUR, at(3)), Err(PowerError::TooManyActs));
        assert_eq!(three.with_act(2, HOUR, at(90)), Err(PowerError::TooManyActs));
        assert_eq!(three.with_act(2, 13 * DAY, at(91)), Err(PowerError::BudgetSpent { left: 12 * DAY }));
        assert!(three.with_act(2, 12 * DAY, at(91)).is_ok());
    }

    #[test]
    fn e4_three_acts_that_no_vote_confirmed_disarm() {
        let twice = (0..2).fold(FULL, |power, act| power.with_act(2, HOUR, at(act * 100)).expect("armed"));
        assert_eq!(twice.strikes, 2);
        let struck = twice.with_act(2, HOUR, at(200)).expect("armed");
        assert_eq!(struck.check_armed(2, at(1_000)), Err(PowerError::StruckOut));
        assert_eq!(struck.with_act(2, HOUR, at(1_000)), Err(PowerError::StruckOut));
        assert_eq!(struck.confirmed().check_armed(2, at(1_000)), Ok(()));
        assert_eq!(FULL.confirmed().strikes, 0);
    }

    #[test]
    fn e8_no_guardians_a_term_that_is_over_or_silence_disarm() {
        let power = Power { term_ends_at: at(10), ..FULL };
        assert_eq!(power.check_armed(2, UnixSeconds(at(10).0 - 1)), Ok(()));
        assert_eq!(power.check_armed(2, at(10)), Err(PowerError::TermOver));
        assert_eq!(power.check_armed(1, at(9)), Err(PowerError::HeartbeatMissing));
        assert_eq!(Power { threshold: 0, ..power }.check_armed(9, at(9)), Err(PowerError::NoGuardians));
        assert_eq!(Power { strikes: 3, ..power }.with_act(2, HOUR, at(9)), Err(PowerError::StruckOut));
    }

    proptest! {
        /// A naive log of all acts, and any 90 days of it.
        #[test]
        fn e5_any_90_days_hold_at_most_three_acts_and_14_days_of_effect(
            tries in prop::collection::vec((0u32..40 * DAY, HOUR..=14 * DAY), 1..60),
            from in 0u32..1_500 * DAY,
        ) {
            let (mut power, mut now, mut log) = (FULL, UnixSeconds(1), Vec::new());
            for (pass, seconds) in tries {
                now = now.checked_add(pass).expect("early enough");
                if let Ok(after) = power.with_act(2, seconds, now) {
                    power = after.confirmed();
                    log.push((now.0, now.0 + i64::from(seconds)));
                }
            }
            let windows = log.iter().map(|act| act.1 - 1).chain([i64::from(from)]);
            for start in windows {
                let end = start + i64::from(BUDGET_WINDOW_SECONDS);
                let touching: Vec<_> = log.iter().filter(|act| act.0 < end && start < act.1).collect();
                let effect: i64 = touching.iter().map(|act| act.1.min(end) - act.0.max(start)).sum();
                prop_assert!(touching.len() <= MAX_ACTS, "{touching:?} within 90 days of {start}");
                prop_assert!(effect <= i64::from(BUDGET_SECONDS), "{effect} seconds within 90 days of {start}");
            }
        }
    }
}
