//! Events of the guardians and of emergency acts, on the constitution's chain; that a proposal is held, on its own.

use anchor_lang::prelude::*;

extern crate alloc;
use alloc::vec::Vec;

/// A constitution can have guardians from now on. It has none yet.
#[event]
pub struct GuardiansOpened {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    pub payer: Address,
}

/// Guardians were adopted, in place of any before.
#[event]
pub struct GuardiansAdopted {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    pub mandate: Address,
    /// Number of this set of guardians: counts adoptions and removals.
    pub version: u32,
    /// How many of them must approve an act.
    pub threshold: u8,
    /// How long they may act from now on, seconds.
    pub term_seconds: u32,
    /// Who they are, in ascending order.
    pub members: Vec<Address>,
}

/// The guardians were removed.
#[event]
pub struct GuardiansRemoved {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    pub mandate: Address,
    /// Number of this set of guardians: counts adoptions and removals.
    pub version: u32,
}

/// A guardian was heard of.
#[event]
pub struct GuardianSeen {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    /// The guardian.
    pub guardian: Address,
    /// The guardian's index.
    pub index: u8,
}

/// A guardian proposed an emergency act and approved it. It has no effect yet.
#[event]
pub struct EmergencyOpened {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    /// The emergency act.
    pub emergency: Address,
    /// The act's id in the constitution.
    pub emergency_id: u32,
    /// The guardian.
    pub guardian: Address,
    /// The guardian's index.
    pub index: u8,
    /// What it does: `quantumagi_rules::emergency::Act`.
    pub act: u8,
    /// The policy or the proposal it is about; zeros for a pause.
    pub target: Address,
    /// How long it holds if a vote confirms it, seconds.
    pub seconds: u32,
    pub principle_id: u32,
    /// SHA-256 of the canonical text that says why.
    pub reason_hash: [u8; 32],
    /// SHA-256 of the evidence.
    pub evidence_hash: [u8; 32],
    /// What each guardian signs.
    pub statement: [u8; 32],
    /// Number of the set of guardians.
    pub guardians_version: u32,
    /// Slot of this approval.
    pub slot: u64,
}

/// Another guardian approved an emergency act. With the last of them that it needs, it takes effect.
#[event]
pub struct EmergencyApproved {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    /// The act's id in the constitution.
    pub emergency_id: u32,
    /// The guardian.
    pub guardian: Address,
    /// The guardian's index.
    pub index: u8,
    /// Who has approved it, one bit a guardian.
    pub approvals: u16,
    /// Slot of this approval.
    pub slot: u64,
    /// First second after the effect unless a vote confirms it; 0 where it did not take effect.
    pub effect_until: i64,
    /// First second at which no vote can confirm it; 0 where it did not take effect.
    pub ratify_by: i64,
    /// First second after the effect where a vote confirms it; 0 where it did not take effect.
    pub expires_at: i64,
}

/// A vote confirmed an emergency act.
#[event]
pub struct EmergencyRatified {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    pub mandate: Address,
    /// The act's id in the constitution.
    pub emergency_id: u32,
    /// First second after the effect, as its target now says; 0 where it holds no longer for that.
    pub effect_until: i64,
}

/// A vote ended an emergency act.
#[event]
pub struct EmergencyEnded {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    pub mandate: Address,
    /// The act's id in the constitution.
    pub emergency_id: u32,
    /// First second after the effect, as its target now says; 0 where the target is gone.
    pub effect_until: i64,
}

/// It was written down that no vote had confirmed an emergency act in time.
#[event]
pub struct EmergencyLapsed {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    /// The act's id in the constitution.
    pub emergency_id: u32,
}

/// An emergency act was closed and its rent returned.
#[event]
pub struct EmergencyClosed {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    /// The act's id in the constitution.
    pub emergency_id: u32,
    pub payer: Address,
}

// === A proposal's chain ===

/// An emergency act delays a proposal's execution, longer or no longer.
#[event(bytemuck)]
pub struct ProposalHeld {
    pub proposal: Address,
    pub sequence: u64,
    pub at: i64,
    /// The emergency act.
    pub emergency: Address,
    /// First second at which it can be executed, unless its timelock is longer.
    pub held_until: i64,
}
