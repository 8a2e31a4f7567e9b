//! Anybody writes down that an approved proposal missed its window. It can then never be executed (L6).

use anchor_lang::prelude::*;
use quantumagi_rules::lifecycle::{Status, Step};

use crate::{events::ProposalExpired, mandate::now, state::Proposal};

#[derive(Accounts)]
pub struct ProposalExpire {
    #[account(mut)]
    pub proposal: Account<Proposal>,
}

impl ProposalExpire {
    pub fn handler(&mut self) -> Result<()> {
        let now = now()?;
        let address = *self.proposal.address();
        let proposal = &mut *self.proposal;
        proposal.check_step(Step::Expire, now)?;
        proposal.status = Status::Expired as u8;
        proposal.updated_at = now.0;
        let event = ProposalExpired { proposal: address, sequence: proposal.chain.sequence, at: now.0 };
        proposal.chain.record(&event)
    }
}
