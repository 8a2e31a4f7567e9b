//! Anybody ends the policy whose repeal was voted on, while it is in force.

use anchor_lang::prelude::*;
use quantumagi_rules::{action::Action, emergency::gates::Gate, policy::PolicyStatus};

use super::PolicyChange;
use crate::{events::PolicyRepealed, mandate::now};

impl PolicyChange {
    /// `policy_repeal`.
    pub fn repeal(&mut self) -> Result<()> {
        let now = now()?;
        self.target.constitution.check_open::<{ Gate::PolicyRepeal as u8 }>(now)?;
        self.target.policy.check_in_force(now)?;
        let action = Action::PolicyRepeal { policy_id: self.target.policy.id };
        let mandate = self.order(&action, now)?;
        self.target.policy.status = PolicyStatus::Repealed as u8;
        let event = PolicyRepealed {
            constitution: *self.target.constitution.address(),
            sequence: self.target.constitution.chain.sequence,
            at: now.0,
            mandate,
            policy_id: self.target.policy.id,
        };
        self.target.constitution.chain.record(&event)
    }
}
