//! A network of endpoints that answer as a test tells them to, each after a time of its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};

use crate::pool::{Cluster, Endpoint, EndpointUrl, Fault, Label, Pool, PoolConfig, Post, Reply, Transport};
use crate::solana::Hash;

pub(super) const MS: Duration = Duration::from_millis(1);

/// What an endpoint does with a request.
pub(super) enum Act {
    Result(Value),
    Error(i64),
    /// What a trial run before sending found.
    Refused(&'static str),
    Status(u16),
    /// Status 429, with a number of seconds in `Retry-After`.
    Busy(u64),
    Fault(Fault),
    Silence,
}

/// A request as an endpoint sees it.
pub(super) struct Seen<'a> {
    pub(super) endpoint: &'a str,
    pub(super) method: &'a str,
    pub(super) params: &'a Value,
    /// How often this endpoint was asked for this method before.
    pub(super) before: usize,
}

type Script = dyn Fn(&Seen<'_>) -> (Duration, Act) + Send + Sync;

/// Everything that was asked: endpoint, method, correlation id; and how often each endpoint for each method.
#[derive(Default)]
struct Asked {
    all: Vec<(String, String, String)>,
    counts: HashMap<(String, String), usize>,
}

#[derive(Clone)]
pub(super) struct Net {
    script: Arc<Script>,
    /// Told +1 when a request begins and -1 when it ends.
    gauge: Option<Arc<dyn Fn(i64) + Send + Sync>>,
    asked: Arc<Mutex<Asked>>,
}

impl Net {
    pub(super) fn new(script: impl Fn(&Seen<'_>) -> (Duration, Act) + Send + Sync + 'static) -> Self {
        Self { script: Arc::new(script), gauge: None, asked: Arc::default() }
    }

    /// A network where every endpoint is of the right cluster and takes a millisecond.
    pub(super) fn answering(act: impl Fn(&Seen<'_>) -> Act + Send + Sync + 'static) -> Self {
        Self::new(move |seen| {
            let act =
                if seen.method == "getGenesisHash" { Act::Result(json!(genesis().to_string())) } else { act(seen) };
            (MS, act)
        })
    }

    /// The same network, telling `gauge` +1 when a request begins and -1 when it ends.
    pub(super) fn with_gauge(mut self, gauge: impl Fn(i64) + Send + Sync + 'static) -> Self {
        self.gauge = Some(Arc::new(gauge));
        self
    }

    /// How often each endpoint was asked for this method.
    pub(super) fn count(&self, endpoint: &str, method: &str) -> usize {
        let asked = self.asked.lock().expect("nothing panics while it holds the lock");
        asked.counts.get(&(endpoint.to_owned(), method.to_owned())).copied().unwrap_or(0)
    }

    pub(super) fn asked(&self) -> Vec<(String, String, String)> {
        self.asked.lock().expect("nothing panics while it holds the lock").all.clone()
    }
}

pub(super) fn genesis() -> Hash {
    Hash::new_from_array([1; 32])
}

pub(super) fn label(text: &str) -> Label {
    text.parse().expect("a label")
}

/// Endpoints of one cluster, with addresses that hold a key.
pub(super) fn config(names: &[&str]) -> PoolConfig {
    let url = EndpointUrl::http("http://rpc.example.org/secret-key").expect("an address");
    let endpoints = names.iter().map(|name| Endpoint::new(label(name), url.clone())).collect();
    PoolConfig::of(Cluster::with_genesis(genesis()), endpoints)
}

pub(super) fn pool(names: &[&str], net: &Net) -> Pool {
    Pool::with_transport(config(names), net.clone())
}

/// How often each name occurs.
pub(super) fn tally<'a>(names: impl Iterator<Item = &'a str>) -> HashMap<&'a str, usize> {
    names.fold(HashMap::new(), |mut counts, name| {
        *counts.entry(name).or_default() += 1;
        counts
    })
}

#[async_trait]
impl Transport for Net {
    async fn post(&self, to: &Endpoint, post: Post<'_>) -> Result<Reply, Fault> {
        let body: Value = serde_json::from_str(post.body).expect("the pool sends JSON");
        let (endpoint, method) = (to.name().as_str(), body["method"].as_str().expect("a method"));
        let before = {
            let mut asked = self.asked.lock().expect("nothing panics while it holds the lock");
            asked.all.push((endpoint.to_owned(), method.to_owned(), post.correlation.to_owned()));
            let count = asked.counts.entry((endpoint.to_owned(), method.to_owned())).or_default();
            *count += 1;
            *count - 1
        };
        let (latency, act) = (self.script)(&Seen { endpoint, method, params: &body["params"], before });
        let reply = |status, retry_after: Option<u64>, body: Value| Reply {
            status,
            retry_after: retry_after.map(Duration::from_secs),
            body: body.to_string().into_bytes(),
        };
        let work = async {
            tokio::time::sleep(latency).await;
            match act {
                Act::Result(result) => Ok(reply(200, None, json!({ "id": body["id"], "result": result }))),
                Act::Error(code) => {
                    Ok(reply(200, None, json!({ "id": body["id"], "error": { "code": code, "message": "no" } })))
                }
                Act::Refused(error) => {
                    let data = json!({ "err": error, "logs": [] });
                    let error = json!({ "code": -32002, "message": "simulation failed", "data": data });
                    Ok(reply(200, None, json!({ "id": body["id"], "error": error })))
                }
                Act::Status(status) => Ok(reply(status, None, json!("<html>"))),
                Act::Busy(seconds) => Ok(reply(429, Some(seconds), json!("slow down"))),
                Act::Fault(fault) => Err(fault),
                Act::Silence => std::future::pending().await,
            }
        };
        let tell = |change| self.gauge.iter().for_each(|gauge| gauge(change));
        tell(1);
        let answer = tokio::time::timeout(post.timeout, work).await;
        tell(-1);
        answer.unwrap_or(Err(Fault::Timeout { limit: post.timeout }))
    }
}
