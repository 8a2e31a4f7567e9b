//! `emergency_open` and `emergency_approve`: what guardians can stop, how long, how often, and how they must agree.

use solana_system_interface::instruction::advance_nonce_account;

use crate::support::*;

const TREASURY: u8 = 1;

#[test]
fn e9_an_act_records_principle_reason_evidence_and_signers_and_takes_effect_with_the_third() {
    let mut community = Founding::default().guarded();
    let draft = community.act(TREASURY, None, 10 * DAY);
    let emergency = draft.accounts.emergency;
    let before = community.lamports(&community.guardian(0));
    let done = community.send(draft.instruction());
    assert_eq!(before - community.lamports(&community.guardian(0)), community.rent(accounts::EmergencyAction::LEN));
    let opened = community.emergency(&emergency);
    assert_eq!(opened.statement, opened.statement_hash());
    assert_eq!((opened.id, opened.principle_id, opened.seconds), (0, 0, 10 * DAY as u32));
    assert_eq!((opened.reason_hash, opened.evidence_hash), (hash("something is wrong"), hash("here it is")));
    assert_eq!((opened.approvals, opened.outcome, opened.payer), (0b1, 0, community.guardian(0)));
    let Event::EmergencyOpened(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.emergency, event.emergency_id, event.act, event.index), (emergency, 0, TREASURY, 0));
    assert_eq!((event.reason_hash, event.evidence_hash), (opened.reason_hash, opened.evidence_hash));
    assert_eq!((event.principle_id, event.statement, event.slot), (0, opened.statement, opened.opened_slot));

    let approve = community.approve_act(&emergency, 4);
    let done = community.send(approve);
    let Event::EmergencyApproved(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.approvals, event.effect_until, event.ratify_by, event.expires_at), (0b10001, 0, 0, 0));
    assert_eq!(community.constitution(&community.constitution).paused_until, [0; 4]);

    community.pass(40);
    community.pass_slots(100);
    let approve = community.approve_act(&emergency, 2);
    let done = community.send(approve);
    let now = community.now();
    let Event::EmergencyApproved(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.approvals, event.guardian, event.index), (0b10101, community.guardian(2), 2));
    assert_eq!((event.effect_until, event.ratify_by, event.expires_at), (now + 7 * DAY, now + 7 * DAY, now + 10 * DAY));
    let active = community.emergency(&emergency);
    assert_eq!((active.outcome, active.activated_at, active.approvals), (1, now, 0b10101));
    let constitution = community.constitution(&community.constitution);
    assert_eq!(constitution.paused_from, [0, now, 0, 0]);
    assert_eq!(constitution.paused_until, [0, now + 7 * DAY, 0, 0]);
    let guardians = community.guardians(&community.guardians_address());
    assert_eq!((guardians.strikes, guardians.spent_seconds), (1, [10 * DAY as u32, 0, 0]));
    assert_eq!(guardians.spent_ends_at, [now + 10 * DAY, 0, 0]);
    let more = community.approve_act(&emergency, 3);
    check_refused(&mut community, more, GovError::EmergencyActive);
}

#[test]
fn e3_an_act_changes_a_moment_and_nothing_else() {
    let mut community = Founding::default().guarded();
    let (_, policy) = community.adopt_policy("be kind", 0);
    community.rearm();
    let before = (community.constitution(&community.constitution), community.policy(&policy));
    community.take_effect(4, Some(policy), DAY);
    let after = (community.constitution(&community.constitution), community.policy(&policy));
    let suspended_until = community.now() + DAY;
    assert_eq!(after.1, accounts::Policy { suspended_until, ..before.1 });
    let (chain, next_emergency_id) = (after.0.chain, 1);
    assert_eq!(after.0, accounts::Constitution { chain, next_emergency_id, ..before.0 });
}

#[test]
fn e1_the_list_of_acts_is_closed() {
    let mut community = Founding::default().guarded();
    for act in [6, 7, 255] {
        let draft = community.act(act, None, DAY);
        check_refused(&mut community, draft.instruction(), GovError::UnknownAct);
    }
    let pause_of_something = community.act(TREASURY, Some(community.vault), DAY).instruction();
    check_refused(&mut community, pause_of_something, GovError::WrongSubject);
    for act in [4, 5] {
        let of_nothing = community.act(act, None, DAY).instruction();
        check_refused(&mut community, of_nothing, GovError::WrongSubject);
    }
}

#[test]
fn e2_an_effect_lasts_an_hour_to_14_days() {
    let mut community = Founding::default().guarded();
    for seconds in [0, 3_599, 14 * DAY + 1, i64::from(u32::MAX)] {
        let draft = community.act(TREASURY, None, seconds);
        check_refused(&mut community, draft.instruction(), GovError::EffectOutOfRange);
    }
    let hour = community.act(TREASURY, None, 3_600).instruction();
    community.send(hour);
    let fortnight = community.act(TREASURY, None, 14 * DAY).instruction();
    community.send(fortnight);
}

#[test]
fn e9_an_act_without_reason_evidence_or_an_active_principle_is_refused() {
    let mut community = Founding::default().guarded();
    let draft = community.act(TREASURY, None, DAY);
    for args in [
        types::EmergencyOpenArgs { reason_hash: [0; 32], ..draft.args },
        types::EmergencyOpenArgs { evidence_hash: [0; 32], ..draft.args },
    ] {
        check_refused(&mut community, draft.accounts.instruction(&args), GovError::TextEmpty);
    }
    let proposal = community.approved(&Action::PrincipleRetire { principle_id: 0, version: 1 });
    let (authority, constitution) = (community.stranger(), community.constitution);
    let principle = pda::principle(&constitution, 0);
    let retire = ix::PrincipleRetire { authority, constitution, proposal: Some(proposal), principle, guardrails: None };
    community.send(retire.instruction(1));
    community.rearm();
    let draft = community.act(TREASURY, None, DAY);
    check_refused(&mut community, draft.instruction(), GovError::PrincipleRetired);
}

#[test]
fn e7_only_different_guardians_count_and_each_once() {
    let mut community = Founding::default().guarded();
    let stranger = community.stranger();
    let draft = community.act(TREASURY, None, DAY);
    let by_a_stranger = ix::EmergencyOpen { guardian: stranger, ..draft.accounts }.instruction(&draft.args);
    check_refused(&mut community, by_a_stranger, GovError::NotGuardian);
    let as_another = types::EmergencyOpenArgs { index: 1, ..draft.args };
    check_refused(&mut community, draft.accounts.instruction(&as_another), GovError::NotGuardian);
    let emergency = community.nearly_act(TREASURY, None, DAY);
    let statement = community.emergency(&emergency).statement;
    for index in [0, 1] {
        let again = community.approve_act(&emergency, index);
        check_refused(&mut community, again, GovError::AlreadyApproved);
    }
    let accounts = community.approval(&emergency, 1);
    check_refused(&mut community, accounts.instruction(2, statement), GovError::NotGuardian);
    let by_a_stranger = ix::EmergencyApprove { guardian: stranger, ..accounts };
    check_refused(&mut community, by_a_stranger.instruction(2, statement), GovError::NotGuardian);
    let third = community.approve_act(&emergency, 2);
    check_refused(&mut community, unsigned(third.clone(), 0), InstructionError::MissingRequiredSignature);
    community.send(third);
}

#[test]
fn e7_a_guardian_approves_what_was_opened_and_not_an_id() {
    let mut community = Founding::default().guarded();
    let draft = community.act(TREASURY, None, DAY);
    let emergency = draft.accounts.emergency;
    // Signed for the pause of a day; what is opened under the id is a pause of two.
    let mut meant = community.clone();
    meant.send(draft.instruction());
    let signed = meant.approve_act(&emergency, 1);
    let another = types::EmergencyOpenArgs { seconds: 2 * DAY as u32, ..draft.args };
    community.send(draft.accounts.instruction(&another));
    check_refused(&mut community, signed, GovError::ApprovalMismatch);
}

#[test]
fn e7_approvals_lie_within_150_slots() {
    let mut community = Founding::default().guarded();
    let emergency = community.nearly_act(TREASURY, None, DAY);
    let third = community.approve_act(&emergency, 2);
    community.pass_slots_since_opened(&emergency, 151);
    check_refused(&mut community, third.clone(), GovError::ApprovalTooLate);
    let mut community = Founding::named("in time").guarded();
    let emergency = community.nearly_act(TREASURY, None, DAY);
    community.pass_slots_since_opened(&emergency, 150);
    let third = community.approve_act(&emergency, 2);
    community.send(third);
}

#[test]
fn e7_a_transaction_with_a_durable_nonce_is_refused_for_every_signature_of_a_guardian() {
    let mut community = Founding::default().guarded();
    let opened = community.nearly_act(TREASURY, None, DAY);
    let (nonce, authority) = (community.open_nonce(), community.stranger());
    community.svm.expire_blockhash();
    let advance = advance_nonce_account(&nonce, &authority);
    let instructions =
        [community.act(2, None, DAY).instruction(), community.approve_act(&opened, 2), community.heartbeat_of(3)];
    for instruction in instructions {
        let before = community.snapshot();
        let mut durable = community.clone();
        let failed = durable.try_send(&[advance.clone(), instruction.clone()]).expect_err("a durable nonce");
        let solana_transaction_error::TransactionError::InstructionError(1, error) = failed.err else {
            panic!("{:?}", failed.err)
        };
        assert_eq!(error, InstructionError::Custom(GovError::NonceRefused.code()));
        assert!(before == durable.snapshot());
        // Behind another instruction it does not make the transaction durable.
        let mut fresh = community.clone();
        fresh.try_send(&[instruction, advance.clone()]).expect("only the first instruction makes a nonce durable");
    }
}

#[test]
fn e7_no_other_program_can_pass_a_guardians_signature_on() {
    let mut community = Founding::default().guarded();
    let opened = community.nearly_act(TREASURY, None, DAY);
    let forwarder = community.add_forwarder();
    let instructions =
        [community.act(2, None, DAY).instruction(), community.approve_act(&opened, 2), community.heartbeat_of(3)];
    for instruction in instructions {
        let passed_on = forwarded(&forwarder, &instruction);
        check_refused(&mut community, passed_on, GovError::IndirectSignature);
        let mut direct = community.clone();
        direct.send(instruction);
    }
    // What anybody may do, any program may do for them.
    let (payer, constitution) = (community.stranger(), community.constitution);
    let roster = pda::roster(&constitution, 2);
    let create = ix::RosterCreate { payer, constitution, roster }.instruction(1);
    community.send(forwarded(&forwarder, &create));
}

#[test]
fn e5_a_target_is_acted_on_once_in_90_days() {
    let mut community = Founding::default().guarded();
    let first = community.take_effect(TREASURY, None, 7 * DAY);
    community.ratify(&first);
    let until = community.constitution(&community.constitution).paused_until[1];
    assert_eq!(until, START + 7 * DAY);
    community.set_time(until + 90 * DAY - 1);
    community.rearm();
    let again = community.nearly_act(TREASURY, None, DAY);
    let third = community.approve_act(&again, 2);
    check_refused(&mut community, third.clone(), GovError::CoolingDown);
    community.pass(1);
    community.send(third);
    assert_eq!(community.constitution(&community.constitution).paused_until[1], until + 91 * DAY);
}

#[test]
fn e5_two_acts_on_one_target_opened_together_do_not_add_up() {
    let mut community = Founding::default().guarded();
    let first = community.nearly_act(TREASURY, None, DAY);
    let second = community.nearly_act(TREASURY, None, 2 * DAY);
    let third = community.approve_act(&first, 2);
    community.send(third);
    let third = community.approve_act(&second, 2);
    check_refused(&mut community, third, GovError::CoolingDown);
}

#[test]
fn e5_three_acts_and_14_days_in_90() {
    let mut community = Founding::default().guarded();
    let long = community.nearly_act(3, None, 12 * DAY + 1);
    for subsystem in [0, 1] {
        let emergency = community.take_effect(subsystem, None, DAY);
        community.ratify(&emergency);
    }
    let too_long = community.nearly_act(2, None, 12 * DAY + 1);
    let third = community.approve_act(&too_long, 2);
    check_refused(&mut community, third, GovError::BudgetSpent);
    let emergency = community.take_effect(2, None, 12 * DAY);
    community.ratify(&emergency);
    let fourth = community.nearly_act(3, None, 3_600);
    let third = community.approve_act(&fourth, 2);
    check_refused(&mut community, third, GovError::TooManyActs);
    let _ = long;
}

#[test]
fn e4_three_unconfirmed_acts_disarm_written_down_or_not() {
    let mut community = Founding::default().guarded();
    for subsystem in 0..3 {
        community.take_effect(subsystem, None, DAY);
        community.pass(100 * DAY / 3);
        community.rearm();
    }
    let guardians = community.guardians(&community.guardians_address());
    assert_eq!((guardians.strikes, guardians.count), (3, 5));
    let draft = community.act(3, None, DAY);
    check_refused(&mut community, draft.instruction(), GovError::StruckOut);
}

#[test]
fn e8_the_guardians_term_ends() {
    let mut community = Founding::default().guarded();
    community.set_time(START + 180 * DAY - 1);
    community.rearm();
    let emergency = community.nearly_act(TREASURY, None, DAY);
    let third = community.approve_act(&emergency, 2);
    community.pass(1);
    check_refused(&mut community, third, GovError::TermOver);
    let draft = community.act(TREASURY, None, DAY);
    check_refused(&mut community, draft.instruction(), GovError::TermOver);
}

#[test]
fn e8_nobody_acts_where_there_are_no_guardians() {
    let mut community = Founding::default().guarded();
    let guardians = community.guardians_address();
    let stored = community.guardians(&guardians);
    let account = community.account(&guardians).unwrap();
    let none = accounts::Guardians { threshold: 0, ..stored };
    community.put(&guardians, solana_account::Account { data: none.to_bytes(), ..account });
    let draft = community.act(TREASURY, None, DAY);
    check_refused(&mut community, draft.instruction(), GovError::NoGuardians);
}

#[test]
fn e3_a_suspension_needs_a_policy_in_force_of_this_constitution() {
    let mut community = Founding::default().guarded();
    let (_, policy) = community.adopt_policy("be kind", 0);
    community.rearm();
    let emergency = community.nearly_act(4, Some(policy), DAY);
    let statement = community.emergency(&emergency).statement;
    let accounts = community.approval(&emergency, 2);
    for target in [None, Some(pda::policy(&community.constitution, 1))] {
        let wrong = ix::EmergencyApprove { target, ..accounts }.instruction(2, statement);
        check_refused(&mut community, wrong, GovError::WrongSubject);
    }
    let mut ended = community.clone();
    let stored = ended.policy(&policy);
    let account = ended.account(&policy).unwrap();
    let repealed = accounts::Policy { status: 1, ..stored };
    ended.put(&policy, solana_account::Account { data: repealed.to_bytes(), ..account });
    check_refused(&mut ended, accounts.instruction(2, statement), GovError::PolicyNotInForce);
    community.send(accounts.instruction(2, statement));
    community.pass(30 * DAY - 1);
    community.rearm();
    let again = community.nearly_act(4, Some(policy), DAY);
    let third = community.approve_act(&again, 2);
    check_refused(&mut community, third, GovError::CoolingDown);
}
