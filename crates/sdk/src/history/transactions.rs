//! A history transaction by transaction, newest first, read page by page as it is asked for.

use std::future::ready;

use futures_util::stream::{self, Stream, StreamExt, TryStreamExt};
use quantumagi_interface::{Address, PROGRAM_ID};
use quantumagi_rpc::solana::Signature;
use quantumagi_rpc::{HistoryRange, Result, Rpc, RpcError, SignatureRecord};

use super::{Gap, GapCause, History, LoggedEvent, PARALLEL_READS, meant, read_logs};

/// Transactions listed at one time: about a screen.
const PAGE: usize = 25;

/// What one transaction that succeeded logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedTransaction {
    /// First signature.
    pub signature: Signature,
    /// Slot of its block.
    pub slot: u64,
    /// When its block was made, in seconds since 1970, where the endpoint says.
    pub block_time: Option<i64>,
    /// The program's events in it, in their order; none where it merely mentions the address.
    pub events: Vec<LoggedEvent>,
    /// Why there may be more events, where there may.
    pub gap: Option<Gap>,
}

impl LoggedTransaction {
    /// What a transaction that succeeded logged; `None` where the endpoint does not have it.
    pub(crate) fn of_logs(signature: Signature, slot: u64, logs: Option<&[String]>) -> Self {
        let reading = logs.map(|logs| read_logs(logs, &PROGRAM_ID));
        let cause = match &reading {
            Some(reading) => reading.fault.map(Into::into),
            None => Some(GapCause::TransactionMissing),
        };
        let events = meant(signature, slot, reading.unwrap_or_default().events).collect();
        Self { signature, slot, block_time: None, events, gap: cause.map(|cause| Gap { signature, slot, cause }) }
    }
}

/// Every transaction in `range` that mentions `address` and succeeded, newest first. A page is read when it is needed,
/// so whoever stops early asks for little. How far back it goes is the endpoint's choice.
///
/// A transaction that cannot be read is an error in its place, and the next one follows; a page that cannot be read ends
/// the stream with its error. To go on, begin again before the last transaction that came.
pub fn transactions(
    rpc: &Rpc,
    address: &Address,
    range: HistoryRange,
) -> impl Stream<Item = Result<LoggedTransaction>> + Send + use<> {
    let rpc = rpc.clone();
    records(rpc.clone(), *address, range)
        .try_filter(|record| ready(record.error.is_none()))
        .map(move |record| {
            let rpc = rpc.clone();
            async move { read(&rpc, record?).await }
        })
        .buffered(PARALLEL_READS)
}

fn records(rpc: Rpc, address: Address, range: HistoryRange) -> impl Stream<Item = Result<SignatureRecord>> + Send {
    let pages = stream::try_unfold(Some(range), move |range| {
        let rpc = rpc.clone();
        async move {
            let Some(range) = range else { return Ok::<_, RpcError>(None) };
            let page = rpc.signatures_page(&address, range, PAGE).await?;
            // Endpoints that join a recent and an archived store give short pages at the seam: only an empty one ends.
            let before = page.last().map(|oldest| oldest.signature).filter(|oldest| Some(*oldest) != range.before);
            let rest = before.map(|before| HistoryRange { before: Some(before), ..range });
            Ok(Some((stream::iter(page.into_iter().map(Ok)), rest)))
        }
    });
    pages.try_flatten()
}

async fn read(rpc: &Rpc, record: SignatureRecord) -> Result<LoggedTransaction> {
    let (signature, slot, listed) = (record.signature, record.slot, record.block_time);
    let mut history = History::default().joined(rpc, vec![record]).await?;
    let block_time = listed.or_else(|| history.traces.first().and_then(|trace| trace.block_time));
    Ok(LoggedTransaction { signature, slot, block_time, events: history.events, gap: history.gaps.pop() })
}
