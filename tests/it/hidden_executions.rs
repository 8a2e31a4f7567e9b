//! Executions whose lines were hidden, with what they spent (O1, O2; docs/decisions/0004-events-in-logs.md).

use quantumagi_rules::guardrail::Guardrail;
use quantumagi_rules::parameters::Track;
use quantumagi_rules::principle::Class;
use quantumagi_sdk::verify::verify;
use quantumagi_sdk::words::describe_proof;
use solana_system_interface::instruction as system;

use crate::payloads::{draft, with_payload};
use crate::support::*;

const WEEK: u32 = 7 * DAY as u32;

#[track_caller]
fn check_proved(community: &Community, is_shown: impl Fn(usize) -> bool) {
    let verification = verify(&ledger(community, &community.constitution, is_shown));
    assert_eq!(describe_proof(&verification).problems, Vec::<String>::new());
    assert!(verification.is_proved());
}

fn guarded() -> Community {
    let mut community = Founding::default().unsealed().found();
    community.guard(0, Guardrail::LamportsPerWindow { limit: 5_000_000_000, window_seconds: WEEK });
    community.guard(1, Guardrail::LamportsPerWindow { limit: 9_000_000_000, window_seconds: 2 * WEEK });
    let seal = ix::ConstitutionSeal { founder: community.founder, constitution: community.constitution };
    community.send(seal.instruction());
    community
}

#[test]
fn o1_o2_a_series_that_spends_under_guardrails_comes_back_step_by_step() {
    let mut community = guarded();
    let pay = |name: &str, lamports| Call::of(&system::transfer(&community.vault, &person(name), lamports));
    let calls = Calls(vec![pay("bob", 1_000_000_000), pay("carol", 2_000_000_000), pay("dora", 500_000_000)]);
    let (proposal, pending) = calls.approved(&mut community);
    for step in 0..3 {
        let execute = calls.execute(&community, proposal, &pending, step);
        let done = community.send(execute);
        let Some(Event::SpendingCounted(counted)) = done.events.last() else { panic!("{:?}", done.events) };
        assert_eq!((counted.change, counted.charges.len()), (2 + step as u64, 2));
        check_proved(&community, |_| true);
        check_proved(&community, HIDDEN);
    }
    let first_step = community.landed.len() - 3;
    for step in first_step..first_step + 3 {
        check_proved(&community, |index| index != step);
    }
}

#[test]
fn o1_o2_an_action_from_a_payload_comes_back_from_the_calls_that_wrote_it() {
    let (mut community, calls, payload) = with_payload();
    let proposal = community.create(&draft(&community, &calls, payload));
    community.approve(&proposal);
    let stored = community.proposal(&proposal);
    let pending = stored.pending_digests(&calls.action(), &[0; 4]).unwrap();
    for (step, call) in calls.0.iter().enumerate() {
        let execute = call.execute_from(&community, proposal, pending[step + 1], payload);
        community.send(execute);
        check_proved(&community, HIDDEN);
    }
    let mut given = ledger(&community, &community.constitution, HIDDEN);
    given.payloads.clear();
    let verification = verify(&given);
    assert!(!verification.is_proved(), "without its bytes, what was proposed does not follow");
    assert_eq!(verification.stuck.unwrap().instruction, "proposal_create");
}

#[test]
fn o1_the_hidden_creation_of_an_entrenched_proposal_comes_back_with_its_threshold() {
    let mut community = guarded();
    let entrenched = (0..4).find(|id| {
        let principle = community.principle(&pda::principle(&community.constitution, *id));
        principle.class == Class::Entrenched as u8
    });
    let principle_id = entrenched.expect("one of them is entrenched");
    let guardrail = Guardrail::LamportsPerWindow { limit: 1, window_seconds: WEEK };
    let members = [[1; 32], [2; 32], [3; 32]];
    for action in [
        Action::GuardrailSet { principle_id, version: 1, guardrail },
        Action::PrincipleRetire { principle_id, version: 1 },
        Action::GuardiansAdopt { threshold: 2, term_seconds: 30 * DAY as u32, members: &members },
    ] {
        let proposal = community.propose(&action);
        let amendment = community.constitution(&community.constitution).tracks[Track::Amendment as usize];
        assert_eq!(community.proposal(&proposal).threshold_bps, amendment.entrenched_threshold_bps);
        assert!(amendment.threshold_bps < amendment.entrenched_threshold_bps);
        check_proved(&community, HIDDEN);
    }
}
