//! Says what a community has decided on so far, each line with the slot at which it was so.
//!
//! `cargo run -p quantumagi-sdk --example read -- http://127.0.0.1:8899 CONSTITUTION`

use std::error::Error;
use std::io::Write;

use quantumagi_rpc::solana::Address;
use quantumagi_sdk::words::describe_proposal;
use quantumagi_sdk::{Config, Quantumagi};

/// Arguments: the endpoint and the constitution.
pub(crate) async fn run(mut args: impl Iterator<Item = String>, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let (Some(url), Some(constitution)) = (args.next(), args.next()) else { return Err("URL CONSTITUTION".into()) };
    let constitution: Address = constitution.parse()?;
    let client = Quantumagi::connect(Config::of_url(&url)?).await?;
    let read = client.constitution(&constitution).await?;
    writeln!(out, "slot {}: version {} of the constitution", read.slot, read.value.version)?;
    let now = client.now().await?;
    for read in client.proposals(&constitution).await? {
        // Who can still vote is left out: it needs the electorate, too.
        let words = describe_proposal(&read.value, &[], &[], now)?;
        writeln!(out, "slot {}: proposal {}: {}", read.slot, words.id, words.state)?;
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    run(std::env::args().skip(1), &mut std::io::stdout()).await
}
