//! What the guardrails' stored bytes mean.

use quantumagi_rules::guardrail::{Guardrail, Spending};

use crate::DecodeError;
use crate::accounts::Guardrails;
use crate::types::GuardrailSlot;

/// A guardrail in force, and what it has measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuardrailInForce {
    /// The principle it belongs to.
    pub principle_id: u32,
    /// What it checks.
    pub guardrail: Guardrail,
    /// What was spent lately, where it limits that.
    pub spending: Spending,
}

impl Guardrails {
    /// All guardrails, in the order of their places.
    ///
    /// # Errors
    /// [`DecodeError::Meaningless`].
    pub fn in_force(&self) -> Result<Vec<GuardrailInForce>, DecodeError> {
        let taken = self.slots.iter().filter(|slot| slot.guardrail[0] != 0);
        taken.map(GuardrailSlot::meaning).collect()
    }
}

impl GuardrailSlot {
    /// What lies here; a free place means nothing.
    ///
    /// # Errors
    /// [`DecodeError::Meaningless`].
    pub fn meaning(&self) -> Result<GuardrailInForce, DecodeError> {
        let guardrail = Guardrail::from_stored(&self.guardrail)
            .map_err(|_| DecodeError::Meaningless { field: "guardrail", value: self.guardrail[0].into() })?;
        let spending = Spending { buckets: self.buckets, newest: self.newest };
        Ok(GuardrailInForce { principle_id: self.principle_id, guardrail, spending })
    }
}
