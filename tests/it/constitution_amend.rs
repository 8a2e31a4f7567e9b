//! `constitution_amend`: the founder before the seal, an approved proposal after it.

use crate::support::*;

fn by_founder(community: &Community) -> ix::ConstitutionAmend {
    ix::ConstitutionAmend { authority: community.founder, constitution: community.constitution, proposal: None }
}

fn by_vote(community: &Community, proposal: Address) -> ix::ConstitutionAmend {
    let authority = community.stranger();
    ix::ConstitutionAmend { authority, constitution: community.constitution, proposal: Some(proposal) }
}

const AMENDMENT: (&str, &str) = ("version 2", "version 1");

fn action() -> Action<'static> {
    Action::ConstitutionAmend { text_hash: hash(AMENDMENT.0), parent_hash: hash(AMENDMENT.1) }
}

fn instruction(accounts: ix::ConstitutionAmend) -> Instruction {
    accounts.instruction(hash(AMENDMENT.0), hash(AMENDMENT.1))
}

#[test]
fn the_founder_amends_the_text_before_the_seal() {
    let mut community = Founding::default().unsealed().found();
    let before = community.constitution(&community.constitution);
    let amend = instruction(by_founder(&community));
    let done = community.send(amend);

    let after = community.constitution(&community.constitution);
    let expected = accounts::Constitution {
        text_hash: hash("version 2"),
        parent_hash: hash("version 1"),
        version: 2,
        chain: after.chain,
        ..before
    };
    assert_eq!(after, expected);
    let Event::ConstitutionAmended(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.version, event.mandate, event.at), (2, Address::default(), START));
    assert_eq!((event.text_hash, event.parent_hash), (hash("version 2"), hash("version 1")));
}

#[test]
fn a_vote_amends_the_text_after_the_seal() {
    let mut community = Founding::default().found();
    let proposal = community.approved(&action());
    let amend = instruction(by_vote(&community, proposal));
    let done = community.send(amend);

    let after = community.constitution(&community.constitution);
    assert_eq!((after.version, after.text_hash, after.parent_hash), (2, hash("version 2"), hash("version 1")));
    let stored = community.proposal(&proposal);
    assert_eq!((stored.status, stored.updated_at), (5, community.now()));
    let [Event::ProposalExecuted(executed), Event::ConstitutionAmended(amended)] = done.events.as_slice() else {
        panic!("{:?}", done.events)
    };
    assert_eq!((executed.proposal, executed.digest), (proposal, stored.execution_digest));
    assert_eq!((amended.mandate, amended.version), (proposal, 2));
}

#[test]
fn constitution_amend_refuses_a_stranger_before_the_seal() {
    let mut community = Founding::default().unsealed().found();
    let accounts = ix::ConstitutionAmend { authority: community.stranger(), ..by_founder(&community) };
    check_refused(&mut community, instruction(accounts), GovError::NotFounder);
}

#[test]
fn constitution_amend_refuses_a_founder_who_did_not_sign() {
    let mut community = Founding::default().unsealed().found();
    let amend = unsigned(instruction(by_founder(&community)), 0);
    check_refused(&mut community, amend, InstructionError::MissingRequiredSignature);
}

#[test]
fn constitution_amend_refuses_the_founder_after_the_seal() {
    let mut community = Founding::default().found();
    let amend = instruction(by_founder(&community));
    check_refused(&mut community, amend, GovError::MandateMissing);
}

#[test]
fn constitution_amend_refuses_another_proposal_than_the_one_voted_on() {
    let mut community = Founding::default().found();
    let proposal = community.approved(&action());
    let amend = by_vote(&community, proposal).instruction(hash("version 3"), hash("version 1"));
    check_refused(&mut community, amend, GovError::DigestMismatch);
}

#[test]
fn constitution_amend_refuses_an_empty_hash() {
    let mut community = Founding::default().unsealed().found();
    let amend = by_founder(&community).instruction([0; 32], hash("version 1"));
    check_refused(&mut community, amend, GovError::TextEmpty);
}

#[test]
fn constitution_amend_refuses_a_parent_that_is_not_in_force() {
    let mut community = Founding::default().unsealed().found();
    let amend = by_founder(&community).instruction(hash("version 2"), hash("version 0"));
    check_refused(&mut community, amend, GovError::ParentMismatch);
}

#[test]
fn of_two_amendments_of_one_text_only_the_first_lands() {
    let mut community = Founding::default().found();
    let first = community.propose(&action());
    let other = Action::ConstitutionAmend { text_hash: hash("version 2b"), parent_hash: hash("version 1") };
    let second = community.propose(&other);
    community.open_voting(&second);
    for index in 0..7 {
        community.vote(&first, index, FOR);
        community.vote(&second, index, FOR);
    }
    community.finalize(&first);
    community.send(ix::ProposalFinalize { proposal: second }.instruction());
    let opens_at = community.opens_at(&second);
    community.set_time(opens_at);
    let amend = instruction(by_vote(&community, first));
    community.send(amend);
    let late = by_vote(&community, second).instruction(hash("version 2b"), hash("version 1"));
    check_refused(&mut community, late, GovError::ParentMismatch);
}
