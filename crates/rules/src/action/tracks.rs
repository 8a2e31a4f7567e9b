//! What an action takes to be decided, and who else has a say; the fields of those that change this.

use super::{Action, ActionError, Reader};
use crate::{
    approval::ApprovalRule,
    parameters::{ParameterChange, Track, TrackParameters},
    principle::Class,
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

    /// Whether it is an entrenched matter, which takes the shares for those. `principle` is the class of the principle that
    /// it changes; `touches_own_code` is whether one of its calls, or an upgrade, could replace the governance program.
    #[must_use]
    pub fn is_entrenched(&self, principle: Option<Class>, touches_own_code: bool) -> bool {
        match self {
            // Whoever entrenches must meet the threshold that it takes to undo it.
            Self::PrincipleAdd { class, .. } => *class == Class::Entrenched,
            Self::PrincipleAmend { .. }
            | Self::PrincipleRetire { .. }
            | Self::GuardrailSet { .. }
            | Self::GuardrailClear { .. } => principle == Some(Class::Entrenched),
            // Who votes decides everything else: a smaller majority could make itself unanimous and undo what is
            // entrenched. So does whoever has a say besides the voters, and whoever can stop things.
            Self::RosterAdopt { .. }
            | Self::ElectorateAdopt { .. }
            | Self::VetoBodyAdopt { .. }
            | Self::SettingsAmend(_)
            | Self::GuardiansAdopt { .. } => true,
            // Whoever replaces the program replaces every rule there is.
            Self::Invoke { .. } | Self::InvokeSeries { .. } | Self::ProgramUpgrade { .. } => touches_own_code,
            // A change of parameters says itself what it takes: see `approval_rule`.
            Self::ParametersAmend(_)
            | Self::PolicyAdopt { .. }
            | Self::PolicyAmend { .. }
            | Self::PolicyRepeal { .. }
            | Self::TransferLamports { .. }
            | Self::TransferTokens { .. }
            | Self::ConstitutionAmend { .. }
            | Self::EmergencyRatify { .. }
            | Self::EmergencyEnd { .. }
            | Self::GuardiansRemove => false,
        }
    }

    /// How many programs its creation shows behind the cited principles, with the account that holds the code of each: those
    /// of a series, and the one that is upgraded. The program of a single call stands among the declared accounts.
    #[must_use]
    pub fn programs_behind(&self) -> usize {
        if let Self::InvokeSeries { steps } = self {
            return steps.len();
        }
        usize::from(matches!(self, Self::ProgramUpgrade { .. }))
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
