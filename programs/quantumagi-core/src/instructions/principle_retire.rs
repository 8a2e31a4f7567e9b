//! Retires a principle: the founder before the seal, an approved proposal after it.
//!
//! Specification
//! 1. The version named shall be the current one.
//! 2. A retired principle shall never be cited, amended or retired again. Its account stays: an id means one thing.
//! 3. Its guardrail shall end with it.

use anchor_lang::prelude::*;
use quantumagi_rules::action::Action;

use super::GuardrailChange;
use crate::{events::PrincipleRetired, mandate::now};

impl GuardrailChange {
    /// `principle_retire`.
    pub fn retire(&mut self, version: u32) -> Result<()> {
        let now = now()?;
        self.target.principle.check_current(version)?;
        let principle_id = self.target.principle.id;
        let mandate = self.target.mandated.order(&Action::PrincipleRetire { principle_id, version }, now)?;
        if self.target.principle.has_guardrail == 1 {
            self.clear_under(mandate, now.0)?;
        }
        let target = &mut *self.target;
        let address = *target.mandated.constitution.address();
        let constitution = &mut *target.mandated.constitution;
        target.principle.is_retired = 1;
        let event = PrincipleRetired {
            constitution: address,
            sequence: constitution.chain.sequence,
            at: now.0,
            mandate,
            principle_id,
            version,
        };
        constitution.chain.record(&event)
    }
}
