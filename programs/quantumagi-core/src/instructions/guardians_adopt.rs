//! Gives emergency powers to guardians, in place of any before: the founder before the seal, an approved proposal after it.
//!
//! Specification
//! 1. They shall be 2 to 9, different, and act only as a majority of at least two (E7), for at most a year (E8).
//! 2. What was spent of the budget shall stay spent (E5); their own record shall be clean.
//! 3. Nothing shall be able to stop this, nor to hold up the proposal that orders it (E6).

use anchor_lang::prelude::*;
use quantumagi_rules::{action::Action, emergency::guardians::Mandate};

extern crate alloc;
use alloc::vec::Vec;

use super::GuardiansChange;
use crate::{error::GovError, events::GuardiansAdopted, mandate::now};

impl GuardiansChange {
    /// `guardians_adopt`.
    pub fn adopt(&mut self, threshold: u8, term_seconds: u32, members: Vec<Address>) -> Result<()> {
        let now = now()?;
        let bytes: &[[u8; 32]] = bytemuck::cast_slice(&members);
        Mandate { threshold, term_seconds }.check(bytes.iter()).map_err(GovError::from)?;
        let mandate = self.mandated.order(&Action::GuardiansAdopt { threshold, term_seconds, members: bytes }, now)?;
        self.guardians.replace(&members, threshold, term_seconds, now)?;
        let event = GuardiansAdopted {
            constitution: *self.mandated.constitution.address(),
            sequence: self.mandated.constitution.chain.sequence,
            at: now.0,
            mandate,
            version: self.guardians.version,
            threshold,
            term_seconds,
            members,
        };
        self.mandated.constitution.chain.record(&event)
    }
}
