//! What is hashed, byte by byte: the digest a vote binds to, and the chain of events.

use alloc::{vec, vec::Vec};

use crate::{
    action::{Action, Invocation},
    Address, Hash,
};

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

/// Separates the digests of single instructions.
const STEP_DOMAIN: &[u8] = b"quantumagi:step:1";
/// Separates the digests of what is still to be done.
const PENDING_DOMAIN: &[u8] = b"quantumagi:pending:1";

/// The pending digest where nothing is left to do.
pub const NOTHING_PENDING: Hash = [0; 32];

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
/// Of an action that calls other programs: [`pending_digests`]' first, over its instructions with the `slots` in which the
/// called programs were last deployed, one each; `None` where there are more or fewer. Of every other action:
/// [`execution_digest_of_bytes`], with no slots.
#[must_use]
pub fn execution_digest<H: Sha256>(context: &ExecutionContext, action: &Action<'_>, slots: &[u64]) -> Option<Hash> {
    pending_digests::<H>(context, action, slots)?.first().copied()
}

/// SHA-256 of: the domain `quantumagi:execution:1`, constitution (32), constitution version (4), proposal id (8),
/// cool-off (4), timelock (4), window (4), deploy slot (8), then the action's canonical bytes; integers little endian.
#[must_use]
pub fn execution_digest_of_bytes<H: Sha256>(context: &ExecutionContext, action: &[u8]) -> Hash {
    hash_in_context::<H>(EXECUTION_DOMAIN, context, &[action])
}

/// What is voted on before each step, from before the first to after the last, which is [`NOTHING_PENDING`].
///
/// A chain from the end: pending_n is zeros, and pending_k is SHA-256 of the domain `quantumagi:pending:1`, the digest of
/// instruction k ([`step_digest`]) and pending_(k+1). So whoever executes instruction k shows it and 32 bytes, and cannot
/// leave out, repeat or exchange any.
///
/// `None` where `slots` does not hold one slot for each instruction.
#[must_use]
pub fn pending_digests<H: Sha256>(context: &ExecutionContext, action: &Action<'_>, slots: &[u64]) -> Option<Vec<Hash>> {
    let n_steps = action.invocations().count();
    if n_steps != slots.len() {
        return None;
    }
    if n_steps == 0 {
        let mut bytes = Vec::with_capacity(action.encoded_len());
        action.encode(&mut bytes);
        return Some(vec![execution_digest_of_bytes::<H>(context, &bytes), NOTHING_PENDING]);
    }
    let mut pending = Vec::with_capacity(n_steps.saturating_add(1));
    for ((step, invocation), slot) in (0u16..).zip(action.invocations()).zip(slots) {
        pending.push(step_digest::<H>(&ExecutionContext { deploy_slot: *slot, ..*context }, step, &invocation));
    }
    let mut rest = NOTHING_PENDING;
    for digest in pending.iter_mut().rev() {
        rest = pending_digest::<H>(digest, &rest);
        *digest = rest;
    }
    pending.push(NOTHING_PENDING);
    Some(pending)
}

/// The digest of instruction `step`, counted from 0: SHA-256 of the domain `quantumagi:step:1`, the context as in
/// [`execution_digest_of_bytes`] with the deploy slot of this instruction's program, the step (2), and the instruction's
/// canonical bytes.
#[must_use]
pub fn step_digest<H: Sha256>(context: &ExecutionContext, step: u16, invocation: &Invocation<'_>) -> Hash {
    let Invocation { program, accounts, data } = invocation;
    hash_in_context::<H>(
        STEP_DOMAIN,
        context,
        &[
            &step.to_le_bytes(),
            program,
            &invocation.count_bytes(),
            accounts.as_bytes(),
            &invocation.data_len_bytes(),
            data,
        ],
    )
}

/// One link of [`pending_digests`]: `step` is to be done, then whatever `rest` stands for.
#[must_use]
pub fn pending_digest<H: Sha256>(step: &Hash, rest: &Hash) -> Hash {
    H::hashv(&[PENDING_DOMAIN, step, rest])
}

fn hash_in_context<H: Sha256>(domain: &[u8], context: &ExecutionContext, rest: &[&[u8]]) -> Hash {
    let ExecutionContext {
        constitution,
        constitution_version,
        proposal_id,
        cooloff_seconds,
        timelock_seconds,
        window_seconds,
        deploy_slot,
    } = context;
    let (version, id) = (constitution_version.to_le_bytes(), proposal_id.to_le_bytes());
    let (cooloff, timelock) = (cooloff_seconds.to_le_bytes(), timelock_seconds.to_le_bytes());
    let (window, slot) = (window_seconds.to_le_bytes(), deploy_slot.to_le_bytes());
    let context: [&[u8]; 8] = [domain, constitution, &version, &id, &cooloff, &timelock, &window, &slot];
    let parts: Vec<&[u8]> = context.iter().chain(rest).copied().collect();
    H::hashv(&parts)
}

/// The rolling hash after an event: SHA-256 of the hash before it and the event's bytes as logged, discriminator
/// included. The first event of a chain follows 32 zero bytes.
#[must_use]
pub fn next_link<H: Sha256>(previous: &Hash, event: &[u8]) -> Hash {
    H::hashv(&[previous, event])
}

#[cfg(test)]
mod tests;
