//! What an error says: whether the endpoint is to blame, the wallet, or the duty.

use quantumagi_rpc::RpcError;
use quantumagi_rpc::solana::TransactionError;
use quantumagi_sdk::SdkError;

use super::build::BuildError;

/// Whether the endpoint is to blame, and the same may succeed later.
pub(super) fn is_passing(error: &BuildError) -> bool {
    match error {
        BuildError::Sdk(SdkError::Rpc(RpcError::AccountNotFound { .. })) => false,
        BuildError::Sdk(SdkError::Rpc(error)) => error.transaction_failure().is_none() || error.is_retryable(),
        // Said by a node that is behind, or busy, or of a cluster that takes no transactions for a while.
        BuildError::Sdk(SdkError::WouldFail { error, .. }) => matches!(
            error,
            TransactionError::BlockhashNotFound
                | TransactionError::AccountInUse
                | TransactionError::ClusterMaintenance
                | TransactionError::WouldExceedMaxBlockCostLimit
                | TransactionError::WouldExceedMaxAccountCostLimit
                | TransactionError::WouldExceedAccountDataBlockLimit
        ),
        BuildError::Sdk(_) | BuildError::Unpublished(_) => false,
    }
}

/// Whether the wallet is to blame.
pub(super) fn is_poverty(error: &BuildError) -> bool {
    let BuildError::Sdk(SdkError::WouldFail { error, .. }) = error else { return false };
    matches!(
        error,
        TransactionError::AccountNotFound
            | TransactionError::InsufficientFundsForFee
            | TransactionError::InsufficientFundsForRent { account_index: 0 }
    )
}

/// What the program logged before it refused.
pub(super) fn logs(error: &BuildError) -> &[String] {
    match error {
        BuildError::Sdk(SdkError::Refused(failure)) => &failure.logs,
        BuildError::Sdk(SdkError::WouldFail { logs, .. }) => logs,
        BuildError::Sdk(_) | BuildError::Unpublished(_) => &[],
    }
}

/// The error with its causes.
pub(super) fn sentence(error: &(dyn std::error::Error + 'static)) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        words.push_str(": ");
        words.push_str(&source.to_string());
        cause = source.source();
    }
    words
}
