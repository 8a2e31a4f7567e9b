//! Which transactions touched an address.

use serde::Deserialize;
use serde_json::json;
use solana_rpc_client_api::request::{MAX_GET_CONFIRMED_SIGNATURES_FOR_ADDRESS2_LIMIT as PAGE, RpcRequest};
use solana_rpc_client_api::response::UiTransactionError;

use crate::client::{Commitment, Rpc};
use crate::error::Result;
use crate::solana::{Address, Signature, TransactionError};

/// Which part of an address's history to read. The default is all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HistoryRange {
    /// Only what came after this transaction: the newest one already known.
    pub after: Option<Signature>,
    /// Only what came before this transaction.
    pub before: Option<Signature>,
}

/// One transaction in the history of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureRecord {
    /// First signature of the transaction.
    pub signature: Signature,
    /// Slot of its block.
    pub slot: u64,
    /// Why it failed; `None` when it succeeded.
    pub error: Option<TransactionError>,
    /// When its block was made, in seconds since 1970, where the endpoint says.
    pub block_time: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireSignature {
    signature: String,
    slot: u64,
    err: Option<UiTransactionError>,
    block_time: Option<i64>,
}

impl Rpc {
    /// Every transaction in `range` that names `address`, failed ones included, oldest first.
    ///
    /// Pages are followed until one is empty: endpoints that join a recent and an archived store
    /// give short pages at the seam. How far back it goes is the endpoint's choice.
    ///
    /// # Errors
    /// As [`Rpc::genesis_hash`].
    pub async fn signatures_for(&self, address: &Address, range: HistoryRange) -> Result<Vec<SignatureRecord>> {
        let mut newest_first: Vec<SignatureRecord> = Vec::new();
        let mut before = range.before;
        loop {
            newest_first.extend(self.signatures_page(address, HistoryRange { before, ..range }, PAGE).await?);
            let oldest = newest_first.last().map(|record| record.signature);
            if oldest.is_none() || oldest == before {
                break;
            }
            before = oldest;
        }
        newest_first.reverse();
        Ok(newest_first)
    }

    /// The newest `limit` transactions in `range` that name `address`, failed ones included, newest first. At most
    /// 1,000; a page may be short although there are more.
    ///
    /// # Errors
    /// As [`Rpc::genesis_hash`].
    pub async fn signatures_page(
        &self,
        address: &Address,
        range: HistoryRange,
        limit: usize,
    ) -> Result<Vec<SignatureRecord>> {
        // Transactions of a block that may be dropped have no history.
        let commitment = self.commitment().max(Commitment::Confirmed);
        let page: Vec<WireSignature> = self
            .call(
                RpcRequest::GetSignaturesForAddress,
                json!([address.to_string(), {
                    "limit": limit.clamp(1, PAGE),
                    "before": range.before.map(|signature| signature.to_string()),
                    "until": range.after.map(|signature| signature.to_string()),
                    "commitment": commitment.as_str(),
                }]),
            )
            .await?;
        let read = |wire: WireSignature| {
            let signature = wire.signature.parse().map_err(|_| self.malformed("signature"))?;
            let WireSignature { slot, err, block_time, .. } = wire;
            Ok(SignatureRecord { signature, slot, error: err.map(Into::into), block_time })
        };
        page.into_iter().map(read).collect()
    }
}
