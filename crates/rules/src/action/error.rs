//! Why bytes are no action.

use crate::{guardrail::GuardrailError, parameters::ChangeError, settings::SettingsError};

/// Bytes that are not an action, or an action that makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionError {
    /// The bytes end too early.
    Truncated,
    /// Bytes follow the end.
    TrailingBytes,
    /// No action has this number.
    UnknownAction {
        /// The number found.
        number: u8,
    },
    /// A field holds a number that means nothing: class, category or priority.
    OutOfRange {
        /// The number found.
        value: u8,
    },
    /// Fields that contradict each other.
    Meaningless,
    /// A change of parameters that cannot be.
    Change(ChangeError),
    /// Settings that cannot be.
    Settings(SettingsError),
    /// Bytes that are no guardrail.
    Guardrail(GuardrailError),
    /// A payment of nothing.
    NothingToTransfer,
    /// No instruction, or more than [`super::MAX_STEPS`].
    StepsOutOfRange {
        /// How many.
        count: u8,
    },
    /// More bytes than [`super::MAX_ACTION_BYTES`].
    TooLong {
        /// How many.
        len: usize,
    },
    /// More accounts than [`super::MAX_INVOKE_ACCOUNTS`].
    TooManyAccounts {
        /// How many.
        count: usize,
    },
    /// More data than [`super::MAX_INVOKE_DATA`].
    DataTooLong {
        /// How long, in bytes.
        len: usize,
    },
    /// Flags other than writable and signer.
    UnknownFlags {
        /// The flags found.
        flags: u8,
    },
}
