//! An electorate by snapshot: who may publish one, and what was published.

use anchor_lang::prelude::*;
use quantumagi_rules::snapshot::{
    review::{Review, Verdict, MAX_SNAPSHOT_OPERATORS},
    Root,
};
use quantumagi_rules::Weight;

use crate::error::GovError;

/// Operators who read weights off the chain's state and publish them as Merkle roots, one for each proposal. Created by
/// the founder before the seal and by anybody after it, immutable ever after, adopted as an electorate of kind 3, closed
/// by its payer when it is neither the electorate nor bound to a proposal.
///
/// Of `count` operators it stands `f` faulty ones where `f < needed` and `count - 2f >= needed`:
/// `quantumagi_rules::snapshot::review`.
///
/// Seeds: `"operators"`, constitution, version (u32, little endian).
#[account]
pub struct SnapshotOperators {
    /// The constitution it belongs to.
    pub constitution: Address,
    /// Who paid for it, may close it, and is paid back then.
    pub payer: Address,
    /// The operators, ascending by address; zeros beyond `count`.
    pub operators: [Address; MAX_SNAPSHOT_OPERATORS],
    /// Its version among the constitution's electorates that are no rosters, from 1.
    pub version: u32,
    /// Proposals that bind to it and are not closed.
    pub bound_proposals: u32,
    /// From publication to the first second in which a root can be bound, seconds: 600 to 1,209,600.
    pub challenge_seconds: u32,
    /// Operators there are: 1 to 16.
    pub count: u8,
    /// By how much approvals must exceed challenges: 1 to `count`.
    pub needed: u8,
    /// Layout of this account.
    pub layout_version: u8,
    /// Canonical bump of this address.
    pub bump: u8,
}

impl SnapshotOperators {
    /// The operator's position in the list.
    ///
    /// # Errors
    /// [`GovError::NotAnOperator`].
    pub fn position(&self, operator: &Address) -> Result<usize> {
        let listed = self.operators.iter().take(usize::from(self.count));
        let position = listed.into_iter().position(|listed| listed == operator);
        position.ok_or_else(|| GovError::NotAnOperator.into())
    }
}

/// A root that an operator published for a proposal. Approved or challenged by the others, bound by anybody once it is
/// accepted, closed by anybody once the proposal has a root or is final. An operator publishes one root for a proposal.
///
/// Seeds: `"snapshot"`, proposal, publisher.
#[account]
pub struct Snapshot {
    /// The constitution of the proposal.
    pub constitution: Address,
    /// The proposal it is for.
    pub proposal: Address,
    /// The operator who published it and paid for it, and is paid back when it is closed.
    pub publisher: Address,
    /// Hash of the topmost node: `quantumagi_rules::snapshot`.
    pub root: [u8; 32],
    /// Weight of all voters.
    pub total_weight: u64,
    /// Slot at which the weights were read.
    pub slot: u64,
    /// When it was published, Unix seconds.
    pub published_at: i64,
    /// Voters there are: 1 to 1,048,576.
    pub voters: u32,
    /// Operators who approve, one bit each by position; the publisher does.
    pub approvals: u16,
    /// Operators who challenge.
    pub challenges: u16,
    /// Layout of this account.
    pub layout_version: u8,
    /// Canonical bump of this address.
    pub bump: u8,
    /// Zero. Fills the last eight bytes.
    pub reserved: [u8; 6],
}

impl Snapshot {
    /// What the operators have said of it.
    pub fn review(&self) -> Review {
        Review { approvals: self.approvals, challenges: self.challenges }
    }

    /// Writes down what an operator says.
    ///
    /// # Errors
    /// [`GovError::AlreadyReviewed`].
    pub fn speak(&mut self, position: usize, verdict: Verdict) -> Result<()> {
        let Review { approvals, challenges } = self.review().with(position, verdict).map_err(GovError::from)?;
        self.approvals = approvals;
        self.challenges = challenges;
        Ok(())
    }

    /// The tree it stands for.
    pub fn as_root(&self) -> Root {
        Root { hash: self.root, total: Weight(self.total_weight), voters: self.voters }
    }
}
