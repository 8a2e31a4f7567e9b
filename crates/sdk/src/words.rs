//! Everything in words: what a proposal does, how it stands and what is missing, what happened.
//!
//! Pure: accounts and the chain's time come in, sentences go out. Nothing is decided here; every answer that is a rule
//! comes from `quantumagi-rules`. Shares are rounded towards failing, durations down, amounts never.

mod action;
mod amount;
mod call;
mod emergency;
mod event;
mod guardrail;
mod moment;
mod names;
mod proof;
mod proposal;
mod tracks;

pub use action::{ActionWords, category_name, class_name, describe_action, electorate_name};
pub use amount::{bps, decimal, hex, percent, quoted, sol};
pub use call::{Call, describe_call};
pub use emergency::{act_words, subsystem_name};
pub use event::describe_event;
pub use guardrail::{describe_breach, describe_guardrail, guarded_amount};
pub use moment::{between, duration, utc};
pub use names::Names;
pub use proof::{ProofWords, describe_proof};
pub use proposal::{
    BallotWords, ProposalSummary, Requirement, TallyWords, VoterWords, describe_proposal, describe_proposal_under,
};
pub use tracks::{describe_parameters, track_name};
