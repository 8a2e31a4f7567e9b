//! What is measured of transactions, under which names.

use metrics::counter;

use super::Confirmed;
use crate::error::{FailureStage, RpcError};

/// Transactions by how they ended. Label `outcome`.
pub const TRANSACTIONS: &str = "quantumagi_rpc_transactions_total";
/// Transactions signed again after the one before expired.
pub const SIGNED_ANEW: &str = "quantumagi_rpc_transactions_signed_anew_total";

/// `refused` before a block, `failed` in one; `open` is what may still land.
pub(crate) const OUTCOMES: [&str; 5] = ["confirmed", "failed", "refused", "expired", "open"];

/// How it ended, in a word.
pub(super) fn outcome(outcome: &Result<Confirmed, RpcError>) -> &'static str {
    match outcome {
        Ok(_) => "confirmed",
        Err(RpcError::TransactionFailed(failure)) if matches!(failure.stage, FailureStage::Landed { .. }) => "failed",
        Err(RpcError::Expired { .. }) => "expired",
        Err(error) if error.may_be_done() => "open",
        Err(_) => "refused",
    }
}

pub(super) fn count(outcome: &'static str) {
    counter!(TRANSACTIONS, "outcome" => outcome).increment(1);
}

pub(super) fn count_signed_anew() {
    counter!(SIGNED_ANEW).increment(1);
}
