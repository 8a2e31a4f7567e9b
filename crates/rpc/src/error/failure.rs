//! The two failures with a story of their own: a refused transaction and a broken connection.

use solana_rpc_client_api::client_error::reqwest;

use super::RpcError;
use crate::pool::{self, Again, status_verdict};
use crate::solana::{InstructionError, Signature, TransactionError};

/// Where a transaction was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureStage {
    /// Before it was sent on: nothing changed and no fee was paid.
    Preflight,
    /// In a block: the fee was paid, everything else was undone.
    Landed {
        /// The block's slot.
        slot: u64,
    },
}

/// A transaction that a program or the runtime refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("transaction failed: {error}")]
#[non_exhaustive]
pub struct TransactionFailure {
    /// What the runtime answered.
    pub error: TransactionError,
    /// Where it was refused.
    pub stage: FailureStage,
    /// First signature, where the transaction landed.
    pub signature: Option<Signature>,
    /// Log lines up to the failure; empty where the endpoint did not give them.
    pub logs: Vec<String>,
}

impl TransactionFailure {
    pub(crate) fn refused(error: TransactionError, logs: Vec<String>) -> RpcError {
        Box::new(Self { error, stage: FailureStage::Preflight, signature: None, logs }).into()
    }

    /// Position of the instruction that failed, counted from 0, and its error. `None` where the
    /// transaction as a whole was refused.
    #[must_use]
    pub fn instruction(&self) -> Option<(u8, &InstructionError)> {
        if let TransactionError::InstructionError(index, error) = &self.error {
            return Some((*index, error));
        }
        None
    }

    /// Position of the instruction that failed and the program's own error number.
    #[must_use]
    pub fn custom_code(&self) -> Option<(u8, u32)> {
        if let TransactionError::InstructionError(index, InstructionError::Custom(code)) = &self.error {
            return Some((*index, *code));
        }
        None
    }
}

impl From<TransactionFailure> for RpcError {
    fn from(failure: TransactionFailure) -> Self {
        Self::TransactionFailed(Box::new(failure))
    }
}

/// What went wrong between here and the endpoint. Its text never holds the endpoint's address.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct TransportFault {
    source: Fault,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error(transparent)]
    Http(reqwest::Error),
    #[error(transparent)]
    Io(std::io::Error),
}

impl From<Fault> for TransportFault {
    fn from(source: Fault) -> Self {
        Self { source }
    }
}

impl TransportFault {
    /// HTTP status of the answer, where there was one that is not a success.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        if let Fault::Http(error) = &self.source { error.status().map(|status| status.as_u16()) } else { None }
    }

    /// Whether no answer came in time.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        match &self.source {
            Fault::Http(error) => error.is_timeout(),
            Fault::Io(error) => error.kind() == std::io::ErrorKind::TimedOut,
        }
    }

    /// Whether the endpoint may have done what it was asked: all but where no connection was made, or where it refused.
    pub(super) fn may_be_done(&self) -> bool {
        let is_unreached = matches!(&self.source, Fault::Http(error) if error.is_connect());
        let fault = |status| pool::Fault::Status { status, retry_after: None };
        !is_unreached && self.status().is_none_or(|status| fault(status).may_be_done())
    }

    /// Whether the fault can pass by itself: everything but an answer that blames the caller.
    pub(super) fn is_transient(&self) -> bool {
        self.status().is_none_or(|status| status_verdict(status).again == Again::Later)
    }
}
