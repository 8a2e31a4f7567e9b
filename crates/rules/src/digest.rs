//! What is hashed, byte by byte: the digest a vote binds to, and the chain of events.

use alloc::vec::Vec;

use crate::{action::Action, Address, Hash};

/// SHA-256 over the concatenation of `parts`: the system call on chain, a library elsewhere.
pub trait Sha256 {
    /// The hash of all parts, one after the other.
    fn hashv(parts: &[&[u8]]) -> Hash;

    /// [`Sha256::hashv`], written to where the caller wants it.
    fn hash_into(parts: &[&[u8]], hash: &mut Hash) {
        *hash = Self::hashv(parts);
    }
}

/// Separates execution digests from every other hash of this system.
const EXECUTION_DOMAIN: &[u8] = b"quantumagi:execution:1";

/// What surrounds an action in its digest. A digest is worth nothing in another constitution, for another proposal,
/// in another window, or once the called program has been replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExecutionContext {
    /// The constitution the proposal belongs to.
    pub constitution: Address,
    /// Version of the constitution's text it was written under.
    pub constitution_version: u32,
    /// The proposal's id in that constitution.
    pub proposal_id: u64,
    /// Frozen cool-off, seconds.
    pub cooloff_seconds: u32,
    /// Frozen timelock, seconds.
    pub timelock_seconds: u32,
    /// Frozen execution window, seconds.
    pub window_seconds: u32,
    /// Slot in which the called program was last deployed; 0 where nothing is called or the code cannot change.
    pub deploy_slot: u64,
}

/// The digest that is voted on, and that execution recomputes from what it is about to do.
///
/// SHA-256 of: the domain `quantumagi:execution:1`, constitution (32), constitution version (4), proposal id (8),
/// cool-off (4), timelock (4), window (4), deploy slot (8), then the action's canonical bytes; integers little endian.
#[must_use]
pub fn execution_digest<H: Sha256>(context: &ExecutionContext, action: &Action<'_>) -> Hash {
    let mut bytes = Vec::with_capacity(action.encoded_len());
    action.encode(&mut bytes);
    execution_digest_of_bytes::<H>(context, &bytes)
}

/// [`execution_digest`] of an action that is already in its canonical bytes.
#[must_use]
pub fn execution_digest_of_bytes<H: Sha256>(context: &ExecutionContext, action: &[u8]) -> Hash {
    let ExecutionContext {
        constitution,
        constitution_version,
        proposal_id,
        cooloff_seconds,
        timelock_seconds,
        window_seconds,
        deploy_slot,
    } = context;
    H::hashv(&[
        EXECUTION_DOMAIN,
        constitution,
        &constitution_version.to_le_bytes(),
        &proposal_id.to_le_bytes(),
        &cooloff_seconds.to_le_bytes(),
        &timelock_seconds.to_le_bytes(),
        &window_seconds.to_le_bytes(),
        &deploy_slot.to_le_bytes(),
        action,
    ])
}

/// The rolling hash after an event: SHA-256 of the hash before it and the event's bytes as logged, discriminator
/// included. The first event of a chain follows 32 zero bytes.
#[must_use]
pub fn next_link<H: Sha256>(previous: &Hash, event: &[u8]) -> Hash {
    H::hashv(&[previous, event])
}
