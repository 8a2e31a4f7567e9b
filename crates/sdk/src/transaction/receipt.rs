//! What a confirmed transaction did.

use std::time::Duration;

use quantumagi_interface::PROGRAM_ID;
use quantumagi_interface::events::Event;
use quantumagi_rpc::solana::{Address, Signature};
use quantumagi_rpc::{Confirmed, Rpc};
use tokio::time::sleep;

use crate::error::{Result, SdkError};
use crate::history::{LogFault, read_logs};

/// How often an endpoint is asked for a transaction that it has confirmed. Its history may lag behind its status.
const ATTEMPTS: u32 = 20;
/// Between two questions.
const PAUSE: Duration = Duration::from_millis(100);

/// A transaction that landed, succeeded and is as settled as the connection asks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Receipt {
    /// First signature.
    pub signature: Signature,
    /// Slot of its block.
    pub slot: u64,
    /// Compute units it used, where the endpoint says.
    pub units: Option<u64>,
    /// Fee paid, lamports.
    pub fee_lamports: u64,
    /// What the program logged, in order.
    pub events: Vec<Event>,
    /// Why events may be missing, where they may.
    pub log_fault: Option<LogFault>,
    /// Balances that changed, the payer's with the fee in it.
    pub balances: Vec<BalanceChange>,
}

/// A balance before and after a transaction, lamports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BalanceChange {
    /// Whose.
    pub address: Address,
    /// Before.
    pub before: u64,
    /// After.
    pub after: u64,
}

pub(super) async fn read(rpc: &Rpc, confirmed: Confirmed) -> Result<Receipt> {
    let Confirmed { signature, slot } = confirmed;
    for attempt in 0..ATTEMPTS {
        if attempt > 0 {
            sleep(PAUSE).await;
        }
        // The transaction is done; no failure of asking about it may look like a failure of doing it.
        let Ok(Some(record)) = rpc.transaction(&signature).await else { continue };
        let (events, log_fault) = events_in(&record.logs);
        let sides = record.pre_balances.iter().zip(&record.post_balances);
        let balances = record.accounts.iter().zip(sides);
        return Ok(Receipt {
            signature,
            slot: record.slot,
            units: record.compute_units,
            fee_lamports: record.fee,
            events,
            log_fault,
            balances: balances
                .filter(|(_, (before, after))| before != after)
                .map(|(address, (before, after))| BalanceChange { address: *address, before: *before, after: *after })
                .collect(),
        });
    }
    Err(SdkError::NoRecord { signature, slot, host: rpc.host().to_owned() })
}

/// The events of this program that could be read, and why there may be more.
pub(super) fn events_in(logs: &[String]) -> (Vec<Event>, Option<LogFault>) {
    let reading = read_logs(logs, &PROGRAM_ID);
    let events = reading.events.iter().filter_map(|bytes| Event::decode(bytes).ok()).collect();
    (events, reading.fault)
}
