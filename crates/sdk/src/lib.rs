//! Everything the program can do, as typed functions.
//!
//! [`Quantumagi`] reads accounts, asks the rules, builds instructions and carries them through
//! simulation, pricing, signing, sending and confirming. [`builders`] has the same instructions for
//! those who have read the accounts themselves. [`words`] says in sentences what is proposed and
//! what happened, [`history`] reads events back, [`verify`] proves them whole, [`texts`] keeps and
//! finds what the hashes on chain stand for, [`watch`] tells changes as they happen, [`signing`] says
//! who signs.
//!
//! `examples/` has small whole programs; tests run each of them on a local network.
//!
//! Nothing is decided here: every rule is asked of `quantumagi-rules`, and time is the chain's.
//!
//! ```no_run
//! use quantumagi_rpc::solana::{Address, Keypair, Signer};
//! use quantumagi_rules::ballot::Choice;
//! use quantumagi_sdk::{Config, Quantumagi};
//!
//! /// Votes for a proposal. Too early, the error says when voting starts, and nothing is sent.
//! async fn approve(proposal: &Address, ana: &Keypair) -> Result<(), Box<dyn std::error::Error>> {
//!     let client = Quantumagi::connect(Config::of_url("http://127.0.0.1:8899")?).await?;
//!     let vote = client.proposal_vote(proposal, &ana.pubkey(), Choice::For).await?;
//!     let receipt = client.send(&vote, &[ana]).await?;
//!     println!("voted in slot {} for {} lamports", receipt.slot, receipt.fee_lamports);
//!     Ok(())
//! }
//! ```

pub mod builders;
pub mod capture;
pub mod check;
pub mod checkpoint;
pub mod history;
pub mod signing;
pub mod snapshot;
pub mod texts;
pub mod transaction;
pub mod verify;
pub mod watch;
pub mod words;

mod client;
mod connect;
mod error;

pub use client::{
    AtSlot, Ballot, Electorate, EmergencyDraft, ProposalDraft, Quantumagi, TOKEN, TOKEN_2022, associated_token_account,
    proved_voter,
};
pub use connect::{Config, ConnectError};
pub use error::{InstructionFailure, Origin, Result, SdkError};
pub use transaction::{Estimate, Pricing, Receipt, Unsigned};
