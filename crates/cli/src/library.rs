//! Texts by their hash, what they are called, and publishing them.

use std::path::Path;

use anyhow::Context as _;
use quantumagi_document::Document;
use quantumagi_rpc::Rpc;
use quantumagi_rpc::solana::{Address, Instruction};
use quantumagi_rules::Hash;
use quantumagi_rules::text::canonicalize;
use quantumagi_sdk::builders::text_publish;
use quantumagi_sdk::texts::{StoreError, TextError, TextStore, fetch_published, fetch_text};

/// Longest title taken from a text, in characters.
const MAX_TITLE_CHARS: usize = 80;

/// Texts in the store, and those that were published.
#[derive(Clone, Debug)]
pub(crate) struct Library {
    rpc: Rpc,
    store: TextStore,
}

impl Library {
    /// The texts in this folder, which is made where it does not exist.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub(crate) fn open(rpc: Rpc, folder: &Path) -> anyhow::Result<Self> {
        let store = TextStore::open(folder).context("cannot open the folder of texts")?;
        Ok(Self { rpc, store })
    }

    /// Keeps a canonical text and returns its hash.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(crate) fn keep(&self, canonical: &str) -> Result<Hash, StoreError> {
        self.store.keep(canonical)
    }

    /// The text with this hash, from the store or else from the chain.
    ///
    /// # Errors
    /// Where nobody published it whole, and where it cannot be asked for.
    pub(crate) async fn text(&self, hash: &Hash) -> Result<String, TextError> {
        fetch_text(&self.rpc, &self.store, hash).await
    }

    /// The text with this hash; `None` where it cannot be had, whatever the reason: it is wanted for a title only.
    pub(crate) async fn wanted(&self, hash: &Hash) -> Option<String> {
        self.text(hash).await.ok()
    }

    /// The constitution's text with this hash, read into principles; `None` where it cannot be had.
    pub(crate) async fn document(&self, hash: &Hash) -> Option<Document> {
        let text = self.wanted(hash).await?;
        Document::parse_file("", text.as_bytes()).ok()
    }

    /// Transactions that publish those of `texts` that are not on the chain yet; to be sent side by side, in any order.
    ///
    /// # Errors
    /// Where a text cannot be kept, or asked for.
    pub(crate) async fn publication(
        &self,
        publisher: &Address,
        texts: &[&str],
    ) -> anyhow::Result<Vec<Vec<Instruction>>> {
        let mut transactions = Vec::new();
        for text in texts {
            let hash = self.keep(text)?;
            match fetch_published(&self.rpc, &hash).await {
                Ok(_) => {}
                Err(TextError::NotPublished { .. } | TextError::NotWhole { .. }) => {
                    transactions.extend(text_publish(publisher, text).into_iter().map(|part| vec![part]));
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(transactions)
    }
}

/// The canonical form of a text file.
///
/// # Errors
/// Where it cannot be read or is no text; with its name.
pub(crate) fn read_text(path: &Path) -> anyhow::Result<String> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    canonicalize(&bytes).with_context(|| format!("{} cannot be published", path.display()))
}

/// What a constitution is called: its title and the version that it claims for itself.
pub(crate) fn document_title(document: &Document) -> String {
    match &document.version {
        Some(version) => format!("{} (version {version})", document.title),
        None => document.title.clone(),
    }
}

/// What a text is called: its first line that shows something, without the signs of a Markdown heading.
pub(crate) fn title(text: &str) -> String {
    let line = text.lines().map(|line| line.trim().trim_start_matches('#').trim()).find(|line| !line.is_empty());
    let line = line.unwrap_or_default();
    match line.char_indices().nth(MAX_TITLE_CHARS) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or(line)),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_the_first_line_that_shows_something() {
        assert_eq!(title("\n\n## Travel policy\n\nWe travel.\n"), "Travel policy");
        assert_eq!(title("6.1 Powers\n\nThe committee may\n"), "6.1 Powers");
        assert_eq!(title(&"é".repeat(81)), format!("{}…", "é".repeat(80)));
        assert_eq!(title(&"é".repeat(80)), "é".repeat(80));
    }
}
