//! Moves every due proposal along, for as many constitutions as it is told.
//!
//! [`survey`] reads what a constitution has that the clock can make due, [`plan`](mod@plan) says what is due, and
//! [`drive`](mod@drive) carries it out. Nothing is remembered that the chain does not say: a crank that is killed at any
//! instant derives everything anew when it starts. What it does, anybody may do, so several cranks are harmless; [`rank`]
//! keeps them out of each other's way.
//!
//! No rule is decided here. Each step is asked of `quantumagi-rules` through the SDK, by the chain's clock, once when it is
//! planned and again, on fresh accounts, before it is paid for.

pub mod alert;
pub mod drive;
pub mod duty;
pub mod journal;
pub mod operator;
pub mod plan;
pub mod rank;
pub mod recent;
pub mod runway;
pub mod sla;
pub mod stake;
pub mod survey;
pub mod workflow;

pub use drive::{Attempted, Crank, Landed, Lookups, Mode, Observer, Outcome, Round, Stage, Terms};
pub use duty::{Duty, Kind, Subject};
pub use journal::{Cost, Journal, JournalError};
pub use operator::{Judgement, OnFalseRoot, Operator};
pub use plan::{Habits, Plan, next_moment, plan};
pub use survey::Survey;
pub use workflow::{Monitor, Workflow};
