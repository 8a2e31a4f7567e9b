//! A guardian says: I am here, and I hold my key.
//!
//! Specification
//! 1. Only within 30 days of the last time, the first time of the adoption: who was silent for longer stays out (E8).
//! 2. The guardian shall sign now and here (E7): heartbeats cannot be prepared.

use anchor_lang::prelude::*;
use quantumagi_rules::{emergency::guardians::check_heartbeat, UnixSeconds};

use super::GuardianSigned;
use crate::{error::GovError, events::GuardianSeen, mandate::now};

impl GuardianSigned {
    /// `guardians_heartbeat`.
    pub fn heartbeat(&mut self, index: u8) -> Result<()> {
        let now = now()?;
        self.check(index)?;
        let guardians = &mut *self.guardians;
        let seen_at = guardians.seen_at.get_mut(usize::from(index)).ok_or(GovError::NotGuardian)?;
        check_heartbeat(UnixSeconds(guardians.adopted_at), UnixSeconds(*seen_at), now).map_err(GovError::from)?;
        *seen_at = now.0;
        let event = GuardianSeen {
            constitution: *self.constitution.address(),
            sequence: self.constitution.chain.sequence,
            at: now.0,
            guardian: *self.guardian.address(),
            index,
        };
        self.constitution.chain.record(&event)
    }
}
