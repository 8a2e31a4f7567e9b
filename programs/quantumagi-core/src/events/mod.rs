//! One event for each transition, with all that changed: the accounts can be rebuilt from events alone.
//!
//! An event belongs to one chain, its constitution's or its proposal's, and carries its number there. It is logged as
//! `Program data:` (discriminator, then fields; integers little endian) and linked by [`crate::state::EventChain`], so a
//! missing, altered or reordered event shows. A `mandate` is the proposal that ordered the change, zeros for the founder.

mod constitution;
mod deposits;
mod emergency;
mod execution;
mod guardrails;
mod proposal;
mod snapshots;
mod text;
mod tracks;

pub use constitution::*;
pub use deposits::*;
pub use emergency::*;
pub use execution::*;
pub use guardrails::*;
pub use proposal::*;
pub use snapshots::*;
pub use text::*;
pub use tracks::*;
