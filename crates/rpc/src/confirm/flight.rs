//! One transaction on its way: how often it went out and what is known of it.

use std::time::Duration;

use tokio::time::Instant;

use super::{Confirmed, Preflight, SendProgress, encode, first_signature};
use crate::error::{Result, RpcError};
use crate::solana::{Hash, Signature, TransactionError, VersionedTransaction};

/// A transaction on its way.
pub(super) struct Flight {
    pub(super) signature: Signature,
    pub(super) blockhash: Hash,
    /// What goes over the network, in base64; never changes.
    pub(super) bytes: String,
    pub(super) preflight: Preflight,
    /// Slot of the block that it was last seen in.
    pub(super) landed_in: Option<u64>,
    /// Set once, when nothing more can happen or be learnt.
    pub(super) outcome: Option<Result<Confirmed>>,
    attempt: u32,
    next_send: Instant,
    /// Whether any node may hold it. Until then a refusal is final; from then on it proves nothing.
    may_be_out: bool,
}

impl Flight {
    pub(super) fn new(transaction: &VersionedTransaction, preflight: Preflight) -> Result<Self> {
        Ok(Self {
            signature: first_signature(transaction)?,
            blockhash: *transaction.message.recent_blockhash(),
            bytes: encode(transaction)?,
            preflight,
            landed_in: None,
            outcome: None,
            attempt: 0,
            next_send: Instant::now(),
            may_be_out: false,
        })
    }

    /// A transaction seen in a block needs no more sending; one that was dropped from it does.
    pub(super) fn is_due(&self) -> bool {
        self.next_send().is_some_and(|moment| moment <= Instant::now())
    }

    /// When it is due again; `None` when it is not.
    pub(super) fn next_send(&self) -> Option<Instant> {
        (self.outcome.is_none() && self.landed_in.is_none()).then_some(self.next_send)
    }

    /// Takes note of one sending. `None` when it ended the flight.
    pub(super) fn take_sent(&mut self, sent: Result<()>, every: Duration) -> Option<SendProgress> {
        match sent {
            Err(error)
                if !self.may_be_out && !error.is_retryable() && !error.may_be_done() && !is_duplicate(&error) =>
            {
                self.outcome = Some(Err(error));
                return None;
            }
            // Refused for now, for certain: the next attempt is the first again.
            Err(RpcError::TransactionFailed(failure)) if failure.error == TransactionError::BlockhashNotFound => {}
            // An answer that got lost may stand for a transaction that did not. From here on a
            // trial run proves nothing: it fails once the transaction has landed.
            Ok(()) | Err(_) => {
                self.may_be_out = true;
                self.preflight = Preflight::Skip;
            }
        }
        self.attempt = self.attempt.saturating_add(1);
        self.next_send = Instant::now() + every;
        Some(SendProgress::Sent { signature: self.signature, attempt: self.attempt })
    }

    pub(super) fn expire(&mut self, last_valid_block_height: u64) {
        self.outcome = Some(Err(RpcError::Expired { signature: self.signature, last_valid_block_height }));
    }

    /// Ends the flight with an open outcome, unless it has one.
    pub(super) fn give_up(&mut self, waited: Duration) {
        self.outcome.get_or_insert(Err(RpcError::Timeout { signature: self.signature, waited }));
    }
}

/// The runtime has this transaction already. Nodes say it as the error of a trial run; Surfpool 1.5
/// says it in words only.
fn is_duplicate(error: &RpcError) -> bool {
    if let RpcError::Rpc { code: -32002, message, .. } = error {
        return message.contains("already been processed");
    }
    error.transaction_failure().is_some_and(|failure| failure.error == TransactionError::AlreadyProcessed)
}
