//! `emergency_ratify`, `emergency_end`, `emergency_lapse` and `emergency_close`: what a vote, the clock and anybody make of
//! an act.

use crate::support::*;

const TREASURY: u8 = 1;

fn step(community: &Community, emergency: Address) -> ix::EmergencyLapse {
    ix::EmergencyLapse { constitution: community.constitution, emergency }
}

fn close(community: &Community, emergency: Address, payer: Address) -> Instruction {
    ix::EmergencyClose { constitution: community.constitution, emergency, payer }.instruction()
}

fn treasury_until(community: &Community) -> i64 {
    community.constitution(&community.constitution).paused_until[1]
}

fn strikes(community: &Community) -> u8 {
    community.guardians(&community.guardians_address()).strikes
}

#[test]
fn e4_a_vote_confirms_an_act_and_it_holds_for_its_whole_length() {
    let mut community = Founding::default().guarded();
    let emergency = community.take_effect(TREASURY, None, 14 * DAY);
    assert_eq!((treasury_until(&community), strikes(&community)), (START + 7 * DAY, 1));
    let proposal = community.approved(&Action::EmergencyRatify { emergency_id: 0 });
    let stored = community.proposal(&proposal);
    assert_eq!((stored.track, stored.veto_bps, stored.subject), (3, 0, emergency));
    let accounts = community.vote_on_act(&emergency, proposal);
    let done = community.send(accounts.instruction());
    assert_eq!((treasury_until(&community), strikes(&community)), (START + 14 * DAY, 0));
    let ratified = community.emergency(&emergency);
    assert_eq!((ratified.outcome, ratified.ratified_by, ratified.expires_at), (2, proposal, START + 14 * DAY));
    let [Event::ProposalExecuted(_), Event::EmergencyRatified(event)] = done.events.as_slice() else {
        panic!("{:?}", done.events)
    };
    assert_eq!((event.mandate, event.emergency_id, event.effect_until), (proposal, 0, START + 14 * DAY));
    check_refused(&mut community, accounts.instruction(), GovError::AlreadyRatified);
    let another = community.draft(&Action::EmergencyRatify { emergency_id: 0 });
    check_refused(&mut community, another.instruction(), GovError::AlreadyRatified);
}

#[test]
fn e4_a_short_act_is_confirmed_after_it_has_ended_and_takes_nothing_more() {
    let mut community = Founding::default().guarded();
    let (_, policy) = community.adopt_policy("be kind", 0);
    community.rearm();
    let emergency = community.take_effect(4, Some(policy), 3_600);
    let until = community.now() + 3_600;
    let done = community.ratify(&emergency);
    let Some(Event::EmergencyRatified(event)) = done.events.last() else { panic!("{:?}", done.events) };
    assert_eq!((event.effect_until, strikes(&community)), (0, 0));
    assert_eq!(community.policy(&policy).suspended_until, until);
}

#[test]
fn e4_a_confirmation_comes_within_seven_days_or_not_at_all() {
    let mut community = Founding::default().guarded();
    let emergency = community.take_effect(TREASURY, None, 14 * DAY);
    let proposal = community.approved(&Action::EmergencyRatify { emergency_id: 0 });
    let ratify = community.vote_on_act(&emergency, proposal).instruction();
    let lapse = step(&community, emergency).instruction();
    community.set_time(START + 7 * DAY - 1);
    check_refused(&mut community, lapse.clone(), GovError::NotLapsed);
    let mut in_time = community.clone();
    in_time.send(ratify.clone());
    check_refused(&mut in_time, lapse.clone(), GovError::NotLapsed);
    community.set_time(START + 7 * DAY);
    check_refused(&mut community, ratify.clone(), GovError::RatifyTooLate);
    let draft = community.draft(&Action::EmergencyRatify { emergency_id: 0 });
    check_refused(&mut community, draft.instruction(), GovError::RatifyTooLate);
    let done = community.send(lapse.clone());
    let Event::EmergencyLapsed(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.emergency_id, community.emergency(&emergency).outcome), (0, 3));
    assert_eq!((treasury_until(&community), strikes(&community)), (START + 7 * DAY, 1));
    check_refused(&mut community, lapse, GovError::NotLapsed);
    check_refused(&mut community, ratify, GovError::RatifyTooLate);
}

#[test]
fn e2_what_was_paused_goes_on_by_itself_when_the_clock_says_so() {
    let mut community = Founding::default().guarded();
    community.take_effect(TREASURY, None, 14 * DAY);
    let payment = Action::TransferLamports { recipient: [7; 32], lamports: 5_000_000 };
    let proposal = community.approved(&payment);
    let (constitution, vault) = (community.constitution, community.vault);
    let recipient = Address::new_from_array([7; 32]);
    let pay = ix::VaultTransfer { constitution, proposal, vault, recipient, guardrails: None }.instruction(5_000_000);
    assert!(community.now() > START + 7 * DAY, "nobody wrote anything down, and nobody has to");
    let mut during = community.clone();
    during.set_time(START + 7 * DAY - 1);
    check_refused(&mut during, pay.clone(), GovError::Paused);
    community.send(pay);
}

#[test]
fn a_vote_ends_an_act_at_once() {
    let mut community = Founding::default().guarded();
    let emergency = community.take_effect(TREASURY, None, 14 * DAY);
    let ratify = community.approved(&Action::EmergencyRatify { emergency_id: 0 });
    let ratify = community.vote_on_act(&emergency, ratify).instruction();
    community.send(ratify);
    let proposal = community.approved(&Action::EmergencyEnd { emergency_id: 0 });
    let accounts = community.end_of_act(&emergency, proposal);
    let mut late = community.clone();
    late.set_time(START + 14 * DAY);
    check_refused(&mut late, accounts.instruction(), GovError::EffectOver);
    let now = community.now();
    assert!(now < START + 14 * DAY);
    let done = community.send(accounts.instruction());
    assert_eq!((treasury_until(&community), strikes(&community)), (now, 0));
    assert_eq!(community.emergency(&emergency).outcome, 4);
    let [Event::ProposalExecuted(_), Event::EmergencyEnded(event)] = done.events.as_slice() else {
        panic!("{:?}", done.events)
    };
    assert_eq!((event.mandate, event.emergency_id, event.effect_until), (proposal, 0, now));
    check_refused(&mut community, accounts.instruction(), GovError::EffectOver);
}

#[test]
fn e5_an_act_that_was_ended_counts_for_the_budget_and_its_strike_stays() {
    let mut community = Founding::default().guarded();
    let emergency = community.take_effect(TREASURY, None, 14 * DAY);
    let proposal = community.approved(&Action::EmergencyEnd { emergency_id: 0 });
    let end = community.end_of_act(&emergency, proposal).instruction();
    community.send(end);
    assert_eq!(strikes(&community), 1);
    let next = community.nearly_act(2, None, 3_600);
    let third = community.approve_act(&next, 2);
    check_refused(&mut community, third, GovError::BudgetSpent);
}

#[test]
fn e3_ending_a_suspension_or_a_hold_restores_what_it_stopped() {
    let mut community = Founding::default().guarded();
    let (_, policy) = community.adopt_policy("be kind", 0);
    let held = community.approved(&Action::PolicyRepeal { policy_id: 0 });
    community.rearm();
    let (constitution, roster) = (community.constitution, community.roster);
    let execute = ix::PolicyRepeal { constitution, policy, proposal: held }.instruction();
    for (act, target) in [(4, policy), (5, held)] {
        let mut community = community.clone();
        let emergency = community.take_effect(act, Some(target), 4 * DAY);
        if act == 5 {
            check_refused(&mut community, execute.clone(), GovError::TimelockActive);
        }
        let proposal = community.approved(&Action::EmergencyEnd { emergency_id: 0 });
        let accounts = community.end_of_act(&emergency, proposal);
        for wrong in [None, Some(roster)] {
            let wrong = ix::EmergencyEnd { target: wrong, ..accounts }.instruction();
            check_refused(&mut community, wrong, GovError::WrongSubject);
        }
        let done = community.send(accounts.instruction());
        let now = community.now();
        let Some(Event::EmergencyEnded(event)) = done.events.last() else { panic!("{:?}", done.events) };
        assert_eq!(event.effect_until, now);
        match act {
            4 => assert_eq!(community.policy(&policy).suspended_until, now),
            _ => assert_eq!(community.proposal(&held).held_until, now),
        }
        community.send(execute.clone());
    }
}

#[test]
fn a_proposal_that_was_vetoed_while_it_was_held_stays_as_it_is() {
    let mut community = Founding::default().guarded();
    let held = community.approved(&Action::TransferLamports { recipient: [7; 32], lamports: 5_000_000 });
    community.rearm();
    let emergency = community.take_effect(5, Some(held), 14 * DAY);
    let stored = community.proposal(&held);
    let account = community.account(&held).unwrap();
    let vetoed = accounts::Proposal { status: 3, ..stored };
    community.put(&held, solana_account::Account { data: vetoed.to_bytes(), ..account });
    let before = community.account(&held);
    let done = community.ratify(&emergency);
    let Some(Event::EmergencyRatified(event)) = done.events.last() else { panic!("{:?}", done.events) };
    assert_eq!((event.effect_until, community.account(&held)), (0, before));
}

#[test]
fn l7_anybody_closes_an_act_that_is_over_and_the_opener_is_paid_back() {
    let mut community = Founding::default().guarded();
    let emergency = community.take_effect(TREASURY, None, DAY);
    let opener = community.guardian(0);
    let closing = close(&community, emergency, opener);
    check_refused(&mut community, closing.clone(), GovError::EmergencyNotOver);
    community.set_time(START + 7 * DAY);
    check_refused(&mut community, closing.clone(), GovError::EmergencyNotOver);
    let lapse = step(&community, emergency).instruction();
    community.send(lapse);
    let wrong = close(&community, emergency, community.guardian(1));
    check_refused(&mut community, wrong, GovError::NotPayer);
    let (before, rent) = (community.lamports(&opener), community.lamports(&emergency));
    let done = community.send(closing.clone());
    assert_eq!((community.account(&emergency), community.lamports(&opener)), (None, before + rent));
    let Event::EmergencyClosed(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.emergency_id, event.payer), (0, opener));
    check_refused(&mut community, closing, InstructionError::AccountDataTooSmall);
    // A5: the id is never used again.
    assert_eq!(community.constitution(&community.constitution).next_emergency_id, 1);
}

#[test]
fn an_act_that_too_few_approved_is_closed_after_its_slots_and_a_confirmed_one_after_its_effect() {
    let mut community = Founding::default().guarded();
    let missed = community.nearly_act(TREASURY, None, DAY);
    let closing = close(&community, missed, community.guardian(0));
    check_refused(&mut community, closing.clone(), GovError::EmergencyNotOver);
    let lapse = step(&community, missed).instruction();
    check_refused(&mut community, lapse, GovError::EmergencyNotActive);
    let draft = community.draft(&Action::EmergencyRatify { emergency_id: 0 });
    check_refused(&mut community, draft.instruction(), GovError::EmergencyNotActive);
    community.pass_slots(151);
    community.send(closing);
    let confirmed = community.take_effect(TREASURY, None, 10 * DAY);
    community.ratify(&confirmed);
    let closing = close(&community, confirmed, community.guardian(0));
    community.set_time(START + 10 * DAY - 1);
    check_refused(&mut community, closing.clone(), GovError::EmergencyNotOver);
    community.set_time(START + 10 * DAY);
    community.send(closing);
}

#[test]
fn a_vote_on_one_act_decides_no_other() {
    let mut community = Founding::default().guarded();
    let first = community.take_effect(TREASURY, None, 5 * DAY);
    let second = community.take_effect(2, None, 5 * DAY);
    let draft = community.draft(&Action::EmergencyRatify { emergency_id: 0 });
    let mut wrong = draft.clone();
    wrong.accounts.subject = Some(second);
    check_refused(&mut community, wrong.instruction(), GovError::WrongSubject);
    let proposal = community.create(&draft);
    community.approve(&proposal);
    let of_second = community.vote_on_act(&second, proposal).instruction();
    check_refused(&mut community, of_second, GovError::DigestMismatch);
    let as_end = community.end_of_act(&first, proposal).instruction();
    check_refused(&mut community, as_end, GovError::DigestMismatch);
    let right = community.vote_on_act(&first, proposal).instruction();
    community.send(right);
}

#[test]
fn a_policy_that_is_gone_cannot_keep_a_vote_from_confirming() {
    let mut community = Founding::default().guarded();
    let (_, policy) = community.adopt_policy("be kind", 0);
    community.rearm();
    let emergency = community.take_effect(4, Some(policy), 14 * DAY);
    let mut repealed = community.clone();
    let stored = repealed.policy(&policy);
    let account = repealed.account(&policy).unwrap();
    let ended = accounts::Policy { status: 1, ..stored };
    repealed.put(&policy, solana_account::Account { data: ended.to_bytes(), ..account });
    let mut gone = community;
    gone.put(&policy, solana_account::Account::default());
    for mut community in [repealed, gone] {
        let done = community.ratify(&emergency);
        let Some(Event::EmergencyRatified(event)) = done.events.last() else { panic!("{:?}", done.events) };
        assert_eq!((event.effect_until, strikes(&community)), (0, 0));
    }
}

#[test]
fn a_confirmation_clears_only_the_record_of_the_guardians_who_acted() {
    let mut community = Founding::default().guarded();
    let emergency = community.take_effect(TREASURY, None, DAY);
    let guardians = community.guardians_address();
    let stored = community.guardians(&guardians);
    let account = community.account(&guardians).unwrap();
    let others = accounts::Guardians { version: 2, strikes: 2, ..stored };
    community.put(&guardians, solana_account::Account { data: others.to_bytes(), ..account });
    community.ratify(&emergency);
    assert_eq!(strikes(&community), 2);
}
