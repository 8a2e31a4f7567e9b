//! The accounts of an instruction that a proposal calls, and their bytes.

use alloc::vec::Vec;

use super::ActionError;
use crate::Address;

/// Most accounts an invoked instruction can name. With those of the calling instruction they stay below the 64 accounts
/// that a transaction may lock.
pub const MAX_INVOKE_ACCOUNTS: usize = 48;
/// Longest data of an invoked instruction, in bytes. What does not fit a transaction comes from a payload account.
pub const MAX_INVOKE_DATA: usize = 9_216;
/// Flag of an account that the invoked instruction may write.
pub const FLAG_WRITABLE: u8 = 1;
/// Flag of an account that signs the invoked instruction. Only the vault can.
pub const FLAG_SIGNER: u8 = 2;
/// Bytes of an account in an invoked instruction: flags, then address.
pub const INVOKE_ACCOUNT_BYTES: usize = 33;

/// An account of an invoked instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InvokeAccount {
    /// Its address.
    pub address: Address,
    /// [`FLAG_WRITABLE`] and [`FLAG_SIGNER`], or neither.
    pub flags: u8,
}

/// The accounts of an invoked instruction, in their canonical bytes: 33 each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct InvokeAccounts<'a>(&'a [u8]);

impl<'a> InvokeAccounts<'a> {
    /// How many.
    #[must_use]
    #[allow(clippy::integer_division, reason = "the length is a multiple by construction")]
    pub fn len(self) -> usize {
        self.0.len() / INVOKE_ACCOUNT_BYTES
    }

    /// The canonical bytes.
    #[must_use]
    pub fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Whether nobody but `signer` signs.
    #[must_use]
    pub fn are_signed_only_by(self, signer: &Address) -> bool {
        self.0.chunks_exact(INVOKE_ACCOUNT_BYTES).all(|account| match account {
            [flags, address @ ..] => flags & FLAG_SIGNER == 0 || address == signer,
            [] => true,
        })
    }

    /// Whether this account is among them.
    #[must_use]
    pub fn contains(self, address: &Address) -> bool {
        self.0.chunks_exact(INVOKE_ACCOUNT_BYTES).any(|account| account.get(1..) == Some(address))
    }

    /// Whether this account is among them and may be written.
    #[must_use]
    pub fn writes(self, address: &Address) -> bool {
        self.0.chunks_exact(INVOKE_ACCOUNT_BYTES).any(|account| match account {
            [flags, account @ ..] => flags & FLAG_WRITABLE != 0 && account == address,
            [] => false,
        })
    }

    /// In order.
    pub fn iter(self) -> impl Iterator<Item = InvokeAccount> + 'a {
        self.0.chunks_exact(INVOKE_ACCOUNT_BYTES).filter_map(|chunk| {
            let (flags, address) = chunk.split_first()?;
            Some(InvokeAccount { address: address.try_into().ok()?, flags: *flags })
        })
    }

    /// Over bytes that were written by [`encode_accounts`].
    ///
    /// # Errors
    /// [`ActionError`] where there are too many, or a flag has no meaning.
    pub fn new(bytes: &'a [u8]) -> Result<Self, ActionError> {
        if !bytes.len().is_multiple_of(INVOKE_ACCOUNT_BYTES) {
            return Err(ActionError::Truncated);
        }
        let accounts = Self(bytes);
        if accounts.len() > MAX_INVOKE_ACCOUNTS {
            return Err(ActionError::TooManyAccounts { count: accounts.len() });
        }
        // Looks at the flags alone: copying every address would double what a large proposal costs on chain.
        let mut flags = bytes.iter().step_by(INVOKE_ACCOUNT_BYTES);
        match flags.find(|flags| **flags > FLAG_WRITABLE | FLAG_SIGNER) {
            Some(flags) => Err(ActionError::UnknownFlags { flags: *flags }),
            None => Ok(accounts),
        }
    }
}

/// The canonical bytes of a list of accounts.
#[must_use]
pub fn encode_accounts(accounts: &[InvokeAccount]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(accounts.len().saturating_mul(INVOKE_ACCOUNT_BYTES));
    for account in accounts {
        bytes.push(account.flags);
        bytes.extend_from_slice(&account.address);
    }
    bytes
}
