//! What an attestor's score does to a proposal: nothing but choose between two thresholds.
//!
//! A constitution may name an attestor, who signs a score and the hash of a report. At or above the constitution's mark
//! the proposal keeps its threshold; below it, or without a score, the higher tier's threshold applies. So an attestor who
//! is absent, late or hostile can make a decision harder, up to what entrenched matters take, and can never prevent it.

use crate::{
    approval::{ApprovalRule, Tally},
    parameters::TrackParameters,
    Bps, Weight, BPS_PER_WHOLE,
};

/// Whether a score means anything: 0 to 10,000.
#[must_use]
pub fn is_score(score: u16) -> bool {
    score <= BPS_PER_WHOLE
}

/// What a proposal of a constitution with an attestor froze, and what has come since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attestation {
    /// Least score that keeps the ordinary threshold.
    pub mark: Bps,
    /// Threshold without such a score. At least the ordinary one.
    pub unattested_threshold: Bps,
    /// The score; `None` before the attestor has signed one.
    pub score: Option<Bps>,
}

/// What a proposal freezes as its threshold without a good score: never below its own.
#[must_use]
pub fn unattested_threshold(rule: ApprovalRule, parameters: &TrackParameters) -> Bps {
    rule.threshold.max(Bps(parameters.entrenched_threshold_bps))
}

impl Attestation {
    /// The rule that decides if nothing more comes: `rule` as frozen, or with the higher threshold.
    #[must_use]
    pub fn deciding(self, rule: ApprovalRule) -> ApprovalRule {
        if self.score.is_some_and(|score| score >= self.mark) {
            rule
        } else {
            ApprovalRule { threshold: rule.threshold.max(self.unattested_threshold), ..rule }
        }
    }

    /// Whether neither a further first ballot nor a score can change the outcome (T4). Meaningful only where ballots
    /// cannot be changed.
    ///
    /// While a score can still come, either threshold may be the one: it passes whatever comes only under the higher, and
    /// fails whatever comes only under the lower.
    #[must_use]
    pub fn is_settled(self, rule: ApprovalRule, tally: Tally, total: Weight) -> bool {
        let harder = self.deciding(rule);
        let easier = if self.score.is_some() { harder } else { rule };
        easier.is_lost(tally, total) || harder.is_won(tally, total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::tests::LEGAL;

    const RULE: ApprovalRule = ApprovalRule { threshold: Bps(6_000), quorum: Bps(2_000), min_for: Bps(1_000) };
    const SILENT: Attestation = Attestation { mark: Bps(8_000), unattested_threshold: Bps(7_500), score: None };

    fn scored(score: u16) -> Attestation {
        Attestation { score: Some(Bps(score)), ..SILENT }
    }

    fn tally(for_weight: u64, against: u64, abstain: u64) -> Tally {
        Tally { for_weight: Weight(for_weight), against_weight: Weight(against), abstain_weight: Weight(abstain) }
    }

    #[test]
    fn the_mark_keeps_the_threshold_and_a_hair_less_raises_it() {
        assert_eq!(scored(8_000).deciding(RULE), RULE);
        let harder = ApprovalRule { threshold: Bps(7_500), ..RULE };
        assert_eq!(scored(7_999).deciding(RULE), harder);
        assert_eq!(SILENT.deciding(RULE), harder);
    }

    #[test]
    fn no_score_lowers_a_threshold() {
        let entrenched = ApprovalRule { threshold: Bps(9_000), ..RULE };
        for attestation in [SILENT, scored(0), scored(10_000)] {
            assert_eq!(attestation.deciding(entrenched), entrenched);
        }
    }

    #[test]
    fn without_a_score_it_takes_what_entrenched_matters_take_and_never_less_than_with_one() {
        let parameters = TrackParameters { entrenched_threshold_bps: 7_500, ..LEGAL };
        assert_eq!(unattested_threshold(RULE, &parameters), Bps(7_500));
        let harder = ApprovalRule { threshold: Bps(9_000), ..RULE };
        assert_eq!(unattested_threshold(harder, &parameters), Bps(9_000));
    }

    #[test]
    fn an_absent_or_hostile_attestor_cannot_prevent_a_decision() {
        for attestation in [SILENT, scored(0)] {
            assert_eq!(attestation.deciding(RULE).check(tally(75, 25, 0), Weight(100)), Ok(()));
            let strictest = Attestation { unattested_threshold: Bps(10_000), ..attestation };
            assert_eq!(strictest.deciding(RULE).check(tally(100, 0, 0), Weight(100)), Ok(()));
        }
    }

    #[test]
    fn t4_before_the_score_is_known_only_what_both_thresholds_say_is_settled() {
        // 70 of 100 for, 30 open: won at 60 %, not at 75 %.
        assert!(RULE.is_settled(tally(70, 0, 0), Weight(100)));
        assert!(!SILENT.is_settled(RULE, tally(70, 0, 0), Weight(100)));
        assert!(SILENT.is_settled(RULE, tally(75, 0, 0), Weight(100)));
        // 30 of 100 against, 70 open: lost at 75 %, not at 60 %.
        assert!(SILENT.deciding(RULE).is_settled(tally(0, 30, 0), Weight(100)));
        assert!(!SILENT.is_settled(RULE, tally(0, 30, 0), Weight(100)));
        assert!(SILENT.is_settled(RULE, tally(0, 41, 0), Weight(100)));
    }

    #[test]
    fn t4_what_is_settled_comes_out_the_same_whatever_still_comes() {
        let total = 12;
        for (f, a, b) in
            (0..=total).flat_map(|f| (0..=total - f).flat_map(move |a| (0..=total - f - a).map(move |b| (f, a, b))))
        {
            for now in [SILENT, scored(0), scored(8_000)] {
                if !now.is_settled(RULE, tally(f, a, b), Weight(total)) {
                    continue;
                }
                let verdict = now.deciding(RULE).check(tally(f, a, b), Weight(total)).is_ok();
                let open = total - f - a - b;
                let scores =
                    if now.score.is_some() { alloc::vec![now] } else { alloc::vec![SILENT, scored(0), scored(10_000)] };
                for (more_f, more_a) in (0..=open).flat_map(|f| (0..=open - f).map(move |a| (f, a))) {
                    for more_b in 0..=open - more_f - more_a {
                        let then = tally(f + more_f, a + more_a, b + more_b);
                        for later in &scores {
                            let outcome = later.deciding(RULE).check(then, Weight(total)).is_ok();
                            assert_eq!(outcome, verdict, "{now:?} {f} {a} {b}, then {later:?} {then:?}");
                        }
                    }
                }
            }
        }
    }
}
