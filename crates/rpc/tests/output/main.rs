//! Everything that a run writes and measures, searched for keys. A process of its own: what writes and measures is
//! set for the whole process, and other tests would write into it.

mod echo;
mod recorder;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use quantumagi_rpc::catalogue::{self, Kind, Part, Values};
use quantumagi_rpc::pool::{
    CallOptions, Endpoint, Fault, Http, Label, Pool, PoolConfig, PoolError, Post, Reply, Transport, meters,
};
use quantumagi_rpc::reader::{AccountReader, ReadPolicy};
use quantumagi_rpc::solana::{Address, Hash, Keypair, Message, Signer, VersionedMessage, VersionedTransaction};
use quantumagi_rpc::{Commitment, ConfirmOptions, Preflight, Rpc, RpcError};
use serde_json::{Value, json};
use solana_rpc_client_api::request::RpcRequest;

use echo::Echo;
use recorder::{Series, Written};

const SECRETS: [&str; 5] = ["secret-user", "secret-path", "secret-query", "secret-header", "secret-second"];

/// Slots are asked for in vain twelve times, in different ways, and then told. Transactions never land.
struct Failing(AtomicU64);

#[async_trait]
impl Transport for Failing {
    async fn post(&self, _: &Endpoint, post: Post<'_>) -> Result<Reply, Fault> {
        let body: Value = serde_json::from_str(post.body).expect("the pool sends JSON");
        let answer = |status, result: Value| {
            let body = json!({ "id": body["id"], "result": result }).to_string().into_bytes();
            Ok(Reply { status, retry_after: None, body })
        };
        if body["method"] == "getGenesisHash" {
            return answer(200, json!("EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG"));
        }
        let at = |value: Value| answer(200, json!({ "context": { "slot": 5 }, "value": value }));
        match body["method"].as_str().expect("a method") {
            "getLatestBlockhash" => {
                return at(json!({ "blockhash": Hash::default().to_string(), "lastValidBlockHeight": 10 }));
            }
            "getBlockHeight" => return answer(200, json!(11)),
            "getEpochInfo" => return answer(200, json!({ "absoluteSlot": 5, "blockHeight": 11 })),
            "isBlockhashValid" => return at(json!(false)),
            "getSignatureStatuses" => return at(json!([null])),
            "getMultipleAccounts" => return at(json!([null])),
            "sendTransaction" => return answer(200, json!("sent")),
            _ => {}
        }
        match self.0.fetch_add(1, Ordering::Relaxed) {
            0 => Err(Fault::Connect),
            1 => Err(Fault::Timeout { limit: post.timeout }),
            2 => answer(429, Value::Null),
            3 => Ok(Reply { status: 200, retry_after: None, body: b"<html>".to_vec() }),
            4..12 => answer(503, Value::Null),
            _ => answer(200, json!(5)),
        }
    }
}

fn config() -> PoolConfig {
    let toml = r#"
        cluster = "devnet"
        [[endpoint]]
        name = "a"
        url = "https://user:secret-path@a.example.org/secret-path?key=secret-query"
        headers_from_env = { x-api-key = "KEY" }
        [[endpoint]]
        name = "b"
        url_from_env = "URL"
        [retry]
        base = "0ms"
        [breaker]
        failures = 200
    "#;
    let variable = |name: &str| match name {
        "KEY" => Some("secret-header".to_owned()),
        "URL" => Some("https://b.example.org/?secret-query".to_owned()),
        _ => None,
    };
    PoolConfig::parse(toml, variable).expect("the file is right")
}

/// Everything that `error` and its causes say.
fn told(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = String::new();
    let mut cause = Some(error);
    while let Some(error) = cause {
        writeln!(text, "{error}\n{error:?}").expect("text grows");
        cause = error.source();
    }
    text
}

/// Calls through made-up transport: what was measured is what happened.
async fn failing_calls(series: &Series) -> String {
    let pool = Pool::with_transport(config(), Failing(AtomicU64::new(0)));
    let rpc = Rpc::with_pool(pool.clone(), Commitment::Confirmed);
    let probes = pool.spawn_probes();
    let mut shown = format!("{:?}\n{pool:?}\n{rpc:?}\n{:?}\n{probes:?}\n", config(), pool.status());
    let mut failed = 0;
    for _ in 0..20 {
        if let Err(error) = rpc.slot().await {
            failed += 1;
            shown.push_str(&told(&error));
        }
    }
    assert_eq!(series.sum(meters::CALLS, &["outcome = failed"]), failed);
    assert_eq!(series.sum(meters::CALLS, &["outcome = ok"]), 20 - failed);
    let attempts = series.sum(meters::ATTEMPTS, &["class = read"]);
    assert_eq!(attempts, 20 + series.sum(meters::RETRIES, &["class = read"]));
    assert_eq!(series.sum(meters::ATTEMPT_SECONDS, &["class = read"]), attempts);
    assert_eq!(series.sum(meters::METHOD_ATTEMPTS, &["method = getSlot"]), attempts);
    for endpoint in ["endpoint = a", "endpoint = b"] {
        // Every series is there from the start, also of classes that nobody used.
        let all = series.all();
        let of = |name| all.iter().filter(|one| one.key.name() == name && one.text().contains(endpoint)).count();
        let counts = [meters::ATTEMPTS, meters::ATTEMPT_SECONDS, meters::BREAKER_STATE, meters::ENDPOINT_SHARE].map(of);
        assert_eq!(counts, [40, 5, 5, 1]);
    }
    shown
}

/// A transaction that expires twice, an account and a reload.
async fn other_work(series: &Series) -> String {
    let pool = Pool::with_transport(config(), Failing(AtomicU64::new(99)));
    let options = CallOptions::default().with_correlation("the-callers-own".parse().expect("an id"));
    let rpc = Rpc::with_pool(pool.with_options(options), Commitment::Confirmed);
    let ana = Keypair::new();
    let sign = |blockhash: quantumagi_rpc::Blockhash| {
        let message = Message::new_with_blockhash(&[], Some(&ana.pubkey()), &blockhash.hash);
        Ok(VersionedTransaction::try_new(VersionedMessage::Legacy(message), &[&ana])?)
    };
    let options = ConfirmOptions::default().with_preflight(Preflight::Skip);
    let expired = rpc.sign_and_confirm(sign, 2, options, |_| {}).await.expect_err("it never lands");
    assert!(matches!(expired, RpcError::Expired { .. }), "{expired:?}");
    assert_eq!(series.sum(catalogue::TRANSACTIONS, &["outcome = expired"]), 2);
    assert_eq!(series.sum(catalogue::SIGNED_ANEW, &[]), 1);

    let reader = AccountReader::new(rpc, ReadPolicy::default());
    let account = reader.account(&Address::new_unique()).await.expect("an answer");
    assert_eq!(account.account, None);

    let reloads = pool.spawn_reloads(std::path::Path::new("/nowhere"), |_| None, std::time::Duration::from_secs(9));
    let wrong = PoolConfig::parse("[[endpoint]]\nname = 'a'\nurl = 'ftp://h/secret-path?secret-query'", |_| None);
    let wrong = wrong.expect_err("it is no address for calls");
    format!("{}{}{reader:?}{reloads:?}{options:?}", told(&expired), told(&wrong))
}

/// Calls over sockets to an endpoint that repeats what it was asked, to one that speaks no TLS and to a name that is none.
async fn echoed_calls() -> String {
    let echo = Echo::start().await;
    let keys = format!("secret-user:secret-user@{}/secret-path/secret-second?key=secret-query", echo.host);
    let urls = [format!("http://{keys}"), format!("https://{keys}"), "http://no.invalid/secret-path".to_owned()];
    let mut shown = format!("{:?}", Http::new());
    for url in &urls {
        let toml = format!(
            "cluster = 'devnet'\n[breaker]\nfailures = 200\n[retry]\nattempts = 1\n[[endpoint]]\nname = 'echo'\n\
             url = '{url}'\nheaders_from_env = {{ x-api-key = 'KEY' }}\n"
        );
        let config = PoolConfig::parse(&toml, |name| (name == "KEY").then(|| "secret-header".to_owned()))
            .expect("the file is right");
        let pool = Pool::new(config);
        let rpc = Rpc::with_pool(pool.clone(), Commitment::Confirmed);
        let options = CallOptions::default().with_correlation("the-callers-own".parse().expect("an id"));
        let single = Rpc::new(url, Commitment::Confirmed).with_options(options);
        let client =
            solana_rpc_client::nonblocking::rpc_client::RpcClient::new_sender(pool.clone(), Default::default());
        pool.probe().await;
        writeln!(shown, "{pool:?}{rpc:?}{single:?}{:?}", pool.status()).expect("text grows");
        for _ in 0..7 {
            shown.push_str(&told(&rpc.slot().await.expect_err("it never answers")));
            shown.push_str(&told(&pool.call(RpcRequest::GetSlot, Value::Null).await.expect_err("it never answers")));
            let error = client.get_slot().await.expect_err("it never answers");
            shown.push_str(&told(&error));
            shown.push_str(&PoolError::within(&error).map(|error| told(error)).unwrap_or_default());
            // Without the pool's own retries the seven ways come up one after the other.
            shown.push_str(&told(&single.slot().await.expect_err("it never answers")));
        }
    }
    assert!(7 * 4 <= echo.asked(), "{}", echo.asked());
    // Errors of one endpoint say how the call went, and nothing more.
    assert!(shown.contains("1 attempt in ") && shown.contains(", call the-callers-own)"), "{shown}");
    assert!(shown.contains("[hidden]"), "what it repeats is shown without the keys: {shown}");
    shown
}

/// Each line of a call has the call's id; those of one that the caller gave an id have that.
fn check_lines(lines: &str) {
    let mut ids = BTreeSet::new();
    for line in lines.lines() {
        let line: Value = serde_json::from_str(line).expect("a line is JSON");
        let is_ours = line["target"].as_str().is_some_and(|target| target.starts_with("quantumagi_rpc"));
        let is_of_no_call = line["target"] == "quantumagi_rpc::pool::reload";
        if is_ours && !is_of_no_call {
            let spans = line["spans"].as_array().map(Vec::as_slice).unwrap_or_default();
            let mut found = spans.iter().chain([&line["fields"]]).filter_map(|span| span["correlation"].as_str());
            ids.insert(found.next().unwrap_or_else(|| panic!("no id in {line}")).to_owned());
        }
    }
    assert!(ids.remove("the-callers-own"), "{ids:?}");
    assert!(20 <= ids.len() && ids.iter().all(|id| id.len() == 32), "{ids:?}");
}

/// What was measured is in the catalogue, and the other way round.
fn check_series(series: &Series) {
    let measured = series.all();
    let endpoints: Vec<Label> = ["a", "b", "echo"].map(|name| name.parse().expect("a label")).into();
    for one in &measured {
        let listed = catalogue::ALL.iter().find(|series| series.name == one.key.name());
        let listed = listed.unwrap_or_else(|| panic!("{} is not in the catalogue", one.text()));
        assert_eq!(one.kind, listed.kind, "{}", listed.name);
        let labels = one.labels();
        let keys: Vec<&str> = labels.iter().map(|(key, _)| *key).collect();
        assert_eq!(keys, listed.labels.iter().map(|(key, _)| *key).collect::<Vec<_>>(), "{}", listed.name);
        let is_open = listed.labels.iter().any(|(_, values)| *values == Values::Methods);
        assert!(is_open || listed.label_sets(&endpoints).contains(&labels), "{}", one.text());
    }
    // The levels beyond memory are in `cache_output.rs`; subscriptions need a websocket.
    for listed in catalogue::ALL.iter().filter(|series| matches!(series.part, Part::Pool | Part::Transactions)) {
        assert!(measured.iter().any(|one| one.key.name() == listed.name), "{} was not measured", listed.name);
    }
    catalogue::describe_all();
    catalogue::create_all(&endpoints);
    let created = &series.all()[measured.len()..];
    let sets: usize = catalogue::ALL.iter().map(|series| series.label_sets(&endpoints).len()).sum();
    assert_eq!(created.len(), sets);
    assert!(created.iter().any(|one| one.kind == Kind::Counter));
}

#[tokio::test]
async fn nothing_that_a_run_writes_or_measures_holds_a_key() {
    let (written, series) = (Written::default(), Series::default());
    let writer = written.clone();
    let subscriber =
        tracing_subscriber::fmt().json().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone());
    tracing::subscriber::set_global_default(subscriber.finish()).expect("nobody else writes here");
    log::set_logger(Box::leak(Box::new(written.clone()))).expect("nobody else writes here");
    log::set_max_level(log::LevelFilter::Trace);
    metrics::set_global_recorder(series.clone()).expect("nobody else measures here");

    let shown = [failing_calls(&series).await, other_work(&series).await, echoed_calls().await].concat();
    let lines = written.text();
    let names: String = series.all().iter().map(|one| one.text() + "\n").collect();
    for secret in SECRETS {
        for (place, text) in [("shown", &shown), ("written", &lines), ("measured", &names)] {
            let line = text.lines().find(|line| line.contains(secret));
            assert_eq!(line, None, "{secret} is {place}");
        }
    }
    check_lines(&lines);
    check_series(&series);
}
