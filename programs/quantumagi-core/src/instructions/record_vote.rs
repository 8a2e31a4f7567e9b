//! A voter votes with the weight that a plugin of SPL Governance has written down for this vote, in this slot.
//!
//! Specification
//! 1. The record shall be the plugin's, for its realm and mint, this voter, this proposal and the action of voting, and
//!    expire in this slot (W8).
//! 2. The voter's seat shall be older than the proposal, and give the index (W3).
//! 3. Ballots shall be final, which creation asks of such a proposal: a second record may weigh something else (W4).
//! 4. Voting shall be open (W6).

use anchor_lang::prelude::*;
use quantumagi_rules::{
    ballot::Choice,
    lifecycle::Step,
    weight_record::{Purpose, WeightAction},
};

use crate::{
    error::GovError,
    mandate::{now, slot},
    state::{BallotPage, Proposal, Seat, WeightPlugin},
    voting::{cast, Ballot},
};

#[derive(Accounts)]
pub struct RecordVote {
    /// Votes.
    pub voter: Signer,
    #[account(mut)]
    pub proposal: Account<Proposal>,
    /// The plugin whose voters vote on it.
    #[account(constraint = *electorate.address() == proposal.electorate @ GovError::WrongElectorate)]
    pub electorate: Account<WeightPlugin>,
    /// The voter's seat.
    #[account(
        constraint = seat.plugin == proposal.electorate @ GovError::WrongElectorate,
        constraint = seat.voter == *voter.address() @ GovError::NotTheVoter
    )]
    pub seat: Account<Seat>,
    /// The voter's weight record. Its owner is the plugin's program.
    pub weight_record: UncheckedAccount,
    /// The page that holds the voter's ballot; none for the first 256 voters.
    #[account(mut, constraint = ballot_page.proposal == *proposal.address() @ GovError::WrongProposal)]
    pub ballot_page: Option<Account<BallotPage>>,
}

impl RecordVote {
    pub fn handler(&mut self, choice: u8) -> Result<()> {
        let now = now()?;
        let choice = Choice::from_bits(choice).ok_or(GovError::UnknownChoice)?;
        let proposal = &mut self.proposal;
        proposal.check_step(Step::Vote, now)?;
        let (voter, index) = (*self.voter.address(), self.seat.index);
        require!(index < proposal.voters, GovError::SeatTooLate);
        let purpose = Purpose {
            voter: voter.as_array(),
            action: WeightAction::CastVote,
            target: proposal.address().as_array(),
            slot: slot()?,
        };
        let weight = self.electorate.read(self.weight_record.account(), |plugin, record| {
            plugin.voter_weight(record, &purpose).map_err(GovError::from)
        })?;
        cast(proposal, self.ballot_page.as_mut(), &Ballot { voter, index, choice, weight: weight.0 }, now)?;
        Ok(())
    }
}
