//! Paying from the vault.

use quantumagi_interface::{instructions, pda};
use quantumagi_rpc::solana::{Address, Instruction};

/// Makes the payment that was voted on. Nobody's signature is needed but the fee payer's.
#[must_use]
pub fn vault_transfer(constitution: &Address, proposal: &Address, recipient: &Address, lamports: u64) -> Instruction {
    instructions::VaultTransfer {
        constitution: *constitution,
        proposal: *proposal,
        vault: pda::vault(constitution),
        recipient: *recipient,
    }
    .instruction(lamports)
}
