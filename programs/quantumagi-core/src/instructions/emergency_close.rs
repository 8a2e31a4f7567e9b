//! Anybody closes an emergency act that nothing can become of any more; the rent goes back to who opened it (A6). Its history
//! stays in the events, and its id is never used again (A5).

use anchor_lang::prelude::*;
use quantumagi_rules::emergency::course::Step;

// All of it: a nested list of accounts brings generated modules of its own.
use super::emergency_accounts::*;
use crate::{error::GovError, events::EmergencyClosed, mandate::now_and_slot};

#[derive(Accounts)]
pub struct EmergencyClose {
    pub step: Nested<EmergencyStep>,
    /// The guardian who opened it, and paid for it.
    #[account(mut, constraint = *payer.address() == step.emergency.payer @ GovError::NotPayer)]
    pub payer: UncheckedAccount,
}

impl EmergencyClose {
    pub fn handler(&mut self) -> Result<()> {
        let (now, slot) = now_and_slot()?;
        self.step.emergency.check_step(Step::Close, slot, now)?;
        let event = EmergencyClosed {
            constitution: *self.step.constitution.address(),
            sequence: self.step.constitution.chain.sequence,
            at: now.0,
            emergency_id: self.step.emergency.id,
            payer: self.step.emergency.payer,
        };
        self.step.constitution.chain.record(&event)?;
        self.step.emergency.close(*self.payer.account())
    }
}
