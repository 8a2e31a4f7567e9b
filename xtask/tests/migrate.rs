//! `anchor migrate`, as the Anchor CLI runs it, against the local network: what it founds is read back from the chain.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use quantumagi_interface::digest::sha256;
use quantumagi_interface::{PROGRAM_ID, accounts, pda, types::TrackConfig};
use quantumagi_localnet::{LocalNetwork, Options};
use quantumagi_rpc::solana::{Address, Keypair, Signer, write_keypair_file};
use quantumagi_rpc::{Commitment, Rpc};
use quantumagi_rules::text::canonicalize;

const MISSING_NODE: &str = "node and npm are missing: run scripts/setup";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies one folder below the root").to_owned()
}

/// What `anchor migrate` of anchor-cli 2.0.0-rc.2 writes to .anchor/deploy.ts (`deploy_ts_script_host`).
fn host_script(url: &str) -> String {
    format!(
        r#"import * as anchor from '@anchor-lang/core';

// Deploy script defined by the user.
const userScript = require("{}");

async function main() {{
    const connection = new anchor.web3.Connection(
      "{url}",
      anchor.AnchorProvider.defaultOptions().commitment
    );
    const wallet = anchor.Wallet.local();
    const provider = new anchor.AnchorProvider(connection, wallet);

    // Run the user's deploy script.
    userScript(provider);
}}
main();
"#,
        root().join("migrations/deploy.ts").display()
    )
}

/// The version of the Anchor CLI that the repository is made for.
const ANCHOR_CLI: &str = "anchor-cli 2.0.0-rc.2";

/// A network with the program, a founder with money, and a folder for what the migration reads and writes.
struct Scene {
    network: LocalNetwork,
    rpc: Rpc,
    founder: Keypair,
    folder: PathBuf,
}

impl Scene {
    async fn new(name: &str) -> Self {
        let network = LocalNetwork::start(Options::default()).await.expect("the local network starts");
        let rpc = Rpc::new(network.rpc_url(), Commitment::Confirmed);
        let founder = Keypair::new();
        network.fund(&founder.pubkey(), 10_000_000_000).await.expect("the network funds a wallet");
        // Below the repository, where Node finds its packages, as .anchor is.
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("migrate-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        write_keypair_file(&founder, folder.join("wallet.json")).expect("the wallet can be written");
        std::fs::write(folder.join("deploy.ts"), host_script(network.rpc_url())).expect("the script can be written");
        Self { network, rpc, founder, folder }
    }

    async fn with_program(name: &str) -> Self {
        let scene = Self::new(name).await;
        let so = root().join("target/deploy/quantumagi_core.so");
        assert!(so.is_file(), "the program is missing: run cargo xtask build --program-only");
        scene.network.deploy(&PROGRAM_ID, &so).await.expect("the network takes the program");
        scene
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let file = self.folder.join(name);
        std::fs::write(&file, bytes).expect("a file can be written");
        file
    }

    /// Runs it as the CLI does: by the package's script `ts-node`, from the folder of the host script.
    fn migrate(&self, variables: &[(&str, &Path)]) -> Output {
        Command::new("npm")
            .args(["run", "--silent", "ts-node"])
            .arg(self.folder.join("deploy.ts"))
            .current_dir(&self.folder)
            .env("ANCHOR_WALLET", self.folder.join("wallet.json"))
            .env("QUANTUMAGI_CREATE_KEY_FILE", self.folder.join("keys/create-key.json"))
            .env_remove("QUANTUMAGI_CONSTITUTION_FILE")
            .env_remove("QUANTUMAGI_TRACKS_FILE")
            .envs(variables.iter().copied())
            .output()
            .expect(MISSING_NODE)
    }

    async fn check_refused(&self, variables: &[(&str, &Path)], line: &str) {
        let before = self.rpc.balance(&self.founder.pubkey()).await.expect("a balance");
        let refused = self.migrate(variables);
        assert_eq!(String::from_utf8_lossy(&refused.stderr), format!("error: {line}\n"));
        assert_eq!((refused.status.code(), text(&refused.stdout)), (Some(1), ""));
        assert_eq!(self.rpc.balance(&self.founder.pubkey()).await.expect("a balance"), before);
    }

    async fn constitution(&self, address: &Address) -> accounts::Constitution {
        let account = self.rpc.existing_account(address).await.expect("the constitution exists");
        assert_eq!(account.owner, PROGRAM_ID);
        accounts::Constitution::decode(&account.data).expect("the account can be read")
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("the output is text")
}

/// The address in the first line that a migration prints.
#[track_caller]
fn founded(output: &Output) -> Address {
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    let line = text(&output.stdout).lines().next().expect("a line");
    line.strip_prefix("constitution: ").expect("the address").parse().expect("an address")
}

/// The default tracks as migrations/tracks.json has them.
fn default_tracks() -> [TrackConfig; 4] {
    let json = std::fs::read_to_string(root().join("migrations/tracks.json")).expect("the tracks");
    let tracks: serde_json::Value = serde_json::from_str(&json).expect("the tracks are JSON");
    ["policy", "treasury", "amendment", "ratification"].map(|track| {
        let share = |field: &str| u16::try_from(tracks[track][field].as_u64().expect(field)).expect("a share");
        let seconds = |field: &str| u32::try_from(tracks[track][field].as_u64().expect(field)).expect("seconds");
        TrackConfig {
            threshold_bps: share("threshold_bps"),
            quorum_bps: share("quorum_bps"),
            min_for_bps: share("min_for_bps"),
            entrenched_threshold_bps: share("entrenched_threshold_bps"),
            veto_bps: share("veto_bps"),
            slash_bps: share("slash_bps"),
            discussion_seconds: seconds("discussion_seconds"),
            voting_seconds: seconds("voting_seconds"),
            extension_seconds: seconds("extension_seconds"),
            cooloff_seconds: seconds("cooloff_seconds"),
            timelock_seconds: seconds("timelock_seconds"),
            window_seconds: seconds("window_seconds"),
            deposit_lamports: seconds("deposit_lamports"),
        }
    })
}

#[test]
fn the_canonical_form_is_the_same_in_both_languages() {
    let texts: [&[u8]; 15] = [
        b"a\r\nb",
        b"\xef\xbb\xbf\xef\xbb\xbfa\n",
        b"a\xef\xbb\xbfb\n",
        b"a\rb\r\r\nc\n\n\n",
        b"\n\n a \t\n",
        b"",
        b"\xef\xbb\xbf \n",
        b"\xe2\x80\xa8\xe3\x80\x80\n",
        b"a\x0bb",
        b"a\xc2\x85b",
        b"a\xe2\x80\xaab",
        b"\xff",
        b"\xed\xa0\x80",
        "A\u{30a} \u{212b} \u{1e9b}\u{323} \u{1100}\u{1161}\u{11a8} \u{958}".as_bytes(),
        "\u{1f469}\u{200d}\u{1f680}\n".as_bytes(),
    ];
    let script = format!(
        r#"import {{ canonicalize, hash }} from "{}";
for (const hex of process.argv.slice(2)) {{
  try {{
    console.log(hash(canonicalize(Buffer.from(hex, "hex"))).toString("hex"));
  }} catch {{
    console.log("refused");
  }}
}}
"#,
        root().join("migrations/canonical").display()
    );
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("canonical-{}.ts", std::process::id()));
    std::fs::write(&file, script).expect("a script can be written");
    let output = Command::new("npm")
        .args(["run", "--silent", "ts-node"])
        .arg(&file)
        .args(texts.map(hex))
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .output()
        .expect(MISSING_NODE);
    std::fs::remove_file(&file).expect("the script is ours");
    let expected = texts.map(|text| canonicalize(text).map(|text| hex(&sha256(text.as_bytes()))).ok());
    let expected = expected.map(|hash| format!("{}\n", hash.as_deref().unwrap_or("refused")));
    assert_eq!(text(&output.stdout), expected.concat(), "{}", text(&output.stderr));
}

#[tokio::test]
async fn a_migration_founds_the_default_constitution_once() {
    let scene = Scene::with_program("default").await;
    let address = founded(&scene.migrate(&[]));

    let file = std::fs::read(root().join("migrations/constitution.toml")).expect("the default constitution");
    let canonical = canonicalize(&file).expect("the default constitution is a text");
    let stored = scene.constitution(&address).await;
    assert_eq!(stored.founder, scene.founder.pubkey());
    assert_eq!(address, pda::constitution(&stored.create_key));
    assert_eq!(stored.vault, pda::vault(&address));
    assert_eq!(stored.text_hash, sha256(canonical.as_bytes()));
    assert_eq!(stored.tracks, default_tracks());
    assert_eq!((stored.version, stored.is_sealed, stored.next_principle_id), (1, 0, 0));
    let published = quantumagi_sdk::texts::fetch_published(&scene.rpc, &stored.text_hash).await;
    assert_eq!(published.expect("the text was published"), canonical);

    let before = scene.rpc.balance(&scene.founder.pubkey()).await.expect("a balance");
    let again = scene.migrate(&[]);
    assert_eq!(founded(&again), address);
    assert!(text(&again.stdout).contains("It exists already"), "{}", text(&again.stdout));
    assert_eq!(scene.rpc.balance(&scene.founder.pubkey()).await.expect("a balance"), before);
}

#[tokio::test]
async fn a_long_text_in_another_form_is_canonicalised_and_published_in_parts() {
    let scene = Scene::with_program("long").await;
    // A mark in front, CR LF, an accent on its own, no line feed at the end: none of it counts.
    let mut file = "\u{feff}# Charter\r\n\r\n".to_owned();
    for number in 1..=100 {
        file += &format!("## {number}. Cafe\u{301}\r\n\r\nEverybody gets coffee number {number}.\r\n\r\n");
    }
    let path = scene.file("charter.md", file.trim_end().as_bytes());
    let address = founded(&scene.migrate(&[("QUANTUMAGI_CONSTITUTION_FILE", &path)]));

    let canonical = canonicalize(file.as_bytes()).expect("a text");
    assert!(canonical.len() > 4 * 850, "the text takes several parts");
    let hash = scene.constitution(&address).await.text_hash;
    assert_eq!(hash, sha256(canonical.as_bytes()));
    let published = quantumagi_sdk::texts::fetch_published(&scene.rpc, &hash).await;
    assert_eq!(published.expect("the text was published"), canonical);
}

#[tokio::test]
async fn a_migration_that_ended_early_is_taken_up_with_the_same_key() {
    let scene = Scene::with_program("early").await;
    let create_key = Keypair::new();
    std::fs::create_dir_all(scene.folder.join("keys")).expect("a folder can be made");
    write_keypair_file(&create_key, scene.folder.join("keys/create-key.json")).expect("the key can be written");
    assert_eq!(founded(&scene.migrate(&[])), pda::constitution(&create_key.pubkey()));
}

#[tokio::test]
async fn a_migration_refuses_files_it_cannot_use() {
    let scene = Scene::with_program("refused").await;
    let named = |file: &Path, why: &str| format!("{}: {why}", file.display());
    let constitution = "QUANTUMAGI_CONSTITUTION_FILE";
    for (name, bytes, why) in [
        ("empty.txt", " \r\n\u{3000}\n".as_bytes(), "the text is empty"),
        ("latin.txt", b"caf\xe9\n", "the text is not UTF-8"),
        (
            "hidden.txt",
            "abc\u{202e}\n".as_bytes(),
            "the text holds the invisible character U+202E; only line feeds and tabs are allowed",
        ),
        ("long.txt", &vec![b'a'; 1 << 20], "the text is 1048577 bytes long, more than the 1048576 allowed"),
    ] {
        let file = scene.file(name, bytes);
        scene.check_refused(&[(constitution, &file)], &named(&file, why)).await;
    }

    let tracks = "QUANTUMAGI_TRACKS_FILE";
    let json = std::fs::read_to_string(root().join("migrations/tracks.json")).expect("the tracks");
    let file = scene.file("unknown.json", json.replacen("quorum_bps", "quorum", 1).as_bytes());
    scene.check_refused(&[(tracks, &file)], &named(&file, "policy: quorum_bps is missing")).await;
    let file = scene.file("half.json", json.replacen("6000", "0.6", 1).as_bytes());
    scene.check_refused(&[(tracks, &file)], &named(&file, "policy: threshold_bps is no whole number")).await;
}

#[tokio::test]
async fn a_migration_tells_the_programs_own_words_before_it_pays() {
    let scene = Scene::with_program("words").await;
    let json = std::fs::read_to_string(root().join("migrations/tracks.json")).expect("the tracks");
    let low = scene.file("low.json", json.replacen("6000", "5999", 1).as_bytes());
    let rule = quantumagi_interface::errors::GovError::ParameterOutOfRange.message();
    scene.check_refused(&[("QUANTUMAGI_TRACKS_FILE", &low)], rule).await;
    assert!(!scene.folder.join("keys").exists(), "no key is kept for what was not tried");
}

#[tokio::test]
async fn a_migration_needs_the_program() {
    let scene = Scene::new("bare").await;
    let line = format!("the program {PROGRAM_ID} is not on this cluster; deploy it first: anchor deploy");
    scene.check_refused(&[], &line).await;
    assert!(!scene.folder.join("keys").exists(), "no key is kept for what was not tried");
}

#[tokio::test]
async fn the_anchor_cli_runs_the_migration_where_it_is_installed() {
    let version = Command::new("anchor").arg("--version").env_remove("RUSTUP_TOOLCHAIN").output();
    if !version.is_ok_and(|version| text(&version.stdout).trim() == ANCHOR_CLI) {
        eprintln!("left out: {ANCHOR_CLI} is not installed; see CONTRIBUTING.md");
        return;
    }
    let scene = Scene::with_program("cli").await;
    let output = Command::new("anchor")
        .args(["migrate", "--provider.cluster", scene.network.rpc_url(), "--provider.wallet"])
        .arg(scene.folder.join("wallet.json"))
        .current_dir(root())
        // The CLI stumbles over the name that rustup gives to all children of cargo.
        .env_remove("RUSTUP_TOOLCHAIN")
        .env("QUANTUMAGI_CREATE_KEY_FILE", scene.folder.join("create-key.json"))
        .output()
        .expect("it just told its version");
    let told = text(&output.stdout);
    assert!(output.status.success(), "{told}{}", text(&output.stderr));
    let line = told.lines().find_map(|line| line.strip_prefix("constitution: ")).expect("the address is printed");
    let stored = scene.constitution(&line.parse().expect("an address")).await;
    assert_eq!(stored.founder, scene.founder.pubkey());
}
