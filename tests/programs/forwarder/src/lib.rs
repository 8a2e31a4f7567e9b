//! Passes on whatever it is told: its first account is the program to call, the others and the data go to it, with every
//! signature and every right to write that came with them. What a program that means harm could do, it does.

#[cfg(target_arch = "bpf")]
use solana_compiler_builtins as _;

use pinocchio::{
    cpi::invoke_with_slice,
    error::ProgramError,
    instruction::{InstructionAccount, InstructionView},
    AccountView, Address, ProgramResult,
};

pinocchio::entrypoint!(forward);

/// Calls account 0 with all the others.
///
/// # Errors
/// [`ProgramError::NotEnoughAccountKeys`] without an account 0; what the runtime refuses by itself.
pub fn forward(_program: &Address, accounts: &mut [AccountView], data: &[u8]) -> ProgramResult {
    let (called, accounts) = accounts.split_first().ok_or(ProgramError::NotEnoughAccountKeys)?;
    let metas: Vec<_> = accounts
        .iter()
        .map(|account| InstructionAccount::new(account.address(), account.is_writable(), account.is_signer()))
        .collect();
    invoke_with_slice(&InstructionView { program_id: called.address(), accounts: &metas, data }, accounts)
}
