//! Anybody writes down that a vote has confirmed an emergency act: it holds for its whole length.
//!
//! Specification
//! 1. The proposal shall be spent before seven days are over since the act took effect (E4).
//! 2. The strike that the act has brought its guardians shall be taken back, if they are the same.
//! 3. The effect shall end when the guardians asked for, and not a second later (E2).

use anchor_lang::prelude::*;
use quantumagi_rules::{
    action::Action,
    emergency::course::{Outcome, Step},
};

use super::EmergencyVote;
use crate::{events::EmergencyRatified, mandate::now};

impl EmergencyVote {
    /// `emergency_ratify`.
    pub fn ratify(&mut self) -> Result<()> {
        let now = now()?;
        let mandate =
            self.order(Step::Ratify, Outcome::Ratified, |emergency_id| Action::EmergencyRatify { emergency_id }, now)?;
        self.emergency.ratified_by = mandate;
        if self.emergency.guardians_version == self.guardians.version {
            let power = self.guardians.power().confirmed();
            self.guardians.set_power(power);
        }
        let times = self.emergency.times();
        // A short effect is as long as it was asked for without a vote; its target need not be there any more.
        let effect_until = if times.needs_longer() { self.change(times.effect_until(true), now)? } else { 0 };
        let event = EmergencyRatified {
            constitution: *self.constitution.address(),
            sequence: self.constitution.chain.sequence,
            at: now.0,
            mandate,
            emergency_id: self.emergency.id,
            effect_until,
        };
        self.constitution.chain.record(&event)
    }
}
