//! What the cluster knows of transactions.

use serde::Deserialize;
use serde_json::json;
use solana_rpc_client_api::request::{MAX_GET_SIGNATURE_STATUSES_QUERY_ITEMS, RpcRequest};
use solana_rpc_client_api::response::UiTransactionError;

use crate::client::{AtSlot, Commitment, Rpc};
use crate::error::Result;
use crate::solana::{Signature, TransactionError};

/// Where a node looks for a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Search {
    /// Among those of the last minutes.
    Recent,
    /// In everything the node keeps, which takes longer.
    History,
}

/// What the cluster knows of one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Status {
    pub(super) slot: u64,
    pub(super) error: Option<TransactionError>,
    pub(super) settled: Commitment,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireStatus {
    slot: u64,
    err: Option<UiTransactionError>,
    confirmation_status: Option<String>,
}

impl From<WireStatus> for Status {
    fn from(wire: WireStatus) -> Self {
        let settled = match wire.confirmation_status.as_deref() {
            Some("finalized") => Commitment::Finalized,
            Some("confirmed") => Commitment::Confirmed,
            _ => Commitment::Processed,
        };
        Self { slot: wire.slot, error: wire.err.map(Into::into), settled }
    }
}

/// What the cluster knows of some transactions.
pub(super) struct Statuses {
    /// The slot up to which all of it is known, at least.
    pub(super) as_of: u64,
    /// In the order asked.
    pub(super) of: Vec<Option<Status>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireEpochInfo {
    absolute_slot: u64,
    block_height: u64,
}

impl Rpc {
    /// A slot at which every block up to this height was final; `None` while there is none.
    pub(super) async fn final_slot_past(&self, block_height: u64) -> Result<Option<u64>> {
        let (slot, height) = self.final_tip().await?;
        Ok((height > block_height).then_some(slot))
    }

    /// Slot and height of the last final block.
    pub(super) async fn final_tip(&self) -> Result<(u64, u64)> {
        let config = json!([{ "commitment": Commitment::Finalized.as_str() }]);
        let info: WireEpochInfo = self.call(RpcRequest::GetEpochInfo, config).await?;
        Ok((info.absolute_slot, info.block_height))
    }

    /// What the cluster knows of each transaction, in the order asked, 256 in a call.
    pub(super) async fn statuses(&self, signatures: &[Signature], search: Search) -> Result<Statuses> {
        let config = json!({ "searchTransactionHistory": search == Search::History });
        let mut statuses = Vec::with_capacity(signatures.len());
        let mut as_of = u64::MAX;
        for part in signatures.chunks(MAX_GET_SIGNATURE_STATUSES_QUERY_ITEMS) {
            let names: Vec<String> = part.iter().map(ToString::to_string).collect();
            let answer: AtSlot<Vec<Option<WireStatus>>> =
                self.call(RpcRequest::GetSignatureStatuses, json!([names, config])).await?;
            if answer.value.len() != part.len() {
                return Err(self.malformed("number of statuses"));
            }
            as_of = as_of.min(answer.context.slot);
            statuses.extend(answer.value.into_iter().map(|status| status.map(Status::from)));
        }
        Ok(Statuses { as_of, of: statuses })
    }
}
