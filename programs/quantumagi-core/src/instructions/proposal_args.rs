//! What `proposal_create` is told besides its accounts, and what it tells.

extern crate alloc;
use alloc::vec::Vec;

use anchor_lang::prelude::*;

use crate::{
    events::ProposalCreated,
    state::{Citation, Proposal},
};

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

/// What the creation of a proposal tells that the proposal itself does not hold.
pub struct Creation {
    /// The proposal's address.
    pub address: Address,
    /// The event's number in the constitution's chain.
    pub sequence: u64,
    /// The account that holds the action; zeros where the event does.
    pub payload: Address,
    /// Slot of each called program's last deployment.
    pub slots: Vec<u64>,
    /// The cited principles.
    pub citations: Vec<Citation>,
    /// The action's canonical bytes; empty where a payload holds them.
    pub action: Vec<u8>,
}

impl Creation {
    /// The event of this proposal, which is otherwise written.
    pub fn of(self, proposal: &Proposal) -> ProposalCreated {
        ProposalCreated {
            constitution: proposal.constitution,
            sequence: self.sequence,
            at: proposal.created_at,
            proposal: self.address,
            proposal_id: proposal.id,
            proposer: proposal.proposer,
            electorate: proposal.electorate,
            veto_roster: proposal.veto_roster,
            attestor: proposal.attestor,
            subject: proposal.subject,
            content_hash: proposal.content_hash,
            execution_digest: proposal.execution_digest,
            deploy_slot: proposal.deploy_slot,
            total_weight: proposal.total_weight,
            veto_total: proposal.veto_total,
            deposit_lamports: proposal.deposit_lamports,
            voters: proposal.voters,
            constitution_version: proposal.constitution_version,
            starts_at: proposal.starts_at,
            ends_at: proposal.ends_at,
            extension_seconds: proposal.extension_seconds,
            cooloff_seconds: proposal.cooloff_seconds,
            timelock_seconds: proposal.timelock_seconds,
            window_seconds: proposal.window_seconds,
            threshold_bps: proposal.threshold_bps,
            quorum_bps: proposal.quorum_bps,
            min_for_bps: proposal.min_for_bps,
            veto_bps: proposal.veto_bps,
            slash_bps: proposal.slash_bps,
            unattested_threshold_bps: proposal.unattested_threshold_bps,
            attestation_mark: proposal.attestation_mark,
            steps: proposal.steps,
            electorate_kind: proposal.electorate_kind,
            track: proposal.track,
            ballot_rule: proposal.ballot_rule,
            number: proposal.action,
            payload: self.payload,
            slots: self.slots,
            citations: self.citations,
            action: self.action,
        }
    }
}
