//! Anybody closes a final proposal; the rent goes back to who proposed.
//!
//! Specification
//! 1. The proposal shall be final and its ballot pages closed.
//! 2. The rent shall go to the recorded payer (A6), and so shall the deposit, unless one objective rule forfeits it to the
//!    vault (L4). The id is never used again (A5).
//! 3. The hash of the proposal's history shall go into the constitution's, so that it stays provable.

use anchor_lang::prelude::*;
use quantumagi_rules::{lifecycle::Step, spam::is_forfeited, Bps};

use crate::{
    electorate::unbind,
    error::GovError,
    events::ProposalClosed,
    mandate::now,
    scrutiny::unbind_veto_body,
    state::{Bound, Constitution, Proposal, Proposer, Roster},
};

#[derive(Accounts)]
pub struct ProposalClose {
    #[account(mut)]
    pub constitution: Account<Constitution>,
    #[account(
        mut,
        close = proposer,
        constraint = proposal.constitution == *constitution.address() @ GovError::WrongConstitution
    )]
    pub proposal: Account<Proposal>,
    /// The electorate the proposal was bound to.
    #[account(mut, constraint = *electorate.address() == proposal.electorate @ GovError::WrongElectorate)]
    pub electorate: UncheckedAccount,
    /// The roster it would have adopted; none for any other action.
    #[account(mut, constraint = *candidate.address() == proposal.subject @ GovError::WrongRoster)]
    pub candidate: Option<Account<Roster>>,
    /// The roster that could have vetoed it; none where nobody could.
    #[account(mut)]
    pub veto_roster: Option<Account<Roster>>,
    /// Receives a deposit that is forfeited.
    #[account(mut, constraint = *vault.address() == constitution.vault @ GovError::WrongVault)]
    pub vault: UncheckedAccount,
    /// Who made the proposal, and paid for it.
    #[account(mut, constraint = *proposer.address() == proposal.proposer @ GovError::NotPayer)]
    pub proposer: UncheckedAccount,
    /// Counts the proposer's open proposals.
    #[account(
        mut,
        constraint = record.constitution == *constitution.address() @ GovError::WrongConstitution,
        constraint = record.owner == proposal.proposer @ GovError::NotProposer
    )]
    pub record: Account<Proposer>,
}

impl ProposalClose {
    pub fn handler(&mut self) -> Result<()> {
        let now = now()?;
        self.proposal.check_step(Step::Close, now)?;
        require!(self.proposal.ballot_pages == 0, GovError::PagesOpen);
        require!(self.candidate.is_some() == self.proposal.adopts_roster(), GovError::WrongSubject);
        unbind(self.proposal.electorate_kind, self.electorate.account())?;
        self.record.uncount()?;
        if let Some(candidate) = &mut self.candidate {
            candidate.unbind()?;
        }
        unbind_veto_body(&self.proposal, self.veto_roster.as_mut())?;
        let is_forfeited = is_forfeited(&self.proposal.ending()?, Bps(self.proposal.slash_bps));
        let forfeited_lamports = if is_forfeited { self.proposal.deposit_lamports } else { 0 };
        self.proposal.sub_lamports(forfeited_lamports)?;
        self.vault.add_lamports(forfeited_lamports)?;
        let event = ProposalClosed {
            constitution: *self.constitution.address(),
            sequence: self.constitution.chain.sequence,
            at: now.0,
            proposal: *self.proposal.address(),
            payer: self.proposal.proposer,
            forfeited_lamports,
            status: self.proposal.status,
            final_sequence: self.proposal.chain.sequence,
            final_hash: self.proposal.chain.hash,
        };
        self.constitution.chain.record(&event)
    }
}
