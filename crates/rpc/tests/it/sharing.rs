//! Pools that tell each other through a real Redis which endpoints fail, and what a liar or a lost Redis can do.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use quantumagi_rpc::pool::{
    Ailment, Endpoint as Configured, Fault, Http, Pool, PoolConfig, Post, Probes, Reply as Carried, Transport, Unfit,
};
use serde_json::json;
use tokio::time::sleep;

use crate::cache::redis::Server;
use crate::pool::{GENESIS, slot};
use crate::support::{Endpoint, Proxy, Reply, clock};

/// Reached only where something is wrong.
const PATIENCE: Duration = Duration::from_secs(30);

/// Between a pool's own rounds: 48 s at least, which no test lasts. What it learns after its first one, it learns by a word.
const SELDOM: &str = "1m";
const OFTEN: &str = "100ms";

/// An endpoint of this cluster that stands at one slot, as all do here.
async fn endpoint() -> Endpoint {
    Endpoint::start(|method, _, _| match method {
        "getGenesisHash" => Reply::Result(json!(GENESIS)),
        "getAccountInfo" => clock(7, 7),
        _ => Reply::Result(json!(7)),
    })
    .await
}

/// Endpoints `a` and `b`, shared through this Redis.
fn config(urls: &[String; 2], interval: &str, redis: &str) -> PoolConfig {
    let [a, b] = urls;
    let toml = format!(
        "cluster = 'devnet'\n[timeout]\nread = '300ms'\n[probe]\ninterval = '{interval}'\ntimeout = '200ms'\n\
         [health_sharing]\nredis_url_from_env = 'REDIS'\nlook_every = '100ms'\ncheck_every = '500ms'\n\
         [[endpoint]]\nname = 'a'\nurl = '{a}'\n[[endpoint]]\nname = 'b'\nurl = '{b}'\n"
    );
    PoolConfig::parse(&toml, |name| (name == "REDIS").then(|| redis.to_owned())).expect("the file is right")
}

/// A pool that has made its first round.
async fn probed(config: PoolConfig, transport: impl Transport) -> (Pool, Probes) {
    let pool = Pool::with_transport(config, transport);
    let probes = pool.spawn_probes();
    until("a first round", || pool.status()[1].slot.is_some()).await;
    (pool, probes)
}

/// How long it took.
async fn until(what: &str, holds: impl Fn() -> bool) -> Duration {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < PATIENCE, "{what}");
        sleep(Duration::from_millis(2)).await;
    }
    began.elapsed()
}

fn is_a_out(pool: &Pool) -> bool {
    pool.status()[0].unfit == Some(Unfit::Unwell(Ailment::Silent))
}

/// Says of the endpoint `a` that nobody listens there, whatever is true.
struct Lying(Http);

#[async_trait]
impl Transport for Lying {
    async fn post(&self, to: &Configured, post: Post<'_>) -> Result<Carried, Fault> {
        if to.name().as_str() == "a" { Err(Fault::Connect) } else { self.0.post(to, post).await }
    }
}

#[tokio::test]
async fn what_one_process_finds_makes_the_other_look_long_before_its_own_time() {
    let server = Server::start("sharing");
    let (one, other) = (endpoint().await, endpoint().await);
    let mut before_one = Proxy::before(&one.host).await;
    let urls = [before_one.url(), other.url()];
    let (often, _probes) = probed(config(&urls, OFTEN, &server.url()), Http::new()).await;
    // Under another key: where an endpoint is counts, not what it is called with.
    let urls = [before_one.url().replace("secret-key", "another-key"), other.url()];
    let (seldom, _probes) = probed(config(&urls, SELDOM, &server.url()), Http::new()).await;
    before_one.stop().await;
    until("its own probes", || is_a_out(&often)).await;
    let after = until("a word", || is_a_out(&seldom)).await;
    println!("out {after:?} after the other, with rounds of its own each minute");
    let told = server.command(&["EVAL", "return redis.call('GET', redis.call('KEYS', '*')[1])", "0"]);
    assert_eq!((told.trim().len(), &told[..1]), (17, "1"));
    let keys = server.command(&["KEYS", "*"]);
    assert!(keys.starts_with(&format!("quantumagi:health:1:{GENESIS}:")), "{keys}");
    assert_eq!(keys.lines().count(), 1, "{keys}");
    for key in ["secret-key", "another-key", "127.0.0.1"] {
        assert!(!keys.contains(key), "{keys}");
    }
    // Words put nobody back in; it is used as soon as its own probes say so.
    assert_eq!(slot(&seldom).await, Ok(7));
    before_one.start().await;
    until("its own probes", || often.status()[0].share == 4).await;
    assert_eq!(seldom.status()[0].share, 0);
    seldom.probe().await;
    assert_eq!(seldom.status()[0].share, 1);
}

#[tokio::test]
async fn a_liar_puts_nobody_out_and_causes_a_bounded_number_of_probes() {
    let server = Server::start("sharing-liar");
    let (one, other) = (endpoint().await, endpoint().await);
    let urls = [one.url(), other.url()];
    let (seldom, _probes) = probed(config(&urls, SELDOM, &server.url()), Http::new()).await;
    let (liar, _lies) = probed(config(&urls, OFTEN, &server.url()), Lying(Http::new())).await;
    until("a lie", || is_a_out(&liar) && !server.command(&["KEYS", "*"]).trim().is_empty()).await;
    let key = server.command(&["KEYS", "*"]).trim().to_owned();
    let probes = || one.calls("getAccountInfo").len();
    until("a check", || 1 < probes()).await;
    let (before, began) = (probes(), Instant::now());
    // A new lie for each look, and what is none.
    for lie in 0..200 {
        server.command(&["SET", &key, &"x".repeat(100_000)]);
        server.command(&["SET", &key, &format!("1{lie:016x}")]);
        assert_eq!(slot(&seldom).await, Ok(7));
        assert_eq!(seldom.status().map_shares(), [4, 4]);
        sleep(Duration::from_millis(10)).await;
    }
    let most = 2 * (1 + began.elapsed().as_millis() / 500);
    let caused = probes() - before;
    assert!((1..=most).contains(&(caused as u128)), "{caused} of at most {most}");
    // Another kind of value, which no word replaces: nothing is shared, everything else goes on.
    server.command(&["DEL", &key]);
    server.command(&["LPUSH", &key, "x"]);
    for _ in 0..50 {
        assert_eq!(slot(&seldom).await, Ok(7));
        sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(seldom.status().map_shares(), [4, 4]);
}

#[tokio::test]
async fn redis_that_is_lost_costs_no_call_and_words_go_again_when_it_is_back() {
    let mut server = Server::start("sharing-lost");
    let (one, other) = (endpoint().await, endpoint().await);
    let mut before_one = Proxy::before(&one.host).await;
    let urls = [before_one.url(), other.url()];
    let (often, _probes) = probed(config(&urls, OFTEN, &server.url()), Http::new()).await;
    let (seldom, _probes) = probed(config(&urls, SELDOM, &server.url()), Http::new()).await;
    server.stop();
    for _ in 0..50 {
        assert_eq!(slot(&seldom).await, Ok(7));
    }
    // Each finds out for itself.
    before_one.stop().await;
    until("its own probes", || is_a_out(&often)).await;
    assert_eq!(slot(&seldom).await, Ok(7));
    before_one.start().await;
    until("its own probes", || often.status()[0].share == 4).await;
    assert_eq!(seldom.status().map_shares(), [4, 4]);
    server.start_again();
    // Stopped, it takes connections and says nothing.
    server.signal("-STOP");
    let began = Instant::now();
    for _ in 0..50 {
        assert_eq!(slot(&seldom).await, Ok(7));
    }
    assert!(began.elapsed() < Duration::from_secs(1), "no call waits for Redis: {:?}", began.elapsed());
    server.signal("-CONT");
    // The first that says something to the new Redis is the one that sees an endpoint fail.
    let after = loop {
        before_one.stop().await;
        until("its own probes", || is_a_out(&often)).await;
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(3) && !is_a_out(&seldom) {
            sleep(Duration::from_millis(2)).await;
        }
        if is_a_out(&seldom) {
            break began.elapsed();
        }
        before_one.start().await;
        until("its own probes", || often.status()[0].share == 4).await;
    };
    println!("out {after:?} after the other, through a Redis that is back");
}

trait Shares {
    fn map_shares(&self) -> Vec<u8>;
}

impl Shares for Vec<quantumagi_rpc::pool::EndpointStatus> {
    fn map_shares(&self) -> Vec<u8> {
        self.iter().map(|status| status.share).collect()
    }
}
