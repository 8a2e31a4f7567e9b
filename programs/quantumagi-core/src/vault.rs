//! The seeds with which the vault signs. They contain the constitution, so an approval in one is worth nothing in
//! another (X9).

use anchor_lang::prelude::*;

use crate::{seeds, state::Constitution};

/// Seeds of one constitution's vault.
pub struct VaultSeeds {
    constitution: Address,
    bump: [u8; 1],
}

impl VaultSeeds {
    /// Of this constitution.
    pub fn new(constitution: &Account<Constitution>) -> Self {
        Self { constitution: *constitution.address(), bump: [constitution.vault_bump] }
    }

    /// As the runtime wants them.
    pub fn as_slices(&self) -> [&[u8]; 3] {
        [seeds::VAULT, self.constitution.as_ref(), &self.bump]
    }
}
