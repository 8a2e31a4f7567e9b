//! Events of the constitution's chain.

extern crate alloc;
use alloc::vec::Vec;

use anchor_lang::prelude::*;

use crate::state::{Citation, Member, TrackConfig};

/// A constitution was founded. First event of its chain.
#[event]
pub struct ConstitutionCreated {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    pub create_key: Address,
    pub founder: Address,
    pub text_hash: [u8; 32],
    pub tracks: [TrackConfig; 4],
}

/// The text was replaced.
#[event]
pub struct ConstitutionAmended {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    pub mandate: Address,
    pub version: u32,
    pub text_hash: [u8; 32],
    pub parent_hash: [u8; 32],
}

/// The founder gave up all power.
#[event]
pub struct ConstitutionSealed {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    pub electorate: Address,
}

/// A principle was added.
#[event]
pub struct PrincipleAdded {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    pub mandate: Address,
    pub payer: Address,
    pub principle_id: u32,
    pub class: u8,
    pub category: u8,
    pub priority: u8,
    pub text_hash: [u8; 32],
}

/// A principle's text was replaced.
#[event]
pub struct PrincipleAmended {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    pub mandate: Address,
    pub principle_id: u32,
    pub version: u32,
    pub text_hash: [u8; 32],
}

/// A principle was retired.
#[event]
pub struct PrincipleRetired {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    pub mandate: Address,
    pub principle_id: u32,
    pub version: u32,
}

/// A roster was begun.
#[event]
pub struct RosterCreated {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    pub roster: Address,
    pub payer: Address,
    pub version: u32,
    pub size: u32,
}

/// A roster page was opened.
#[event]
pub struct RosterPageOpened {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    pub roster: Address,
    pub page: u32,
    pub payer: Address,
}

/// Members joined a roster.
#[event]
pub struct RosterExtended {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    pub roster: Address,
    pub first_index: u32,
    pub members: Vec<Member>,
}

/// A roster became the electorate of later proposals.
#[event]
pub struct RosterAdopted {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    pub mandate: Address,
    pub roster: Address,
    pub version: u32,
    pub total_weight: u64,
    pub members_hash: [u8; 32],
}

/// A roster page was closed and its rent returned.
#[event]
pub struct RosterPageClosed {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    pub roster: Address,
    pub page: u32,
    pub payer: Address,
}

/// A roster was closed and its rent returned.
#[event]
pub struct RosterClosed {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    pub roster: Address,
    pub payer: Address,
}

/// A proposal was created. On the constitution's chain, and the first event of the proposal's own.
#[event]
pub struct ProposalCreated {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    pub proposal: Address,
    pub proposal_id: u64,
    pub proposer: Address,
    pub electorate: Address,
    pub veto_roster: Address,
    pub attestor: Address,
    pub subject: Address,
    pub content_hash: [u8; 32],
    pub execution_digest: [u8; 32],
    pub deploy_slot: u64,
    pub total_weight: u64,
    pub veto_total: u64,
    pub deposit_lamports: u64,
    pub voters: u32,
    pub constitution_version: u32,
    pub starts_at: i64,
    pub ends_at: i64,
    pub extension_seconds: u32,
    pub cooloff_seconds: u32,
    pub timelock_seconds: u32,
    pub window_seconds: u32,
    pub threshold_bps: u16,
    pub quorum_bps: u16,
    pub min_for_bps: u16,
    pub veto_bps: u16,
    pub slash_bps: u16,
    pub unattested_threshold_bps: u16,
    pub attestation_mark: u16,
    pub steps: u16,
    pub electorate_kind: u8,
    pub track: u8,
    pub ballot_rule: u8,
    /// Number of the action.
    pub number: u8,
    /// Where the action's bytes were read, if not from the instruction; else zeros.
    pub payload: Address,
    /// Slot of the last deployment of each called program, in the order of the calls.
    pub slots: Vec<u64>,
    pub citations: Vec<Citation>,
    /// The action's canonical bytes: what will be done if it passes. Empty where a payload holds them.
    pub action: Vec<u8>,
}

/// A proposal was closed and its rent returned. Seals the proposal's own chain into the constitution's.
#[event]
pub struct ProposalClosed {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    pub proposal: Address,
    pub payer: Address,
    /// Of the deposit, to the vault; the rest and the rent went to the payer.
    pub forfeited_lamports: u64,
    pub status: u8,
    pub final_sequence: u64,
    pub final_hash: [u8; 32],
}

/// A policy came into force.
#[event]
pub struct PolicyAdopted {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    pub mandate: Address,
    pub payer: Address,
    pub policy_id: u64,
    pub proposal_id: u64,
    pub text_hash: [u8; 32],
    pub sunset_at: i64,
}

/// A policy's text or sunset was replaced.
#[event]
pub struct PolicyAmended {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    pub mandate: Address,
    pub policy_id: u64,
    pub version: u32,
    pub text_hash: [u8; 32],
    pub sunset_at: i64,
}

/// A policy was ended by a vote.
#[event]
pub struct PolicyRepealed {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    pub mandate: Address,
    pub policy_id: u64,
}

/// It was written down that a policy's clock has ended it.
#[event]
pub struct PolicySunsetRecorded {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    pub policy_id: u64,
    pub sunset_at: i64,
}

/// An ended policy was closed and its rent returned.
#[event]
pub struct PolicyClosed {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    pub policy_id: u64,
    pub payer: Address,
}

/// Somebody can propose: their count of open proposals was opened.
#[event]
pub struct ProposerOpened {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    pub owner: Address,
    pub payer: Address,
}

/// A count of open proposals was closed and its rent returned.
#[event]
pub struct ProposerClosed {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    pub owner: Address,
    pub payer: Address,
}
