//! What happens to a ballot once its weight is known, whatever the electorate.

use anchor_lang::prelude::*;
use quantumagi_rules::{
    ballot::{place, read, write, BallotRule, Choice, Place},
    lifecycle::VotingEnd,
    UnixSeconds, Weight,
};

use crate::{
    error::GovError,
    events::ProposalVoted,
    state::{BallotPage, Proposal},
};

/// A ballot, with the weight that the electorate gives the voter.
#[derive(Clone, Copy)]
pub struct Ballot {
    /// Whose weight it is.
    pub voter: Address,
    /// The voter's index in the electorate.
    pub index: u32,
    /// For, against or abstain.
    pub choice: Choice,
    /// Never an argument that nothing checks (W1).
    pub weight: u64,
}

/// Counts a ballot and returns the one it replaces. The caller has checked that voting is open and where the weight comes from.
///
/// # Errors
/// [`GovError::BallotUnchanged`], [`GovError::BallotFinal`], or what is wrong with the ballot page.
#[inline(never)]
pub fn cast(
    account: &mut Account<Proposal>,
    page: Option<&mut Account<BallotPage>>,
    ballot: &Ballot,
    now: UnixSeconds,
) -> Result<Option<Choice>> {
    let Ballot { voter, index, choice, weight } = *ballot;
    let address = *account.address();
    let proposal = &mut **account;
    require!(index < proposal.voters, GovError::NotTheMember);
    let previous = replace_ballot(proposal, page, index, choice)?;
    let rule = proposal.frozen_rule();
    let total = Weight(proposal.total_weight);
    let before = proposal.tally();
    let tally = before.with_ballot(previous, choice, Weight(weight)).map_err(GovError::from)?;
    proposal.set_tally(tally);
    if previous.is_none() {
        proposal.ballots_cast = proposal.ballots_cast.checked_add(1).ok_or(GovError::Overflow)?;
    }
    let is_settled = proposal.ballot_rule()? == BallotRule::Final && proposal.is_settled(tally, total);
    let end = VotingEnd { ends_at: UnixSeconds(proposal.ends_at), was_extended: proposal.was_extended == 1 };
    let end = end.after_ballot(is_settled, proposal.extension_seconds, now, || rule.meets_quorum(before, tally, total));
    proposal.ends_at = end.ends_at.0;
    proposal.was_extended = u8::from(end.was_extended);
    proposal.updated_at = now.0;
    proposal.check_invariant()?;
    let event = ProposalVoted {
        proposal: address,
        sequence: proposal.chain.sequence,
        at: now.0,
        voter,
        weight,
        ends_at: proposal.ends_at,
        voter_index: index,
        choice: choice as u8,
        previous_choice: previous.map_or(0, |previous| previous as u8),
        was_extended: proposal.was_extended,
        reserved: 0,
    };
    proposal.chain.record(&event)?;
    Ok(previous)
}

/// Writes the ballot and returns the one it replaces.
fn replace_ballot(
    proposal: &mut Proposal,
    page: Option<&mut Account<BallotPage>>,
    index: u32,
    choice: Choice,
) -> Result<Option<Choice>> {
    let is_final = proposal.ballot_rule()? == BallotRule::Final;
    let (ballots, slot): (&mut [u8], usize) = match (place(index), page) {
        (Place::Proposal { slot }, None) => (&mut proposal.ballots, slot),
        (Place::Proposal { .. }, Some(_)) => return Err(GovError::BallotPageNotNeeded.into()),
        (Place::Page { .. }, None) => return Err(GovError::BallotPageMissing.into()),
        (Place::Page { page, slot }, Some(account)) => {
            require!(account.page == page, GovError::WrongPage);
            (&mut account.ballots, slot)
        }
    };
    let previous = read(ballots, slot);
    require!(previous != Some(choice), GovError::BallotUnchanged);
    require!(previous.is_none() || !is_final, GovError::BallotFinal);
    require!(write(ballots, slot, choice), GovError::PageOutOfRange);
    Ok(previous)
}
