//! Executing several instructions, and the payloads they are read from.

extern crate alloc;
use alloc::vec::Vec;

use anchor_lang::prelude::*;

/// An instruction of a proposal was called, and others are still to come. On the proposal's chain; the last one is told by
/// `ProposalExecuted`.
#[event(bytemuck)]
pub struct ProposalStepExecuted {
    pub proposal: Address,
    pub sequence: u64,
    pub at: i64,
    /// Digest of the instruction that was called. With the digest of what is still to be done it makes the one before, so
    /// that the chain can be followed without knowing the instructions.
    pub step_digest: [u8; 32],
    /// Digest of what is still to be done.
    pub pending_digest: [u8; 32],
    /// Instructions called so far.
    pub steps_done: u16,
    /// Instructions in all.
    pub steps: u16,
    /// Zero.
    pub reserved: [u8; 4],
}

/// A payload was begun. Not linked: a payload proves itself by its hash.
#[event]
pub struct PayloadCreated {
    /// The payload.
    pub payload: Address,
    /// Who writes and pays for it.
    pub author: Address,
    /// SHA-256 of all its bytes.
    pub hash: [u8; 32],
    /// Length of the whole payload, bytes.
    pub size: u32,
}

/// A part of a payload was written. Not linked.
#[event]
pub struct PayloadWritten {
    /// The payload.
    pub payload: Address,
    /// Who writes and pays for it.
    pub author: Address,
    /// SHA-256 of all its bytes.
    pub hash: [u8; 32],
    /// Length of the whole payload, bytes.
    pub size: u32,
    /// Where this part starts, bytes.
    pub offset: u32,
    pub bytes: Vec<u8>,
}

/// A payload was closed and its rent returned. Not linked.
#[event]
pub struct PayloadClosed {
    /// The payload.
    pub payload: Address,
    /// Who wrote it, and got the rent back.
    pub author: Address,
}
