//! Single calls: what comes back, from whom, and after which attempts.

use std::time::Duration;

use serde_json::{Value, json};
use solana_rpc_client_api::request::RpcRequest;
use tokio::time::Instant;

use super::net::{Act, MS, Net, config, genesis, label, pool, tally};
use crate::pool::{CallOptions, Cause, Fault, Pool, PoolConfig, PoolError, Unfit};

async fn slot(pool: &Pool) -> Result<Value, PoolError> {
    pool.call(RpcRequest::GetSlot, Value::Null).await
}

#[tokio::test(start_paused = true)]
async fn another_endpoint_answers_where_one_fails() {
    for act in [
        || Act::Status(500),
        || Act::Status(503),
        || Act::Status(410),
        || Act::Busy(1),
        || Act::Error(-32005),
        || Act::Error(-32601),
        || Act::Error(-32603),
        || Act::Error(4_711),
        || Act::Fault(Fault::Connect),
        || Act::Fault(Fault::Broken),
        || Act::Silence,
    ] {
        let net = Net::answering(move |seen| if seen.endpoint == "a" { act() } else { Act::Result(json!(5)) });
        let pool = pool(&["a", "b"], &net);
        // Chance decides who is asked first; after twenty calls both have been.
        for _ in 0..20 {
            assert_eq!(slot(&pool).await, Ok(json!(5)));
        }
        assert!(net.count("a", "getSlot") > 0 && net.count("b", "getSlot") == 20, "{:?}", net.asked());
    }
}

#[tokio::test(start_paused = true)]
async fn what_every_endpoint_would_say_is_said_once() {
    for code in [-32602, -32002, -32007, -32009, -32015] {
        let net = Net::answering(move |_| Act::Error(code));
        let error = slot(&pool(&["a", "b"], &net)).await.expect_err("nobody answers");
        assert!(matches!(error.cause, Cause::Fault(Fault::Answer { code: told, .. }) if told == code), "{error:?}");
        assert!(!error.is_retryable());
        assert_eq!(error.trace.attempts, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_ends_after_three_attempts_and_tells_how_it_went() {
    let net = Net::answering(|_| Act::Status(503));
    let pool = pool(&["a", "b"], &net);
    let options = CallOptions::default().with_correlation("req-1".parse().expect("an id"));
    let error = slot(&pool.with_options(options)).await.expect_err("nobody answers");
    assert!(error.is_retryable());
    let asked: Vec<_> = net.asked().into_iter().filter(|(_, method, _)| method == "getSlot").collect();
    assert_eq!(asked.len(), 3);
    assert_ne!(asked[0].0, asked[1].0, "the second attempt goes elsewhere");
    assert!(asked.iter().all(|(.., correlation)| correlation == "req-1"), "{asked:?}");
    let trace = &error.trace;
    assert_eq!((trace.method, trace.attempts), ("getSlot", 3));
    assert_eq!(trace.endpoint.as_ref().expect("it was asked").as_str(), asked[2].0);
    // Three answers of 1 ms, two questions for the cluster, pauses of at most 50 and 100 ms.
    assert!(trace.elapsed >= 5 * MS && trace.elapsed <= 155 * MS, "{trace}");
    let told = format!(
        "HTTP status 503 (getSlot at {}, 3 attempts in {} ms, call req-1)",
        asked[2].0,
        trace.elapsed.as_millis()
    );
    assert_eq!(error.to_string(), told);
}

#[tokio::test(start_paused = true)]
async fn each_call_has_a_correlation_id_of_its_own_unless_it_is_given_one() {
    let net = Net::answering(|_| Act::Result(json!(1)));
    let pool = pool(&["a"], &net);
    for _ in 0..10 {
        slot(&pool).await.expect("an answer");
    }
    let asked = net.asked();
    let ids = tally(asked.iter().filter(|(_, method, _)| method == "getSlot").map(|(.., id)| id.as_str()));
    assert_eq!(ids.len(), 10);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_ends_a_call_whatever_the_timeouts_say() {
    let net = Net::answering(|_| Act::Silence);
    let pool = pool(&["a", "b"], &net);
    let started = Instant::now();
    let options = CallOptions::default().with_deadline(started + 300 * MS);
    let error = slot(&pool.with_options(options.clone())).await.expect_err("nobody answers");
    assert_eq!(started.elapsed(), 300 * MS);
    assert!(matches!(error.cause, Cause::Fault(Fault::Timeout { .. })), "{error:?}");
    let late = slot(&pool.with_options(options)).await.expect_err("it is too late");
    assert_eq!((late.cause.clone(), late.trace.attempts, late.is_retryable()), (Cause::Deadline, 0, false));
}

#[tokio::test(start_paused = true)]
async fn impatient_callers_open_no_breaker() {
    let net = Net::answering(|seen| if seen.before < 20 { Act::Silence } else { Act::Result(json!(1)) });
    let pool = pool(&["a"], &net);
    for _ in 0..20 {
        let options = CallOptions::default().with_deadline(Instant::now() + 100 * MS);
        slot(&pool.with_options(options)).await.expect_err("no answer in time");
    }
    assert_eq!(slot(&pool).await, Ok(json!(1)));
}

#[tokio::test(start_paused = true)]
async fn a_whole_call_has_a_limit_even_without_a_deadline() {
    let net = Net::answering(|_| Act::Silence);
    let mut config = config(&["a", "b", "c"]);
    config.limits.call = Duration::from_secs(25);
    let pool = Pool::with_transport(config, net);
    let started = Instant::now();
    slot(&pool).await.expect_err("nobody answers");
    assert_eq!(started.elapsed(), Duration::from_secs(25), "two timeouts of ten seconds, and the rest");
}

#[tokio::test(start_paused = true)]
async fn five_failures_close_an_endpoint_to_one_class_for_a_minute() {
    let net = Net::answering(|seen| match seen.method {
        "getSlot" => Act::Status(500),
        _ => Act::Result(json!(1)),
    });
    let mut config = config(&["a"]);
    config.retry.attempts = 1;
    let pool = Pool::with_transport(config, net.clone());
    for _ in 0..5 {
        slot(&pool).await.expect_err("it fails");
    }
    let error = slot(&pool).await.expect_err("it is left alone");
    assert_eq!(error.cause, Cause::NoEndpoint(vec![(label("a"), Unfit::BreakerOpen)]));
    assert!(error.is_retryable());
    assert_eq!(net.count("a", "getSlot"), 5);
    // Another class of methods has its own breaker.
    pool.call(RpcRequest::GetVoteAccounts, Value::Null).await.expect("an answer");
    tokio::time::advance(Duration::from_secs(60)).await;
    slot(&pool).await.expect_err("one more try");
    slot(&pool).await.expect_err("it is left alone again");
    assert_eq!(net.count("a", "getSlot"), 6);
}

#[tokio::test(start_paused = true)]
async fn a_busy_endpoint_rests_for_as_long_as_it_asks_and_no_breaker_opens() {
    let net = Net::answering(|seen| if seen.endpoint == "a" { Act::Busy(30) } else { Act::Result(json!(1)) });
    let pool = pool(&["a", "b"], &net);
    for second in 0..60 {
        slot(&pool).await.expect("b answers");
        // At most one question each thirty seconds.
        assert!(net.count("a", "getSlot") <= 1 + second / 30, "{second}");
        tokio::time::advance(Duration::from_secs(1)).await;
    }
    let table = pool.shared.table.load();
    let breaker = &table.members[0].breakers[crate::pool::MethodClass::Read];
    assert_eq!(breaker.state(Instant::now()), crate::pool::BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn an_airdrop_is_not_asked_for_twice_unless_it_was_certainly_not_given() {
    for (act, attempts) in [
        ((|| Act::Fault(Fault::Broken)) as fn() -> Act, 1),
        (|| Act::Status(500), 1),
        (|| Act::Silence, 1),
        (|| Act::Fault(Fault::Connect), 3),
        (|| Act::Busy(1), 3),
    ] {
        let net = Net::answering(move |_| act());
        let error = pool(&["a", "b"], &net).call(RpcRequest::RequestAirdrop, json!(["x", 1])).await;
        assert_eq!(error.expect_err("nobody gives").trace.attempts, attempts);
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_transaction_goes_out_again_after_a_lost_answer() {
    let net = Net::answering(|seen| match seen.before {
        0 => Act::Fault(Fault::Broken),
        _ => Act::Result(seen.params[0].clone()),
    });
    let sent = pool(&["a"], &net).call(RpcRequest::SendTransaction, json!(["bytes"])).await;
    assert_eq!(sent, Ok(json!("bytes")));
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_of_another_cluster_is_asked_nothing_but_its_name() {
    let other = crate::solana::Hash::new_from_array([2; 32]);
    let net = Net::new(move |seen| {
        let result = match (seen.method, seen.endpoint) {
            ("getGenesisHash", "a") => json!(other.to_string()),
            ("getGenesisHash", _) => json!(genesis().to_string()),
            _ => json!(1),
        };
        (MS, Act::Result(result))
    });
    let both = pool(&["a", "b"], &net);
    for _ in 0..50 {
        slot(&both).await.expect("b answers");
    }
    let counts = [("a", "getGenesisHash"), ("b", "getGenesisHash"), ("a", "getSlot"), ("b", "getSlot")];
    assert_eq!(counts.map(|(name, method)| net.count(name, method)), [1, 1, 0, 50]);
    let error = slot(&pool(&["a"], &net)).await.expect_err("nobody is left");
    assert_eq!(error.cause, Cause::NoEndpoint(vec![(label("a"), Unfit::Foreign)]));
    assert!(error.to_string().starts_with("no endpoint can be asked: a belongs to another cluster ("), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_thousand_first_callers_ask_each_endpoint_for_its_cluster_once() {
    let net = Net::answering(|_| Act::Result(json!(1)));
    let pool = pool(&["a", "b", "c"], &net);
    let calls = (0..1_000).map(|_| slot(&pool));
    let answers = futures_util::future::join_all(calls).await;
    assert!(answers.iter().all(Result::is_ok));
    let asked = ["a", "b", "c"].map(|name| net.count(name, "getGenesisHash"));
    assert!(asked.iter().all(|count| *count <= 1), "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn a_single_endpoint_of_an_unnamed_cluster_is_not_asked_for_it() {
    let net = Net::answering(|_| Act::Result(json!(1)));
    let endpoint = config(&["a"]).endpoints.remove(0);
    let pool = Pool::with_transport(PoolConfig::of_one(endpoint), net.clone());
    slot(&pool).await.expect("an answer");
    assert_eq!(net.asked().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_tag_keeps_a_call_at_the_endpoints_that_have_it() {
    let net = Net::answering(|_| Act::Result(json!(1)));
    let mut config = config(&["a", "b"]);
    config.endpoints[1].tags = vec![label("archive")];
    let pool = Pool::with_transport(config, net.clone());
    let archive = pool.with_options(CallOptions::default().with_tag(label("archive")));
    for _ in 0..20 {
        slot(&archive).await.expect("an answer");
    }
    assert_eq!((net.count("a", "getSlot"), net.count("b", "getSlot")), (0, 20));
    let nowhere = pool.with_options(CallOptions::default().with_tag(label("nowhere")));
    let error = slot(&nowhere).await.expect_err("no endpoint has it");
    let not_meant = ["a", "b"].map(|name| (label(name), Unfit::NotMeant));
    assert_eq!(error.cause, Cause::NoEndpoint(not_meant.to_vec()));
}
