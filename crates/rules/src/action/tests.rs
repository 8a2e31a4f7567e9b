//! One action, one encoding; every other sequence of bytes is refused.

use alloc::vec::Vec;

use super::*;
use crate::parameters::ChangeError;
use crate::parameters::{tests::LEGAL, TrackParameters};
use alloc::vec;
use proptest::prelude::*;

fn examples(accounts: &[u8]) -> Vec<Action<'_>> {
    vec![
        Action::PolicyAdopt { text_hash: [1; 32], sunset_at: 7 },
        Action::PolicyAmend { policy_id: 3, text_hash: [2; 32], sunset_at: 0 },
        Action::PolicyRepeal { policy_id: u64::MAX },
        Action::TransferLamports { recipient: [3; 32], lamports: 1 },
        Action::Invoke {
            program: [4; 32],
            accounts: InvokeAccounts::new(accounts).expect("well formed"),
            data: b"data",
        },
        Action::TransferTokens { mint: [5; 32], recipient: [6; 32], amount: 7 },
        Action::ProgramUpgrade { program: [5; 32], buffer: [6; 32], buffer_hash: [7; 32], spill: [8; 32] },
        Action::ConstitutionAmend { text_hash: [5; 32], parent_hash: [6; 32] },
        Action::PrincipleAdd {
            text_hash: [7; 32],
            class: Class::Entrenched,
            category: Category::Rights,
            priority: 100,
        },
        Action::PrincipleAmend { principle_id: 1, version: 2, text_hash: [8; 32] },
        Action::PrincipleRetire { principle_id: 1, version: 2 },
        Action::RosterAdopt { roster_version: 2, members_hash: [9; 32] },
        Action::ParametersAmend(ParameterChange { track: Track::Treasury, before: LEGAL, after: STRICTER }),
        Action::VetoBodyAdopt { roster_version: 3, members_hash: [10; 32] },
        Action::VetoBodyAdopt { roster_version: 0, members_hash: [0; 32] },
        Action::SettingsAmend(Settings { attestor: [11; 32], attestation_mark: 8_000, max_open_proposals: 4 }),
        Action::GuardiansAdopt { threshold: 2, term_seconds: 86_400, members: &[[1; 32], [2; 32], [3; 32]] },
        Action::EmergencyRatify { emergency_id: 3 },
        Action::EmergencyEnd { emergency_id: 4 },
        Action::GuardiansRemove,
        Action::GuardrailSet { principle_id: 1, version: 2, guardrail: Guardrail::PolicySunset { seconds: 86_400 } },
        Action::GuardrailClear { principle_id: 1, version: 2 },
    ]
}

const STRICTER: TrackParameters = TrackParameters { threshold_bps: 7_000, ..LEGAL };

fn two_accounts() -> Vec<u8> {
    encode_accounts(&[
        InvokeAccount { address: [1; 32], flags: FLAG_WRITABLE | FLAG_SIGNER },
        InvokeAccount { address: [2; 32], flags: 0 },
    ])
}

#[test]
fn every_action_reads_back_and_tells_its_length() {
    let accounts = two_accounts();
    for action in examples(&accounts) {
        let bytes = action.to_bytes();
        assert_eq!(bytes.len(), action.encoded_len(), "{action:?}");
        assert_eq!(Action::decode(&bytes), Ok(action));
    }
}

#[test]
fn an_action_cut_short_or_lengthened_is_refused() {
    let accounts = two_accounts();
    for action in examples(&accounts) {
        let mut bytes = action.to_bytes();
        for len in 0..bytes.len() {
            assert_eq!(Action::decode(&bytes[..len]), Err(ActionError::Truncated), "{action:?} cut to {len}");
        }
        bytes.push(0);
        assert_eq!(Action::decode(&bytes), Err(ActionError::TrailingBytes), "{action:?}");
    }
}

#[test]
fn senseless_fields_are_refused() {
    let transfer = Action::TransferLamports { recipient: [3; 32], lamports: 0 }.to_bytes();
    assert_eq!(Action::decode(&transfer), Err(ActionError::NothingToTransfer));
    let tokens = Action::TransferTokens { mint: [1; 32], recipient: [3; 32], amount: 0 }.to_bytes();
    assert_eq!(Action::decode(&tokens), Err(ActionError::NothingToTransfer));
    let principle = |class, category, priority| [&[21][..], &[7; 32], &[class, category, priority]].concat();
    assert_eq!(Action::decode(&principle(2, 0, 0)), Err(ActionError::OutOfRange { value: 2 }));
    assert_eq!(Action::decode(&principle(0, 7, 0)), Err(ActionError::OutOfRange { value: 7 }));
    assert_eq!(Action::decode(&principle(0, 0, 101)), Err(ActionError::OutOfRange { value: 101 }));
    let change = |track: u8, before: &TrackParameters, after: &TrackParameters| {
        [&[26, track][..], &before.to_bytes(), &after.to_bytes()].concat()
    };
    assert_eq!(Action::decode(&change(4, &LEGAL, &STRICTER)), Err(ActionError::OutOfRange { value: 4 }));
    assert_eq!(Action::decode(&change(0, &LEGAL, &LEGAL)), Err(ActionError::Change(ChangeError::Nothing)));
    let lax = TrackParameters { threshold_bps: 5_999, ..LEGAL };
    assert!(matches!(Action::decode(&change(0, &LEGAL, &lax)), Err(ActionError::Change(ChangeError::OutOfBounds(_)))));
    assert!(Action::decode(&change(0, &lax, &LEGAL)).is_ok(), "what is replaced need not be legal");
    let body = |version: u32, hash: u8| [&[27][..], &version.to_le_bytes(), &[hash; 32]].concat();
    assert_eq!(Action::decode(&body(0, 1)), Err(ActionError::Meaningless));
    assert_eq!(Action::decode(&body(1, 0)), Err(ActionError::Meaningless));
    let settings =
        |attestor: u8, mark: u16, most: u8| [&[28][..], &[attestor; 32], &mark.to_le_bytes(), &[most]].concat();
    for senseless in [settings(1, 10_001, 4), settings(0, 1, 4), settings(1, 0, 0), settings(1, 0, 17)] {
        assert!(matches!(Action::decode(&senseless), Err(ActionError::Settings(_))));
    }
    let ten = [&[31][..], &[5], &86_400u32.to_le_bytes(), &[10], &[1; 320]].concat();
    assert_eq!(Action::decode(&ten), Err(ActionError::OutOfRange { value: 10 }));
    let guardrail = Guardrail::PolicySunset { seconds: 1 };
    let error = guardrail.check().expect_err("a policy lives at least a day");
    let set = Action::GuardrailSet { principle_id: 0, version: 1, guardrail }.to_bytes();
    assert_eq!(Action::decode(&set), Err(ActionError::Guardrail(error)));
    assert_eq!(Action::decode(&[9]), Err(ActionError::UnknownAction { number: 9 }));
    let long = vec![0; MAX_INVOKE_DATA + 1];
    let invoke = |accounts: &[u8], data: &[u8]| {
        let count = u8::try_from(accounts.len() / INVOKE_ACCOUNT_BYTES).expect("few");
        let len = u16::try_from(data.len()).expect("short").to_le_bytes();
        [&[11][..], &[1; 32], &[count], accounts, &len, data].concat()
    };
    assert_eq!(Action::decode(&invoke(&[], &long)), Err(ActionError::DataTooLong { len: 9_217 }));
    let many = vec![0; INVOKE_ACCOUNT_BYTES * 49];
    assert_eq!(Action::decode(&invoke(&many, &[])), Err(ActionError::TooManyAccounts { count: 49 }));
    let mut flagged = vec![0; INVOKE_ACCOUNT_BYTES];
    flagged[0] = 4;
    assert_eq!(Action::decode(&invoke(&flagged, &[])), Err(ActionError::UnknownFlags { flags: 4 }));
}

#[test]
fn e6_nobody_vetoes_the_veto_body_itself() {
    let accounts = two_accounts();
    for action in examples(&accounts) {
        let is_exempt = matches!(action, Action::VetoBodyAdopt { .. }) || action.track() == Track::Ratification;
        assert_eq!(action.can_be_vetoed(), !is_exempt, "{action:?}");
        assert_eq!(action.can_be_attested(), action.track() != Track::Ratification, "{action:?}");
    }
}

#[test]
fn t9_a_change_of_parameters_takes_what_it_changes() {
    let high = TrackParameters { threshold_bps: 9_000, entrenched_threshold_bps: 9_000, ..LEGAL };
    let change = Action::ParametersAmend(ParameterChange { track: Track::Policy, before: high, after: LEGAL });
    for touches_entrenched in [false, true] {
        assert_eq!(change.approval_rule(&LEGAL, touches_entrenched).threshold.0, 9_000);
    }
    let repeal = Action::PolicyRepeal { policy_id: 0 };
    assert_eq!(repeal.approval_rule(&LEGAL, false), LEGAL.approval_rule(false));
    assert_eq!(repeal.approval_rule(&LEGAL, true), LEGAL.approval_rule(true));
}

#[test]
fn m2_what_is_entrenched_takes_the_higher_threshold() {
    let accounts = two_accounts();
    for action in examples(&accounts) {
        let of_principle = [22, 23, 29, 30].contains(&action.number());
        let of_calls = [11, 12, 14].contains(&action.number());
        // Principles that are entrenched from the start, electorates, veto bodies, settings, guardians.
        let always = [21, 24, 27, 28, 31].contains(&action.number());
        for (class, touches_own_code) in
            [(None, false), (None, true), (Some(Class::Ordinary), false), (Some(Class::Entrenched), false)]
        {
            let by_principle = of_principle && class == Some(Class::Entrenched);
            let expected = always || by_principle || (of_calls && touches_own_code);
            assert_eq!(action.is_entrenched(class, touches_own_code), expected, "{action:?} {class:?}");
        }
    }
    let ordinary =
        Action::PrincipleAdd { text_hash: [7; 32], class: Class::Ordinary, category: Category::Rights, priority: 1 };
    assert!(!ordinary.is_entrenched(None, false));
    let adopt = Action::ElectorateAdopt { kind: ElectorateKind::Deposit, electorate: [1; 32] };
    assert!(adopt.is_entrenched(None, false));
}

proptest! {
    #[test]
    fn x1_bytes_that_decode_encode_to_themselves(number in prop::sample::select(vec![0u8, 1, 2, 10, 11, 12, 13, 14, 20, 21, 22, 23, 24, 26, 27, 28, 29, 30, 31, 40, 41, 42]), rest in prop::collection::vec(any::<u8>(), 0..200)) {
        let bytes = [&[number][..], &rest].concat();
        if let Ok(action) = Action::decode(&bytes) {
            prop_assert_eq!(action.to_bytes(), bytes);
        }
    }
}
