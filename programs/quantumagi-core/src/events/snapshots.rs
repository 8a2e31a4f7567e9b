//! Events of snapshots and of weight plugins: electorates in the constitution's chain, roots in the proposal's.

extern crate alloc;
use alloc::vec::Vec;

use anchor_lang::prelude::*;

// === The constitution's chain ===

/// Snapshot operators were named: an electorate to adopt.
#[event]
pub struct OperatorsCreated {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    /// The electorate.
    pub electorate: Address,
    pub payer: Address,
    /// Its version among the constitution's electorates that are no rosters, from 1.
    pub version: u32,
    /// From publication to the first second in which a root can be bound, seconds.
    pub challenge_seconds: u32,
    /// By how much approvals must exceed challenges.
    pub needed: u8,
    /// The operators, ascending by address.
    pub operators: Vec<Address>,
}

/// A weight plugin was named: an electorate to adopt.
#[event]
pub struct WeightPluginCreated {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    /// The electorate.
    pub electorate: Address,
    pub payer: Address,
    /// Its version among the constitution's electorates that are no rosters, from 1.
    pub version: u32,
    /// The program whose records count.
    pub program: Address,
    /// The realm they must be written for.
    pub realm: Address,
    /// The governing mint they must be written for.
    pub mint: Address,
}

/// Snapshot operators or a weight plugin were closed.
#[event]
pub struct ElectorateClosed {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    /// The electorate.
    pub electorate: Address,
    pub payer: Address,
}

/// A voter of a weight plugin was given an index.
#[event]
pub struct SeatOpened {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    /// The electorate.
    pub electorate: Address,
    /// Who votes with it.
    pub voter: Address,
    pub payer: Address,
    /// Its index.
    pub index: u32,
}

/// A seat was closed.
#[event]
pub struct SeatClosed {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    /// The electorate.
    pub electorate: Address,
    /// Who votes with it.
    pub voter: Address,
    pub payer: Address,
    /// Its index.
    pub index: u32,
}

/// A published root was closed.
#[event]
pub struct SnapshotClosed {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    pub proposal: Address,
    /// The operator who published it.
    pub publisher: Address,
}

// === A proposal's chain ===

/// An operator published a root, and approves it.
#[event]
pub struct SnapshotPublished {
    pub proposal: Address,
    pub sequence: u64,
    pub at: i64,
    /// The operator who published it.
    pub publisher: Address,
    /// Hash of the topmost node.
    pub root: [u8; 32],
    /// Weight of all voters.
    pub total_weight: u64,
    /// Slot at which the weights were read.
    pub slot: u64,
    /// Voters there are.
    pub voters: u32,
    /// The operator's position in the list, from 0.
    pub position: u8,
}

/// An operator approved or challenged a root.
#[event]
pub struct SnapshotReviewed {
    pub proposal: Address,
    pub sequence: u64,
    pub at: i64,
    /// The operator who published it.
    pub publisher: Address,
    /// The operator who speaks.
    pub operator: Address,
    /// The operator's position in the list, from 0.
    pub position: u8,
    /// 1 approves, 0 challenges.
    pub verdict: u8,
}

/// A root was bound to its proposal: who votes on it is fixed.
#[event]
pub struct SnapshotBound {
    pub proposal: Address,
    pub sequence: u64,
    pub at: i64,
    /// The operator who published it.
    pub publisher: Address,
    /// Hash of the topmost node.
    pub root: [u8; 32],
    /// Weight of all voters.
    pub total_weight: u64,
    /// Slot at which the weights were read.
    pub slot: u64,
    /// First second of voting from now on, Unix seconds.
    pub starts_at: i64,
    /// First second after voting from now on, Unix seconds.
    pub ends_at: i64,
    /// Voters there are.
    pub voters: u32,
}
