//! Anybody ends the policy whose repeal was voted on, while it is in force.

use anchor_lang::prelude::*;
use quantumagi_rules::{action::Action, policy::PolicyStatus};

use crate::{
    error::GovError,
    events::PolicyRepealed,
    mandate::{execute, now},
    state::{Constitution, Policy, Proposal},
};

#[derive(Accounts)]
pub struct PolicyRepeal {
    #[account(mut)]
    pub constitution: Account<Constitution>,
    /// The approved proposal that orders this.
    #[account(mut)]
    pub proposal: Account<Proposal>,
    #[account(mut, constraint = policy.constitution == *constitution.address() @ GovError::WrongConstitution)]
    pub policy: Account<Policy>,
}

impl PolicyRepeal {
    pub fn handler(&mut self) -> Result<()> {
        let now = now()?;
        self.policy.check_in_force(now)?;
        let action = Action::PolicyRepeal { policy_id: self.policy.id };
        let mandate = execute(&mut self.proposal, self.constitution.address(), &action, now)?;
        self.policy.status = PolicyStatus::Repealed as u8;
        let event = PolicyRepealed {
            constitution: *self.constitution.address(),
            sequence: self.constitution.chain.sequence,
            at: now.0,
            mandate,
            policy_id: self.policy.id,
        };
        self.constitution.chain.record(&event)
    }
}
