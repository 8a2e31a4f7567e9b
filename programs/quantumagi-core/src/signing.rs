//! That a guardian signs now and here: neither a transaction kept for later nor a signature passed on by another program
//! counts (E7).

use anchor_lang::prelude::*;

use crate::error::GovError;

/// How the System program's `AdvanceNonceAccount` begins. Source: `solana_system_interface::instruction`, the fifth variant.
const ADVANCE_NONCE: [u8; 4] = [4, 0, 0, 0];

/// Checks the transaction that this instruction is in.
///
/// # Errors
/// [`GovError::NonceRefused`] where it begins with a durable nonce, which would keep it valid for ever;
/// [`GovError::IndirectSignature`] where another program calls this one, because its signers may have agreed long ago.
#[inline(never)]
pub fn check_signed_now(transaction: &Sysvar<SysvarInstructions>) -> Result<()> {
    // Only the first instruction can make a transaction's nonce durable. Source: `solana_runtime`, `uses_durable_nonce`.
    let first = transaction.load_instruction_at(0)?;
    let is_durable =
        *first.get_program_id() == System::id() && first.get_instruction_data().starts_with(&ADVANCE_NONCE);
    require!(!is_durable, GovError::NonceRefused);
    let this = transaction.load_instruction_at(usize::from(transaction.load_current_index()))?;
    require!(*this.get_program_id() == crate::ID, GovError::IndirectSignature);
    Ok(())
}
