//! The proposer withdraws a proposal before voting ends. Nobody else can, and nobody can afterwards.

use anchor_lang::prelude::*;
use quantumagi_rules::lifecycle::{Status, Step};

use crate::{error::GovError, events::ProposalCancelled, mandate::now, state::Proposal};

#[derive(Accounts)]
pub struct ProposalCancel {
    /// Who made the proposal.
    pub proposer: Signer,
    #[account(mut, constraint = proposal.proposer == *proposer.address() @ GovError::NotProposer)]
    pub proposal: Account<Proposal>,
}

impl ProposalCancel {
    pub fn handler(&mut self) -> Result<()> {
        let now = now()?;
        let address = *self.proposal.address();
        let proposal = &mut *self.proposal;
        proposal.check_step(Step::Cancel, now)?;
        proposal.status = Status::Cancelled as u8;
        proposal.updated_at = now.0;
        let event = ProposalCancelled { proposal: address, sequence: proposal.chain.sequence, at: now.0 };
        proposal.chain.record(&event)
    }
}
