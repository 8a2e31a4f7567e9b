//! The addresses that the program derives. Seeds: `programs/quantumagi-core/src/seeds.rs`.
//!
//! Each function searches for the canonical bump, some microseconds of hashing; keep the answer
//! where it is needed often.

use quantumagi_rules::action::LOADER_UPGRADEABLE;
use solana_address::Address;

use crate::PROGRAM_ID;

/// The constitution that was founded with this create key.
#[must_use]
pub fn constitution(create_key: &Address) -> Address {
    find(&[b"constitution", create_key.as_ref()])
}

/// The account that holds and signs for a constitution. Always the System program's, never written by this one.
#[must_use]
pub fn vault(constitution: &Address) -> Address {
    find(&[b"vault", constitution.as_ref()])
}

/// The account of the upgradeable loader that holds the program's own code.
#[must_use]
pub fn own_code() -> Address {
    let loader = Address::new_from_array(LOADER_UPGRADEABLE);
    Address::find_program_address(&[PROGRAM_ID.as_ref()], &loader).0
}

/// The principle with this id, from 0.
#[must_use]
pub fn principle(constitution: &Address, id: u32) -> Address {
    find(&[b"principle", constitution.as_ref(), &id.to_le_bytes()])
}

/// The roster with this version, from 1.
#[must_use]
pub fn roster(constitution: &Address, version: u32) -> Address {
    find(&[b"roster", constitution.as_ref(), &version.to_le_bytes()])
}

/// A page of a roster, from 0: it holds the members from `page * 30` on.
#[must_use]
pub fn roster_page(roster: &Address, page: u32) -> Address {
    find(&[b"roster_page", roster.as_ref(), &page.to_le_bytes()])
}

/// The proposal with this id, from 0.
#[must_use]
pub fn proposal(constitution: &Address, id: u64) -> Address {
    find(&[b"proposal", constitution.as_ref(), &id.to_le_bytes()])
}

/// The count of a proposer's open proposals.
#[must_use]
pub fn proposer(constitution: &Address, owner: &Address) -> Address {
    find(&[b"proposer", constitution.as_ref(), owner.as_ref()])
}

/// The deposit pool with this version, from 1, among the constitution's electorates that are no rosters.
#[must_use]
pub fn deposit_pool(constitution: &Address, version: u32) -> Address {
    find(&[b"pool", constitution.as_ref(), &version.to_le_bytes()])
}

/// The token account that holds a pool's tokens.
#[must_use]
pub fn pool_vault(pool: &Address) -> Address {
    find(&[b"pool_vault", pool.as_ref()])
}

/// Somebody's deposit in a pool.
#[must_use]
pub fn deposit(pool: &Address, owner: &Address) -> Address {
    find(&[b"deposit", pool.as_ref(), owner.as_ref()])
}

/// A ballot page of a proposal, from 0: it holds the voters from `256 + page * 4,096` on.
#[must_use]
pub fn ballot_page(proposal: &Address, page: u32) -> Address {
    find(&[b"ballots", proposal.as_ref(), &page.to_le_bytes()])
}

/// The payload of this author whose bytes have this hash.
#[must_use]
pub fn payload(author: &Address, hash: &[u8; 32]) -> Address {
    find(&[b"payload", author.as_ref(), hash])
}

/// The policy with this id, from 0.
#[must_use]
pub fn policy(constitution: &Address, id: u64) -> Address {
    find(&[b"policy", constitution.as_ref(), &id.to_le_bytes()])
}

/// The snapshot operators with this version, from 1.
#[must_use]
pub fn operators(constitution: &Address, version: u32) -> Address {
    find(&[b"operators", constitution.as_ref(), &version.to_le_bytes()])
}

/// The root that this operator published for a proposal.
#[must_use]
pub fn snapshot(proposal: &Address, publisher: &Address) -> Address {
    find(&[b"snapshot", proposal.as_ref(), publisher.as_ref()])
}

/// The weight plugin with this version, from 1.
#[must_use]
pub fn weight_plugin(constitution: &Address, version: u32) -> Address {
    find(&[b"plugin", constitution.as_ref(), &version.to_le_bytes()])
}

/// A voter's seat of a weight plugin.
#[must_use]
pub fn seat(plugin: &Address, voter: &Address) -> Address {
    find(&[b"seat", plugin.as_ref(), voter.as_ref()])
}

/// The guardians of a constitution.
#[must_use]
pub fn guardians(constitution: &Address) -> Address {
    find(&[b"guardians", constitution.as_ref()])
}

/// The emergency act with this id, from 0.
#[must_use]
pub fn emergency(constitution: &Address, id: u32) -> Address {
    find(&[b"emergency", constitution.as_ref(), &id.to_le_bytes()])
}

/// The guardrails of a constitution.
#[must_use]
pub fn guardrails(constitution: &Address) -> Address {
    find(&[b"guardrails", constitution.as_ref()])
}

/// The record of a use of a policy: whose, and under which key.
#[must_use]
pub fn authorization(policy: &Address, authority: &Address, use_key: &[u8; 32]) -> Address {
    find(&[b"authorization", policy.as_ref(), authority.as_ref(), use_key])
}

fn find(seeds: &[&[u8]]) -> Address {
    Address::find_program_address(seeds, &PROGRAM_ID).0
}
