//! What the tests share: a chain with the program on it, people, a community, and how to say that something is refused.

mod calls;
mod chains;
mod changes;
mod community;
mod deposits;
mod electorates;
mod forwarder;
mod founding;
mod guardians;
mod guards;
mod ledger;
mod people;
mod proposals;
mod refused;
mod scrutiny;
pub mod switches;
pub mod till;
pub mod token_calls;
mod tokens;
pub mod upgrades;
mod weights;
mod world;

pub use calls::{Call, Calls};
pub use changes::{read_only, swapped, unsigned};
pub use community::Community;
pub use deposits::{DEPOSITS, Depositors, FLOOR, MATURITY, create_pool, withdraw};
pub use electorates::{CHALLENGE, Electors, READ_AT, SLOT, elector, electors, operator};
pub use forwarder::forwarded;
pub use founding::{Founding, principle};
pub use ledger::{HIDDEN, ledger};
pub use people::{hash, keypair, member_key, person};
pub use proposals::Draft;
pub use refused::{ACCOUNT_IN_USE, DUPLICATE, Refusal, check_refused, error_of};
pub use scrutiny::{VETO_WEIGHTS, vetoable};
pub use tokens::{Mint, TOKEN, TOKEN_2022};
pub use weights::{CAST_VOTE, CREATE_PROPOSAL, WeightRecord, plugin};
pub use world::{Done, START, World, built, program};

pub use quantumagi_interface::{
    Address, Instruction, PROGRAM_ID, accounts, errors::GovError, events::Event, instructions as ix, pda, types,
};
pub use quantumagi_rules::action::Action;
pub use quantumagi_rules::guardrail::Guardrail;
pub use solana_instruction_error::InstructionError;

/// For.
pub const FOR: u8 = 1;
/// Against.
pub const AGAINST: u8 = 2;
/// Abstain.
pub const ABSTAIN: u8 = 3;

/// Seconds of a day.
pub const DAY: i64 = 86_400;
