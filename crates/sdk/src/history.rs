//! What the program logged about an address, read back from the cluster.
//!
//! Transactions that failed changed nothing and are left out. Where a transaction's logs cannot be read to their end,
//! the history says so with a [`Gap`]: nothing is left out in silence. Whether a history is complete and unaltered is
//! not decided here but by [`crate::verify`], which trusts no endpoint.

mod header;
mod logs;
mod order;
mod payload;
mod trace;
mod transactions;

use std::collections::HashSet;

use futures_util::stream::{self, StreamExt};
use quantumagi_interface::events::Event;
use quantumagi_interface::{Address, DecodeError, PROGRAM_ID};
use quantumagi_rpc::solana::Signature;
use quantumagi_rpc::{HistoryRange, Result, Rpc, SignatureRecord};

pub use header::EventHeader;
pub use logs::{LogFault, LogReading, read_logs};
pub use trace::{RawCall, Trace};
pub use transactions::{LoggedTransaction, transactions};

/// Transactions asked for at one time: enough to hide the way to the endpoint, few enough for its rate limit.
const PARALLEL_READS: usize = 16;

/// An event as it was logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawEvent {
    /// First signature of the transaction that logged it.
    pub signature: Signature,
    /// Slot of that transaction's block.
    pub slot: u64,
    /// Which of the program's events in that transaction, from 0.
    pub index: u32,
    /// Discriminator, then fields: what the chain of hashes is made of.
    pub bytes: Vec<u8>,
}

/// An event with its meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedEvent {
    /// The event as it was logged.
    pub raw: RawEvent,
    /// Its fields; an error for an event of a later version of the program. Its place in a chain can be checked all
    /// the same.
    pub event: std::result::Result<Event, DecodeError>,
}

/// A transaction whose events are not all known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the events of transaction {signature} in slot {slot} are not all known: {cause}")]
pub struct Gap {
    /// First signature of the transaction.
    pub signature: Signature,
    /// Slot of its block.
    pub slot: u64,
    /// Why.
    pub cause: GapCause,
}

/// Why events of a transaction may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GapCause {
    /// The endpoint lists the transaction and does not have it.
    #[error("the endpoint lists it but does not have it")]
    TransactionMissing,
    /// The logs cannot be read to their end.
    #[error(transparent)]
    Logs(#[from] LogFault),
}

/// Everything the program logged in the transactions that mention an address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// The events, oldest first. Inside a slot in the endpoint's order, which need not be the order of execution.
    pub events: Vec<LoggedEvent>,
    /// Transactions whose events are not all among them, oldest first.
    pub gaps: Vec<Gap>,
    /// What every transaction that succeeded asked of the program, in the same order as the events.
    pub traces: Vec<Trace>,
    /// Transactions that succeeded.
    pub succeeded: usize,
    /// Transactions that failed, and so logged nothing that counts.
    pub failed: usize,
}

impl History {
    /// Reads the history of `address` in `range`. How far back it goes is the endpoint's choice.
    ///
    /// Events of other addresses are among them where one transaction did several things.
    ///
    /// # Errors
    /// As [`Rpc::signatures_for`] and [`Rpc::transaction`].
    pub async fn fetch(rpc: &Rpc, address: &Address, range: HistoryRange) -> Result<Self> {
        let records = rpc.signatures_for(address, range).await?;
        Self::default().joined(rpc, records).await
    }

    /// Reads the whole histories of all `addresses` as one. A transaction that mentions several of them counts once.
    ///
    /// # Errors
    /// As [`History::fetch`].
    pub async fn fetch_all(rpc: &Rpc, addresses: &[Address]) -> Result<Self> {
        // Owned, so that whoever awaits this can do so on several threads.
        let mut lists = stream::iter(addresses.to_vec())
            .map(|address| async move { rpc.signatures_for(&address, HistoryRange::default()).await })
            .buffered(PARALLEL_READS);
        let mut all = Vec::new();
        while let Some(list) = lists.next().await {
            all.push(list?);
        }
        drop(lists);
        Self::default().joined(rpc, order::merged(all)).await
    }

    /// This history and what `records` logged; a transaction listed twice counts once.
    pub(crate) async fn joined(mut self, rpc: &Rpc, records: Vec<SignatureRecord>) -> Result<Self> {
        let mut seen = HashSet::new();
        let fresh: Vec<SignatureRecord> = records.into_iter().filter(|record| seen.insert(record.signature)).collect();
        let (failed, succeeded): (Vec<_>, Vec<_>) = fresh.into_iter().partition(|record| record.error.is_some());
        self.failed += failed.len();
        self.succeeded += succeeded.len();
        let mut reading = stream::iter(succeeded)
            .map(|record| async move { rpc.transaction(&record.signature).await.map(|found| (record, found)) })
            .buffered(PARALLEL_READS);
        while let Some(read) = reading.next().await {
            let (record, found) = read?;
            match found {
                // The list and the transaction can come from different nodes; what failed changed nothing.
                Some(transaction) if transaction.error.is_some() => {}
                Some(transaction) => {
                    let trace = Trace {
                        signature: record.signature,
                        slot: record.slot,
                        block_time: record.block_time.or(transaction.block_time),
                        calls: trace::calls(&transaction.instructions, &PROGRAM_ID),
                    };
                    self.add(trace, &transaction.logs);
                }
                None => self.gaps.push(Gap {
                    signature: record.signature,
                    slot: record.slot,
                    cause: GapCause::TransactionMissing,
                }),
            }
        }
        Ok(self)
    }

    /// Adds what a transaction that succeeded did and logged.
    pub fn add(&mut self, trace: Trace, logs: &[String]) {
        let Trace { signature, slot, .. } = trace;
        let LogReading { mut events, fault } = read_logs(logs, &PROGRAM_ID);
        if fault.is_some() {
            // A text's part follows from its instruction alone.
            let texts = trace.texts().filter(|text| !events.contains(text)).collect::<Vec<_>>();
            events.extend(texts);
        }
        self.traces.push(trace);
        self.events.extend(meant(signature, slot, events));
        if let Some(fault) = fault {
            self.gaps.push(Gap { signature, slot, cause: fault.into() });
        }
    }
}

/// The events of one transaction with their meaning.
fn meant(signature: Signature, slot: u64, events: Vec<Vec<u8>>) -> impl Iterator<Item = LoggedEvent> {
    (0u32..).zip(events).map(move |(index, bytes)| {
        let event = Event::decode(&bytes);
        LoggedEvent { raw: RawEvent { signature, slot, index, bytes }, event }
    })
}

impl AsRef<[u8]> for RawEvent {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}
