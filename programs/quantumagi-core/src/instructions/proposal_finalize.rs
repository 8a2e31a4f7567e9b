//! Anybody writes down the outcome of a vote that has ended. The tally and the frozen rule decide; nobody else does.

use anchor_lang::prelude::*;
use quantumagi_rules::{
    lifecycle::{Status, Step},
    Weight,
};

use super::ProposalStep;
use crate::{events::ProposalFinalized, mandate::now};

impl ProposalStep {
    /// `proposal_finalize`.
    pub fn finalize(&mut self) -> Result<()> {
        let now = now()?;
        let address = *self.proposal.address();
        let proposal = &mut *self.proposal;
        proposal.check_step(Step::Finalize, now)?;
        let verdict = proposal.approval_rule().check(proposal.tally(), Weight(proposal.total_weight));
        let (status, defeat) = match verdict {
            Ok(()) => (Status::Succeeded, 0),
            Err(defeat) => (Status::Defeated, defeat as u8),
        };
        proposal.status = status as u8;
        proposal.defeat = defeat;
        proposal.updated_at = now.0;
        let times = proposal.timetable()?;
        let event = ProposalFinalized {
            proposal: address,
            sequence: proposal.chain.sequence,
            at: now.0,
            for_weight: proposal.for_weight,
            against_weight: proposal.against_weight,
            abstain_weight: proposal.abstain_weight,
            total_weight: proposal.total_weight,
            cooled_at: times.cooled_at.0,
            opens_at: times.opens_at.0,
            closes_at: times.closes_at.0,
            status: proposal.status,
            defeat,
            reserved: [0; 6],
        };
        proposal.chain.record(&event)
    }
}
