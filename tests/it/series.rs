//! `proposal_execute` of several instructions: each once, in order, in as many transactions as it takes.

use quantumagi_rules::action::{FLAG_SIGNER, FLAG_WRITABLE, InvokeAccount};
use quantumagi_rules::digest::NOTHING_PENDING;
use solana_system_interface::instruction as system;

use crate::support::*;

const PEOPLE: [&str; 3] = ["bob", "carol", "dora"];

/// Payments of 1, 2 and 3 SOL, as calls of the System program.
fn payments(community: &Community) -> Calls {
    let pay = |(index, name): (usize, &&str)| {
        Call::of(&system::transfer(&community.vault, &person(name), (index as u64 + 1) * 1_000_000_000))
    };
    Calls(PEOPLE.iter().enumerate().map(pay).collect())
}

fn approved() -> (Community, Calls, Address, Vec<[u8; 32]>) {
    let mut community = Founding::default().found();
    let calls = payments(&community);
    let (proposal, pending) = calls.approved(&mut community);
    (community, calls, proposal, pending)
}

#[test]
fn x4_a_series_is_executed_step_by_step_and_shows_how_far_it_is() {
    let (mut community, calls, proposal, pending) = approved();
    let stored = community.proposal(&proposal);
    assert_eq!((stored.action, stored.steps, stored.steps_done, stored.status), (12, 3, 0, 1));
    assert_eq!((stored.pending_digest, stored.execution_digest), (pending[0], pending[0]));
    assert_eq!((stored.subject, stored.deploy_slot), (Address::default(), 0));
    for step in 0..3 {
        community.pass(60);
        let execute = calls.execute(&community, proposal, &pending, step);
        let done = community.send(execute);
        let after = community.proposal(&proposal);
        let status = if step == 2 { 5 } else { 1 };
        let expected = accounts::Proposal {
            steps_done: step as u16 + 1,
            pending_digest: pending[step + 1],
            status,
            updated_at: community.now(),
            chain: after.chain,
            ..stored
        };
        assert_eq!(after, expected);
        match done.event() {
            Event::ProposalStepExecuted(event) => {
                assert_eq!((event.proposal, event.at), (proposal, community.now()));
                assert_eq!((event.steps_done, event.steps), (step as u16 + 1, 3));
                assert_eq!(event.pending_digest, pending[step + 1]);
                assert!(step < 2);
            }
            Event::ProposalExecuted(event) => assert_eq!((event.digest, step), (pending[0], 2)),
            other => panic!("{other:?}"),
        }
        let paid = PEOPLE.map(|name| community.lamports(&person(name)) / 1_000_000_000);
        assert_eq!(paid, [[1, 0, 0], [1, 2, 0], [1, 2, 3]][step]);
    }
    assert_eq!(pending[3], NOTHING_PENDING);
    for step in 0..3 {
        let execute = calls.execute(&community, proposal, &pending, step);
        check_refused(&mut community, execute, GovError::AlreadyFinal);
    }
}

#[test]
fn x4_all_steps_can_be_taken_in_one_transaction() {
    let (mut community, calls, proposal, pending) = approved();
    let steps = [0, 1, 2].map(|step| calls.execute(&community, proposal, &pending, step));
    let done = community.try_send(&steps).unwrap_or_else(|failed| panic!("{:?}", failed.err));
    assert_eq!(done.events.len(), 3);
    assert_eq!(community.proposal(&proposal).status, 5);
}

#[test]
fn x4_no_step_is_left_out_repeated_or_taken_out_of_order() {
    let (mut community, calls, proposal, pending) = approved();
    for done in 0..3 {
        for step in 0..3 {
            for (rest, shown) in pending.iter().enumerate() {
                if (step, rest) == (done, done + 1) {
                    continue;
                }
                let execute = calls.0[step].execute_with_rest(&community, proposal, *shown);
                check_refused(&mut community, execute, GovError::DigestMismatch);
            }
        }
        let execute = calls.execute(&community, proposal, &pending, done);
        community.send(execute);
    }
}

#[test]
fn x1_a_step_is_refused_with_any_byte_flag_or_account_changed() {
    let (mut community, calls, proposal, pending) = approved();
    let first = &calls.0[0];
    let mut others = Vec::new();
    for index in 0..first.data.len() {
        let mut other = first.clone();
        other.data[index] ^= 1;
        others.push(other);
    }
    for index in 0..first.accounts.len() {
        for flag in [FLAG_WRITABLE, FLAG_SIGNER] {
            let mut other = first.clone();
            other.accounts[index].flags ^= flag;
            others.push(other);
        }
        let mut other = first.clone();
        other.accounts[index].address = community.stranger().to_bytes();
        others.push(other);
        let mut fewer = first.clone();
        fewer.accounts.remove(index);
        others.push(fewer);
    }
    for other in others {
        let execute = other.execute_with_rest(&community, proposal, pending[1]);
        check_refused(&mut community, execute, GovError::DigestMismatch);
    }
    for byte in [0, 31] {
        let mut rest = pending[1];
        rest[byte] ^= 1;
        let execute = first.execute_with_rest(&community, proposal, rest);
        check_refused(&mut community, execute, GovError::DigestMismatch);
    }
}

#[test]
fn x4_a_series_begun_in_time_is_not_finished_after_its_window_and_expires() {
    let (mut community, calls, proposal, pending) = approved();
    let closes_at = community.closes_at(&proposal);
    community.set_time(closes_at - 1);
    let first = calls.execute(&community, proposal, &pending, 0);
    community.send(first);
    community.set_time(closes_at);
    let second = calls.execute(&community, proposal, &pending, 1);
    check_refused(&mut community, second.clone(), GovError::WindowClosed);
    let expire = ix::ProposalExpire { constitution: community.constitution, proposal };
    community.send(expire.instruction());
    let after = community.proposal(&proposal);
    assert_eq!((after.status, after.steps_done, after.pending_digest), (6, 1, pending[1]));
    check_refused(&mut community, second, GovError::AlreadyFinal);
}

#[test]
fn x5_a_step_that_fails_leaves_the_series_where_it_was_and_can_be_tried_again() {
    let mut community = Founding::default().found();
    let vault = community.vault;
    let mut calls = payments(&community);
    calls.0[1] = Call::of(&system::transfer(&vault, &person("carol"), 9_500_000_000));
    let (proposal, pending) = calls.approved(&mut community);
    let first = calls.execute(&community, proposal, &pending, 0);
    community.send(first);
    let second = calls.execute(&community, proposal, &pending, 1);
    // What the System program says where the payer has too little.
    check_refused(&mut community, second.clone(), InstructionError::Custom(1));
    assert_eq!(community.proposal(&proposal).steps_done, 1);
    community.fund(&vault, 20_000_000_000);
    community.send(second);
    assert_eq!(community.proposal(&proposal).steps_done, 2);
}

#[test]
fn x2_every_program_of_a_series_is_pinned() {
    let mut community = Founding::default().found();
    let memos = ["callee 1", "callee 2"].map(|name| {
        let program = person(name);
        let program_data = community.deploy_memo(&program);
        community.redeploy(&program_data, 7);
        Call { program, program_data: Some(program_data), accounts: Vec::new(), data: name.as_bytes().to_vec() }
    });
    let calls = Calls(vec![payments(&community).0.remove(0), memos[0].clone(), memos[1].clone()]);
    community.redeploy(&memos[1].program_data.unwrap(), 9);
    let done = community.clone().send(calls.draft(&community).instruction());
    let Event::ProposalCreated(created) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!(created.slots, [0, 7, 9]);
    let (proposal, pending) = calls.approved(&mut community);
    for step in 0..2 {
        let execute = calls.execute(&community, proposal, &pending, step);
        community.send(execute);
    }
    let last = calls.execute(&community, proposal, &pending, 2);
    for slot in [7, 10, 0] {
        community.redeploy(&memos[1].program_data.unwrap(), slot);
        check_refused(&mut community, last.clone(), GovError::DigestMismatch);
    }
    community.redeploy(&memos[1].program_data.unwrap(), 9);
    community.send(last);
    assert_eq!(community.proposal(&proposal).status, 5);
}

#[test]
fn x2_the_programs_of_a_series_are_shown_in_its_order() {
    let mut community = Founding::default().found();
    let program = person("callee");
    let program_data = community.deploy_memo(&program);
    let memo = Call { program, program_data: Some(program_data), accounts: Vec::new(), data: b"we agree".to_vec() };
    let calls = Calls(vec![payments(&community).0.remove(0), memo]);
    let right = calls.draft(&community);
    let [system, same, called, data] = right.programs[..] else { panic!("two for each call") };
    for (programs, refusal) in [
        (vec![called, data, system, same], GovError::WrongSubject),
        (vec![system, same, system, same], GovError::WrongSubject),
        (vec![system, same, called, called], GovError::ProgramNotPinned),
        (vec![system, same, called, community.stranger()], GovError::ProgramNotPinned),
    ] {
        let draft = Draft { programs, ..right.clone() };
        check_refused(&mut community, draft.instruction(), refusal);
    }
    // With fewer, the citation is taken for a program; with more, a program for a citation.
    let fewer = Draft { programs: vec![system, same, called], ..right.clone() };
    check_refused(&mut community, fewer.instruction(), GovError::CitationMissing);
    let none = Draft { programs: Vec::new(), ..right.clone() };
    check_refused(&mut community, none.instruction(), GovError::WrongSubject);
    let more = Draft { programs: vec![system, same, called, data, data], ..right.clone() };
    check_refused(&mut community, more.instruction(), InstructionError::IllegalOwner);
    let mut with_subject = right.clone();
    with_subject.accounts.subject = Some(system);
    check_refused(&mut community, with_subject.instruction(), GovError::WrongSubject);
    community.create(&right);
}

#[test]
fn x6_no_step_of_a_series_may_do_what_a_single_call_may_not() {
    let mut community = Founding::default().found();
    let proposal = pda::proposal(&community.constitution, 0);
    let constitution = community.constitution;
    let good = payments(&community);
    let with = |account: InvokeAccount| {
        let mut call = good.0[2].clone();
        call.accounts.push(account);
        call
    };
    let seal = ix::ConstitutionSeal { founder: community.vault, constitution }.instruction();
    let cases = [
        (Call::of(&seal), GovError::InvokeSelf),
        (Call::of(&system::transfer(&community.stranger(), &person("bob"), 1)), GovError::InvokeSigner),
        (with(InvokeAccount { address: proposal.to_bytes(), flags: 0 }), GovError::InvokeProtected),
        (with(InvokeAccount { address: constitution.to_bytes(), flags: FLAG_WRITABLE }), GovError::InvokeProtected),
    ];
    for (bad, refusal) in cases {
        for place in 0..3 {
            let mut calls = good.clone();
            calls.0[place] = bad.clone();
            let draft = calls.draft(&community);
            check_refused(&mut community, draft.instruction(), refusal);
        }
    }
}

#[test]
fn a_series_is_bounded() {
    let mut community = Founding::default().found();
    let memo = Address::from_str_const("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr");
    let call = Call { program: memo, program_data: None, accounts: Vec::new(), data: vec![b'x'] };
    let none = Calls(Vec::new()).draft(&community);
    check_refused(&mut community, none.instruction(), GovError::ActionOutOfRange);
    let seventeen = Calls(vec![call.clone(); 17]).draft(&community);
    check_refused(&mut community, seventeen.instruction(), GovError::ActionOutOfRange);
    let sixteen = Calls(vec![call; 16]);
    let (proposal, pending) = sixteen.approved(&mut community);
    for step in 0..16 {
        let execute = sixteen.execute(&community, proposal, &pending, step);
        community.send(execute);
    }
    let after = community.proposal(&proposal);
    assert_eq!((after.steps, after.steps_done, after.status), (16, 16, 5));
}

#[test]
fn x9_a_step_of_one_proposal_is_worth_nothing_in_another() {
    let mut community = Founding::default().found();
    let calls = payments(&community);
    let now = community.now();
    let (first, of_first) = calls.approved(&mut community);
    community.set_time(now);
    let (second, of_second) = calls.approved(&mut community);
    assert_ne!(of_first[1], of_second[1]);
    for (proposal, pending) in [(first, &of_second), (second, &of_first)] {
        let execute = calls.execute(&community, proposal, pending, 0);
        check_refused(&mut community, execute, GovError::DigestMismatch);
    }
}
