//! What a tally still needs to pass. For people: no instruction asks this, and nothing is decided by it.
//!
//! Every number is found by asking the rule itself, so that it cannot disagree with the vote.

use super::{ApprovalRule, Tally};
use crate::{ballot::Choice, Bps, Weight};

/// What is missing, condition by condition. `None` where all weight that has not voted would not be enough; zero where
/// the condition is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Weight that has not voted.
    pub remaining: Weight,
    /// Least further weight, cast any way, with which the quorum is met.
    pub turnout: Option<Weight>,
    /// Least further weight for, with which `for` reaches the threshold of `for + against`.
    pub threshold: Option<Weight>,
    /// Least further weight for, with which `for` reaches its least share of the total.
    pub min_for: Option<Weight>,
    /// Least further weight for, with which everything is met and it passes.
    pub to_pass: Option<Weight>,
}

impl ApprovalRule {
    /// What `tally` still needs out of a total of `total`, if nobody changes a ballot.
    ///
    /// With 6,000 bps, 48 for and 40 against, 12 more weight for is needed: 60 of 100. More weight for never harms, so
    /// there is a least one; it is found by halving, in at most 64 questions to [`ApprovalRule::check`].
    #[must_use]
    pub fn missing(self, tally: Tally, total: Weight) -> Missing {
        let (against, whole) = (u128::from(tally.against_weight.0), u128::from(total.0));
        let remaining = Weight(u64::try_from(whole.saturating_sub(tally.turnout())).unwrap_or(u64::MAX));
        let with = |more: Weight| tally.with_ballot(None, Choice::For, more).ok();
        let share = |bps: Bps, part: u128, of: u128| bps.is_met_by(part, of);
        let least_for = |is_enough: &dyn Fn(Tally) -> bool| least(remaining, |more| with(more).is_some_and(is_enough));
        Missing {
            remaining,
            turnout: least_for(&|tally| self.is_quorum_met(tally, total)),
            threshold: least_for(&|tally| {
                let for_weight = u128::from(tally.for_weight.0);
                for_weight > 0 && share(self.threshold, for_weight, for_weight.saturating_add(against))
            }),
            min_for: least_for(&|tally| share(self.min_for, u128::from(tally.for_weight.0), whole)),
            to_pass: least_for(&|tally| self.check(tally, total).is_ok()),
        }
    }
}

/// The least weight of 0 to `most` that is enough, where more than enough is enough, too.
pub(super) fn least(most: Weight, is_enough: impl Fn(Weight) -> bool) -> Option<Weight> {
    if !is_enough(most) {
        return None;
    }
    let (mut low, mut high) = (0u64, most.0);
    while low < high {
        // Bound: low + half the distance lies below high.
        let middle = low.saturating_add(high.saturating_sub(low) >> 1);
        if is_enough(Weight(middle)) {
            high = middle;
        } else {
            low = middle.saturating_add(1);
        }
    }
    Some(Weight(low))
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "parts of a total never exceed it")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RULE: ApprovalRule = ApprovalRule { threshold: Bps(6_000), quorum: Bps(5_000), min_for: Bps(2_000) };

    fn tally(for_weight: u64, against: u64, abstain: u64) -> Tally {
        Tally { for_weight: Weight(for_weight), against_weight: Weight(against), abstain_weight: Weight(abstain) }
    }

    /// The first of all weights, tried one by one, that passes.
    fn tried(rule: ApprovalRule, given: Tally, total: u64) -> Option<Weight> {
        let remaining = u128::from(total) - given.turnout();
        (0..=u64::try_from(remaining).expect("small totals")).map(Weight).find(|more| {
            let with = Tally { for_weight: Weight(given.for_weight.0 + more.0), ..given };
            rule.check(with, Weight(total)).is_ok()
        })
    }

    #[test]
    fn t1_missing_weight_lifts_the_share_to_exactly_the_threshold() {
        let missing = RULE.missing(tally(48, 40, 0), Weight(200));
        let expected = Missing {
            remaining: Weight(112),
            turnout: Some(Weight(12)),
            threshold: Some(Weight(12)),
            min_for: Some(Weight(0)),
            to_pass: Some(Weight(12)),
        };
        assert_eq!(missing, expected);
    }

    #[test]
    fn t1_a_threshold_out_of_reach_is_said_so() {
        let missing = RULE.missing(tally(10, 60, 0), Weight(100));
        assert_eq!((missing.threshold, missing.to_pass), (None, None));
        assert_eq!((missing.turnout, missing.min_for), (Some(Weight(0)), Some(Weight(10))));
    }

    #[test]
    fn t1_nothing_for_needs_at_least_one_even_where_no_share_asks_for_it() {
        let rule = ApprovalRule { threshold: Bps(6_000), quorum: Bps(0), min_for: Bps(0) };
        assert_eq!(rule.missing(tally(0, 0, 0), Weight(9)).to_pass, Some(Weight(1)));
    }

    #[test]
    fn t1_missing_weight_is_the_first_that_passes_when_all_are_tried() {
        let rules = [RULE, ApprovalRule { threshold: Bps(7_500), quorum: Bps(3_333), min_for: Bps(1) }];
        for rule in rules {
            for total in 1..=30 {
                for f in 0..=total {
                    for a in 0..=total - f {
                        for b in 0..=total - f - a {
                            let given = tally(f, a, b);
                            let missing = rule.missing(given, Weight(total));
                            assert_eq!(missing.to_pass, tried(rule, given, total), "{given:?} of {total}");
                        }
                    }
                }
            }
        }
    }

    proptest! {
        #[test]
        fn t1_what_is_missing_passes_and_one_less_fails(
            total in 1u64.., f: u64, a: u64, b: u64, threshold in 6_000u16..=10_000, quorum in 500u16..=10_000, min_for in 100u16..=10_000,
        ) {
            let part = |n: u64, of: u64| n.checked_rem(of.saturating_add(1)).unwrap_or(0);
            let f = part(f, total);
            let a = part(a, total - f);
            let b = part(b, total - f - a);
            let rule = ApprovalRule { threshold: Bps(threshold), quorum: Bps(quorum), min_for: Bps(min_for) };
            let missing = rule.missing(tally(f, a, b), Weight(total));
            let passes = |more: u64| rule.check(tally(f + more, a, b), Weight(total)).is_ok();
            match missing.to_pass {
                Some(Weight(more)) => {
                    prop_assert!(passes(more));
                    prop_assert!(more == 0 || !passes(more - 1));
                    let parts = [missing.turnout, missing.threshold, missing.min_for];
                    prop_assert_eq!(parts.into_iter().max().flatten(), Some(Weight(more)));
                }
                None => prop_assert!(!passes(missing.remaining.0)),
            }
        }
    }
}
