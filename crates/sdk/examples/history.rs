//! Says what happened lately, with the first line of each text that was decided on, checked against its hash.
//!
//! `cargo run -p quantumagi-sdk --example history -- http://127.0.0.1:8899 ADDRESS FOLDER_FOR_TEXTS`

use std::error::Error;
use std::io::Write;
use std::pin::pin;

use futures_util::TryStreamExt;
use quantumagi_rpc::HistoryRange;
use quantumagi_rpc::solana::Address;
use quantumagi_sdk::texts::{TextStore, transactions_with_content};
use quantumagi_sdk::words::{Names, describe_event};
use quantumagi_sdk::{Config, Quantumagi};

/// Transactions to look back at.
const LATELY: usize = 20;

/// Arguments: the endpoint, a constitution, proposal or other address, and a folder where texts are kept.
pub(crate) async fn run(mut args: impl Iterator<Item = String>, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let (Some(url), Some(address), Some(folder)) = (args.next(), args.next(), args.next()) else {
        return Err("URL ADDRESS FOLDER_FOR_TEXTS".into());
    };
    let address: Address = address.parse()?;
    let client = Quantumagi::connect(Config::of_url(&url)?).await?;
    let store = TextStore::open(folder)?;
    let mut history = pin!(transactions_with_content(client.rpc(), &store, &address, HistoryRange::default()));
    for _ in 0..LATELY {
        let Some(told) = history.try_next().await? else { break };
        for logged in &told.transaction.events {
            let Ok(event) = &logged.event else { continue };
            writeln!(out, "slot {}: {}", logged.raw.slot, describe_event(event, &Names::default()))?;
        }
        for (hash, text) in &told.texts {
            match text {
                Ok(words) => writeln!(out, "  {}", words.lines().next().unwrap_or_default())?,
                Err(error) => writeln!(out, "  {}: {error}", quantumagi_sdk::words::hex(hash))?,
            }
        }
        if let Some(gap) = &told.transaction.gap {
            writeln!(out, "  {gap}")?;
        }
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    run(std::env::args().skip(1), &mut std::io::stdout()).await
}
