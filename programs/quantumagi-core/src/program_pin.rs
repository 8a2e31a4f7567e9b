//! What a proposal may call, and the code it was when it was voted on.

use anchor_lang::prelude::*;
use quantumagi_rules::action::InvokeAccounts;

use crate::error::GovError;

/// Owner of programs that can be upgraded.
const LOADER_UPGRADEABLE: Address = Address::from_str_const("BPFLoaderUpgradeab1e11111111111111111111111");
/// Owner of programs deployed once and for all by the second loader.
const LOADER_V2: Address = Address::from_str_const("BPFLoader2111111111111111111111111111111111");
/// Owner of the programs built into the runtime.
const NATIVE_LOADER: Address = Address::from_str_const("NativeLoader1111111111111111111111111111111");

/// Tag of a `Program` account of the upgradeable loader: u32, then the address of its data.
/// Source: `solana_loader_v3_interface::state::UpgradeableLoaderState`.
const TAG_PROGRAM: [u8; 4] = [2, 0, 0, 0];
/// Tag of its `ProgramData` account: u32, then the slot of the last deployment (u64).
const TAG_PROGRAM_DATA: [u8; 4] = [3, 0, 0, 0];

/// Checks what a proposal wants to call.
///
/// # Errors
/// [`GovError::InvokeSelf`] for this program, [`GovError::InvokeSigner`] where anybody but the vault would sign.
pub fn check_invoke(program: &[u8; 32], accounts: InvokeAccounts, vault: &Address) -> Result<()> {
    require!(*program != crate::ID.to_bytes(), GovError::InvokeSelf);
    let only_vault_signs = accounts.are_signed_only_by(vault.as_array());
    require!(only_vault_signs, GovError::InvokeSigner);
    Ok(())
}

/// The slot in which `program` was last deployed; 0 for code that cannot change.
///
/// # Errors
/// [`GovError::ProgramNotPinned`] for an account that is no program, a loader this code does not know, or a
/// `program_data` that is missing or another program's.
#[inline(never)]
pub fn deploy_slot(program: &AccountView, program_data: Option<&AccountView>) -> Result<u64> {
    require!(program.executable(), GovError::ProgramNotPinned);
    if program.owned_by(&NATIVE_LOADER) || program.owned_by(&LOADER_V2) {
        return Ok(0);
    }
    require!(program.owned_by(&LOADER_UPGRADEABLE), GovError::ProgramNotPinned);
    let data_account = program_data.ok_or(GovError::ProgramNotPinned)?;
    require!(data_account.owned_by(&LOADER_UPGRADEABLE), GovError::ProgramNotPinned);
    let program = program.try_borrow()?;
    let points_to = program.strip_prefix(&TAG_PROGRAM).and_then(|rest| rest.get(..32));
    require!(points_to == Some(data_account.address().as_ref()), GovError::ProgramNotPinned);
    let data = data_account.try_borrow()?;
    let slot = data.strip_prefix(&TAG_PROGRAM_DATA).and_then(|rest| rest.first_chunk::<8>());
    slot.map(|bytes| u64::from_le_bytes(*bytes)).ok_or_else(|| GovError::ProgramNotPinned.into())
}
