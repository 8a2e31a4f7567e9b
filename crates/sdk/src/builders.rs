//! One function for each thing that can be done, from typed arguments to instructions.
//!
//! Pure: addresses are derived, nothing is read and nothing is decided. What cannot be derived is
//! an argument; the methods of [`Quantumagi`](crate::Quantumagi) with the same names read it first.

mod authorization;
mod checkpoint;
mod constitution;
mod deposit;
mod emergency;
mod execution;
mod guardrail;
mod payload;
mod policy;
mod principle;
mod proposal;
mod roster;
mod snapshot;
mod text;
mod tracks;
mod vault;

use quantumagi_rpc::solana::Address;

pub use authorization::{PolicyUse, authorization_close, policy_authorize, policy_use};
pub use checkpoint::checkpoint_anchor;
pub use constitution::{constitution_amend, constitution_create, constitution_seal};
pub use deposit::{
    Pool, PoolTerms, deposit_add, deposit_close, deposit_delegate, deposit_mature, deposit_open, deposit_pool_close,
    deposit_pool_create, deposit_vote, deposit_withdraw, electorate_adopt,
};
pub use emergency::{
    NewEmergency, emergency_approve, emergency_close, emergency_end, emergency_lapse, emergency_open, emergency_ratify,
    guardians_adopt, guardians_heartbeat, guardians_open, guardians_remove,
};
pub use execution::{Execution, NextStep, proposal_execute};
pub use guardrail::{guardrail_clear, guardrail_set, guardrails_open};
pub use payload::{PAYLOAD_PART_LEN, payload_close, payload_create, payload_write};
pub use policy::{policy_adopt, policy_amend, policy_close, policy_repeal, policy_sunset};
pub use principle::{NewPrinciple, principle_add, principle_amend, principle_retire};
pub use proposal::{
    ClosingProposal, NewProposal, Standing, ballot_page_close, ballot_page_open, proposal_cancel, proposal_close,
    proposal_create, proposal_expire, proposal_finalize, proposal_vote, proposer_close, proposer_open,
};
pub use roster::{Member, roster_adopt, roster_close, roster_create, sorted_members};
pub use snapshot::{
    OperatorTerms, PluginTerms, ProvedVoter, electorate_close, operators_create, record_vote, seat_close, seat_open,
    snapshot_bind, snapshot_close, snapshot_publish, snapshot_review, snapshot_vote, weight_plugin_create,
};
pub use text::{PART_LEN, text_publish};
pub use tracks::{parameters_amend, proposal_attest, proposal_veto, settings_amend, veto_body_adopt, veto_body_remove};
pub use vault::vault_transfer;

/// Who orders a change of the constitution, its principles or its electorate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mandate {
    /// The founder, before the seal.
    Founder {
        /// Signs, and pays where something is created.
        founder: Address,
    },
    /// An approved proposal, after it.
    Proposal {
        /// The proposal.
        proposal: Address,
        /// Anybody: signs, and pays where something is created.
        executor: Address,
    },
}

impl Mandate {
    /// Who signs.
    #[must_use]
    pub fn authority(&self) -> Address {
        match *self {
            Self::Founder { founder } => founder,
            Self::Proposal { executor, .. } => executor,
        }
    }

    /// The proposal that orders it, where one does.
    #[must_use]
    pub fn proposal(&self) -> Option<Address> {
        match *self {
            Self::Founder { .. } => None,
            Self::Proposal { proposal, .. } => Some(proposal),
        }
    }
}

#[cfg(test)]
mod tests;
