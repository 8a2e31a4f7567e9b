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

impl Rpc {
    /// What the cluster knows of each transaction, in the order asked, 256 in a call.
    pub(super) async fn statuses(&self, signatures: &[Signature], search: Search) -> Result<Vec<Option<Status>>> {
        let config = json!({ "searchTransactionHistory": search == Search::History });
        let mut statuses = Vec::with_capacity(signatures.len());
        for part in signatures.chunks(MAX_GET_SIGNATURE_STATUSES_QUERY_ITEMS) {
            let names: Vec<String> = part.iter().map(ToString::to_string).collect();
            let answer: AtSlot<Vec<Option<WireStatus>>> =
                self.call(RpcRequest::GetSignatureStatuses, json!([names, config])).await?;
            if answer.value.len() != part.len() {
                return Err(self.malformed("number of statuses"));
            }
            statuses.extend(answer.value.into_iter().map(|status| status.map(Status::from)));
        }
        Ok(statuses)
    }
}
