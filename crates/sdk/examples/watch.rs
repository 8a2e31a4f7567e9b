//! Watches a proposal until its outcome is written down, however often the connection breaks meanwhile.
//!
//! `cargo run -p quantumagi-sdk --example watch -- http://127.0.0.1:8899 CONSTITUTION NUMBER`

use std::error::Error;
use std::io::Write;
use std::pin::pin;

use futures_util::StreamExt;
use quantumagi_rpc::solana::Address;
use quantumagi_rules::lifecycle::Status;
use quantumagi_sdk::{Config, Quantumagi};

/// Arguments: the endpoint, the constitution and the proposal's number.
pub(crate) async fn run(mut args: impl Iterator<Item = String>, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let (Some(url), Some(constitution), Some(id)) = (args.next(), args.next(), args.next()) else {
        return Err("URL CONSTITUTION NUMBER".into());
    };
    let (constitution, id): (Address, u64) = (constitution.parse()?, id.parse()?);
    let client = Quantumagi::connect(Config::of_url(&url)?).await?;
    let mut changes = pin!(client.watch_proposal(&constitution, id));
    while let Some(change) = changes.next().await {
        let change = change?;
        let Some(proposal) = change.value else {
            writeln!(out, "slot {}: there is no such proposal", change.slot)?;
            continue;
        };
        let (status, weight) = (proposal.status()?, (proposal.for_weight, proposal.against_weight));
        writeln!(out, "slot {}: {status:?}, {} for and {} against", change.slot, weight.0, weight.1)?;
        if status != Status::Open {
            break;
        }
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    run(std::env::args().skip(1), &mut std::io::stdout()).await
}
