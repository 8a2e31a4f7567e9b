//! Account reads for many readers at once: kept for a moment, asked for once, a hundred in a call, and never older
//! than what was already told.
//!
//! Three promises:
//! - However many ask for an account at one time, one question goes out.
//! - Questions of one window go out together, in `getMultipleAccounts` of at most a hundred; an account that cannot be
//!   read spoils no other.
//! - Nobody is told of an account at a slot before one that anybody was told of, or that [`AccountReader::note`] named,
//!   whichever endpoint answers.
//!
//! They hold too where answers are kept in the levels of a [`cache`](crate::cache), which stand between this memory and
//! the cluster.

mod batch;
mod config;
mod floor;
mod follow;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use metrics::histogram;
use moka::future::Cache;
use tokio::time::Instant;

use crate::accounts::Account;
pub use crate::cache::meters::LOOKUPS as CACHE_REQUESTS;
use crate::cache::meters::{Lookup, Lookups};
use crate::cache::{CacheConfig, Class, Level, Levels, Wanted};
use crate::client::Rpc;
use crate::error::RpcError;
use crate::pool::Pool;
use crate::pool::dice::Dice;
use crate::solana::Address;
use batch::Batches;
pub use config::ReaderConfig;
use floor::{Floor, Floors};
pub use follow::Following;

/// Accounts asked for in one call.
pub const BATCH_ACCOUNTS: &str = "quantumagi_rpc_account_batch_size";

/// Bytes that an account takes in memory beside its data, about: see docs/performance.md.
const OVERHEAD: usize = 512;

/// A tenth less and a tenth more, in thousandths.
const LEAST_SPREAD: u32 = 900;
const MOST_SPREAD: u32 = 1_100;

/// How accounts are read and kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReadPolicy {
    /// How long an answer is told again to those who ask for [`Class::Live`], a tenth more or less by chance. Zero asks
    /// each time. Default 1 s.
    pub fresh_for: Duration,
    /// The same for [`Class::Settled`]. Default 1 min.
    pub settled_for: Duration,
    /// The same for [`Class::Lasting`]. Default 1 h.
    pub lasting_for: Duration,
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
            settled_for: Duration::from_secs(60),
            lasting_for: Duration::from_secs(3600),
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

    /// The same policy with another time for which an answer is told again to those who ask for this class.
    #[must_use]
    pub fn with_class(mut self, class: Class, fresh_for: Duration) -> Self {
        match class {
            Class::Live => self.fresh_for = fresh_for,
            Class::Settled => self.settled_for = fresh_for,
            Class::Lasting => self.lasting_for = fresh_for,
        }
        self
    }

    /// How long an answer is told again to those who ask for this class.
    #[must_use]
    pub fn of_class(&self, class: Class) -> Duration {
        match class {
            Class::Live => self.fresh_for,
            Class::Settled => self.settled_for,
            Class::Lasting => self.lasting_for,
        }
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
    /// Whose configuration of the moment says how long answers are told again, in place of the policy.
    times_of: Option<Pool>,
    kept: Cache<Address, Kept>,
    levels: Option<Levels>,
    floors: Floors,
    batches: Batches,
    dice: Dice,
    lookups: Lookups,
}

#[derive(Clone)]
struct Kept {
    result: ReadResult,
    /// When it came into this memory, and how old it was then.
    came: Instant,
    age: Duration,
    /// How many changes had been named when it was asked for.
    asked: u64,
    /// In thousandths, how long it is fresh in proportion to its class: 900 to 1100, so that what came together does not
    /// leave together.
    spread: u32,
}

impl Kept {
    /// Whether it may be told to somebody who wants this.
    fn lookup(&self, floor: Floor, max_age: Duration, now: Instant) -> Lookup {
        // A failure is told to those who wait for it and to nobody after them.
        let Ok(at) = &self.result else { return Lookup::Miss };
        let age = now.saturating_duration_since(self.came).saturating_add(self.age);
        if floor.admits(at.slot, self.asked) && age < spread(max_age, self.spread) {
            Lookup::Hit
        } else {
            Lookup::Stale
        }
    }

    fn bytes(&self) -> u32 {
        let account = self.result.as_ref().ok().and_then(|at| at.account.as_ref());
        u32::try_from(account.map_or(0, |account| account.data.len()).saturating_add(OVERHEAD)).unwrap_or(u32::MAX)
    }
}

fn spread(time: Duration, thousandths: u32) -> Duration {
    time.saturating_mul(thousandths) / 1_000
}

impl AccountReader {
    /// A reader over this connection, at its commitment. Nothing is read yet.
    #[must_use]
    pub fn new(rpc: Rpc, policy: ReadPolicy) -> Self {
        Self::over(rpc, policy, None)
    }

    /// A reader that keeps answers beyond memory as well. Asks the cluster for its first block's hash and its slot; the
    /// levels need not be there yet.
    ///
    /// # Errors
    /// As [`Rpc::genesis_hash`].
    ///
    /// # Panics
    /// Outside a Tokio runtime.
    pub async fn with_cache(rpc: Rpc, policy: ReadPolicy, cache: &CacheConfig) -> Result<Self, RpcError> {
        let longest = Class::ALL.into_iter().map(|class| policy.of_class(class)).max().unwrap_or_default();
        let levels = Levels::open(&rpc, cache, spread(longest, MOST_SPREAD)).await?;
        Ok(Self::over(rpc, policy, Some(levels)))
    }

    pub(crate) fn over(rpc: Rpc, policy: ReadPolicy, levels: Option<Levels>) -> Self {
        Self::following(rpc, policy, levels, None)
    }

    fn following(rpc: Rpc, policy: ReadPolicy, levels: Option<Levels>, times_of: Option<Pool>) -> Self {
        let kept =
            Cache::builder().max_capacity(policy.capacity).weigher(|_: &Address, kept: &Kept| kept.bytes()).build();
        let shared = Shared {
            kept,
            levels,
            floors: Floors::new(policy.remembered),
            batches: Batches::new(rpc, policy.window, histogram!(BATCH_ACCOUNTS)),
            dice: Dice::new(),
            lookups: Lookups::new(Level::Memory),
            policy,
            times_of,
        };
        Self { shared: Arc::new(shared) }
    }

    /// Reads one account, as [`Class::Live`].
    ///
    /// # Errors
    /// As [`Rpc::account`]. Errors are not kept.
    ///
    /// # Panics
    /// Outside a Tokio runtime.
    pub async fn account(&self, address: &Address) -> ReadResult {
        self.account_of(address, Class::Live).await
    }

    /// Reads one account of which the class is known.
    ///
    /// # Errors
    /// As [`Rpc::account`]. Errors are not kept.
    ///
    /// # Panics
    /// Outside a Tokio runtime.
    pub async fn account_of(&self, address: &Address, class: Class) -> ReadResult {
        let shared = &self.shared;
        let max_age = shared.of_class(class);
        // The common case without the turn that callers take at an account.
        if let Some(kept) = shared.hit(address, class).await {
            return kept.result;
        }
        loop {
            let (floor, asked) = shared.floors.of(address);
            let mut lookup = Lookup::Miss;
            let mut was_asked = false;
            let ask = async {
                was_asked = true;
                shared.ask(*address, class, floor, asked).await
            };
            let is_unfit = |kept: &Kept| {
                lookup = kept.lookup(floor, max_age, Instant::now());
                lookup != Lookup::Hit
            };
            let kept = shared.kept.entry_by_ref(address).or_insert_with_if(ask, is_unfit).await.into_value();
            // A newer slot was told or named meanwhile: this answer comes too late.
            if kept.result.as_ref().is_ok_and(|at| !shared.floors.raise(address, at.slot, kept.asked)) {
                continue;
            }
            shared.lookups.count(class, if was_asked { lookup } else { Lookup::Hit });
            return kept.result;
        }
    }

    /// Reads many accounts, in the order asked, as [`Class::Live`]. Each has its own slot and its own failure.
    ///
    /// # Panics
    /// Outside a Tokio runtime.
    pub async fn accounts(&self, addresses: &[Address]) -> Vec<ReadResult> {
        futures_util::future::join_all(addresses.iter().map(|address| self.account(address))).await
    }

    /// Takes note that the account changed at `slot`, as a subscription or a confirmed transaction tells: nobody is told
    /// of it as it was before, here or by another process that shares a level of the cache.
    pub fn note(&self, address: &Address, slot: u64) {
        self.shared.floors.change(address, slot);
        if let Some(levels) = &self.shared.levels {
            levels.forget(address, slot);
        }
    }

    /// Takes an account as a subscription tells it, so that it need not be asked for. Whether it was news: something of
    /// a later slot was told or named before, otherwise.
    pub async fn tell(&self, address: &Address, at: AccountAt) -> bool {
        let shared = &self.shared;
        let Some(asked) = shared.floors.change(address, at.slot) else { return false };
        if let Some(levels) = &shared.levels {
            levels.keep(address, &at);
        }
        shared.kept.insert(*address, shared.kept_now(Ok(at), Duration::ZERO, shared.throw_spread(), asked)).await;
        true
    }

    /// Waits until the levels of the cache have written what was read so far, or have given it up: before a process
    /// ends that wants the next one to find it.
    pub async fn flush(&self) {
        if let Some(levels) = &self.shared.levels {
            levels.flush().await;
        }
    }
}

impl Shared {
    /// How long an answer is told again to those who ask for this class.
    fn of_class(&self, class: Class) -> Duration {
        let followed = self.times_of.as_ref().and_then(|pool| pool.time_of(class));
        followed.unwrap_or_else(|| self.policy.of_class(class))
    }

    /// What is kept of the account, where it may be told.
    async fn hit(&self, address: &Address, class: Class) -> Option<Kept> {
        let (kept, max_age) = (self.kept.get(address).await?, self.of_class(class));
        let is_fresh = kept.lookup(Floor::default(), max_age, Instant::now()) == Lookup::Hit;
        let at = kept.result.as_ref().ok().filter(|_| is_fresh)?;
        self.floors.raise(address, at.slot, kept.asked).then(|| {
            self.lookups.count(class, Lookup::Hit);
            kept.clone()
        })
    }

    /// Asks the levels, the nearest first, and then the cluster.
    async fn ask(&self, address: Address, class: Class, floor: Floor, asked: u64) -> Kept {
        let (thousandths, max_age) = (self.throw_spread(), self.of_class(class));
        let Some(levels) = self.levels.as_ref().filter(|_| !max_age.is_zero()) else {
            let result = self.batches.read(address, floor.least).await;
            return self.kept_now(result, Duration::ZERO, thousandths, asked);
        };
        // Nobody knows whether a level's entry of a change's own slot is from after the change.
        let wanted = Wanted { class, least: floor.settled(), max_age: spread(max_age, thousandths) };
        if let Some(found) = levels.find(&address, wanted).await {
            return self.kept_now(Ok(found.at), found.age, thousandths, asked);
        }
        let result = self.batches.read(address, floor.least).await;
        if let Ok(at) = &result {
            levels.keep(&address, at);
        }
        self.kept_now(result, Duration::ZERO, thousandths, asked)
    }

    fn kept_now(&self, result: ReadResult, age: Duration, spread: u32, asked: u64) -> Kept {
        Kept { result, came: Instant::now(), age, asked, spread }
    }

    fn throw_spread(&self) -> u32 {
        let thrown = self.dice.below(1 + (MOST_SPREAD - LEAST_SPREAD) as usize);
        LEAST_SPREAD.saturating_add(u32::try_from(thrown).unwrap_or_default())
    }
}

impl fmt::Debug for AccountReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountReader").field("policy", &self.shared.policy).finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod tests;
