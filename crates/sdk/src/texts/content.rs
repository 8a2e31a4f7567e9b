//! The texts that events stand for.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use futures_util::stream::{Stream, StreamExt};
use quantumagi_interface::Address;
use quantumagi_interface::events::Event;
use quantumagi_rpc::{HistoryRange, Rpc};
use quantumagi_rules::Hash;

use super::{TextError, TextStore, fetch_text};
use crate::history::{LoggedTransaction, transactions};

/// A transaction and the texts that its events name.
#[derive(Debug)]
pub struct WithContent {
    /// What it logged.
    pub transaction: LoggedTransaction,
    /// The texts by their hashes: each hashes to what it is filed under, or says why it could not be had.
    pub texts: BTreeMap<Hash, Result<String, TextError>>,
}

/// Every transaction in `range` that mentions `address` and succeeded, newest first, with the texts that its events name:
/// from the store, else put together from what was published and checked against their hashes, and then kept there.
///
/// A text that cannot be had ends nothing: its place says why. Pages are read as [`transactions`] does.
pub fn transactions_with_content<'a>(
    rpc: &'a Rpc,
    store: &'a TextStore,
    address: &Address,
    range: HistoryRange,
) -> impl Stream<Item = quantumagi_rpc::Result<WithContent>> + Send + use<'a> {
    transactions(rpc, address, range).then(move |transaction| async move {
        let transaction = transaction?;
        let events = transaction.events.iter().filter_map(|logged| logged.event.as_ref().ok());
        let mut texts = BTreeMap::new();
        for text in events.flat_map(texts_named_by) {
            if let Entry::Vacant(place) = texts.entry(text) {
                place.insert(fetch_text(rpc, store, &text).await);
            }
        }
        Ok(WithContent { transaction, texts })
    })
}

/// Hashes of the texts that an event names. Evidence need not be a text and is not among them; a text's own publication
/// names none.
#[must_use]
#[allow(clippy::wildcard_enum_match_arm, reason = "most events name no text")]
pub fn texts_named_by(event: &Event) -> Vec<Hash> {
    let text = match event {
        Event::ConstitutionCreated(e) => e.text_hash,
        Event::ConstitutionAmended(e) => e.text_hash,
        Event::PrincipleAdded(e) => e.text_hash,
        Event::PrincipleAmended(e) => e.text_hash,
        Event::PolicyAdopted(e) => e.text_hash,
        Event::PolicyAmended(e) => e.text_hash,
        Event::ProposalCreated(e) => e.content_hash,
        Event::ProposalAttested(e) => e.report_hash,
        Event::EmergencyOpened(e) => e.reason_hash,
        _ => return Vec::new(),
    };
    vec![text]
}
