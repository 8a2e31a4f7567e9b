//! Events of what decides besides the voters: parameters, veto body, attestor.

use anchor_lang::prelude::*;

use crate::state::TrackConfig;

// === The constitution's chain ===

/// A track's parameters were replaced.
#[event]
pub struct ParametersAmended {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    pub mandate: Address,
    /// 0 policy, 1 treasury, 2 amendment, 3 ratification.
    pub track: u8,
    /// Those in force from now on.
    pub parameters: TrackConfig,
}

/// A roster became the veto body of later proposals, or they got none.
#[event]
pub struct VetoBodyAdopted {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    pub mandate: Address,
    /// Zeros for no veto body.
    pub roster: Address,
    /// 0 for no veto body.
    pub version: u32,
    /// Weight of the whole body.
    pub total_weight: u64,
    /// Rolling digest of its members; zeros for no veto body.
    pub members_hash: [u8; 32],
}

/// The attestor, the mark and the cap on open proposals were replaced.
#[event]
pub struct SettingsAmended {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    pub mandate: Address,
    /// Zeros for nobody.
    pub attestor: Address,
    /// Least score that keeps the ordinary threshold, basis points.
    pub attestation_mark: u16,
    /// Most proposals one proposer may have open.
    pub max_open_proposals: u8,
}

// === A proposal's chain ===

/// A member of the veto body wants to stop a proposal.
#[event(bytemuck)]
pub struct ProposalVetoed {
    pub proposal: Address,
    pub sequence: u64,
    pub at: i64,
    /// Who.
    pub member: Address,
    pub weight: u64,
    /// Weight for a veto with this ballot.
    pub veto_weight: u64,
    /// The member's index in the veto body.
    pub member_index: u32,
    /// 3 where it is vetoed now, else as before.
    pub status: u8,
    /// Zero.
    pub reserved: [u8; 3],
}

/// The attestor signed a score.
#[event(bytemuck)]
pub struct ProposalAttested {
    pub proposal: Address,
    pub sequence: u64,
    pub at: i64,
    pub attestor: Address,
    /// SHA-256 of the report that gives the reasons.
    pub report_hash: [u8; 32],
    /// Basis points.
    pub score: u16,
    /// Zero.
    pub reserved: [u8; 6],
}
