//! Running the binary in a home of its own, and a community on a local network.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use quantumagi_interface::PROGRAM_ID;
use quantumagi_localnet::{LocalNetwork, Options};
use quantumagi_rpc::solana::{Address, Keypair, Signer, write_keypair_file};
use serde_json::Value;

/// Tells homes apart that one test process makes.
static HOMES: AtomicU32 = AtomicU32::new(0);

/// Balance that everybody in a test starts with, lamports.
pub(crate) const PURSE: u64 = 10_000_000_000;

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/deploy/quantumagi_core.so");

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
        let path = std::env::temp_dir().join(format!("quantumagi-cli-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).expect("a home can be made");
        Self { path }
    }

    /// Writes a file and returns its path.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path.join(name);
        fs::create_dir_all(path.parent().expect("it lies in the home")).expect("a folder can be made");
        fs::write(&path, content).expect("the home can be written");
        path.to_str().expect("the path is text").to_owned()
    }

    /// A key in a file that only its owner can read.
    pub(crate) fn key(&self, name: &str) -> (String, Keypair) {
        let (key, path) = (Keypair::new(), self.path.join(name));
        write_keypair_file(&key, &path).expect("the home can be written");
        (path.to_str().expect("the path is text").to_owned(), key)
    }

    /// The binary with nothing in its environment but this home.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quantumagi"));
        command.args(args).env_clear().env("HOME", &self.path).stdin(Stdio::null());
        command
    }

    /// Runs it to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        let output = self.command(args).output().expect("the binary runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it prints text");
        Ran {
            code: output.status.code().expect("it was not killed"),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // What is left behind lies in the system's temporary folder.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// A person with a wallet.
pub(crate) struct Person {
    pub(crate) file: String,
    pub(crate) key: Keypair,
}

impl Person {
    pub(crate) fn address(&self) -> Address {
        self.key.pubkey()
    }
}

/// A network with the program on it, and people with lamports.
pub(crate) struct World {
    pub(crate) network: LocalNetwork,
    pub(crate) home: Home,
    pub(crate) ana: Person,
    pub(crate) ben: Person,
    pub(crate) cleo: Person,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Options::default()).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        let network = LocalNetwork::start(options).await.expect("the local network starts");
        network.deploy(&PROGRAM_ID, PROGRAM.as_ref()).await.expect("the program was built with `cargo xtask build`");
        let home = Home::new();
        let person = |name: &str| {
            let (file, key) = home.key(name);
            Person { file, key }
        };
        let (ana, ben, cleo) = (person("ana.json"), person("ben.json"), person("cleo.json"));
        for person in [&ana, &ben, &cleo] {
            network.fund(&person.address(), PURSE).await.expect("the network funds a wallet");
        }
        let config = format!("json_rpc_url: {}\nkeypair_path: {}\n", network.rpc_url(), ana.file);
        home.write(".config/solana/cli/config.yml", config);
        Self { network, home, ana, ben, cleo }
    }

    /// Runs a command that succeeds, and reads what it prints as JSON.
    #[track_caller]
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let ran = self.home.run(&[args, &["--json"]].concat());
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.stderr);
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{args:?}: {error}: {}", ran.stdout))
    }

    /// Runs a command that succeeds, and returns what it prints for people.
    #[track_caller]
    pub(crate) fn words(&self, args: &[&str]) -> String {
        let ran = self.home.run(args);
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.stderr);
        ran.stdout
    }

    /// Runs a command that is refused.
    #[track_caller]
    pub(crate) fn refused(&self, args: &[&str], code: i32) -> String {
        let ran = self.home.run(args);
        assert_eq!((ran.code, ran.stdout.as_str()), (code, ""), "{args:?}: {}", ran.stderr);
        ran.stderr
    }

    /// Founds a constitution where everything takes an hour; its address.
    pub(crate) fn founded(&self) -> String {
        let rules = self.home.write("rules.md", RULES);
        let tracks = self.home.write("tracks.toml", tracks());
        let founded = self.json(&["constitution", "create", "--file", &rules, "--tracks", &tracks]);
        founded["constitution"].as_str().expect("an address").to_owned()
    }

    /// Founds a community of Ana (3), Ben (2) and Cleo (1), sealed; its address.
    pub(crate) fn community(&self) -> String {
        let constitution = self.founded();
        let members = self.members();
        self.json(&["roster", "create", "--members", &members, "-c", &constitution]);
        self.json(&["roster", "adopt", "1", "-c", &constitution]);
        self.json(&["constitution", "seal", "-c", &constitution]);
        constitution
    }

    /// The file of members.
    pub(crate) fn members(&self) -> String {
        let line = |person: &Person, weight: u64, name: &str| format!("{},{weight},{name}\n", person.address());
        let lines = [line(&self.ana, 3, "Ana"), line(&self.ben, 2, "Ben"), line(&self.cleo, 1, "Cleo")];
        self.home.write("council.csv", lines.concat())
    }
}

/// A constitution in Markdown.
pub(crate) const RULES: &str = "\
# Rules of the Garden (v1.0)

We garden together.

## 1. Planting

Everybody may plant what they like.

## 2. Water

Water is shared in equal parts.
";

/// An hour for everything: nothing ends while a test runs, and the clock moves little.
fn tracks() -> String {
    let track = "discussion_seconds = 3600\nvoting_seconds = 3600\nextension_seconds = 0\ntimelock_seconds = 3600\n\
                 window_seconds = 3600\n";
    ["policy", "treasury", "amendment"].map(|name| format!("[{name}]\n{track}")).concat()
}
