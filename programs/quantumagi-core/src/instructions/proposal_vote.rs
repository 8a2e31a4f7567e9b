//! A member of the proposal's electorate votes, or changes the vote where the proposal allows it.
//!
//! Specification
//! 1. The weight shall be the roster's, never an argument; the roster is immutable and older than the proposal (W1, W2).
//! 2. A voter's weight shall count once: a later ballot replaces the earlier one (W3, W4).
//! 3. Voting shall be open (W6). A quorum first met late shall extend voting once (T5).
//! 4. Where ballots are final, voting shall end as soon as nothing can change the outcome (T4).

use anchor_lang::prelude::*;
use quantumagi_rules::{
    ballot::{place as ballot_place, read, write, BallotRule, Choice, Place},
    lifecycle::{extended_end, Step},
    roster::place as roster_place,
    UnixSeconds, Weight,
};

use crate::{
    error::GovError,
    events::ProposalVoted,
    mandate::now,
    state::{BallotPage, Member, Proposal, RosterPage},
};

#[derive(Accounts)]
pub struct ProposalVote {
    /// Votes.
    pub voter: Signer,
    #[account(mut)]
    pub proposal: Account<Proposal>,
    /// The page of the proposal's roster that holds the voter.
    #[account(constraint = roster_page.roster == proposal.roster @ GovError::WrongRoster)]
    pub roster_page: RosterPage,
    /// The page that holds the voter's ballot; none for the first 256 voters.
    #[account(mut, constraint = ballot_page.proposal == *proposal.address() @ GovError::WrongProposal)]
    pub ballot_page: Option<Account<BallotPage>>,
}

impl ProposalVote {
    pub fn handler(&mut self, voter_index: u32, choice: u8) -> Result<()> {
        let now = now()?;
        let choice = Choice::from_bits(choice).ok_or(GovError::UnknownChoice)?;
        self.proposal.check_step(Step::Vote, now)?;
        let Member { voter, weight } = self.member(voter_index)?;
        let previous = self.replace_ballot(voter_index, choice)?;

        let address = *self.proposal.address();
        let proposal = &mut *self.proposal;
        let rule = proposal.approval_rule();
        let total = Weight(proposal.total_weight);
        let before = proposal.tally();
        let tally = before.with_ballot(previous, choice, Weight(weight)).map_err(GovError::from)?;
        proposal.set_tally(tally);
        if previous.is_none() {
            proposal.ballots_cast = proposal.ballots_cast.checked_add(1).ok_or(GovError::Overflow)?;
        }
        if proposal.ballot_rule()? == BallotRule::Final && rule.is_settled(tally, total) {
            proposal.ends_at = now.0;
        } else if !rule.is_quorum_met(before, total) && rule.is_quorum_met(tally, total) {
            let was_extended = proposal.was_extended == 1;
            let end = UnixSeconds(proposal.ends_at);
            if let Some(end) = extended_end(end, now, proposal.extension_seconds, was_extended) {
                proposal.ends_at = end.0;
                proposal.was_extended = 1;
            }
        }
        proposal.updated_at = now.0;
        proposal.check_invariant()?;
        let event = ProposalVoted {
            proposal: address,
            sequence: proposal.chain.sequence,
            at: now.0,
            voter,
            weight,
            ends_at: proposal.ends_at,
            voter_index,
            choice: choice as u8,
            previous_choice: previous.map_or(0, |previous| previous as u8),
            was_extended: proposal.was_extended,
            reserved: 0,
        };
        proposal.chain.record(&event)
    }

    /// The roster's entry at this index, which must be the signer's.
    fn member(&self, index: u32) -> Result<Member> {
        let (page, slot) = roster_place(index);
        require!(self.roster_page.page == page, GovError::WrongPage);
        let member = self.roster_page.get(slot).ok_or(GovError::NotTheMember)?;
        require!(member.voter == *self.voter.address(), GovError::NotTheMember);
        Ok(*member)
    }

    /// Writes the ballot and returns the one it replaces.
    fn replace_ballot(&mut self, index: u32, choice: Choice) -> Result<Option<Choice>> {
        let is_final = self.proposal.ballot_rule()? == BallotRule::Final;
        let (ballots, slot): (&mut [u8], usize) = match (ballot_place(index), &mut self.ballot_page) {
            (Place::Proposal { slot }, None) => (&mut self.proposal.ballots, slot),
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
}
