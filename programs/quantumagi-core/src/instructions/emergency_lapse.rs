//! Anybody writes down that no vote has confirmed an emergency act in time. Its effect was over all the same, and its strike
//! counted from the first second.

use anchor_lang::prelude::*;
use quantumagi_rules::emergency::course::{Outcome, Step};

use super::EmergencyStep;
use crate::{events::EmergencyLapsed, mandate::now_and_slot};

impl EmergencyStep {
    /// `emergency_lapse`.
    pub fn lapse(&mut self) -> Result<()> {
        let (now, slot) = now_and_slot()?;
        self.emergency.check_step(Step::Lapse, slot, now)?;
        self.emergency.outcome = Outcome::Lapsed as u8;
        let event = EmergencyLapsed {
            constitution: *self.constitution.address(),
            sequence: self.constitution.chain.sequence,
            at: now.0,
            emergency_id: self.emergency.id,
        };
        self.constitution.chain.record(&event)
    }
}
