//! What the texts, principles and policies of a community are called.

use quantumagi_interface::accounts::Constitution;
use quantumagi_interface::digest::sha256;
use quantumagi_interface::pda;
use quantumagi_rpc::solana::Address;
use quantumagi_rules::Hash;
use quantumagi_sdk::words::Names;

use crate::context::Context;
use crate::library::{document_title, title};

/// A text whose title is wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wanted {
    /// A version of the constitution.
    Constitution(Hash),
    /// Any other text.
    Text(Hash),
}

impl Context {
    /// Names for a community's things: of its principles and policies, and of the texts in `wanted`.
    ///
    /// A text that nobody has is no failure: it is then shown by its hash.
    ///
    /// # Errors
    /// As every read.
    pub(crate) async fn names(
        &self,
        address: &Address,
        constitution: &Constitution,
        wanted: &[Wanted],
    ) -> anyhow::Result<Names> {
        let principles = self.client.principles(address).await?;
        let policies = self.client.policies(address).await?;
        let mut names = Names {
            vault: Some(pda::vault(address)),
            principles: principles.iter().map(|read| (read.value.id, read.value.text_hash)).collect(),
            policies: policies.iter().map(|read| (read.value.id, read.value.text_hash)).collect(),
            ..self.people()
        };
        // Most principles are sections of the constitution, whose one text names them all.
        if let Some(document) = self.library.document(&constitution.text_hash).await {
            names.titles.insert(constitution.text_hash, document_title(&document));
            let sections = document.principles.iter().map(|section| {
                let text = section.canonical_text();
                (sha256(text.as_bytes()), title(&text))
            });
            names.titles.extend(sections);
        }
        let numbered = names.principles.values().chain(names.policies.values());
        let all: Vec<Wanted> = numbered.map(|hash| Wanted::Text(*hash)).chain(wanted.iter().copied()).collect();
        for wanted in all {
            let (Wanted::Constitution(hash) | Wanted::Text(hash)) = wanted;
            if names.titles.contains_key(&hash) {
                continue;
            }
            let found = match wanted {
                Wanted::Constitution(hash) => self.library.document(&hash).await.map(|found| document_title(&found)),
                Wanted::Text(hash) => self.library.wanted(&hash).await.map(|text| title(&text)),
            };
            names.titles.extend(found.map(|title| (hash, title)));
        }
        Ok(names)
    }
}
