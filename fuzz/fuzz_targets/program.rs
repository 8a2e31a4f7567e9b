//! Sequences of instructions against the built program, beside the naive model of the walk in `tests/it/walk`.
//!
//! The input is the walk's choices, two bytes each: what is tried next, by whom, when, and what somebody hostile does to it.
//! After every step everything is compared, as in the walk. `cargo xtask build --program-only` comes first.
#![no_main]
#![allow(
    dead_code,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    unused_imports,
    reason = "what the tests share is more than this target needs"
)]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;

/// What the walk needs of the tests' support.
#[path = "."]
mod support {
    #[path = "../../tests/it/support/calls.rs"]
    mod calls;
    #[path = "../../tests/it/support/chains.rs"]
    mod chains;
    #[path = "../../tests/it/support/community.rs"]
    mod community;
    #[path = "../../tests/it/support/deposits.rs"]
    mod deposits;
    #[path = "../../tests/it/support/electorates.rs"]
    mod electorates;
    #[path = "../../tests/it/support/founding.rs"]
    mod founding;
    #[path = "../../tests/it/support/guards.rs"]
    mod guards;
    #[path = "../../tests/it/support/people.rs"]
    mod people;
    #[path = "../../tests/it/support/proposals.rs"]
    mod proposals;
    #[path = "../../tests/it/support/refused.rs"]
    mod refused;
    #[path = "../../tests/it/support/scrutiny.rs"]
    mod scrutiny;
    #[path = "../../tests/it/support/tokens.rs"]
    mod tokens;
    #[path = "../../tests/it/support/weights.rs"]
    mod weights;
    #[path = "../../tests/it/support/world.rs"]
    mod world;

    pub use calls::{Call, Calls};
    pub use community::Community;
    pub use deposits::{DEPOSITS, Depositors, FLOOR, MATURITY, create_pool, withdraw};
    pub use electorates::{CHALLENGE, Electors, READ_AT, SLOT, elector, electors, operator};
    pub use founding::{Founding, principle};
    pub use people::{hash, keypair, member_key, person};
    pub use proposals::Draft;
    pub use refused::{ACCOUNT_IN_USE, DUPLICATE, check_refused, error_of};
    pub use scrutiny::{VETO_WEIGHTS, vetoable};
    pub use tokens::{Mint, TOKEN, TOKEN_2022};
    pub use weights::{CAST_VOTE, CREATE_PROPOSAL, WeightRecord, plugin};
    pub use world::{Done, START, World, program};

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
}

#[path = "../../tests/it/walk/mod.rs"]
mod walk;

/// Most steps of a sequence: the input is seldom longer.
const STEPS: u32 = 300;

fuzz_target!(|bytes: &[u8]| {
    static FOUNDED: OnceLock<(walk::stage::Stage, Vec<walk::setup::Cast>)> = OnceLock::new();
    walk::walk_by(FOUNDED.get_or_init(walk::stage::Stage::found), bytes, STEPS);
});
