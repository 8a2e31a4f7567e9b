//! A configuration file that changes under a running pool.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use quantumagi_rpc::Commitment;
use quantumagi_rpc::pool::{Pool, PoolConfig};
use quantumagi_rpc::reader::AccountReader;
use quantumagi_rpc::solana::Address;
use serde_json::{Value, json};
use solana_rpc_client_api::request::RpcRequest;

use crate::support::{Endpoint, Reply};

/// Reached only where something is wrong.
const PATIENCE: Duration = Duration::from_secs(30);

/// A file that is gone when the test ends.
struct File(PathBuf);

impl File {
    fn new(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("quantumagi-{}-{name}.toml", std::process::id()));
        std::fs::write(&path, text).expect("the folder for such files takes one");
        Self(path)
    }

    fn write(&self, text: &str) {
        std::fs::write(&self.0, text).expect("the file takes another text");
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn toml(endpoint: &Endpoint, name: &str) -> String {
    format!("[[endpoint]]\nname = '{name}'\nurl = '{}'\n", endpoint.url())
}

async fn endpoint() -> Endpoint {
    Endpoint::start(|_, _, _| Reply::Result(json!(7))).await
}

fn start(path: &Path, look_every: Duration) -> (Pool, quantumagi_rpc::pool::Reloads) {
    let text = std::fs::read_to_string(path).expect("the file is there");
    let pool = Pool::new(PoolConfig::parse(&text, |_| None).expect("the file is right"));
    let reloads = pool.spawn_reloads(path, |_| None, look_every).expect("a signal can be handled");
    (pool, reloads)
}

/// Calls without a pause, all of which must succeed, until the pool is made of these endpoints.
async fn call_until(pool: &Pool, names: &str) {
    let began = Instant::now();
    while pool.names() != names {
        assert!(began.elapsed() < PATIENCE, "{} instead of {names}", pool.names());
        assert_eq!(pool.call(RpcRequest::GetSlot, Value::Null).await, Ok(json!(7)));
    }
    assert_eq!(pool.call(RpcRequest::GetSlot, Value::Null).await, Ok(json!(7)));
}

#[tokio::test]
async fn a_changed_file_is_taken_and_a_wrong_one_is_not() {
    let (old, new) = (endpoint().await, endpoint().await);
    let file = File::new("change", &toml(&old, "old"));
    let (pool, _reloads) = start(&file.0, Duration::from_millis(5));
    call_until(&pool, "old").await;
    // The looks go on after a file that is none, and after one that is gone.
    file.write("[[endpoint]]\nname = 'old'\nurls = 'http://secret'\n");
    for _ in 0..100 {
        assert_eq!(pool.call(RpcRequest::GetSlot, Value::Null).await, Ok(json!(7)));
    }
    assert_eq!(pool.names(), "old");
    std::fs::remove_file(&file.0).expect("the file was there");
    for _ in 0..100 {
        assert_eq!(pool.call(RpcRequest::GetSlot, Value::Null).await, Ok(json!(7)));
    }
    file.write(&toml(&new, "new"));
    call_until(&pool, "new").await;
    assert_eq!(new.calls("getSlot").len(), 1);
}

#[tokio::test]
async fn a_hangup_makes_the_file_be_read_again() {
    let (old, new) = (endpoint().await, endpoint().await);
    let file = File::new("hangup", &toml(&old, "old"));
    let (pool, _reloads) = start(&file.0, Duration::from_secs(3_600));
    call_until(&pool, "old").await;
    file.write(&toml(&new, "new"));
    let hangup = std::process::Command::new("kill").args(["-HUP", &std::process::id().to_string()]).status();
    assert!(hangup.expect("kill runs").success());
    call_until(&pool, "new").await;
}

#[tokio::test]
async fn a_reader_follows_the_times_of_the_file_and_is_told_what_waits_for_the_next_start() {
    let node = Endpoint::start(|_, _, _| Reply::Result(json!({ "context": { "slot": 5 }, "value": [null] }))).await;
    let parse = |cache: &str| {
        let text = format!("{}{cache}", toml(&node, "a"));
        PoolConfig::parse(&text, |_| None).expect("the file is right")
    };
    let none = AccountReader::of_pool(&Pool::new(parse("")), Commitment::Confirmed).await.expect("nothing is asked");
    assert!(none.is_none());
    let pool = Pool::new(parse("[cache.ttl]\nlive = '1h'\n"));
    let reader =
        AccountReader::of_pool(&pool, Commitment::Confirmed).await.expect("nothing is asked").expect("a reader");
    let asked_for_three = async || {
        let before = node.calls("getMultipleAccounts").len();
        for _ in 0..3 {
            let at = reader.account(&Address::default()).await.expect("an answer");
            assert_eq!((at.account, at.slot), (None, 5));
        }
        node.calls("getMultipleAccounts").len() - before
    };
    assert_eq!(asked_for_three().await, 1);
    let changed = pool.reload(parse("[cache.ttl]\nlive = '0ms'\n")).expect("the same cluster");
    assert!(changed.after_restart.is_empty(), "{changed:?}");
    assert_eq!(asked_for_three().await, 3);
    // Everything else holds until the end of the reader.
    let other = parse("[cache]\nmemory_bytes = 0\nredis_url = 'redis://localhost'\n[cache.ttl]\nlive = '1h'\n");
    let changed = pool.reload(other).expect("the same cluster");
    assert_eq!(changed.after_restart, ["cache.memory_bytes", "cache.redis_url"]);
    asked_for_three().await;
    assert_eq!(asked_for_three().await, 0);
    let changed = pool.reload(parse("")).expect("the same cluster");
    assert_eq!(changed.after_restart, ["cache"]);
}
