//! Where subscriptions go, and whether it is the right cluster.

use std::future::pending;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::{HeaderName, HeaderValue};
use tokio::sync::watch;

use super::link::LinkFault;
use crate::client::{Commitment, Rpc};
use crate::pool::{BreakerPolicy, Cluster, Endpoint, Label, PerClass, Pool, PoolConfig, Role};

/// An endpoint that can be subscribed at.
#[derive(Clone)]
pub(super) struct Source {
    pub(super) name: Label,
    /// May hold a key: never shown.
    pub(super) url: Url,
    /// Marked sensitive.
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    /// Bytes.
    pub(super) max_message_len: usize,
    /// What it was made of.
    origin: Origin,
    /// Asks the same endpoint's calls for its cluster, where it has calls and the cluster is known.
    identity: Option<(Rpc, Cluster)>,
}

/// An endpoint, and what else of a configuration a source depends on.
type Origin = (Endpoint, Option<Cluster>, usize);

/// Where subscriptions can go, and whose turn it is.
pub(super) struct Sources {
    all: Vec<Source>,
    turn: usize,
    patience: Duration,
    /// The pool whose endpoints these are, and its reloads.
    followed: Option<(Pool, watch::Receiver<u64>)>,
}

impl Sources {
    /// Those of this configuration, for ever.
    pub(super) fn fixed(config: &PoolConfig, patience: Duration) -> Self {
        Self { all: all(config, patience), turn: 0, patience, followed: None }
    }

    /// None.
    pub(super) fn none() -> Self {
        Self { all: Vec::new(), turn: 0, patience: Duration::ZERO, followed: None }
    }

    /// Those of the pool's configuration of the moment.
    pub(super) fn of_pool(pool: &Pool, patience: Duration) -> Self {
        let reloads = pool.reloads();
        Self { all: all(&pool.config(), patience), turn: 0, patience, followed: Some((pool.clone(), reloads)) }
    }

    /// Whose turn it is.
    pub(super) fn current(&self) -> Option<Source> {
        self.all.get(self.turn).cloned()
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn advance(&mut self) {
        self.turn = if self.turn.saturating_add(1) < self.all.len() { self.turn.saturating_add(1) } else { 0 };
    }

    /// Whether it is still one of them; then it has the turn.
    pub(super) fn stay_at(&mut self, source: &Source) -> bool {
        let place = self.all.iter().position(|other| other.origin == source.origin);
        self.turn = place.unwrap_or(0);
        place.is_some()
    }

    pub(super) fn can_change(&self) -> bool {
        self.followed.is_some()
    }

    /// Waits for another configuration. May be dropped and asked again.
    pub(super) async fn changed(&mut self) {
        let Some((_, reloads)) = &mut self.followed else { return pending().await };
        // The pool that is held here sends it.
        if reloads.changed().await.is_err() {
            return pending().await;
        }
        self.refresh();
    }

    /// Takes the configuration of the moment, where that is another. What stays as it was is kept.
    pub(super) fn refresh(&mut self) {
        let Some((pool, reloads)) = &mut self.followed else { return };
        reloads.borrow_and_update();
        let before = std::mem::take(&mut self.all);
        let current = before.get(self.turn).map(|source| source.origin.clone());
        self.all = all(&pool.config(), self.patience);
        for source in &mut self.all {
            if let Some(same) = before.iter().find(|other| other.origin == source.origin) {
                *source = same.clone();
            }
        }
        let place = self.all.iter().position(|source| Some(&source.origin) == current.as_ref());
        self.turn = place.unwrap_or(0);
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.name.fmt(f)
    }
}

/// The endpoints that can be subscribed at, in their order.
pub(super) fn all(config: &PoolConfig, patience: Duration) -> Vec<Source> {
    let of =
        |endpoints: Vec<&Endpoint>| endpoints.into_iter().filter_map(|one| Source::of(one, config, patience)).collect();
    let meant: Vec<Source> =
        of(config.endpoints.iter().filter(|endpoint| endpoint.roles.contains(&Role::Websocket)).collect());
    if meant.is_empty() { of(config.endpoints.iter().collect()) } else { meant }
}

impl Source {
    fn of(endpoint: &Endpoint, config: &PoolConfig, patience: Duration) -> Option<Self> {
        let own = endpoint.websocket_url.as_ref().map(|url| url.secret().clone());
        let url = own.or_else(|| beside(endpoint.url.as_ref()?.secret()))?;
        // One plain question: when to ask again is the driver's, so no breaker and no retry.
        let alone = || {
            let mut alone = PoolConfig::of_one(endpoint.clone().with_roles([Role::Read]));
            alone.limits.call = patience;
            alone.retry.attempts = 1;
            alone.breakers = PerClass::from_fn(|_| BreakerPolicy { open_for: Duration::ZERO, ..Default::default() });
            alone
        };
        let identity = config
            .cluster
            .filter(|_| endpoint.url.is_some())
            .map(|cluster| (Rpc::with_pool(Pool::new(alone()), Commitment::default()), cluster));
        let (name, headers) = (endpoint.name.clone(), endpoint.headers.clone());
        let origin = (endpoint.clone(), config.cluster, config.limits.answer_len);
        Some(Self { name, url, headers, max_message_len: config.limits.answer_len, origin, identity })
    }

    /// Refuses an endpoint of another cluster.
    pub(super) async fn check(&self) -> Result<(), LinkFault> {
        let Some((rpc, cluster)) = &self.identity else { return Ok(()) };
        let genesis = rpc.genesis_hash().await.map_err(|_| LinkFault::Unidentified)?;
        if genesis == cluster.genesis() { Ok(()) } else { Err(LinkFault::Foreign) }
    }
}

/// The websocket address that belongs to an address for calls, as Solana's own client has it.
fn beside(url: &Url) -> Option<Url> {
    let mut beside = url.clone();
    beside.set_scheme(if url.scheme() == "https" { "wss" } else { "ws" }).ok()?;
    if let Some(port) = url.port() {
        beside.set_port(Some(port.checked_add(1)?)).ok()?;
    }
    Some(beside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_websocket_is_at_the_next_port_where_one_is_named() {
        for (url, expected) in [
            ("http://127.0.0.1:8899/", Some("ws://127.0.0.1:8900/")),
            ("https://rpc.example.org/key?a=b", Some("wss://rpc.example.org/key?a=b")),
            ("https://rpc.example.org:8443/", Some("wss://rpc.example.org:8444/")),
            ("http://rpc.example.org:65535/", None),
        ] {
            let beside = beside(&url.parse().expect("an address"));
            assert_eq!(beside.as_ref().map(Url::as_str), expected, "{url}");
        }
    }

    #[test]
    fn endpoints_of_the_role_are_taken_before_all_others() {
        let text = "cluster = \"devnet\"\n\
             [[endpoint]]\nname = \"a\"\nurl = \"http://a.example\"\n\
             [[endpoint]]\nname = \"b\"\nurl = \"http://b.example\"\nwebsocket_url = \"ws://w.example/secret\"\n\
             roles = [\"read\", \"websocket\"]\n";
        let config = PoolConfig::parse(text, |_| None).expect("a configuration");
        let sources = all(&config, Duration::ZERO);
        assert_eq!(format!("{sources:?}"), "[b]");
        assert_eq!(sources[0].url.as_str(), "ws://w.example/secret");
        let mut without = config.clone();
        without.endpoints.truncate(1);
        assert_eq!(format!("{:?}", all(&without, Duration::ZERO)), "[a]");
    }
}
