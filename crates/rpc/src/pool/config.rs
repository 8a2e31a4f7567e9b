//! What a pool is told at its start: endpoints, the cluster that they must belong to, and limits.
//!
//! Read from TOML and the environment, all at once: every problem is reported, not the first. Nothing here
//! reads a file or the environment; binaries pass both in.

mod endpoints;
mod problem;
mod section;
mod span;

use toml::de::DeTable;

use super::endpoint::{Cluster, Endpoint};
pub use problem::{ConfigError, ConfigFault, Problem};
use section::{Report, Section};

/// Everything a pool is told at its start.
///
/// ```toml
/// cluster = "mainnet-beta"            # or the hash of the first block
///
/// [[endpoint]]
/// name = "own"
/// url = "http://10.0.0.2:8899"
/// roles = ["read", "send"]            # what it has when nothing is said
/// tags = ["own", "archive"]
///
/// [[endpoint]]
/// name = "rented"
/// url_from_env = "RENTED_URL"         # an address that holds a key
/// roles = ["read", "websocket"]
/// websocket_url = "wss://rpc.example.org"
/// headers_from_env = { x-api-key = "RENTED_KEY" }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolConfig {
    /// The cluster that every endpoint must belong to. `None` is possible with one endpoint only, and takes
    /// the cluster that this one answers with first.
    pub cluster: Option<Cluster>,
    /// The endpoints, in the order of the file, then those of the environment. Never empty, names differ.
    pub endpoints: Vec<Endpoint>,
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
        Self { cluster: None, endpoints: vec![endpoint] }
    }

    /// Several endpoints of one cluster.
    #[must_use]
    pub fn of(cluster: Cluster, endpoints: Vec<Endpoint>) -> Self {
        Self { cluster: Some(cluster), ..Self { cluster: None, endpoints } }
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
        root.finish();
        let problems = report.into_problems();
        if problems.is_empty() { Ok(Self { cluster, endpoints }) } else { Err(ConfigError::new(problems)) }
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
