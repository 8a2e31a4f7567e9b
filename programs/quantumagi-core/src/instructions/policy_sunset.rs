//! Anybody writes down that a policy's clock has ended it. It was out of force since that second all the same.

use anchor_lang::prelude::*;
use quantumagi_rules::policy::{has_set, PolicyStatus};

use super::PolicyOfConstitution;
use crate::{error::GovError, events::PolicySunsetRecorded, mandate::now};

impl PolicyOfConstitution {
    /// `policy_sunset`.
    pub fn sunset(&mut self) -> Result<()> {
        let now = now()?;
        require!(self.policy.status()? == PolicyStatus::Active, GovError::PolicyNotInForce);
        require!(has_set(self.policy.sunset_at, now), GovError::SunsetNotReached);
        self.policy.status = PolicyStatus::Sunset as u8;
        let event = PolicySunsetRecorded {
            constitution: *self.constitution.address(),
            sequence: self.constitution.chain.sequence,
            at: now.0,
            policy_id: self.policy.id,
            sunset_at: self.policy.sunset_at,
        };
        self.constitution.chain.record(&event)
    }
}
