//! A snapshot: who votes with what weight, as one hash that also commits to every sum.
//!
//! A snapshot is a Merkle **sum** tree over (index, voter, weight). Every node is a hash and the weight below it, and a
//! parent hashes the sums of both children, so that a path to the root is also an addition that ends at the declared
//! total. Weights that add up to more than the total cannot all have a path, whoever built the tree.
//!
//! What is hashed, integers little endian:
//!
//! ```text
//! leaf = SHA-256(0x00 || "quantumagi:snapshot:1" || program || constitution || proposal || slot (8)
//!                || index (4) || voter || weight (8))                         sum = weight
//! node = SHA-256(0x01 || left hash || left sum (8) || right hash || right sum (8))    sum = left + right
//! ```
//!
//! The tree has exactly as many levels as its voters need; places beyond the last voter hold [`EMPTY`], which is the hash
//! of nothing and so nobody's leaf. Who says that a tree is the right one is [`review`]'s business; building one is
//! [`tree`]'s.

use crate::{Address, Hash, Sha256, UnixSeconds, Weight};

pub mod review;
pub mod tree;

/// Most levels of a tree: 2^20 voters.
pub const MAX_SNAPSHOT_DEPTH: u32 = 20;
/// Most voters of a snapshot: 1,048,576.
pub const MAX_VOTERS_PER_SNAPSHOT: u32 = 1 << MAX_SNAPSHOT_DEPTH;
/// Bytes of a node: hash, then sum, little endian.
pub const NODE_BYTES: usize = 40;

/// Bytes of a node's hash.
const HASH_BYTES: usize = 32;
/// Before the bytes of a leaf: the leaf's own prefix, then the domain.
const LEAF_PREFIX: &[u8] = b"\x00quantumagi:snapshot:1";
/// Before the bytes of an inner node: no leaf begins with it.
const NODE_PREFIX: u8 = 1;
/// Bytes of which an inner node is the hash: prefix and two nodes.
const PARENT_BYTES: usize = 81;

/// A node: hash, then sum.
pub type Node = [u8; NODE_BYTES];

/// The place of nobody: a hash that no bytes are known to have, with no weight.
pub const EMPTY: Node = [0; NODE_BYTES];

/// What a leaf is bound to besides its voter: worth nothing in another program, constitution or proposal, or for another
/// slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotContext<'a> {
    /// The governance program.
    pub program: &'a Address,
    /// The constitution of the proposal.
    pub constitution: &'a Address,
    /// The proposal that is voted on.
    pub proposal: &'a Address,
    /// The slot at which the weights were read.
    pub slot: u64,
}

/// A voter's place in a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaf<'a> {
    /// Position, from 0.
    pub index: u32,
    /// Who votes.
    pub voter: &'a Address,
    /// With what weight.
    pub weight: Weight,
}

/// What is written on chain of a whole snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Root {
    /// Hash of the topmost node.
    pub hash: Hash,
    /// Weight of all voters.
    pub total: Weight,
    /// How many voters there are: 1 to [`MAX_VOTERS_PER_SNAPSHOT`].
    pub voters: u32,
}

/// A snapshot, or a place in it, that makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnapshotError {
    /// No voter, or more than [`MAX_VOTERS_PER_SNAPSHOT`].
    VotersOutOfRange {
        /// What was declared.
        voters: u32,
    },
    /// A root of nothing, or a total that cannot give every voter a weight of at least 1.
    RootEmpty,
    /// The slot has not passed: its weights can still change.
    SlotNotPassed {
        /// The slot declared.
        slot: u64,
    },
    /// The index lies beyond the last voter.
    IndexOutOfRange {
        /// The index asked for.
        index: u32,
    },
    /// A proof has exactly one node for each level.
    ProofLength {
        /// Levels of this tree.
        depth: u32,
    },
    /// The leaf is not in this tree: index, voter, weight or proof is another.
    NotInSnapshot,
    /// The sums along the path do not add up to the declared total.
    TotalMismatch,
    /// Voters are not in ascending order of address, or one is repeated.
    NotAscending {
        /// Position of the voter that is not above the one before.
        index: u32,
    },
    /// A voter that weighs nothing.
    WeightIsZero {
        /// Position of the voter.
        index: u32,
    },
}

impl core::fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::VotersOutOfRange { voters } => {
                write!(f, "a snapshot has 1 to {MAX_VOTERS_PER_SNAPSHOT} voters, not {voters}")
            }
            Self::RootEmpty => write!(f, "the root is empty, or the total is less than 1 for each voter"),
            Self::SlotNotPassed { slot } => write!(f, "slot {slot} has not passed: weights can still change in it"),
            Self::IndexOutOfRange { index } => write!(f, "there is no voter {index}"),
            Self::ProofLength { depth } => write!(f, "a proof of this snapshot has exactly {depth} nodes"),
            Self::NotInSnapshot => write!(f, "index, voter, weight and proof are not in this snapshot"),
            Self::TotalMismatch => write!(f, "the weights do not add up to the declared total"),
            Self::NotAscending { index } => {
                write!(f, "voter {index} is repeated or out of order: voters ascend by address")
            }
            Self::WeightIsZero { index } => write!(f, "voter {index} weighs nothing"),
        }
    }
}

impl core::error::Error for SnapshotError {}

/// Levels of the tree of this many voters: the least d with `2^d >= voters`.
///
/// ```
/// use quantumagi_rules::snapshot::depth;
/// assert_eq!((depth(1), depth(2), depth(3), depth(1 << 20)), (0, 1, 2, 20));
/// ```
#[must_use]
pub fn depth(voters: u32) -> u32 {
    u32::BITS.saturating_sub(voters.saturating_sub(1).leading_zeros())
}

/// When voting starts and ends once the root is known at `now`: `[starts_at, ends_at)`.
///
/// Nobody can vote without it, so a root that comes during voting starts voting over: late operators cost the voters no
/// time. `None` past the end of time.
#[must_use]
pub fn voting_times(
    starts_at: UnixSeconds,
    ends_at: UnixSeconds,
    now: UnixSeconds,
) -> Option<(UnixSeconds, UnixSeconds)> {
    if now <= starts_at {
        return Some((starts_at, ends_at));
    }
    let ends_at = ends_at.0.checked_sub(starts_at.0).and_then(|voting| now.0.checked_add(voting))?;
    Some((now, UnixSeconds(ends_at)))
}

impl Leaf<'_> {
    /// The leaf's hash.
    #[must_use]
    pub fn hash<H: Sha256>(&self, context: &SnapshotContext<'_>) -> Hash {
        H::hashv(&[
            LEAF_PREFIX,
            context.program,
            context.constitution,
            context.proposal,
            &context.slot.to_le_bytes(),
            &self.index.to_le_bytes(),
            self.voter,
            &self.weight.0.to_le_bytes(),
        ])
    }
}

impl Root {
    /// What can be said of a root without seeing the tree.
    ///
    /// # Errors
    /// [`SnapshotError::VotersOutOfRange`], [`SnapshotError::RootEmpty`], or [`SnapshotError::SlotNotPassed`] where the
    /// weights of `slot` can still change in `current_slot` (W1).
    pub fn check(&self, slot: u64, current_slot: u64) -> Result<(), SnapshotError> {
        if !(1..=MAX_VOTERS_PER_SNAPSHOT).contains(&self.voters) {
            return Err(SnapshotError::VotersOutOfRange { voters: self.voters });
        }
        if self.hash == [0; HASH_BYTES] || self.total.0 < u64::from(self.voters) {
            return Err(SnapshotError::RootEmpty);
        }
        if slot >= current_slot {
            return Err(SnapshotError::SlotNotPassed { slot });
        }
        Ok(())
    }

    /// Whether this leaf is in the tree. `proof` holds the sibling of each level from the leaf up, [`NODE_BYTES`] each.
    ///
    /// Left or right follows from the index's bits, so a voter has one place and a place one voter.
    ///
    /// # Errors
    /// [`SnapshotError::IndexOutOfRange`], [`SnapshotError::ProofLength`] for any other number of levels than the tree's,
    /// [`SnapshotError::NotInSnapshot`], or [`SnapshotError::TotalMismatch`].
    pub fn verify<H: Sha256>(
        &self,
        context: &SnapshotContext<'_>,
        leaf: &Leaf<'_>,
        proof: &[u8],
    ) -> Result<(), SnapshotError> {
        if leaf.index >= self.voters {
            return Err(SnapshotError::IndexOutOfRange { index: leaf.index });
        }
        let depth = depth(self.voters);
        // Bound: at most 32 levels of 40 bytes.
        if proof.len() != (depth as usize).saturating_mul(NODE_BYTES) {
            return Err(SnapshotError::ProofLength { depth });
        }
        let (hash, sum) = climb::<H>(leaf.hash::<H>(context), leaf.weight, leaf.index, proof)?;
        if hash != self.hash {
            return Err(SnapshotError::NotInSnapshot);
        }
        // The topmost hash holds the sums of its children; only here are they compared with what was declared.
        if sum != self.total {
            return Err(SnapshotError::TotalMismatch);
        }
        Ok(())
    }
}

/// Hash and sum at the top of the path that begins with this leaf.
// Not inlined: in a caller with its own variables each level would cost a fifth more.
#[inline(never)]
fn climb<H: Sha256>(leaf: Hash, weight: Weight, index: u32, proof: &[u8]) -> Result<(Hash, Weight), SnapshotError> {
    let (mut sum, mut position) = (weight.0, u64::from(index));
    // Two buffers, each in one piece: a level is hashed from one into its place in the other, because a vote pays for each
    // piece that is hashed and each byte that is moved.
    let (mut level, mut above) = ([NODE_PREFIX; PARENT_BYTES], [NODE_PREFIX; PARENT_BYTES]);
    *place(&mut level, position) = leaf;
    let (mut level, mut above) = (&mut level, &mut above);
    for sibling in proof.as_chunks::<NODE_BYTES>().0 {
        if position & 1 == 0 {
            level[33..41].copy_from_slice(&sum.to_le_bytes());
            level[41..81].copy_from_slice(sibling);
        } else {
            level[1..41].copy_from_slice(sibling);
            level[73..81].copy_from_slice(&sum.to_le_bytes());
        }
        position >>= 1;
        H::hash_into(&[level], place(above, position));
        // A sum that wraps is smaller than its parts.
        let both = sum.wrapping_add(sum_of(sibling).0);
        if both < sum {
            return Err(SnapshotError::TotalMismatch);
        }
        sum = both;
        core::mem::swap(&mut level, &mut above);
    }
    Ok((*place(level, position), Weight(sum)))
}

/// Where a node's hash lies in the bytes that its parent is hashed from: left for an even position, right for an odd one.
fn place(parent: &mut [u8; PARENT_BYTES], position: u64) -> &mut Hash {
    let node = if position & 1 == 0 { &mut parent[1..41] } else { &mut parent[41..81] };
    node.first_chunk_mut().expect("a node is longer than its hash")
}

/// Hash of the node above two others.
fn parent<H: Sha256>(left: &Node, right: &Node) -> Hash {
    H::hashv(&[&[NODE_PREFIX], left, right])
}

fn with_sum(hash: &Hash, sum: Weight) -> Node {
    let mut node = EMPTY;
    node[..HASH_BYTES].copy_from_slice(hash);
    node[HASH_BYTES..].copy_from_slice(&sum.0.to_le_bytes());
    node
}

fn sum_of(node: &Node) -> Weight {
    let mut sum = [0; 8];
    sum.copy_from_slice(&node[HASH_BYTES..]);
    Weight(u64::from_le_bytes(sum))
}

#[cfg(test)]
mod tests;
