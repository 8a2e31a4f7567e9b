//! What the rules of deposits, pools and mints refuse, as the program's errors.

use quantumagi_rules::{
    deposit::{DelegateError, DepositError, PoolError},
    mint::MintError,
};

use super::GovError;

impl From<DepositError> for GovError {
    fn from(error: DepositError) -> Self {
        match error {
            DepositError::AmountIsZero => Self::AmountIsZero,
            DepositError::Overflow => Self::Overflow,
            DepositError::FreshIsRipe => Self::FreshIsRipe,
            DepositError::NothingFresh => Self::NothingFresh,
            DepositError::NotRipe => Self::NotRipe,
            DepositError::CheckpointsFull => Self::CheckpointsFull,
            DepositError::Locked { .. } => Self::DepositLocked,
            DepositError::Insufficient { .. } => Self::InsufficientDeposit,
            DepositError::NotEmpty => Self::DepositNotEmpty,
        }
    }
}

impl From<DelegateError> for GovError {
    fn from(error: DelegateError) -> Self {
        match error {
            DelegateError::BallotStands => Self::DelegateSpoke,
            DelegateError::BallotsAreFinal => Self::DelegateNotAllowed,
        }
    }
}

impl From<PoolError> for GovError {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::MaturityOutOfRange => Self::MaturityOutOfRange,
            PoolError::FloorOutOfRange => Self::FloorOutOfRange,
        }
    }
}

impl From<MintError> for GovError {
    fn from(error: MintError) -> Self {
        match error {
            MintError::CanFreeze => Self::MintCanFreeze,
            MintError::CanSeize => Self::MintCanSeize,
            MintError::CannotMovePlainly => Self::MintCannotMovePlainly,
            MintError::CanHide => Self::MintCanHide,
            MintError::UnknownExtension { .. } => Self::MintExtensionUnknown,
        }
    }
}
