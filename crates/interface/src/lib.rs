//! The program as its clients see it: accounts, instructions, events, errors and addresses.
//!
//! Everything in [`generated`] comes from the committed IDL by `cargo xtask codegen`. What the IDL
//! cannot say is written by hand: how addresses are derived ([`pda`]), how a roster page is laid
//! out ([`roster_page`]) and a payload ([`payload`]), hashing off chain ([`digest`]), and what the stored numbers mean
//! ([`views`], which decides nothing and asks `quantumagi-rules`).
//!
//! There is no RPC client here, no clock and no Anchor: bytes come in, typed values go out.

pub mod digest;
pub mod generated;
pub mod payload;
pub mod pda;
pub mod roster_page;
pub mod views;

mod decode;
mod encode;

pub use decode::DecodeError;
pub use generated::{PROGRAM_ID, accounts, calls, errors, events, instructions, types};
pub use payload::Payload;
pub use roster_page::RosterPage;
pub use solana_address::Address;
pub use solana_instruction::{AccountMeta, Instruction};

/// The rule that the program's error `code` stands for, in words; `None` for a number that is not
/// the program's.
#[must_use]
pub fn words_of(code: u32) -> Option<&'static str> {
    errors::GovError::from_code(code).map(errors::GovError::message)
}
