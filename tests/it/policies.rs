//! `policy_adopt`, `policy_amend`, `policy_repeal`, `policy_sunset` and `policy_close`: the life of a policy.

use crate::support::*;

const KIND: &str = "be kind";

fn adopt(community: &Community, proposal: Address, id: u64) -> ix::PolicyAdopt {
    let constitution = community.constitution;
    ix::PolicyAdopt { payer: community.stranger(), constitution, proposal, policy: pda::policy(&constitution, id) }
}

/// A community with the policy "be kind" in force.
fn in_force(sunset_at: i64) -> (Community, Address) {
    let mut community = Founding::default().found();
    let (_, policy) = community.adopt_policy(KIND, sunset_at);
    (community, policy)
}

fn amend(community: &Community, policy: Address, proposal: Address) -> ix::PolicyAmend {
    ix::PolicyAmend { constitution: community.constitution, policy, proposal }
}

fn repeal(community: &Community, policy: Address, proposal: Address) -> ix::PolicyRepeal {
    ix::PolicyRepeal { constitution: community.constitution, policy, proposal }
}

fn sunset(community: &Community, policy: Address) -> Instruction {
    ix::PolicySunset { constitution: community.constitution, policy }.instruction()
}

fn close(community: &Community, policy: Address) -> ix::PolicyClose {
    ix::PolicyClose { constitution: community.constitution, policy, payer: community.stranger() }
}

#[test]
fn a_policy_that_was_voted_on_comes_into_force() {
    let mut community = Founding::default().found();
    let sunset_at = START + 365 * DAY;
    let proposal = community.approved(&Action::PolicyAdopt { text_hash: hash(KIND), sunset_at });
    let accounts = adopt(&community, proposal, 0);
    let before = community.lamports(&accounts.payer);
    let done = community.send(accounts.instruction(hash(KIND), sunset_at));
    let seeds: [&[u8]; 3] = [b"policy", community.constitution.as_ref(), &0u64.to_le_bytes()];
    let stored = community.policy(&accounts.policy);
    let expected = accounts::Policy {
        constitution: community.constitution,
        payer: accounts.payer,
        text_hash: hash(KIND),
        id: 0,
        proposal_id: 0,
        adopted_at: community.now(),
        suspended_until: 0,
        sunset_at,
        version: 1,
        status: 0,
        layout_version: 1,
        bump: Address::find_program_address(&seeds, &PROGRAM_ID).1,
        reserved: stored.reserved,
    };
    assert_eq!(stored, expected);
    assert_eq!(before - community.lamports(&accounts.payer), community.rent(accounts::Policy::LEN));
    assert_eq!(community.constitution(&community.constitution).next_policy_id, 1);
    assert_eq!(community.proposal(&proposal).status, 5);
    let [Event::ProposalExecuted(_), Event::PolicyAdopted(event)] = done.events.as_slice() else {
        panic!("{:?}", done.events)
    };
    assert_eq!((event.mandate, event.payer, event.policy_id), (proposal, accounts.payer, 0));
    assert_eq!((event.proposal_id, event.text_hash, event.sunset_at), (0, hash(KIND), sunset_at));
    let again = ix::PolicyAdopt { policy: pda::policy(&community.constitution, 1), ..accounts };
    check_refused(&mut community, again.instruction(hash(KIND), sunset_at), GovError::AlreadyFinal);
}

#[test]
fn x1_policy_adopt_refuses_another_text_or_sunset() {
    let mut community = Founding::default().found();
    let proposal = community.approved(&Action::PolicyAdopt { text_hash: hash(KIND), sunset_at: 0 });
    let accounts = adopt(&community, proposal, 0);
    let far = community.now() + DAY;
    check_refused(&mut community, accounts.instruction(hash("be cruel"), 0), GovError::DigestMismatch);
    check_refused(&mut community, accounts.instruction(hash(KIND), far), GovError::DigestMismatch);
    let unsigned = unsigned(accounts.instruction(hash(KIND), 0), 0);
    check_refused(&mut community, unsigned, InstructionError::MissingRequiredSignature);
    for id in [1, 2] {
        let wrong = adopt(&community, proposal, id);
        check_refused(&mut community, wrong.instruction(hash(KIND), 0), InstructionError::InvalidSeeds);
    }
}

#[test]
fn policy_adopt_refuses_a_policy_whose_sunset_came_while_it_waited() {
    let mut community = Founding::default().found();
    let sunset_at = START + 7 * DAY;
    let proposal = community.approved(&Action::PolicyAdopt { text_hash: hash(KIND), sunset_at });
    let accounts = adopt(&community, proposal, 0);
    community.set_time(sunset_at - 1);
    let mut in_time = community.clone();
    in_time.send(accounts.instruction(hash(KIND), sunset_at));
    community.set_time(sunset_at);
    check_refused(&mut community, accounts.instruction(hash(KIND), sunset_at), GovError::SunsetInThePast);
}

#[test]
fn a_vote_amends_a_policy() {
    let (mut community, policy) = in_force(0);
    let (text_hash, sunset_at) = (hash("be very kind"), START + 300 * DAY);
    let proposal = community.approved(&Action::PolicyAmend { policy_id: 0, text_hash, sunset_at });
    assert_eq!(community.proposal(&proposal).subject, policy);
    let before = community.policy(&policy);
    let accounts = amend(&community, policy, proposal);
    check_refused(&mut community, accounts.instruction(hash("be rude"), sunset_at), GovError::DigestMismatch);
    check_refused(&mut community, accounts.instruction(text_hash, sunset_at + 1), GovError::DigestMismatch);
    check_refused(&mut community, accounts.instruction(text_hash, START), GovError::SunsetInThePast);
    let done = community.send(accounts.instruction(text_hash, sunset_at));
    assert_eq!(community.policy(&policy), accounts::Policy { text_hash, sunset_at, version: 2, ..before });
    let [Event::ProposalExecuted(_), Event::PolicyAmended(event)] = done.events.as_slice() else {
        panic!("{:?}", done.events)
    };
    assert_eq!((event.mandate, event.policy_id, event.version), (proposal, 0, 2));
    assert_eq!((event.text_hash, event.sunset_at), (text_hash, sunset_at));
}

#[test]
fn a_vote_repeals_a_policy_and_its_account_is_closed() {
    let (mut community, policy) = in_force(0);
    let proposal = community.approved(&Action::PolicyRepeal { policy_id: 0 });
    let before = community.policy(&policy);
    let repeal = repeal(&community, policy, proposal).instruction();
    let done = community.send(repeal.clone());
    assert_eq!(community.policy(&policy), accounts::Policy { status: 1, ..before });
    let [Event::ProposalExecuted(_), Event::PolicyRepealed(event)] = done.events.as_slice() else {
        panic!("{:?}", done.events)
    };
    assert_eq!((event.mandate, event.policy_id), (proposal, 0));
    check_refused(&mut community, repeal, GovError::PolicyNotInForce);

    let accounts = close(&community, policy);
    let (lamports, rent) = (community.lamports(&accounts.payer), community.lamports(&policy));
    let done = community.send(accounts.instruction());
    assert_eq!((community.account(&policy), community.lamports(&accounts.payer)), (None, lamports + rent));
    let Event::PolicyClosed(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.policy_id, event.payer), (0, accounts.payer));
}

#[test]
fn a_vote_on_one_policy_touches_no_other() {
    let (mut community, policy) = in_force(0);
    let (_, other) = community.adopt_policy("be brief", 0);
    let text_hash = hash("new");
    let amendment = community.approved(&Action::PolicyAmend { policy_id: 0, text_hash, sunset_at: 0 });
    let wrong = amend(&community, other, amendment).instruction(text_hash, 0);
    check_refused(&mut community, wrong, GovError::DigestMismatch);
    let repeal_of_it = community.approved(&Action::PolicyRepeal { policy_id: 0 });
    let wrong = repeal(&community, other, repeal_of_it).instruction();
    check_refused(&mut community, wrong, GovError::DigestMismatch);
    let right = repeal(&community, policy, repeal_of_it).instruction();
    community.send(right);
}

#[test]
fn a_policy_ends_with_the_first_second_of_its_sunset_written_down_or_not() {
    // Three approvals of six days each, one after the other: both later ones are inside their windows then.
    let sunset_at = START + 18 * DAY + 1;
    let (mut community, policy) = in_force(sunset_at);
    let amendment = community.approved(&Action::PolicyAmend { policy_id: 0, text_hash: hash("new"), sunset_at: 0 });
    let repeal_of_it = community.approved(&Action::PolicyRepeal { policy_id: 0 });
    let record = sunset(&community, policy);
    let opens_at = community.opens_at(&repeal_of_it);
    assert!(
        opens_at < sunset_at
            && sunset_at < community.closes_at(&amendment)
            && sunset_at - 1 < community.closes_at(&repeal_of_it)
    );
    community.set_time(sunset_at - 1);
    check_refused(&mut community, record.clone(), GovError::SunsetNotReached);
    community.set_time(sunset_at);
    let repeal = repeal(&community, policy, repeal_of_it).instruction();
    check_refused(&mut community, repeal, GovError::PolicyNotInForce);
    let amend = amend(&community, policy, amendment).instruction(hash("new"), 0);
    check_refused(&mut community, amend, GovError::PolicyNotInForce);

    let before = community.policy(&policy);
    let done = community.send(record.clone());
    assert_eq!(community.policy(&policy), accounts::Policy { status: 2, ..before });
    let Event::PolicySunsetRecorded(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.policy_id, event.sunset_at, event.at), (0, sunset_at, sunset_at));
    check_refused(&mut community, record, GovError::PolicyNotInForce);
}

#[test]
fn a_policy_without_sunset_never_ends_by_itself() {
    let (mut community, policy) = in_force(0);
    let record = sunset(&community, policy);
    for now in [0, START + 100 * 365 * DAY, i64::MAX] {
        community.set_time(now);
        check_refused(&mut community, record.clone(), GovError::SunsetNotReached);
    }
}

#[test]
fn policy_close_refuses_while_in_force_and_to_pay_anybody_else() {
    let sunset_at = START + 30 * DAY;
    let (mut community, policy) = in_force(sunset_at);
    let accounts = close(&community, policy);
    check_refused(&mut community, accounts.instruction(), GovError::PolicyInForce);
    community.set_time(sunset_at);
    check_refused(&mut community, accounts.instruction(), GovError::PolicyInForce);
    let record = sunset(&community, policy);
    community.send(record);
    let wrong = ix::PolicyClose { payer: community.member(0), ..accounts };
    check_refused(&mut community, wrong.instruction(), GovError::NotPayer);
    community.send(accounts.instruction());
    check_refused(&mut community, accounts.instruction(), InstructionError::AccountDataTooSmall);
}

#[test]
fn a5_a_closed_policys_id_is_never_used_again() {
    let (mut community, policy) = in_force(START + 30 * DAY);
    community.set_time(START + 30 * DAY);
    let record = sunset(&community, policy);
    community.send(record);
    let close = close(&community, policy).instruction();
    community.send(close);
    let proposal = community.approved(&Action::PolicyAdopt { text_hash: hash(KIND), sunset_at: 0 });
    let wrong = adopt(&community, proposal, 0).instruction(hash(KIND), 0);
    check_refused(&mut community, wrong, InstructionError::InvalidSeeds);
    let right = adopt(&community, proposal, 1).instruction(hash(KIND), 0);
    community.send(right);
}
