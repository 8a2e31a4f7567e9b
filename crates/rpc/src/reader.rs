//! Account reads for many readers at once: kept for a moment, asked for once, a hundred in a call, and never older
//! than what was already told.
//!
//! Three promises:
//! - However many ask for an account at one time, one question goes out.
//! - Questions of one window go out together, in `getMultipleAccounts` of at most a hundred; an account that cannot be
//!   read spoils no other.
//! - Nobody is told of an account at a slot before one that anybody was told of, or that [`AccountReader::note`] named,
//!   whichever endpoint answers.

mod batch;
mod floor;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use metrics::{Counter, Histogram, counter, histogram};
use moka::future::Cache;
use tokio::time::Instant;

use crate::accounts::Account;
use crate::client::Rpc;
use crate::error::RpcError;
use crate::pool::dice::Dice;
use crate::solana::Address;
use batch::Batches;
use floor::Floors;

/// Account reads that were answered from memory, or not. Label `result` (`hit` or `miss`).
pub const CACHE_REQUESTS: &str = "quantumagi_rpc_account_cache_requests_total";
/// Accounts asked for in one call.
pub const BATCH_ACCOUNTS: &str = "quantumagi_rpc_account_batch_size";

/// Bytes that an account takes in memory beside its data, about.
const OVERHEAD: usize = 256;

/// How accounts are read and kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReadPolicy {
    /// How long an answer is told again, a tenth more or less by chance. Zero asks each time. Default 1 s.
    pub fresh_for: Duration,
    /// How long a question waits for others to go with. Default 2 ms.
    pub window: Duration,
    /// Bytes of memory for answers, about. Default 64 MiB.
    pub capacity: u64,
    /// Accounts of which the last slot is remembered each on its own. Beyond it the highest of all counts for all:
    /// as safe, but endpoints that are a little behind can no longer answer. Default 100,000.
    pub remembered: usize,
}

impl Default for ReadPolicy {
    fn default() -> Self {
        Self {
            fresh_for: Duration::from_secs(1),
            window: Duration::from_millis(2),
            capacity: 64 << 20,
            remembered: 100_000,
        }
    }
}

impl ReadPolicy {
    /// The same policy with another time for which an answer is told again.
    #[must_use]
    pub fn with_fresh_for(mut self, fresh_for: Duration) -> Self {
        self.fresh_for = fresh_for;
        self
    }

    /// The same policy with another window.
    #[must_use]
    pub fn with_window(mut self, window: Duration) -> Self {
        self.window = window;
        self
    }

    /// The same policy with another bound on memory.
    #[must_use]
    pub fn with_capacity(mut self, bytes: u64) -> Self {
        self.capacity = bytes;
        self
    }

    /// The same policy with another number of remembered accounts.
    #[must_use]
    pub fn with_remembered(mut self, accounts: usize) -> Self {
        self.remembered = accounts;
        self
    }
}

/// An account, or that there is none, at one slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountAt {
    /// The account; `None` where there is none.
    pub account: Option<Arc<Account>>,
    /// Slot at which it was so.
    pub slot: u64,
}

/// Result of a read. Several readers may be told of one failure.
pub type ReadResult = Result<AccountAt, Arc<RpcError>>;

/// Account reads for many readers at once. Cloning shares what is kept.
#[derive(Clone)]
pub struct AccountReader {
    shared: Arc<Shared>,
}

struct Shared {
    policy: ReadPolicy,
    kept: Cache<Address, Kept>,
    floors: Floors,
    batches: Batches,
    dice: Dice,
    meters: ReaderMeters,
}

#[derive(Clone)]
struct Kept {
    result: ReadResult,
    fresh_until: Instant,
}

impl Kept {
    /// Whether it may be told to somebody who must not be told of anything before `least`.
    fn can_be_told(&self, least: u64, now: Instant) -> bool {
        now < self.fresh_until && self.result.as_ref().is_ok_and(|at| at.slot >= least)
    }

    fn bytes(&self) -> u32 {
        let account = self.result.as_ref().ok().and_then(|at| at.account.as_ref());
        u32::try_from(account.map_or(0, |account| account.data.len()).saturating_add(OVERHEAD)).unwrap_or(u32::MAX)
    }
}

struct ReaderMeters {
    hits: Counter,
    misses: Counter,
}

impl ReaderMeters {
    fn new() -> Self {
        let named = |result| {
            let counter = counter!(CACHE_REQUESTS, "result" => result);
            counter.increment(0);
            counter
        };
        Self { hits: named("hit"), misses: named("miss") }
    }

    fn batch_sizes() -> Histogram {
        histogram!(BATCH_ACCOUNTS)
    }
}

impl AccountReader {
    /// A reader over this connection, at its commitment. Nothing is read yet.
    #[must_use]
    pub fn new(rpc: Rpc, policy: ReadPolicy) -> Self {
        let kept =
            Cache::builder().max_capacity(policy.capacity).weigher(|_: &Address, kept: &Kept| kept.bytes()).build();
        let shared = Shared {
            kept,
            floors: Floors::new(policy.remembered),
            batches: Batches::new(rpc, policy.window, ReaderMeters::batch_sizes()),
            dice: Dice::new(),
            meters: ReaderMeters::new(),
            policy,
        };
        Self { shared: Arc::new(shared) }
    }

    /// Reads one account.
    ///
    /// # Errors
    /// As [`Rpc::account`]. Errors are not kept.
    ///
    /// # Panics
    /// Outside a Tokio runtime.
    pub async fn account(&self, address: &Address) -> ReadResult {
        let shared = &self.shared;
        loop {
            let least = shared.floors.of(address);
            let mut was_asked = false;
            let ask = async {
                was_asked = true;
                shared.ask(*address, least).await
            };
            let is_unfit = |kept: &Kept| !kept.can_be_told(least, Instant::now());
            let kept = shared.kept.entry_by_ref(address).or_insert_with_if(ask, is_unfit).await.into_value();
            // A newer slot was told or named meanwhile: this answer comes too late.
            if kept.result.as_ref().is_ok_and(|at| !shared.floors.raise(address, at.slot)) {
                continue;
            }
            if was_asked { &shared.meters.misses } else { &shared.meters.hits }.increment(1);
            return kept.result;
        }
    }

    /// Reads many accounts, in the order asked. Each has its own slot and its own failure.
    ///
    /// # Panics
    /// Outside a Tokio runtime.
    pub async fn accounts(&self, addresses: &[Address]) -> Vec<ReadResult> {
        futures_util::future::join_all(addresses.iter().map(|address| self.account(address))).await
    }

    /// Takes note that the account changed at `slot`, as a subscription or a confirmed transaction tells: nobody is told
    /// of it as it was before.
    pub fn note(&self, address: &Address, slot: u64) {
        self.shared.floors.raise(address, slot);
    }
}

impl Shared {
    /// Asks for an account at `least` or later.
    async fn ask(&self, address: Address, least: u64) -> Kept {
        let result = self.batches.read(address, least).await;
        let spread = self.policy.fresh_for / 10;
        let fresh_for = self.policy.fresh_for.saturating_sub(spread) + self.dice.up_to(spread * 2);
        let now = Instant::now();
        // A failure is told to those who wait for it and to nobody after them.
        let fresh_until = if result.is_ok() { now + fresh_for } else { now };
        Kept { result, fresh_until }
    }
}

impl fmt::Debug for AccountReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountReader").field("policy", &self.shared.policy).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
