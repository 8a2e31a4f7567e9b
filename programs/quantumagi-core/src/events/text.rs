//! What is told and not linked.

extern crate alloc;
use alloc::vec::Vec;

use anchor_lang::prelude::*;

/// A part of a text was published. Not linked: the text proves itself by its hash.
#[event]
pub struct TextPublished {
    pub text_hash: [u8; 32],
    pub publisher: Address,
    /// Length of the whole text, bytes.
    pub total_len: u32,
    /// Where this part starts, bytes.
    pub offset: u32,
    pub bytes: Vec<u8>,
}
