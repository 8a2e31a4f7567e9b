//! Everything the program can do, as typed functions.
//!
//! [`Quantumagi`] reads accounts, asks the rules, builds instructions and carries them through
//! simulation, pricing, signing, sending and confirming. [`builders`] has the same instructions for
//! those who have read the accounts themselves. [`words`] says in sentences what is proposed and
//! what happened, [`history`] reads events back, [`verify`] proves them whole.
//!
//! Nothing is decided here: every rule is asked of `quantumagi-rules`, and time is the chain's.

pub mod builders;
pub mod check;
pub mod history;
pub mod texts;
pub mod transaction;
pub mod verify;
pub mod words;

mod client;
mod error;

pub use client::{AtSlot, Ballot, Electorate, ProposalDraft, Quantumagi};
pub use error::{InstructionFailure, Origin, Result, SdkError};
pub use transaction::{Estimate, Pricing, Receipt, Unsigned};
