//! Removes the guardians: an approved proposal on the ratification track, or the founder before the seal.
//!
//! Specification
//! 1. Nothing shall be able to stop this, nor to hold up or veto the proposal that orders it (E6).
//! 2. What was spent of the budget shall stay spent (E5). What they have stopped ends by its clock, or by a vote.

use anchor_lang::prelude::*;
use quantumagi_rules::action::Action;

use super::GuardiansChange;
use crate::{events::GuardiansRemoved, mandate::now};

impl GuardiansChange {
    /// `guardians_remove`.
    pub fn remove(&mut self) -> Result<()> {
        let now = now()?;
        let mandate = self.mandated.order(&Action::GuardiansRemove, now)?;
        self.guardians.replace(&[], 0, 0, now)?;
        let event = GuardiansRemoved {
            constitution: *self.mandated.constitution.address(),
            sequence: self.mandated.constitution.chain.sequence,
            at: now.0,
            mandate,
            version: self.guardians.version,
        };
        self.mandated.constitution.chain.record(&event)
    }
}
