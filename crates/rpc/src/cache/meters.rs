//! What the cache measures, under which names. Labels are fixed words. Every series exists from the start.

use metrics::{Counter, Gauge, counter, gauge};

use super::{Class, Level};

/// Questions to a level of the cache. Labels `level` (`memory`, `redis` or `database`), `class` (`live`, `settled` or
/// `lasting`), `result`: `hit`; `miss`, nothing was there; `stale`, it was too old or before what was told already;
/// `refused`, it was damaged or forged; `out`, the level did not answer or is left out for a while.
///
/// The hit rate of a level is `hit` through the sum of all. A question that is `out` everywhere goes to the cluster.
pub const LOOKUPS: &str = "quantumagi_rpc_account_cache_requests_total";
/// Failures of a level, of which no reader learns. Labels `level`, `side` (`read` or `write`).
pub const FAILURES: &str = "quantumagi_rpc_account_cache_failures_total";
/// 1 while a level is used, 0 while it is left out. Labels `level`, `side`.
pub const LEVEL_IN_USE: &str = "quantumagi_rpc_account_cache_level_in_use";
/// Entries that were not kept because a level could not take them. Label `level`.
pub const DROPPED_WRITES: &str = "quantumagi_rpc_account_cache_dropped_writes_total";

/// How a question to a level ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lookup {
    Hit,
    Miss,
    Stale,
    Refused,
    Out,
}

impl Lookup {
    const ALL: [Self; 5] = [Self::Hit, Self::Miss, Self::Stale, Self::Refused, Self::Out];

    fn as_str(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Miss => "miss",
            Self::Stale => "stale",
            Self::Refused => "refused",
            Self::Out => "out",
        }
    }
}

/// Questions to one level, by class and by how they ended.
pub(crate) struct Lookups([[Counter; Lookup::ALL.len()]; Class::ALL.len()]);

impl Lookups {
    pub(crate) fn new(level: Level) -> Self {
        let level = level.as_str();
        Self(Class::ALL.map(|class| {
            Lookup::ALL.map(|lookup| {
                let (class, result) = (class.as_str(), lookup.as_str());
                let counter = counter!(LOOKUPS, "level" => level, "class" => class, "result" => result);
                counter.increment(0);
                counter
            })
        }))
    }

    pub(crate) fn count(&self, class: Class, lookup: Lookup) {
        self.0[class as usize][lookup as usize].increment(1);
    }
}

/// Numbers of one side of a level.
pub(super) struct SideMeters {
    pub(super) failures: Counter,
    pub(super) in_use: Gauge,
}

impl SideMeters {
    pub(super) fn new(level: Level, side: &'static str) -> Self {
        let level = level.as_str();
        let meters = Self {
            failures: counter!(FAILURES, "level" => level, "side" => side),
            in_use: gauge!(LEVEL_IN_USE, "level" => level, "side" => side),
        };
        meters.failures.increment(0);
        meters.in_use.set(1.0);
        meters
    }
}

pub(super) fn dropped_writes(level: Level) -> Counter {
    let counter = counter!(DROPPED_WRITES, "level" => level.as_str());
    counter.increment(0);
    counter
}
