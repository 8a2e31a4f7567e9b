//! Writing a checkpoint down.

use quantumagi_rpc::solana::{AccountMeta, Address, Instruction, ids};

use crate::checkpoint::{Checkpoint, MEMO_PROGRAM};

/// `SystemInstruction::Transfer` is number 2; then lamports. Source: `solana_system_interface::instruction`.
const TRANSFER_NOTHING: [u8; 12] = [2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/// Anchors a checkpoint: a memo that `wallet` signs, and a transfer of nothing to itself that names the constitution, so
/// that whoever lists the constitution's transactions finds it. The memo program takes no accounts but signers; the System
/// program does not look at what a transfer names besides.
#[must_use]
pub fn checkpoint_anchor(wallet: &Address, checkpoint: &Checkpoint) -> Vec<Instruction> {
    let memo = Instruction {
        program_id: MEMO_PROGRAM,
        accounts: vec![AccountMeta::new_readonly(*wallet, true)],
        data: checkpoint.to_string().into_bytes(),
    };
    let own = AccountMeta::new(*wallet, true);
    let accounts = vec![own.clone(), own, AccountMeta::new_readonly(checkpoint.constitution, false)];
    let name = Instruction { program_id: ids::system_program::ID, accounts, data: TRANSFER_NOTHING.to_vec() };
    vec![memo, name]
}
