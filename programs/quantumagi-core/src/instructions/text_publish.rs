//! Anybody publishes a text, whole or in parts, where everybody finds it: under the address that is its hash.
//!
//! Specification
//! 1. A part shall not be empty and shall lie inside the text; a text is at most 1 MiB.
//! 2. A text published whole shall be UTF-8 and have the hash it is published under.
//! 3. Parts are checked by whoever reads them: together they have the hash, or they are worth nothing.

use anchor_lang::prelude::*;
use quantumagi_rules::{Sha256, MAX_TEXT_BYTES};

extern crate alloc;
use alloc::vec::Vec;

use crate::{error::GovError, events::TextPublished, state::SolSha256};

#[derive(Accounts)]
pub struct TextPublish {
    /// Publishes. Parts of one text are put together by publisher, so nobody can spoil another's.
    pub publisher: Signer,
    /// The text's hash as an address: an index that needs no account.
    pub text: UncheckedAccount,
}

impl TextPublish {
    pub fn handler(&mut self, total_len: u32, offset: u32, bytes: Vec<u8>) -> Result<()> {
        require!(!bytes.is_empty(), GovError::TextEmpty);
        let text_hash = self.text.address().to_bytes();
        let len = u32::try_from(bytes.len()).map_err(|_| GovError::TextPartOutOfRange)?;
        let end = offset.checked_add(len).ok_or(GovError::TextPartOutOfRange)?;
        require!(total_len as usize <= MAX_TEXT_BYTES && end <= total_len, GovError::TextPartOutOfRange);
        if len == total_len {
            require!(core::str::from_utf8(&bytes).is_ok(), GovError::TextNotUtf8);
            require!(SolSha256::hashv(&[&bytes]) == text_hash, GovError::TextMismatch);
        }
        let event = TextPublished { text_hash, publisher: *self.publisher.address(), total_len, offset, bytes };
        sol_log_data(&[&event.data()]);
        Ok(())
    }
}
