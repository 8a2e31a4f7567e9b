//! Anybody closes a ballot page of a final proposal; the rent goes back to who opened it (A6).

use anchor_lang::prelude::*;
use quantumagi_rules::lifecycle::Step;

use crate::{
    error::GovError,
    events::BallotPageClosed,
    mandate::now,
    state::{BallotPage, Proposal},
};

#[derive(Accounts)]
pub struct BallotPageClose {
    #[account(mut)]
    pub proposal: Account<Proposal>,
    #[account(
        mut,
        close = payer,
        constraint = ballot_page.proposal == *proposal.address() @ GovError::WrongProposal
    )]
    pub ballot_page: Account<BallotPage>,
    /// Who opened the page.
    #[account(mut, constraint = *payer.address() == ballot_page.payer @ GovError::NotPayer)]
    pub payer: UncheckedAccount,
}

impl BallotPageClose {
    pub fn handler(&mut self) -> Result<()> {
        let now = now()?;
        let address = *self.proposal.address();
        let proposal = &mut *self.proposal;
        proposal.check_step(Step::CloseBallots, now)?;
        proposal.ballot_pages = proposal.ballot_pages.checked_sub(1).ok_or(GovError::InvariantBroken)?;
        let event = BallotPageClosed {
            proposal: address,
            sequence: proposal.chain.sequence,
            at: now.0,
            page: self.ballot_page.page,
            payer: self.ballot_page.payer,
        };
        proposal.chain.record(&event)
    }
}
