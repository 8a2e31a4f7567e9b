//! Why something could not be read or done, in words.

mod refusal;

use quantumagi_interface::DecodeError;
use quantumagi_rpc::solana::{Address, Instruction, Signature, TransactionError};
use quantumagi_rpc::{FailureStage, RpcError};
use quantumagi_rules::action::{ActionError, MAX_ACTION_BYTES, MAX_INVOKE_ACCOUNTS, MAX_INVOKE_DATA, MAX_STEPS};
use quantumagi_rules::parameters::ChangeError;
use quantumagi_rules::roster::RosterError;

use crate::check::{CheckError, DepositRefusal, EmergencyRefusal, SnapshotRefusal};
pub use refusal::{InstructionFailure, Origin};

/// Result of everything here that can fail.
pub type Result<T> = std::result::Result<T, SdkError>;

/// Why something could not be read or done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SdkError {
    /// The cluster was not reached, or did not take the transaction for a reason of its own.
    #[error(transparent)]
    Rpc(RpcError),
    /// A program refused an instruction.
    #[error(transparent)]
    Refused(Box<InstructionFailure>),
    /// The runtime would refuse the transaction as a whole, so it was not sent.
    #[error("the transaction would fail: {error}")]
    WouldFail {
        /// What the runtime answered.
        error: TransactionError,
        /// Log lines up to the failure.
        logs: Vec<String>,
    },
    /// The rules would refuse it, so it was not sent.
    #[error(transparent)]
    Check(#[from] CheckError),
    /// An account that had to exist does not.
    #[error("there is no {what} at {address}")]
    NotFound {
        /// What was looked for.
        what: &'static str,
        /// Where.
        address: Address,
    },
    /// An account is another program's.
    #[error("{address} is not a {what}: it belongs to the program {owner}")]
    NotOurs {
        /// What was looked for.
        what: &'static str,
        /// Where.
        address: Address,
        /// The program that owns the account there.
        owner: Address,
    },
    /// An account does not hold what it was taken for.
    #[error("{address} is not a {what}")]
    Undecodable {
        /// What was looked for.
        what: &'static str,
        /// Where.
        address: Address,
        /// What is wrong with its bytes.
        source: DecodeError,
    },
    /// A stored number has no meaning.
    #[error(transparent)]
    Meaningless(#[from] DecodeError),
    /// Bytes that are no action, or an action that makes no sense.
    #[error("{}", action_words(*.0))]
    Action(ActionError),
    /// A member that may not be on a roster.
    #[error("{}", roster_words(*.reason, .voter))]
    Roster {
        /// What the rules object to.
        reason: RosterError,
        /// The member they object to, where it is one.
        voter: Option<Address>,
    },
    /// Instructions that do not fit one transaction even one at a time.
    #[error("a transaction of {len} bytes is longer than the {max} that the network carries")]
    TooLong {
        /// Length of the transaction in bytes.
        len: usize,
        /// The longest allowed.
        max: usize,
    },
    /// An instruction that names more accounts than one transaction may.
    #[error("a transaction that locks {locks} accounts: {max} is the most that the network takes")]
    TooManyLocks {
        /// Accounts that it would lock, the payer's among them.
        locks: usize,
        /// The most allowed.
        max: usize,
    },
    /// An instruction that needs more compute units than one transaction may use.
    #[error("a transaction of {units} compute units: {max} is the most that it may use")]
    TooManyUnits {
        /// What it would use.
        units: u32,
        /// The most allowed.
        max: u32,
    },
    /// The transaction landed and succeeded, but the endpoint does not tell what it did.
    #[error("transaction {signature} succeeded in slot {slot}, but {host} does not tell what it did")]
    NoRecord {
        /// First signature of the transaction.
        signature: Signature,
        /// Slot of its block.
        slot: u64,
        /// Host of the endpoint.
        host: String,
    },
}

impl SdkError {
    /// Whether the same call can succeed later without any change. False for whatever a program or
    /// the rules refused, although time alone may change their answer, and for a transaction whose
    /// outcome is not known: look it up instead of sending it again.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Rpc(error) => error.is_retryable(),
            Self::Refused(_)
            | Self::Check(_)
            | Self::WouldFail { .. }
            | Self::NotFound { .. }
            | Self::NotOurs { .. }
            | Self::Undecodable { .. }
            | Self::Meaningless(_)
            | Self::Action(_)
            | Self::Roster { .. }
            | Self::TooLong { .. }
            | Self::TooManyLocks { .. }
            | Self::TooManyUnits { .. }
            | Self::NoRecord { .. } => false,
        }
    }

    /// The program's refusal, where that is what happened.
    #[must_use]
    pub fn refusal(&self) -> Option<&InstructionFailure> {
        if let Self::Refused(failure) = self { Some(failure) } else { None }
    }

    /// An error of sending `instructions`, with a program's refusal told in words.
    pub(crate) fn of_sending(error: RpcError, instructions: &[Instruction]) -> Self {
        let refused = error.transaction_failure().and_then(|failure| {
            InstructionFailure::of(&failure.error, failure.stage, failure.signature, &failure.logs, instructions)
        });
        refused.map_or(Self::Rpc(error), |refused| Self::Refused(Box::new(refused)))
    }

    /// The error that a simulation of `instructions` ended with.
    pub(crate) fn of_simulation(error: TransactionError, logs: Vec<String>, instructions: &[Instruction]) -> Self {
        match InstructionFailure::of(&error, FailureStage::Preflight, None, &logs, instructions) {
            Some(refused) => Self::Refused(Box::new(refused)),
            None => Self::WouldFail { error, logs },
        }
    }
}

impl From<RpcError> for SdkError {
    fn from(error: RpcError) -> Self {
        Self::of_sending(error, &[])
    }
}

impl From<EmergencyRefusal> for SdkError {
    fn from(error: EmergencyRefusal) -> Self {
        Self::Check(error.into())
    }
}

impl From<SnapshotRefusal> for SdkError {
    fn from(refusal: SnapshotRefusal) -> Self {
        Self::Check(refusal.into())
    }
}

impl From<DepositRefusal> for SdkError {
    fn from(error: DepositRefusal) -> Self {
        Self::Check(error.into())
    }
}

impl From<ActionError> for SdkError {
    fn from(error: ActionError) -> Self {
        match error {
            ActionError::Change(ChangeError::Nothing) => Self::Check(CheckError::NothingAmended),
            ActionError::Change(ChangeError::OutOfBounds(error)) => Self::Check(CheckError::Parameter(error)),
            ActionError::Settings(error) => Self::Check(CheckError::Settings(error)),
            ActionError::Guardrail(error) => Self::Check(CheckError::GuardrailNumber(error)),
            ActionError::Truncated
            | ActionError::TrailingBytes
            | ActionError::UnknownAction { .. }
            | ActionError::OutOfRange { .. }
            | ActionError::Meaningless
            | ActionError::NothingToTransfer
            | ActionError::StepsOutOfRange { .. }
            | ActionError::TooLong { .. }
            | ActionError::TooManyAccounts { .. }
            | ActionError::DataTooLong { .. }
            | ActionError::UnknownFlags { .. } => Self::Action(error),
        }
    }
}

fn action_words(error: ActionError) -> String {
    match error {
        ActionError::NothingToTransfer => "a payment of nothing".to_owned(),
        ActionError::OutOfRange { value } => format!("{value} is no class, no category and no priority"),
        ActionError::StepsOutOfRange { count } => format!("a series has 1 to {MAX_STEPS} calls, not {count}"),
        ActionError::TooLong { len } => format!("an action has at most {MAX_ACTION_BYTES} bytes, not {len}"),
        ActionError::TooManyAccounts { count } => {
            format!("a call takes at most {MAX_INVOKE_ACCOUNTS} accounts, not {count}")
        }
        ActionError::DataTooLong { len } => format!("a call takes at most {MAX_INVOKE_DATA} bytes of data, not {len}"),
        ActionError::Truncated
        | ActionError::TrailingBytes
        | ActionError::UnknownAction { .. }
        | ActionError::Meaningless
        | ActionError::Change(_)
        | ActionError::Settings(_)
        | ActionError::Guardrail(_)
        | ActionError::UnknownFlags { .. } => "the bytes are not an action".to_owned(),
    }
}

fn roster_words(error: RosterError, voter: &Option<Address>) -> String {
    let member = voter.map_or_else(|| "a member".to_owned(), |voter| format!("member {voter}"));
    match error {
        RosterError::NotAscending => format!("{member} is on the roster twice, or is the zero address"),
        RosterError::WeightIsZero => format!("{member} weighs nothing; the least weight is 1"),
        RosterError::TotalOverflow => format!("with {member} the total weight no longer fits 64 bits"),
        RosterError::TooManyMembers { declared } => format!("the roster was made for {declared} members"),
        RosterError::SizeOutOfRange { size } => format!("a roster has 1 to 8,448 members, not {size}"),
    }
}

#[cfg(test)]
mod tests;
