//! `principle_add`: the founder before the seal, an approved proposal after it.

use crate::support::*;

fn by_founder(community: &Community) -> ix::PrincipleAdd {
    let constitution = community.constitution;
    let principle = pda::principle(&constitution, 2);
    ix::PrincipleAdd { authority: community.founder, constitution, principle, proposal: None }
}

const NEW: &str = "no decision in secret";

fn args() -> types::PrincipleAddArgs {
    types::PrincipleAddArgs { text_hash: hash(NEW), class: 1, category: 6, priority: 100 }
}

fn action() -> Action<'static> {
    use quantumagi_rules::principle::{Category, Class};
    Action::PrincipleAdd { text_hash: hash(NEW), class: Class::Entrenched, category: Category::Other, priority: 100 }
}

fn expected(community: &Community, payer: Address, principle: Address) -> accounts::Principle {
    let seeds: [&[u8]; 3] = [b"principle", community.constitution.as_ref(), &2u32.to_le_bytes()];
    let (address, bump) = Address::find_program_address(&seeds, &PROGRAM_ID);
    assert_eq!(address, principle);
    accounts::Principle {
        constitution: community.constitution,
        payer,
        text_hash: hash(NEW),
        id: 2,
        version: 1,
        class: 1,
        category: 6,
        priority: 100,
        is_retired: 0,
        layout_version: 1,
        bump,
        has_guardrail: 0,
        reserved: 0,
    }
}

#[test]
fn the_founder_adds_a_principle_before_the_seal() {
    let mut community = Founding::default().unsealed().found();
    let accounts = by_founder(&community);
    let done = community.send(accounts.instruction(&args()));
    let expected = expected(&community, community.founder, accounts.principle);
    assert_eq!(community.principle(&accounts.principle), expected);
    assert_eq!(community.constitution(&community.constitution).next_principle_id, 3);
    let Event::PrincipleAdded(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.mandate, event.payer, event.principle_id), (Address::default(), community.founder, 2));
    assert_eq!((event.class, event.category, event.priority, event.text_hash), (1, 6, 100, hash(NEW)));
}

#[test]
fn a_vote_adds_a_principle_after_the_seal_and_whoever_executes_pays() {
    let mut community = Founding::default().found();
    let proposal = community.approved(&action());
    let authority = community.stranger();
    let accounts = ix::PrincipleAdd { authority, proposal: Some(proposal), ..by_founder(&community) };
    let before = community.lamports(&authority);
    let done = community.send(accounts.instruction(&args()));
    let expected = expected(&community, authority, accounts.principle);
    assert_eq!(community.principle(&accounts.principle), expected);
    assert_eq!(before - community.lamports(&authority), community.rent(accounts::Principle::LEN));
    let [Event::ProposalExecuted(_), Event::PrincipleAdded(event)] = done.events.as_slice() else {
        panic!("{:?}", done.events)
    };
    assert_eq!((event.mandate, event.payer), (proposal, authority));
}

#[test]
fn principle_add_refuses_a_stranger_before_the_seal() {
    let mut community = Founding::default().unsealed().found();
    let accounts = ix::PrincipleAdd { authority: community.stranger(), ..by_founder(&community) };
    check_refused(&mut community, accounts.instruction(&args()), GovError::NotFounder);
}

#[test]
fn principle_add_refuses_a_founder_who_did_not_sign() {
    let mut community = Founding::default().unsealed().found();
    let add = unsigned(by_founder(&community).instruction(&args()), 0);
    check_refused(&mut community, add, InstructionError::MissingRequiredSignature);
}

#[test]
fn principle_add_refuses_the_founder_after_the_seal() {
    let mut community = Founding::default().found();
    let add = by_founder(&community).instruction(&args());
    check_refused(&mut community, add, GovError::MandateMissing);
}

#[test]
fn principle_add_refuses_what_has_no_meaning() {
    let mut community = Founding::default().unsealed().found();
    let accounts = by_founder(&community);
    let meaningless = [
        types::PrincipleAddArgs { class: 2, ..args() },
        types::PrincipleAddArgs { category: 7, ..args() },
        types::PrincipleAddArgs { priority: 101, ..args() },
    ];
    for args in meaningless {
        check_refused(&mut community, accounts.instruction(&args), GovError::ActionOutOfRange);
    }
    let empty = types::PrincipleAddArgs { text_hash: [0; 32], ..args() };
    check_refused(&mut community, accounts.instruction(&empty), GovError::TextEmpty);
}

#[test]
fn l4_principle_add_refuses_an_id_that_is_not_the_next() {
    let mut community = Founding::default().unsealed().found();
    for id in [0, 1, 3] {
        let principle = pda::principle(&community.constitution, id);
        let accounts = ix::PrincipleAdd { principle, ..by_founder(&community) };
        check_refused(&mut community, accounts.instruction(&args()), InstructionError::InvalidSeeds);
    }
}

#[test]
fn principle_add_refuses_each_field_that_differs_from_what_was_voted_on() {
    let mut community = Founding::default().found();
    let proposal = community.approved(&action());
    let accounts =
        ix::PrincipleAdd { authority: community.stranger(), proposal: Some(proposal), ..by_founder(&community) };
    let others = [
        types::PrincipleAddArgs { text_hash: hash("another"), ..args() },
        types::PrincipleAddArgs { class: 0, ..args() },
        types::PrincipleAddArgs { category: 5, ..args() },
        types::PrincipleAddArgs { priority: 99, ..args() },
    ];
    for args in others {
        check_refused(&mut community, accounts.instruction(&args), GovError::DigestMismatch);
    }
}
