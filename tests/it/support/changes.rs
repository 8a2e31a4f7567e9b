//! Spoiling an instruction in one place.

use quantumagi_interface::{Address, Instruction};

/// The instruction with the flag of its account `slot` that says "signed" cleared.
pub fn unsigned(mut instruction: Instruction, slot: usize) -> Instruction {
    assert!(instruction.accounts[slot].is_signer, "slot {slot} signs");
    instruction.accounts[slot].is_signer = false;
    instruction
}

/// The instruction with its account `slot` read-only.
pub fn read_only(mut instruction: Instruction, slot: usize) -> Instruction {
    assert!(instruction.accounts[slot].is_writable, "slot {slot} is writable");
    instruction.accounts[slot].is_writable = false;
    instruction
}

/// The instruction with another address in its account `slot`.
pub fn swapped(mut instruction: Instruction, slot: usize, address: Address) -> Instruction {
    instruction.accounts[slot].pubkey = address;
    instruction
}
