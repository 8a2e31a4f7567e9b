//! Many readers, over a network that is made up, in time that is made up too.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::join_all;
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::time::{Instant, advance, sleep};

use super::{AccountReader, ReadPolicy};
use crate::pool::{BreakerPolicy, Endpoint, EndpointUrl, Fault, PerClass, Pool, PoolConfig, Post, Reply, Transport};
use crate::solana::Address;
use crate::{Commitment, Rpc, RpcError};

pub(crate) const MS: Duration = Duration::from_millis(1);

/// A node whose accounts hold, as lamports, the slot at which they were read.
#[derive(Clone, Default)]
pub(crate) struct Node {
    pub(crate) slot: Arc<AtomicU64>,
    /// How far some of its answers are behind: each n-th by n slots, 0 for none.
    pub(crate) behind: Arc<AtomicU64>,
    calls: Arc<AtomicUsize>,
    /// Most accounts that it answers at once.
    most: Option<usize>,
    pub(crate) fails: bool,
}

#[async_trait]
impl Transport for Node {
    async fn post(&self, _: &Endpoint, post: Post<'_>) -> Result<Reply, Fault> {
        let calls = self.calls.fetch_add(1, Ordering::Relaxed) as u64;
        sleep(20 * MS).await;
        let body: Value = serde_json::from_str(post.body).expect("the pool sends JSON");
        let names = body["params"][0].as_array().expect("a list of addresses");
        assert!(names.len() <= 100, "{}", names.len());
        if self.fails {
            return Err(Fault::Broken);
        }
        if self.most.is_some_and(|most| names.len() > most) {
            return Err(Fault::TooLarge { limit: 1 });
        }
        let behind = self.behind.load(Ordering::Relaxed);
        let lag = if behind > 0 { calls % (behind + 1) } else { 0 };
        let slot = self.slot.load(Ordering::Relaxed).saturating_sub(lag);
        let answer = if body["params"][1]["minContextSlot"].as_u64().is_some_and(|least| least > slot) {
            json!({ "id": body["id"], "error": { "code": -32016, "message": "Minimum context slot" } })
        } else {
            let account = |name: &Value| match name.as_str() {
                Some("11111111111111111111111111111111") => json!(null),
                // One that no reader can decode.
                Some(name) if name == broken().to_string() => json!({ "lamports": "many" }),
                _ => json!({
                    "lamports": slot, "owner": Address::default().to_string(), "data": ["", "base64"],
                    "executable": false,
                }),
            };
            let value: Vec<Value> = names.iter().map(account).collect();
            json!({ "id": body["id"], "result": { "context": { "slot": slot }, "value": value } })
        };
        Ok(Reply { status: 200, retry_after: None, body: answer.to_string().into_bytes() })
    }
}

fn broken() -> Address {
    Address::from([255; 32])
}

pub(crate) fn address(number: u64) -> Address {
    let mut bytes = [1; 32];
    bytes[..8].copy_from_slice(&number.to_le_bytes());
    Address::from(bytes)
}

impl Node {
    pub(crate) fn at(slot: u64) -> Self {
        let node = Self::default();
        node.slot.store(slot, Ordering::Relaxed);
        node
    }

    fn reader(&self, policy: ReadPolicy) -> AccountReader {
        AccountReader::new(self.rpc(), policy)
    }

    pub(crate) fn rpc(&self) -> Rpc {
        let url = EndpointUrl::http("http://rpc.example.org").expect("an address");
        let mut config = PoolConfig::of_one(Endpoint::new("a".parse().expect("a name"), url));
        config.retry.reserve = 10_000;
        config.retry.attempts = 10;
        config.breakers = PerClass::from_fn(|_| BreakerPolicy { failures: 200, ..BreakerPolicy::default() });
        Rpc::with_pool(Pool::with_transport(config, self.clone()), Commitment::Confirmed)
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }
}

async fn slot(reader: &AccountReader, address: &Address) -> u64 {
    reader.account(address).await.expect("the node answers").slot
}

#[tokio::test(start_paused = true)]
async fn a_thousand_readers_of_a_cold_account_ask_once() {
    let node = Node::at(7);
    let reader = node.reader(ReadPolicy::default());
    let address = address(1);
    let answers = join_all((0..1_000).map(|_| reader.account(&address))).await;
    assert_eq!(node.calls(), 1);
    for answer in answers {
        let at = answer.expect("the node answers");
        assert_eq!((at.slot, at.account.expect("it exists").lamports), (7, 7));
    }
}

#[tokio::test(start_paused = true)]
async fn a_thousand_accounts_are_read_in_ten_calls() {
    let node = Node::at(7);
    let reader = node.reader(ReadPolicy::default());
    let addresses: Vec<Address> = (0..1_000).map(address).collect();
    let began = Instant::now();
    let answers = reader.accounts(&addresses).await;
    assert_eq!((node.calls(), answers.len()), (10, 1_000));
    assert!(answers.iter().all(|answer| answer.as_ref().is_ok_and(|at| at.slot == 7)));
    // All at once: a full batch does not wait for the window.
    assert_eq!(began.elapsed(), 20 * MS);
}

#[tokio::test(start_paused = true)]
async fn a_lone_question_waits_for_the_window_and_no_longer() {
    let node = Node::at(7);
    let reader = node.reader(ReadPolicy::default().with_window(5 * MS));
    let began = Instant::now();
    slot(&reader, &address(1)).await;
    assert_eq!(began.elapsed(), 25 * MS);
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_told_again_until_it_is_old() {
    let node = Node::at(7);
    let reader = node.reader(ReadPolicy::default());
    assert_eq!(slot(&reader, &address(1)).await, 7);
    node.slot.store(8, Ordering::Relaxed);
    advance(890 * MS).await;
    assert_eq!((slot(&reader, &address(1)).await, node.calls()), (7, 1));
    advance(220 * MS).await;
    assert_eq!((slot(&reader, &address(1)).await, node.calls()), (8, 2));
}

#[tokio::test(start_paused = true)]
async fn that_there_is_no_account_is_an_answer_too() {
    let node = Node::at(7);
    let reader = node.reader(ReadPolicy::default());
    for _ in 0..2 {
        let at = reader.account(&Address::default()).await.expect("the node answers");
        assert_eq!((at.account, at.slot), (None, 7));
    }
    assert_eq!(node.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn one_account_that_cannot_be_read_spoils_no_other() {
    let node = Node::at(7);
    let reader = node.reader(ReadPolicy::default());
    let answers = reader.accounts(&[address(1), broken(), address(2)]).await;
    assert_eq!(node.calls(), 1);
    assert!(matches!(
        answers[1].as_ref().expect_err("it is broken").as_ref(),
        RpcError::Malformed { what: "account", .. }
    ));
    assert!([0, 2].iter().all(|index| answers[*index].as_ref().is_ok_and(|at| at.slot == 7)));
}

#[tokio::test(start_paused = true)]
async fn too_much_at_once_is_asked_for_in_halves() {
    let node = Node { most: Some(13), ..Node::at(7) };
    let reader = node.reader(ReadPolicy::default());
    let addresses: Vec<Address> = (0..100).map(address).collect();
    let answers = reader.accounts(&addresses).await;
    assert!(answers.iter().all(|answer| answer.as_ref().is_ok_and(|at| at.slot == 7)), "{answers:?}");
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_told_to_all_who_wait_and_not_kept() {
    let node = Node { fails: true, ..Node::at(7) };
    let reader = node.reader(ReadPolicy::default());
    let address = address(1);
    let answers = join_all((0..10).map(|_| reader.account(&address))).await;
    for answer in answers {
        let error = RpcError::from(answer.expect_err("the node fails"));
        assert!(error.is_retryable() && matches!(error.itself(), RpcError::Unanswered(_)), "{error:?}");
    }
    let calls = node.calls();
    reader.account(&address).await.expect_err("it still fails");
    assert!(node.calls() > calls, "it was asked again");
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_goes_away_takes_no_answer_from_the_others() {
    let node = Node::at(7);
    let reader = node.reader(ReadPolicy::default());
    let first = {
        let reader = reader.clone();
        tokio::spawn(async move { slot(&reader, &address(1)).await })
    };
    tokio::task::yield_now().await;
    let others = join_all([address(1), address(2)].map(|address| {
        let reader = reader.clone();
        async move { slot(&reader, &address).await }
    }));
    first.abort();
    assert_eq!(others.await, [7, 7]);
}

#[tokio::test(start_paused = true)]
async fn nobody_is_told_of_what_was_before_a_noted_change() {
    let node = Node::at(7);
    let reader = node.reader(ReadPolicy::default());
    assert_eq!(slot(&reader, &address(1)).await, 7);
    // The change is noted while a question is under way that will be answered with slot 8.
    node.slot.store(8, Ordering::Relaxed);
    advance(2_000 * MS).await;
    let under_way = {
        let reader = reader.clone();
        tokio::spawn(async move { slot(&reader, &address(1)).await })
    };
    sleep(15 * MS).await;
    reader.note(&address(1), 9);
    let node_again = node.clone();
    tokio::spawn(async move {
        sleep(30 * MS).await;
        node_again.slot.store(9, Ordering::Relaxed);
    });
    assert_eq!(slot(&reader, &address(1)).await, 9);
    assert_eq!(under_way.await.expect("no reader panics"), 9);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Endpoints of different age behind one name, changes noted, answers dropped for want of room: no reader is ever
    /// told of a slot before one that was told already.
    #[test]
    fn no_answer_is_older_than_one_already_given(
        steps in prop::collection::vec((0..6_u64, 0..400_u64, 0..4_u64, 0..8_u8), 1..60),
        behind in 0..4_u64,
        remembered in 0..8_usize,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.expect("a runtime starts").block_on(async {
            let node = Node::at(100);
            node.behind.store(behind, Ordering::Relaxed);
            let policy = ReadPolicy::default()
                .with_fresh_for(300 * MS).with_remembered(remembered).with_capacity(2 * 512);
            let reader = node.reader(policy);
            let mut told = [0_u64; 6];
            for (account, waited, rise, what) in steps {
                advance(MS * u32::try_from(waited).expect("a short wait")).await;
                let slot = node.slot.fetch_add(rise, Ordering::Relaxed) + rise;
                let index = usize::try_from(account).expect("six accounts");
                if what == 0 {
                    reader.note(&address(account), slot);
                    told[index] = told[index].max(slot);
                }
                let at = reader.account(&address(account)).await.expect("an endpoint knows the slot");
                assert!(at.slot >= told[index], "{} after {}", at.slot, told[index]);
                told[index] = at.slot;
            }
        });
    }
}
