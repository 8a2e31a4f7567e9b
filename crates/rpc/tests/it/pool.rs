//! A pool over real sockets, with endpoints and connections that break in every way known to have happened.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use quantumagi_rpc::pool::{Cause, EndpointStatus, Fault, Pool, PoolConfig, PoolError, Unfit};
use quantumagi_rpc::solana::{Hash, TransactionError};
use quantumagi_rpc::{Commitment, ConfirmOptions, Preflight, Rpc};
use serde_json::{Value, json};
use solana_rpc_client_api::request::RpcRequest;

use crate::support::{Endpoint, Proxy, Reply, Way, a_transfer, clock};

pub(crate) const GENESIS: &str = "EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG";

/// Longest that anything here may take; reached only where something is wrong.
const PATIENCE: Duration = Duration::from_secs(30);

/// What an endpoint does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    Well,
    /// 429 with a text that is no JSON.
    Busy,
    /// 500, 503: with HTML, as proxies answer.
    Failing(u16),
    /// 200 with a JSON-RPC error.
    Erring(i64),
    /// 200 with a text that is no JSON.
    Babbling,
    /// Everything as ever, at one slot.
    Frozen(u64),
    /// The slot goes on, the accounts do not: a fork that never roots looks like this too.
    Stale(u64),
    /// Another cluster.
    Foreign,
    /// An answer of 100 KB.
    Oversized,
}

/// One chain for all: a slot each 20 ms.
struct Chain(Instant);

impl Chain {
    fn slot(&self) -> u64 {
        1_000 + u64::try_from(self.0.elapsed().as_millis() / 20).expect("a short test")
    }
}

struct Node {
    endpoint: Endpoint,
    mood: Arc<Mutex<Mood>>,
}

impl Node {
    async fn start(chain: &Arc<Chain>) -> Self {
        let mood = Arc::new(Mutex::new(Mood::Well));
        let (chain, mine) = (Arc::clone(chain), Arc::clone(&mood));
        let endpoint = Endpoint::start(move |method, params, _| {
            let mood = *mine.lock().expect("no test panics while it holds the lock");
            answer(mood, method, params, chain.slot())
        })
        .await;
        Self { endpoint, mood }
    }

    fn set(&self, mood: Mood) {
        *self.mood.lock().expect("no test panics while it holds the lock") = mood;
    }

    fn reads(&self) -> usize {
        self.endpoint.calls("getSlot").len()
    }
}

fn answer(mood: Mood, method: &str, params: &Value, slot: u64) -> Reply {
    match (mood, method) {
        (Mood::Busy, _) => Reply::Http { status: 429, body: "slow down, please" },
        (Mood::Failing(status), _) => Reply::Http { status, body: "<html>bad gateway</html>" },
        (Mood::Erring(code), _) => Reply::Error { code, message: "no" },
        (Mood::Babbling, _) => Reply::Http { status: 200, body: "ok" },
        (Mood::Oversized, _) => Reply::Result(json!("x".repeat(100_000))),
        (Mood::Foreign, "getGenesisHash") => Reply::Result(json!(Hash::new_from_array([9; 32]).to_string())),
        (_, "getGenesisHash") => Reply::Result(json!(GENESIS)),
        (Mood::Frozen(at), "getAccountInfo") => clock(at, at),
        (Mood::Stale(at), "getAccountInfo") => clock(at, slot),
        (_, "getAccountInfo") => clock(slot, slot),
        (_, "sendTransaction") => Reply::Result(params[0].clone()),
        _ => Reply::Result(json!(slot)),
    }
}

pub(crate) fn config(urls: &[(&str, String)]) -> PoolConfig {
    let mut toml = "cluster = 'devnet'\n[timeout]\nread = '300ms'\nsend = '300ms'\n[limits]\nanswer_bytes = 65536\n\
                    [probe]\ninterval = '100ms'\ntimeout = '200ms'\n[breaker]\nopen_for = '200ms'\n"
        .to_owned();
    for (name, url) in urls {
        toml = format!("{toml}[[endpoint]]\nname = '{name}'\nurl = '{url}'\n");
    }
    PoolConfig::parse(&toml, |_| None).expect("the file is right")
}

pub(crate) async fn slot(pool: &Pool) -> Result<u64, PoolError> {
    Ok(pool.call(RpcRequest::GetSlot, Value::Null).await?.as_u64().expect("a slot"))
}

/// Three endpoints of which the first is behind a proxy.
struct World {
    chain: Arc<Chain>,
    nodes: [Node; 3],
    proxy: Proxy,
    pool: Pool,
}

impl World {
    async fn start() -> Self {
        let chain = Arc::new(Chain(Instant::now()));
        let nodes = [Node::start(&chain).await, Node::start(&chain).await, Node::start(&chain).await];
        let proxy = Proxy::before(&nodes[0].endpoint.host).await;
        let urls = [("a", proxy.url()), ("b", nodes[1].endpoint.url()), ("c", nodes[2].endpoint.url())];
        Self { pool: Pool::new(config(&urls)), chain, nodes, proxy }
    }

    fn a(&self) -> EndpointStatus {
        self.pool.status().remove(0)
    }

    /// Calls without a pause until `holds` of `a`; every call must succeed with what the chain says.
    async fn call_until(&self, what: &str, holds: impl Fn(&EndpointStatus) -> bool) {
        let began = Instant::now();
        while !holds(&self.a()) {
            assert!(began.elapsed() < PATIENCE, "{what}: {:?}", self.pool.status());
            let began_at = self.chain.slot();
            let answered = slot(&self.pool).await;
            let answered = answered.unwrap_or_else(|error| panic!("{what}: {error}"));
            assert!((began_at..=self.chain.slot()).contains(&answered), "{what}: {answered}");
        }
    }
}

/// How the first endpoint breaks.
enum Break {
    Mood(fn(u64) -> Mood),
    Way(Way),
    Stop,
}

#[tokio::test]
async fn every_way_to_break_is_routed_around_and_forgiven_without_a_lost_call() {
    let breaks = [
        ("failing with 500", Break::Mood(|_| Mood::Failing(500))),
        ("failing with 503", Break::Mood(|_| Mood::Failing(503))),
        ("200 with an error", Break::Mood(|_| Mood::Erring(-32005))),
        ("babbling", Break::Mood(|_| Mood::Babbling)),
        ("frozen", Break::Mood(Mood::Frozen)),
        ("stale", Break::Mood(Mood::Stale)),
        ("foreign", Break::Mood(|_| Mood::Foreign)),
        ("oversized", Break::Mood(|_| Mood::Oversized)),
        ("hung", Break::Way(Way::Hung)),
        ("reset", Break::Way(Way::Reset)),
        ("half-written head", Break::Way(Way::Cut(30))),
        ("half-written body", Break::Way(Way::Cut(100))),
        ("dead", Break::Stop),
    ];
    let runs = breaks.map(|(what, how)| async move {
        let mut world = World::start().await;
        let _probes = world.pool.spawn_probes();
        world.call_until(what, |a| a.slot.is_some()).await;
        match &how {
            Break::Mood(mood) => world.nodes[0].set(mood(world.chain.slot())),
            Break::Way(way) => world.proxy.set(*way),
            Break::Stop => world.proxy.stop().await,
        }
        let broken = Instant::now();
        world.call_until(what, |a| a.unfit.is_some()).await;
        let out_after = broken.elapsed();
        if what == "foreign" {
            assert_eq!(world.a().unfit, Some(Unfit::Foreign));
        }
        let before = world.nodes[0].reads();
        for _ in 0..50 {
            slot(&world.pool).await.unwrap_or_else(|error| panic!("{what}: {error}"));
        }
        assert_eq!(world.nodes[0].reads(), before, "{what}: it is asked nothing while it is out");
        match &how {
            Break::Mood(_) => world.nodes[0].set(Mood::Well),
            Break::Way(_) => world.proxy.set(Way::Open),
            Break::Stop => world.proxy.start().await,
        }
        let mended = Instant::now();
        world.call_until(what, |a| a.share == 4).await;
        (what, out_after, mended.elapsed())
    });
    for (what, out_after, back_after) in futures_util::future::join_all(runs).await {
        println!("{what}: out after {out_after:?}, back after {back_after:?}");
    }
}

#[tokio::test]
async fn a_busy_endpoint_is_spared_without_being_put_out() {
    let world = World::start().await;
    let _probes = world.pool.spawn_probes();
    world.call_until("busy", |a| a.slot.is_some()).await;
    world.nodes[0].set(Mood::Busy);
    let before = world.nodes[0].reads();
    for _ in 0..500 {
        slot(&world.pool).await.expect("the others answer");
    }
    assert!(world.nodes[0].reads() <= before + 3, "it is asked again after a rest only");
    assert_eq!(world.a().unfit, None);
}

#[tokio::test]
async fn a_slow_endpoint_is_avoided_without_being_put_out() {
    let world = World::start().await;
    let _probes = world.pool.spawn_probes();
    world.call_until("slow", |a| a.slot.is_some()).await;
    world.proxy.set(Way::Slow(Duration::from_millis(150)));
    let before = world.nodes[0].reads();
    for _ in 0..500 {
        slot(&world.pool).await.expect("an answer");
    }
    assert!(world.nodes[0].reads() <= before + 10, "{} of 500", world.nodes[0].reads() - before);
    assert_eq!(world.a().unfit, None);
}

/// What a caller of a single endpoint is told, after a single attempt.
pub(crate) async fn told(url: String) -> Fault {
    let mut config = config(&[("a", url)]);
    config.cluster = None;
    config.retry.attempts = 1;
    let error = slot(&Pool::new(config)).await.expect_err("it is broken");
    assert!(!format!("{error}{error:?}").contains("secret-key"), "{error:?}");
    let Cause::Fault(fault) = error.cause else { panic!("{error:?}") };
    fault
}

#[tokio::test]
async fn each_way_to_break_has_its_own_words() {
    let chain = Arc::new(Chain(Instant::now()));
    let node = Node::start(&chain).await;
    let of_mood = async |mood| {
        node.set(mood);
        told(node.endpoint.url()).await
    };
    assert_eq!(of_mood(Mood::Failing(500)).await, Fault::Status { status: 500, retry_after: None });
    assert_eq!(of_mood(Mood::Busy).await, Fault::Status { status: 429, retry_after: None });
    assert_eq!(of_mood(Mood::Babbling).await, Fault::Unreadable { what: "not a JSON object" });
    assert_eq!(of_mood(Mood::Oversized).await, Fault::TooLarge { limit: 65_536 });
    let Fault::Answer { code: -32005, .. } = of_mood(Mood::Erring(-32005)).await else { panic!("a JSON-RPC error") };
    node.set(Mood::Well);
    let mut proxy = Proxy::before(&node.endpoint.host).await;
    for (way, fault) in [
        (Way::Hung, Fault::Timeout { limit: Duration::from_millis(300) }),
        (Way::Reset, Fault::Broken),
        (Way::Cut(0), Fault::Broken),
        (Way::Cut(30), Fault::Broken),
        (Way::Cut(100), Fault::Broken),
    ] {
        proxy.set(way);
        assert_eq!(told(proxy.url()).await, fault, "{way:?}");
    }
    // Nobody listens; TLS where none is spoken; a name that leads nowhere.
    proxy.stop().await;
    assert_eq!(told(proxy.url()).await, Fault::Connect);
    assert_eq!(told(node.endpoint.url().replace("http:", "https:")).await, Fault::Connect);
}

#[tokio::test]
async fn of_a_thousand_calls_999_succeed_with_one_endpoint_failing_15_of_100_and_one_dead() {
    let chain = Arc::new(Chain(Instant::now()));
    let asked = Arc::new(Mutex::new(0_usize));
    let (flaky_chain, count) = (Arc::clone(&chain), Arc::clone(&asked));
    let flaky = Endpoint::start(move |method, params, before| {
        let fails = method == "getSlot" && (before * 37) % 100 < 15;
        *count.lock().expect("no test panics while it holds the lock") += usize::from(method == "getSlot");
        answer(if fails { Mood::Failing(502) } else { Mood::Well }, method, params, flaky_chain.slot())
    })
    .await;
    let well = Node::start(&chain).await;
    let mut dead = Proxy::before(&well.endpoint.host).await;
    dead.stop().await;
    let urls = [("flaky", flaky.url()), ("dead", dead.url()), ("well", well.endpoint.url())];
    let pool = Pool::new(config(&urls));
    let _probes = pool.spawn_probes();
    let (calls, mut succeeded) = (3_000, 0);
    for _ in 0..calls / 10 {
        let ten = futures_util::future::join_all((0..10).map(|_| slot(&pool))).await;
        succeeded += ten.iter().filter(|answer| answer.is_ok()).count();
    }
    let attempts = *asked.lock().expect("all calls ended") + well.reads();
    assert!(succeeded * 1_000 >= calls * 999, "{succeeded} of {calls}");
    assert!(attempts * 100 <= calls * 115, "{attempts} for {calls}");
}

#[tokio::test]
async fn a_transaction_goes_out_again_byte_for_byte_and_never_in_another_form() {
    let world = World::start().await;
    let rpc = Rpc::with_pool(world.pool.clone(), Commitment::Confirmed);
    let mut sent = BTreeSet::new();
    for (index, way) in [Way::Cut(30), Way::Reset, Way::Hung, Way::Cut(100)].into_iter().cycle().take(40).enumerate() {
        world.proxy.set(if index < 36 { way } else { Way::Open });
        let transaction = a_transfer();
        rpc.send(&transaction, Preflight::Skip).await.expect("an endpoint takes it");
        sent.insert(transaction.signatures[0]);
    }
    let mut bytes = BTreeSet::new();
    for node in &world.nodes {
        for params in node.endpoint.calls("sendTransaction") {
            bytes.insert(params[0].as_str().expect("base64").to_owned());
        }
    }
    assert_eq!((sent.len(), bytes.len()), (40, 40), "each transaction went out in one form, and none was lost");
}

#[tokio::test]
async fn a_refusal_before_sending_comes_through_a_pool_as_from_one_endpoint() {
    let refusing = |method: &str, _: &Value, _: usize| match method {
        "getGenesisHash" => Reply::Result(json!(GENESIS)),
        _ => Reply::Refused { error: "AccountNotFound" },
    };
    let (one, other) = (Endpoint::start(refusing).await, Endpoint::start(refusing).await);
    let pool = Pool::new(config(&[("a", one.url()), ("b", other.url())]));
    let rpc = Rpc::with_pool(pool, Commitment::Confirmed);
    let error = rpc
        .send_and_confirm(&a_transfer(), 10, ConfirmOptions::default(), |_| {})
        .await
        .expect_err("the payer does not exist");
    let failure = error.transaction_failure().expect("the node refused it");
    assert_eq!(failure.error, TransactionError::AccountNotFound);
    let sent = one.calls("sendTransaction").len() + other.calls("sendTransaction").len();
    assert_eq!(sent, 1, "every node would refuse it");
}
