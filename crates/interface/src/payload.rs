//! A payload: its header, the number of its words, the words.

use quantumagi_rules::action::MAX_ACTION_BYTES;
use quantumagi_rules::payload::{Filling, PAYLOAD_WORD};

use crate::accounts::PayloadHeader;
use crate::decode::{DecodeError, check_discriminator};

/// Where the number of words lies (u32).
const COUNT_AT: usize = PayloadHeader::LEN;
/// Where the words begin.
const WORDS_AT: usize = COUNT_AT + 4;

/// A payload with the bytes written so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// What the payload says about itself.
    pub header: PayloadHeader,
    /// Its bytes so far, at most 10,240.
    pub bytes: Vec<u8>,
}

impl Payload {
    /// First eight bytes of the account.
    pub const DISCRIMINATOR: [u8; 8] = PayloadHeader::DISCRIMINATOR;

    /// Length in bytes of a payload's account once `bytes` are written.
    #[must_use]
    pub const fn len_for(bytes: usize) -> usize {
        WORDS_AT + bytes.div_ceil(PAYLOAD_WORD) * PAYLOAD_WORD
    }

    /// Reads a payload.
    ///
    /// # Errors
    /// [`DecodeError`] where the bytes are another account's, or not exactly as many as it says to have.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let len = bytes.len();
        check_discriminator(bytes, Self::DISCRIMINATOR)?;
        let too_short = |needed| DecodeError::TooShort { len, needed };
        let (head, words) = bytes.split_at_checked(WORDS_AT).ok_or(too_short(WORDS_AT))?;
        let header = PayloadHeader::decode(head.get(..COUNT_AT).unwrap_or_default())?;
        let written = header.written as usize;
        if MAX_ACTION_BYTES < written {
            return Err(DecodeError::Meaningless { field: "bytes of the payload", value: u64::from(header.written) });
        }
        let expected = Self::len_for(written);
        if expected < len {
            return Err(DecodeError::TooLong { len, expected });
        }
        let count = head.get(COUNT_AT..).and_then(<[u8]>::first_chunk).copied().map(u32::from_le_bytes);
        if count.map(|count| count as usize) != Some(written.div_ceil(PAYLOAD_WORD)) {
            return Err(DecodeError::Malformed { len });
        }
        let bytes = words.get(..written).ok_or(too_short(expected))?.to_vec();
        if len < expected {
            return Err(too_short(expected));
        }
        Ok(Self { header, bytes })
    }

    /// The account's bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.header.to_bytes();
        let words = u32::try_from(self.bytes.len().div_ceil(PAYLOAD_WORD)).expect("a payload has at most 320 words");
        bytes.extend_from_slice(&words.to_le_bytes());
        bytes.extend_from_slice(&self.bytes);
        bytes.resize(Self::len_for(self.bytes.len()), 0);
        bytes
    }

    /// How far it is filled.
    #[must_use]
    pub fn filling(&self) -> Filling {
        Filling { size: self.header.size, written: self.header.written }
    }
}
