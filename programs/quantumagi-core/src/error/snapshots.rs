//! What the rules of snapshots and weight records refuse, as the program's errors.

use quantumagi_rules::{
    snapshot::{review::ReviewError, SnapshotError},
    weight_record::RecordError,
};

use super::GovError;

impl From<SnapshotError> for GovError {
    fn from(error: SnapshotError) -> Self {
        match error {
            SnapshotError::VotersOutOfRange { .. } => Self::VotersOutOfRange,
            SnapshotError::RootEmpty => Self::SnapshotEmpty,
            SnapshotError::SlotNotPassed { .. } => Self::SlotNotPassed,
            SnapshotError::ProofLength { .. } => Self::ProofLength,
            // The last two are a builder's: the program never builds a tree.
            SnapshotError::IndexOutOfRange { .. }
            | SnapshotError::NotInSnapshot
            | SnapshotError::TotalMismatch
            | SnapshotError::NotAscending { .. }
            | SnapshotError::WeightIsZero { .. } => Self::NotInSnapshot,
        }
    }
}

impl From<ReviewError> for GovError {
    fn from(error: ReviewError) -> Self {
        match error {
            ReviewError::OperatorsOutOfRange => Self::OperatorsOutOfRange,
            ReviewError::NotAscending => Self::MembersNotAscending,
            ReviewError::NeededOutOfRange => Self::NeededOutOfRange,
            ReviewError::ChallengeOutOfRange => Self::ChallengeOutOfRange,
            ReviewError::AlreadyReviewed => Self::AlreadyReviewed,
        }
    }
}

impl From<RecordError> for GovError {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::WrongOwner | RecordError::Malformed | RecordError::WrongRealm => Self::WeightRecordMalformed,
            RecordError::WrongVoter => Self::NotTheVoter,
            RecordError::NotOfThisSlot => Self::WeightNotOfThisSlot,
            RecordError::WrongPurpose => Self::WeightRecordPurpose,
            RecordError::NoWeight => Self::WeightIsZero,
        }
    }
}
