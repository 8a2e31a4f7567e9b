//! What a transaction needs besides its instructions: a recent blockhash and a price.

use serde::Deserialize;
use serde_json::json;
use solana_rpc_client_api::request::RpcRequest;

use crate::client::{AtSlot, Rpc};
use crate::error::Result;
use crate::solana::{Address, Hash};

/// Most addresses that one fee question may name.
const MAX_FEE_ADDRESSES: usize = 128;

/// A recent blockhash and how long a transaction with it can land.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blockhash {
    /// The hash to put into the message.
    pub hash: Hash,
    /// Last block height at which a transaction with it is taken.
    pub last_valid_block_height: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireBlockhash {
    blockhash: String,
    last_valid_block_height: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireFee {
    prioritization_fee: u64,
}

impl Rpc {
    /// A blockhash for the next transaction.
    ///
    /// # Errors
    /// As [`Rpc::genesis_hash`].
    pub async fn latest_blockhash(&self) -> Result<Blockhash> {
        let config = json!([{ "commitment": self.commitment().as_str() }]);
        let answer: AtSlot<WireBlockhash> = self.call(RpcRequest::GetLatestBlockhash, config).await?;
        let hash = answer.value.blockhash.parse().map_err(|_| self.malformed("blockhash"))?;
        Ok(Blockhash { hash, last_valid_block_height: answer.value.last_valid_block_height })
    }

    /// Height of the latest block: what [`Blockhash::last_valid_block_height`] is compared with.
    ///
    /// # Errors
    /// As [`Rpc::genesis_hash`].
    pub async fn block_height(&self) -> Result<u64> {
        self.call(RpcRequest::GetBlockHeight, json!([{ "commitment": self.commitment().as_str() }])).await
    }

    /// What recent blocks asked for transactions that write to these accounts (the first 128), in
    /// micro-lamports per compute unit: the `percentile` (0..=100, more counts as 100) of the
    /// slots where something was paid, 0 where nothing was. Endpoints report the least that got
    /// into each slot, so cold accounts give 0; that is a price, not a failure.
    ///
    /// # Errors
    /// As [`Rpc::genesis_hash`].
    pub async fn recent_priority_fee(&self, writable: &[Address], percentile: u8) -> Result<u64> {
        let names: Vec<String> = writable.iter().take(MAX_FEE_ADDRESSES).map(ToString::to_string).collect();
        let fees: Vec<WireFee> = self.call(RpcRequest::GetRecentPrioritizationFees, json!([names])).await?;
        Ok(percentile_of_paid(fees.into_iter().map(|fee| fee.prioritization_fee), percentile))
    }
}

/// Nearest rank among the fees that are not zero.
fn percentile_of_paid(fees: impl Iterator<Item = u64>, percentile: u8) -> u64 {
    let mut paid: Vec<u64> = fees.filter(|fee| *fee > 0).collect();
    paid.sort_unstable();
    let rank = (paid.len() * usize::from(percentile.min(100))).div_ceil(100);
    paid.get(rank.saturating_sub(1)).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::percentile_of_paid;

    #[test]
    fn percentile_takes_the_nearest_rank_of_what_was_paid() {
        let fees = [0, 0, 40, 10, 30, 20];
        for (percentile, fee) in [(0, 10), (25, 10), (26, 20), (50, 20), (75, 30), (100, 40), (255, 40)] {
            assert_eq!(percentile_of_paid(fees.into_iter(), percentile), fee, "{percentile}");
        }
    }

    #[test]
    fn percentile_is_zero_where_nothing_was_paid() {
        assert_eq!(percentile_of_paid([0, 0].into_iter(), 50), 0);
        assert_eq!(percentile_of_paid([].into_iter(), 50), 0);
    }
}
