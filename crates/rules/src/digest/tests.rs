//! A digest has one preimage, and a step cannot be left out, repeated, exchanged or taken elsewhere.

use super::*;
use crate::action::{encode_accounts, InvokeAccount, InvokeAccounts, Series, FLAG_SIGNER, MAX_STEPS};
use alloc::{collections::BTreeSet, vec, vec::Vec};
use proptest::prelude::*;
use sha2::{Digest, Sha256 as Sha2};

struct Host;

impl Sha256 for Host {
    fn hashv(parts: &[&[u8]]) -> Hash {
        let mut hasher = Sha2::new();
        parts.iter().for_each(|part| hasher.update(part));
        hasher.finalize().into()
    }
}

const CONTEXT: ExecutionContext = ExecutionContext {
    constitution: [7; 32],
    constitution_version: 3,
    proposal_id: 9,
    cooloff_seconds: 1_800,
    timelock_seconds: 3_600,
    window_seconds: 7_200,
    deploy_slot: 0,
};

fn accounts() -> Vec<u8> {
    encode_accounts(&[InvokeAccount { address: [1; 32], flags: FLAG_SIGNER }])
}

fn steps<'a>(accounts: &'a [u8], data: &'a [Vec<u8>]) -> Vec<Invocation<'a>> {
    let accounts = InvokeAccounts::new(accounts).expect("well formed");
    data.iter().map(|data| Invocation { program: [2; 32], accounts, data }).collect()
}

fn pending(context: &ExecutionContext, steps: &[Invocation<'_>], slots: &[u64]) -> Vec<Hash> {
    let bytes = Series::encode(steps);
    let action = Action::InvokeSeries { steps: Series::new(&bytes).expect("well formed") };
    pending_digests::<Host>(context, &action, slots).expect("one slot each")
}

#[test]
fn x1_the_digest_of_an_action_is_over_these_bytes() {
    let action = Action::PolicyRepeal { policy_id: 5 };
    let mut preimage = b"quantumagi:execution:1".to_vec();
    preimage.extend_from_slice(&[7; 32]);
    preimage.extend_from_slice(&3u32.to_le_bytes());
    preimage.extend_from_slice(&9u64.to_le_bytes());
    preimage.extend_from_slice(&1_800u32.to_le_bytes());
    preimage.extend_from_slice(&3_600u32.to_le_bytes());
    preimage.extend_from_slice(&7_200u32.to_le_bytes());
    preimage.extend_from_slice(&0u64.to_le_bytes());
    preimage.extend_from_slice(&action.to_bytes());
    assert_eq!(execution_digest::<Host>(&CONTEXT, &action, &[]), Some(Host::hashv(&[&preimage])));
    assert_eq!(execution_digest::<Host>(&CONTEXT, &action, &[1]), None);
}

#[test]
fn x1_the_digest_of_a_series_is_over_these_bytes() {
    let (accounts, data) = (accounts(), vec![b"one".to_vec(), b"two".to_vec()]);
    let steps = steps(&accounts, &data);
    let step = |index: u16, slot: u64| {
        let mut preimage = b"quantumagi:step:1".to_vec();
        preimage.extend_from_slice(&[7; 32]);
        preimage.extend_from_slice(&3u32.to_le_bytes());
        preimage.extend_from_slice(&9u64.to_le_bytes());
        preimage.extend_from_slice(&1_800u32.to_le_bytes());
        preimage.extend_from_slice(&3_600u32.to_le_bytes());
        preimage.extend_from_slice(&7_200u32.to_le_bytes());
        preimage.extend_from_slice(&slot.to_le_bytes());
        preimage.extend_from_slice(&index.to_le_bytes());
        steps[usize::from(index)].encode(&mut preimage);
        Host::hashv(&[&preimage])
    };
    let last = Host::hashv(&[b"quantumagi:pending:1", &step(1, 12), &[0; 32]]);
    let first = Host::hashv(&[b"quantumagi:pending:1", &step(0, 11), &last]);
    assert_eq!(pending(&CONTEXT, &steps, &[11, 12]), [first, last, NOTHING_PENDING]);
}

#[test]
fn x4_each_step_is_shown_by_itself_and_what_is_left() {
    let accounts = accounts();
    let data: Vec<_> = (0..MAX_STEPS as u8).map(|byte| vec![byte]).collect();
    let steps = steps(&accounts, &data);
    let slots: Vec<u64> = (0..MAX_STEPS as u64).collect();
    let pending = pending(&CONTEXT, &steps, &slots);
    assert_eq!(pending.len(), MAX_STEPS + 1);
    for (index, step) in steps.iter().enumerate() {
        let context = ExecutionContext { deploy_slot: slots[index], ..CONTEXT };
        for (other, rest) in pending.iter().enumerate() {
            for shown in 0..MAX_STEPS as u16 {
                let digest = pending_digest::<Host>(&step_digest::<Host>(&context, shown, step), rest);
                let is_right = other == index + 1 && usize::from(shown) == index;
                assert_eq!(digest == pending[index], is_right, "step {index}, shown as {shown}, with rest {other}");
            }
        }
    }
}

#[test]
fn x2_a_series_wants_the_slot_of_every_program() {
    let (accounts, data) = (accounts(), vec![b"one".to_vec(), b"two".to_vec()]);
    let bytes = Series::encode(&steps(&accounts, &data));
    let action = Action::InvokeSeries { steps: Series::new(&bytes).expect("well formed") };
    for slots in [&[][..], &[1], &[1, 2, 3]] {
        assert_eq!(pending_digests::<Host>(&CONTEXT, &action, slots), None, "{slots:?}");
    }
}

#[test]
fn x1_a_single_call_is_a_series_of_one() {
    let (accounts, data) = (accounts(), vec![b"one".to_vec()]);
    let steps = steps(&accounts, &data);
    let Invocation { program, accounts, data } = steps[0];
    let single = Action::Invoke { program, accounts, data };
    assert_eq!(pending_digests::<Host>(&CONTEXT, &single, &[4]), Some(pending(&CONTEXT, &steps, &[4])));
}

#[test]
fn x9_the_same_series_elsewhere_has_no_digest_in_common() {
    let (accounts, data) = (accounts(), vec![b"one".to_vec(), b"two".to_vec()]);
    let steps = steps(&accounts, &data);
    let contexts = [
        CONTEXT,
        ExecutionContext { constitution: [8; 32], ..CONTEXT },
        ExecutionContext { constitution_version: 4, ..CONTEXT },
        ExecutionContext { proposal_id: 10, ..CONTEXT },
        ExecutionContext { cooloff_seconds: 1_801, ..CONTEXT },
        ExecutionContext { timelock_seconds: 3_601, ..CONTEXT },
        ExecutionContext { window_seconds: 7_201, ..CONTEXT },
    ];
    let mut seen = BTreeSet::new();
    for context in &contexts {
        for digest in &pending(context, &steps, &[1, 2])[..2] {
            assert!(seen.insert(*digest), "{context:?}");
        }
    }
    // A slot given with the context belongs to no step.
    assert_eq!(
        pending(&ExecutionContext { deploy_slot: 5, ..CONTEXT }, &steps, &[1, 2])[0],
        pending(&CONTEXT, &steps, &[1, 2])[0]
    );
}

proptest! {
    #[test]
    fn x1_any_other_byte_gives_another_digest(
        data in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..20), 1..6),
        which in any::<prop::sample::Index>(),
        byte in any::<prop::sample::Index>(),
        bit in 0u8..8,
    ) {
        let accounts = accounts();
        let slots = vec![1; data.len()];
        let right = pending(&CONTEXT, &steps(&accounts, &data), &slots);
        let mut other = data.clone();
        let (which, mut_data) = { let index = which.index(other.len()); (index, &mut other[index]) };
        let place = byte.index(mut_data.len());
        mut_data[place] ^= 1 << bit;
        let wrong = pending(&CONTEXT, &steps(&accounts, &other), &slots);
        for step in 0..=which {
            prop_assert_ne!(right[step], wrong[step]);
        }
        for step in which + 1..=data.len() {
            prop_assert_eq!(right[step], wrong[step]);
        }
    }
}
