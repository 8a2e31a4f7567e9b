//! Many calls: how many succeed, and what that costs the endpoints.

use std::time::Duration;

use serde_json::{Value, json};
use solana_rpc_client_api::request::RpcRequest;

use super::net::{Act, MS, Net, genesis, pool};
use crate::pool::dice::Dice;
use crate::pool::{Fault, Pool};

struct Outcome {
    calls: usize,
    succeeded: usize,
    attempts: usize,
}

/// A call each 5 ms, under way side by side.
async fn drive(pool: &Pool, net: &Net, calls: usize) -> Outcome {
    let tasks: Vec<_> = (0..calls)
        .map(|index| {
            let pool = pool.clone();
            tokio::spawn(async move {
                tokio::time::sleep(MS * 5 * u32::try_from(index).expect("few calls")).await;
                pool.call(RpcRequest::GetSlot, Value::Null).await.is_ok()
            })
        })
        .collect();
    let mut succeeded = 0;
    for task in tasks {
        succeeded += usize::from(task.await.expect("no call panics"));
    }
    let attempts = ["a", "b", "c", "flaky", "dead", "well"].map(|name| net.count(name, "getSlot")).iter().sum();
    Outcome { calls, succeeded, attempts }
}

/// Of three endpoints, the first fails 15 of 100 calls and the second is dead.
fn unwell(seed: u64) -> Net {
    let dice = Dice::seeded(seed);
    Net::new(move |seen| {
        let act = match (seen.endpoint, seen.method) {
            ("dead", _) => Act::Fault(Fault::Connect),
            (_, "getGenesisHash") => Act::Result(json!(genesis().to_string())),
            ("flaky", _) if dice.below(100) < 15 => Act::Status(500),
            _ => Act::Result(json!(1)),
        };
        (Duration::from_millis(20 + dice.below(20) as u64), act)
    })
}

#[tokio::test(start_paused = true)]
async fn of_ten_thousand_calls_999_in_1000_succeed_with_one_endpoint_flaky_and_one_dead() {
    for seed in 0..4 {
        let net = unwell(seed);
        let Outcome { calls, succeeded, attempts } = drive(&pool(&["flaky", "dead", "well"], &net), &net, 10_000).await;
        assert!(succeeded * 1_000 >= calls * 999, "{succeeded} of {calls}");
        assert!(attempts * 100 <= calls * 115, "{attempts} attempts for {calls} calls");
        // Without a second attempt, an even spread over the three would have answered 62 of 100.
        assert!(net.count("dead", "getGenesisHash") <= 5 + 3, "the dead one is left alone");
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_of_everything_is_not_made_worse() {
    let net = Net::answering(|_| Act::Status(503));
    let Outcome { calls, succeeded, attempts } = drive(&pool(&["a", "b", "c"], &net), &net, 10_000).await;
    assert_eq!(succeeded, 0);
    // The breakers let five calls through to each endpoint, and three a minute.
    assert!(attempts <= 3 * 5 + 3, "{attempts} attempts for {calls} calls");
}
