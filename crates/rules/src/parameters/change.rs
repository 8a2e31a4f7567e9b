//! What it takes to change a track's parameters.
//!
//! How decisions are taken is entrenched: a change of a track's parameters takes the amendment track's entrenched
//! threshold. A share that it changes, it must meet itself, in the higher of its two values: what 90 % decided cannot be
//! undone by 75 % (T9), and 75 % cannot decide that it takes 100 % to undo.

use super::{ParameterError, Track, TrackParameters};
use crate::{approval::ApprovalRule, Bps};

/// A track's parameters, and those that shall replace them.
///
/// Naming what is replaced makes the change exact: once others are in force, it is another change, and is refused. So
/// what it took when it was proposed is what it takes when it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ParameterChange {
    /// The track.
    pub track: Track,
    /// Its parameters now.
    pub before: TrackParameters,
    /// Its parameters to be.
    pub after: TrackParameters,
}

/// A change that cannot be proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeError {
    /// Nothing would change.
    Nothing,
    /// What is to be lies outside the track's bounds.
    OutOfBounds(ParameterError),
}

impl ParameterChange {
    /// # Errors
    /// [`ChangeError`]. Not checked here: that `before` is in force, which only the constitution knows.
    pub fn check(&self) -> Result<(), ChangeError> {
        if self.before == self.after {
            return Err(ChangeError::Nothing);
        }
        self.after.check_for(self.track).map_err(ChangeError::OutOfBounds)
    }

    /// The shares that a proposal of this change must reach, where `amendment` are the amendment track's parameters.
    ///
    /// With an entrenched threshold of 7,500, lowering another track's threshold from 9,000 to 6,000 takes 9,000, and
    /// raising its quorum from 2,000 to 5,000 takes 7,500 and a turnout of 5,000.
    #[must_use]
    pub fn approval_rule(&self, amendment: &TrackParameters) -> ApprovalRule {
        let ApprovalRule { threshold, quorum, min_for } = amendment.approval_rule(true);
        let share = |of: fn(&TrackParameters) -> u16| Bps(higher_if_changed(of(&self.before), of(&self.after)));
        ApprovalRule {
            threshold: threshold
                .max(share(|track| track.threshold_bps))
                .max(share(|track| track.entrenched_threshold_bps)),
            quorum: quorum.max(share(|track| track.quorum_bps)),
            min_for: min_for.max(share(|track| track.min_for_bps)),
        }
    }
}

/// The higher of two values, or 0 where they are the same.
fn higher_if_changed(before: u16, after: u16) -> u16 {
    if before == after {
        0
    } else {
        before.max(after)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::LEGAL, *};
    use proptest::prelude::*;

    const AMENDMENT: TrackParameters = TrackParameters { quorum_bps: 2_500, min_for_bps: 1_500, ..LEGAL };

    fn change(before: TrackParameters, after: TrackParameters) -> ParameterChange {
        ParameterChange { track: Track::Policy, before, after }
    }

    #[track_caller]
    fn check(before: TrackParameters, after: TrackParameters, threshold: u16, quorum: u16, min_for: u16) {
        let rule = ApprovalRule { threshold: Bps(threshold), quorum: Bps(quorum), min_for: Bps(min_for) };
        assert_eq!(change(before, after).approval_rule(&AMENDMENT), rule, "{before:?} to {after:?}");
        assert_eq!(change(after, before).approval_rule(&AMENDMENT), rule, "and back");
    }

    #[test]
    fn t9_lowering_a_threshold_takes_the_threshold_that_is_lowered() {
        let high = TrackParameters { threshold_bps: 9_000, entrenched_threshold_bps: 9_500, ..LEGAL };
        check(high, LEGAL, 9_500, 2_500, 1_500);
        check(high, TrackParameters { threshold_bps: 8_999, ..high }, 9_000, 2_500, 1_500);
        check(high, TrackParameters { entrenched_threshold_bps: 9_000, ..high }, 9_500, 2_500, 1_500);
    }

    #[test]
    fn t9_other_shares_are_met_by_what_changes_them() {
        check(TrackParameters { quorum_bps: 5_000, ..LEGAL }, LEGAL, 7_500, 5_000, 1_500);
        check(TrackParameters { min_for_bps: 3_000, ..LEGAL }, LEGAL, 7_500, 2_500, 3_000);
        check(
            TrackParameters { quorum_bps: 600, ..LEGAL },
            TrackParameters { quorum_bps: 500, ..LEGAL },
            7_500,
            2_500,
            1_500,
        );
    }

    #[test]
    fn t9_times_and_deposits_take_the_entrenched_threshold() {
        for after in [
            TrackParameters { timelock_seconds: 3_600, ..LEGAL },
            TrackParameters { voting_seconds: 86_400, ..LEGAL },
            TrackParameters { veto_bps: 5_000, cooloff_seconds: 86_400, ..LEGAL },
            TrackParameters { deposit_lamports: 1_000_000, slash_bps: 100, ..LEGAL },
        ] {
            check(LEGAL, after, 7_500, 2_500, 1_500);
        }
    }

    #[test]
    fn a_change_of_nothing_or_out_of_bounds_is_refused() {
        assert_eq!(change(LEGAL, LEGAL).check(), Err(ChangeError::Nothing));
        let error = change(LEGAL, TrackParameters { threshold_bps: 5_999, ..LEGAL }).check().expect_err("below 60 %");
        assert!(matches!(error, ChangeError::OutOfBounds(ParameterError { field: "threshold_bps", min: 6_000, .. })));
        let veto = TrackParameters { veto_bps: 5_000, cooloff_seconds: 86_400, ..LEGAL };
        assert_eq!(change(LEGAL, veto).check(), Ok(()));
        let ratification = ParameterChange { track: Track::Ratification, ..change(LEGAL, veto) };
        assert!(matches!(
            ratification.check(),
            Err(ChangeError::OutOfBounds(ParameterError { field: "veto_bps", .. }))
        ));
    }

    proptest! {
        /// Whatever a majority puts into force, the same majority can undo; and no path of changes ends below a share
        /// without some step that met it.
        #[test]
        fn t9_no_path_lowers_a_share_without_meeting_it(shares in prop::collection::vec((6_000u16..=10_000, 500u16..=10_000), 2..8)) {
            let steps = shares.iter().map(|(threshold, quorum)| TrackParameters {
                threshold_bps: *threshold,
                entrenched_threshold_bps: 10_000,
                quorum_bps: *quorum,
                ..LEGAL
            }).collect::<alloc::vec::Vec<_>>();
            let (first, last) = (steps[0], steps[steps.len() - 1]);
            let rules = steps.windows(2).map(|pair| change(pair[0], pair[1]).approval_rule(&AMENDMENT)).collect::<alloc::vec::Vec<_>>();
            for (pair, rule) in steps.windows(2).zip(&rules) {
                prop_assert_eq!(change(pair[1], pair[0]).approval_rule(&AMENDMENT), *rule);
            }
            if last.threshold_bps < first.threshold_bps {
                prop_assert!(rules.iter().any(|rule| rule.threshold.0 >= first.threshold_bps));
            }
            if last.quorum_bps < first.quorum_bps {
                prop_assert!(rules.iter().any(|rule| rule.quorum.0 >= first.quorum_bps));
            }
        }
    }
}
