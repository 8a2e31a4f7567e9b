//! An action that does not fit a transaction, written part by part.

use anchor_lang::{accounts::Slab, prelude::*};
use quantumagi_rules::payload::{Filling, PAYLOAD_WORD};

use crate::error::GovError;

/// Header of a payload. Behind it: the number of words (u32), then the words, 32 bytes each, the last one filled up with
/// zeros. Created, filled and closed by its author; complete only with the bytes whose hash gave it its address, and
/// unchanged from then on.
///
/// Seeds: `"payload"`, author, hash. Size: 88 + the bytes in whole words, at most 10,328: it grows as it is filled.
#[account]
pub struct PayloadHeader {
    /// Who created, fills and paid for it, and is paid back when it is closed.
    pub author: Address,
    /// SHA-256 of all its bytes.
    pub hash: [u8; 32],
    /// Bytes it will have: 1 to 10,240.
    pub size: u32,
    /// Bytes it has.
    pub written: u32,
    /// Layout of this account.
    pub layout_version: u8,
    /// Canonical bump of this address.
    pub bump: u8,
    /// Zero. Fills the last four bytes.
    pub reserved: [u8; 2],
}

/// A payload with its words.
pub type Payload = Slab<PayloadHeader, [u8; PAYLOAD_WORD]>;

impl PayloadHeader {
    /// How far it is filled, as the rules ask.
    pub fn filling(&self) -> Filling {
        Filling { size: self.size, written: self.written }
    }
}

/// The bytes written so far.
pub fn bytes_of(payload: &Payload) -> &[u8] {
    payload.as_slice().as_flattened().get(..payload.written as usize).unwrap_or_default()
}

/// The bytes of an action: given with the instruction, or in a payload that is complete.
///
/// # Errors
/// [`GovError::PayloadIncomplete`]; [`GovError::PayloadNotNeeded`] where both are given.
pub fn action_in<'a>(given: &'a [u8], payload: Option<&'a Payload>) -> Result<&'a [u8]> {
    let Some(payload) = payload else { return Ok(given) };
    require!(given.is_empty(), GovError::PayloadNotNeeded);
    require!(payload.filling().is_complete(), GovError::PayloadIncomplete);
    Ok(bytes_of(payload))
}
