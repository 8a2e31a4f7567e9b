//! Anybody closes a policy that has ended; the rent goes back to who paid it (A6). Its history stays in the events.

use anchor_lang::prelude::*;
use quantumagi_rules::policy::PolicyStatus;

// All of it: a nested list of accounts brings generated modules of its own.
use super::shared::*;
use crate::{error::GovError, events::PolicyClosed, mandate::now};

#[derive(Accounts)]
pub struct PolicyClose {
    pub target: Nested<PolicyOfConstitution>,
    /// Who paid for the policy's account.
    #[account(mut, constraint = *payer.address() == target.policy.payer @ GovError::NotPayer)]
    pub payer: UncheckedAccount,
}

impl PolicyClose {
    pub fn handler(&mut self) -> Result<()> {
        require!(self.target.policy.status()? != PolicyStatus::Active, GovError::PolicyInForce);
        let event = PolicyClosed {
            constitution: *self.target.constitution.address(),
            sequence: self.target.constitution.chain.sequence,
            at: now()?.0,
            policy_id: self.target.policy.id,
            payer: self.target.policy.payer,
        };
        self.target.constitution.chain.record(&event)?;
        self.target.policy.close(*self.payer.account())
    }
}
