//! Why a call to the cluster failed, and whether trying it again can help.

mod failure;

use std::sync::Arc;
use std::time::Duration;

use solana_rpc_client_api::client_error::{Error as ClientError, ErrorKind};
use solana_rpc_client_api::custom_error::JSON_RPC_SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE;
use solana_rpc_client_api::request::{RpcError as ServerError, RpcResponseErrorData};
use solana_rpc_client_api::response::RpcSimulateTransactionResult;

use crate::pool::{Again, CallTrace, Cause, Fault, PoolError, answer_data, code_verdict};
use crate::redact::Secrets;
use crate::solana::{Address, Signature, SignerError, TransactionError};
use failure::Fault as TransportCause;
pub use failure::{FailureStage, TransactionFailure, TransportFault};

/// Result of a call to the cluster.
pub type Result<T> = std::result::Result<T, RpcError>;

/// Why a call to the cluster failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RpcError {
    /// The endpoint was not reached, or its answer did not arrive whole.
    #[error("cannot reach {host} ({trace})")]
    Transport {
        /// Host of the endpoint.
        host: String,
        /// How the call went.
        trace: Box<CallTrace>,
        /// What went wrong on the way.
        source: TransportFault,
    },
    /// The endpoint answered with a JSON-RPC error.
    #[error("{host} answered with error {code}: {message}")]
    Rpc {
        /// Host of the endpoint; its name for one of a pool.
        host: String,
        /// JSON-RPC error number.
        code: i64,
        /// The endpoint's own words.
        message: String,
        /// How the call went, where one call is all that there was.
        trace: Option<Box<CallTrace>>,
    },
    /// No endpoint of a pool gave an answer, or one refused a transaction that another may have sent on.
    #[error(transparent)]
    Unanswered(Box<PoolError>),
    /// A program or the runtime refused the transaction.
    #[error(transparent)]
    TransactionFailed(#[from] Box<TransactionFailure>),
    /// The transaction did not land and can no longer land: it is safe to sign it anew.
    #[error("transaction {signature} expired at block {last_valid_block_height} without landing")]
    Expired {
        /// First signature of the transaction.
        signature: Signature,
        /// Last block in which it could have landed.
        last_valid_block_height: u64,
    },
    /// Waiting ended before the outcome was known. The transaction may still land: signing it
    /// anew could execute it twice.
    #[error("the outcome of transaction {signature} was not known after {} s", waited.as_secs())]
    Timeout {
        /// First signature of the transaction.
        signature: Signature,
        /// How long was waited.
        waited: Duration,
    },
    /// What became of transactions that were sent cannot be told: they may have landed, or still land.
    #[error("the outcome of what was sent cannot be told")]
    Untold {
        /// Why nothing was told of them.
        source: Box<RpcError>,
    },
    /// An account that had to exist does not.
    #[error("account {address} does not exist")]
    AccountNotFound {
        /// The missing account.
        address: Address,
    },
    /// The endpoint's answer cannot be read.
    #[error("{host} gave an unreadable answer: {what}")]
    Malformed {
        /// Host of the endpoint.
        host: String,
        /// Which part could not be read.
        what: &'static str,
        /// What the JSON reader objected to, where it was the one.
        source: Option<serde_json::Error>,
    },
    /// A key could not sign.
    #[error("cannot sign the transaction")]
    Signing {
        /// What the signer answered.
        #[from]
        source: SignerError,
    },
    /// A transaction or program that no cluster would take.
    #[error("{what} of {len} bytes is longer than the {max} allowed")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// Its length in bytes.
        len: usize,
        /// The longest that is allowed, in bytes.
        max: usize,
    },
    /// A deployed program belongs to another authority, or to none.
    #[error("program {program} cannot be changed by {authority}")]
    NotTheAuthority {
        /// The program.
        program: Address,
        /// Who tried.
        authority: Address,
    },
    /// What several readers were told of one read.
    #[error(transparent)]
    Shared(#[from] Arc<RpcError>),
    /// Writing a program made no progress.
    #[error("{missing} of {total} parts of the program are still unwritten after {} s without progress", waited.as_secs())]
    DeployStalled {
        /// Parts that never arrived.
        missing: usize,
        /// Parts of the program in all.
        total: usize,
        /// How long nothing arrived.
        waited: Duration,
    },
}

impl RpcError {
    /// Whether the same call can succeed later without any change: the endpoint was unreachable,
    /// overloaded, behind or starting. False where the answer is final, and for
    /// [`RpcError::Timeout`] and [`RpcError::Untold`], whose transactions must be looked up instead of sent again.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Transport { source, .. } => source.is_transient(),
            Self::Rpc { code, .. } => code_verdict(*code).again == Again::Later,
            Self::Unanswered(error) => error.is_retryable(),
            Self::TransactionFailed(failure) => failure.error == TransactionError::BlockhashNotFound,
            Self::Shared(error) => error.is_retryable(),
            Self::Expired { .. } | Self::DeployStalled { .. } => true,
            Self::Timeout { .. }
            | Self::Untold { .. }
            | Self::AccountNotFound { .. }
            | Self::Malformed { .. }
            | Self::Signing { .. }
            | Self::TooLarge { .. }
            | Self::NotTheAuthority { .. } => false,
        }
    }

    /// Whether what was asked for may have been done though this error is all there is to show for it: an answer was
    /// lost. A transaction may then be on its way; sending its bytes again is safe, signing it anew is not.
    #[must_use]
    pub fn may_be_done(&self) -> bool {
        match self {
            Self::Transport { source, .. } => source.may_be_done(),
            Self::Unanswered(error) => error.may_be_done(),
            Self::Shared(error) => error.may_be_done(),
            Self::Rpc { code, trace, .. } => {
                trace.as_ref().is_some_and(|trace| trace.may_be_done) || Fault::bare_answer(*code).may_be_done()
            }
            Self::Malformed { .. } | Self::Timeout { .. } | Self::Untold { .. } | Self::DeployStalled { .. } => true,
            Self::TransactionFailed(_)
            | Self::Expired { .. }
            | Self::AccountNotFound { .. }
            | Self::Signing { .. }
            | Self::TooLarge { .. }
            | Self::NotTheAuthority { .. } => false,
        }
    }

    /// The failed transaction, where that is what happened.
    #[must_use]
    pub fn transaction_failure(&self) -> Option<&TransactionFailure> {
        if let Self::TransactionFailed(failure) = self.itself() { Some(failure) } else { None }
    }

    /// The error itself, where several readers were told of it.
    #[must_use]
    pub fn itself(&self) -> &Self {
        if let Self::Shared(error) = self { error.itself() } else { self }
    }

    pub(crate) fn malformed(host: &str, what: &'static str) -> Self {
        Self::Malformed { host: host.to_owned(), what, source: None }
    }

    pub(crate) fn from_client(host: &str, error: ClientError, secrets: &Secrets, trace: CallTrace) -> Self {
        let (host, trace) = (host.to_owned(), Box::new(trace));
        let fault = |source| {
            let source = TransportFault::from(source);
            Self::Transport { host: host.clone(), trace: trace.clone(), source }
        };
        let mut error = match *error.kind {
            ErrorKind::Reqwest(source) => fault(TransportCause::Http(source.without_url())),
            ErrorKind::Io(source) => fault(TransportCause::Io(source)),
            ErrorKind::SerdeJson(source) => {
                Self::Malformed { host, what: "not the type that was asked for", source: Some(source) }
            }
            ErrorKind::RpcError(ServerError::RpcResponseError { code, message, data }) => {
                let message = secrets.hide(&message);
                Self::from_server(host, ServerError::RpcResponseError { code, message, data })
            }
            ErrorKind::RpcError(error) => Self::from_server(host, error),
            ErrorKind::TransactionError(error) => TransactionFailure::refused(error, Vec::new()),
            ErrorKind::SigningError(source) => Self::Signing { source },
            // The text of either may hold the whole address.
            ErrorKind::Middleware(_) => Self::malformed(&host, "refused by a layer of the transport"),
            ErrorKind::Custom(_) => Self::malformed(&host, "refused by the client library"),
        };
        if let Self::Rpc { trace: empty, .. } = &mut error {
            *empty = Some(trace);
        }
        error
    }

    pub(crate) fn from_pool(error: PoolError) -> Self {
        let PoolError { cause, trace } = error;
        let Cause::Fault(Fault::Answer { code, message, data, retry_after }) = cause else {
            return Self::Unanswered(Box::new(PoolError { cause, trace }));
        };
        // A refusal before sending says that nothing was sent, which is not known of the attempts before.
        if trace.may_be_done && code == JSON_RPC_SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE {
            let cause = Cause::Fault(Fault::Answer { code, message, data, retry_after });
            return Self::Unanswered(Box::new(PoolError { cause, trace }));
        }
        let host = trace.endpoint.as_ref().map(ToString::to_string).unwrap_or_default();
        let data = answer_data(code, data);
        let mut error = Self::from_server(host, ServerError::RpcResponseError { code, message, data });
        if let Self::Rpc { trace: empty, .. } = &mut error {
            *empty = Some(Box::new(trace));
        }
        error
    }

    fn from_server(host: String, error: ServerError) -> Self {
        match error {
            ServerError::RpcResponseError {
                data:
                    RpcResponseErrorData::SendTransactionPreflightFailure(RpcSimulateTransactionResult {
                        err: Some(error),
                        logs,
                        ..
                    }),
                ..
            } => TransactionFailure::refused(error.into(), logs.unwrap_or_default()),
            ServerError::RpcResponseError { code, message, .. } => Self::Rpc { host, code, message, trace: None },
            ServerError::RpcRequestError(_) => Self::malformed(&host, "not a JSON-RPC error"),
            ServerError::ParseError(_) | ServerError::ForUser(_) => Self::malformed(&host, "not a value"),
        }
    }
}
