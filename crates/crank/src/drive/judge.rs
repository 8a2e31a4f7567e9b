//! What an error says: whether the endpoint is to blame, the wallet, or the duty.

use quantumagi_rpc::RpcError;
use quantumagi_rpc::solana::TransactionError;
use quantumagi_sdk::SdkError;

use quantumagi_sdk::check::CheckError;

use super::build::BuildError;

/// Numbers of the program's errors about the state of an account and about time.
const OF_STATE_AND_TIME: std::ops::Range<u32> = 6_100..6_300;

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
        BuildError::Unproved(unproved) => unproved.is_passing(),
        BuildError::EpochChanged => true,
        BuildError::Sdk(_)
        | BuildError::Unpublished(_)
        | BuildError::NotDue
        | BuildError::Stake(_)
        | BuildError::PoorOperator { .. }
        | BuildError::FalseRoot { .. } => false,
    }
}

/// Whether it says that the duty's moment has not come, or that its account is in another state. Said of what is due by
/// what others answer, it comes from an endpoint that lags behind.
pub(super) fn is_out_of_date(error: &BuildError) -> bool {
    match error {
        BuildError::Sdk(SdkError::Check(
            CheckError::Step { .. } | CheckError::Held { .. } | CheckError::Paused { .. },
        ))
        | BuildError::Sdk(SdkError::NotFound { .. }) => true,
        BuildError::Sdk(SdkError::Refused(failure)) => {
            failure.rule().is_some_and(|rule| OF_STATE_AND_TIME.contains(&rule.code()))
        }
        BuildError::NotDue => true,
        BuildError::Sdk(_)
        | BuildError::Unpublished(_)
        | BuildError::Stake(_)
        | BuildError::EpochChanged
        | BuildError::PoorOperator { .. }
        | BuildError::FalseRoot { .. }
        | BuildError::Unproved(_) => false,
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
        BuildError::Sdk(_)
        | BuildError::Unpublished(_)
        | BuildError::NotDue
        | BuildError::Stake(_)
        | BuildError::EpochChanged
        | BuildError::PoorOperator { .. }
        | BuildError::FalseRoot { .. }
        | BuildError::Unproved(_) => &[],
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
