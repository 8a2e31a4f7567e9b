//! The whole history proved from the network alone, and told.

use anyhow::{Context, Result, ensure};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use quantumagi_document::{Diff, Document};
use quantumagi_interface::digest::sha256;
use quantumagi_interface::events::Event;
use quantumagi_rules::{Hash, UnixSeconds};
use quantumagi_sdk::texts::fetch_published;
use quantumagi_sdk::verify::{Ledger, verify};
use quantumagi_sdk::words::{ProofWords, describe_proof, hex, utc};
use serde::Serialize;

use super::chain::Chain;
use super::community::{Community, Held, on_chain};
use super::documents::version_of;
use super::narrator::Teller;

/// Versions whose parts are fetched at one time.
const PARALLEL_TEXTS: usize = 4;

/// A version of the constitution as the network tells it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Version {
    /// Its number on chain, from 1.
    pub(super) number: u32,
    /// What the document calls itself.
    pub(super) name: String,
    /// When it came into force by the chain's clock.
    pub(super) since: String,
    /// SHA-256 of its text, hexadecimal.
    pub(super) text_hash: String,
    /// SHA-256 of the text before it; none for the first.
    pub(super) parent_hash: Option<String>,
    /// What changed, in one line.
    pub(super) summary: Option<String>,
}

/// What the network alone tells.
pub(super) struct Proof {
    /// The verdict.
    pub(super) words: ProofWords,
    /// All versions, oldest first.
    pub(super) history: Vec<Version>,
    /// What changed with the last version, in words.
    pub(super) last_diff: Option<String>,
}

/// A text that came into force.
struct Entry {
    number: u32,
    at: i64,
    text_hash: Hash,
    parent_hash: Option<Hash>,
}

/// Fetches everything anew and proves it.
///
/// # Errors
/// When the network does not answer, or what it tells is not what was done.
pub(super) async fn prove(chain: &Chain, community: &Community, teller: &Teller) -> Result<Proof> {
    teller.now("events and accounts");
    let ledger = Ledger::fetch(chain.rpc(), &community.address).await?;
    let words = describe_proof(&verify(&ledger));
    teller.say(&words.sentence);
    words.problems.iter().for_each(|problem| teller.say(problem));
    teller.say(format!(
        "transactions read: {}; failed ones, which changed nothing: {}",
        ledger.history.succeeded, ledger.history.failed
    ));
    check_principles(&ledger, &community.principles)?;

    teller.now("texts");
    let entries: Vec<Entry> =
        ledger.history.events.iter().filter_map(|logged| entry(logged.event.as_ref().ok()?)).collect();
    let documents: Vec<Document> = stream::iter(&entries)
        .map(|entry| document(chain, &entry.text_hash))
        .buffered(PARALLEL_TEXTS)
        .try_collect()
        .await?;
    ensure!(documents.last() == Some(&community.document), "the network's last text is not the one in force");
    let history = history(&entries, &documents);
    let last_diff = match documents.as_slice() {
        [.., before, last] => Some(Diff::between(before, last).to_string()),
        [_] | [] => None,
    };
    teller
        .say(format!("texts put together from their parts, each hashing to what its event says: {}", documents.len()));
    Ok(Proof { words, history, last_diff })
}

/// The principles in force on chain are those of the document, word for word.
fn check_principles(ledger: &Ledger, held: &[Held]) -> Result<()> {
    let in_force = ledger.principles.values().flatten().filter(|principle| !principle.is_retired()).count();
    ensure!(in_force == held.len(), "{in_force} principles are in force instead of {}", held.len());
    for Held { id, version, text } in held {
        let stored = ledger.principles.get(id).and_then(Option::as_ref);
        let is_same = stored.is_some_and(|stored| {
            !stored.is_retired() && stored.version == *version && stored.text_hash == on_chain(text).text_hash
        });
        ensure!(is_same, "principle {id} is not {} of the document", text.number);
    }
    Ok(())
}

#[allow(clippy::wildcard_enum_match_arm, reason = "only two events change the text in force")]
fn entry(event: &Event) -> Option<Entry> {
    match event {
        Event::ConstitutionCreated(e) => Some(Entry { number: 1, at: e.at, text_hash: e.text_hash, parent_hash: None }),
        Event::ConstitutionAmended(e) => {
            let parent_hash = Some(e.parent_hash);
            Some(Entry { number: e.version, at: e.at, text_hash: e.text_hash, parent_hash })
        }
        _ => None,
    }
}

async fn document(chain: &Chain, text_hash: &Hash) -> Result<Document> {
    let text = fetch_published(chain.rpc(), text_hash).await?;
    ensure!(sha256(text.as_bytes()) == *text_hash, "a text is not what it was asked for");
    Document::parse_file("constitution", text.as_bytes()).context("a published text is not a constitution")
}

fn history(entries: &[Entry], documents: &[Document]) -> Vec<Version> {
    let before = std::iter::once(None).chain(documents.iter().map(Some));
    let versions = entries.iter().zip(documents).zip(before);
    versions
        .map(|((entry, document), before)| Version {
            number: entry.number,
            name: version_of(document).to_owned(),
            since: utc(UnixSeconds(entry.at)),
            text_hash: hex(&entry.text_hash),
            parent_hash: entry.parent_hash.map(|hash| hex(&hash)),
            summary: before.map(|before| Diff::between(before, document).summary()),
        })
        .collect()
}
