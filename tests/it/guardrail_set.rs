//! `guardrails_open`, `guardrail_set` and `guardrail_clear`, and what retiring a principle does to its guardrail.

use quantumagi_rules::guardrail::Parameter;
use quantumagi_rules::parameters::{HOUR, Track};

use crate::support::*;

const WEEK: u32 = 7 * 86_400;
const LIMIT: Guardrail = Guardrail::LamportsPerWindow { limit: 5_000_000, window_seconds: WEEK };

fn unsealed() -> Community {
    let mut community = Founding::default().unsealed().found();
    community.open_guardrails();
    community
}

fn clear(community: &Community, principle_id: u32, proposal: Option<Address>) -> ix::GuardrailClear {
    let ix::GuardrailSet { authority, constitution, proposal, principle, guardrails } =
        community.guardrail_accounts(principle_id, proposal);
    ix::GuardrailClear { authority, constitution, proposal, principle, guardrails }
}

fn retire(community: &Community, principle_id: u32, proposal: Option<Address>) -> ix::PrincipleRetire {
    let ix::GuardrailSet { authority, constitution, proposal, principle, guardrails } =
        community.guardrail_accounts(principle_id, proposal);
    ix::PrincipleRetire { authority, constitution, proposal, principle, guardrails }
}

#[test]
fn anybody_opens_the_guardrails_once() {
    let mut community = Founding::default().found();
    let (payer, constitution) = (community.stranger(), community.constitution);
    let guardrails = pda::guardrails(&constitution);
    let open = ix::GuardrailsOpen { payer, constitution, guardrails };
    let before = community.lamports(&payer);
    let done = community.send(open.instruction());
    let stored = community.guardrails_at(&guardrails);
    assert_eq!((stored.constitution, stored.payer, stored.changes), (constitution, payer, 0));
    assert_eq!(stored.in_force(), Ok(Vec::new()));
    let Event::GuardrailsOpened(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.constitution, event.payer), (constitution, payer));
    let rent = before - community.lamports(&payer);
    assert!(rent + 5_000 < 10_000_000, "{rent} lamports are more than 0.01 SOL");
    check_refused(&mut community, open.instruction(), ACCOUNT_IN_USE);
    // Empty, it forbids nothing and nobody has to name it.
    assert_eq!(community.guardrails(), None);
    community.approved(&Action::TransferLamports { recipient: hash("bob"), lamports: 5_000_001 });
}

#[test]
fn the_founder_binds_a_guardrail_before_the_seal() {
    let mut community = unsealed();
    let (constitution, address) = (community.constitution, pda::guardrails(&community.constitution));
    let done = community.guard(0, LIMIT);
    let Event::GuardrailSet(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.mandate, event.change, event.principle_id), (Address::default(), 0, 0));
    assert_eq!((event.version, event.guardrail), (1, LIMIT.to_bytes()));
    let stored = community.guardrails_at(&address);
    assert_eq!((stored.changes, stored.in_force().unwrap().len()), (1, 1));
    let slot = stored.slots[0];
    assert_eq!((slot.guardrail, slot.principle_id, slot.buckets), (LIMIT.to_bytes(), 0, [0; 5]));
    assert_eq!(community.principle(&pda::principle(&constitution, 0)).has_guardrail, 1);
    assert_eq!(community.world.constitution(&constitution).guardrails, 1);

    let delay = Guardrail::RequiredDelay { track: Track::Treasury, seconds: 86_400 };
    community.guard(1, delay);
    community.guard(0, Guardrail::PolicySunset { seconds: 30 * 86_400 });
    let says = community.world.constitution(&constitution);
    assert_eq!((says.guardrails, says.policy_life_seconds, says.required_delays), (2, 30 * 86_400, [0, 86_400, 0, 0]));

    let accounts = clear(&community, 1, None);
    let done = community.send(accounts.instruction(1));
    let Event::GuardrailCleared(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.change, event.principle_id, event.version), (3, 1, 1));
    let says = community.world.constitution(&constitution);
    assert_eq!((says.guardrails, says.policy_life_seconds, says.required_delays), (1, 30 * 86_400, [0; 4]));
    assert_eq!(community.principle(&pda::principle(&constitution, 1)).has_guardrail, 0);
    check_refused(&mut community, accounts.instruction(1), GovError::GuardrailNotSet);
}

#[test]
fn a_vote_binds_a_guardrail_and_takes_it_away() {
    let mut community = Founding::default().found();
    community.open_guardrails();
    let action = Action::GuardrailSet { principle_id: 0, version: 1, guardrail: LIMIT };
    let proposal = community.approved(&action);
    let other = Guardrail::LamportsPerWindow { limit: 5_000_001, window_seconds: WEEK };
    let set = community.guardrail_accounts(0, Some(proposal));
    check_refused(&mut community, set.instruction(1, other.to_bytes()), GovError::DigestMismatch);
    check_refused(&mut community, set.instruction(2, LIMIT.to_bytes()), GovError::PrincipleVersionMismatch);
    let none = ix::GuardrailSet { proposal: None, ..set };
    check_refused(&mut community, none.instruction(1, LIMIT.to_bytes()), GovError::MandateMissing);
    let on_other = ix::GuardrailSet { principle: pda::principle(&community.constitution, 1), ..set };
    check_refused(&mut community, on_other.instruction(1, LIMIT.to_bytes()), GovError::DigestMismatch);
    let done = community.send(set.instruction(1, LIMIT.to_bytes()));
    let [Event::ProposalExecuted(_), Event::GuardrailSet(event)] = done.events.as_slice() else {
        panic!("{:?}", done.events)
    };
    assert_eq!((event.mandate, event.principle_id), (proposal, 0));
    check_refused(&mut community, set.instruction(1, LIMIT.to_bytes()), GovError::AlreadyFinal);

    let proposal = community.approved(&Action::GuardrailClear { principle_id: 0, version: 1 });
    let accounts = clear(&community, 0, Some(proposal));
    community.send(accounts.instruction(1));
    assert_eq!(community.guardrails(), None);
}

#[test]
fn m12_the_guardrail_of_an_entrenched_principle_takes_the_entrenched_threshold() {
    let mut community = Founding::default().unsealed().found();
    community.guard(1, LIMIT);
    let seal = ix::ConstitutionSeal { founder: community.founder, constitution: community.constitution };
    community.send(seal.instruction());
    let set = |principle_id| Action::GuardrailSet { principle_id, version: 1, guardrail: LIMIT };
    let clear = Action::GuardrailClear { principle_id: 1, version: 1 };
    for (action, threshold_bps) in [(set(0), 6_700), (set(1), 8_000), (clear, 8_000)] {
        let proposal = community.propose(&action);
        assert_eq!(community.proposal(&proposal).threshold_bps, threshold_bps, "{action:?}");
    }
}

#[test]
fn guardrail_set_refuses_who_may_not_and_what_makes_no_sense() {
    let mut community = unsealed();
    let set = community.guardrail_accounts(0, None);
    let bytes = LIMIT.to_bytes();
    let by_stranger = ix::GuardrailSet { authority: community.stranger(), ..set };
    check_refused(&mut community, by_stranger.instruction(1, bytes), GovError::NotFounder);
    let missing = ix::GuardrailSet { guardrails: None, ..set };
    check_refused(&mut community, missing.instruction(1, bytes), GovError::GuardrailsMissing);
    check_refused(&mut community, set.instruction(0, bytes), GovError::PrincipleVersionMismatch);
    for at in [0, 1, 3, 40] {
        let mut senseless = bytes;
        senseless[at] ^= 0x81;
        check_refused(&mut community, set.instruction(1, senseless), GovError::GuardrailMalformed);
    }
    for window_seconds in [0, HOUR - 1, u32::MAX] {
        let bytes = Guardrail::LamportsPerWindow { limit: 1, window_seconds }.to_bytes();
        check_refused(&mut community, set.instruction(1, bytes), GovError::GuardrailMalformed);
    }
    let retire = retire(&community, 0, None);
    community.send(retire.instruction(1));
    check_refused(&mut community, set.instruction(1, bytes), GovError::PrincipleRetired);
}

#[test]
fn e6_a_guardrail_that_the_parameters_in_force_break_is_refused() {
    // Else no amendment could be proposed any more, not even the one that takes it away.
    let mut community = unsealed();
    let set = community.guardrail_accounts(0, None);
    let (track, parameter) = (Track::Amendment, Parameter::Threshold);
    let cases = [
        (Guardrail::RequiredDelay { track, seconds: 5 * 86_400 + 1 }, GovError::GuardrailDelay),
        (Guardrail::ParameterRange { track, parameter, min: 6_701, max: 10_000 }, GovError::GuardrailParameter),
        (Guardrail::ParameterRange { track, parameter, min: 0, max: 6_699 }, GovError::GuardrailParameter),
    ];
    for (guardrail, refusal) in cases {
        check_refused(&mut community, set.instruction(1, guardrail.to_bytes()), refusal);
    }
    community.guard(0, Guardrail::RequiredDelay { track, seconds: 5 * 86_400 });
    community.guard(0, Guardrail::ParameterRange { track, parameter, min: 6_700, max: 6_700 });
    let sealed = Founding::named("sealed").found();
    for (guardrail, refusal) in cases {
        let draft = sealed.draft(&Action::GuardrailSet { principle_id: 0, version: 1, guardrail });
        check_refused(&mut sealed.world.clone(), draft.instruction(), refusal);
    }
}

#[test]
fn l8_there_are_at_most_twelve_guardrails_and_one_a_principle() {
    let texts = (0..13).map(|index| format!("principle {index}")).collect::<Vec<_>>();
    let principles = texts.iter().map(|text| principle(text, 0)).collect();
    let mut community = Founding { principles, ..Founding::default() }.unsealed().found();
    for id in 0..12 {
        community.guard(id, LIMIT);
    }
    let thirteenth = community.guardrail_accounts(12, None).instruction(1, LIMIT.to_bytes());
    check_refused(&mut community, thirteenth.clone(), GovError::TooManyGuardrails);
    community.guard(3, Guardrail::PolicySunset { seconds: 86_400 });
    assert_eq!(community.world.constitution(&community.constitution).guardrails, 12);
    let accounts = clear(&community, 7, None);
    community.send(accounts.instruction(1));
    community.send(thirteenth);
    let stored = community.guardrails_at(&pda::guardrails(&community.constitution));
    assert_eq!(stored.slots.map(|slot| slot.principle_id), [0, 1, 2, 3, 4, 5, 6, 12, 8, 9, 10, 11]);
}

#[test]
fn a_retired_principle_takes_its_guardrail_along() {
    let mut community = Founding::default().found();
    community.guard(0, LIMIT);
    let proposal = community.approved(&Action::PrincipleRetire { principle_id: 0, version: 1 });
    let accounts = retire(&community, 0, Some(proposal));
    let missing = ix::PrincipleRetire { guardrails: None, ..accounts };
    check_refused(&mut community, missing.instruction(1), GovError::GuardrailsMissing);
    let done = community.send(accounts.instruction(1));
    let [Event::ProposalExecuted(_), Event::GuardrailCleared(cleared), Event::PrincipleRetired(retired)] =
        done.events.as_slice()
    else {
        panic!("{:?}", done.events)
    };
    assert_eq!((cleared.mandate, retired.mandate), (proposal, proposal));
    assert_eq!(community.guardrails(), None);
    let principle = community.principle(&accounts.principle);
    assert_eq!((principle.is_retired, principle.has_guardrail), (1, 0));
}

#[test]
fn guardrail_clear_refuses_a_principle_without_one() {
    let mut community = unsealed();
    let accounts = clear(&community, 0, None);
    check_refused(&mut community, accounts.instruction(1), GovError::GuardrailNotSet);
    community.guard(0, LIMIT);
    check_refused(&mut community, accounts.instruction(2), GovError::PrincipleVersionMismatch);
    let missing = ix::GuardrailClear { guardrails: None, ..accounts };
    check_refused(&mut community, missing.instruction(1), GovError::GuardrailsMissing);
    let sealed = Founding::named("sealed").found();
    let draft = sealed.draft(&Action::GuardrailClear { principle_id: 0, version: 1 });
    check_refused(&mut sealed.world.clone(), draft.instruction(), GovError::GuardrailNotSet);
}

#[test]
fn a3_another_constitutions_guardrails_are_refused() {
    let community = unsealed();
    let mut others = Founding::named("others").unsealed().found_in(community.world.clone());
    let theirs = others.open_guardrails();
    others.guard(0, LIMIT);
    let mut community = Community { world: others.world.clone(), ..community };
    community.guard(0, LIMIT);
    for accounts in [community.guardrail_accounts(0, None), community.guardrail_accounts(1, None)] {
        let wrong = ix::GuardrailSet { guardrails: Some(theirs), ..accounts };
        check_refused(&mut community, wrong.instruction(1, LIMIT.to_bytes()), GovError::WrongConstitution);
    }
    let wrong = ix::PrincipleRetire { guardrails: Some(theirs), ..retire(&community, 0, None) };
    check_refused(&mut community, wrong.instruction(1), GovError::WrongConstitution);
    let wrong = ix::GuardrailClear { guardrails: Some(theirs), ..clear(&community, 0, None) };
    check_refused(&mut community, wrong.instruction(1), GovError::WrongConstitution);
}
