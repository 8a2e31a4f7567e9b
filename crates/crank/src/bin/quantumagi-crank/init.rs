//! `init`: three lines and a wallet.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use quantumagi_rpc::solana::{Keypair, Signer};
use serde_json::json;

use crate::args::Init;
use crate::config::Config;
use crate::exit::{Exit, Mendable};
use crate::printer::{self, Form};
use crate::wallet;

/// Writes a configuration that is not there yet, and a wallet where there is none.
pub(crate) fn run(
    path: &Path,
    asked: &Init,
    form: Form,
    variable: impl Fn(&str) -> Option<String>,
) -> anyhow::Result<Exit> {
    let text = written(asked);
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    // Whatever would be wrong with it is told before anything is written.
    if let Err(problems) = Config::parse(&text, folder, variable) {
        let list: Vec<String> = problems.iter().map(|problem| format!("\n  {problem}")).collect();
        let words = format!("the configuration would be wrong:{}", list.concat());
        return Err(Mendable::new(words, "correct the arguments, or the variables of the environment")
            .ending(Exit::Usage)
            .into());
    }
    if path.exists() {
        let hint = "edit it, or move it away first; `quantumagi-crank print-config` shows what it says";
        return Err(Mendable::new(format!("{} is already there", path.display()), hint).into());
    }
    let wallet_path = folder.join(&asked.keypair);
    let is_new = !wallet_path.exists();
    let key = if is_new { make_wallet(&wallet_path)? } else { wallet::read(&wallet_path)? };
    // The address of an endpoint often holds a key: not for others to read.
    create(path, 0o640, &text)?;
    let (address, made) = (key.pubkey(), if is_new { "a new wallet" } else { "the wallet that was there" });
    let mut words = String::new();
    let _ = writeln!(words, "wrote {}", path.display());
    let _ = writeln!(words, "paid by {made}, {address}, in {}", wallet_path.display());
    let _ = writeln!(words, "next: send it 0.1 SOL, then run `quantumagi-crank doctor`");
    let value = json!({ "config": path, "keypair": wallet_path, "wallet": address.to_string(), "is_new": is_new });
    printer::report(form, &words, &value)?;
    Ok(Exit::Done)
}

fn written(asked: &Init) -> String {
    let text = |value: &str| toml::Value::String(value.to_owned()).to_string();
    let constitutions: Vec<String> = asked.constitutions.iter().map(|address| format!("\"{address}\"")).collect();
    format!(
        "constitutions = [{}]\nkeypair = {}\nrpc_url = {}\n",
        constitutions.join(", "),
        text(&asked.keypair.to_string_lossy()),
        text(&asked.rpc_url)
    )
}

fn make_wallet(path: &Path) -> anyhow::Result<Keypair> {
    let key = Keypair::new();
    let numbers: Vec<String> = key.to_bytes().iter().map(ToString::to_string).collect();
    create(path, 0o600, &format!("[{}]\n", numbers.join(",")))?;
    Ok(key)
}

/// A new file with this mode from its first moment; never one that is there.
fn create(path: &Path, mode: u32, content: &str) -> anyhow::Result<()> {
    let failed = |error: std::io::Error| {
        let hint = "run it as a user who may write there, or name another place with --config and --keypair";
        Mendable::new(format!("cannot write {}: {error}", path.display()), hint)
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path).map_err(failed)?;
    file.write_all(content.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    Ok(())
}
