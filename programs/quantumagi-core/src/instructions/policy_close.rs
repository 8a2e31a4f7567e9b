//! Anybody closes a policy that has ended; the rent goes back to who paid it (A6). Its history stays in the events.

use anchor_lang::prelude::*;
use quantumagi_rules::policy::PolicyStatus;

use crate::{
    error::GovError,
    events::PolicyClosed,
    mandate::now,
    state::{Constitution, Policy},
};

#[derive(Accounts)]
pub struct PolicyClose {
    #[account(mut)]
    pub constitution: Account<Constitution>,
    #[account(
        mut,
        close = payer,
        constraint = policy.constitution == *constitution.address() @ GovError::WrongConstitution
    )]
    pub policy: Account<Policy>,
    /// Who paid for the policy's account.
    #[account(mut, constraint = *payer.address() == policy.payer @ GovError::NotPayer)]
    pub payer: UncheckedAccount,
}

impl PolicyClose {
    pub fn handler(&mut self) -> Result<()> {
        require!(self.policy.status()? != PolicyStatus::Active, GovError::PolicyInForce);
        let event = PolicyClosed {
            constitution: *self.constitution.address(),
            sequence: self.constitution.chain.sequence,
            at: now()?.0,
            policy_id: self.policy.id,
            payer: self.policy.payer,
        };
        self.constitution.chain.record(&event)
    }
}
