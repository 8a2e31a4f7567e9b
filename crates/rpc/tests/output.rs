//! Everything that a run writes and measures, searched for keys. A process of its own: what writes and measures is
//! set for the whole process, and other tests would write into it.

use std::collections::BTreeSet;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};
use quantumagi_rpc::pool::{Endpoint, Fault, Pool, PoolConfig, Post, Reply, Transport, meters};
use quantumagi_rpc::{Commitment, Rpc};
use serde_json::{Value, json};

const SECRETS: [&str; 3] = ["secret-path", "secret-query", "secret-header"];

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nothing panics while it holds the lock").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Keeps the name and labels of every series, and the sum of what each was told.
#[derive(Clone, Default)]
struct Series(Arc<Mutex<Vec<One>>>);

/// Name with labels, and sum.
type One = (String, Arc<Sum>);

#[derive(Default)]
struct Sum(AtomicU64);

impl CounterFn for Sum {
    fn increment(&self, value: u64) {
        self.0.fetch_add(value, Ordering::Relaxed);
    }

    fn absolute(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }
}

impl GaugeFn for Sum {
    fn increment(&self, _: f64) {}

    fn decrement(&self, _: f64) {}

    fn set(&self, value: f64) {
        self.0.store(value.to_bits(), Ordering::Relaxed);
    }
}

impl HistogramFn for Sum {
    fn record(&self, _: f64) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Series {
    fn add(&self, key: &Key) -> Arc<Sum> {
        let sum = Arc::new(Sum::default());
        self.0.lock().expect("nothing panics while it holds the lock").push((key.to_string(), Arc::clone(&sum)));
        sum
    }

    fn all(&self) -> Vec<(String, u64)> {
        let series = self.0.lock().expect("nothing panics while it holds the lock");
        series.iter().map(|(name, sum)| (name.clone(), sum.0.load(Ordering::Relaxed))).collect()
    }

    /// The sum over the series of this name whose text has all of these parts.
    fn sum(&self, name: &str, parts: &[&str]) -> u64 {
        let is_meant = |key: &str| key.contains(name) && parts.iter().all(|part| key.contains(part));
        self.all().iter().filter(|(key, _)| is_meant(key)).map(|(_, sum)| sum).sum()
    }
}

impl Recorder for Series {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.add(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.add(key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.add(key))
    }
}

/// Every endpoint fails twelve times, in different ways, and then answers.
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

#[tokio::test]
async fn nothing_that_a_run_writes_or_measures_holds_a_key() {
    let (written, series) = (Written::default(), Series::default());
    let writer = written.clone();
    let subscriber =
        tracing_subscriber::fmt().json().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone());
    tracing::subscriber::set_global_default(subscriber.finish()).expect("nobody else writes here");
    metrics::set_global_recorder(series.clone()).expect("nobody else measures here");

    let pool = Pool::with_transport(config(), Failing(AtomicU64::new(0)));
    let rpc = Rpc::with_pool(pool.clone(), Commitment::Confirmed);
    let probes = pool.spawn_probes();
    let mut shown = format!("{:?}\n{pool:?}\n{rpc:?}\n{:?}\n{probes:?}", config(), pool.status());
    let mut failed = 0;
    for _ in 0..20 {
        if let Err(error) = rpc.slot().await {
            failed += 1;
            shown = format!("{shown}\n{error}\n{error:?}");
        }
    }
    let lines = String::from_utf8(written.0.lock().expect("all calls ended").clone()).expect("text");
    let series_names: String = series.all().iter().map(|(name, _)| format!("{name}\n")).collect();
    for secret in SECRETS {
        assert!(!shown.contains(secret), "{secret} in {shown}");
        assert!(!lines.contains(secret), "{secret} in {lines}");
        assert!(!series_names.contains(secret), "{secret} in {series_names}");
    }

    // Of the lines of calls, each has the call's id.
    let mut ids = BTreeSet::new();
    for line in lines.lines() {
        let line: Value = serde_json::from_str(line).expect("a line is JSON");
        if line["fields"]["message"] == "attempt failed" {
            let id = line["span"]["correlation"].as_str();
            ids.insert(id.expect("an attempt belongs to a call").to_owned());
        }
    }
    assert!(!ids.is_empty() && ids.iter().all(|id| id.len() == 32), "{lines}");

    // What was measured is what happened.
    assert_eq!(series.sum(meters::CALLS, &["outcome = failed"]), failed);
    assert_eq!(series.sum(meters::CALLS, &["outcome = ok"]), 20 - failed);
    let attempts = series.sum(meters::ATTEMPTS, &["class = read"]);
    assert_eq!(attempts, 20 + series.sum(meters::RETRIES, &["class = read"]), "{:?}", series.all());
    assert_eq!(series.sum(meters::ATTEMPT_SECONDS, &["class = read"]), attempts);
    for endpoint in ["endpoint = a", "endpoint = b"] {
        // Every series is there from the start, also of classes that nobody used.
        let names = series.all();
        let of = |name: &str| names.iter().filter(|(key, _)| key.contains(name) && key.contains(endpoint)).count();
        let counts = [meters::ATTEMPTS, meters::ATTEMPT_SECONDS, meters::BREAKER_STATE, meters::ENDPOINT_SHARE].map(of);
        assert_eq!(counts, [40, 5, 5, 1]);
    }
}
