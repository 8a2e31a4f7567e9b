//! A principle: one numbered sentence of the constitution, by its hash.

use anchor_lang::prelude::*;
use quantumagi_rules::principle::Class;

use crate::error::GovError;

/// A principle. Added by the founder before the seal and by vote after it; retired, never closed, so that an id means
/// the same for ever.
///
/// Seeds: `"principle"`, constitution, id (u32, little endian).
#[account]
pub struct Principle {
    /// The constitution it belongs to.
    pub constitution: Address,
    /// Who paid for this account.
    pub payer: Address,
    /// SHA-256 of its canonical text.
    pub text_hash: [u8; 32],
    /// Its id in the constitution, from 0.
    pub id: u32,
    /// Version of its text, from 1.
    pub version: u32,
    /// 0 ordinary, 1 entrenched. Never changes.
    pub class: u8,
    /// What it is about: `quantumagi_rules::principle::Category`.
    pub category: u8,
    /// 0 to 100.
    pub priority: u8,
    /// 1 once retired: cannot be cited, amended or retired again.
    pub is_retired: u8,
    /// Layout of this account.
    pub layout_version: u8,
    /// Canonical bump of this address.
    pub bump: u8,
    /// 1 while a guardrail belongs to it.
    pub has_guardrail: u8,
    /// Zero. Fills the last four bytes.
    pub reserved: u8,
}

impl Principle {
    /// Its class, which decides what changing it takes.
    ///
    /// # Errors
    /// [`GovError::AccountCorrupt`] where the stored class has no meaning.
    pub fn class(&self) -> Result<Class> {
        Ok(Class::from_u8(self.class).ok_or(GovError::AccountCorrupt)?)
    }

    /// # Errors
    /// [`GovError::PrincipleRetired`], or [`GovError::PrincipleVersionMismatch`] where `version` is not the current one.
    pub fn check_current(&self, version: u32) -> Result<()> {
        require!(self.is_retired == 0, GovError::PrincipleRetired);
        require!(self.version == version, GovError::PrincipleVersionMismatch);
        Ok(())
    }
}
