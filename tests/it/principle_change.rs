//! `principle_amend` and `principle_retire`: the founder before the seal, an approved proposal after it.

use crate::support::*;

fn amend(community: &Community, id: u32) -> ix::PrincipleAmend {
    let constitution = community.constitution;
    ix::PrincipleAmend {
        authority: community.founder,
        constitution,
        principle: pda::principle(&constitution, id),
        proposal: None,
    }
}

fn retire(community: &Community, id: u32) -> ix::PrincipleRetire {
    let ix::PrincipleAmend { authority, constitution, principle, proposal } = amend(community, id);
    ix::PrincipleRetire { authority, constitution, principle, proposal, guardrails: None }
}

#[test]
fn the_founder_amends_a_principle_before_the_seal() {
    let mut community = Founding::default().unsealed().found();
    let accounts = amend(&community, 0);
    let before = community.principle(&accounts.principle);
    let done = community.send(accounts.instruction(1, hash("people decide together")));
    let expected = accounts::Principle { version: 2, text_hash: hash("people decide together"), ..before };
    assert_eq!(community.principle(&accounts.principle), expected);
    let Event::PrincipleAmended(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.principle_id, event.version, event.mandate), (0, 2, Address::default()));
    assert_eq!(event.text_hash, hash("people decide together"));
}

#[test]
fn the_founder_retires_a_principle_before_the_seal() {
    let mut community = Founding::default().unsealed().found();
    let accounts = retire(&community, 1);
    let before = community.principle(&accounts.principle);
    let done = community.send(accounts.instruction(1));
    assert_eq!(community.principle(&accounts.principle), accounts::Principle { is_retired: 1, ..before });
    let Event::PrincipleRetired(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.principle_id, event.version, event.mandate), (1, 1, Address::default()));
}

#[test]
fn a_vote_amends_a_principle_after_the_seal() {
    let mut community = Founding::default().found();
    let text_hash = hash("people decide together");
    let proposal = community.approved(&Action::PrincipleAmend { principle_id: 0, version: 1, text_hash });
    let accounts =
        ix::PrincipleAmend { authority: community.stranger(), proposal: Some(proposal), ..amend(&community, 0) };
    let done = community.send(accounts.instruction(1, text_hash));
    let stored = community.principle(&accounts.principle);
    assert_eq!((stored.version, stored.text_hash), (2, text_hash));
    let [Event::ProposalExecuted(_), Event::PrincipleAmended(event)] = done.events.as_slice() else {
        panic!("{:?}", done.events)
    };
    assert_eq!(event.mandate, proposal);
}

#[test]
fn a_vote_retires_a_principle_after_the_seal() {
    let mut community = Founding::default().found();
    let proposal = community.approved(&Action::PrincipleRetire { principle_id: 0, version: 1 });
    let accounts =
        ix::PrincipleRetire { authority: community.stranger(), proposal: Some(proposal), ..retire(&community, 0) };
    let done = community.send(accounts.instruction(1));
    assert_eq!(community.principle(&accounts.principle).is_retired, 1);
    let [Event::ProposalExecuted(_), Event::PrincipleRetired(event)] = done.events.as_slice() else {
        panic!("{:?}", done.events)
    };
    assert_eq!(event.mandate, proposal);
}

#[test]
fn principle_changes_refuse_a_stranger_before_the_seal() {
    let mut community = Founding::default().unsealed().found();
    let authority = community.stranger();
    let amend = ix::PrincipleAmend { authority, ..amend(&community, 0) };
    let retire = ix::PrincipleRetire { authority, ..retire(&community, 0) };
    check_refused(&mut community, amend.instruction(1, hash("mine")), GovError::NotFounder);
    check_refused(&mut community, retire.instruction(1), GovError::NotFounder);
}

#[test]
fn principle_changes_refuse_a_founder_who_did_not_sign() {
    let mut community = Founding::default().unsealed().found();
    let amend = amend(&community, 0).instruction(1, hash("mine"));
    let retire = retire(&community, 0).instruction(1);
    for instruction in [amend, retire] {
        check_refused(&mut community, unsigned(instruction, 0), InstructionError::MissingRequiredSignature);
    }
}

#[test]
fn principle_changes_refuse_the_founder_after_the_seal() {
    let mut community = Founding::default().found();
    let amend = amend(&community, 0).instruction(1, hash("mine"));
    let retire = retire(&community, 0).instruction(1);
    check_refused(&mut community, amend, GovError::MandateMissing);
    check_refused(&mut community, retire, GovError::MandateMissing);
}

#[test]
fn principle_changes_refuse_a_version_that_is_not_current() {
    let mut community = Founding::default().unsealed().found();
    for version in [0, 2] {
        let amend = amend(&community, 0).instruction(version, hash("mine"));
        let retire = retire(&community, 0).instruction(version);
        check_refused(&mut community, amend, GovError::PrincipleVersionMismatch);
        check_refused(&mut community, retire, GovError::PrincipleVersionMismatch);
    }
}

#[test]
fn principle_amend_refuses_an_empty_hash() {
    let mut community = Founding::default().unsealed().found();
    let amend = amend(&community, 0).instruction(1, [0; 32]);
    check_refused(&mut community, amend, GovError::TextEmpty);
}

#[test]
fn a_retired_principle_never_changes_again() {
    let mut community = Founding::default().unsealed().found();
    let first = retire(&community, 0).instruction(1);
    community.send(first.clone());
    let amend = amend(&community, 0).instruction(1, hash("mine"));
    check_refused(&mut community, first, GovError::PrincipleRetired);
    check_refused(&mut community, amend, GovError::PrincipleRetired);
}

#[test]
fn an_amendment_of_an_older_version_of_a_principle_cannot_land() {
    let mut community = Founding::default().found();
    let [first, second] = ["one", "two"]
        .map(|text| community.propose(&Action::PrincipleAmend { principle_id: 0, version: 1, text_hash: hash(text) }));
    community.open_voting(&second);
    for index in 0..7 {
        community.vote(&first, index, FOR);
        community.vote(&second, index, FOR);
    }
    community.finalize(&first);
    community.send(ix::ProposalFinalize { proposal: second }.instruction());
    let opens_at = community.opens_at(&second);
    community.set_time(opens_at);
    let by = |proposal| ix::PrincipleAmend { proposal: Some(proposal), ..amend(&community, 0) };
    let (land, late) = (by(first), by(second));
    community.send(land.instruction(1, hash("one")));
    check_refused(&mut community, late.instruction(1, hash("two")), GovError::PrincipleVersionMismatch);
    check_refused(&mut community, late.instruction(2, hash("two")), GovError::DigestMismatch);
}

#[test]
fn a_vote_on_one_principle_changes_no_other() {
    let mut community = Founding::default().found();
    let text_hash = hash("mine");
    let amendment = community.approved(&Action::PrincipleAmend { principle_id: 0, version: 1, text_hash });
    let other = ix::PrincipleAmend { proposal: Some(amendment), ..amend(&community, 1) };
    check_refused(&mut community, other.instruction(1, text_hash), GovError::DigestMismatch);
    let retirement = community.approved(&Action::PrincipleRetire { principle_id: 0, version: 1 });
    let other = ix::PrincipleRetire { proposal: Some(retirement), ..retire(&community, 1) };
    check_refused(&mut community, other.instruction(1), GovError::DigestMismatch);
}
