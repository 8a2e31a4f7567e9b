//! A cache whose disk is full and whose Redis is not there: no read fails, each failure is told once and counted, what
//! is measured is what happened, and no secret is written anywhere. A process of its own: the limit on files, what
//! writes and what measures are set for the whole process.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use metrics::{Counter, CounterFn, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use quantumagi_rpc::cache::{CacheConfig, Class, meters};
use quantumagi_rpc::catalogue::{self, Kind, Part};
use quantumagi_rpc::pool::{Endpoint, EndpointUrl, Fault, Pool, PoolConfig, Post, Reply, Transport};
use quantumagi_rpc::reader::{AccountReader, ReadPolicy};
use quantumagi_rpc::solana::Address;
use quantumagi_rpc::{Commitment, Rpc};
use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};

/// In every address and password below.
const SECRET: &str = "sesame";
/// SIGXFSZ on Linux.
const FILE_TOO_LARGE: i32 = 25;

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

impl Written {
    /// How many lines hold all of these.
    fn lines(&self, parts: &[&str]) -> usize {
        let text = String::from_utf8(self.0.lock().expect("nothing panics with it").clone()).expect("text");
        text.lines().filter(|line| parts.iter().all(|part| line.contains(part))).count()
    }
}

/// Keeps the sum of every counter.
#[derive(Clone, Default)]
struct Counters(Arc<Mutex<Vec<One>>>);

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

impl Counters {
    /// The sum over the series of this name whose text has all of these parts.
    fn sum(&self, name: &str, parts: &[&str]) -> u64 {
        let all = self.0.lock().expect("nothing panics with it");
        let is_meant = |key: &str| key.contains(name) && parts.iter().all(|part| key.contains(part));
        all.iter().filter(|(key, _)| is_meant(key)).map(|(_, sum)| sum.0.load(Ordering::Relaxed)).sum()
    }
}

impl Recorder for Counters {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        let sum = Arc::new(Sum::default());
        self.0.lock().expect("nothing panics with it").push((key.to_string(), Arc::clone(&sum)));
        Counter::from_arc(sum)
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

/// A cluster at slot 100, every account of which exists.
#[derive(Clone, Default)]
struct Node;

#[async_trait]
impl Transport for Node {
    async fn post(&self, _: &Endpoint, post: Post<'_>) -> Result<Reply, Fault> {
        let body: Value = serde_json::from_str(post.body).expect("the pool sends JSON");
        let result = match body["method"].as_str() {
            Some("getGenesisHash") => json!("EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG"),
            Some("getSlot") => json!(100),
            _ => {
                let account = json!({
                    "lamports": 5, "owner": Address::default().to_string(), "data": ["", "base64"], "executable": false,
                });
                json!({ "context": { "slot": 100 }, "value": [account] })
            }
        };
        let body = json!({ "id": body["id"], "result": result }).to_string().into_bytes();
        Ok(Reply { status: 200, retry_after: None, body })
    }
}

fn config(folder: &Path) -> CacheConfig {
    // Nothing listens there: a port that only root could open.
    let redis = format!("redis://ana:{SECRET}@127.0.0.1:1/0");
    let database = format!("sqlite:{}", folder.join("cache.db").display());
    CacheConfig::default()
        .with_redis(redis.parse().expect("an address"))
        .with_database(database.parse().expect("an address"))
        .with_secret(*b"sesamesesamesesamesesamesesames!")
        .with_patience(Duration::from_secs(20))
}

async fn reader(config: &CacheConfig) -> AccountReader {
    let url = EndpointUrl::http(&format!("https://ana:{SECRET}@rpc.example.org/{SECRET}?key={SECRET}"));
    let endpoint = Endpoint::new("a".parse().expect("a name"), url.expect("an address"));
    let rpc = Rpc::with_pool(Pool::with_transport(PoolConfig::of_one(endpoint), Node), Commitment::Confirmed);
    let policy = ReadPolicy::default().with_window(Duration::ZERO);
    AccountReader::with_cache(rpc, policy, config).await.expect("the cluster answers")
}

/// Reads these accounts one after the other, and lets them be written.
async fn read(reader: &AccountReader, accounts: std::ops::Range<u8>) {
    for account in accounts {
        let at = reader.account_of(&Address::from([account; 32]), Class::Lasting).await;
        assert_eq!(at.expect("no level fails a read").slot, 100);
        reader.flush().await;
    }
}

/// Every counter of the cache in the catalogue was there, with all its labels, and none besides.
fn check_catalogue(counters: &Counters) {
    let listed: BTreeSet<String> = catalogue::ALL
        .iter()
        .filter(|series| series.part == Part::Cache && series.kind == Kind::Counter)
        .flat_map(|series| series.label_sets(&[]).into_iter().map(|labels| (series.name, labels)))
        .map(|(name, labels)| Key::from_parts(name, labels.as_slice()).to_string())
        .collect();
    let all = counters.0.lock().expect("nothing panics with it");
    let measured: BTreeSet<String> =
        all.iter().map(|(text, _)| text.clone()).filter(|text| text.contains("account_cache")).collect();
    assert_eq!(measured, listed);
}

/// Sets the longest file that this process may write; `unlimited` for any.
fn limit_files(soft: &str) {
    let (pid, limit) = (std::process::id().to_string(), format!("--fsize={soft}:unlimited"));
    assert!(Command::new("prlimit").args(["--pid", &pid, &limit]).status().expect("prlimit runs").success());
}

#[tokio::test]
async fn a_full_disk_and_a_redis_that_is_not_there_fail_no_read_and_tell_no_secret() {
    let (written, counters) = (Written::default(), Counters::default());
    let writer = written.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_max_level(tracing::Level::TRACE);
    let subscriber = subscriber.with_writer(move || writer.clone()).finish();
    tracing::subscriber::set_global_default(subscriber).expect("nobody else writes here");
    metrics::set_global_recorder(counters.clone()).expect("nobody else measures here");
    // Writing above the limit fails then, as it does on a full disk, instead of ending the process.
    let _handled = signal(SignalKind::from_raw(FILE_TOO_LARGE)).expect("a handler is set");
    let folder = std::env::temp_dir().join(format!("quantumagi-{}-disk", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the folder for such files takes one");

    let config = config(&folder);
    let ours = reader(&config).await;
    read(&ours, 0..10).await;
    assert_eq!(counters.sum(meters::FAILURES, &["level = database"]), 0);
    limit_files("4096");
    read(&ours, 10..40).await;
    limit_files("unlimited");
    tokio::time::pause();
    tokio::time::advance(config.longest_pause).await;
    tokio::time::resume();
    read(&ours, 40..50).await;
    drop(ours);

    // What was kept before and after is there, and what came while the disk was full is not.
    let next = reader(&config).await;
    read(&next, 0..50).await;
    let count = |level, result| counters.sum(meters::LOOKUPS, &[level, "class = lasting", result]);
    assert_eq!(count("level = memory", "result = miss"), 100);
    assert_eq!((count("level = database", "result = hit"), count("level = database", "result = miss")), (20, 80));
    assert_eq!(count("level = redis", "result = out"), 100);
    read(&next, 0..50).await;
    assert_eq!((count("level = memory", "result = hit"), count("level = memory", "result = miss")), (50, 100));

    // Each failure was counted, and told of when the level went out and when it came back.
    let failed = |level| written.lines(&["WARN", "cache level failed", level]);
    let back = |level| written.lines(&["INFO", "cache level answers again", level]);
    assert!(counters.sum(meters::FAILURES, &["level = database", "side = write"]) > 0);
    assert!(counters.sum(meters::DROPPED_WRITES, &["level = database"]) == 30);
    assert_eq!((failed("level=\"database\""), back("level=\"database\"")), (1, 1));
    // Reading and writing, of two readers.
    assert_eq!((failed("level=\"redis\""), back("level=\"redis\"")), (4, 0));

    check_catalogue(&counters);

    let shown = format!("{config:?} {next:?}");
    assert!(!shown.contains(SECRET), "{shown}");
    assert_eq!(written.lines(&[SECRET]), 0);
    for file in std::fs::read_dir(&folder).expect("it is there") {
        let bytes = std::fs::read(file.expect("it is there").path()).expect("a file");
        assert!(!bytes.windows(SECRET.len()).any(|part| part == SECRET.as_bytes()));
        assert!(!bytes.windows(7).any(|part| part == b"example"));
    }
    std::fs::remove_dir_all(&folder).expect("it is there");
}
