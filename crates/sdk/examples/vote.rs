//! Votes for a proposal. What the rules would refuse is refused in words, before anything is sent.
//!
//! `cargo run -p quantumagi-sdk --example vote -- http://127.0.0.1:8899 PROPOSAL ~/.config/solana/id.json`

use std::error::Error;
use std::io::Write;

use quantumagi_rpc::solana::{Address, Signer};
use quantumagi_rules::ballot::Choice;
use quantumagi_sdk::signing::KeyFile;
use quantumagi_sdk::{Config, Pricing, Quantumagi};

/// Arguments: the endpoint, the proposal and the file of the voter's key.
pub(crate) async fn run(mut args: impl Iterator<Item = String>, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let (Some(url), Some(proposal), Some(key)) = (args.next(), args.next(), args.next()) else {
        return Err("URL PROPOSAL KEY_FILE".into());
    };
    let (proposal, voter): (Address, _) = (proposal.parse()?, KeyFile::read(key)?);
    let client = Quantumagi::connect(Config::of_url(&url)?).await?;
    let vote = client.proposal_vote(&proposal, &voter.pubkey(), Choice::For).await?;
    let estimate = client.estimate(&voter.pubkey(), &vote, &Pricing::default()).await?;
    writeln!(out, "it will cost {} lamports", estimate.fee_lamports)?;
    let progress = |step| eprintln!("{step:?}");
    let receipt = client.send_with(&vote, &[&voter], &Pricing::default(), progress).await?;
    writeln!(out, "voted in slot {}", receipt.slot)?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    run(std::env::args().skip(1), &mut std::io::stdout()).await
}
