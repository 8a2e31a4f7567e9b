//! A community's constitution: the root that every other account hangs from.

use anchor_lang::prelude::*;
use quantumagi_rules::parameters::{Track, TrackParameters};

use super::EventChain;

/// A track's parameters as stored. Bounds and meaning: `quantumagi_rules::parameters`.
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable, AnchorSerialize, AnchorDeserialize, IdlType)]
#[bytemuck(crate = "anchor_lang::bytemuck")]
#[repr(C)]
pub struct TrackConfig {
    /// Least share of `for` in `for + against`, basis points: 6,000 to 10,000.
    pub threshold_bps: u16,
    /// Least turnout in the total weight, basis points: 500 to 10,000.
    pub quorum_bps: u16,
    /// Least share of `for` in the total weight, basis points: 100 to 10,000.
    pub min_for_bps: u16,
    /// Threshold where an entrenched principle is touched, basis points: 7,500 to 10,000.
    pub entrenched_threshold_bps: u16,
    /// From creation to the first vote, seconds: 60 to 2,592,000.
    pub discussion_seconds: u32,
    /// Voting time, seconds: 3,600 to 2,592,000.
    pub voting_seconds: u32,
    /// Added once after a late quorum, seconds: 0 to 604,800.
    pub extension_seconds: u32,
    /// From the end of voting to execution, seconds: 3,600 to 7,776,000.
    pub timelock_seconds: u32,
    /// How long an approved proposal can be executed, seconds: 3,600 to 7,776,000.
    pub window_seconds: u32,
}

impl From<&TrackConfig> for TrackParameters {
    fn from(stored: &TrackConfig) -> Self {
        let TrackConfig {
            threshold_bps,
            quorum_bps,
            min_for_bps,
            entrenched_threshold_bps,
            discussion_seconds,
            voting_seconds,
            extension_seconds,
            timelock_seconds,
            window_seconds,
        } = *stored;
        Self {
            threshold_bps,
            quorum_bps,
            min_for_bps,
            entrenched_threshold_bps,
            discussion_seconds,
            voting_seconds,
            extension_seconds,
            timelock_seconds,
            window_seconds,
        }
    }
}

/// A constitution. Created by its founder, changed by the founder until sealed and by votes ever after, never closed.
///
/// Seeds: `"constitution"`, create key.
#[account]
pub struct Constitution {
    /// The key that signed the creation and gives the address; used once, so nobody can take the address first.
    pub create_key: Address,
    /// Who founded it. May change things until the seal and has no power after it.
    pub founder: Address,
    /// The roster that new proposals bind to; zeros before the first adoption.
    pub roster: Address,
    /// The account that holds and signs what was approved. Seeds: `"vault"`, constitution.
    pub vault: Address,
    /// SHA-256 of the canonical text in force.
    pub text_hash: [u8; 32],
    /// SHA-256 of the text before it; zeros for the first version.
    pub parent_hash: [u8; 32],
    /// Events of the constitution, its principles, rosters and policies, and of each proposal's birth and end.
    pub chain: EventChain,
    /// Id of the next proposal; ids are never used twice.
    pub next_proposal_id: u64,
    /// Id of the next policy.
    pub next_policy_id: u64,
    /// Version of the text, from 1.
    pub version: u32,
    /// Id of the next principle.
    pub next_principle_id: u32,
    /// Version of the next roster.
    pub next_roster_version: u32,
    /// Version of the adopted roster; 0 before the first adoption, so versions start at 1.
    pub roster_version: u32,
    /// Parameters of the tracks policy, treasury and amendment, in this order.
    pub tracks: [TrackConfig; 3],
    /// Layout of this account.
    pub layout_version: u8,
    /// 1 once sealed.
    pub is_sealed: u8,
    /// Canonical bump of this address.
    pub bump: u8,
    /// Canonical bump of the vault.
    pub vault_bump: u8,
}

impl Constitution {
    /// The parameters a new proposal on this track freezes.
    pub fn parameters(&self, track: Track) -> TrackParameters {
        let [policy, treasury, amendment] = &self.tracks;
        TrackParameters::from(match track {
            Track::Policy => policy,
            Track::Treasury => treasury,
            Track::Amendment => amendment,
        })
    }

    /// Takes the id of the next proposal.
    ///
    /// # Errors
    /// [`crate::error::GovError::Overflow`] after 2^64 proposals.
    pub fn take_proposal_id(&mut self) -> Result<u64> {
        take_u64(&mut self.next_proposal_id)
    }

    /// Takes the id of the next policy.
    ///
    /// # Errors
    /// [`crate::error::GovError::Overflow`] after 2^64 policies.
    pub fn take_policy_id(&mut self) -> Result<u64> {
        take_u64(&mut self.next_policy_id)
    }

    /// Takes the id of the next principle.
    ///
    /// # Errors
    /// [`crate::error::GovError::Overflow`] after 2^32 principles.
    pub fn take_principle_id(&mut self) -> Result<u32> {
        take_u32(&mut self.next_principle_id)
    }

    /// Takes the version of the next roster.
    ///
    /// # Errors
    /// [`crate::error::GovError::Overflow`] after 2^32 rosters.
    pub fn take_roster_version(&mut self) -> Result<u32> {
        take_u32(&mut self.next_roster_version)
    }
}

fn take_u64(next: &mut u64) -> Result<u64> {
    let id = *next;
    *next = id.checked_add(1).ok_or(crate::error::GovError::Overflow)?;
    Ok(id)
}

fn take_u32(next: &mut u32) -> Result<u32> {
    let id = *next;
    *next = id.checked_add(1).ok_or(crate::error::GovError::Overflow)?;
    Ok(id)
}
