//! What a pool is told at its start: endpoints, the cluster that they must belong to, and limits.
//!
//! Read from TOML and the environment, all at once: every problem is reported, not the first. Nothing here
//! reads a file or the environment; binaries pass both in.

mod cache;
mod endpoints;
mod policies;
mod problem;
mod section;
mod span;
mod stores;
mod written;

use std::time::Duration;

use toml::de::DeTable;

use super::breaker::BreakerPolicy;
use super::endpoint::{Cluster, Endpoint};
use super::fallback::Fallback;
use super::health::ProbePolicy;
use super::method::{MethodClass, PerClass};
use super::retry::RetryPolicy;
use super::sharing::SharingConfig;
use crate::reader::ReaderConfig;
pub use problem::{ConfigError, ConfigFault, Problem};
pub use section::nearest;
use section::{Report, Section};
pub use span::{read_span, shown_span};

/// Everything a pool is told at its start.
///
/// ```toml
/// cluster = "mainnet-beta"            # or the hash of the first block
///
/// [[endpoint]]
/// name = "own"
/// url = "http://10.0.0.2:8899"
/// roles = ["read", "send"]            # what it has when nothing is said
/// tags = ["own"]
///
/// [[endpoint]]
/// name = "rented"
/// url_from_env = "RENTED_URL"         # an address that holds a key
/// roles = ["read", "websocket"]
/// tags = ["paid"]
/// websocket_url = "wss://rpc.example.org"
/// headers_from_env = { x-api-key = "RENTED_KEY" }
///
/// # Everything from here on is optional; these are the values without it.
/// [fallback]                          # tags of the groups to ask, the preferred one first
/// read = ["own", "paid"]              # without it: one group with every endpoint of the role
///
/// [timeout]                           # of one attempt, for each class of methods
/// read = "10s"
/// scan = "30s"
/// history = "30s"
/// simulate = "10s"
/// send = "10s"
///
/// [limits]
/// call = "60s"                        # one call with all its attempts
/// answer_bytes = 134217728            # one answer, decompressed
///
/// [probe]
/// interval = "10s"                    # between two rounds
/// timeout = "3s"
/// parallel = 8                        # probes under way at one time
/// max_lag = 50                        # slots
///
/// [breaker]                           # of each endpoint and class; [breaker.scan] changes one class
/// failures = 5                        # in a row: opens
/// open_for = "60s"
/// permits = 3                         # calls let through half-open, and successes that close it
///
/// [retry]
/// attempts = 3                        # in all
/// base = "50ms"                       # longest pause before the second, doubled with each further one
/// cap = "2s"
/// budget_percent = 10                 # retries for each hundred calls
/// reserve = 10                        # retries that may be saved up
///
/// [health_sharing]                    # without it nothing is shared; needs `cluster`
/// redis_url_from_env = "REDIS_URL"    # or redis_url: through which other processes are told which endpoints fail
/// look_every = "1s"                   # how soon their words are heard
/// check_every = "10s"                 # between two checks that their words cause
///
/// [cache]                             # without it each read of an account is a call
/// memory_bytes = 67108864
/// remembered = 100000                 # accounts of which the last slot is remembered each on its own
/// window = "2ms"                      # how long a question waits for others to go with
/// redis_url_from_env = "REDIS_URL"    # or redis_url: a level that processes share; without it there is none
/// sqlite = "/var/lib/quantumagi/cache.db"         # a level that outlives the process: this, or
/// # postgres_url_from_env = "DATABASE_URL"        # or postgres_url; without either there is none
/// secret_from_env = "CACHE_SECRET"    # 64 hexadecimal digits, of all that share a level: nobody else can forge an entry
/// patience = "100ms"                  # longest wait for one level
/// first_pause = "500ms"               # how long a level that failed is left out at first,
/// longest_pause = "10s"               # and at most
/// max_data_bytes = 262144             # accounts with more data are kept in memory alone
/// sqlite_max_bytes = 268435456
///
/// [cache.ttl]                         # how long an answer is told again, by class; changes while running
/// live = "1s"
/// settled = "1m"
/// lasting = "1h"
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolConfig {
    /// The cluster that every endpoint must belong to. `None` is possible with one endpoint only, and takes
    /// the cluster that this one answers with first.
    pub cluster: Option<Cluster>,
    /// The endpoints, in the order of the file, then those of the environment. 1 to 64, names differ.
    pub endpoints: Vec<Endpoint>,
    /// In which order groups of endpoints are asked.
    pub fallback: Fallback,
    /// What no call exceeds.
    pub limits: Limits,
    /// When and how endpoints are probed.
    pub probe: ProbePolicy,
    /// How long one attempt may take.
    pub timeouts: PerClass<Duration>,
    /// When the breaker of an endpoint opens and closes.
    pub breakers: PerClass<BreakerPolicy>,
    /// When a failed call is made again.
    pub retry: RetryPolicy,
    /// Through which Redis other processes are told which endpoints probes put out. Default none. Has no effect without
    /// [`PoolConfig::cluster`], nor without [`Pool::spawn_probes`](super::Pool::spawn_probes).
    pub sharing: Option<SharingConfig>,
    /// How accounts are read through a cache, for those who make a reader of the pool:
    /// [`AccountReader::of_pool`](crate::reader::AccountReader::of_pool). Default none: each read is a call.
    pub reader: Option<ReaderConfig>,
}

/// What no call exceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest time of one call with all its attempts and pauses: 1 ms to 1 h. Default 60 s.
    pub call: Duration,
    /// Longest answer in bytes, decompressed: 1 KiB to 1 GiB. Default 128 MiB.
    pub answer_len: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { call: Duration::from_secs(60), answer_len: 128 << 20 }
    }
}

impl PoolConfig {
    /// Variable with more endpoints, as `name=url` with spaces between them. A name that the file has gets the
    /// address; others are added with the roles read and send.
    pub const ENDPOINTS_VARIABLE: &'static str = "QUANTUMAGI_RPC_ENDPOINTS";
    /// Variable that takes the place of `cluster`.
    pub const CLUSTER_VARIABLE: &'static str = "QUANTUMAGI_RPC_CLUSTER";

    /// One endpoint and no other: of whatever cluster it is.
    #[must_use]
    pub fn of_one(endpoint: Endpoint) -> Self {
        Self::with_defaults(None, vec![endpoint])
    }

    /// Several endpoints of one cluster.
    #[must_use]
    pub fn of(cluster: Cluster, endpoints: Vec<Endpoint>) -> Self {
        Self::with_defaults(Some(cluster), endpoints)
    }

    fn with_defaults(cluster: Option<Cluster>, endpoints: Vec<Endpoint>) -> Self {
        Self {
            cluster,
            endpoints,
            fallback: Fallback::default(),
            limits: Limits::default(),
            probe: ProbePolicy::default(),
            timeouts: PerClass::from_fn(MethodClass::default_timeout),
            breakers: PerClass::from_fn(|_| BreakerPolicy::default()),
            retry: RetryPolicy::default(),
            sharing: None,
            reader: None,
        }
    }

    /// Reads a configuration. `variable` looks a name up in the environment.
    ///
    /// # Errors
    /// [`ConfigError`] with every problem of the file and the variables.
    pub fn parse(toml: &str, variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let report = Report::new(toml);
        let (table, mistakes) = DeTable::parse_recoverable(toml);
        for mistake in mistakes {
            let line = mistake.span().map(|span| report.line(span.start));
            report.note(line, "", ConfigFault::Syntax { message: mistake.message().to_owned() });
        }
        let mut root = Section::root(table.get_ref(), &report);
        let endpoints = endpoints::read(&mut root, &report, &variable);
        let cluster = cluster(&mut root, &report, &variable, endpoints.len());
        let fallback = endpoints::fallback(&mut root, &endpoints);
        let config = Self {
            cluster,
            endpoints,
            fallback,
            limits: policies::limits(&mut root),
            probe: policies::probe(&mut root),
            timeouts: policies::timeouts(&mut root),
            breakers: policies::breakers(&mut root),
            retry: policies::retry(&mut root),
            sharing: stores::sharing(&mut root, &variable, cluster),
            reader: cache::read(&mut root, &variable),
        };
        root.finish();
        let problems = report.into_problems();
        if problems.is_empty() { Ok(config) } else { Err(ConfigError::new(problems)) }
    }
}

fn cluster(
    root: &mut Section<'_, '_>,
    report: &Report,
    variable: &impl Fn(&str) -> Option<String>,
    endpoints: usize,
) -> Option<Cluster> {
    let written = root.text("cluster").map(|text| (Some(text.line), "cluster", text.value.to_owned()));
    let given = variable(PoolConfig::CLUSTER_VARIABLE).map(|text| (None, PoolConfig::CLUSTER_VARIABLE, text));
    let Some((line, place, text)) = given.or(written) else {
        if endpoints > 1 {
            report.note(None, "cluster", ConfigFault::ClusterNotNamed);
        }
        return None;
    };
    text.trim().parse().map_err(|fault: super::endpoint::UnknownCluster| report.note(line, place, fault)).ok()
}

#[cfg(test)]
mod tests;
