//! Texts by their hash: from a directory, or else put together from the parts that somebody published on chain.
//!
//! A text proves itself: whatever the source, nothing is returned that does not hash to what was asked for and is not
//! in canonical form. [`crate::builders::text_publish`] publishes one.

mod assemble;
mod content;
mod store;

use quantumagi_interface::Address;
use quantumagi_interface::events::{Event, TextPublished};
use quantumagi_rpc::{HistoryRange, Rpc, RpcError};
use quantumagi_rules::Hash;

pub use assemble::{Attempt, assemble};
pub use content::{WithContent, texts_named_by, transactions_with_content};
pub use store::{StoreError, TextStore};

use crate::history::{Gap, History};
use crate::words::hex;

/// Transactions read before looking whether the text is whole. Anybody can publish parts under any hash; who came
/// first is looked at first, so that later rubbish is not even read.
const READ_AT_ONCE: usize = 64;

/// Why a text could not be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// The endpoint did not answer as it should.
    #[error(transparent)]
    Rpc(#[from] RpcError),
    /// The directory could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Nobody published any part of it.
    #[error("the text {} is not in the store, and nobody published it", hex(text))]
    NotPublished {
        /// Its hash.
        text: Hash,
        /// Transactions whose parts are not known: the endpoint may be the reason.
        gaps: Vec<Gap>,
    },
    /// What was published under its hash does not make the text.
    #[error("the text {} cannot be put together: {}", hex(text), reasons(attempts))]
    NotWhole {
        /// Its hash.
        text: Hash,
        /// What is wrong with what each publisher published.
        attempts: Vec<Attempt>,
        /// Transactions whose parts are not known: the endpoint may be the reason.
        gaps: Vec<Gap>,
    },
}

/// The text with this hash: from the store, else from the chain, and then into the store.
///
/// A file in the store that is not the text any more is replaced.
///
/// # Errors
/// [`TextError`].
pub async fn fetch_text(rpc: &Rpc, store: &TextStore, text: &Hash) -> Result<String, TextError> {
    match store.text(text) {
        Ok(Some(words)) => return Ok(words),
        Ok(None) | Err(StoreError::Altered { .. } | StoreError::NotCanonical { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let words = fetch_published(rpc, text).await?;
    store.keep(&words)?;
    Ok(words)
}

/// The text with this hash, from the parts published on chain.
///
/// # Errors
/// [`TextError`], except for the store's.
pub async fn fetch_published(rpc: &Rpc, text: &Hash) -> Result<String, TextError> {
    let address = Address::new_from_array(*text);
    let records = rpc.signatures_for(&address, HistoryRange::default()).await?;
    let mut history = History::default();
    let mut attempts = Vec::new();
    for records in records.chunks(READ_AT_ONCE) {
        history = history.joined(rpc, records.to_vec()).await?;
        let published: Vec<&TextPublished> = parts(&history).filter(|part| part.text_hash == *text).collect();
        match assemble(text, &published) {
            Ok(words) => return Ok(words),
            Err(failed) => attempts = failed,
        }
    }
    let (text, gaps) = (*text, history.gaps);
    Err(if attempts.is_empty() {
        TextError::NotPublished { text, gaps }
    } else {
        TextError::NotWhole { text, attempts, gaps }
    })
}

fn parts(history: &History) -> impl Iterator<Item = &TextPublished> {
    history.events.iter().filter_map(|logged| {
        let Ok(Event::TextPublished(part)) = &logged.event else { return None };
        Some(part)
    })
}

fn reasons(attempts: &[Attempt]) -> String {
    let reasons: Vec<String> = attempts.iter().map(ToString::to_string).collect();
    reasons.join("; ")
}
