//! Answers kept beyond memory: in Redis, which processes share, and in SQLite or Postgres, which outlive them.
//!
//! The levels stand between the memory of an [`AccountReader`](crate::reader::AccountReader) and the cluster, so its
//! promises hold over all of them: one question however many ask, and nothing older than what was told already. A
//! level that is gone, slow, full or locked fails no read: it is left out, which is logged once and counted, and used
//! again as soon as it answers.
//!
//! What a level holds is checked when it is read: layout, length, checksum, cluster, account, commitment, and a slot
//! that the cluster can have reached. Of two answers the one of the later slot is kept, whoever writes it.

mod config;
mod desk;
mod entry;
mod gate;
pub mod meters;
mod redis;
mod sql;
mod store;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use crate::client::Rpc;
use crate::error::Result;
use crate::reader::AccountAt;
use crate::solana::Address;
use config::DatabaseOptions;
pub use config::{BadStoreUrl, CacheConfig, DatabaseUrl, RedisUrl};
use desk::{Desk, Out, Usage};
use entry::{Entry, EntryKey, Sealer};
use gate::Pauses;
use meters::Lookup;
use redis::RedisStore;
use sql::{Keeping, PostgresStore, SqliteStore};
use store::Write;

/// Shortest time of a slot, with room below today's 400 ms.
const SHORTEST_SLOT: Duration = Duration::from_millis(100);
/// Slots by which another process may be ahead of the endpoint that answered us.
const AHEAD: u64 = 64;
/// How far the clock of another host may be ahead.
const CLOCK_SKEW: Duration = Duration::from_secs(2);
/// Times longer for one write of many than for one read.
const WRITE_PATIENCE: u32 = 10;

/// How soon what is read may be otherwise. For each class an answer is told again for a time of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Class {
    /// Any transaction may change it: proposals under vote, balances.
    #[default]
    Live,
    /// Changed by a decision: constitutions, parameters, programs, mints; or anything of which a subscription tells.
    Settled,
    /// Hardly ever changes once it is there: what was decided and closed, published texts.
    Lasting,
}

impl Class {
    /// All classes.
    pub const ALL: [Self; 3] = [Self::Live, Self::Settled, Self::Lasting];

    /// The name that metrics use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Settled => "settled",
            Self::Lasting => "lasting",
        }
    }
}

/// Where an answer was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Memory,
    Redis,
    Database,
}

impl Level {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Redis => "redis",
            Self::Database => "database",
        }
    }
}

/// An answer from a level, and how long ago the chain gave it.
pub(crate) struct Found {
    pub(crate) at: AccountAt,
    pub(crate) age: Duration,
}

/// What an answer must be to be told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    pub(crate) class: Class,
    /// The slot before which nothing may be told.
    pub(crate) least: u64,
    pub(crate) max_age: Duration,
}

/// The levels beyond memory, the nearest first.
pub(crate) struct Levels {
    desks: Vec<Desk>,
    sealer: Sealer,
    tip: Mutex<Tip>,
    clock: Clock,
    has_refused: AtomicBool,
}

/// The host's clock, milliseconds since 1970.
type Clock = Box<dyn Fn() -> u64 + Send + Sync>;

/// The latest slot that the cluster told of, and when.
struct Tip {
    slot: u64,
    heard: Instant,
}

impl Levels {
    /// Asks the cluster who it is and where it stands. `keep_for` is how long any answer may be told again.
    pub(crate) async fn open(rpc: &Rpc, config: &CacheConfig, keep_for: Duration) -> Result<Self> {
        let (genesis, slot) = (rpc.genesis_hash().await?, rpc.slot().await?);
        let sealer = Sealer::new(genesis, rpc.commitment(), config.secret, config.max_data);
        let desks = desks(config, Keeping { keep_for, max_len: sealer.max_len() });
        Ok(Self::over(desks, sealer, slot, Box::new(host_millis)))
    }

    fn over(desks: Vec<Desk>, sealer: Sealer, slot: u64, clock: Clock) -> Self {
        let tip = Mutex::new(Tip { slot, heard: Instant::now() });
        Self { desks, sealer, tip, clock, has_refused: AtomicBool::new(false) }
    }

    /// The nearest answer that may be told. It is also kept in the levels before the one that had it.
    pub(crate) async fn find(&self, address: &Address, wanted: Wanted) -> Option<Found> {
        let key = self.sealer.key(address);
        for (passed, desk) in self.desks.iter().enumerate() {
            let (lookup, entry) = match desk.read(key.clone()).await {
                Err(Out) => (Lookup::Out, None),
                Ok(None) => (Lookup::Miss, None),
                Ok(Some(bytes)) => self.judge(desk.level, &key, &bytes, wanted),
            };
            desk.lookups.count(wanted.class, lookup);
            let Some((entry, age)) = entry else { continue };
            if let Some(bytes) = self.sealer.seal(&key, &entry).filter(|_| passed > 0) {
                self.write(&self.desks[..passed], &key, entry.at.slot, entry.read_at, Some(&bytes));
            }
            return Some(Found { at: entry.at, age });
        }
        None
    }

    /// Keeps what the chain just answered.
    pub(crate) fn keep(&self, address: &Address, at: &AccountAt) {
        self.hear(at.slot);
        let key = self.sealer.key(address);
        let entry = Entry { at: at.clone(), read_at: (self.clock)() };
        let bytes = self.sealer.seal(&key, &entry);
        // An account that is too large to be kept still makes what is kept of it old.
        self.write(&self.desks, &key, at.slot, entry.read_at, bytes.as_deref());
    }

    /// Forgets everything about the account before `slot`.
    pub(crate) fn forget(&self, address: &Address, slot: u64) {
        self.hear(slot);
        self.write(&self.desks, &self.sealer.key(address), slot, (self.clock)(), None);
    }

    /// Returns when every level has written what was given to it so far, or has given it up.
    pub(crate) async fn flush(&self) {
        futures_util::future::join_all(self.desks.iter().map(Desk::flush)).await;
    }

    fn write(&self, desks: &[Desk], key: &EntryKey, slot: u64, read_at: u64, entry: Option<&[u8]>) {
        for desk in desks {
            desk.write(Write { key: key.clone(), slot, read_at, entry: entry.map(<[u8]>::to_vec) });
        }
    }

    fn judge(&self, level: Level, key: &EntryKey, bytes: &[u8], wanted: Wanted) -> (Lookup, Option<(Entry, Duration)>) {
        let entry = match self.sealer.open(key, bytes, self.latest_possible()) {
            Ok(entry) => entry,
            Err(reason) => {
                // Once: a level that is full of them would fill the log as well.
                if !self.has_refused.swap(true, Ordering::Relaxed) {
                    let level = level.as_str();
                    tracing::warn!(level, %reason, "entry of the cache is not believed; the count goes on without a line");
                }
                return (Lookup::Refused, None);
            }
        };
        // A clock that was set back makes everything young; slots that passed since do not.
        let least = self.time_of_slots_since(entry.at.slot);
        let age = age(entry.read_at, (self.clock)()).map(|age| age.max(least));
        match age.filter(|age| *age < wanted.max_age) {
            Some(age) if entry.at.slot >= wanted.least => (Lookup::Hit, Some((entry, age))),
            _ => (Lookup::Stale, None),
        }
    }

    fn hear(&self, slot: u64) {
        let mut tip = self.tip.lock().expect("nothing panics while it holds the lock");
        if tip.slot <= slot {
            *tip = Tip { slot, heard: Instant::now() };
        }
    }

    /// The shortest time in which the cluster can have gone from this slot to where it told that it is.
    fn time_of_slots_since(&self, slot: u64) -> Duration {
        let tip = self.tip.lock().expect("nothing panics while it holds the lock");
        let passed = u32::try_from(tip.slot.saturating_sub(slot)).unwrap_or(u32::MAX);
        SHORTEST_SLOT.saturating_mul(passed)
    }

    /// The last slot that the cluster can have reached by now. An entry beyond it would shut out every true answer.
    fn latest_possible(&self) -> u64 {
        let tip = self.tip.lock().expect("nothing panics while it holds the lock");
        let since = tip.heard.elapsed().as_millis() / SHORTEST_SLOT.as_millis();
        tip.slot.saturating_add(AHEAD).saturating_add(u64::try_from(since).unwrap_or(u64::MAX))
    }
}

/// How long ago it was, `None` where that lies ahead: one of the clocks was set, and nothing is known.
fn age(read_at: u64, now: u64) -> Option<Duration> {
    let skew = u64::try_from(CLOCK_SKEW.as_millis()).unwrap_or(u64::MAX);
    (read_at <= now.saturating_add(skew)).then(|| Duration::from_millis(now.saturating_sub(read_at)))
}

#[allow(clippy::disallowed_methods, reason = "how old an entry of another process is; no rule goes by it")]
fn host_millis() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

fn desks(config: &CacheConfig, keeping: Keeping) -> Vec<Desk> {
    let write_limit = config.patience.saturating_mul(WRITE_PATIENCE);
    let pauses = Pauses { first: config.first_pause, longest: config.longest_pause };
    let usage = Usage { patience: config.patience, write_limit, pauses };
    let mut desks = Vec::new();
    if let Some(redis) = &config.redis {
        let open = |limit| RedisStore::new(redis.client.clone(), limit, keeping.keep_for, keeping.max_len);
        desks.push(Desk::open(Level::Redis, open(config.patience), open(write_limit), usage));
    }
    match config.database.as_ref().map(|database| &database.options) {
        Some(DatabaseOptions::Sqlite(options)) => {
            // A lock is waited for half as long as the answer, so that it is the lock that is told of.
            let open = |limit: Duration| SqliteStore::new((**options).clone(), limit / 2, config.max_file, keeping);
            desks.push(Desk::open(Level::Database, open(config.patience), open(write_limit), usage));
        }
        Some(DatabaseOptions::Postgres(options)) => {
            let open = || PostgresStore::new((**options).clone(), keeping);
            desks.push(Desk::open(Level::Database, open(), open(), usage));
        }
        None => {}
    }
    desks
}

#[cfg(test)]
mod tests;
