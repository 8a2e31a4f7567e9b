//! A policy that a vote put into force.

use anchor_lang::prelude::*;
use quantumagi_rules::{
    policy::{is_in_force, PolicyStatus},
    UnixSeconds,
};

use crate::error::GovError;

/// A policy. Created by executing a proposal, amended and repealed by others, closed by anyone once ended.
///
/// Seeds: `"policy"`, constitution, id (u64, little endian).
#[account]
pub struct Policy {
    /// The constitution it belongs to.
    pub constitution: Address,
    /// Who paid for this account, and is paid back when it is closed.
    pub payer: Address,
    /// SHA-256 of its canonical text.
    pub text_hash: [u8; 32],
    /// Its id in the constitution, from 0.
    pub id: u64,
    /// The proposal that adopted it.
    pub proposal_id: u64,
    /// When it was adopted, Unix seconds.
    pub adopted_at: i64,
    /// When it ends by itself, Unix seconds; 0 for never. From that second on it is not in force, written down or not.
    pub sunset_at: i64,
    /// An emergency act suspends it until then, Unix seconds; 0 for none.
    pub suspended_until: i64,
    /// Version of its text, from 1.
    pub version: u32,
    /// 0 active, 1 repealed, 2 sunset.
    pub status: u8,
    /// Layout of this account.
    pub layout_version: u8,
    /// Canonical bump of this address.
    pub bump: u8,
    /// Zero. Fills the last eight bytes.
    pub reserved: u8,
}

impl Policy {
    /// What was last written.
    ///
    /// # Errors
    /// [`GovError::AccountCorrupt`] where the stored status has no meaning.
    pub fn status(&self) -> Result<PolicyStatus> {
        PolicyStatus::from_u8(self.status).ok_or_else(|| GovError::AccountCorrupt.into())
    }

    /// # Errors
    /// [`GovError::PolicyNotInForce`] once repealed or past its sunset.
    pub fn check_in_force(&self, now: UnixSeconds) -> Result<()> {
        require!(is_in_force(self.status()?, self.sunset_at, now), GovError::PolicyNotInForce);
        Ok(())
    }
}
