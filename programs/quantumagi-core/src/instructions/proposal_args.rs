//! What `proposal_create` is told besides its accounts.

extern crate alloc;
use alloc::vec::Vec;

use anchor_lang::prelude::*;

/// What is proposed.
#[derive(AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct ProposalCreateArgs {
    /// SHA-256 of the canonical text that explains the proposal.
    pub content_hash: [u8; 32],
    /// The proposer's index in the electorate, where it counts its people.
    pub member_index: u32,
    /// 0 ballots can be changed, 1 ballots are final and voting may end early.
    pub ballot_rule: u8,
    /// Canonical bytes of the action: `quantumagi_rules::action`. Empty where a payload holds them.
    pub action: Vec<u8>,
}
