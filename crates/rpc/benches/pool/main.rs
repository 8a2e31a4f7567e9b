//! The pool's parts, each beside its peer in one run: `cargo bench -p quantumagi-rpc --bench pool`.
//!
//! At the end the medians are printed as ratios, with the goal of each.

mod answering;
mod calls;
mod probes;
mod slow;

use std::convert::Infallible;
use std::future::Ready;
use std::path::PathBuf;
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use criterion::Criterion;
use quantumagi_rpc::pool::{
    Breaker, BreakerPolicy, Cluster, Endpoint, EndpointUrl, Fault, MethodClass, Pool, PoolConfig, Post, Reply,
    Transport,
};
use quantumagi_rpc::solana::Hash;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;
use tower::balance::p2c::Balance;
use tower::discover::ServiceList;
use tower::load::{CompleteOnResponse, PeakEwma};
use tower::{Layer, Service, ServiceExt};
use tower_resilience_circuitbreaker::CircuitBreakerLayer;

/// Two that do the same, and the most that ours may take of the peer's time.
struct Pair {
    group: &'static str,
    ours: &'static str,
    peer: &'static str,
    goal: f64,
}

const BREAKER: Pair =
    Pair { group: "breaker", ours: "ours", peer: "tower-resilience-circuitbreaker 0.14.0", goal: 0.25 };
const CHOICE: Pair = Pair { group: "choice of eight", ours: "ours", peer: "tower 0.5 p2c and peak-ewma", goal: 0.5 };
const PROBES: Pair = Pair { group: "100 probes", ours: "a round", peer: "bare join_all", goal: 1.15 };

/// Answers at once, and does nothing else.
#[derive(Clone, Copy)]
struct Nothing;

impl Service<()> for Nothing {
    type Response = ();
    type Error = Infallible;
    type Future = Ready<Result<(), Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, (): ()) -> Self::Future {
        std::future::ready(Ok(()))
    }
}

/// Never asked: the choice alone is measured.
struct Nowhere;

#[async_trait]
impl Transport for Nowhere {
    async fn post(&self, _: &Endpoint, _: Post<'_>) -> Result<Reply, Fault> {
        Err(Fault::Connect)
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime starts")
}

fn breaker(criterion: &mut Criterion) {
    let Pair { group, ours, peer, .. } = BREAKER;
    let runtime = runtime();
    let mut group = criterion.benchmark_group(group);
    let breaker = Breaker::new(BreakerPolicy::default(), Instant::now());
    group.bench_function(ours, |bencher| {
        bencher.to_async(&runtime).iter(|| async {
            let permit = breaker.admit_by(Instant::now).expect("closed");
            let answer = Nothing.call(()).await;
            let transition = permit.succeed_by(Instant::now);
            (answer, transition)
        });
    });
    let layer = CircuitBreakerLayer::builder()
        .consecutive_failures(5)
        .wait_duration_in_open(Duration::from_secs(60))
        .permitted_calls_in_half_open(3)
        .build()
        .expect("the policy is complete");
    let service = layer.layer(Nothing);
    group.bench_function(peer, |bencher| {
        bencher.to_async(&runtime).iter(|| {
            // As tower's callers do: a call takes the service by `&mut`.
            let mut service = service.clone();
            async move { service.ready().await.expect("closed").call(()).await.expect("an answer") }
        });
    });
    group.finish();
}

fn endpoints(urls: &[String]) -> PoolConfig {
    let endpoints = urls.iter().enumerate().map(|(index, url)| {
        let url = EndpointUrl::http(url).expect("an address");
        Endpoint::new(format!("e{index}").parse().expect("a name"), url)
    });
    PoolConfig::of(Cluster::with_genesis(Hash::default()), endpoints.collect())
}

fn choice(criterion: &mut Criterion) {
    let Pair { group, ours, peer, .. } = CHOICE;
    let runtime = runtime();
    let mut group = criterion.benchmark_group(group);
    let pool = Pool::with_transport(endpoints(&vec!["http://a".to_owned(); 8]), Nowhere);
    group.bench_function(ours, |bencher| {
        bencher.to_async(&runtime).iter(|| async {
            let is_chosen = pool.rehearse(MethodClass::Read);
            (is_chosen, Nothing.call(()).await)
        });
    });
    let services = (0..8)
        .map(|_| PeakEwma::new(Nothing, Duration::from_millis(1), 10_000_000_000.0, CompleteOnResponse::default()));
    let balance = Balance::new(ServiceList::new(services.collect::<Vec<_>>()));
    let balance = tokio::sync::Mutex::new(balance);
    group.bench_function(peer, |bencher| {
        bencher.to_async(&runtime).iter(|| async {
            let mut balance = balance.lock().await;
            balance.ready().await.expect("all are ready").call(()).await.expect("an answer")
        });
    });
    group.finish();
}

/// Median of a benchmark's last run, in nanoseconds, as criterion left it.
fn median(group: &str, name: &str) -> Option<f64> {
    let target = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target");
    let folder = |name: &str| name.replace(['/', '\\'], "_");
    let path = target.join("criterion").join(folder(group)).join(folder(name)).join("new/estimates.json");
    let estimates: Value = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
    estimates["median"]["point_estimate"].as_f64()
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    breaker(&mut criterion);
    choice(&mut criterion);
    probes::bench(&mut criterion, &PROBES);
    criterion.final_summary();
    for Pair { group, ours, peer, goal } in [BREAKER, CHOICE, PROBES] {
        if let Some((mine, its)) = median(group, ours).zip(median(group, peer)) {
            report(group, (ours, mine), (peer, its), goal);
        }
    }
    calls::measure();
    slow::measure();
}

fn report(what: &str, (ours, mine): (&str, f64), (peer, its): (&str, f64), goal: f64) {
    let verdict = if mine <= its * goal { "met" } else { "missed" };
    println!("{what}: {ours} {mine:.0} ns, {peer} {its:.0} ns, ratio {:.3} (goal {goal}, {verdict})", mine / its);
}
