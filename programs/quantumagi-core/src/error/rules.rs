//! What the first rules refuse, as the program's errors.

use quantumagi_rules::{
    action::ActionError,
    approval::TallyError,
    lifecycle::Refusal,
    parameters::{ChangeError, ParameterError},
    payload::PayloadError,
    principle::CitationError,
    roster::RosterError,
    settings::SettingsError,
    veto::VetoError,
};

use super::GovError;

impl From<Refusal> for GovError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::VotingNotStarted => Self::VotingNotStarted,
            Refusal::VotingEnded => Self::VotingEnded,
            Refusal::VotingNotEnded => Self::VotingNotEnded,
            Refusal::NotFinalized => Self::NotFinalized,
            Refusal::AlreadyFinalized => Self::AlreadyFinalized,
            Refusal::TimelockActive => Self::TimelockActive,
            Refusal::WindowClosed => Self::WindowClosed,
            Refusal::WindowNotClosed => Self::WindowNotClosed,
            Refusal::TooLateToCancel => Self::TooLateToCancel,
            Refusal::VetoNotOpen => Self::VetoNotOpen,
            Refusal::NothingToHold => Self::NothingToHold,
            Refusal::NotFinal => Self::NotFinal,
            Refusal::AlreadyFinal => Self::AlreadyFinal,
        }
    }
}

impl From<TallyError> for GovError {
    fn from(error: TallyError) -> Self {
        match error {
            TallyError::Overflow => Self::Overflow,
            TallyError::Underflow => Self::TallyUnderflow,
        }
    }
}

impl From<ParameterError> for GovError {
    fn from(_: ParameterError) -> Self {
        Self::ParameterOutOfRange
    }
}

impl From<ChangeError> for GovError {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Nothing => Self::NothingAmended,
            ChangeError::OutOfBounds(error) => Self::from(error),
        }
    }
}

impl From<SettingsError> for GovError {
    fn from(_: SettingsError) -> Self {
        Self::SettingOutOfRange
    }
}

impl From<VetoError> for GovError {
    fn from(error: VetoError) -> Self {
        match error {
            VetoError::NoSuchMember { .. } => Self::NotTheMember,
            VetoError::AlreadyVetoed { .. } => Self::AlreadyVetoed,
            VetoError::Overflow => Self::Overflow,
        }
    }
}

impl From<CitationError> for GovError {
    fn from(error: CitationError) -> Self {
        match error {
            CitationError::TooMany { .. } => Self::TooManyCitations,
            CitationError::Missing => Self::CitationMissing,
            CitationError::NotAscending { .. } => Self::CitationsNotAscending,
        }
    }
}

impl From<RosterError> for GovError {
    fn from(error: RosterError) -> Self {
        match error {
            RosterError::NotAscending => Self::MembersNotAscending,
            RosterError::WeightIsZero => Self::WeightIsZero,
            RosterError::TotalOverflow => Self::Overflow,
            RosterError::TooManyMembers { .. } => Self::TooManyMembers,
            RosterError::SizeOutOfRange { .. } => Self::RosterSizeOutOfRange,
        }
    }
}

impl From<ActionError> for GovError {
    fn from(error: ActionError) -> Self {
        match error {
            ActionError::Truncated | ActionError::TrailingBytes | ActionError::UnknownAction { .. } => {
                Self::ActionMalformed
            }
            ActionError::Change(error) => Self::from(error),
            ActionError::Settings(error) => Self::from(error),
            ActionError::OutOfRange { .. }
            | ActionError::Meaningless
            | ActionError::NothingToTransfer
            | ActionError::StepsOutOfRange { .. }
            | ActionError::UnknownFlags { .. } => Self::ActionOutOfRange,
            ActionError::Guardrail(_) => Self::GuardrailMalformed,
            ActionError::TooManyAccounts { .. } | ActionError::DataTooLong { .. } | ActionError::TooLong { .. } => {
                Self::InvokeTooLarge
            }
        }
    }
}

impl From<PayloadError> for GovError {
    fn from(error: PayloadError) -> Self {
        match error {
            PayloadError::SizeOutOfRange { .. } => Self::PayloadSizeOutOfRange,
            PayloadError::NotNext { .. } | PayloadError::PartOutOfRange { .. } => Self::PayloadPartOutOfRange,
        }
    }
}
