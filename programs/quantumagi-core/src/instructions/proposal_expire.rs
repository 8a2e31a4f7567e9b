//! Anybody writes down that an approved proposal missed its window. It can then never be executed (L6).
//!
//! Specification
//! 1. The window shall be over, with all that a pause of its execution took of it: a pause delays and never kills (E3).

use anchor_lang::prelude::*;
use quantumagi_rules::lifecycle::{Status, Step};

use crate::{
    events::ProposalExpired,
    mandate::now,
    state::{Constitution, Proposal},
};

#[derive(Accounts)]
pub struct ProposalExpire {
    /// Says whether its execution was paused.
    pub constitution: Account<Constitution>,
    #[account(mut)]
    pub proposal: Account<Proposal>,
}

impl ProposalExpire {
    pub fn handler(&mut self) -> Result<()> {
        let now = now()?;
        let address = *self.proposal.address();
        let proposal = &mut *self.proposal;
        proposal.check_due(Step::Expire, &self.constitution, now)?;
        proposal.status = Status::Expired as u8;
        proposal.updated_at = now.0;
        let event = ProposalExpired { proposal: address, sequence: proposal.chain.sequence, at: now.0 };
        proposal.chain.record(&event)
    }
}
