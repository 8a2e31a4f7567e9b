//! A member of the veto body wants to stop a proposal. Once enough of them do, it is vetoed, at once and for good.
//!
//! Specification
//! 1. The body and the share of its weight that suffices shall be those that the proposal froze (T6).
//! 2. A member's weight shall be the roster's and count once (W1, W3).
//! 3. A veto shall be possible from the first vote to the end of the cool-off, whether or not the outcome is written.

use anchor_lang::prelude::*;
use quantumagi_rules::{
    lifecycle::{Status, Step},
    veto::{is_vetoed, with_ballot},
    Bps, Weight,
};

use super::MemberBallot;
use crate::{electorate::member_of, error::GovError, events::ProposalVetoed, mandate::now, state::Member};

impl MemberBallot {
    /// `proposal_veto`.
    pub fn veto(&mut self, member_index: u32) -> Result<()> {
        let now = now()?;
        let address = *self.proposal.address();
        let proposal = &mut *self.proposal;
        require!(proposal.veto_bps > 0, GovError::NoVetoBody);
        proposal.check_step(Step::Veto, now)?;
        let Member { voter: member, weight } = member_of(&self.roster_page, &proposal.veto_roster, member_index)?;
        require!(member == *self.voter.address(), GovError::NotTheMember);
        let so_far = Weight(proposal.veto_weight);
        let sum = with_ballot(&mut proposal.veto_ballots, member_index, so_far, Weight(weight));
        let sum = sum.map_err(GovError::from)?;
        proposal.veto_weight = sum.0;
        if is_vetoed(sum, Weight(proposal.veto_total), Bps(proposal.veto_bps)) {
            proposal.status = Status::Vetoed as u8;
        }
        proposal.updated_at = now.0;
        proposal.check_invariant()?;
        let event = ProposalVetoed {
            proposal: address,
            sequence: proposal.chain.sequence,
            at: now.0,
            member,
            weight,
            veto_weight: proposal.veto_weight,
            member_index,
            status: proposal.status,
            reserved: [0; 3],
        };
        proposal.chain.record(&event)
    }
}
