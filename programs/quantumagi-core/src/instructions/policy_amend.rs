//! Anybody replaces a policy's text and sunset with what was voted on, while the policy is in force.

use anchor_lang::prelude::*;
use quantumagi_rules::{action::Action, emergency::gates::Gate, policy::has_set};

use super::PolicyChange;
use crate::{error::GovError, events::PolicyAmended, mandate::now};

impl PolicyChange {
    /// `policy_amend`.
    pub fn amend(&mut self, text_hash: [u8; 32], sunset_at: i64) -> Result<()> {
        let now = now()?;
        require!(!has_set(sunset_at, now), GovError::SunsetInThePast);
        self.target.constitution.check_open::<{ Gate::PolicyAmend as u8 }>(now)?;
        self.target.constitution.check_policy_life(sunset_at, now)?;
        self.target.policy.check_in_force(now)?;
        let action = Action::PolicyAmend { policy_id: self.target.policy.id, text_hash, sunset_at };
        let mandate = self.order(&action, now)?;
        let target = &mut *self.target;
        let policy = &mut *target.policy;
        policy.text_hash = text_hash;
        policy.sunset_at = sunset_at;
        policy.version = policy.version.checked_add(1).ok_or(GovError::Overflow)?;
        let event = PolicyAmended {
            constitution: *target.constitution.address(),
            sequence: target.constitution.chain.sequence,
            at: now.0,
            mandate,
            policy_id: policy.id,
            version: policy.version,
            text_hash,
            sunset_at,
        };
        target.constitution.chain.record(&event)
    }
}
