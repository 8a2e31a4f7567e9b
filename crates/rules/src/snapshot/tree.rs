//! A whole snapshot in memory: what an operator publishes, and every voter's proof.
//!
//! The program never builds one. It lives beside [`super::Root::verify`] so that the two cannot disagree.

use alloc::vec::Vec;

use super::{
    depth, parent, sum_of, with_sum, Leaf, Node, Root, SnapshotContext, SnapshotError, EMPTY, HASH_BYTES,
    MAX_VOTERS_PER_SNAPSHOT, NODE_BYTES,
};
use crate::{Address, Sha256, Weight};

/// All nodes of a snapshot. 1,048,576 voters take 84 MB.
#[derive(Clone, Debug)]
pub struct SnapshotTree {
    /// From the leaves to the root; places after the last node of a level hold that level's padding.
    levels: Vec<Vec<Node>>,
    /// The padding of each level: [`EMPTY`], then the node above two of them.
    padding: Vec<Node>,
    voters: u32,
}

impl SnapshotTree {
    /// The tree of these voters, in ascending order of address: one list has one root.
    ///
    /// # Errors
    /// [`SnapshotError::VotersOutOfRange`], [`SnapshotError::NotAscending`], [`SnapshotError::WeightIsZero`], or
    /// [`SnapshotError::TotalMismatch`] where the total does not fit 64 bits.
    pub fn build<H: Sha256>(
        context: &SnapshotContext<'_>,
        voters: &[(Address, Weight)],
    ) -> Result<Self, SnapshotError> {
        let count = u32::try_from(voters.len()).unwrap_or(u32::MAX);
        if !(1..=MAX_VOTERS_PER_SNAPSHOT).contains(&count) {
            return Err(SnapshotError::VotersOutOfRange { voters: count });
        }
        let mut leaves = Vec::with_capacity(voters.len());
        let mut last = None;
        for (index, (voter, weight)) in (0..count).zip(voters) {
            if last >= Some(voter) {
                return Err(SnapshotError::NotAscending { index });
            }
            if *weight == Weight(0) {
                return Err(SnapshotError::WeightIsZero { index });
            }
            last = Some(voter);
            leaves.push(with_sum(&Leaf { index, voter, weight: *weight }.hash::<H>(context), *weight));
        }
        let mut tree = Self { levels: alloc::vec![leaves], padding: alloc::vec![EMPTY], voters: count };
        for _ in 0..depth(count) {
            tree.add_level::<H>()?;
        }
        Ok(tree)
    }

    fn add_level<H: Sha256>(&mut self) -> Result<(), SnapshotError> {
        let (Some(below), Some(padding)) = (self.levels.last(), self.padding.last()) else { return Ok(()) };
        let mut level = Vec::with_capacity(below.len().div_ceil(2));
        for pair in below.chunks(2) {
            let (left, right) = (pair.first().unwrap_or(padding), pair.get(1).unwrap_or(padding));
            let sum = sum_of(left).checked_add(sum_of(right)).ok_or(SnapshotError::TotalMismatch)?;
            level.push(with_sum(&parent::<H>(left, right), sum));
        }
        let padding = with_sum(&parent::<H>(padding, padding), Weight(0));
        self.levels.push(level);
        self.padding.push(padding);
        Ok(())
    }

    /// What is published of it.
    #[must_use]
    pub fn root(&self) -> Root {
        let top = self.levels.last().and_then(|level| level.first()).unwrap_or(&EMPTY);
        let mut hash = [0; HASH_BYTES];
        hash.copy_from_slice(&top[..HASH_BYTES]);
        Root { hash, total: sum_of(top), voters: self.voters }
    }

    /// The proof of the voter with this index; `None` beyond the last one.
    #[must_use]
    pub fn proof(&self, index: u32) -> Option<Vec<u8>> {
        if index >= self.voters {
            return None;
        }
        let levels = self.levels.len().saturating_sub(1);
        let mut proof = Vec::with_capacity(levels.saturating_mul(NODE_BYTES));
        let mut position = index as usize;
        for (level, padding) in self.levels.iter().zip(&self.padding).take(levels) {
            proof.extend_from_slice(level.get(position ^ 1).unwrap_or(padding));
            position >>= 1;
        }
        Some(proof)
    }
}
