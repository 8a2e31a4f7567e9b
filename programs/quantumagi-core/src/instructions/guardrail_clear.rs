//! Takes a principle's guardrail away: the founder before the seal, an approved proposal after it.
//!
//! Specification
//! 1. The principle shall be active, its version the one named, and have a guardrail.
//! 2. It shall take what amending the principle takes: of an entrenched one, the entrenched threshold.

use anchor_lang::prelude::*;
use quantumagi_rules::action::Action;

use super::GuardrailChange;
use crate::{
    error::GovError,
    events::GuardrailCleared,
    mandate::{now, Mandate},
};

impl GuardrailChange {
    /// `guardrail_clear`.
    pub fn clear(&mut self, version: u32) -> Result<()> {
        let now = now()?;
        self.target.principle.check_current(version)?;
        let principle_id = self.target.principle.id;
        let mandate = self.target.mandated.order(&Action::GuardrailClear { principle_id, version }, now)?;
        self.clear_under(mandate, now.0)
    }

    /// Takes the guardrail away and tells.
    ///
    /// # Errors
    /// [`GovError::GuardrailNotSet`] where there is none; [`GovError::GuardrailsMissing`] without the account.
    pub(super) fn clear_under(&mut self, mandate: Mandate, at: i64) -> Result<()> {
        let target = &mut *self.target;
        let address = *target.mandated.constitution.address();
        let constitution = &mut *target.mandated.constitution;
        let principle = &mut *target.principle;
        require!(principle.has_guardrail == 1, GovError::GuardrailNotSet);
        let guardrails = self.guardrails.as_mut().ok_or(GovError::GuardrailsMissing)?;
        let change = guardrails.changes;
        guardrails.clear(principle.id)?;
        principle.has_guardrail = 0;
        constitution.obey(guardrails)?;
        let event = GuardrailCleared {
            constitution: address,
            sequence: constitution.chain.sequence,
            at,
            mandate,
            change,
            principle_id: principle.id,
            version: principle.version,
        };
        constitution.chain.record(&event)
    }
}
