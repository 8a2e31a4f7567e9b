//! What a tally must reach, what it still lacks, and what came of it.

use quantumagi_interface::DecodeError;
use quantumagi_interface::accounts::Proposal;
use quantumagi_rules::approval::Defeat;
use quantumagi_rules::approval::missing::Missing;
use quantumagi_rules::ballot::BallotRule;
use quantumagi_rules::electorate::ElectorateKind;
use quantumagi_rules::lifecycle::Phase;
use quantumagi_rules::{Bps, Weight};
use serde::Serialize;

use super::super::amount::percent;
use super::share;

/// A share that the tally must reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Requirement {
    /// Which: `quorum`, `threshold` or `minimum for`.
    pub name: &'static str,
    /// What must be reached: `60.00 % of for and against`.
    pub needed: String,
    /// What is reached, rounded down: `59.99 %`.
    pub reached: String,
    /// Whether it is met. Not derived from the rounded share.
    pub is_met: bool,
}

/// The three shares, in the order in which the rules ask.
pub(super) fn requirements(proposal: &Proposal) -> Vec<Requirement> {
    let (tally, total, rule) = (proposal.tally(), u128::from(proposal.total_weight), proposal.approval_rule());
    let for_weight = u128::from(tally.for_weight.0);
    let cast = for_weight + u128::from(tally.against_weight.0);
    let requirement = |name, bps: Bps, of, part, whole| Requirement {
        name,
        needed: format!("{} of {of}", share(bps.0)),
        reached: percent(part, whole),
        is_met: bps.is_met_by(part, whole),
    };
    let mut all = vec![
        requirement("quorum", rule.quorum, "the total weight voting", tally.turnout(), total),
        requirement("threshold", rule.threshold, "for and against", for_weight, cast),
        requirement("minimum for", rule.min_for, "the total weight for", for_weight, total),
    ];
    // A share of nothing is met by nothing, but a proposal that nobody wants does not pass.
    for requirement in &mut all[1..] {
        requirement.is_met &= for_weight > 0;
    }
    all
}

/// What is missing to pass while ballots can come in.
pub(super) fn missing(proposal: &Proposal, phase: Phase, rule: BallotRule) -> Vec<String> {
    if !matches!(phase, Phase::Draft | Phase::Voting) {
        return Vec::new();
    }
    // Nobody has any weight before a snapshot is bound.
    if proposal.electorate_kind == ElectorateKind::Snapshot as u8 && proposal.snapshot_root == [0; 32] {
        return vec!["a snapshot must be bound first: until then nobody can vote".to_owned()];
    }
    let Missing { remaining, turnout, threshold, min_for, to_pass } =
        proposal.approval_rule().missing(proposal.tally(), proposal.total_weight());
    let mut sentences = vec![match (to_pass, rule) {
        (Some(Weight(0)), _) => "nothing is missing: it passes with the ballots cast so far".to_owned(),
        (Some(Weight(more)), _) => {
            format!("needs {more} more weight for to pass, of {} that has not voted", remaining.0)
        }
        (None, BallotRule::Changeable) => {
            format!("cannot pass unless ballots are changed: the {} that has not voted is too little", remaining.0)
        }
        (None, BallotRule::Final) => {
            format!("cannot pass any more: the {} that has not voted is too little", remaining.0)
        }
    }];
    let conditions = [
        (turnout, "vote, any way,", format!("the quorum of {} of the total weight", share(proposal.quorum_bps))),
        (threshold, "vote for", format!("{} of for and against", share(proposal.approval_rule().threshold.0))),
        (min_for, "vote for", format!("the minimum of {} of the total weight", share(proposal.min_for_bps))),
    ];
    sentences.extend(conditions.into_iter().filter_map(|(more, how, goal)| match more {
        Some(Weight(0)) => None,
        Some(Weight(more)) => Some(format!("{more} more weight must {how} to reach {goal}")),
        None => Some(format!("{goal} is out of reach")),
    }));
    sentences
}

/// What came of the vote and why, once voting has ended.
///
/// # Errors
/// [`DecodeError::Meaningless`].
pub(super) fn outcome(proposal: &Proposal, phase: Phase) -> Result<Option<String>, DecodeError> {
    let approved = || {
        let (tally, needed) = (proposal.tally(), share(proposal.approval_rule().threshold.0));
        let (for_weight, against) = (tally.for_weight.0, tally.against_weight.0);
        let cast = u128::from(for_weight) + u128::from(against);
        let reached = percent(u128::from(for_weight), cast);
        format!("{for_weight} of {cast} were for, {reached} of for and against, where {needed} were needed")
    };
    Ok(match phase {
        Phase::Draft | Phase::Voting => None,
        Phase::Contestable | Phase::Finalizing => Some(match proposal.outcome() {
            Ok(()) => format!("passes: {}", approved()),
            Err(defeat) => format!("fails: {}", reason(proposal, defeat)),
        }),
        Phase::CoolOff | Phase::Queued | Phase::Executable => Some(format!("approved: {}", approved())),
        Phase::Expiring | Phase::Expired => Some(format!("approved and not executed in time: {}", approved())),
        Phase::Executed => Some(format!("approved and executed: {}", approved())),
        Phase::Defeated => proposal.defeat()?.map(|defeat| format!("defeated: {}", reason(proposal, defeat))),
        Phase::Vetoed => Some("vetoed".to_owned()),
        Phase::Cancelled => Some("withdrawn by its proposer before voting ended".to_owned()),
    })
}

/// Why a tally fails, with the numbers.
fn reason(proposal: &Proposal, defeat: Defeat) -> String {
    let (tally, total) = (proposal.tally(), proposal.total_weight);
    let for_weight = tally.for_weight.0;
    match defeat {
        Defeat::QuorumNotMet => {
            let (turnout, needed) = (tally.turnout(), share(proposal.quorum_bps));
            let reached = percent(turnout, u128::from(total));
            format!("only {turnout} of {total} voted, {reached}, where the quorum is {needed}")
        }
        Defeat::NothingFor => "nobody voted for it".to_owned(),
        Defeat::BelowThreshold => {
            let needed = share(proposal.approval_rule().threshold.0);
            let cast = u128::from(for_weight) + u128::from(tally.against_weight.0);
            let reached = percent(u128::from(for_weight), cast);
            format!("only {for_weight} of {cast} were for, {reached} of for and against, where {needed} were needed")
        }
        Defeat::BelowMinimumFor => {
            let needed = share(proposal.min_for_bps);
            let reached = percent(u128::from(for_weight), u128::from(total));
            format!("only {for_weight} of {total} were for, {reached} of the total weight, where {needed} were needed")
        }
    }
}
