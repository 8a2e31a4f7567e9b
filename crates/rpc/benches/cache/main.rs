//! The cache beside what there would be without it: one answer from each level, memory for 100,000 accounts, and a load
//! of readers and writers on 10,000 accounts. `cargo bench -p quantumagi-rpc --bench cache`; the load takes five minutes
//! and is left out where a filter is given. The level in Redis is measured where redis-server is installed.
#![allow(missing_docs, clippy::print_stdout, reason = "a report for whoever runs it")]

mod load;
mod node;

use std::fs;
use std::hint::black_box;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::Criterion;
use quantumagi_rpc::cache::{CacheConfig, Class};
use quantumagi_rpc::reader::{AccountAt, AccountReader, ReadPolicy};
use quantumagi_rpc::solana::Address;
use tokio::runtime::Runtime;

use node::{Node, account, address};

const DAY: Duration = Duration::from_secs(86_400);

fn main() {
    let runtime = Runtime::new().expect("a runtime starts");
    // Before anything else has taken memory.
    let is_whole = std::env::args().skip(1).all(|arg| arg == "--bench");
    if is_whole {
        runtime.block_on(memory());
    }
    let mut criterion = Criterion::default().configure_from_args();
    latencies(&mut criterion, &runtime);
    criterion.final_summary();
    if is_whole {
        load::run();
    }
}

/// Pages of this process that are in memory, in bytes.
fn resident() -> u64 {
    let text = fs::read_to_string("/proc/self/statm").expect("Linux says how much memory a process has");
    let pages: u64 = text.split(' ').nth(1).and_then(|pages| pages.parse().ok()).expect("a number of pages");
    pages * 4096
}

/// How much memory accounts as long as those of tokens take.
async fn memory() {
    const ACCOUNTS: u64 = 100_000;
    let reader = AccountReader::new(Node::default().rpc(), ReadPolicy::default().with_capacity(1 << 30));
    let before = resident();
    for number in 0..ACCOUNTS {
        let at = AccountAt { account: Some(Arc::new(account(1, 165))), slot: 1 };
        assert!(reader.tell(&address(number), at).await);
    }
    let taken = resident() - before;
    println!("memory: {ACCOUNTS} accounts of 165 bytes take {taken} bytes, {} each", taken / ACCOUNTS);
    black_box(reader);
}

/// Nothing stays in this one's memory, so that a level has to answer.
fn forgetful() -> ReadPolicy {
    ReadPolicy::default().with_capacity(0).with_class(Class::Lasting, DAY).with_window(Duration::ZERO)
}

fn latencies(criterion: &mut Criterion, runtime: &Runtime) {
    let known: Address = address(1);
    let mut group = criterion.benchmark_group("one answer");

    let moka = moka::future::Cache::<Address, AccountAt>::new(1_000);
    let at = AccountAt { account: Some(Arc::new(account(1, 165))), slot: 1 };
    runtime.block_on(moka.insert(known, at));
    group.bench_function("bare moka", |bencher| {
        bencher.iter_custom(|times| timed(runtime, times, async || drop(black_box(moka.get(&known).await))));
    });

    let reader = AccountReader::new(Node::default().rpc(), ReadPolicy::default().with_class(Class::Lasting, DAY));
    let read = |reader: &AccountReader, times| {
        let read = async || drop(black_box(reader.account_of(&known, Class::Lasting).await.expect("it answers")));
        timed(runtime, times, read)
    };
    read(&reader, 1);
    group.bench_function("memory", |bencher| bencher.iter_custom(|times| read(&reader, times)));

    let folder = Folder::new();
    let sqlite = format!("sqlite:{}", folder.0.join("cache.db").display());
    let sqlite = CacheConfig::default().with_database(sqlite.parse().expect("an address"));
    let levels =
        [("redis", Redis::start().map(|redis| (redis.cache(), Some(redis)))), ("sqlite", Some((sqlite, None)))];
    for (name, level) in levels {
        let Some((cache, _server)) = level else { continue };
        let node = Node::default();
        let reader = runtime.block_on(async {
            let reader = AccountReader::with_cache(node.rpc(), forgetful(), &cache).await.expect("it answers");
            reader.account_of(&known, Class::Lasting).await.expect("it answers");
            reader.flush().await;
            reader
        });
        let before = node.accounts();
        group.bench_function(name, |bencher| bencher.iter_custom(|times| read(&reader, times)));
        assert_eq!(node.accounts(), before, "the level had it each time");
    }
    group.finish();
}

fn timed(runtime: &Runtime, times: u64, work: impl AsyncFn()) -> Duration {
    runtime.block_on(async {
        let began = Instant::now();
        for _ in 0..times {
            work().await;
        }
        began.elapsed()
    })
}

struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("quantumagi-{}-bench", std::process::id()));
        fs::create_dir_all(&path).expect("the folder for such files takes one");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

struct Redis {
    process: Child,
    port: u16,
}

impl Redis {
    fn start() -> Option<Self> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").ok()?;
        let port = listener.local_addr().ok()?.port();
        drop(listener);
        let options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port"];
        let mut command = Command::new("redis-server");
        let mut process = command.args(options).arg(port.to_string()).stdout(Stdio::piped()).spawn().ok()?;
        let lines = std::io::BufRead::lines(std::io::BufReader::new(process.stdout.take()?));
        let is_ready = lines.map_while(Result::ok).any(|line| line.contains("Ready to accept connections"));
        is_ready.then_some(Self { process, port })
    }

    fn cache(&self) -> CacheConfig {
        let url = format!("redis://127.0.0.1:{}", self.port);
        CacheConfig::default().with_redis(url.parse().expect("an address"))
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
