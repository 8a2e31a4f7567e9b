//! Why a pool has no answer.

use std::fmt;
use std::io;

use solana_rpc_client_api::client_error::{Error as ClientError, ErrorKind};
use solana_rpc_client_api::request::{RpcError as ServerError, RpcResponseErrorData};

use super::call::CallTrace;
use super::endpoint::Label;
use super::fault::Fault;

/// A call without an answer: why, and how it went.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{cause} ({trace})")]
pub struct PoolError {
    /// Why.
    pub cause: Cause,
    /// How it went.
    pub trace: CallTrace,
}

/// Why a call has no answer.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Cause {
    /// What the last attempt met with.
    Fault(Fault),
    /// No endpoint could be asked: why each could not.
    NoEndpoint(Vec<(Label, Unfit)>),
    /// The caller's deadline passed before any endpoint had failed.
    Deadline,
}

/// Why an endpoint is not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unfit {
    /// It belongs to another cluster.
    #[error("belongs to another cluster")]
    Foreign,
    /// Its role or tags do not fit the call.
    #[error("has not the role or tag that this call needs")]
    NotMeant,
    /// Its breaker is open or has no place left.
    #[error("failed too often and is left alone for a while")]
    BreakerOpen,
    /// The last probes found it unwell.
    #[error("{0}")]
    Unwell(Ailment),
}

/// What probes find wrong with an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Ailment {
    /// It does not answer probes, or with errors.
    #[error("does not answer its probes")]
    Silent,
    /// It is behind the others.
    #[error("is {slots} slots behind the others")]
    Lagging {
        /// By how many slots.
        slots: u64,
    },
    /// Its slot stands still while the others go on.
    #[error("stands still at slot {slot}")]
    Frozen {
        /// Where.
        slot: u64,
    },
    /// Its slot cannot be true: ahead of what time allows, or of all others.
    #[error("claims slot {slot}, which cannot be")]
    Lying {
        /// The claim.
        slot: u64,
    },
    /// Its slot goes on while its accounts stay behind.
    #[error("serves accounts {slots} slots older than it says")]
    Stale {
        /// By how many slots.
        slots: u64,
    },
}

impl PoolError {
    /// Whether the same call can succeed later without any change. False where every endpoint would say the
    /// same, and for a passed deadline, which only the caller can move.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match &self.cause {
            Cause::Fault(fault) => fault.is_retryable(),
            Cause::NoEndpoint(_) => true,
            Cause::Deadline => false,
        }
    }

    /// Whether an endpoint may have done what it was asked, in the last attempt or before, though its answer was lost.
    #[must_use]
    pub fn may_be_done(&self) -> bool {
        self.trace.may_be_done || matches!(&self.cause, Cause::Fault(fault) if fault.may_be_done())
    }

    /// The error of a pool inside an error of `solana-rpc-client`. `None` where that client itself failed, and
    /// for JSON-RPC errors of an endpoint, which come through as if from a single endpoint.
    #[must_use]
    pub fn within(error: &ClientError) -> Option<&Self> {
        if let ErrorKind::Io(error) = &*error.kind { error.get_ref()?.downcast_ref() } else { None }
    }

    /// As `solana-rpc-client` tells errors, so that its typed calls treat them as ever.
    pub(super) fn into_client(self) -> ClientError {
        match self.cause {
            Cause::Fault(Fault::Answer { code, message, data, .. }) => {
                let data = answer_data(code, data);
                ServerError::RpcResponseError { code, message, data }.into()
            }
            Cause::Fault(Fault::Timeout { .. }) | Cause::Deadline => {
                io::Error::new(io::ErrorKind::TimedOut, self).into()
            }
            Cause::Fault(_) | Cause::NoEndpoint(_) => io::Error::other(self).into(),
        }
    }
}

/// What comes with two of the numbers, as `solana-rpc-client` reads it.
pub(crate) fn answer_data(code: i64, data: serde_json::Value) -> RpcResponseErrorData {
    use solana_rpc_client_api::custom_error as number;
    use solana_rpc_client_api::custom_error::NodeUnhealthyErrorData;
    let read = match code {
        number::JSON_RPC_SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE => {
            serde_json::from_value(data).map(RpcResponseErrorData::SendTransactionPreflightFailure)
        }
        number::JSON_RPC_SERVER_ERROR_NODE_UNHEALTHY => {
            serde_json::from_value(data).map(|NodeUnhealthyErrorData { num_slots_behind }| {
                RpcResponseErrorData::NodeUnhealthy { num_slots_behind }
            })
        }
        _ => return RpcResponseErrorData::Empty,
    };
    read.unwrap_or(RpcResponseErrorData::Empty)
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(fault) => fault.fmt(f),
            Self::Deadline => f.write_str("the deadline passed before an answer came"),
            Self::NoEndpoint(reasons) => {
                f.write_str("no endpoint can be asked")?;
                for (index, (name, unfit)) in reasons.iter().enumerate() {
                    write!(f, "{} {name} {unfit}", if index == 0 { ":" } else { ";" })?;
                }
                Ok(())
            }
        }
    }
}
