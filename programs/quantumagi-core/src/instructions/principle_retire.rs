//! Retires a principle: the founder before the seal, an approved proposal after it.
//!
//! Specification
//! 1. The version named shall be the current one.
//! 2. A retired principle shall never be cited, amended or retired again. Its account stays: an id means one thing.

use anchor_lang::prelude::*;
use quantumagi_rules::action::Action;

use super::PrincipleChange;
use crate::{events::PrincipleRetired, mandate::now};

impl PrincipleChange {
    /// `principle_retire`.
    pub fn retire(&mut self, version: u32) -> Result<()> {
        let now = now()?;
        self.principle.check_current(version)?;
        let action = Action::PrincipleRetire { principle_id: self.principle.id, version };
        let mandate = self.mandated.order(&action, now)?;
        let address = *self.mandated.constitution.address();
        let constitution = &mut *self.mandated.constitution;
        self.principle.is_retired = 1;
        let event = PrincipleRetired {
            constitution: address,
            sequence: constitution.chain.sequence,
            at: now.0,
            mandate,
            principle_id: self.principle.id,
            version,
        };
        constitution.chain.record(&event)
    }
}
