//! Anybody replaces a policy's text and sunset with what was voted on, while the policy is in force.

use anchor_lang::prelude::*;
use quantumagi_rules::{action::Action, policy::has_set};

use crate::{
    error::GovError,
    events::PolicyAmended,
    mandate::{execute, now},
    state::{Constitution, Policy, Proposal},
};

#[derive(Accounts)]
pub struct PolicyAmend {
    #[account(mut)]
    pub constitution: Account<Constitution>,
    /// The approved proposal that orders this.
    #[account(mut)]
    pub proposal: Account<Proposal>,
    #[account(mut, constraint = policy.constitution == *constitution.address() @ GovError::WrongConstitution)]
    pub policy: Account<Policy>,
}

impl PolicyAmend {
    pub fn handler(&mut self, text_hash: [u8; 32], sunset_at: i64) -> Result<()> {
        let now = now()?;
        require!(!has_set(sunset_at, now), GovError::SunsetInThePast);
        self.policy.check_in_force(now)?;
        let action = Action::PolicyAmend { policy_id: self.policy.id, text_hash, sunset_at };
        let mandate = execute(&mut self.proposal, self.constitution.address(), &action, now)?;
        let policy = &mut *self.policy;
        policy.text_hash = text_hash;
        policy.sunset_at = sunset_at;
        policy.version = policy.version.checked_add(1).ok_or(GovError::Overflow)?;
        let event = PolicyAmended {
            constitution: *self.constitution.address(),
            sequence: self.constitution.chain.sequence,
            at: now.0,
            mandate,
            policy_id: policy.id,
            version: policy.version,
            text_hash,
            sunset_at,
        };
        self.constitution.chain.record(&event)
    }
}
