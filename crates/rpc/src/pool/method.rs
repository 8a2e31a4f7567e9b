//! Which kind of work a method asks of an endpoint, and whether it may be asked twice.

use std::fmt;
use std::ops::Index;
use std::time::Duration;

use solana_rpc_client_api::request::RpcRequest;

use super::endpoint::Role;

/// Methods that ask for the same kind of work. An endpoint that refuses scans may still be good for reads, so
/// each class has its own breaker on each endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MethodClass {
    /// Cheap questions about the present state.
    Read,
    /// Questions that make the node search all accounts.
    Scan,
    /// Questions about past blocks and transactions.
    History,
    /// Trial runs.
    Simulate,
    /// Sending transactions.
    Send,
}

impl MethodClass {
    /// Every class, in the order of the documentation.
    pub const ALL: [Self; 5] = [Self::Read, Self::Scan, Self::History, Self::Simulate, Self::Send];

    /// The class of a method. Methods that only some providers know count as reads.
    #[must_use]
    #[allow(deprecated, reason = "a method that is no longer served still has a class")]
    pub fn of(request: RpcRequest) -> Self {
        use RpcRequest as R;
        match request {
            R::GetProgramAccounts
            | R::GetLargestAccounts
            | R::GetSupply
            | R::GetTokenAccountsByDelegate
            | R::GetTokenAccountsByOwner
            | R::GetTokenLargestAccounts
            | R::GetClusterNodes
            | R::GetVoteAccounts
            | R::GetLeaderSchedule => Self::Scan,
            R::GetBlock
            | R::GetBlocks
            | R::GetBlocksWithLimit
            | R::GetBlockProduction
            | R::GetBlockTime
            | R::GetFirstAvailableBlock
            | R::GetInflationReward
            | R::GetSignaturesForAddress
            | R::GetTransaction
            | R::MinimumLedgerSlot => Self::History,
            R::SimulateTransaction => Self::Simulate,
            R::SendTransaction | R::RequestAirdrop => Self::Send,
            R::Custom { .. }
            | R::DeregisterNode
            | R::GetAccountInfo
            | R::GetBalance
            | R::GetBlockHeight
            | R::GetEpochInfo
            | R::GetEpochSchedule
            | R::GetFeeForMessage
            | R::GetGenesisHash
            | R::GetHealth
            | R::GetIdentity
            | R::GetInflationGovernor
            | R::GetInflationRate
            | R::GetLatestBlockhash
            | R::GetMaxRetransmitSlot
            | R::GetMaxShredInsertSlot
            | R::GetMinimumBalanceForRentExemption
            | R::GetMultipleAccounts
            | R::GetRecentPerformanceSamples
            | R::GetRecentPrioritizationFees
            | R::GetHighestSnapshotSlot
            | R::GetSignatureStatuses
            | R::GetSlot
            | R::GetSlotLeader
            | R::GetSlotLeaders
            | R::GetStorageTurn
            | R::GetStorageTurnRate
            | R::GetSlotsPerSegment
            | R::GetStakeMinimumDelegation
            | R::GetStoragePubkeysForSlot
            | R::GetTokenAccountBalance
            | R::GetTokenSupply
            | R::GetTransactionCount
            | R::GetVersion
            | R::IsBlockhashValid
            | R::RegisterNode
            | R::SignVote => Self::Read,
        }
    }

    /// The role that an endpoint needs for it.
    #[must_use]
    pub fn role(self) -> Role {
        match self {
            Self::Read | Self::Scan | Self::History | Self::Simulate => Role::Read,
            Self::Send => Role::Send,
        }
    }

    /// The name in a configuration file and in metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Scan => "scan",
            Self::History => "history",
            Self::Simulate => "simulate",
            Self::Send => "send",
        }
    }

    /// How long one attempt may take unless the configuration says otherwise.
    #[must_use]
    pub fn default_timeout(self) -> Duration {
        match self {
            Self::Read | Self::Simulate | Self::Send => Duration::from_secs(10),
            Self::Scan | Self::History => Duration::from_secs(30),
        }
    }
}

impl fmt::Display for MethodClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One value for each class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PerClass<T>([T; MethodClass::ALL.len()]);

impl<T> PerClass<T> {
    /// The values that `value` gives, asked once for each class.
    pub fn from_fn(value: impl FnMut(MethodClass) -> T) -> Self {
        Self(MethodClass::ALL.map(value))
    }
}

impl<T> Index<MethodClass> for PerClass<T> {
    type Output = T;

    fn index(&self, class: MethodClass) -> &T {
        match (class, &self.0) {
            (MethodClass::Read, [value, ..])
            | (MethodClass::Scan, [_, value, ..])
            | (MethodClass::History, [_, _, value, ..])
            | (MethodClass::Simulate, [.., value, _])
            | (MethodClass::Send, [.., value]) => value,
        }
    }
}

/// Whether asking twice does no more than asking once. A transaction lands at most once however often its
/// bytes are sent; an airdrop pays each time, and nothing is known of a provider's own methods.
#[must_use]
pub(super) fn is_repeatable(request: RpcRequest) -> bool {
    !matches!(
        request,
        RpcRequest::RequestAirdrop
            | RpcRequest::Custom { .. }
            | RpcRequest::RegisterNode
            | RpcRequest::DeregisterNode
            | RpcRequest::SignVote
    )
}

#[cfg(test)]
mod tests {
    use super::{MethodClass, PerClass};

    #[test]
    fn each_class_finds_its_own_value() {
        let names = PerClass::from_fn(MethodClass::as_str);
        for class in MethodClass::ALL {
            assert_eq!(names[class], class.as_str());
        }
    }
}
