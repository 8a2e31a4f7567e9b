//! Another configuration while calls are under way.

use std::sync::Arc;

use serde_json::{Value, json};
use solana_rpc_client_api::request::RpcRequest;
use tokio::time::sleep;

use super::net::{Act, MS, Net, config, label};
use crate::pool::{BreakerState, Cluster, MethodClass, Pool, Reload, ReloadError};
use crate::solana::Hash;

#[tokio::test(start_paused = true)]
async fn no_call_is_dropped_while_endpoints_come_and_go() {
    let net = Net::new(|seen| {
        let act = match seen.method {
            "getGenesisHash" => Act::Result(json!(super::net::genesis().to_string())),
            _ => Act::Result(json!(1)),
        };
        (MS * 40, act)
    });
    let pool = Pool::with_transport(config(&["a", "b"]), net.clone());
    let calls: Vec<_> = (0..2_000_u32)
        .map(|index| {
            let pool = pool.clone();
            tokio::spawn(async move {
                sleep(MS * index).await;
                pool.call(RpcRequest::GetSlot, Value::Null).await
            })
        })
        .collect();
    let names = [["a", "c"], ["c", "d"], ["b", "a"], ["d", "b"]];
    for round in 0..40 {
        sleep(MS * 50).await;
        pool.reload(config(&names[round % names.len()])).expect("the same cluster");
    }
    for call in calls {
        assert_eq!(call.await.expect("no call panics"), Ok(json!(1)));
    }
    assert_eq!(["a", "b", "c", "d"].map(|name| net.count(name, "getSlot")).iter().sum::<usize>(), 2_000);
}

#[tokio::test(start_paused = true)]
async fn what_stays_keeps_its_history_and_what_changes_starts_anew() {
    let net = Net::answering(|_| Act::Status(500));
    let mut first = config(&["a", "b", "c"]);
    first.retry.attempts = 1;
    let pool = Pool::with_transport(first.clone(), net);
    for _ in 0..40 {
        pool.call(RpcRequest::GetSlot, Value::Null).await.expect_err("all fail");
    }
    let states =
        || -> Vec<BreakerState> { pool.status().iter().map(|status| status.breakers[MethodClass::Read]).collect() };
    assert_eq!(states(), [BreakerState::Open; 3]);
    let mut second = first.clone();
    second.endpoints[1].tags = vec![label("changed")];
    second.endpoints.swap(0, 2);
    let labels = |names: &[&str]| names.iter().map(|name| label(name)).collect::<Vec<_>>();
    let changed = pool.reload(second.clone()).expect("the same cluster");
    let expected =
        Reload { added: labels(&["b"]), removed: labels(&["b"]), kept: labels(&["c", "a"]), after_restart: vec![] };
    assert_eq!(changed, expected);
    assert_eq!(states(), [BreakerState::Open, BreakerState::Closed, BreakerState::Open]);
    second.breakers = crate::pool::PerClass::from_fn(|_| crate::pool::BreakerPolicy {
        failures: 9,
        ..crate::pool::BreakerPolicy::default()
    });
    assert_eq!(pool.reload(second).expect("the same cluster").kept, []);
    assert_eq!(states(), [BreakerState::Closed; 3]);
}

#[tokio::test(start_paused = true)]
async fn another_cluster_is_refused_and_changes_nothing() {
    let net = Net::answering(|_| Act::Result(json!(1)));
    let pool = Pool::with_transport(config(&["a"]), net);
    let before = pool.shared.table.load_full();
    let mut other = config(&["b"]);
    other.cluster = Some(Cluster::with_genesis(Hash::new_from_array([5; 32])));
    assert!(matches!(pool.reload(other.clone()), Err(ReloadError::OtherCluster)));
    other.cluster = None;
    assert!(matches!(pool.reload(other), Err(ReloadError::OtherCluster)));
    assert!(Arc::ptr_eq(&before, &pool.shared.table.load_full()));
}
