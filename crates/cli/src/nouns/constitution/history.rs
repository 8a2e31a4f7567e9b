//! All versions of the constitution's text, and all its events.

use quantumagi_document::Diff;
use quantumagi_interface::events::Event;
use quantumagi_rpc::HistoryRange;
use quantumagi_rpc::solana::Address;
use quantumagi_rules::{Hash, UnixSeconds};
use quantumagi_sdk::history::History;
use quantumagi_sdk::verify::{Chain, ChainHead, verify_chain};
use quantumagi_sdk::words::{describe_event, hex, utc};
use serde::Serialize;

use crate::context::Context;
use crate::exit::Mendable;
use crate::library::document_title;
use crate::printer::Report;
use crate::table::{facts, table};

/// A version of the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Version {
    /// Its number, from 1.
    pub(super) number: u32,
    /// Hash of the text.
    pub(super) text: Hash,
    /// When it came into force, Unix seconds.
    at: i64,
    /// The proposal that ordered it; `None` for the founder.
    proposal: Option<u64>,
}

/// Prints the versions, or the events.
pub(super) async fn run(context: &Context, wants_events: bool) -> anyhow::Result<()> {
    let address = context.constitution()?;
    let events = whole_history(context, &address).await?;
    if wants_events {
        let account = context.client.constitution(&address).await?.value;
        let names = context.names(&address, &account, &[]).await?;
        let rows = events.iter().map(|event| EventRow {
            sequence: event.sequence().unwrap_or_default(),
            at: event.at().unwrap_or_default(),
            event: event.name(),
            words: describe_event(event, &names),
        });
        return context.printer.report(&Events { constitution: address.to_string(), events: rows.collect() });
    }
    let mut rows: Vec<Row> = Vec::new();
    let mut before = None;
    for version in versions(&events) {
        let document = context.library.document(&version.text).await;
        let change = before.as_ref().zip(document.as_ref()).map(|(old, new)| Diff::between(old, new).summary());
        rows.push(Row {
            version: version.number,
            title: document.as_ref().map(document_title),
            text_hash: hex(&version.text),
            at: version.at,
            proposal: version.proposal,
            change,
        });
        before = document;
    }
    context.printer.report(&Versions { constitution: address.to_string(), versions: rows })
}

/// The versions of the text in the order in which they came into force.
pub(super) async fn all_versions(context: &Context, address: &Address) -> anyhow::Result<Vec<Version>> {
    Ok(versions(&whole_history(context, address).await?))
}

/// Every event of the constitution's chain, proved to be whole and unaltered.
async fn whole_history(context: &Context, address: &Address) -> anyhow::Result<Vec<Event>> {
    let head = ChainHead::from(context.client.constitution(address).await?.value.chain);
    let progress = context.printer.begin("reading the constitution's events", 1);
    let history = History::fetch(context.client.rpc(), address, HistoryRange::default()).await?;
    drop(progress);
    let chain = Chain::Constitution(*address);
    let selected = chain.select(history.events.iter().map(|logged| &logged.raw), head);
    verify_chain(chain, &selected, head).map_err(|broken| {
        let hint = "ask another endpoint with --url: this one leaves out or alters events";
        anyhow::Error::new(broken).context(Mendable::new("the constitution's history is not whole", hint))
    })?;
    let events: Result<Vec<Event>, _> = selected.iter().map(|raw| Event::decode(&raw.bytes)).collect();
    Ok(events?)
}

fn versions(events: &[Event]) -> Vec<Version> {
    // A mandate is a proposal's address, and zeros for the founder.
    let proposal_at = |mandate: &Address| {
        events.iter().find_map(|event| {
            let Event::ProposalCreated(e) = event else { return None };
            (e.proposal == *mandate).then_some(e.proposal_id)
        })
    };
    let of = |event: &Event| {
        if let Event::ConstitutionCreated(e) = event {
            return Some(Version { number: 1, text: e.text_hash, at: e.at, proposal: None });
        }
        let Event::ConstitutionAmended(e) = event else { return None };
        Some(Version { number: e.version, text: e.text_hash, at: e.at, proposal: proposal_at(&e.mandate) })
    };
    events.iter().filter_map(of).collect()
}

#[derive(Serialize)]
struct Versions {
    constitution: String,
    versions: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    version: u32,
    title: Option<String>,
    text_hash: String,
    at: i64,
    /// The proposal that ordered it; `null` for the founder.
    proposal: Option<u64>,
    /// What changed from the version before, in one line; `null` for the first, and where a text cannot be had.
    change: Option<String>,
}

impl Report for Versions {
    fn words(&self) -> String {
        let versions = self.versions.iter().map(|row| {
            let change = match (&row.change, row.version) {
                (Some(change), _) => change.clone(),
                (None, 1) => "founded".to_owned(),
                (None, _) => "(a text is not known here)".to_owned(),
            };
            let by = row.proposal.map_or_else(|| "the founder".to_owned(), |id| format!("proposal {id}"));
            let head = format!("version {}  {}", row.version, row.title.as_deref().unwrap_or("(text not known here)"));
            let rest = facts(&[
                ("  in force", utc(UnixSeconds(row.at))),
                ("  by", by),
                ("  text", row.text_hash.clone()),
                ("  change", change),
            ]);
            format!("{head}\n{rest}")
        });
        versions.collect::<Vec<_>>().join("\n\n")
    }
}

#[derive(Serialize)]
struct Events {
    constitution: String,
    events: Vec<EventRow>,
}

#[derive(Serialize)]
struct EventRow {
    sequence: u64,
    at: i64,
    event: &'static str,
    words: String,
}

impl Report for Events {
    fn words(&self) -> String {
        let rows = self.events.iter();
        let rows = rows.map(|row| [row.sequence.to_string(), utc(UnixSeconds(row.at)), row.words.clone()]);
        table(["event", "when", "what happened"], rows)
    }
}
