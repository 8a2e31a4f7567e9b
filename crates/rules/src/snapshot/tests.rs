use super::*;
use alloc::{vec, vec::Vec};
use proptest::prelude::*;
use sha2::Digest;
use tree::SnapshotTree;

struct Sha2;

impl Sha256 for Sha2 {
    fn hashv(parts: &[&[u8]]) -> Hash {
        let mut hasher = sha2::Sha256::new();
        parts.iter().for_each(|part| hasher.update(part));
        hasher.finalize().into()
    }
}

const CONTEXT: SnapshotContext<'_> =
    SnapshotContext { program: &[1; 32], constitution: &[2; 32], proposal: &[3; 32], slot: 77 };

/// Voters in order, the one at `i` with weight `weights[i]`.
fn voters(weights: &[u64]) -> Vec<(Address, Weight)> {
    (1u32..)
        .zip(weights)
        .map(|(number, weight)| {
            let mut voter = [0; 32];
            voter[..4].copy_from_slice(&number.to_be_bytes());
            (voter, Weight(*weight))
        })
        .collect()
}

fn build(voters: &[(Address, Weight)]) -> SnapshotTree {
    SnapshotTree::build::<Sha2>(&CONTEXT, voters).expect("legal voters")
}

fn verify(root: &Root, index: u32, voter: &Address, weight: Weight, proof: &[u8]) -> Result<(), SnapshotError> {
    root.verify::<Sha2>(&CONTEXT, &Leaf { index, voter, weight }, proof)
}

#[test]
fn w9_the_bytes_hashed_are_the_documented_ones() {
    let list = voters(&[5, 7]);
    let tree = build(&list);
    let leaf = |index: u32| {
        let (voter, weight) = list[index as usize];
        let mut bytes = vec![0];
        bytes.extend_from_slice(b"quantumagi:snapshot:1");
        bytes.extend_from_slice(&[1; 32]);
        bytes.extend_from_slice(&[2; 32]);
        bytes.extend_from_slice(&[3; 32]);
        bytes.extend_from_slice(&77u64.to_le_bytes());
        bytes.extend_from_slice(&index.to_le_bytes());
        bytes.extend_from_slice(&voter);
        bytes.extend_from_slice(&weight.0.to_le_bytes());
        Sha2::hashv(&[&bytes])
    };
    let mut node = vec![1];
    node.extend_from_slice(&leaf(0));
    node.extend_from_slice(&5u64.to_le_bytes());
    node.extend_from_slice(&leaf(1));
    node.extend_from_slice(&7u64.to_le_bytes());
    assert_eq!(tree.root(), Root { hash: Sha2::hashv(&[&node]), total: Weight(12), voters: 2 });
}

#[test]
fn l8_depth_is_what_the_voters_need_and_never_above_twenty() {
    for (voters, levels) in [(1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (257, 9), (1 << 19, 19), ((1 << 19) + 1, 20)] {
        assert_eq!(depth(voters), levels, "{voters} voters");
    }
    assert_eq!(depth(MAX_VOTERS_PER_SNAPSHOT), MAX_SNAPSHOT_DEPTH);
}

#[test]
fn one_voter_is_the_root() {
    let list = voters(&[9]);
    let tree = build(&list);
    assert_eq!(tree.proof(0), Some(vec![]));
    assert_eq!(verify(&tree.root(), 0, &list[0].0, Weight(9), &[]), Ok(()));
    assert_eq!(verify(&tree.root(), 0, &list[0].0, Weight(8), &[]), Err(SnapshotError::NotInSnapshot));
}

#[test]
fn a_builder_refuses_what_makes_no_electorate() {
    let refusal = |list: &[(Address, Weight)]| SnapshotTree::build::<Sha2>(&CONTEXT, list).expect_err("illegal");
    assert_eq!(refusal(&[]), SnapshotError::VotersOutOfRange { voters: 0 });
    let two = voters(&[1, 1]);
    assert_eq!(refusal(&[two[0], two[0]]), SnapshotError::NotAscending { index: 1 });
    assert_eq!(refusal(&[two[1], two[0]]), SnapshotError::NotAscending { index: 1 });
    assert_eq!(refusal(&voters(&[1, 0])), SnapshotError::WeightIsZero { index: 1 });
    assert_eq!(refusal(&voters(&[u64::MAX, 1])), SnapshotError::TotalMismatch);
    let too_many = vec![([1; 32], Weight(1)); MAX_VOTERS_PER_SNAPSHOT as usize + 1];
    assert_eq!(refusal(&too_many), SnapshotError::VotersOutOfRange { voters: MAX_VOTERS_PER_SNAPSHOT + 1 });
}

#[test]
fn w1_a_root_is_of_a_slot_that_has_passed() {
    let root = build(&voters(&[1, 2, 3])).root();
    assert_eq!(root.check(99, 100), Ok(()));
    assert_eq!(root.check(100, 100), Err(SnapshotError::SlotNotPassed { slot: 100 }));
    assert_eq!(root.check(101, 100), Err(SnapshotError::SlotNotPassed { slot: 101 }));
}

#[test]
fn a_root_of_nobody_or_nothing_is_refused() {
    let root = build(&voters(&[1, 2, 3])).root();
    let check = |root: Root| root.check(1, 2);
    assert_eq!(check(Root { voters: 0, ..root }), Err(SnapshotError::VotersOutOfRange { voters: 0 }));
    let voters = MAX_VOTERS_PER_SNAPSHOT + 1;
    assert_eq!(check(Root { voters, ..root }), Err(SnapshotError::VotersOutOfRange { voters }));
    assert_eq!(check(Root { hash: [0; 32], ..root }), Err(SnapshotError::RootEmpty));
    assert_eq!(check(Root { total: Weight(2), ..root }), Err(SnapshotError::RootEmpty));
}

#[test]
fn w9_an_inner_node_is_no_leaf() {
    // Four voters. Whoever offers the left inner node's bytes as a leaf of a tree of two must find a leaf with that
    // hash: prefix and length differ, so the hashes do. Nothing shorter or longer than the tree is taken either.
    let list = voters(&[1, 2, 3, 4]);
    let tree = build(&list);
    let root = tree.root();
    let proof = tree.proof(0).expect("a voter");
    let shallow = Root { voters: 2, ..root };
    let above = proof[NODE_BYTES..].to_vec();
    for (voter, weight) in &list {
        assert_eq!(verify(&shallow, 0, voter, *weight, &above), Err(SnapshotError::NotInSnapshot));
    }
    assert_eq!(verify(&root, 0, &list[0].0, Weight(1), &above), Err(SnapshotError::ProofLength { depth: 2 }));
    let mut longer = proof.clone();
    longer.extend_from_slice(&EMPTY);
    assert_eq!(verify(&root, 0, &list[0].0, Weight(1), &longer), Err(SnapshotError::ProofLength { depth: 2 }));
    longer.truncate(proof.len() + 1);
    assert_eq!(verify(&root, 0, &list[0].0, Weight(1), &longer), Err(SnapshotError::ProofLength { depth: 2 }));
}

#[test]
fn w9_padding_is_nobodys_leaf() {
    let list = voters(&[1, 2, 3]);
    let tree = build(&list);
    assert_eq!(tree.proof(3), None);
    // The place beside the last voter holds padding: with or without a lie about the number of voters it proves nobody.
    let mut proof = vec![];
    proof.extend_from_slice(&with_sum(
        &Leaf { index: 2, voter: &list[2].0, weight: Weight(3) }.hash::<Sha2>(&CONTEXT),
        Weight(3),
    ));
    proof.extend_from_slice(&tree.proof(2).expect("a voter")[NODE_BYTES..]);
    let root = tree.root();
    assert_eq!(verify(&root, 3, &[0; 32], Weight(0), &proof), Err(SnapshotError::IndexOutOfRange { index: 3 }));
    let lie = Root { voters: 4, ..root };
    assert_eq!(verify(&lie, 3, &[0; 32], Weight(0), &proof), Err(SnapshotError::NotInSnapshot));
}

#[test]
fn w9_a_declared_total_is_the_sum_of_the_leaves() {
    let list = voters(&[10, 20, 30]);
    let tree = build(&list);
    let proof = tree.proof(1).expect("a voter");
    for total in [59, 61] {
        let lie = Root { total: Weight(total), ..tree.root() };
        assert_eq!(verify(&lie, 1, &list[1].0, Weight(20), &proof), Err(SnapshotError::TotalMismatch));
    }
}

/// A dishonest builder gives one leaf more than the sums above it admit: that leaf then has no path.
#[test]
fn w4_a_dishonest_tree_cannot_prove_more_than_its_total() {
    let list = voters(&[1, 1]);
    let fat = Leaf { index: 0, voter: &list[0].0, weight: Weight(1_000) }.hash::<Sha2>(&CONTEXT);
    let thin = Leaf { index: 1, voter: &list[1].0, weight: Weight(1) }.hash::<Sha2>(&CONTEXT);
    // The parent admits 1 for the fat leaf.
    let (left, right) = (with_sum(&fat, Weight(1)), with_sum(&thin, Weight(1)));
    let root = Root { hash: parent::<Sha2>(&left, &right), total: Weight(2), voters: 2 };
    assert_eq!(verify(&root, 1, &list[1].0, Weight(1), &left), Ok(()));
    assert_eq!(verify(&root, 0, &list[0].0, Weight(1_000), &right), Err(SnapshotError::NotInSnapshot));
    assert_eq!(verify(&root, 0, &list[0].0, Weight(1), &right), Err(SnapshotError::NotInSnapshot));
    // Sums that would wrap to the total are not taken for it.
    let wraps = with_sum(&thin, Weight(u64::MAX));
    assert_eq!(verify(&root, 0, &list[0].0, Weight(1_000), &wraps), Err(SnapshotError::TotalMismatch));
}

#[test]
fn l2_a_late_root_costs_the_voters_no_time() {
    let check = |now, expected: (i64, i64)| {
        let (start, end) = voting_times(UnixSeconds(100), UnixSeconds(400), UnixSeconds(now)).expect("in time");
        assert_eq!((start.0, end.0), expected, "bound at {now}");
    };
    check(50, (100, 400));
    check(100, (100, 400));
    check(101, (101, 401));
    check(399, (399, 699));
    assert_eq!(voting_times(UnixSeconds(0), UnixSeconds(10), UnixSeconds(i64::MAX)), None);
}

fn weights() -> impl Strategy<Value = Vec<u64>> {
    prop::collection::vec(1u64..=u64::MAX >> 8, 1..70)
}

proptest! {
    #[test]
    fn every_leaf_has_a_proof(weights in weights()) {
        let list = voters(&weights);
        let tree = build(&list);
        let root = tree.root();
        prop_assert_eq!(root.total.0, weights.iter().sum::<u64>());
        for (index, (voter, weight)) in (0u32..).zip(&list) {
            let proof = tree.proof(index).expect("a voter");
            prop_assert_eq!(verify(&root, index, voter, *weight, &proof), Ok(()));
        }
    }

    #[test]
    fn w9_a_changed_bit_anywhere_proves_nothing(
        weights in prop::collection::vec(1u64..1_000_000, 2..70),
        voter in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        bit in 0u8..8,
    ) {
        let list = voters(&weights);
        let tree = build(&list);
        let root = tree.root();
        let index = u32::try_from(voter.index(list.len())).expect("small");
        let (voter, weight) = list[index as usize];
        let mut proof = tree.proof(index).expect("a voter");
        let place = place.index(proof.len());
        proof[place] ^= 1 << bit;
        prop_assert!(verify(&root, index, &voter, weight, &proof).is_err());
        proof[place] ^= 1 << bit;

        let mut other = voter;
        other[place % 32] ^= 1 << bit;
        prop_assert_eq!(verify(&root, index, &other, weight, &proof), Err(SnapshotError::NotInSnapshot));
        let heavier = Weight(weight.0 ^ (1 << bit));
        prop_assert_eq!(verify(&root, index, &voter, heavier, &proof), Err(SnapshotError::NotInSnapshot));
        for elsewhere in (0..root.voters).filter(|elsewhere| *elsewhere != index) {
            prop_assert_eq!(verify(&root, elsewhere, &voter, weight, &proof), Err(SnapshotError::NotInSnapshot));
        }
        let mut hash = root.hash;
        hash[place % 32] ^= 1 << bit;
        let other_root = Root { hash, ..root };
        prop_assert_eq!(verify(&other_root, index, &voter, weight, &proof), Err(SnapshotError::NotInSnapshot));
    }

    #[test]
    fn w9_a_leaf_is_bound_to_program_constitution_proposal_and_slot(weights in weights(), voter in any::<prop::sample::Index>()) {
        let list = voters(&weights);
        let tree = build(&list);
        let index = u32::try_from(voter.index(list.len())).expect("small");
        let (voter, weight) = &list[index as usize];
        let proof = tree.proof(index).expect("a voter");
        let other = [9; 32];
        for context in [
            SnapshotContext { program: &other, ..CONTEXT },
            SnapshotContext { constitution: &other, ..CONTEXT },
            SnapshotContext { proposal: &other, ..CONTEXT },
            SnapshotContext { slot: 78, ..CONTEXT },
        ] {
            let refusal = tree.root().verify::<Sha2>(&context, &Leaf { index, voter, weight: *weight }, &proof);
            prop_assert_eq!(refusal, Err(SnapshotError::NotInSnapshot));
        }
    }

    #[test]
    fn w4_whatever_the_bytes_no_two_weights_prove_at_one_place(
        weights in weights(),
        voter in any::<prop::sample::Index>(),
        bytes in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        let list = voters(&weights);
        let tree = build(&list);
        let index = u32::try_from(voter.index(list.len())).expect("small");
        // Arbitrary bytes never panic and never prove.
        if tree.proof(index) != Some(bytes.clone()) {
            let (voter, weight) = &list[index as usize];
            prop_assert!(verify(&tree.root(), index, voter, *weight, &bytes).is_err());
        }
    }
}

/// Eight leaves, and for every node the sum that its parent claims for it, made up.
fn claimed() -> impl Strategy<Value = (Vec<u64>, Vec<Vec<u64>>)> {
    let claims = [8, 4, 2].map(|nodes| prop::collection::vec(0u64..4, nodes));
    (prop::collection::vec(0u64..4, 8), claims.to_vec())
}

proptest! {
    /// The law the sums are for: in a tree whose builder lies about any sum anywhere, the weights that have a path still
    /// add up to at most the declared total.
    #[test]
    fn w4_provable_weights_never_exceed_the_total_however_a_builder_lies((weights, claims) in claimed(), total in 0u64..12) {
        let list = voters(&weights);
        let mut level: Vec<Hash> = (0u32..)
            .zip(&list)
            .map(|(index, (voter, weight))| Leaf { index, voter, weight: *weight }.hash::<Sha2>(&CONTEXT))
            .collect();
        let mut nodes = vec![];
        for sums in &claims {
            let claimed: Vec<Node> = level.iter().zip(sums).map(|(hash, sum)| with_sum(hash, Weight(*sum))).collect();
            level = claimed.chunks(2).map(|pair| parent::<Sha2>(&pair[0], &pair[1])).collect();
            nodes.push(claimed);
        }
        let root = Root { hash: level[0], total: Weight(total), voters: 8 };
        let mut proven = 0;
        for (index, (voter, weight)) in (0u32..).zip(&list) {
            let siblings: Vec<u8> =
                nodes.iter().enumerate().flat_map(|(up, level)| level[(index as usize >> up) ^ 1]).collect();
            if verify(&root, index, voter, *weight, &siblings).is_ok() {
                proven += weight.0;
            }
        }
        prop_assert!(proven <= total, "{proven} of {total}");
    }
}
