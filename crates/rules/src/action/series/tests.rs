//! A series of instructions has one encoding and at least one instruction.

use super::super::{encode_accounts, Action, InvokeAccount, FLAG_SIGNER, FLAG_WRITABLE, MAX_ACTION_BYTES};
use super::*;
use alloc::{vec, vec::Vec};
use proptest::prelude::*;

fn accounts() -> Vec<u8> {
    encode_accounts(&[
        InvokeAccount { address: [1; 32], flags: FLAG_WRITABLE | FLAG_SIGNER },
        InvokeAccount { address: [2; 32], flags: 0 },
    ])
}

fn step<'a>(program: u8, accounts: &'a [u8], data: &'a [u8]) -> Invocation<'a> {
    Invocation { program: [program; 32], accounts: InvokeAccounts::new(accounts).expect("well formed"), data }
}

#[track_caller]
fn check(bytes: &[u8], refusal: ActionError) {
    assert_eq!(Series::new(bytes), Err(refusal));
    assert_eq!(Action::decode(&[&[12], bytes].concat()), Err(refusal), "inside an action");
}

#[test]
fn a_series_reads_back_in_its_order() {
    let accounts = accounts();
    let steps = [step(1, &accounts, b"first"), step(2, &[], b""), step(1, &accounts, b"third")];
    let bytes = Series::encode(&steps);
    let series = Series::new(&bytes).expect("well formed");
    assert_eq!(series.len(), 3);
    assert_eq!(series.iter().collect::<Vec<_>>(), steps);
    let action = Action::InvokeSeries { steps: series };
    assert_eq!(Action::decode(&action.to_bytes()), Ok(action));
}

#[test]
fn a_series_of_nothing_or_of_too_many_is_refused() {
    check(&[0], ActionError::StepsOutOfRange { count: 0 });
    let accounts = accounts();
    for n_steps in [16, 17] {
        let bytes = Series::encode(&vec![step(1, &accounts, b""); n_steps]);
        match n_steps {
            16 => assert_eq!(Series::new(&bytes).map(Series::len), Ok(16)),
            _ => check(&bytes, ActionError::StepsOutOfRange { count: 17 }),
        }
    }
    check(&[255], ActionError::StepsOutOfRange { count: 255 });
}

#[test]
fn a_series_whose_number_lies_is_refused() {
    let accounts = accounts();
    let mut bytes = Series::encode(&[step(1, &accounts, b"first"), step(2, &[], b"")]);
    bytes[0] = 1;
    check(&bytes, ActionError::TrailingBytes);
    bytes[0] = 3;
    check(&bytes, ActionError::Truncated);
}

#[test]
fn an_action_longer_than_a_payload_is_refused() {
    let data = vec![7; 6_000];
    let longest = [step(1, &[], &data), step(2, &[], &data[..MAX_ACTION_BYTES - 6_000 - 72])];
    let bytes = Action::InvokeSeries { steps: Series::new(&Series::encode(&longest)).expect("well formed") }.to_bytes();
    assert_eq!(bytes.len(), MAX_ACTION_BYTES);
    assert!(Action::decode(&bytes).is_ok_and(|action| action.to_bytes() == bytes));
    let longer = [step(1, &[], &data), step(2, &[], &data[..MAX_ACTION_BYTES - 6_000 - 71])];
    let bytes = [&[12][..], &Series::encode(&longer)].concat();
    assert_eq!(Action::decode(&bytes), Err(ActionError::TooLong { len: MAX_ACTION_BYTES + 1 }));
}

proptest! {
    #[test]
    fn x1_a_series_that_decodes_encodes_to_itself(count in 0u8..4, rest in prop::collection::vec(any::<u8>(), 0..300)) {
        let bytes = [&[count][..], &rest].concat();
        if let Ok(series) = Series::new(&bytes) {
            let steps: Vec<_> = series.iter().collect();
            prop_assert_eq!(steps.len(), series.len());
            prop_assert_eq!(Series::encode(&steps), bytes);
        }
    }

    #[test]
    fn any_series_reads_back(parts in prop::collection::vec((any::<u8>(), prop::collection::vec(any::<u8>(), 0..40)), 1..17)) {
        let accounts = accounts();
        let steps: Vec<_> = parts.iter().map(|(program, data)| step(*program, &accounts, data)).collect();
        let bytes = Series::encode(&steps);
        prop_assert_eq!(Series::new(&bytes).map(|series| series.iter().collect::<Vec<_>>()), Ok(steps));
        for len in 0..bytes.len() {
            prop_assert!(Series::new(&bytes[..len]).is_err());
        }
    }
}
