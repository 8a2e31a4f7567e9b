//! `quantumagi audit checkpoints`: what was said of the history when it was young, against what is told of it now.

use quantumagi_rpc::solana::Address;
use quantumagi_rules::UnixSeconds;
use quantumagi_sdk::checkpoint::{Agreement, Anchored, Known, prove};
use quantumagi_sdk::words::{hex, utc};
use serde::Serialize;

use crate::context::Context;
use crate::exit::Mendable;
use crate::printer::Report;
use crate::table::{facts, table};

/// Every checkpoint that was found.
#[derive(Serialize)]
struct Shown {
    constitution: String,
    /// Events that were proved, from the first.
    events: u64,
    head: String,
    checkpoints: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    by: String,
    events: u64,
    hash: String,
    state: &'static str,
    slot: u64,
    at: Option<i64>,
    signature: String,
}

impl Row {
    fn new(anchored: &Anchored, agreement: Agreement) -> Self {
        let Anchored { checkpoint, by, signature, slot, at } = anchored;
        let state = match agreement {
            Agreement::Agrees => "agrees",
            Agreement::Differs => "DIFFERS",
            // Anchored while the history was being read.
            Agreement::OutOfReach => "newer",
        };
        let (events, hash) = (checkpoint.head.sequence, hex(&checkpoint.head.hash));
        Self { by: by.to_string(), events, hash, state, slot: *slot, at: *at, signature: signature.to_string() }
    }
}

impl Report for Shown {
    fn words(&self) -> String {
        let Self { constitution, events, head, checkpoints } = self;
        let mut lines = vec![facts(&[
            ("constitution", constitution.clone()),
            ("events", format!("{events}, all proved")),
            ("head", head.clone()),
        ])];
        let at = |row: &Row| row.at.map_or_else(|| format!("slot {}", row.slot), |at| utc(UnixSeconds(at)));
        let rows = checkpoints
            .iter()
            .map(|row| [row.events.to_string(), row.state.to_owned(), at(row), row.by.clone(), row.signature.clone()]);
        lines.push(if checkpoints.is_empty() {
            "no checkpoints".to_owned()
        } else {
            table(["events", "", "anchored", "by", "transaction"], rows)
        });
        lines.join("\n")
    }
}

/// Finds them and compares.
pub(super) async fn compare(context: &Context, by: Option<Address>) -> anyhow::Result<()> {
    let address = context.constitution()?;
    let progress = context.printer.begin("reading every event", 1);
    let proved = prove(context.client.rpc(), &address, Known::NOTHING).await;
    drop(progress);
    let chain = proved.map_err(|error| match error {
        passing if passing.is_passing() => anyhow::Error::from(passing),
        broken => {
            let hint = "ask another endpoint with --url; `quantumagi audit verify` tells everything that is wrong";
            Mendable::new(broken.to_string(), hint).into()
        }
    })?;
    let found = chain.anchored.iter().filter(|it| by.is_none_or(|by| it.by == by));
    let judged: Vec<(&Anchored, Agreement)> = found.map(|it| (it, chain.agreement(it))).collect();
    context.printer.report(&Shown {
        constitution: address.to_string(),
        events: chain.known.head.sequence,
        head: hex(&chain.known.head.hash),
        checkpoints: judged.iter().map(|(anchored, agreement)| Row::new(anchored, *agreement)).collect(),
    })?;
    let Some((first, _)) = judged.iter().find(|(_, agreement)| *agreement == Agreement::Differs) else { return Ok(()) };
    let Anchored { checkpoint, by, signature, .. } = first;
    let (events, hash) = (checkpoint.head.sequence, hex(&checkpoint.head.hash));
    let words =
        format!("the checkpoint {signature} by {by} says {hash} after {events} events, and the history does not");
    let hint = "either its writer was told another history, or wrote what is not so: ask another endpoint with --url, and them";
    Err(Mendable::new(words, hint).into())
}
