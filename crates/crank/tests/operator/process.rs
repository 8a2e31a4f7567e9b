//! Running the binary in a home of its own.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use quantumagi_rpc::solana::{Address, Keypair, Signer, write_keypair_file};
use serde_json::Value;

use crate::support::{SOL, World};

/// Far above what anything here takes; reached only where something hangs.
const LIMIT: Duration = Duration::from_secs(60);

static HOMES: AtomicU32 = AtomicU32::new(0);

/// A home directory, gone with this.
pub(crate) struct Home {
    pub(crate) path: PathBuf,
}

/// What a run printed, and how it ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Home {
    pub(crate) fn new() -> Self {
        let number = HOMES.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("quantumagi-crank-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).expect("a home can be made");
        Self { path }
    }

    /// Path of a file in the home, as text.
    pub(crate) fn at(&self, name: &str) -> String {
        self.path.join(name).to_str().expect("the path is text").to_owned()
    }

    pub(crate) fn write(&self, name: &str, content: &str) -> String {
        fs::write(self.path.join(name), content).expect("the home can be written");
        self.at(name)
    }

    /// A key in a file that only its owner can read.
    pub(crate) fn key(&self, name: &str) -> Keypair {
        let key = Keypair::new();
        write_keypair_file(&key, self.path.join(name)).expect("the home can be written");
        key
    }

    /// A wallet with a tenth of a SOL and the configuration of a crank for this world, with these lines besides.
    pub(crate) async fn set_up(&self, world: &World, more: &str) -> Address {
        let wallet = self.key("wallet.json").pubkey();
        world.network.fund(&wallet, SOL / 10).await.expect("the network funds a wallet");
        self.configure(&[world.constitution], world.network.rpc_url(), more);
        wallet
    }

    pub(crate) fn configure(&self, constitutions: &[Address], url: &str, more: &str) {
        let list: Vec<String> = constitutions.iter().map(|address| format!("\"{address}\"")).collect();
        let text = format!(
            "constitutions = [{}]\nkeypair = \"wallet.json\"\nrpc_url = \"{url}\"\nstate_dir = \"state\"\n{more}",
            list.join(", ")
        );
        self.write("crank.toml", &text);
        self.mode("crank.toml", "640");
    }

    pub(crate) fn mode(&self, name: &str, mode: &str) {
        let status = Command::new("chmod").arg(mode).arg(self.path.join(name)).status();
        assert!(status.expect("chmod runs").success());
    }

    /// The binary with this home, its configuration, and nothing else in its environment.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quantumagi-crank"));
        command.args(args).env_clear().env("HOME", &self.path).stdin(Stdio::null());
        command.env("QUANTUMAGI_CRANK_CONFIG", self.path.join("crank.toml"));
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        self.ended(self.command(args))
    }

    pub(crate) fn ended(&self, mut command: Command) -> Ran {
        let output = command.output().expect("the binary runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it prints text");
        let code = output.status.code().expect("it was not killed");
        Ran { code, stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Runs a command, and reads what it prints as JSON.
    #[track_caller]
    pub(crate) fn json(&self, args: &[&str], code: i32) -> Value {
        let ran = self.run(&[args, &["--json"]].concat());
        assert_eq!(ran.code, code, "{args:?}: {} {}", ran.stdout, ran.stderr);
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{args:?}: {error}: {}", ran.stdout))
    }

    /// Starts the daemon on a free port, and waits until it says so.
    pub(crate) fn start(&self, args: &[&str], variables: &[(&str, &str)]) -> Daemon {
        let mut command = self.command(&[&["run"], args].concat());
        command.env("QUANTUMAGI_CRANK_LISTEN", "127.0.0.1:0").env("QUANTUMAGI_CRANK_LOG_LEVEL", "debug");
        command.envs(variables.iter().copied());
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("the binary starts");
        let stderr = child.stderr.take().expect("it is a pipe");
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            BufReader::new(stderr).lines().map_while(Result::ok).for_each(|line| drop(sender.send(line)));
        });
        let mut daemon = Daemon { child, lines, log: Vec::new(), address: String::new() };
        let started = daemon.until("started");
        daemon.address = started["listen"].as_str().expect("an address").to_owned();
        daemon
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // What is left behind lies in the system's temporary folder.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// A running crank. Killed where a test fails before it ends by itself.
pub(crate) struct Daemon {
    child: Child,
    lines: Receiver<String>,
    pub(crate) log: Vec<String>,
    address: String,
}

impl Daemon {
    /// Reads log lines until one with this message.
    #[track_caller]
    pub(crate) fn until(&mut self, message: &str) -> Value {
        self.until_such(message, |_| true)
    }

    /// Reads log lines until such a one with this message.
    #[track_caller]
    pub(crate) fn until_such(&mut self, message: &str, is_such: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + LIMIT;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let line = self.lines.recv_timeout(left).unwrap_or_else(|_| panic!("no {message:?} in {:#?}", self.log));
            self.log.push(line.clone());
            let Ok(value) = serde_json::from_str::<Value>(&line) else { panic!("not JSON: {line}") };
            if value["message"] == message && is_such(&value) {
                return value;
            }
        }
    }

    /// Reads log lines until one whose message begins with one of these.
    #[track_caller]
    pub(crate) fn until_such_of(&mut self, messages: &[&str]) -> Value {
        let deadline = Instant::now() + LIMIT;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let line = self.lines.recv_timeout(left).unwrap_or_else(|_| panic!("no {messages:?} in {:#?}", self.log));
            self.log.push(line.clone());
            let Ok(value) = serde_json::from_str::<Value>(&line) else { panic!("not JSON: {line}") };
            let message = value["message"].as_str().unwrap_or_default();
            if messages.iter().any(|beginning| message.starts_with(beginning)) {
                return value;
            }
        }
    }

    /// Waits for its end by a signal that it cannot answer.
    pub(crate) fn wait(mut self) {
        self.child.wait().expect("it was started here");
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(status.expect("kill runs").success());
    }

    /// Ends it at once, whatever it does.
    pub(crate) fn kill(mut self) -> Vec<String> {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it was started here");
        while let Ok(line) = self.lines.recv_timeout(LIMIT) {
            self.log.push(line);
        }
        std::mem::take(&mut self.log)
    }

    /// Waits for its end, and reads the rest of its log.
    pub(crate) fn end(mut self) -> (i32, Vec<String>) {
        let status = self.child.wait().expect("it was started here");
        while let Ok(line) = self.lines.recv_timeout(LIMIT) {
            self.log.push(line);
        }
        (status.code().expect("it ends by itself"), std::mem::take(&mut self.log))
    }

    /// Asks for a page: its status and its text.
    pub(crate) fn page(&self, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(LIMIT)).expect("a limit can be set");
        write!(stream, "GET {path} HTTP/1.1\r\nhost: crank\r\nconnection: close\r\n\r\n").expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers with text");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        (status, body.to_owned())
    }

    /// The value of one series.
    #[track_caller]
    pub(crate) fn metric(&self, series: &str) -> f64 {
        let (_, page) = self.page("/metrics");
        let found = page.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        found.and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("no {series} in {page}"))
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It has ended where the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
