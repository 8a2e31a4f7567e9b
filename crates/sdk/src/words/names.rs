//! What the reader already knows by name. Whatever is not in here is shown by its address, hash or number.

use std::collections::BTreeMap;

use quantumagi_rpc::solana::Address;
use quantumagi_rules::Hash;

use super::amount::{hash, quoted};

/// Names to put in the place of addresses, hashes and numbers. Empty is fine: then everything is shown in full.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// The constitution's vault.
    pub vault: Option<Address>,
    /// Titles of texts, by the SHA-256 of the text.
    pub titles: BTreeMap<Hash, String>,
    /// What people call an address. Shown beside the address, never in its place.
    pub addresses: BTreeMap<Address, String>,
    /// Text in force of each policy, by id.
    pub policies: BTreeMap<u64, Hash>,
    /// Text in force of each principle, by id.
    pub principles: BTreeMap<u32, Hash>,
}

impl Names {
    /// `the vault`, or the address, with what people call it.
    #[must_use]
    pub fn address(&self, address: &Address) -> String {
        match self.addresses.get(address) {
            _ if self.vault.as_ref() == Some(address) => "the vault".to_owned(),
            Some(name) => format!("{address} ({})", quoted(name)),
            None => address.to_string(),
        }
    }

    /// The title in quotes, or `the text` and its hash.
    #[must_use]
    pub fn text(&self, text: &Hash) -> String {
        self.titles.get(text).map_or_else(|| format!("the text {}", hash(text)), |title| quoted(title))
    }

    /// `the policy "Travel"`, or `the policy with the text` and its hash; `thing` is what it is the text of.
    #[must_use]
    pub fn text_of(&self, thing: &str, text: &Hash) -> String {
        match self.titles.get(text) {
            Some(title) => format!("the {thing} {}", quoted(title)),
            None => format!("the {thing} with the text {}", hash(text)),
        }
    }

    /// `policy 3`, with its title where that is known.
    #[must_use]
    pub fn policy(&self, id: u64) -> String {
        self.titled(format!("policy {id}"), self.policies.get(&id))
    }

    /// `principle 3`, with its title where that is known.
    #[must_use]
    pub fn principle(&self, id: u32) -> String {
        self.titled(format!("principle {id}"), self.principles.get(&id))
    }

    fn titled(&self, thing: String, text: Option<&Hash>) -> String {
        match text.and_then(|text| self.titles.get(text)) {
            Some(title) => format!("{thing} {}", quoted(title)),
            None => thing,
        }
    }
}
