//! Signs a statement without a transaction, as a hardware wallet would, and checks the signature.
//!
//! `cargo run -p quantumagi-sdk --example sign_text -- ~/.config/solana/id.json "We stop the upgrade."`

use std::error::Error;
use std::io::Write;

use quantumagi_rpc::solana::Signer;
use quantumagi_sdk::signing::{KeyFile, OffChainText};

/// Arguments: the file of the key, and the statement.
pub(crate) async fn run(mut args: impl Iterator<Item = String>, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let (Some(key), Some(text)) = (args.next(), args.next()) else { return Err("KEY_FILE TEXT".into()) };
    let (key, text) = (KeyFile::read(key)?, OffChainText::new(&text)?);
    let signature = text.sign(&key)?;
    let is_good = text.is_signed_by(&key.pubkey(), &signature);
    writeln!(out, "{} signed it with {signature}; it is {}", key.pubkey(), if is_good { "good" } else { "not good" })?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    run(std::env::args().skip(1), &mut std::io::stdout()).await
}
