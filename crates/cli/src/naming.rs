//! What the texts, principles and policies of a community are called.

use quantumagi_interface::accounts::Constitution;
use quantumagi_interface::digest::sha256;
use quantumagi_interface::pda;
use quantumagi_rpc::solana::Address;
use quantumagi_rules::Hash;
use quantumagi_sdk::words::Names;

use crate::context::Context;
use crate::library::title;

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
        wanted: &[Hash],
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
            let version = document.version.as_ref().map(|version| format!(" ({version})")).unwrap_or_default();
            names.titles.insert(constitution.text_hash, format!("{}{version}", document.title));
            let sections = document.principles.iter().map(|section| {
                let text = section.canonical_text();
                (sha256(text.as_bytes()), title(&text))
            });
            names.titles.extend(sections);
        }
        let others = names.principles.values().chain(names.policies.values()).chain(wanted);
        let unknown: Vec<Hash> = others.filter(|hash| !names.titles.contains_key(*hash)).copied().collect();
        for hash in unknown {
            if let Some(text) = self.library.wanted(&hash).await {
                names.titles.insert(hash, title(&text));
            }
        }
        Ok(names)
    }
}
