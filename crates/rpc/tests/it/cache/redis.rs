//! Redis: Debian's own server, started here.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use quantumagi_rpc::cache::CacheConfig;

use super::{Chain, Folder, PATIENCE, check_level, free_port, is_kept, pause_ends, slot};

/// A server that keeps nothing on disk.
pub(crate) struct Server {
    process: Child,
    port: u16,
    folder: Folder,
}

impl Server {
    pub(crate) fn start(name: &str) -> Self {
        let folder = Folder::new(name);
        // The port may be taken between asking for it and using it.
        let (process, port) = (0..20)
            .find_map(|_| {
                let port = free_port();
                run(port, &folder).map(|process| (process, port))
            })
            .expect("redis-server starts; scripts/setup --test installs it");
        Self { process, port, folder }
    }

    pub(crate) fn stop(&mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it ends");
    }

    pub(crate) fn start_again(&mut self) {
        self.process = run(self.port, &self.folder).expect("redis-server starts on the port that it had");
    }

    pub(crate) fn signal(&self, signal: &str) {
        let status = Command::new("kill").args([signal, &self.process.id().to_string()]).status();
        assert!(status.expect("kill runs").success());
    }

    fn cache(&self, patience: Duration) -> CacheConfig {
        CacheConfig::default().with_redis(self.url().parse().expect("an address")).with_patience(patience)
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// What a command answers that is given to the server as it stands, through its own client.
    pub(crate) fn command(&self, parts: &[&str]) -> String {
        let output = Command::new("redis-cli").args(["-p", &self.port.to_string()]).args(parts).output();
        String::from_utf8(output.expect("redis-cli runs").stdout).expect("text")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A server that answers, or none where the port is taken.
fn run(port: u16, folder: &Folder) -> Option<Child> {
    let mut process = Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir"])
        .arg(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("redis-server is installed; scripts/setup --test installs it");
    let lines = BufReader::new(process.stdout.take().expect("it is piped")).lines();
    let is_ready = lines.map_while(Result::ok).any(|line| line.contains("Ready to accept connections"));
    if is_ready {
        return Some(process);
    }
    process.wait().expect("it ended its output, and ends");
    None
}

#[tokio::test]
async fn answers_are_kept_in_redis() {
    let server = Server::start("redis-kept");
    check_level(&server.cache(PATIENCE)).await;
}

#[tokio::test]
async fn redis_that_is_lost_fails_no_read_and_is_used_again_when_it_is_back() {
    let mut server = Server::start("redis-lost");
    let (chain, cache) = (Chain::at(100).await, server.cache(PATIENCE));
    let reader = chain.reader(&cache).await;
    slot(&reader, 1).await;
    reader.flush().await;
    assert!(is_kept(&chain, &cache, 1).await);

    server.stop();
    for account in 2..5 {
        assert_eq!(slot(&reader, account).await, 100);
    }
    reader.flush().await;
    assert_eq!(chain.asked(), 4, "the cluster was asked for each");
    // One that starts without Redis.
    let other = chain.reader(&cache).await;
    assert_eq!(slot(&other, 1).await, 100);
    assert_eq!(chain.asked(), 5);

    server.start_again();
    pause_ends().await;
    for account in 5..7 {
        slot(&reader, account).await;
        reader.flush().await;
        assert!(is_kept(&chain, &cache, account).await, "{account}");
    }
    // The reader that lost it reads from it again, not only writes.
    slot(&other, 8).await;
    other.flush().await;
    let before = chain.asked();
    assert_eq!((slot(&reader, 8).await, chain.asked()), (100, before));
}

#[tokio::test]
async fn redis_that_hangs_fails_no_read_and_is_used_again_when_it_goes_on() {
    let server = Server::start("redis-hangs");
    let chain = Chain::at(100).await;
    let reader = chain.reader(&server.cache(Duration::from_millis(300))).await;
    server.signal("-STOP");
    for account in 1..4 {
        assert_eq!(slot(&reader, account).await, 100);
    }
    assert_eq!(chain.asked(), 3);
    reader.flush().await;
    server.signal("-CONT");
    let cache = server.cache(PATIENCE);
    assert!(!is_kept(&chain, &cache, 9).await);
    pause_ends().await;
    slot(&reader, 4).await;
    reader.flush().await;
    assert!(is_kept(&chain, &cache, 4).await);
}

#[tokio::test]
async fn redis_that_is_full_fails_no_read() {
    let server = Server::start("redis-full");
    assert_eq!(server.command(&["CONFIG", "SET", "maxmemory", "1"]).trim(), "OK");
    let (chain, cache) = (Chain::at(100).await, server.cache(PATIENCE));
    let reader = chain.reader(&cache).await;
    slot(&reader, 1).await;
    reader.flush().await;
    assert!(!is_kept(&chain, &cache, 1).await);
    assert_eq!(server.command(&["CONFIG", "SET", "maxmemory", "0"]).trim(), "OK");
    pause_ends().await;
    slot(&reader, 2).await;
    reader.flush().await;
    assert!(is_kept(&chain, &cache, 2).await);
}

#[tokio::test]
async fn entries_that_somebody_else_wrote_into_redis_are_not_told() {
    let server = Server::start("redis-forged");
    let (chain, cache) = (Chain::at(100).await, server.cache(PATIENCE));
    let reader = chain.reader(&cache).await;
    slot(&reader, 1).await;
    reader.flush().await;
    let all = "for _, key in ipairs(redis.call('KEYS', '*')) do redis.call(ARGV[1], key, ARGV[2], ARGV[3]) end";
    // Another byte in its content, an entry of any length, no entry at all.
    for parts in [["SETRANGE", "70", "x"], ["SETRANGE", "1000000", "x"], ["SET", "x", "KEEPTTL"]] {
        server.command(&["EVAL", all, "0", parts[0], parts[1], parts[2]]);
        assert!(!is_kept(&chain, &cache, 1).await, "{parts:?}");
    }
    server.command(&[
        "EVAL",
        "for _, key in ipairs(redis.call('KEYS', '*')) do
        redis.call('DEL', key) redis.call('LPUSH', key, 'x') end",
        "0",
    ]);
    assert!(!is_kept(&chain, &cache, 1).await);
}

#[tokio::test]
async fn entries_leave_redis_when_no_class_would_be_told_of_them() {
    let server = Server::start("redis-expires");
    let (chain, cache) = (Chain::at(100).await, server.cache(PATIENCE));
    let reader = chain.reader(&cache).await;
    slot(&reader, 1).await;
    reader.flush().await;
    let left = server.command(&["EVAL", "return redis.call('PTTL', redis.call('KEYS', '*')[1])", "0"]);
    let left: u64 = left.trim().parse().expect("milliseconds");
    assert!((3_900_000..=3_960_000).contains(&left), "an hour and a tenth, at most a minute ago: {left}");
}
