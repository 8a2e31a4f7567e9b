//! A member of the proposal's electorate votes, or changes the vote where the proposal allows it.
//!
//! Specification
//! 1. The weight shall be the roster's, never an argument; the roster is immutable and older than the proposal (W1, W2).
//! 2. A voter's weight shall count once: a later ballot replaces the earlier one (W3, W4).
//! 3. Voting shall be open (W6). A quorum first met late shall extend voting once (T5).
//! 4. Where ballots are final, voting shall end as soon as nothing can change the outcome (T4).

use anchor_lang::prelude::*;
use quantumagi_rules::{ballot::Choice, electorate::ElectorateKind, lifecycle::Step};

use crate::{
    electorate::member_of,
    error::GovError,
    mandate::now,
    state::{BallotPage, Member, Proposal, RosterPage},
    voting::{cast, Ballot},
};

#[derive(Accounts)]
pub struct ProposalVote {
    /// Votes.
    pub voter: Signer,
    #[account(mut)]
    pub proposal: Account<Proposal>,
    /// The page of the proposal's roster that holds the voter.
    pub roster_page: RosterPage,
    /// The page that holds the voter's ballot; none for the first 256 voters.
    #[account(mut, constraint = ballot_page.proposal == *proposal.address() @ GovError::WrongProposal)]
    pub ballot_page: Option<Account<BallotPage>>,
}

impl ProposalVote {
    pub fn handler(&mut self, voter_index: u32, choice: u8) -> Result<()> {
        let now = now()?;
        let choice = Choice::from_bits(choice).ok_or(GovError::UnknownChoice)?;
        let proposal = &mut self.proposal;
        require!(proposal.electorate_kind == ElectorateKind::Council as u8, GovError::WrongElectorateKind);
        proposal.check_step(Step::Vote, now)?;
        let Member { voter, weight } = member_of(&self.roster_page, &proposal.electorate, voter_index)?;
        require!(voter == *self.voter.address(), GovError::NotTheMember);
        cast(proposal, self.ballot_page.as_mut(), &Ballot { voter, index: voter_index, choice, weight }, now)?;
        Ok(())
    }
}
