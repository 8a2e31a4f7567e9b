//! `quantumagi text`: the words behind the hashes.

use std::path::PathBuf;

use clap::Subcommand;
use quantumagi_interface::digest::sha256;
use quantumagi_rules::Hash;
use quantumagi_sdk::words::hex;
use serde::Serialize;

use crate::context::Context;
use crate::library::read_text;
use crate::order::Order;
use crate::printer::Report;

/// What to do with texts.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Publish a text on the chain, in as many parts as it takes, so that everybody can read it by its hash.
    Publish {
        /// The text: UTF-8, at most 1 MiB. It is published in canonical form: normal form C, LF at line ends.
        file: PathBuf,
    },
    /// Print the text with this hash, from the store or from the chain.
    Show {
        /// SHA-256 in hexadecimal.
        #[arg(value_parser = hash)]
        hash: Hash,
    },
}

impl Command {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        match self {
            Self::Publish { file } => {
                let text = read_text(&file)?;
                let actor = context.actor()?;
                let parts = context.library.publication(&actor.address(), &[&text]).await?;
                let done = if parts.is_empty() { "text was published already" } else { "text published" };
                let order = Order::many(done, Vec::new()).with_aside(parts).with("hash", hex(&sha256(text.as_bytes())));
                context.carry_out(&actor, order).await
            }
            Self::Show { hash } => {
                let text = context.library.text(&hash).await?;
                context.printer.report(&Shown { hash: hex(&hash), text })
            }
        }
    }
}

/// A hash in hexadecimal.
pub(crate) fn hash(text: &str) -> Result<Hash, String> {
    let digits = text.as_bytes().chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2 && !pair.starts_with('+'))?;
        u8::from_str_radix(pair, 16).ok()
    });
    let bytes: Option<Vec<u8>> = digits.collect();
    let hash: Option<Hash> = bytes.and_then(|bytes| bytes.try_into().ok());
    hash.ok_or_else(|| "a hash has 64 hexadecimal digits".to_owned())
}

#[derive(Serialize)]
struct Shown {
    hash: String,
    text: String,
}

impl Report for Shown {
    fn words(&self) -> String {
        self.text.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_read_as_it_is_written() {
        let bytes: Hash = std::array::from_fn(|index| u8::try_from(index * 7).expect("below 256"));
        assert_eq!(hash(&hex(&bytes)), Ok(bytes));
        for wrong in ["", "ab", &"g".repeat(64), &"a".repeat(63), &"é".repeat(32), &"+1".repeat(32)] {
            assert!(hash(wrong).is_err(), "{wrong}");
        }
    }
}
