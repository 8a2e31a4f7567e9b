//! What a proposal may call, and the code it was when it was voted on.

use anchor_lang::prelude::*;
use quantumagi_rules::{
    action::{CallRefusal, Invocation, Surroundings},
    Hash, Sha256,
};

use crate::{error::GovError, state::SolSha256};

/// Owner of programs that can be upgraded.
pub const LOADER_UPGRADEABLE: Address = Address::from_str_const("BPFLoaderUpgradeab1e11111111111111111111111");
/// Owner of programs deployed once and for all by the second loader.
const LOADER_V2: Address = Address::from_str_const("BPFLoader2111111111111111111111111111111111");
/// Owner of the programs built into the runtime.
const NATIVE_LOADER: Address = Address::from_str_const("NativeLoader1111111111111111111111111111111");

/// Tag of a `Program` account of the upgradeable loader: u32, then the address of its data.
/// Source: `solana_loader_v3_interface::state::UpgradeableLoaderState`.
const TAG_PROGRAM: [u8; 4] = [2, 0, 0, 0];
/// Tag of its `ProgramData` account: u32, then the slot of the last deployment (u64), then the upgrade authority behind a
/// byte that is 1 where there is one.
const TAG_PROGRAM_DATA: [u8; 4] = [3, 0, 0, 0];
/// Tag of its `Buffer` account: u32, then the authority behind such a byte, then the code.
const TAG_BUFFER: [u8; 4] = [1, 0, 0, 0];
/// Where the upgradeable loader keeps this program's own code: derived from [`crate::ID`], as a test confirms.
pub const OWN_CODE: Address = Address::from_str_const("Ay5KKw4ELGpNxUe2PZn4zyCPDS7noNUVCZCn1p7Kti8P");
/// Bytes of a buffer before the code.
const BUFFER_HEADER: usize = 37;

/// Checks what a proposal wants to call, and tells whether it could touch this program's own code.
///
/// # Errors
/// The refusal of the rules, by its own name.
pub fn check_call(invocation: &Invocation, around: &Surroundings) -> Result<bool> {
    invocation.check(around).map_err(|refusal| {
        let error = match refusal {
            CallRefusal::Governance => GovError::InvokeSelf,
            CallRefusal::Signer => GovError::InvokeSigner,
            CallRefusal::Protected => GovError::InvokeProtected,
            CallRefusal::UnseenUpgrade => GovError::UpgradeUnseen,
        };
        error.into()
    })
}

/// The slot in which `program` was last deployed; 0 for code that cannot change.
///
/// # Errors
/// [`GovError::ProgramNotPinned`] for an account that is no program, a loader this code does not know, or a
/// `program_data` that is missing, not needed or another program's.
#[inline(never)]
pub fn deploy_slot(program: &AccountView, program_data: Option<&AccountView>) -> Result<u64> {
    require!(program.executable(), GovError::ProgramNotPinned);
    if program.owned_by(&NATIVE_LOADER) || program.owned_by(&LOADER_V2) {
        // Its code lies in itself: whoever shows another account means another program.
        let is_own = program_data.is_none_or(|data| data.address() == program.address());
        require!(is_own, GovError::ProgramNotPinned);
        return Ok(0);
    }
    let data_account = program_data.ok_or(GovError::ProgramNotPinned)?;
    Ok(deployment(program, data_account)?.0)
}

/// The slot in which `program` was last deployed, where `authority` may upgrade it.
///
/// # Errors
/// [`GovError::ProgramNotPinned`] where it cannot be upgraded or `program_data` is another program's;
/// [`GovError::NotUpgradeAuthority`] where somebody else may, or nobody.
pub fn upgradeable(program: &AccountView, program_data: &AccountView, authority: &Address) -> Result<u64> {
    let (slot, actual) = deployment(program, program_data)?;
    require!(actual.as_ref() == Some(authority), GovError::NotUpgradeAuthority);
    Ok(slot)
}

/// Slot and upgrade authority of a program of the upgradeable loader.
#[inline(never)]
fn deployment(program: &AccountView, program_data: &AccountView) -> Result<(u64, Option<Address>)> {
    require!(program.owned_by(&LOADER_UPGRADEABLE), GovError::ProgramNotPinned);
    require!(program_data.owned_by(&LOADER_UPGRADEABLE), GovError::ProgramNotPinned);
    let program = program.try_borrow()?;
    let points_to = program.strip_prefix(&TAG_PROGRAM).and_then(|rest| rest.get(..32));
    require!(points_to == Some(program_data.address().as_ref()), GovError::ProgramNotPinned);
    let data = program_data.try_borrow()?;
    let fields = data.strip_prefix(&TAG_PROGRAM_DATA).and_then(|rest| rest.split_first_chunk::<8>());
    let (slot, rest) = fields.ok_or(GovError::ProgramNotPinned)?;
    let authority = rest.strip_prefix(&[1]).and_then(|rest| rest.first_chunk::<32>());
    Ok((u64::from_le_bytes(*slot), authority.map(|bytes| Address::new_from_array(*bytes))))
}

/// SHA-256 of the code that a buffer of the upgradeable loader holds: everything behind its header.
///
/// # Errors
/// [`GovError::BufferChanged`] for an account that is no buffer.
pub fn hash_in_buffer(buffer: &AccountView) -> Result<Hash> {
    require!(buffer.owned_by(&LOADER_UPGRADEABLE), GovError::BufferChanged);
    let data = buffer.try_borrow()?;
    require!(data.starts_with(&TAG_BUFFER), GovError::BufferChanged);
    let code = data.get(BUFFER_HEADER..).ok_or(GovError::BufferChanged)?;
    Ok(SolSha256::hashv(&[code]))
}
