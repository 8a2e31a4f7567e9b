//! What it would take to have one's way against a community, so that the price can be held against what there is to take.
//! For people: no instruction asks this, and nothing is decided by it.

use super::{missing::least, ApprovalRule, Tally};
use crate::{ballot::Choice, Weight};

/// The least weight for, with which a proposal passes. `None` where not even everybody's would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaptureCost {
    /// Where nobody else votes: what the quorum and the least share for ask for.
    pub unopposed: Option<Weight>,
    /// Where everybody else votes against.
    pub opposed: Option<Weight>,
}

impl ApprovalRule {
    /// What it takes to pass a proposal alone, out of a total of `total`. With 6,000 bps, a quorum of 2,000 and 1,000 for at
    /// the least: a fifth of the total where nobody else votes, three fifths where everybody else is against it.
    #[must_use]
    pub fn capture_cost(self, total: Weight) -> CaptureCost {
        let nothing = Tally::default();
        let unopposed = self.missing(nothing, total).to_pass;
        let opposed = least(total, |for_weight| {
            let against = Weight(total.0.saturating_sub(for_weight.0));
            let cast = nothing.with_ballot(None, Choice::For, for_weight);
            let cast = cast.and_then(|tally| tally.with_ballot(None, Choice::Against, against));
            cast.is_ok_and(|tally| self.check(tally, total).is_ok())
        });
        CaptureCost { unopposed, opposed }
    }
}

/// The fewest voters with these weights, in any order, who have `needed` together; `None` where all of them have less.
#[must_use]
pub fn fewest(weights: &mut [Weight], needed: Weight) -> Option<u32> {
    weights.sort_unstable_by(|left, right| right.cmp(left));
    let mut sum = 0u128;
    for (voters, weight) in (1u32..).zip(weights.iter()) {
        sum = sum.saturating_add(u128::from(weight.0));
        if sum >= u128::from(needed.0) {
            return Some(voters);
        }
    }
    None
}

/// A change of the total by more than this share of the total before is worth a look, in basis points: a tenth. Ours; the
/// program refuses nothing for it.
pub const SPIKE_BPS: u16 = 1_000;

/// Whether a total is suspiciously far from the one before it.
#[must_use]
pub fn is_spike(before: Weight, now: Weight) -> bool {
    let distance = u128::from(before.0.abs_diff(now.0));
    distance.saturating_mul(u128::from(crate::BPS_PER_WHOLE)) > u128::from(before.0).saturating_mul(SPIKE_BPS.into())
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "small numbers")]
mod tests {
    use super::*;
    use crate::Bps;
    use proptest::prelude::*;

    const RULE: ApprovalRule = ApprovalRule { threshold: Bps(6_000), quorum: Bps(2_000), min_for: Bps(1_000) };

    #[test]
    fn o4_a_fifth_alone_and_three_fifths_against_all() {
        let cost = RULE.capture_cost(Weight(1_000));
        assert_eq!(cost, CaptureCost { unopposed: Some(Weight(200)), opposed: Some(Weight(600)) });
    }

    #[test]
    fn o4_an_electorate_without_weight_cannot_be_captured() {
        assert_eq!(RULE.capture_cost(Weight(0)), CaptureCost { unopposed: None, opposed: None });
    }

    #[test]
    fn o4_the_fewest_voters_are_the_heaviest() {
        let weights = || [3, 9, 1, 4].map(Weight);
        for (needed, voters) in [(0, Some(1)), (9, Some(1)), (10, Some(2)), (16, Some(3)), (17, Some(4)), (18, None)] {
            assert_eq!(fewest(&mut weights(), Weight(needed)), voters, "{needed}");
        }
        assert_eq!(fewest(&mut [], Weight(0)), None);
    }

    #[test]
    fn o4_a_tenth_is_no_spike_and_one_more_is() {
        for (before, now, is) in [
            (1_000, 1_100, false),
            (1_000, 1_101, true),
            (1_000, 900, false),
            (1_000, 899, true),
            (0, 0, false),
            (0, 1, true),
        ] {
            assert_eq!(is_spike(Weight(before), Weight(now)), is, "{before} to {now}");
        }
        assert!(!is_spike(Weight(u64::MAX), Weight(u64::MAX)));
    }

    proptest! {
        #[test]
        fn o4_it_is_the_first_weight_that_passes_when_all_are_tried(
            total in 0u64..60, threshold in 6_000u16..=10_000, quorum in 0u16..=10_000, min_for in 0u16..=10_000
        ) {
            let rule = ApprovalRule { threshold: Bps(threshold), quorum: Bps(quorum), min_for: Bps(min_for) };
            let passes = |f: u64, a: u64| {
                let tally = Tally { for_weight: Weight(f), against_weight: Weight(a), abstain_weight: Weight(0) };
                rule.check(tally, Weight(total)).is_ok()
            };
            let cost = rule.capture_cost(Weight(total));
            prop_assert_eq!(cost.unopposed, (0..=total).find(|f| passes(*f, 0)).map(Weight));
            prop_assert_eq!(cost.opposed, (0..=total).find(|f| passes(*f, total - f)).map(Weight));
        }
    }
}
