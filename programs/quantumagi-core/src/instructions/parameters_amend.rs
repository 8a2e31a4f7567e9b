//! Replaces a track's parameters: the founder before the seal, an approved proposal after it.
//!
//! Specification
//! 1. The parameters shall keep the bounds of their track, which no vote can leave (L2, L3, T8).
//! 2. The change shall be of the parameters in force, so that it takes what it took when it was proposed (T9): the
//!    digest holds both, and what was meant to replace others is not what was voted on.
//! 3. The parameters shall keep every guardrail, so that none can be voted away by numbers (M3).
//! 4. Proposals that are open or decided keep what they froze (T6, T7).

use anchor_lang::prelude::*;
use quantumagi_rules::{
    action::Action,
    guardrail::Deed,
    parameters::{ParameterChange, Track},
};

// All of it: a nested list of accounts brings generated modules of its own.
use super::shared::*;
use crate::{
    error::GovError,
    events::ParametersAmended,
    guard::in_force,
    mandate::now,
    state::{Guardrails, TrackConfig},
};

#[derive(Accounts)]
pub struct ParametersAmend {
    pub mandated: Nested<Mandated>,
    /// The guardrails, where there are any.
    pub guardrails: Option<Account<Guardrails>>,
}

impl ParametersAmend {
    pub fn handler(&mut self, number: u8, parameters: &TrackConfig) -> Result<()> {
        let now = now()?;
        let track = Track::from_u8(number).ok_or(GovError::ActionOutOfRange)?;
        let after = parameters.into();
        let change = ParameterChange { track, before: self.mandated.constitution.parameters(track), after };
        change.check().map_err(GovError::from)?;
        if let Some(guardrails) = in_force(&self.mandated.constitution, self.guardrails.as_ref())? {
            let deed = Deed::SetParameters { track, parameters: &change.after };
            guardrails.check_each(|guardrail| guardrail.check_proposed(deed))?;
        }
        let mandate = self.mandated.order(&Action::ParametersAmend(change), now)?;
        let address = *self.mandated.constitution.address();
        let constitution = &mut *self.mandated.constitution;
        *constitution.track_mut(track) = *parameters;
        let event = ParametersAmended {
            constitution: address,
            sequence: constitution.chain.sequence,
            at: now.0,
            mandate,
            track: number,
            parameters: *parameters,
        };
        constitution.chain.record(&event)
    }
}
