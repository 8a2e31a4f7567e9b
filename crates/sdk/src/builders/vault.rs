//! Paying from the vault.

use quantumagi_interface::{instructions, pda};
use quantumagi_rpc::solana::{Address, Instruction};

/// Makes the payment that was voted on. `guardrails` are the constitution's, where there are any. Nobody's signature is needed but the fee payer's.
#[must_use]
pub fn vault_transfer(
    constitution: &Address,
    proposal: &Address,
    recipient: &Address,
    lamports: u64,
    guardrails: Option<Address>,
) -> Instruction {
    instructions::VaultTransfer {
        constitution: *constitution,
        proposal: *proposal,
        vault: pda::vault(constitution),
        recipient: *recipient,
        guardrails,
    }
    .instruction(lamports)
}
