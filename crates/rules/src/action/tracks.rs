//! What an action takes to be decided, and who else has a say; the fields of those that change this.

use super::{Action, ActionError, Reader};
use crate::{
    approval::ApprovalRule,
    parameters::{ParameterChange, Track, TrackParameters},
    settings::Settings,
};

impl Action<'_> {
    /// The shares that a proposal of this freezes, of `parameters` of its track: those for entrenched matters where it
    /// touches one, and what a change of parameters takes by itself.
    #[must_use]
    pub fn approval_rule(&self, parameters: &TrackParameters, touches_entrenched: bool) -> ApprovalRule {
        if let Self::ParametersAmend(change) = self {
            return change.approval_rule(parameters);
        }
        parameters.approval_rule(touches_entrenched)
    }

    /// Whether the veto body can have a say: not about itself, and not about the guardians or what they did.
    #[must_use]
    pub fn can_be_vetoed(&self) -> bool {
        self.track() != Track::Ratification && !matches!(self, Self::VetoBodyAdopt { .. })
    }

    /// Whether an attestor can have a say: not where a vote answers an emergency, which waits for no report.
    #[must_use]
    pub fn can_be_attested(&self) -> bool {
        self.track() != Track::Ratification
    }
}

impl Reader<'_> {
    /// A change of parameters, within the bounds of its track.
    pub(super) fn change(&mut self) -> Result<ParameterChange, ActionError> {
        let track = self.checked(Track::from_u8)?;
        let before = TrackParameters::from_bytes(&self.array()?);
        let change = ParameterChange { track, before, after: TrackParameters::from_bytes(&self.array()?) };
        change.check().map_err(ActionError::Change)?;
        Ok(change)
    }

    /// Settings that make sense.
    pub(super) fn settings(&mut self) -> Result<Settings, ActionError> {
        let settings = Settings {
            attestor: self.array()?,
            attestation_mark: u16::from_le_bytes(self.array()?),
            max_open_proposals: self.byte()?,
        };
        settings.check().map_err(ActionError::Settings)?;
        Ok(settings)
    }
}
