//! Replaces a principle's text: the founder before the seal, an approved proposal after it.
//!
//! Specification
//! 1. The version named shall be the current one, so that an amendment of an older text cannot land.
//! 2. A retired principle shall not change. Class, category and priority never do.

use anchor_lang::prelude::*;
use quantumagi_rules::action::Action;

use super::PrincipleChange;
use crate::{error::GovError, events::PrincipleAmended, mandate::now};

impl PrincipleChange {
    /// `principle_amend`.
    pub fn amend(&mut self, version: u32, text_hash: [u8; 32]) -> Result<()> {
        let now = now()?;
        require!(text_hash != [0; 32], GovError::TextEmpty);
        self.principle.check_current(version)?;
        let action = Action::PrincipleAmend { principle_id: self.principle.id, version, text_hash };
        let mandate = self.mandated.order(&action, now)?;
        let address = *self.mandated.constitution.address();
        let constitution = &mut *self.mandated.constitution;
        let principle = &mut *self.principle;
        principle.text_hash = text_hash;
        principle.version = version.checked_add(1).ok_or(GovError::Overflow)?;
        let event = PrincipleAmended {
            constitution: address,
            sequence: constitution.chain.sequence,
            at: now.0,
            mandate,
            principle_id: principle.id,
            version: principle.version,
            text_hash,
        };
        constitution.chain.record(&event)
    }
}
