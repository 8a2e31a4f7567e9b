//! Guardrails by table, their bytes, and the moving window against a log that forgets nothing.

use super::*;
use crate::{
    action::{encode_accounts, Action, InvokeAccount, InvokeAccounts, FLAG_WRITABLE},
    parameters::TrackParameters,
    UnixSeconds,
};
use alloc::vec::Vec;
use proptest::prelude::*;

const NOW: UnixSeconds = UnixSeconds(1_800_000_000);

const PARAMETERS: TrackParameters = TrackParameters {
    threshold_bps: 6_000,
    quorum_bps: 2_000,
    min_for_bps: 1_000,
    entrenched_threshold_bps: 7_500,
    veto_bps: 3_334,
    slash_bps: 100,
    discussion_seconds: DAY,
    voting_seconds: 3 * DAY,
    extension_seconds: DAY,
    cooloff_seconds: DAY,
    timelock_seconds: 2 * DAY,
    window_seconds: 7 * DAY,
    deposit_lamports: 1_000_000,
};

/// One of every kind.
const EACH: [Guardrail; 7] = [
    Guardrail::LamportsPerWindow { limit: 100, window_seconds: DAY },
    Guardrail::TokensPerWindow { mint: [2; 32], limit: u64::MAX, window_seconds: HOUR },
    Guardrail::ForbiddenProgram { program: [3; 32] },
    Guardrail::RequiredDelay { track: Track::Treasury, seconds: 2 * DAY },
    Guardrail::ParameterRange { track: Track::Amendment, parameter: Parameter::Quorum, min: 2_000, max: 4_000 },
    Guardrail::PolicySunset { seconds: 90 * DAY },
    Guardrail::NeverWritable { account: [7; 32] },
];

#[track_caller]
fn check(guardrail: Guardrail, deed: Deed, expected: Result<(), Breach>) {
    assert_eq!(guardrail.check_proposed(deed), expected, "{guardrail:?} {deed:?}");
    let done = guardrail.with(deed, Spending::default(), NOW);
    assert_eq!(done.map(|_| ()), expected, "{guardrail:?} {deed:?} when executed");
}

#[test]
fn a_guardrail_has_one_encoding() {
    for (kind, guardrail) in (1..).zip(EACH) {
        let bytes = guardrail.to_bytes();
        assert_eq!((guardrail.kind(), bytes[0]), (kind, kind));
        assert_eq!(Guardrail::from_bytes(&bytes), Ok(guardrail));
        for at in 1..GUARDRAIL_BYTES {
            let mut other = bytes;
            other[at] ^= 0x80;
            // Whatever another byte means, it does not mean the same.
            assert_ne!(Guardrail::from_bytes(&other), Ok(guardrail), "{guardrail:?} with another byte {at}");
        }
    }
    for kind in [0, 8, 255] {
        let mut bytes = EACH[0].to_bytes();
        bytes[0] = kind;
        assert_eq!(Guardrail::from_bytes(&bytes), Err(GuardrailError::UnknownKind { kind }));
    }
}

#[test]
fn unused_fields_and_unknown_tracks_and_parameters_are_refused() {
    for (guardrail, at) in [(EACH[0], 1), (EACH[0], 40), (EACH[2], 4), (EACH[3], 2), (EACH[5], 8), (EACH[6], 3)] {
        let mut bytes = guardrail.to_bytes();
        bytes[at] = 1;
        assert_eq!(Guardrail::from_bytes(&bytes), Err(GuardrailError::Meaningless), "{guardrail:?} byte {at}");
    }
    for (at, value) in [(1, 200), (2, 200)] {
        let mut bytes = EACH[4].to_bytes();
        bytes[at] = value;
        assert_eq!(Guardrail::from_bytes(&bytes), Err(GuardrailError::Meaningless));
    }
}

#[test]
fn l2_every_length_has_bounds() {
    type Make = fn(u32) -> Guardrail;
    let cases: [(Make, u32, u32); 4] = [
        (|window_seconds| Guardrail::LamportsPerWindow { limit: 0, window_seconds }, HOUR, 366 * DAY),
        (|window_seconds| Guardrail::TokensPerWindow { mint: [0; 32], limit: 0, window_seconds }, HOUR, 366 * DAY),
        (|seconds| Guardrail::RequiredDelay { track: Track::Policy, seconds }, HOUR, 90 * DAY),
        (|seconds| Guardrail::PolicySunset { seconds }, DAY, 3_660 * DAY),
    ];
    for (make, min, max) in cases {
        for (seconds, is_legal) in [(min - 1, false), (min, true), (max, true), (max + 1, false), (u32::MAX, false)] {
            assert_eq!(Guardrail::from_bytes(&make(seconds).to_bytes()).is_ok(), is_legal, "{:?}", make(seconds));
        }
    }
    let (track, parameter) = (Track::Policy, Parameter::Quorum);
    let empty = Guardrail::ParameterRange { track, parameter, min: 2, max: 1 };
    let expected = GuardrailError::OutOfRange { field: "max", value: 1, min: 2, max: u32::MAX };
    assert_eq!(Guardrail::from_bytes(&empty.to_bytes()), Err(expected));
    let one = Guardrail::ParameterRange { track, parameter, min: 2, max: 2 };
    assert_eq!(Guardrail::from_bytes(&one.to_bytes()), Ok(one));
}

#[test]
fn a_forbidden_program_is_neither_called_nor_handed_on() {
    let guardrail = Guardrail::ForbiddenProgram { program: [3; 32] };
    let breach = Err(Breach::ForbiddenProgram { program: [3; 32] });
    let others = encode_accounts(&[InvokeAccount { address: [4; 32], flags: FLAG_WRITABLE }]);
    let handed =
        encode_accounts(&[InvokeAccount { address: [4; 32], flags: 0 }, InvokeAccount { address: [3; 32], flags: 0 }]);
    let others = InvokeAccounts::new(&others).expect("legal");
    let handed = InvokeAccounts::new(&handed).expect("legal");
    check(guardrail, Deed::Call { program: &[3; 32], accounts: others }, breach);
    check(guardrail, Deed::Call { program: &[5; 32], accounts: handed }, breach);
    check(guardrail, Deed::Call { program: &[5; 32], accounts: others }, Ok(()));
}

#[test]
fn an_account_that_is_never_writable_can_be_read() {
    let guardrail = Guardrail::NeverWritable { account: [7; 32] };
    let breach = Err(Breach::NeverWritable { account: [7; 32] });
    let list = |flags| encode_accounts(&[InvokeAccount { address: [7; 32], flags }]);
    let (read, written) = (list(0), list(FLAG_WRITABLE));
    let call =
        |bytes| Deed::Call { program: &[7; 32], accounts: InvokeAccounts::new(bytes).expect("the flags are legal") };
    check(guardrail, call(&read), Ok(()));
    check(guardrail, call(&written), breach);
    check(guardrail, Deed::Write { account: &[7; 32] }, breach);
    check(guardrail, Deed::Write { account: &[8; 32] }, Ok(()));
}

#[test]
fn a_delay_binds_its_track() {
    let (track, least) = (Track::Treasury, 2 * DAY);
    let guardrail = Guardrail::RequiredDelay { track, seconds: least };
    check(guardrail, Deed::Wait { track, seconds: least }, Ok(()));
    check(
        guardrail,
        Deed::Wait { track, seconds: least - 1 },
        Err(Breach::DelayTooShort { track, seconds: least - 1, least }),
    );
    check(guardrail, Deed::Wait { track: Track::Policy, seconds: 0 }, Ok(()));
    let hasty = TrackParameters { timelock_seconds: HOUR, ..PARAMETERS };
    check(guardrail, Deed::SetParameters { track, parameters: &PARAMETERS }, Ok(()));
    let breach = Breach::DelayTooShort { track, seconds: HOUR, least };
    check(guardrail, Deed::SetParameters { track, parameters: &hasty }, Err(breach));
    check(guardrail, Deed::SetParameters { track: Track::Amendment, parameters: &hasty }, Ok(()));
}

#[test]
fn a_range_binds_one_parameter_of_one_track() {
    let (track, min, max) = (Track::Amendment, 3, 5);
    for parameter in Parameter::ALL {
        let value = parameter.of(&PARAMETERS);
        for (min, max, is_inside) in [(value, value, true), (0, value - 1, false), (value + 1, u32::MAX, false)] {
            let breach = Breach::ParameterOutside { track, parameter, value, min, max };
            check(
                Guardrail::ParameterRange { track, parameter, min, max },
                Deed::SetParameters { track, parameters: &PARAMETERS },
                if is_inside { Ok(()) } else { Err(breach) },
            );
        }
        let guardrail = Guardrail::ParameterRange { track, parameter, min, max };
        check(guardrail, Deed::SetParameters { track: Track::Policy, parameters: &PARAMETERS }, Ok(()));
        assert_eq!(Parameter::from_u8(parameter as u8), Some(parameter));
    }
}

#[test]
fn a_policy_must_end_and_soon_enough() {
    let guardrail = Guardrail::PolicySunset { seconds: 90 * DAY };
    let latest = NOW.0 + i64::from(90 * DAY);
    for (sunset_at, is_legal) in [(latest, true), (latest + 1, false), (0, false), (i64::MAX, false), (1, true)] {
        let expected = if is_legal { Ok(()) } else { Err(Breach::SunsetTooLate { sunset_at, latest }) };
        check(guardrail, Deed::SetSunset { sunset_at, from: NOW }, expected);
    }
}

#[test]
fn spending_counts_its_own_kind_and_mint() {
    let lamports = EACH[0];
    check(lamports, Deed::PayLamports { lamports: 100 }, Ok(()));
    let over = Breach::OverLimit { spent: 0, amount: 101, limit: 100 };
    check(lamports, Deed::PayLamports { lamports: 101 }, Err(over));
    check(lamports, Deed::PayTokens { mint: &[0; 32], amount: 101 }, Ok(()));
    let tokens = Guardrail::TokensPerWindow { mint: [2; 32], limit: 5, window_seconds: HOUR };
    check(tokens, Deed::PayTokens { mint: &[9; 32], amount: 6 }, Ok(()));
    check(tokens, Deed::PayLamports { lamports: 6 }, Ok(()));
    let over = Breach::OverLimit { spent: 0, amount: 6, limit: 5 };
    check(tokens, Deed::PayTokens { mint: &[2; 32], amount: 6 }, Err(over));
    let nothing = Guardrail::LamportsPerWindow { limit: 0, window_seconds: DAY };
    check(nothing, Deed::PayLamports { lamports: 0 }, Ok(()));
    let over = Breach::OverLimit { spent: 0, amount: 1, limit: 0 };
    check(nothing, Deed::PayLamports { lamports: 1 }, Err(over));
}

#[test]
fn what_was_spent_is_free_again_after_the_window_and_at_most_a_quarter() {
    let guardrail = Guardrail::LamportsPerWindow { limit: 100, window_seconds: DAY };
    let pay = |lamports, spending, seconds: u32| {
        guardrail.with(Deed::PayLamports { lamports }, spending, NOW.checked_add(seconds).expect("soon"))
    };
    let full = pay(100, Spending::default(), 0).expect("within the limit");
    let refused = Err(Breach::OverLimit { spent: 100, amount: 1, limit: 100 });
    for seconds in [0, 1, DAY / 4, DAY / 2, DAY - 1] {
        assert_eq!(pay(1, full, seconds), refused, "{seconds} s later");
    }
    assert!(pay(100, full, DAY + DAY / 4).is_ok());
    assert_eq!(full.left_at(100, DAY, NOW), 0);
    assert_eq!(full.left_at(150, DAY, NOW), 50);
}

#[test]
fn l9_a_clock_that_steps_back_neither_frees_nor_forgets() {
    let guardrail = Guardrail::LamportsPerWindow { limit: 100, window_seconds: DAY };
    let pay = |lamports, spending, at: i64| guardrail.with(Deed::PayLamports { lamports }, spending, UnixSeconds(at));
    let full = pay(100, Spending::default(), NOW.0).expect("within the limit");
    for at in [NOW.0 - i64::from(10 * DAY), 0, -1, i64::MIN] {
        assert_eq!(pay(1, full, at), Err(Breach::OverLimit { spent: 100, amount: 1, limit: 100 }), "at {at}");
    }
    assert!(pay(100, full, i64::MAX).is_ok(), "the far future has forgotten");
}

#[test]
fn a_sum_that_does_not_fit_is_over_the_limit() {
    let guardrail = Guardrail::LamportsPerWindow { limit: u64::MAX, window_seconds: DAY };
    let pay = |lamports, spending| guardrail.with(Deed::PayLamports { lamports }, spending, NOW);
    let full = pay(u64::MAX, Spending::default()).expect("the limit itself");
    let over = Breach::OverLimit { spent: u128::from(u64::MAX), amount: u64::MAX, limit: u64::MAX };
    assert_eq!(pay(u64::MAX, full), Err(over));
    assert_eq!(pay(0, full), Ok(full));
}

#[test]
fn only_the_same_measure_keeps_its_history() {
    let spent = Spending { buckets: [1, 2, 3, 4, 5], newest: 6 };
    let lamports = |limit, window_seconds| Guardrail::LamportsPerWindow { limit, window_seconds };
    let tokens = |mint, window_seconds| Guardrail::TokensPerWindow { mint, limit: 1, window_seconds };
    let (mint, other) = ([2; 32], [3; 32]);
    for (old, new, is_kept) in [
        (lamports(1, DAY), lamports(2, DAY), true),
        (lamports(1, DAY), lamports(1, HOUR), false),
        (tokens(mint, DAY), tokens(mint, DAY), true),
        (tokens(mint, DAY), tokens(other, DAY), false),
        (tokens(mint, DAY), lamports(1, DAY), false),
        (EACH[2], EACH[2], false),
    ] {
        let expected = if is_kept { spent } else { Spending::default() };
        assert_eq!(new.inherited(Some(&old), spent), expected, "{old:?} {new:?}");
        assert_eq!(new.inherited(None, spent), Spending::default());
    }
}

#[test]
fn a_principle_has_one_place() {
    let owners = [Some(4), None, Some(7), None];
    for (principle_id, own, next) in [(4, Some(0), Some(0)), (7, Some(2), Some(2)), (9, None, Some(1))] {
        assert_eq!(place_of(owners.into_iter(), principle_id), own);
        assert_eq!(place_for(owners.into_iter(), principle_id), next);
    }
    assert_eq!(place_for([Some(1); 12].into_iter(), 2), None);
}

#[test]
fn the_strictest_of_each_kind_speaks_for_all() {
    let delay = |seconds| Guardrail::RequiredDelay { track: Track::Treasury, seconds };
    let life = |seconds| Guardrail::PolicySunset { seconds };
    let all = [delay(HOUR), delay(DAY), delay(2 * HOUR), life(90 * DAY), life(DAY), life(2 * DAY), EACH[0]];
    let summary = all.iter().fold(Summary::default(), Summary::with);
    assert_eq!(summary, Summary { delays: [0, DAY, 0, 0], policy_life_seconds: DAY, count: 7 });
}

#[test]
fn only_spending_is_counted() {
    assert_eq!(EACH[0].payment(5), Some(Deed::PayLamports { lamports: 5 }));
    assert_eq!(EACH[1].payment(5), Some(Deed::PayTokens { mint: &[2; 32], amount: 5 }));
    assert!(EACH[2..].iter().all(|guardrail| guardrail.payment(5).is_none()));
}

#[track_caller]
fn check_proposed(action: &Action, guardrail: Guardrail, expected: Result<(), Breach>) {
    let proposed = Proposed { action, vault: &[1; 32], timelock_seconds: DAY, opens_at: NOW };
    assert_eq!(proposed.check(&guardrail), expected, "{action:?} {guardrail:?}");
}

#[test]
fn each_deed_of_an_action_is_checked_when_it_is_proposed() {
    let pay = Action::TransferLamports { recipient: [8; 32], lamports: 101 };
    check_proposed(&pay, EACH[0], Err(Breach::OverLimit { spent: 0, amount: 101, limit: 100 }));
    for account in [[1; 32], [8; 32]] {
        check_proposed(&pay, Guardrail::NeverWritable { account }, Err(Breach::NeverWritable { account }));
    }
    let (track, least) = (Track::Treasury, DAY + 1);
    let delay = Guardrail::RequiredDelay { track, seconds: least };
    check_proposed(&pay, delay, Err(Breach::DelayTooShort { track, seconds: DAY, least }));
    check_proposed(&Action::PolicyRepeal { policy_id: 0 }, delay, Ok(()));
    for action in [
        Action::PolicyAdopt { text_hash: [1; 32], sunset_at: 0 },
        Action::PolicyAmend { policy_id: 0, text_hash: [1; 32], sunset_at: 0 },
    ] {
        let latest = NOW.0 + i64::from(90 * DAY);
        check_proposed(&action, EACH[5], Err(Breach::SunsetTooLate { sunset_at: 0, latest }));
    }
    let accounts = encode_accounts(&[InvokeAccount { address: [7; 32], flags: FLAG_WRITABLE }]);
    let accounts = InvokeAccounts::new(&accounts).expect("legal");
    let call = Action::Invoke { program: [3; 32], accounts, data: &[] };
    check_proposed(&call, EACH[2], Err(Breach::ForbiddenProgram { program: [3; 32] }));
    check_proposed(&call, EACH[6], Err(Breach::NeverWritable { account: [7; 32] }));
    check_proposed(&call, EACH[0], Ok(()));
}

/// Payments with the time since the one before, a clock that steps back among them.
fn payments() -> impl Strategy<Value = Vec<(i64, u64)>> {
    let step = prop_oneof![8 => 0..7_200i64, 2 => 0..400_000i64, 1 => -5_000..0i64];
    prop::collection::vec((step, 0..60u64), 1..80)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn m3_no_window_of_that_length_ever_exceeds_the_limit(
        payments in payments(), limit in 0..200u64, window in SPENDING_WINDOW_SECONDS.0..200_000u32
    ) {
        let guardrail = Guardrail::LamportsPerWindow { limit, window_seconds: window };
        let (mut spending, mut now, mut latest) = (Spending::default(), NOW.0, 0);
        let mut log: Vec<(i64, u64)> = Vec::new();
        for (step, lamports) in payments {
            now += step;
            // Time as the window sees it: it never runs backwards from what was written.
            let seen = latest.max(now);
            let within = |window: i64| -> u64 {
                log.iter().filter(|(at, _)| *at > seen - window).map(|(_, amount)| amount).sum()
            };
            match guardrail.with(Deed::PayLamports { lamports }, spending, UnixSeconds(now)) {
                Ok(next) => {
                    prop_assert!(within(window.into()) + lamports <= limit, "the window holds at every payment");
                    (spending, latest) = (next, seen);
                    log.push((seen, lamports));
                }
                Err(_) => {
                    // Refused only for what lies at most a quarter and a bit outside of the window.
                    let memory = i64::from(window.div_ceil(4)) * 5;
                    prop_assert!(within(memory) + lamports > limit, "nothing is refused without a reason");
                }
            }
        }
    }

    #[test]
    fn bytes_that_are_read_are_written_the_same(mut bytes in prop::array::uniform32(any::<u8>()), kind in 0..9u8) {
        bytes[0] = kind;
        let mut wide = [0; GUARDRAIL_BYTES];
        wide[..32].copy_from_slice(&bytes);
        if let Ok(guardrail) = Guardrail::from_bytes(&wide) {
            prop_assert_eq!(guardrail.to_bytes(), wide);
        }
    }
}
