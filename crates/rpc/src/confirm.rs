//! Sending a signed transaction and waiting until its outcome is certain.
//!
//! The same bytes are sent again and again: the runtime takes a transaction at most once. Nothing
//! here signs, so nothing here can execute twice what was meant once.

mod options;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::json;
use solana_rpc_client_api::request::{MAX_GET_SIGNATURE_STATUSES_QUERY_ITEMS, RpcRequest};
use solana_rpc_client_api::response::UiTransactionError;
use tokio::time::{Instant, sleep};

use crate::client::{AtSlot, Commitment, Rpc};
use crate::error::{FailureStage, Result, RpcError, TransactionFailure};
use crate::solana::{Signature, SignerError, TransactionError, VersionedTransaction};
pub use options::{ConfirmOptions, Confirmed, Preflight, SendProgress};

/// Longest transaction in bytes that the network carries (IPv6 minimum MTU less headers).
pub(crate) const MAX_TRANSACTION_LEN: usize = 1232;

/// Between the first two looks at the status; doubles up to [`POLL_AT_MOST`].
const POLL_AT_FIRST: Duration = Duration::from_millis(25);
const POLL_AT_MOST: Duration = Duration::from_millis(500);

/// What the cluster knows of one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Status {
    slot: u64,
    error: Option<TransactionError>,
    settled: Commitment,
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
    /// Sends a signed transaction once and does not wait.
    ///
    /// # Errors
    /// [`RpcError::TransactionFailed`] when preflight refuses it, [`RpcError::TooLarge`], and as
    /// [`Rpc::genesis_hash`].
    pub async fn send(&self, transaction: &VersionedTransaction, preflight: Preflight) -> Result<Signature> {
        let signature = first_signature(transaction)?;
        self.send_encoded(&encode(transaction)?, preflight).await?;
        Ok(signature)
    }

    /// Sends a signed transaction until it lands, and waits until it is as settled as this
    /// connection's commitment. `last_valid_block_height` belongs to its blockhash.
    ///
    /// # Errors
    /// [`RpcError::TransactionFailed`] when it was refused, before or in a block;
    /// [`RpcError::Expired`] when it can no longer land, so that signing anew is safe;
    /// [`RpcError::Timeout`] when the outcome is open, so that it is not;
    /// [`RpcError::TooLarge`], and as [`Rpc::genesis_hash`] when the first sending fails for good.
    pub async fn send_and_confirm(
        &self,
        transaction: &VersionedTransaction,
        last_valid_block_height: u64,
        options: ConfirmOptions,
        mut progress: impl FnMut(SendProgress),
    ) -> Result<Confirmed> {
        let signature = first_signature(transaction)?;
        let bytes = encode(transaction)?;
        let started = Instant::now();
        let mut pause = POLL_AT_FIRST;
        let mut attempt: u32 = 0;
        let mut next_send = started;
        let mut preflight = options.preflight;
        let mut may_be_out = false;
        let mut landed_in = None;
        loop {
            // A transaction seen in a block needs no more sending; one that was dropped does.
            if landed_in.is_none() && next_send <= Instant::now() {
                match self.send_encoded(&bytes, preflight).await {
                    Err(error) if !may_be_out && !error.is_retryable() && !is_duplicate(&error) => {
                        return Err(error);
                    }
                    // Refused for now, for certain: the next attempt is the first again.
                    Err(RpcError::TransactionFailed(failure))
                        if failure.error == TransactionError::BlockhashNotFound => {}
                    // An answer that got lost may stand for a transaction that did not. From here
                    // on a trial run proves nothing: it fails once the transaction has landed.
                    Ok(()) | Err(_) => {
                        may_be_out = true;
                        preflight = Preflight::Skip;
                    }
                }
                attempt = attempt.saturating_add(1);
                progress(SendProgress::Sent { signature, attempt });
                next_send = Instant::now() + options.rebroadcast_every;
            }
            // Order: the height before the status, or a transaction that lands in the last
            // possible block between the two questions would be declared expired.
            let height = self.block_height().await.ok();
            match self.statuses(&[signature]).await {
                Ok(statuses) => match statuses.into_iter().next().flatten() {
                    Some(status) if status.settled >= self.commitment() => {
                        return self.outcome(signature, status).await;
                    }
                    Some(status) => {
                        if landed_in != Some(status.slot) {
                            progress(SendProgress::Landed { slot: status.slot });
                        }
                        landed_in = Some(status.slot);
                    }
                    None if height.is_some_and(|height| height > last_valid_block_height) => {
                        return Err(RpcError::Expired { signature, last_valid_block_height });
                    }
                    None => landed_in = None,
                },
                Err(error) if error.is_retryable() => {}
                Err(error) => return Err(error),
            }
            if started.elapsed() >= options.give_up_after {
                return Err(RpcError::Timeout { signature, waited: started.elapsed() });
            }
            sleep(pause).await;
            pause = (pause * 2).min(POLL_AT_MOST);
        }
    }

    /// What the cluster knows of each transaction, in the order asked, 256 in a call.
    pub(crate) async fn statuses(&self, signatures: &[Signature]) -> Result<Vec<Option<Status>>> {
        let mut statuses = Vec::with_capacity(signatures.len());
        for part in signatures.chunks(MAX_GET_SIGNATURE_STATUSES_QUERY_ITEMS) {
            let names: Vec<String> = part.iter().map(ToString::to_string).collect();
            let answer: AtSlot<Vec<Option<WireStatus>>> =
                self.call(RpcRequest::GetSignatureStatuses, json!([names])).await?;
            statuses.extend(answer.value.into_iter().map(|status| status.map(Status::from)));
        }
        Ok(statuses)
    }

    pub(crate) async fn send_encoded(&self, bytes: &str, preflight: Preflight) -> Result<()> {
        let config = json!({
            "encoding": "base64",
            "skipPreflight": preflight == Preflight::Skip,
            "preflightCommitment": self.commitment().as_str(),
            // The bytes go out again from here, where it is known whether they still can land.
            "maxRetries": 0,
        });
        let _: String = self.call(RpcRequest::SendTransaction, json!([bytes, config])).await?;
        Ok(())
    }

    async fn outcome(&self, signature: Signature, status: Status) -> Result<Confirmed> {
        let Status { slot, error, .. } = status;
        let Some(error) = error else {
            return Ok(Confirmed { signature, slot });
        };
        // The failure is known; its logs are a help that must not hide it.
        let logs = self.transaction(&signature).await.ok().flatten().map(|record| record.logs);
        let stage = FailureStage::Landed { slot };
        let logs = logs.unwrap_or_default();
        Err(TransactionFailure { error, stage, signature: Some(signature), logs }.into())
    }
}

/// The bytes that go over the network, in base64.
pub(crate) fn encode(transaction: &VersionedTransaction) -> Result<String> {
    let bytes = bincode::serialize(transaction).expect("a transaction is made of serialisable parts");
    if bytes.len() > MAX_TRANSACTION_LEN {
        return Err(RpcError::TooLarge { what: "transaction", len: bytes.len(), max: MAX_TRANSACTION_LEN });
    }
    Ok(STANDARD.encode(bytes))
}

/// The runtime has this transaction already. Nodes say it as the error of a trial run; Surfpool 1.5
/// says it in words only.
fn is_duplicate(error: &RpcError) -> bool {
    if let RpcError::Rpc { code: -32002, message, .. } = error {
        return message.contains("already been processed");
    }
    error.transaction_failure().is_some_and(|failure| failure.error == TransactionError::AlreadyProcessed)
}

fn first_signature(transaction: &VersionedTransaction) -> Result<Signature> {
    match transaction.signatures.first() {
        Some(signature) if *signature != Signature::default() => Ok(*signature),
        _ => Err(SignerError::NotEnoughSigners.into()),
    }
}
