//! The Solana types that this crate's interface is made of, in the versions that it was built with.
//!
//! Crates above name them from here, so that a second version of one of them cannot slip in.

pub use solana_address::Address;
pub use solana_hash::Hash;
pub use solana_instruction::{AccountMeta, Instruction};
pub use solana_instruction_error::InstructionError;
pub use solana_keypair::{Keypair, read_keypair, read_keypair_file, write_keypair_file};
pub use solana_message::{AddressLookupTableAccount, Message, VersionedMessage, v0};
pub use solana_offchain_message::{MessageFormat, OffchainMessage};
pub use solana_sdk_ids as ids;
pub use solana_signature::Signature;
pub use solana_signer::{Signer, SignerError};
pub use solana_transaction::versioned::VersionedTransaction;
pub use solana_transaction_error::TransactionError;
