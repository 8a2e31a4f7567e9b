//! Prints a vote as a transaction for somebody's wallet to sign, in base64.
//!
//! `cargo run -p quantumagi-sdk --example for_a_wallet -- http://127.0.0.1:8899 PROPOSAL VOTER`

use std::error::Error;
use std::io::Write;

use quantumagi_rpc::solana::Address;
use quantumagi_rules::ballot::Choice;
use quantumagi_sdk::signing::{Carried, Wallet};
use quantumagi_sdk::{Config, Pricing, Quantumagi};

/// Arguments: the endpoint, the proposal and the voter's address.
pub(crate) async fn run(mut args: impl Iterator<Item = String>, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let (Some(url), Some(proposal), Some(voter)) = (args.next(), args.next(), args.next()) else {
        return Err("URL PROPOSAL VOTER".into());
    };
    let (proposal, voter): (Address, Address) = (proposal.parse()?, voter.parse()?);
    let client = Quantumagi::connect(Config::of_url(&url)?).await?;
    let vote = client.proposal_vote(&proposal, &voter, Choice::For).await?;
    match client.carry_out(&vote, &[&Wallet(voter)], &Pricing::default(), |_| {}).await? {
        Carried::ToSign(unsigned) => writeln!(out, "{}", unsigned.to_base64())?,
        Carried::Sent(_) => unreachable!("a wallet elsewhere has not signed"),
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    run(std::env::args().skip(1), &mut std::io::stdout()).await
}
