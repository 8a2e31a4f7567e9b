//! The seeds with which the vault signs. They contain the constitution, so an approval in one is worth nothing in
//! another (X9).

use anchor_lang::prelude::*;
use pinocchio::{
    cpi::{invoke_signed_with_slice, Seed, Signer as CpiSigner},
    instruction::{InstructionAccount, InstructionView},
};

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

/// Calls `program` with `accounts`, whose views stand in the same order, and with the vault's signature where they ask for
/// it. Pinocchio's call, not Anchor's, which compares every account with every other one.
///
/// # Errors
/// What the runtime refuses by itself; what the called program refuses ends the transaction.
// One copy for every instruction that calls: the code that prepares a call is long.
#[inline(never)]
pub fn call_signed(
    constitution: &Account<Constitution>,
    program: &Address,
    accounts: &[InstructionAccount],
    views: &[AccountView],
    data: &[u8],
) -> Result<()> {
    let seeds = VaultSeeds::new(constitution);
    let call = InstructionView { program_id: program, accounts, data };
    invoke_signed_with_slice(&call, views, &[CpiSigner::from(&seeds.as_slices().map(Seed::from))])
}
