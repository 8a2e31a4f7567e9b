//! Instructions of SPL Token, byte by byte.

use quantumagi_interface::{Address, Instruction};
use solana_instruction::AccountMeta;

use super::TOKEN;

fn instruction(accounts: Vec<AccountMeta>, data: Vec<u8>) -> Instruction {
    Instruction { program_id: TOKEN, accounts, data }
}

/// Moves tokens.
pub fn transfer(from: &Address, to: &Address, owner: &Address, amount: u64) -> Instruction {
    let accounts =
        vec![AccountMeta::new(*from, false), AccountMeta::new(*to, false), AccountMeta::new_readonly(*owner, true)];
    instruction(accounts, [&[3][..], &amount.to_le_bytes()].concat())
}

/// Lets a delegate take tokens later.
pub fn approve(from: &Address, delegate: &Address, owner: &Address, amount: u64) -> Instruction {
    let accounts = vec![
        AccountMeta::new(*from, false),
        AccountMeta::new_readonly(*delegate, false),
        AccountMeta::new_readonly(*owner, true),
    ];
    instruction(accounts, [&[4][..], &amount.to_le_bytes()].concat())
}

/// Gives the whole account away.
pub fn set_owner(account: &Address, owner: &Address, to: &Address) -> Instruction {
    let accounts = vec![AccountMeta::new(*account, false), AccountMeta::new_readonly(*owner, true)];
    instruction(accounts, [&[6, 2, 1][..], to.as_ref()].concat())
}

/// Destroys tokens.
pub fn burn(from: &Address, mint: &Address, owner: &Address, amount: u64) -> Instruction {
    let accounts =
        vec![AccountMeta::new(*from, false), AccountMeta::new(*mint, false), AccountMeta::new_readonly(*owner, true)];
    instruction(accounts, [&[8][..], &amount.to_le_bytes()].concat())
}
