//! One running network: starting, steering and ending it.

use std::fs::File;
use std::path::Path;
use std::process::Stdio;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::json;
use solana_address::Address;
use tokio::process::{Child, Command};
use tokio::sync::Mutex;

use crate::control::Control;
use crate::detached::Detached;
use crate::error::{LocalnetError, Result};
use crate::log::Log;
use crate::options::Options;

/// Largest integer that the network's control interface, which counts in doubles, keeps exactly.
const MAX_EXACT: u64 = (1 << 53) - 1;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/surfpool.mjs");

/// The protocol's answers leave Node on descriptor 3, so that anything the native library prints
/// goes to the log instead of between them. `exec` keeps the process id ours.
const LAUNCH: &str = r#"exec "$0" "$1" "$2" 3>&1 1>&2"#;

/// Where the network's clock stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct NetworkClock {
    /// Slot of the `Clock` sysvar.
    pub slot: u64,
    /// `Clock::unix_timestamp`, in seconds.
    #[serde(rename = "unix_seconds")]
    pub unix_timestamp: i64,
}

/// A running network. Dropping it kills its process; so does the end of the process that holds it.
#[derive(Debug)]
pub struct LocalNetwork {
    child: Option<Child>,
    control: Mutex<Control>,
    urls: Urls,
    pid: u32,
    log: Log,
}

#[derive(Clone, Debug, Deserialize)]
struct Urls {
    rpc_url: String,
    ws_url: String,
}

impl LocalNetwork {
    /// Starts a network on free ports and waits until it answers.
    ///
    /// # Errors
    /// [`LocalnetError::SlotLength`] outside of 1 to 1000 ms;
    /// [`LocalnetError::NodeMissing`] and [`LocalnetError::NotInstalled`] name what to install;
    /// [`LocalnetError::Ended`] when the process gave up, with its output in the log.
    pub async fn start(options: Options) -> Result<Self> {
        Self::start_with("node", SCRIPT, options).await
    }

    async fn start_with(node: &str, script: &str, options: Options) -> Result<Self> {
        options.check()?;
        let log = Log::create(options.log)?;
        let output = File::create(&log.path)?;
        let mut child = Command::new("sh")
            .args(["-c", LAUNCH, node, script, &json!({ "slot_ms": options.slot_ms }).to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(output)
            // An interrupt from the terminal is the starter's to handle: it may want to detach.
            .process_group(0)
            .spawn()
            .map_err(|source| LocalnetError::NodeMissing { source })?;
        let pid = child.id().unwrap_or_default();
        let requests = child.stdin.take().expect("standard input was asked to be a pipe");
        let answers = child.stdout.take().expect("standard output was asked to be a pipe");
        let mut control = Control::new(requests, answers, log.path.clone());
        let urls: Urls = match control.greeting().await {
            Ok(urls) => urls,
            Err(error) => return Err(log.explain(error, &mut child).await),
        };
        Ok(Self { child: Some(child), control: Mutex::new(control), urls, pid, log })
    }

    /// Starts a network that outlives this process. Same as [`LocalNetwork::start`] followed by
    /// [`LocalNetwork::detach`].
    ///
    /// # Errors
    /// As [`LocalNetwork::start`].
    pub async fn start_detached(options: Options) -> Result<Detached> {
        Self::start(options).await?.detach().await
    }

    /// Address of the JSON-RPC endpoint, `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn rpc_url(&self) -> &str {
        &self.urls.rpc_url
    }

    /// Address of the websocket endpoint, `ws://127.0.0.1:PORT`.
    #[must_use]
    pub fn ws_url(&self) -> &str {
        &self.urls.ws_url
    }

    /// Id of the network's process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Moves the clock forward until `Clock::unix_timestamp` is `unix_timestamp` (seconds), and
    /// returns once a block with that time has been made. Slots move along; neither ever goes back.
    ///
    /// # Errors
    /// [`LocalnetError::Refused`] when the clock is already past that second.
    pub async fn travel_to(&self, unix_timestamp: i64) -> Result<NetworkClock> {
        self.ask("travel", json!({ "unix_seconds": unix_timestamp })).await
    }

    /// Sets the balance of a wallet to `lamports`, whatever it was before.
    ///
    /// # Errors
    /// [`LocalnetError::TooManyLamports`] from 2^53 lamports (nine million SOL) on.
    pub async fn fund(&self, address: &Address, lamports: u64) -> Result<()> {
        check_exact(lamports)?;
        self.ask("fund", json!({ "address": address.to_string(), "lamports": lamports })).await
    }

    /// Writes an account as given: balance, owner and data.
    ///
    /// # Errors
    /// [`LocalnetError::TooManyLamports`] from 2^53 lamports on.
    pub async fn set_account(&self, address: &Address, owner: &Address, lamports: u64, data: &[u8]) -> Result<()> {
        check_exact(lamports)?;
        self.ask(
            "set_account",
            json!({
                "address": address.to_string(),
                "owner": owner.to_string(),
                "lamports": lamports,
                "data": STANDARD.encode(data),
            }),
        )
        .await
    }

    /// Puts the program in the file `elf` at an address at once, without transactions, without its key
    /// and without anybody who could upgrade it. For programs of several hundred kilobytes, whose
    /// deployment by transactions this network takes minutes for.
    ///
    /// # Errors
    /// [`LocalnetError::Refused`] when the file cannot be read. That it is a program is not checked here:
    /// a call of it will tell.
    pub async fn deploy(&self, program: &Address, elf: &Path) -> Result<()> {
        let path = std::path::absolute(elf)?;
        let _: String = self.ask("deploy", json!({ "program": program.to_string(), "path": path })).await?;
        Ok(())
    }

    /// Lets the network live on after this process. What it prints stays in [`Detached::log`].
    ///
    /// # Errors
    /// [`LocalnetError::Ended`] when it has already gone.
    pub async fn detach(mut self) -> Result<Detached> {
        self.ask::<()>("detach", json!({})).await?;
        self.child = None;
        self.log.temporary = false;
        Ok(Detached {
            rpc_url: self.urls.rpc_url.clone(),
            ws_url: self.urls.ws_url.clone(),
            pid: self.pid,
            log: self.log.path.clone(),
        })
    }

    /// Ends the network and waits until its process is gone.
    ///
    /// # Errors
    /// [`LocalnetError::Io`] when the process cannot be killed.
    pub async fn stop(mut self) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill().await?;
        }
        Ok(())
    }

    async fn ask<R: serde::de::DeserializeOwned>(&self, operation: &'static str, args: serde_json::Value) -> Result<R> {
        self.control.lock().await.ask(operation, args).await
    }
}

impl Drop for LocalNetwork {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // Fails only when the process has already gone, which is what is wanted.
            let _ = child.start_kill();
        }
    }
}

fn check_exact(lamports: u64) -> Result<()> {
    if lamports > MAX_EXACT {
        return Err(LocalnetError::TooManyLamports { lamports, max: MAX_EXACT });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{LocalNetwork, LocalnetError, Options, SCRIPT};

    #[tokio::test]
    async fn start_names_node_when_it_is_missing() {
        let refused = LocalNetwork::start_with("no-such-node", SCRIPT, Options::default()).await;
        let error = refused.expect_err("there is no such program");
        assert!(matches!(error, LocalnetError::NodeMissing { .. }), "{error:?}");
    }

    #[tokio::test]
    async fn start_names_the_package_when_it_is_not_installed() {
        // Node looks for packages in the folders above the script: outside of the repository
        // there are none.
        let script = std::env::temp_dir().join(format!("quantumagi-{}.mjs", std::process::id()));
        std::fs::copy(SCRIPT, &script).expect("the script can be copied");
        let path = script.to_str().expect("the path is text");
        let refused = LocalNetwork::start_with("node", path, Options::default()).await;
        std::fs::remove_file(&script).expect("the copy is ours");
        assert_eq!(
            refused.expect_err("the package is not there").to_string(),
            "the npm package @solana/surfpool-linux-x64-gnu is not installed; \
             run scripts/setup, or `npm ci` in the repository"
        );
    }

    #[tokio::test]
    async fn start_keeps_the_output_of_a_process_that_gave_up() {
        let refused = LocalNetwork::start_with("node", "/no/such/script.mjs", Options::default()).await;
        let Err(LocalnetError::Ended { log }) = refused else { panic!("{refused:?}") };
        let output = std::fs::read_to_string(&log).expect("the log stays");
        std::fs::remove_file(&log).expect("the log is ours");
        assert!(output.contains("/no/such/script.mjs"), "{output}");
    }
}
