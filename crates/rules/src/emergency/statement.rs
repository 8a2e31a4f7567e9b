//! What a guardian signs when approving: the act in every detail, so that a signature cannot be given for an id and used
//! for whatever another guardian opens under it (E7, E9).

use crate::{Address, Hash, Sha256};

/// Separates these hashes from every other of this system.
const DOMAIN: &[u8] = b"quantumagi:emergency:1";

/// An emergency act as it is approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The constitution it belongs to.
    pub constitution: Address,
    /// Its id in that constitution.
    pub id: u32,
    /// Number of the set of guardians.
    pub guardians_version: u32,
    /// What it does: the number of an [`super::Act`].
    pub act: u8,
    /// The policy or proposal it is about; zeros for a pause.
    pub target: Address,
    /// How long it holds if a vote confirms it, seconds.
    pub seconds: u32,
    /// The principle it rests on.
    pub principle_id: u32,
    /// SHA-256 of the text that says why.
    pub reason_hash: Hash,
    /// SHA-256 of the evidence.
    pub evidence_hash: Hash,
}

impl Statement {
    /// SHA-256 of the domain `quantumagi:emergency:1`, then all fields in order; integers little endian.
    #[must_use]
    pub fn hash<H: Sha256>(&self) -> Hash {
        let Self {
            constitution,
            id,
            guardians_version,
            act,
            target,
            seconds,
            principle_id,
            reason_hash,
            evidence_hash,
        } = self;
        H::hashv(&[
            DOMAIN,
            constitution,
            &id.to_le_bytes(),
            &guardians_version.to_le_bytes(),
            &[*act],
            target,
            &seconds.to_le_bytes(),
            &principle_id.to_le_bytes(),
            reason_hash,
            evidence_hash,
        ])
    }
}
