//! `guardians_open`, `guardians_adopt`, `guardians_remove` and `guardians_heartbeat`: who may act, and for how long.

use quantumagi_interface::accounts::Guardians;

use crate::support::*;

const YEAR: u32 = 365 * DAY as u32;

#[test]
fn anybody_opens_the_account_of_guardians_once_and_it_gives_nobody_power() {
    let mut community = Founding::default().unsealed().found();
    let (constitution, payer, guardians) =
        (community.constitution, community.stranger(), community.guardians_address());
    let before = community.lamports(&payer);
    let open = ix::GuardiansOpen { payer, constitution, guardians }.instruction();
    let done = community.send(open.clone());
    let (_, bump) = Address::find_program_address(&[b"guardians", constitution.as_ref()], &PROGRAM_ID);
    let expected = Guardians {
        constitution,
        members: [Address::default(); 9],
        seen_at: [0; 9],
        adopted_at: 0,
        term_ends_at: 0,
        spent_ends_at: [0; 3],
        spent_seconds: [0; 3],
        version: 0,
        threshold: 0,
        count: 0,
        strikes: 0,
        layout_version: 1,
        bump,
        reserved: [0; 3],
    };
    assert_eq!(community.guardians(&guardians), expected);
    assert_eq!(before - community.lamports(&payer), community.rent(Guardians::LEN));
    let Event::GuardiansOpened(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.constitution, event.payer), (constitution, payer));
    check_refused(&mut community, open, ACCOUNT_IN_USE);
    let heartbeat = community.heartbeat_of(0);
    check_refused(&mut community, heartbeat, GovError::NotGuardian);
}

#[test]
fn the_founder_adopts_guardians_before_the_seal() {
    let mut community = Founding::default().unsealed().found();
    community.open_guardians();
    let list = community.guardian_list(9);
    let adopt = community.adopt_by_founder(5, YEAR, &list);
    let done = community.send(adopt);
    let stored = community.guardians(&community.guardians_address());
    assert_eq!((stored.members.to_vec(), stored.count, stored.threshold), (list.clone(), 9, 5));
    assert_eq!((stored.adopted_at, stored.term_ends_at), (START, START + 365 * DAY));
    assert_eq!((stored.seen_at, stored.strikes, stored.version), ([0; 9], 0, 1));
    let Event::GuardiansAdopted(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.mandate, event.version, event.threshold), (Address::default(), 1, 5));
    assert_eq!((event.term_seconds, &event.members), (YEAR, &list));
    let stranger = community.adoption(community.stranger(), None).instruction(5, YEAR, &list);
    check_refused(&mut community, stranger, GovError::NotFounder);
    let sealed = Founding::named("sealed").guarded_in(community.world);
    let mut community = sealed;
    let late = community.adopt_by_founder(5, YEAR, &list);
    check_refused(&mut community, late, GovError::MandateMissing);
}

#[test]
fn e7_guardians_are_two_to_nine_different_people_who_act_as_a_majority() {
    let mut community = Founding::default().unsealed().found();
    community.open_guardians();
    let list = community.guardian_list(9);
    let ten: Vec<Address> = (0..10).map(|index| member_key("guardians", index)).collect();
    let twice = [list[0], list[0], list[1]];
    let backwards = [list[1], list[0]];
    for (members, threshold, term, refusal) in [
        (&list[..1], 1, YEAR, GovError::GuardiansOutOfRange),
        (&list[..0], 0, YEAR, GovError::GuardiansOutOfRange),
        (&ten[..], 6, YEAR, GovError::GuardiansOutOfRange),
        (&list[..2], 1, YEAR, GovError::GuardiansThreshold),
        (&list[..4], 2, YEAR, GovError::GuardiansThreshold),
        (&list[..4], 5, YEAR, GovError::GuardiansThreshold),
        (&list[..4], 3, YEAR + 1, GovError::GuardiansOutOfRange),
        (&list[..4], 3, DAY as u32 - 1, GovError::GuardiansOutOfRange),
        (&twice[..], 2, YEAR, GovError::GuardiansNotAscending),
        (&backwards[..], 2, YEAR, GovError::GuardiansNotAscending),
    ] {
        let adopt = community.adopt_by_founder(threshold, term, members);
        check_refused(&mut community, adopt, refusal);
    }
}

#[test]
fn a_vote_of_the_entrenched_threshold_adopts_exactly_the_guardians_it_was_about() {
    let mut community = Founding::default().guarded();
    let list = community.guardian_list(3);
    let bytes: Vec<[u8; 32]> = list.iter().map(Address::to_bytes).collect();
    let action = Action::GuardiansAdopt { threshold: 2, term_seconds: YEAR, members: &bytes };
    let unfit = Action::GuardiansAdopt { threshold: 1, term_seconds: YEAR, members: &bytes };
    let draft = community.draft(&unfit);
    check_refused(&mut community, draft.instruction(), GovError::GuardiansThreshold);
    let proposal = community.approved(&action);
    assert_eq!(community.proposal(&proposal).threshold_bps, 8_000);
    let accounts = community.adoption(community.stranger(), Some(proposal));
    check_refused(&mut community, accounts.instruction(3, YEAR, &list), GovError::DigestMismatch);
    check_refused(&mut community, accounts.instruction(2, YEAR - 1, &list), GovError::DigestMismatch);
    check_refused(&mut community, accounts.instruction(2, YEAR, &list[..2]), GovError::DigestMismatch);
    community.send(accounts.instruction(2, YEAR, &list));
    let stored = community.guardians(&accounts.guardians);
    assert_eq!((stored.count, stored.threshold, stored.version, stored.seen_at), (3, 2, 2, [0; 9]));
}

#[test]
fn e8_a_guardian_must_be_heard_of_within_30_days_and_cannot_come_back_alone() {
    let mut community = Founding::default().guarded();
    let guardians = community.guardians_address();
    community.pass(30 * DAY - 1);
    let done = community.heartbeat(1);
    let Event::GuardianSeen(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.guardian, event.index, event.at), (community.guardian(1), 1, START + 30 * DAY - 1));
    assert_eq!(community.guardians(&guardians).seen_at[..3], [START, START + 30 * DAY - 1, START]);
    community.pass(1);
    let late = community.heartbeat_of(0);
    check_refused(&mut community, late, GovError::HeartbeatMissed);
    // One of three is not enough.
    let act = community.act(1, None, 3_600);
    let by_the_one = types::EmergencyOpenArgs { index: 1, ..act.args };
    let open = ix::EmergencyOpen { guardian: community.guardian(1), ..act.accounts };
    check_refused(&mut community, open.instruction(&by_the_one), GovError::HeartbeatMissing);
    community.pass(30 * DAY - 2);
    community.heartbeat(1);
}

#[test]
fn e7_a_heartbeat_is_the_guardians_own() {
    let mut community = Founding::default().guarded();
    let (constitution, guardians) = (community.constitution, community.guardians_address());
    let of = |guardian, index| ix::GuardiansHeartbeat { guardian, constitution, guardians }.instruction(index);
    let (first, stranger) = (community.guardian(0), community.stranger());
    for instruction in [of(stranger, 0), of(first, 1), of(first, 5), of(first, 9), of(first, 255)] {
        check_refused(&mut community, instruction, GovError::NotGuardian);
    }
    check_refused(&mut community, unsigned(of(first, 0), 0), InstructionError::MissingRequiredSignature);
}

#[test]
fn e6_a_vote_on_the_ratification_track_removes_the_guardians_while_everything_is_paused() {
    let mut community = Founding::default().guarded();
    for subsystem in 0..3 {
        community.take_effect(subsystem, None, 4 * DAY);
    }
    let proposal = community.approved(&Action::GuardiansRemove);
    assert!(community.constitution(&community.constitution).paused_until[..3].iter().all(|at| *at > community.now()));
    let (authority, constitution) = (community.stranger(), community.constitution);
    let guardians = community.guardians_address();
    let remove = ix::GuardiansRemove { authority, constitution, proposal: Some(proposal), guardians };
    let before = community.guardians(&guardians);
    let done = community.send(remove.instruction());
    let stored = community.guardians(&guardians);
    assert_eq!((stored.count, stored.threshold, stored.members), (0, 0, [Address::default(); 9]));
    assert_eq!((stored.version, stored.strikes), (2, 0));
    let spent = |stored: &Guardians| (stored.spent_ends_at, stored.spent_seconds);
    assert_eq!(spent(&stored), spent(&before), "what was spent stays spent");
    let [Event::ProposalExecuted(_), Event::GuardiansRemoved(event)] = done.events.as_slice() else {
        panic!("{:?}", done.events)
    };
    assert_eq!((event.mandate, event.version), (proposal, 2));
    let heartbeat = community.heartbeat_of(0);
    check_refused(&mut community, heartbeat, GovError::NotGuardian);
    check_refused(&mut community, remove.instruction(), GovError::AlreadyFinal);
}

#[test]
fn e5_removed_and_adopted_again_they_find_their_budget_as_they_left_it() {
    let mut community = Founding::default().guarded();
    community.take_effect(1, None, 14 * DAY);
    let list = community.guardian_list(3);
    let members: Vec<[u8; 32]> = list.iter().map(Address::to_bytes).collect();
    let again = community.approved(&Action::GuardiansAdopt { threshold: 2, term_seconds: YEAR, members: &members });
    let adopt = community.adoption(community.stranger(), Some(again)).instruction(2, YEAR, &list);
    community.send(adopt);
    for index in 0..3 {
        community.heartbeat(index);
    }
    let draft = community.act(2, None, 3_600);
    community.send(draft.instruction());
    let second = community.approve_act(&draft.accounts.emergency, 1);
    check_refused(&mut community, second, GovError::BudgetSpent);
}

#[test]
fn e7_an_act_dies_with_the_guardians_who_opened_it() {
    let mut community = Founding::default().unsealed().found();
    community.open_guardians();
    let list = community.guardian_list(3);
    let adopt = community.adopt_by_founder(2, YEAR, &list);
    community.send(adopt.clone());
    for index in 0..3 {
        community.heartbeat(index);
    }
    let unsealed = community.act(1, None, 3_600).instruction();
    check_refused(&mut community, unsealed, GovError::NotSealed);
    // The founder cannot do both in one life; the vote can.
    let mut sealed = Founding::named("sealed").guarded();
    let members: Vec<[u8; 32]> = list.iter().map(Address::to_bytes).collect();
    let proposal = sealed.approved(&Action::GuardiansAdopt { threshold: 2, term_seconds: YEAR, members: &members });
    for index in 0..3 {
        sealed.heartbeat(index);
    }
    let emergency = sealed.nearly_act(1, None, 3_600);
    let adopt = sealed.adoption(sealed.stranger(), Some(proposal)).instruction(2, YEAR, &list);
    sealed.send(adopt);
    let third = sealed.approve_act(&emergency, 2);
    check_refused(&mut sealed, third, GovError::GuardiansChanged);
}
