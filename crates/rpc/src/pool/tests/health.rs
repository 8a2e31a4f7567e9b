//! Probes over a network that is made up: who is put out, how soon, and how it comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use solana_rpc_client_api::request::RpcRequest;
use tokio::time::{Instant, sleep};

use super::net::{Act, MS, Net, genesis, label, pool};
use crate::pool::health::Occasion;
use crate::pool::{Ailment, Cause, EndpointStatus, Pool, Unfit};
use crate::solana::Hash;

const INTERVAL: Duration = Duration::from_secs(10);

/// A chain with a slot each 300 ms, and what the endpoint `a` makes of it.
struct Chain {
    net: Net,
    is_bad: Arc<AtomicBool>,
}

/// How the endpoint `a` misbehaves.
#[derive(Clone, Copy)]
enum Fault {
    /// In what it says about the Clock, given the slot and the one at which it began to.
    Clock(fn(u64, u64) -> Act),
    /// In its genesis hash.
    Genesis,
}

/// What a test expects to be told about `a`.
type Told = fn(Unfit) -> bool;

impl Chain {
    fn new(fault: Fault) -> Self {
        let start = Instant::now();
        let is_bad = Arc::new(AtomicBool::new(false));
        let (bad, began) = (Arc::clone(&is_bad), AtomicU64::new(0));
        let net = Net::new(move |seen| {
            let slot = 1_000 + u64::try_from(start.elapsed().as_millis() / 300).expect("a short test");
            let is_bad = seen.endpoint == "a" && bad.load(Ordering::Relaxed);
            let act = match (fault, seen.method) {
                (Fault::Clock(says), "getAccountInfo") if is_bad => {
                    let since = began.compare_exchange(0, slot, Ordering::Relaxed, Ordering::Relaxed);
                    says(slot, since.err().unwrap_or(slot))
                }
                (Fault::Genesis, "getGenesisHash") if is_bad => {
                    Act::Result(json!(Hash::new_from_array([9; 32]).to_string()))
                }
                (_, method) => well(method, slot),
            };
            (MS * 20, act)
        });
        Self { net, is_bad }
    }

    fn turn(&self, is_bad: bool) {
        self.is_bad.store(is_bad, Ordering::Relaxed);
    }
}

fn well(method: &str, slot: u64) -> Act {
    match method {
        "getGenesisHash" => Act::Result(json!(genesis().to_string())),
        "getAccountInfo" => clock(slot, slot),
        _ => Act::Result(json!(slot)),
    }
}

fn clock(slot: u64, claimed: u64) -> Act {
    let mut data = [0; 40];
    data[..8].copy_from_slice(&slot.to_le_bytes());
    let value = json!({ "data": [STANDARD.encode(data), "base64"], "lamports": 1, "owner": "", "executable": false });
    Act::Result(json!({ "context": { "slot": claimed }, "value": value }))
}

fn of_a(pool: &Pool) -> EndpointStatus {
    pool.status().remove(0)
}

/// Until `holds`, and how long that took. Panics after ten intervals.
async fn until(pool: &Pool, holds: impl Fn(&EndpointStatus) -> bool) -> Duration {
    let began = Instant::now();
    while !holds(&of_a(pool)) {
        assert!(began.elapsed() < INTERVAL * 10, "{:?}", pool.status());
        sleep(MS * 50).await;
    }
    began.elapsed()
}

#[tokio::test(start_paused = true)]
async fn each_kind_of_bad_endpoint_is_out_within_three_intervals_and_comes_back_by_quarters() {
    let kinds: [(&str, Fault, Told); 8] = [
        ("frozen", Fault::Clock(|_, since| clock(since, since)), |unfit| {
            matches!(unfit, Unfit::Unwell(Ailment::Frozen { .. }))
        }),
        ("stale", Fault::Clock(|slot, since| clock(since, slot)), |unfit| {
            matches!(unfit, Unfit::Unwell(Ailment::Stale { .. }))
        }),
        ("lagging", Fault::Clock(|slot, _| clock(slot - 60, slot - 60)), |unfit| {
            matches!(unfit, Unfit::Unwell(Ailment::Lagging { .. }))
        }),
        ("lying", Fault::Clock(|slot, _| clock(slot + 9_999_999, slot + 9_999_999)), |unfit| {
            matches!(unfit, Unfit::Unwell(Ailment::Lying { .. }))
        }),
        ("erring", Fault::Clock(|_, _| Act::Error(-32005)), |unfit| unfit == Unfit::Unwell(Ailment::Silent)),
        ("refusing", Fault::Clock(|_, _| Act::Status(403)), |unfit| unfit == Unfit::Unwell(Ailment::Silent)),
        ("hung", Fault::Clock(|_, _| Act::Silence), |unfit| unfit == Unfit::Unwell(Ailment::Silent)),
        ("elsewhere", Fault::Genesis, |unfit| unfit == Unfit::Foreign),
    ];
    for (kind, fault, is_told) in kinds {
        let chain = Chain::new(fault);
        let pool = pool(&["a", "b", "c"], &chain.net);
        let _probes = pool.spawn_probes();
        sleep(INTERVAL * 4).await;
        assert!(pool.status().iter().all(|status| status.share == 4), "{kind}: {:?}", pool.status());
        chain.turn(true);
        let out_after = until(&pool, |status| status.unfit.is_some_and(is_told)).await;
        // Intervals are up to a fifth longer by chance, and the last probe may wait for its answer.
        assert!(out_after <= INTERVAL * 3 * 6 / 5 + Duration::from_secs(4), "{kind}: {out_after:?}");
        let lag = pool.status()[0].slot_lag;
        assert!(if kind == "lagging" { lag == Some(60) } else { lag != Some(60) }, "{kind}: {lag:?}");
        let before = chain.net.count("a", "getSlot");
        for _ in 0..200 {
            pool.call(RpcRequest::GetSlot, Value::Null).await.expect("the others answer");
        }
        assert_eq!(chain.net.count("a", "getSlot"), before, "{kind}: nothing is read from it while it is out");
        assert!(pool.status()[1..].iter().all(|status| status.share == 4), "{kind}: {:?}", pool.status());
        chain.turn(false);
        let mut shares = vec![0];
        while shares.last() != Some(&4) {
            assert!(shares.len() < 10, "{kind}: {shares:?}");
            let last = shares.last().copied();
            until(&pool, |status| Some(status.share) != last).await;
            shares.push(of_a(&pool).share);
        }
        assert_eq!(shares, [0, 1, 2, 3, 4], "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_of_another_cluster_is_never_asked_anything_else_from_then_on() {
    let chain = Chain::new(Fault::Genesis);
    chain.turn(true);
    let pool = pool(&["a", "b"], &chain.net);
    let _probes = pool.spawn_probes();
    for _ in 0..300 {
        pool.call(RpcRequest::GetSlot, Value::Null).await.expect("b answers");
        sleep(MS * 300).await;
    }
    assert_eq!((chain.net.count("a", "getSlot"), chain.net.count("a", "getAccountInfo")), (0, 0));
    assert_eq!(of_a(&pool).unfit, Some(Unfit::Foreign));
}

#[tokio::test(start_paused = true)]
async fn where_all_are_unwell_a_call_is_told_why_at_once() {
    let net = Net::answering(|seen| if seen.method == "getAccountInfo" { Act::Status(500) } else { Act::Silence });
    let pool = pool(&["a", "b"], &net);
    let _probes = pool.spawn_probes();
    sleep(INTERVAL * 3).await;
    let began = Instant::now();
    let error = pool.call(RpcRequest::GetSlot, Value::Null).await.expect_err("all are out");
    let silent = |name| (label(name), Unfit::Unwell(Ailment::Silent));
    assert_eq!(error.cause, Cause::NoEndpoint(vec![silent("a"), silent("b")]));
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn the_only_endpoint_is_never_put_out() {
    let net =
        Net::answering(|seen| if seen.method == "getAccountInfo" { Act::Status(500) } else { Act::Result(json!(1)) });
    let pool = pool(&["a"], &net);
    let _probes = pool.spawn_probes();
    sleep(INTERVAL * 5).await;
    assert_eq!(pool.call(RpcRequest::GetSlot, Value::Null).await, Ok(json!(1)));
}

#[tokio::test(start_paused = true)]
async fn sixty_four_probes_wait_for_each_other_only_as_the_limit_says_and_never_for_a_hung_one() {
    let names: Vec<String> = (0..64).map(|n| format!("n{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (under_way, most) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let net = Net::new(|seen| match (seen.endpoint, seen.method) {
        ("n7", _) => (MS, Act::Silence),
        (_, method) => (MS * 50, well(method, 1_000)),
    });
    let (counting, highest) = (Arc::clone(&under_way), Arc::clone(&most));
    let net = net.with_gauge(move |change| {
        let now = counting.fetch_add(change as u64, Ordering::Relaxed).wrapping_add(change as u64);
        highest.fetch_max(now, Ordering::Relaxed);
    });
    let mut config = super::net::config(&names);
    config.probe.parallel = 16;
    let pool = Pool::with_transport(config, net.clone());
    let began = Instant::now();
    pool.shared.probe_round(1, Occasion::Interval).await;
    assert_eq!(most.load(Ordering::Relaxed), 16);
    // The hung one takes its three seconds; the others, two questions of 50 ms each and a pause of at most
    // 100 ms, went through the fifteen places left.
    assert!(began.elapsed() <= Duration::from_millis(3_200), "{:?}", began.elapsed());
    assert_eq!(names.iter().filter(|name| net.count(name, "getAccountInfo") == 1).count(), 63);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_jumps_an_hour_loses_no_call_and_puts_nobody_out() {
    let chain = Chain::new(Fault::Genesis);
    let pool = pool(&["a", "b", "c"], &chain.net);
    let _probes = pool.spawn_probes();
    sleep(INTERVAL * 4).await;
    for _ in 0..10 {
        let calls: Vec<_> = (0..20)
            .map(|_| {
                let pool = pool.clone();
                tokio::spawn(async move { pool.call(RpcRequest::GetSlot, Value::Null).await })
            })
            .collect();
        sleep(MS).await;
        tokio::time::advance(Duration::from_secs(3_600)).await;
        for call in calls {
            call.await.expect("no call panics").expect("each was under way as the clock jumped");
        }
        assert!(pool.status().iter().all(|status| status.share == 4), "{:?}", pool.status());
    }
    // Freshness is told as ever.
    chain.turn(true);
    until(&pool, |status| status.unfit == Some(Unfit::Foreign)).await;
}

#[tokio::test(start_paused = true)]
async fn probes_that_are_asked_for_at_once_go_one_round_after_the_other() {
    let chain = Chain::new(Fault::Genesis);
    let pool = pool(&["a", "b"], &chain.net);
    assert_eq!(pool.status()[0].slot, None);
    tokio::join!(pool.probe(), pool.probe());
    assert_eq!(pool.status()[0].slot, Some(1_000));
    let asked = |method| ["a", "b"].map(|name| chain.net.count(name, method));
    assert_eq!((asked("getGenesisHash"), asked("getAccountInfo")), ([1, 1], [2, 2]), "only the first asks whose it is");
}

#[tokio::test(start_paused = true)]
async fn probes_end_when_they_are_dropped_and_until_then_cost_what_is_said() {
    let chain = Chain::new(Fault::Genesis);
    let pool = pool(&["a", "b"], &chain.net);
    let probes = pool.spawn_probes();
    sleep(Duration::from_secs(3_600)).await;
    let asked = chain.net.asked().len();
    // Two endpoints, a round each ten seconds, the cluster each third time: 960 an hour.
    assert!((860..=1_060).contains(&asked), "{asked}");
    drop(probes);
    sleep(Duration::from_secs(3_600)).await;
    assert_eq!(chain.net.asked().len(), asked);
}
