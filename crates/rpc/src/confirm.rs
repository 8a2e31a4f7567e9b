//! Sending a signed transaction and waiting until its outcome is certain.
//!
//! The same bytes are sent again and again: the runtime takes a transaction at most once. Only `anew` has
//! anything signed, and only when what was signed before can no longer land.

mod anew;
mod fate;
mod flight;
mod inquiry;
mod lander;
pub(crate) mod meters;
mod options;
mod status;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::stream::{self, StreamExt};
use serde_json::json;
use solana_rpc_client_api::request::RpcRequest;
use tokio::time::{Instant, sleep};
use tracing::Instrument;

use crate::client::Rpc;
use crate::error::{FailureStage, Result, RpcError, TransactionFailure};
use crate::solana::{Signature, SignerError, VersionedTransaction};
pub use fate::Fate;
use flight::Flight;
use inquiry::Life;
pub use lander::{Lander, Landing};
pub use options::{ConfirmOptions, Confirmed, Preflight, SendProgress};
use status::Status;

/// Longest transaction in bytes that the network carries (IPv6 minimum MTU less headers).
pub(crate) const MAX_TRANSACTION_LEN: usize = 1232;

/// Transactions under way to the endpoint at one time: below the limits that providers set.
const PARALLEL_SENDS: usize = 16;

/// Between the first two looks at the status; doubles up to [`POLL_AT_MOST`].
const POLL_AT_FIRST: Duration = Duration::from_millis(25);
const POLL_AT_MOST: Duration = Duration::from_millis(500);

impl Rpc {
    /// Sends a signed transaction once and does not wait. A pool may ask several endpoints for that.
    ///
    /// # Errors
    /// [`RpcError::may_be_done`] tells whether it may be on its way all the same.
    /// [`RpcError::TransactionFailed`] when preflight refuses it, [`RpcError::TooLarge`], and as
    /// [`Rpc::genesis_hash`].
    pub async fn send(&self, transaction: &VersionedTransaction, preflight: Preflight) -> Result<Signature> {
        let signature = first_signature(transaction)?;
        self.send_encoded(&encode(transaction)?, preflight).await?;
        Ok(signature)
    }

    /// Sends a signed transaction until it lands, and waits until it is as settled as this
    /// connection's commitment. `last_valid_block_height` belongs to its blockhash. Not for durable nonces: what bears one
    /// never expires, and no height says when it does.
    ///
    /// # Errors
    /// [`RpcError::TransactionFailed`] when it was refused, before or in a block;
    /// [`RpcError::Expired`] when it can no longer land, so that signing anew is safe: the last block in which it
    /// could have landed is final, and one endpoint that knows that block as final does not know the transaction and
    /// takes its blockhash no more;
    /// [`RpcError::Timeout`] and [`RpcError::Untold`] when the outcome is open, so that it is not;
    /// [`RpcError::TooLarge`], and as [`Rpc::genesis_hash`] when the first sending fails for good.
    pub async fn send_and_confirm(
        &self,
        transaction: &VersionedTransaction,
        last_valid_block_height: u64,
        options: ConfirmOptions,
        mut progress: impl FnMut(SendProgress),
    ) -> Result<Confirmed> {
        let mut outcomes = self
            .send_and_confirm_all(std::slice::from_ref(transaction), last_valid_block_height, options, &mut progress)
            .await?;
        outcomes.pop().expect("one transaction has one outcome")
    }

    /// As [`Rpc::send_and_confirm`] for many transactions with the same blockhash, side by side: one
    /// question about the status of all that are under way. Outcomes come in the order of the
    /// transactions; which of them lands first is not determined.
    ///
    /// # Errors
    /// Each transaction has its own. The call as a whole fails before anything is sent when one of
    /// them is unsigned or too large, and with [`RpcError::Untold`] when the endpoint refuses for good to
    /// tell any status, which leaves all outcomes open.
    pub async fn send_and_confirm_all(
        &self,
        transactions: &[VersionedTransaction],
        last_valid_block_height: u64,
        options: ConfirmOptions,
        mut progress: impl FnMut(SendProgress),
    ) -> Result<Vec<Result<Confirmed>>> {
        let mut flights = transactions
            .iter()
            .map(|transaction| Flight::new(transaction, options.preflight))
            .collect::<Result<Vec<_>>>()?;
        // One id for all calls about them, so that their log lines are found together.
        let (rpc, correlation) = self.correlated();
        let first = flights.first().map(|flight| tracing::field::display(flight.signature));
        let span = tracing::error_span!("rpc_confirm", correlation, first, transactions = flights.len());
        let followed = rpc.follow(&mut flights, last_valid_block_height, options, &mut progress).instrument(span).await;
        let outcomes: Vec<_> = flights.into_iter().filter_map(|flight| flight.outcome).collect();
        outcomes.iter().for_each(|outcome| meters::count(meters::outcome(outcome)));
        if let Err(error) = followed {
            (outcomes.len()..transactions.len()).for_each(|_| meters::count("open"));
            return Err(error);
        }
        Ok(outcomes)
    }

    async fn follow(
        &self,
        flights: &mut [Flight],
        last_valid_block_height: u64,
        options: ConfirmOptions,
        progress: &mut impl FnMut(SendProgress),
    ) -> Result<()> {
        let started = Instant::now();
        let mut pause = POLL_AT_FIRST;
        loop {
            self.send_due(flights, options.rebroadcast_every, progress).await;
            self.look(flights, last_valid_block_height, progress).await.map_err(untold)?;
            if flights.iter().all(|flight| flight.outcome.is_some()) {
                return Ok(());
            }
            if started.elapsed() >= options.give_up_after {
                flights.iter_mut().for_each(|flight| flight.give_up(started.elapsed()));
                return Ok(());
            }
            sleep(pause).await;
            pause = (pause * 2).min(POLL_AT_MOST);
        }
    }

    async fn send_due(&self, flights: &mut [Flight], every: Duration, progress: &mut impl FnMut(SendProgress)) {
        // Owned parts, because a stream of borrowed ones would tie the future to its thread.
        let due: Vec<(usize, String, Preflight)> = flights
            .iter()
            .enumerate()
            .filter(|(_, flight)| flight.is_due())
            .map(|(index, flight)| (index, flight.bytes.clone(), flight.preflight))
            .collect();
        let mut sending = stream::iter(due)
            .map(|(index, bytes, preflight)| async move { (index, self.send_encoded(&bytes, preflight).await) })
            .buffer_unordered(PARALLEL_SENDS);
        while let Some((index, sent)) = sending.next().await {
            if let Some(step) = flights.get_mut(index).and_then(|flight| flight.take_sent(sent, every)) {
                progress(step);
            }
        }
    }

    async fn look(
        &self,
        flights: &mut [Flight],
        last_valid_block_height: u64,
        progress: &mut impl FnMut(SendProgress),
    ) -> Result<()> {
        let open: Vec<&mut Flight> = flights.iter_mut().filter(|flight| flight.outcome.is_none()).collect();
        let signatures: Vec<Signature> = open.iter().map(|flight| flight.signature).collect();
        if signatures.is_empty() {
            return Ok(());
        }
        // Those sent together have one blockhash; where a caller mixed them, none is asked about.
        let same = open.iter().all(|flight| flight.blockhash == open[0].blockhash);
        let life = Life { last_valid_block_height, blockhash: same.then_some(open[0].blockhash) };
        let inquiry = match self.inquire(&signatures, life).await {
            Ok(inquiry) => inquiry,
            Err(error) if error.is_retryable() => return Ok(()),
            Err(error) => return Err(error),
        };
        for (flight, status) in open.into_iter().zip(inquiry.of) {
            match status {
                Some(status) if status.settled >= self.commitment() => {
                    flight.outcome = Some(self.outcome(flight.signature, status).await);
                }
                Some(status) => {
                    if flight.landed_in.replace(status.slot) != Some(status.slot) {
                        progress(SendProgress::Landed { signature: flight.signature, slot: status.slot });
                    }
                }
                None if inquiry.is_last_word => flight.expire(last_valid_block_height),
                None => flight.landed_in = None,
            }
        }
        Ok(())
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

fn untold(error: RpcError) -> RpcError {
    RpcError::Untold { source: Box::new(error) }
}

fn first_signature(transaction: &VersionedTransaction) -> Result<Signature> {
    match transaction.signatures.first() {
        Some(signature) if *signature != Signature::default() => Ok(*signature),
        _ => Err(SignerError::NotEnoughSigners.into()),
    }
}
