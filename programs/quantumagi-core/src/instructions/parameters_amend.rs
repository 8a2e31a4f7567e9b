//! Replaces a track's parameters: the founder before the seal, an approved proposal after it.
//!
//! Specification
//! 1. The parameters shall keep the bounds of their track, which no vote can leave (L2, L3, T8).
//! 2. The change shall be of the parameters in force, so that it takes what it took when it was proposed (T9): the
//!    digest holds both, and what was meant to replace others is not what was voted on.
//! 3. Proposals that are open or decided keep what they froze (T6, T7).

use anchor_lang::prelude::*;
use quantumagi_rules::{
    action::Action,
    parameters::{ParameterChange, Track},
};

use super::Mandated;
use crate::{error::GovError, events::ParametersAmended, mandate::now, state::TrackConfig};

impl Mandated {
    /// `parameters_amend`.
    pub fn amend_parameters(&mut self, number: u8, parameters: &TrackConfig) -> Result<()> {
        let now = now()?;
        let track = Track::from_u8(number).ok_or(GovError::ActionOutOfRange)?;
        let change = ParameterChange { track, before: self.constitution.parameters(track), after: parameters.into() };
        change.check().map_err(GovError::from)?;
        let mandate = self.order(&Action::ParametersAmend(change), now)?;
        let address = *self.constitution.address();
        let constitution = &mut *self.constitution;
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
