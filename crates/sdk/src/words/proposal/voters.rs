//! Who is in the electorate, what they said, and who can still vote.

use quantumagi_interface::accounts::{BallotPage, Proposal};
use quantumagi_interface::types::Member;
use quantumagi_rules::ballot::{BallotRule, Choice, Place, place};
use quantumagi_rules::lifecycle::{Phase, Step};
use serde::Serialize;

use super::super::amount::percent;

/// What a voter has said so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum BallotWords {
    /// Nothing yet.
    None,
    /// For.
    For,
    /// Against.
    Against,
    /// Present, and for neither.
    Abstain,
    /// The ballot lies on a page that was not given.
    Unknown,
}

/// One voter of the electorate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VoterWords {
    /// Index in the roster, from 0.
    pub index: u32,
    /// Address.
    pub voter: String,
    /// Weight, in the electorate's own unit.
    pub weight: u64,
    /// Share of the total weight, rounded down.
    pub share: String,
    /// What they said.
    pub ballot: BallotWords,
    /// Whether they can vote now, for the first time or, where the proposal allows it, again.
    pub can_vote: bool,
}

pub(super) fn voters(
    proposal: &Proposal,
    members: &[Member],
    pages: &[BallotPage],
    phase: Phase,
    rule: BallotRule,
) -> Vec<VoterWords> {
    let is_open = phase.allowed().contains(&Step::Vote);
    (0u32..)
        .zip(members)
        // An index whose deposit is gone is nobody's.
        .filter(|(_, member)| member.weight > 0)
        .map(|(index, member)| {
            let ballot = ballot(proposal, pages, phase, index);
            VoterWords {
                index,
                voter: member.voter.to_string(),
                weight: member.weight,
                share: percent(u128::from(member.weight), u128::from(proposal.total_weight)),
                ballot,
                can_vote: is_open
                    && match rule {
                        BallotRule::Changeable => true,
                        BallotRule::Final => matches!(ballot, BallotWords::None | BallotWords::Unknown),
                    },
            }
        })
        .collect()
}

fn ballot(proposal: &Proposal, pages: &[BallotPage], phase: Phase, index: u32) -> BallotWords {
    let choice = match place(index) {
        Place::Proposal { slot } => proposal.choice_of(slot),
        Place::Page { page, slot } => match pages.iter().find(|given| given.page == page) {
            Some(given) => given.choice_of(slot),
            // Pages are closed only once the proposal is final: before that, a page that is not open holds nothing.
            None if !phase.is_final() && pages.len() as u64 == u64::from(proposal.ballot_pages) => None,
            None => return BallotWords::Unknown,
        },
    };
    match choice {
        None => BallotWords::None,
        Some(Choice::For) => BallotWords::For,
        Some(Choice::Against) => BallotWords::Against,
        Some(Choice::Abstain) => BallotWords::Abstain,
    }
}
