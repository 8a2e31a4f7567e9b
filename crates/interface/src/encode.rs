//! Writing instructions: a discriminator, then the arguments in borsh, and the accounts' flags.

use borsh::BorshSerialize;
use solana_address::Address;
use solana_instruction::AccountMeta;

use crate::PROGRAM_ID;

/// The data of an instruction as it is put together.
pub(crate) struct Data(Vec<u8>);

impl Data {
    pub(crate) fn new(discriminator: [u8; 8]) -> Self {
        Self(discriminator.to_vec())
    }

    /// Appends an argument.
    pub(crate) fn with<T: BorshSerialize + ?Sized>(mut self, argument: &T) -> Self {
        argument.serialize(&mut self.0).expect("writing to memory does not fail");
        self
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// An account that may be absent: then the program's own address stands for it, read-only.
pub(crate) fn optional(address: Option<Address>, is_writable: bool) -> AccountMeta {
    match address {
        Some(address) if is_writable => AccountMeta::new(address, false),
        Some(address) => AccountMeta::new_readonly(address, false),
        None => AccountMeta::new_readonly(PROGRAM_ID, false),
    }
}
