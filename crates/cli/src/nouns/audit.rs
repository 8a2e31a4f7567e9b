//! `quantumagi audit`: proof of the whole history, from the network alone, and how hard the community is to capture.

mod capture;
mod checkpoints;

use clap::Subcommand;
use quantumagi_rpc::solana::Address;
use quantumagi_sdk::verify::{Ledger, verify};
use quantumagi_sdk::words::{ProofWords, describe_proof, hex};
use serde::Serialize;

use crate::context::Context;
use crate::exit::Mendable;
use crate::printer::Report;
use crate::table::facts;

/// What to prove.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Read every event, prove the list whole and unaltered, carry all of it out again by the rules, and compare what
    /// comes of it with every account.
    ///
    /// An event whose log line was hidden or left out is told from its instruction, and named.
    Verify,
    /// Show the least weight, and the fewest voters, with whom a proposal passes, beside what the vault holds.
    ///
    /// And proposals whose electorate weighs over a tenth more or less than that of the one before.
    Capture,
    /// Compare every checkpoint that was anchored with the history as it is told now, and name the first that does not agree.
    ///
    /// A checkpoint says how far somebody's crank had proved the history: its events so far, and the rolling hash after them.
    Checkpoints {
        /// Only those that this wallet has signed. Anybody can write one; whose count is for you to know.
        #[arg(long, value_name = "WALLET")]
        by: Option<Address>,
    },
}

impl Command {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        match self {
            Self::Verify => prove(context).await,
            Self::Checkpoints { by } => checkpoints::compare(context, by).await,
            Self::Capture => {
                let address = context.constitution()?;
                let found = context.client.capture(&address).await?;
                context.printer.report(&capture::Shown::new(address.to_string(), found))
            }
        }
    }
}

async fn prove(context: &Context) -> anyhow::Result<()> {
    let address = context.constitution()?;
    let progress = context.printer.begin("reading every event", 1);
    let ledger = Ledger::fetch(context.client.rpc(), &address).await?;
    drop(progress);
    let verification = verify(&ledger);
    let head = verification.constitution.as_ref().ok().map(|report| hex(&report.head.hash));
    let proof = describe_proof(&verification);
    context.printer.report(&Audit { constitution: address.to_string(), head, proof })?;
    if verification.is_proved() {
        return Ok(());
    }
    let hint = "ask another endpoint with --url: one that leaves out or alters events is found out this way";
    Err(Mendable::new("the history is not proved", hint).into())
}

/// What was proved, and what not.
#[derive(Serialize)]
struct Audit {
    constitution: String,
    /// Where the constitution's chain stands.
    head: Option<String>,
    #[serde(flatten)]
    proof: ProofWords,
}

impl Report for Audit {
    fn words(&self) -> String {
        let Self { constitution, head, proof } = self;
        let mut lines = vec![proof.sentence.clone()];
        let problems = proof.problems.iter().chain(&proof.gaps).chain(&proof.recovered);
        lines.extend(problems.map(|line| format!("- {line}")));
        let head = head.clone().unwrap_or_else(|| "not proved".to_owned());
        lines.push(facts(&[("constitution", constitution.clone()), ("head", head)]));
        lines.join("\n")
    }
}
