//! Reading accounts and events: a discriminator, then borsh, and nothing behind it.

use borsh::{BorshDeserialize, BorshSerialize};
use solana_address::Address;

use crate::PROGRAM_ID;

/// Bytes of a discriminator.
pub(crate) const DISCRIMINATOR_LEN: usize = 8;

/// Why bytes are not what they were taken for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The bytes end too early.
    #[error("{len} bytes are too few: at least {needed} are needed")]
    TooShort {
        /// How many there are.
        len: usize,
        /// How many it takes at least.
        needed: usize,
    },
    /// Bytes follow the end.
    #[error("{len} bytes are too many: it ends after {expected}")]
    TooLong {
        /// How many there are.
        len: usize,
        /// How many it takes exactly.
        expected: usize,
    },
    /// The bytes are another kind of account.
    #[error("the first bytes are {found:?}, but should be {expected:?}")]
    WrongDiscriminator {
        /// The first eight bytes.
        found: [u8; 8],
        /// What they should be.
        expected: [u8; 8],
    },
    /// No event of the program begins like this.
    #[error("no event begins with the bytes {found:?}")]
    UnknownDiscriminator {
        /// The first eight bytes.
        found: [u8; 8],
    },
    /// A list is longer than the bytes that hold it, or ends in the middle of an entry.
    #[error("the fields end before byte {len}, or in the middle of one")]
    Malformed {
        /// How many bytes there are.
        len: usize,
    },
    /// A call names fewer accounts than the program needs.
    #[error("{count} accounts are too few")]
    TooFewAccounts {
        /// How many it names.
        count: usize,
    },
    /// A stored number has no meaning.
    #[error("{field} is {value}, which has no meaning")]
    Meaningless {
        /// The field's name.
        field: &'static str,
        /// What it holds.
        value: u64,
    },
}

/// The first eight bytes.
pub(crate) fn discriminator(bytes: &[u8]) -> Result<[u8; 8], DecodeError> {
    let too_short = DecodeError::TooShort { len: bytes.len(), needed: DISCRIMINATOR_LEN };
    bytes.first_chunk::<DISCRIMINATOR_LEN>().copied().ok_or(too_short)
}

/// An account that is `len` bytes long, discriminator included.
pub(crate) fn account<T: BorshDeserialize>(bytes: &[u8], expected: [u8; 8], len: usize) -> Result<T, DecodeError> {
    check_discriminator(bytes, expected)?;
    if bytes.len() < len {
        return Err(DecodeError::TooShort { len: bytes.len(), needed: len });
    }
    if len < bytes.len() {
        return Err(DecodeError::TooLong { len: bytes.len(), expected: len });
    }
    body(bytes)
}

/// An event; its discriminator has been looked at.
pub(crate) fn event<T: BorshDeserialize>(bytes: &[u8]) -> Result<T, DecodeError> {
    body(bytes)
}

/// # Errors
/// Too few bytes, or another discriminator.
pub(crate) fn check_discriminator(bytes: &[u8], expected: [u8; 8]) -> Result<(), DecodeError> {
    let found = discriminator(bytes)?;
    if found == expected { Ok(()) } else { Err(DecodeError::WrongDiscriminator { found, expected }) }
}

fn body<T: BorshDeserialize>(bytes: &[u8]) -> Result<T, DecodeError> {
    let len = bytes.len();
    let mut rest = bytes.get(DISCRIMINATOR_LEN..).unwrap_or_default();
    let value = T::deserialize(&mut rest).map_err(|_| DecodeError::Malformed { len })?;
    if rest.is_empty() { Ok(value) } else { Err(DecodeError::TooLong { len, expected: len - rest.len() }) }
}

/// A discriminator, then a value.
pub(crate) fn to_bytes(discriminator: [u8; 8], value: &impl BorshSerialize) -> Vec<u8> {
    let mut bytes = discriminator.to_vec();
    value.serialize(&mut bytes).expect("writing to memory does not fail");
    bytes
}

/// What is left to read of a call.
pub(crate) struct Call<'a, 'd> {
    pub(crate) discriminator: [u8; 8],
    /// Accounts that are not read yet.
    pub(crate) accounts: &'a [Address],
    data: &'d [u8],
    count: usize,
}

impl<'a, 'd> Call<'a, 'd> {
    pub(crate) fn new(accounts: &'a [Address], data: &'d [u8]) -> Result<Self, DecodeError> {
        let discriminator = discriminator(data)?;
        let data = data.get(DISCRIMINATOR_LEN..).unwrap_or_default();
        Ok(Self { discriminator, accounts, data, count: accounts.len() })
    }

    pub(crate) fn account(&mut self) -> Result<Address, DecodeError> {
        let (first, rest) = self.accounts.split_first().ok_or(DecodeError::TooFewAccounts { count: self.count })?;
        self.accounts = rest;
        Ok(*first)
    }

    /// An account that may be absent: then the program's own address stands for it.
    pub(crate) fn optional(&mut self) -> Result<Option<Address>, DecodeError> {
        Ok(Some(self.account()?).filter(|address| *address != PROGRAM_ID))
    }

    pub(crate) fn argument<T: BorshDeserialize>(&mut self) -> Result<T, DecodeError> {
        T::deserialize(&mut self.data).map_err(|_| DecodeError::Malformed { len: self.data.len() })
    }
}
