//! Accounts: fixed layouts, each at most 1,308 bytes, so that none costs more than 0.01 SOL at 6,960 lamports a byte.
//!
//! Every account carries its layout's version, its canonical bump and the address of its parent. An account that this
//! program owns and whose discriminator fits was created by this program at its seeds, so later instructions check
//! owner, discriminator and parent, and need not derive the address again.

mod authorization;
mod ballot_page;
mod bound;
mod constitution;
mod deposit;
mod deposit_pool;
mod emergency_action;
mod event_chain;
mod guardians;
mod guardrails;
mod loading;
mod payload;
mod policy;
mod principle;
mod proposal;
mod proposer;
mod roster;
mod snapshot;
mod weight_plugin;

pub use authorization::Authorization;
pub use ballot_page::BallotPage;
pub use bound::Bound;
pub use constitution::{Constitution, TrackConfig};
pub use deposit::{Deposit, DepositCheckpoint};
pub use deposit_pool::DepositPool;
pub use emergency_action::EmergencyAction;
pub use event_chain::{EventChain, SolSha256};
pub use guardians::Guardians;
pub use guardrails::{GuardrailSlot, Guardrails};
pub use loading::load_mut;
pub use payload::{action_in, bytes_of, Payload, PayloadHeader};
pub use policy::Policy;
pub use principle::Principle;
pub use proposal::{Citation, Proposal};
pub use proposer::Proposer;
pub use roster::{Member, Roster, RosterPage};
pub use snapshot::{Snapshot, SnapshotOperators};
pub use weight_plugin::{Seat, WeightPlugin};

/// Version of every layout as first released. A change of any layout gets its own number and a note in migrations/.
pub const LAYOUT_VERSION: u8 = 1;
