//! A depositor votes, or the delegate does until the depositor votes.
//!
//! Specification
//! 1. The weight shall be what had matured before the proposal was created, never an argument or a balance (W1, W2).
//! 2. A deposit's weight shall count once, whoever casts it: one ballot for its index, and what matured first after the
//!    proposal was created has no index in it (W3). A delegate shall never change a ballot.
//! 3. The tokens shall stay until this vote can change no more (W5). Voting shall be open (W6).

use anchor_lang::prelude::*;
use quantumagi_rules::{
    ballot::Choice,
    deposit::{check_caster, lock_end},
    electorate::ElectorateKind,
    lifecycle::Step,
    UnixSeconds,
};

use crate::{
    error::GovError,
    mandate::now,
    state::{BallotPage, Deposit, Proposal},
    voting::{cast, Ballot},
};

#[derive(Accounts)]
pub struct DepositVote {
    /// The deposit's owner or delegate.
    pub voter: Signer,
    #[account(mut)]
    pub proposal: Account<Proposal>,
    /// The deposit.
    #[account(mut, constraint = deposit.pool == proposal.electorate @ GovError::WrongPool)]
    pub deposit: Account<Deposit>,
    /// The page that holds the deposit's ballot; none for the first 256.
    #[account(mut, constraint = ballot_page.proposal == *proposal.address() @ GovError::WrongProposal)]
    pub ballot_page: Option<Account<BallotPage>>,
}

impl DepositVote {
    pub fn handler(&mut self, choice: u8) -> Result<()> {
        let now = now()?;
        let choice = Choice::from_bits(choice).ok_or(GovError::UnknownChoice)?;
        let (proposal, deposit) = (&mut self.proposal, &mut self.deposit);
        require!(proposal.electorate_kind == ElectorateKind::Deposit as u8, GovError::WrongElectorateKind);
        proposal.check_step(Step::Vote, now)?;
        let caster = deposit.caster(self.voter.address(), now)?;
        let holding = deposit.holding();
        let weight = holding.weight_for(proposal.id).0;
        require!(weight > 0, GovError::DepositWeighsNothing);
        // Order: before the ballot, which may itself extend voting.
        let end = lock_end(UnixSeconds(proposal.ends_at), proposal.extension_seconds, proposal.was_extended == 1);
        deposit.locked_until = holding.with_lock(end.ok_or(GovError::Overflow)?).locked_until.0;
        let ballot = Ballot { voter: deposit.owner, index: deposit.index, choice, weight };
        let previous = cast(proposal, self.ballot_page.as_mut(), &ballot, now)?;
        check_caster(caster, proposal.ballot_rule()?, previous).map_err(|error| GovError::from(error).into())
    }
}
