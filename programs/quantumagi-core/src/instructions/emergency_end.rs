//! Anybody writes down that a vote has ended an emergency act: what it stopped goes on at once. A strike stays.

use anchor_lang::prelude::*;
use quantumagi_rules::{
    action::Action,
    emergency::course::{Outcome, Step},
};

use super::EmergencyVote;
use crate::{events::EmergencyEnded, mandate::now};

impl EmergencyVote {
    /// `emergency_end`.
    pub fn end(&mut self) -> Result<()> {
        let now = now()?;
        let mandate =
            self.order(Step::End, Outcome::Ended, |emergency_id| Action::EmergencyEnd { emergency_id }, now)?;
        let effect_until = self.change(now, now)?;
        let event = EmergencyEnded {
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
