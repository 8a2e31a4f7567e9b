//! Who takes part: a founder, and a council of eight with unequal weights.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use quantumagi_rpc::solana::{Address, Keypair, Signer, write_keypair_file};
use quantumagi_sdk::builders::Member;

/// The council: eight, as many as the Debian constitution gives its Technical Committee at most. The weights add up to
/// 10,000, so that a weight reads as a share, and Ana, Ben and Chi have exactly 60 %, while Ana, Ben and Dev, one
/// point lighter, have 59.99 %.
const COUNCIL: [(&str, u64); 8] = [
    ("Ana", 2_500),
    ("Ben", 1_999),
    ("Chi", 1_501),
    ("Dev", 1_500),
    ("Eva", 1_000),
    ("Fay", 750),
    ("Gus", 500),
    ("Hal", 250),
];

/// One of the council.
pub(super) struct Councillor {
    /// What they are called.
    pub(super) name: &'static str,
    /// Their weight; all together have 10,000.
    pub(super) weight: u64,
    /// Their key.
    pub(super) key: Keypair,
}

/// Everybody who signs something.
pub(super) struct People {
    /// Founds the community and has no power after the seal.
    pub(super) founder: Keypair,
    /// The council.
    pub(super) council: Vec<Councillor>,
}

impl People {
    /// New people with new keys.
    pub(super) fn meet() -> Self {
        let council = COUNCIL.into_iter().map(|(name, weight)| Councillor { name, weight, key: Keypair::new() });
        Self { founder: Keypair::new(), council: council.collect() }
    }

    /// The councillor with this name.
    ///
    /// # Errors
    /// When nobody is called so.
    pub(super) fn named(&self, name: &str) -> Result<&Councillor> {
        let found = self.council.iter().find(|councillor| councillor.name == name);
        found.with_context(|| format!("nobody in the council is called {name}"))
    }

    /// The council as a roster's members.
    pub(super) fn members(&self) -> Vec<Member> {
        let member = |councillor: &Councillor| Member { voter: councillor.address(), weight: councillor.weight };
        self.council.iter().map(member).collect()
    }

    /// Every wallet.
    pub(super) fn wallets(&self) -> impl Iterator<Item = Address> + '_ {
        std::iter::once(self.founder.pubkey()).chain(self.council.iter().map(Councillor::address))
    }

    /// Writes who is called what to the file `path`, as the command line's `--names` reads it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(super) fn write_names(&self, path: &Path) -> Result<()> {
        let line = |member: &Councillor| format!("{},{},{}\n", member.address(), member.weight, member.name);
        let lines: String = self.council.iter().map(line).collect();
        std::fs::write(path, lines).with_context(|| format!("cannot write {}", path.display()))
    }

    /// Writes everybody's key to `folder`, readable by its owner only.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub(super) fn write_keys(&self, folder: &Path) -> Result<Vec<PathBuf>> {
        let council = self.council.iter().map(|councillor| (councillor.name, &councillor.key));
        std::iter::once(("founder", &self.founder))
            .chain(council)
            .map(|(name, key)| {
                let path = folder.join(format!("{}.json", name.to_lowercase()));
                let written = write_keypair_file(key, &path).map_err(|error| anyhow::anyhow!("{error}"));
                written.with_context(|| format!("cannot write {}", path.display()))?;
                Ok(path)
            })
            .collect()
    }
}

impl Councillor {
    /// Their address.
    pub(super) fn address(&self) -> Address {
        self.key.pubkey()
    }
}

#[cfg(test)]
mod tests {
    use super::COUNCIL;

    fn weight_of(names: &[&str]) -> u64 {
        COUNCIL.iter().filter(|(name, _)| names.contains(name)).map(|(_, weight)| weight).sum()
    }

    #[test]
    fn the_council_can_split_exactly_at_the_threshold_and_one_point_below() {
        assert_eq!(COUNCIL.iter().map(|(_, weight)| weight).sum::<u64>(), 10_000);
        assert_eq!(weight_of(&["Ana", "Ben", "Chi"]), 6_000);
        assert_eq!(weight_of(&["Ana", "Ben", "Dev"]), 5_999);
    }
}
