//! What the rules of emergencies refuse, by its public number.

use quantumagi_rules::emergency::{course::Refusal, guardians::GuardiansError, power::PowerError, ActError};

use super::GovError;

impl From<Refusal> for GovError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::ApprovalTooLate => Self::ApprovalTooLate,
            Refusal::AlreadyActive => Self::EmergencyActive,
            Refusal::NotActive => Self::EmergencyNotActive,
            Refusal::AlreadyRatified => Self::AlreadyRatified,
            Refusal::RatifyTooLate => Self::RatifyTooLate,
            Refusal::NotLapsed => Self::NotLapsed,
            Refusal::EffectOver => Self::EffectOver,
            Refusal::NotOver => Self::EmergencyNotOver,
        }
    }
}

impl From<GuardiansError> for GovError {
    fn from(error: GuardiansError) -> Self {
        match error {
            GuardiansError::CountOutOfRange { .. } | GuardiansError::TermOutOfRange { .. } => Self::GuardiansOutOfRange,
            GuardiansError::NotAscending => Self::GuardiansNotAscending,
            GuardiansError::ThresholdOutOfRange { .. } => Self::GuardiansThreshold,
            GuardiansError::AlreadyApproved => Self::AlreadyApproved,
            GuardiansError::HeartbeatMissed => Self::HeartbeatMissed,
        }
    }
}

impl From<PowerError> for GovError {
    fn from(error: PowerError) -> Self {
        match error {
            PowerError::NoGuardians => Self::NoGuardians,
            PowerError::TermOver => Self::TermOver,
            PowerError::StruckOut => Self::StruckOut,
            PowerError::HeartbeatMissing => Self::HeartbeatMissing,
            PowerError::TooManyActs => Self::TooManyActs,
            PowerError::BudgetSpent { .. } => Self::BudgetSpent,
        }
    }
}

impl From<ActError> for GovError {
    fn from(error: ActError) -> Self {
        match error {
            ActError::LengthOutOfRange { .. } => Self::EffectOutOfRange,
            ActError::CoolingDown { .. } => Self::CoolingDown,
        }
    }
}
