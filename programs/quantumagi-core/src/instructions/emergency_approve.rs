//! Another guardian approves an emergency act. With the last approval that it needs, it takes effect.
//!
//! Specification
//! 1. Guardians shall be different, sign now and here, sign this act in every detail, and all within 150 slots (E7).
//! 2. The act shall be within the budget of 90 days, and its target untouched for as long (E5).
//! 3. Its effect shall end by the clock, 7 days from now at the latest unless a vote confirms it (E2, E4).
//! 4. It shall change nothing but the moment until which its target is stopped (E3).

use anchor_lang::prelude::*;
use quantumagi_rules::emergency::{
    course::{Outcome, Step},
    guardians::Approvals,
};

// All of it: a nested list of accounts brings generated modules of its own.
use super::emergency_accounts::*;
use crate::{
    effect::Effect, error::GovError, events::EmergencyApproved, mandate::now_and_slot, state::EmergencyAction,
};

#[derive(Accounts)]
pub struct EmergencyApprove {
    pub signed: Nested<GuardianSigned>,
    /// The emergency act.
    #[account(mut, constraint = emergency.constitution == *signed.constitution.address() @ GovError::WrongConstitution)]
    pub emergency: Account<EmergencyAction>,
    /// The policy or the proposal it is about; none for a pause. Needed only for the approval that it takes effect with.
    #[account(mut)]
    pub target: Option<UncheckedAccount>,
}

impl EmergencyApprove {
    pub fn handler(&mut self, index: u8, statement: [u8; 32]) -> Result<()> {
        let (now, slot) = now_and_slot()?;
        self.signed.check(index)?;
        let guardians = &mut self.signed.guardians;
        let emergency = &mut self.emergency;
        emergency.check_step(Step::Approve, slot, now)?;
        require!(emergency.guardians_version == guardians.version, GovError::GuardiansChanged);
        require!(emergency.statement == statement, GovError::ApprovalMismatch);
        let approvals = Approvals(emergency.approvals).with(index).map_err(GovError::from)?;
        let present = guardians.present(now);
        guardians.power().check_armed(present, now).map_err(GovError::from)?;
        emergency.approvals = approvals.0;
        let mut effect_until = 0;
        if approvals.count() >= u32::from(guardians.threshold) {
            let power = guardians.power().with_act(present, emergency.seconds, now).map_err(GovError::from)?;
            guardians.set_power(power);
            let times = emergency.times().activated(now, emergency.seconds).ok_or(GovError::Overflow)?;
            emergency.set_times(times);
            emergency.outcome = Outcome::Active as u8;
            let until = times.effect_until(false);
            let target = self.target.as_ref().map(|target| target.account());
            Effect { constitution: &mut self.signed.constitution, emergency: &self.emergency, target, now }
                .begin(until)?;
            effect_until = until.0;
        }
        let event = EmergencyApproved {
            constitution: *self.signed.constitution.address(),
            sequence: self.signed.constitution.chain.sequence,
            at: now.0,
            emergency_id: self.emergency.id,
            guardian: *self.signed.guardian.address(),
            index,
            approvals: approvals.0,
            slot,
            effect_until,
            ratify_by: self.emergency.ratify_by,
            expires_at: self.emergency.expires_at,
        };
        self.signed.constitution.chain.record(&event)
    }
}
