//! One emergency act: what it stops, who approved it, and how long it holds.

use anchor_lang::prelude::*;
use quantumagi_rules::{
    emergency::{
        course::{check_step, phase, Outcome, Step, Times},
        statement::Statement,
        Act,
    },
    UnixSeconds,
};

use super::SolSha256;
use crate::error::GovError;

/// An emergency act. Opened by a guardian, approved by others, confirmed or ended by votes, closed by anybody once nothing
/// can become of it any more.
///
/// Seeds: `"emergency"`, constitution, id (u32, little endian).
#[account]
pub struct EmergencyAction {
    /// The constitution it belongs to.
    pub constitution: Address,
    /// The guardian who opened it, paid for it, and is paid back when it is closed.
    pub payer: Address,
    /// The policy it suspends or the proposal it holds; zeros for a pause.
    pub target: Address,
    /// What each guardian signs: `quantumagi_rules::emergency::statement`.
    pub statement: [u8; 32],
    /// SHA-256 of the canonical text that says why.
    pub reason_hash: [u8; 32],
    /// SHA-256 of the evidence.
    pub evidence_hash: [u8; 32],
    /// The proposal that confirmed it; zeros before.
    pub ratified_by: Address,
    /// Slot in which it was opened: approvals lie within 150 of it.
    pub opened_slot: u64,
    /// When it was opened, Unix seconds.
    pub opened_at: i64,
    /// When it took effect, Unix seconds; 0 before.
    pub activated_at: i64,
    /// First second at which no vote can confirm it any more, Unix seconds; 0 before it took effect.
    pub ratify_by: i64,
    /// First second after its effect if a vote confirms it, Unix seconds; 0 before it took effect.
    pub expires_at: i64,
    /// Its id in the constitution, from 0.
    pub id: u32,
    /// The principle it rests on.
    pub principle_id: u32,
    /// Number of the set of guardians that opened it: `Guardians::version`.
    pub guardians_version: u32,
    /// How long it holds if a vote confirms it: 3,600 to 1,209,600 seconds.
    pub seconds: u32,
    /// Who has approved it, one bit a guardian.
    pub approvals: u16,
    /// What it does: `quantumagi_rules::emergency::Act`.
    pub act: u8,
    /// `quantumagi_rules::emergency::course::Outcome`.
    pub outcome: u8,
    /// Layout of this account.
    pub layout_version: u8,
    /// Canonical bump of this address.
    pub bump: u8,
    /// Zero. Fills the last eight bytes.
    pub reserved: [u8; 2],
}

impl EmergencyAction {
    /// What it does.
    ///
    /// # Errors
    /// [`GovError::AccountCorrupt`] where the stored number has no meaning.
    pub fn act(&self) -> Result<Act> {
        Act::from_u8(self.act).ok_or_else(|| GovError::AccountCorrupt.into())
    }

    /// The moments that divide its course.
    pub fn times(&self) -> Times {
        Times {
            opened_slot: self.opened_slot,
            activated_at: UnixSeconds(self.activated_at),
            ratify_by: UnixSeconds(self.ratify_by),
            expires_at: UnixSeconds(self.expires_at),
        }
    }

    /// Writes the moments of taking effect.
    pub fn set_times(&mut self, times: Times) {
        self.activated_at = times.activated_at.0;
        self.ratify_by = times.ratify_by.0;
        self.expires_at = times.expires_at.0;
    }

    /// # Errors
    /// The refusal of the course's table.
    pub fn check_step(&self, step: Step, slot: u64, now: UnixSeconds) -> Result<()> {
        let outcome = Outcome::from_u8(self.outcome).ok_or(GovError::AccountCorrupt)?;
        let phase = phase(outcome, &self.times(), slot, now);
        check_step(phase, step).map_err(|refusal| GovError::from(refusal).into())
    }

    /// What each guardian signs.
    pub fn statement_hash(&self) -> [u8; 32] {
        Statement {
            constitution: self.constitution.to_bytes(),
            id: self.id,
            guardians_version: self.guardians_version,
            act: self.act,
            target: self.target.to_bytes(),
            seconds: self.seconds,
            principle_id: self.principle_id,
            reason_hash: self.reason_hash,
            evidence_hash: self.evidence_hash,
        }
        .hash::<SolSha256>()
    }
}
