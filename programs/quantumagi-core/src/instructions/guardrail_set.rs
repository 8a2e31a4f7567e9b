//! Binds a guardrail to a principle, in place of the one it had: the founder before the seal, an approved proposal after it.
//!
//! Specification
//! 1. The principle shall be active, and its version the one named, so that a guardrail lands on the words it was voted on.
//! 2. The guardrail shall make sense, and the parameters in force shall keep it: no guardrail can make the changes
//!    impossible by which it could be lifted.
//! 3. There shall be at most 12 guardrails, at most one a principle (L8).
//! 4. What was spent within the window shall be remembered where the new guardrail measures the same.

use anchor_lang::prelude::*;
use quantumagi_rules::{
    action::Action,
    guardrail::{Guardrail, GUARDRAIL_BYTES},
};

use super::GuardrailChange;
use crate::{error::GovError, events::GuardrailSet, mandate::now};

impl GuardrailChange {
    /// `guardrail_set`.
    pub fn set(&mut self, version: u32, bytes: [u8; GUARDRAIL_BYTES]) -> Result<()> {
        let now = now()?;
        let guardrail = Guardrail::from_bytes(&bytes).map_err(|_| GovError::GuardrailMalformed)?;
        let target = &mut *self.target;
        target.principle.check_current(version)?;
        target.mandated.constitution.check_parameters(&guardrail)?;
        let principle_id = target.principle.id;
        let mandate = target.mandated.order(&Action::GuardrailSet { principle_id, version, guardrail }, now)?;
        let address = *target.mandated.constitution.address();
        let constitution = &mut *target.mandated.constitution;
        let guardrails = self.guardrails.as_mut().ok_or(GovError::GuardrailsMissing)?;
        let change = guardrails.changes;
        guardrails.set(principle_id, &guardrail)?;
        target.principle.has_guardrail = 1;
        constitution.obey(guardrails)?;
        let event = GuardrailSet {
            constitution: address,
            sequence: constitution.chain.sequence,
            at: now.0,
            mandate,
            change,
            principle_id,
            version,
            guardrail: bytes,
        };
        constitution.chain.record(&event)
    }
}
