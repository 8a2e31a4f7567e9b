//! Endpoints that misbehave in ways that a real network cannot be made to.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use quantumagi_rpc::pool::{Pool, PoolConfig};
use quantumagi_rpc::solana::Address;
use quantumagi_rpc::subscribe::{SubscribePolicy, Subscriptions};
use quantumagi_rpc::{Commitment, Rpc};
use serde_json::json;
use tokio::net::TcpListener;

use super::super::support::{Endpoint, Node, Reply, node_account};
use super::{Accounts, NEVER, next, no_calls};

const GENESIS: &str = "11111111111111111111111111111111";

/// An endpoint for calls whose every account holds as many lamports as its slot says, and two that tell.
pub(super) struct Scripted {
    pub(super) slot: Arc<AtomicU64>,
    calls: Endpoint,
    pub(super) first: Node,
    pub(super) second: Node,
}

impl Scripted {
    pub(super) async fn start(slot: u64, refused: Option<&'static str>) -> Self {
        let slot = Arc::new(AtomicU64::new(slot));
        let shared = Arc::clone(&slot);
        let calls = Endpoint::start(move |method, _, _| {
            let slot = shared.load(Ordering::SeqCst);
            match method {
                "getAccountInfo" => Reply::Result(json!({ "context": { "slot": slot }, "value": node_account(slot) })),
                "getGenesisHash" => Reply::Result(json!(GENESIS)),
                "getSlot" => Reply::Result(json!(slot)),
                _ => Reply::Error { code: -32601, message: "Method not found" },
            }
        })
        .await;
        let (first, second) = (Node::start(refused).await, Node::start(refused).await);
        Self { slot, calls, first, second }
    }

    fn subscriptions(&self, policy: SubscribePolicy) -> Subscriptions {
        let told = [&self.first.host, &self.second.host].map(|host| format!("ws://{host}"));
        self.subscriptions_at(&told, policy)
    }

    /// Calls at the one endpoint, subscriptions at endpoints that have only a websocket.
    fn subscriptions_at(&self, told: &[String], policy: SubscribePolicy) -> Subscriptions {
        let config = self.config(&told.iter().map(String::as_str).collect::<Vec<_>>());
        Subscriptions::new(&config, Rpc::with_pool(Pool::new(config.clone()), Commitment::Confirmed), policy)
    }

    pub(super) fn config(&self, told: &[&str]) -> PoolConfig {
        let calls = self.calls.url();
        let mut text = format!("cluster = \"{GENESIS}\"\n[[endpoint]]\nname = \"calls\"\nurl = \"{calls}\"\n");
        for url in told {
            let roles = "roles = [\"websocket\"]";
            let name = url.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-");
            text += &format!("[[endpoint]]\nname = \"{name}\"\nwebsocket_url = \"{url}\"\n{roles}\n");
        }
        PoolConfig::parse(&text, |_| None).expect("a configuration")
    }

    fn account(&self, policy: SubscribePolicy) -> (Accounts, Subscriptions) {
        let subscriptions = self.subscriptions(policy);
        (subscriptions.account(&Address::new_from_array([7; 32])).boxed(), subscriptions)
    }
}

#[tokio::test]
async fn a_notification_of_an_older_slot_is_never_told() {
    let world = Scripted::start(100, None).await;
    let (mut accounts, _subscriptions) = world.account(no_calls());
    assert_eq!(next(&mut accounts).await, (100, Some(100)));
    world.first.asked("accountSubscribe", 1).await;
    for (slot, lamports) in [(99, 1), (105, 2), (104, 3), (105, 2), (106, 4)] {
        world.first.account(slot, lamports);
    }
    assert_eq!(next(&mut accounts).await, (105, Some(2)));
    assert_eq!(next(&mut accounts).await, (106, Some(4)));
    // A call by an endpoint that is behind says nothing, and is made again until it is not.
    world.first.slot(110);
    world.slot.store(111, Ordering::SeqCst);
    assert_eq!(next(&mut accounts).await, (111, Some(111)));
}

#[tokio::test]
async fn an_endpoint_that_is_behind_is_left_for_another() {
    let world = Scripted::start(1_000, None).await;
    let (mut accounts, _subscriptions) = world.account(no_calls().with_max_lag(50));
    assert_eq!(next(&mut accounts).await, (1_000, Some(1_000)));
    world.first.asked("accountSubscribe", 1).await;
    // As far behind as is put up with.
    world.first.slot(950);
    world.first.account(1_001, 1);
    assert_eq!(next(&mut accounts).await, (1_001, Some(1)));
    world.first.slot(949);
    world.second.asked("accountSubscribe", 1).await;
    world.second.account(1_002, 2);
    assert_eq!(next(&mut accounts).await, (1_002, Some(2)));
}

#[tokio::test]
async fn an_endpoint_that_repeats_a_slot_is_left_for_another() {
    let world = Scripted::start(10, None).await;
    let (mut accounts, _subscriptions) = world.account(no_calls().with_silence(Duration::from_millis(100)));
    assert_eq!(next(&mut accounts).await, (10, Some(10)));
    world.first.asked("accountSubscribe", 1).await;
    let mut ticks = tokio::time::interval(Duration::from_millis(10));
    loop {
        tokio::select! {
            _ = ticks.tick() => if world.second.times_asked("accountSubscribe") == 0 { world.first.slot(10) },
            () = world.second.asked("accountSubscribe", 1) => break,
        }
    }
    world.second.account(11, 1);
    assert_eq!(next(&mut accounts).await, (11, Some(1)));
}

#[tokio::test]
async fn words_that_are_no_json_rpc_end_a_connection_and_nothing_else() {
    for words in ["busy", r#"{"jsonrpc":"2.0","params":{"subscr"#, "[1, 2]", r#"{"params":{"subscription":-1}}"#] {
        let world = Scripted::start(10, None).await;
        let (mut accounts, _subscriptions) = world.account(no_calls());
        assert_eq!(next(&mut accounts).await, (10, Some(10)));
        world.first.asked("accountSubscribe", 1).await;
        world.first.say(words);
        world.second.asked("accountSubscribe", 1).await;
        world.slot.store(20, Ordering::SeqCst);
        world.second.slot(19);
        assert_eq!(next(&mut accounts).await, (20, Some(20)), "{words}");
    }
}

#[tokio::test]
async fn a_notification_of_another_shape_is_told_and_the_stream_goes_on() {
    let world = Scripted::start(10, None).await;
    let (mut accounts, _subscriptions) = world.account(no_calls());
    assert_eq!(next(&mut accounts).await, (10, Some(10)));
    world.first.asked("accountSubscribe", 1).await;
    world.first.tell("accountSubscribe", &json!({ "context": { "slot": 11 }, "value": { "lamports": "many" } }));
    world.first.account(12, 1);
    let error = accounts.next().await.expect("it never ends").expect_err("no account");
    assert!(matches!(error, quantumagi_rpc::RpcError::Malformed { what: "notification", .. }), "{error:?}");
    assert_eq!(next(&mut accounts).await, (12, Some(1)));
}

#[tokio::test]
async fn a_gone_endpoint_is_taken_again_when_the_other_one_goes() {
    let world = Scripted::start(10, None).await;
    let (mut accounts, _subscriptions) = world.account(no_calls());
    assert_eq!(next(&mut accounts).await, (10, Some(10)));
    let mut slot = 10;
    for round in 1..=3 {
        for node in [&world.first, &world.second] {
            node.asked("accountSubscribe", round).await;
            slot += 1;
            node.account(slot, 1_000 + slot);
            assert_eq!(next(&mut accounts).await, (slot, Some(1_000 + slot)));
            slot += 1;
            world.slot.store(slot, Ordering::SeqCst);
            node.slot(slot - 1);
            assert_eq!(next(&mut accounts).await, (slot, Some(slot)));
            node.hang_up();
        }
    }
}

#[tokio::test]
async fn a_refused_subscription_goes_on_by_calls() {
    let world = Scripted::start(10, Some("accountSubscribe")).await;
    let policy = no_calls().with_silence(NEVER).with_calls_every(NEVER, Duration::from_millis(5));
    let (mut accounts, _subscriptions) = world.account(policy);
    assert_eq!(next(&mut accounts).await, (10, Some(10)));
    world.first.asked("accountSubscribe", 1).await;
    world.slot.store(11, Ordering::SeqCst);
    assert_eq!(next(&mut accounts).await, (11, Some(11)));
    assert_eq!(world.second.times_asked("accountSubscribe"), 0);
}

#[tokio::test]
async fn a_reader_that_is_too_slow_is_told_how_much_was_dropped_and_gets_the_newest() {
    let world = Scripted::start(10, None).await;
    let (mut accounts, subscriptions) = world.account(no_calls().with_silence(NEVER));
    assert_eq!(next(&mut accounts).await, (10, Some(10)));
    let mut slots = subscriptions.slots().boxed();
    world.first.asked("accountSubscribe", 1).await;
    world.first.asked("slotSubscribe", 2).await;
    for slot in 11..=1_200 {
        world.first.account(slot, 5_000 + slot);
    }
    // Behind all of them: nothing of them is under way any more.
    world.first.slot(1_250);
    while slots.next().await.expect("it never ends").expect("a slot") < 1_250 {}
    world.slot.store(1_300, Ordering::SeqCst);
    let (mut told, mut skipped) = (Vec::new(), 0);
    while told.last() != Some(&(1_300, 1_300)) {
        let seen = accounts.next().await.expect("it never ends").expect("an account");
        skipped += seen.skipped;
        told.push((seen.slot, seen.value.expect("it is there").lamports));
    }
    assert!(told.windows(2).all(|pair| pair[0].0 < pair[1].0), "{told:?}");
    assert_eq!(skipped, 1_190 - 1_024);
}

#[tokio::test]
async fn a_stream_that_is_dropped_is_unsubscribed_and_the_last_one_ends_the_connection() {
    let world = Scripted::start(10, None).await;
    let (mut accounts, subscriptions) = world.account(no_calls());
    let mut slots = subscriptions.slots().boxed();
    assert_eq!(next(&mut accounts).await, (10, Some(10)));
    assert_eq!(slots.next().await.expect("it never ends").expect("a slot"), 10);
    world.first.asked("accountSubscribe", 1).await;
    world.first.asked("slotSubscribe", 2).await;
    // Dropped before the node's answer is known, it is unsubscribed with the answer.
    drop(subscriptions.slots());
    world.first.asked("slotUnsubscribe", 1).await;
    drop(accounts);
    world.first.asked("accountUnsubscribe", 1).await;
    world.first.slot(11);
    assert_eq!(slots.next().await.expect("it never ends").expect("a slot"), 11);
    drop(slots);
    // A new stream is a new connection.
    world.first.asked("slotUnsubscribe", 2).await;
    let _slots = subscriptions.slots().boxed();
    world.first.asked("slotSubscribe", 5).await;
    assert_eq!(world.second.times_asked("slotSubscribe"), 0);
}

#[tokio::test]
async fn an_endpoint_that_does_not_speak_tls_costs_nothing_but_the_notifications() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let host = listener.local_addr().expect("an address").to_string();
    let world = Scripted::start(10, None).await;
    let policy = no_calls().with_calls_every(NEVER, Duration::from_millis(5));
    let subscriptions = world.subscriptions_at(&[format!("wss://{host}")], policy);
    let mut accounts = subscriptions.account(&Address::new_from_array([7; 32])).boxed();
    assert_eq!(next(&mut accounts).await, (10, Some(10)));
    for round in 11..=13 {
        // Not TLS: the handshake fails, and another is tried.
        let (stream, _) = listener.accept().await.expect("somebody connects");
        stream.writable().await.expect("it is open");
        assert_eq!(stream.try_write(b"HTTP/1.1 400 Bad Request\r\n\r\n").expect("it is open"), 28);
        drop(stream);
        world.slot.store(round, Ordering::SeqCst);
        assert_eq!(next(&mut accounts).await, (round, Some(round)));
    }
    assert!(accounts.next().now_or_never().is_none());
}
