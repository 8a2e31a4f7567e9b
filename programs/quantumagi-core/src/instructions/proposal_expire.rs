//! Anybody writes down that an approved proposal missed its window. It can then never be executed (L6).

use anchor_lang::prelude::*;
use quantumagi_rules::lifecycle::{Status, Step};

use super::ProposalStep;
use crate::{events::ProposalExpired, mandate::now};

impl ProposalStep {
    /// `proposal_expire`.
    pub fn expire(&mut self) -> Result<()> {
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
