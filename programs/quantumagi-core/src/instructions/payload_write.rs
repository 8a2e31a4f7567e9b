//! The author of a payload adds the next part of it, and pays for the bytes.
//!
//! Specification
//! 1. Only who created a payload shall fill it, from the front, without gaps, and never twice.
//! 2. A part but the last shall be a multiple of 32 bytes; none shall be longer than 1,184.
//! 3. The last part shall complete the bytes whose hash the payload was created for; nothing shall change after it.

use anchor_lang::prelude::*;
use quantumagi_rules::{payload::PAYLOAD_WORD, Sha256};

extern crate alloc;
use alloc::vec::Vec;

use crate::{
    error::GovError,
    events::PayloadWritten,
    state::{bytes_of, Payload, SolSha256},
};

#[derive(Accounts)]
pub struct PayloadWrite {
    /// Who created the payload. Pays for the bytes it grows by.
    #[account(mut)]
    pub author: Signer,
    /// The payload.
    #[account(mut, constraint = payload.author == *author.address() @ GovError::NotPayloadAuthor)]
    pub payload: Payload,
    pub system_program: Program<System>,
}

impl PayloadWrite {
    pub fn handler(&mut self, offset: u32, bytes: Vec<u8>) -> Result<()> {
        let filled = self.payload.filling().with_part(offset, bytes.len()).map_err(GovError::from)?;
        let words = filled.written.div_ceil(PAYLOAD_WORD as u32);
        self.payload.resize_to_capacity(words)?;
        self.payload.top_up(self.author.account())?;
        for part in bytes.chunks(PAYLOAD_WORD) {
            let mut word = [0; PAYLOAD_WORD];
            word.get_mut(..part.len()).ok_or(GovError::InvariantBroken)?.copy_from_slice(part);
            self.payload.try_push(word)?;
        }
        self.payload.written = filled.written;
        if filled.is_complete() {
            require!(SolSha256::hashv(&[bytes_of(&self.payload)]) == self.payload.hash, GovError::PayloadMismatch);
        }
        // Not linked: a payload proves itself by its hash, and what is done with it by the digest that was voted on.
        let (payload, author, size) = (*self.payload.address(), self.payload.author, self.payload.size);
        let event = PayloadWritten { payload, author, hash: self.payload.hash, size, offset, bytes };
        sol_log_data(&[&event.data()]);
        Ok(())
    }
}
