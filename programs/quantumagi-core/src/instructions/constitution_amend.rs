//! Replaces the constitution's text: the founder before the seal, an approved proposal after it.
//!
//! Specification
//! 1. The parent shall be the text in force, so that an amendment of an older text cannot land.
//! 2. The new hash shall not be empty. The version goes up by one.

use anchor_lang::prelude::*;
use quantumagi_rules::action::Action;

use super::Mandated;
use crate::{error::GovError, events::ConstitutionAmended, mandate::now};

impl Mandated {
    /// `constitution_amend`.
    pub fn amend_text(&mut self, text_hash: [u8; 32], parent_hash: [u8; 32]) -> Result<()> {
        let now = now()?;
        require!(text_hash != [0; 32], GovError::TextEmpty);
        require!(parent_hash == self.constitution.text_hash, GovError::ParentMismatch);
        let action = Action::ConstitutionAmend { text_hash, parent_hash };
        let mandate = self.order(&action, now)?;
        let address = *self.constitution.address();
        let constitution = &mut *self.constitution;
        constitution.parent_hash = parent_hash;
        constitution.text_hash = text_hash;
        constitution.version = constitution.version.checked_add(1).ok_or(GovError::Overflow)?;
        let event = ConstitutionAmended {
            constitution: address,
            sequence: constitution.chain.sequence,
            at: now.0,
            mandate,
            version: constitution.version,
            text_hash,
            parent_hash,
        };
        constitution.chain.record(&event)
    }
}
