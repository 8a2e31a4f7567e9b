use quantumagi_interface::accounts::{EmergencyAction, Guardians, Proposal};
use quantumagi_rules::emergency::guardians::Mandate;

use super::*;
use crate::SdkError;

/// 2027-01-15 08:00:00 UTC.
const START: i64 = 1_800_000_000;

fn proposal() -> Proposal {
    let bytes: Vec<u8> = Proposal::DISCRIMINATOR.into_iter().chain([0; Proposal::LEN - 8]).collect();
    let zeroed = Proposal::decode(&bytes).expect("a whole account");
    Proposal { starts_at: START, ends_at: START + 3_600, timelock_seconds: 7_200, window_seconds: 3_600, ..zeroed }
}

fn constitution() -> Constitution {
    let bytes: Vec<u8> = Constitution::DISCRIMINATOR.into_iter().chain([0; Constitution::LEN - 8]).collect();
    Constitution::decode(&bytes).expect("a whole account")
}

#[track_caller]
fn check(checked: Result<()>, words: &str) {
    assert_eq!(checked.expect_err("the rules refuse it").to_string(), words);
}

#[test]
fn an_early_vote_is_told_when_voting_starts() {
    let early = vote(&proposal(), None, Choice::For, UnixSeconds(START - 5_400));
    check(early, "voting starts at 2027-01-15 08:00 UTC, in 1 hour 30 minutes; it is 2027-01-15 06:30 UTC");
    let late = vote(&proposal(), None, Choice::For, UnixSeconds(START + 3_660));
    check(late, "voting ended at 2027-01-15 09:00 UTC, 1 minute ago; it is 2027-01-15 09:01 UTC");
    assert!(vote(&proposal(), Some(Choice::Against), Choice::For, UnixSeconds(START)).is_ok());
}

#[test]
fn a_ballot_that_cannot_change_is_told_what_it_is() {
    let now = UnixSeconds(START);
    check(vote(&proposal(), Some(Choice::For), Choice::For, now), "the ballot is already for");
    let is_final = Proposal { ballot_rule: 1, ..proposal() };
    check(vote(&is_final, Some(Choice::Against), Choice::For, now), "the ballot was cast as against and is final");
}

#[test]
fn an_early_execution_is_told_when_the_window_opens() {
    let succeeded = Proposal { status: 1, ..proposal() };
    check(
        execute(&constitution(), &succeeded, &[], &[], UnixSeconds(START + 7_200)),
        "the timelock runs until 2027-01-15 11:00 UTC, in 1 hour; it is 2027-01-15 10:00 UTC",
    );
    let held = Proposal { held_until: START + 93_600, ..succeeded };
    check(
        execute(&constitution(), &held, &[], &[], UnixSeconds(START + 7_200)),
        "an emergency act holds the proposal until 2027-01-16 10:00 UTC, in 1 day",
    );
}

#[test]
fn e3_an_execution_during_a_pause_is_told_its_end_and_gets_its_window_back() {
    let succeeded = Proposal { status: 1, ..proposal() };
    let action = Action::PolicyRepeal { policy_id: 1 }.to_bytes();
    let execution_digest = succeeded.digest_of(&action, &[]).expect("an action that calls nothing");
    let succeeded = Proposal { execution_digest, ..succeeded };
    let (mut paused_from, mut paused_until) = ([0; 4], [0; 4]);
    // Changes of policies: the last half hour of the window is paused.
    (paused_from[2], paused_until[2]) = (START + 12_600, START + 100_000);
    let paused = Constitution { paused_from, paused_until, ..constitution() };
    check(
        execute(&paused, &succeeded, &action, &[], UnixSeconds(START + 96_400)),
        "an emergency act pauses changes of policies until 2027-01-16 11:46:40 UTC, in 1 hour",
    );
    assert!(execute(&paused, &succeeded, &action, &[], UnixSeconds(START + 100_000 + 1_799)).is_ok());
    check(
        execute(&paused, &succeeded, &action, &[], UnixSeconds(START + 101_800)),
        "the execution window closed at 2027-01-16 12:16:40 UTC, 0 seconds ago; it is 2027-01-16 12:16:40 UTC",
    );
    let executed = Proposal { status: 5, ..succeeded };
    check(
        execute(&paused, &executed, &action, &[], UnixSeconds(START + 96_400)),
        "the proposal is executed and cannot change",
    );
    let treasury = Proposal { track: 1, ..succeeded };
    assert!(execute(&paused, &treasury, &action, &[], UnixSeconds(START + 13_000)).is_ok());
}

#[test]
fn another_action_is_told_both_digests() {
    let succeeded = Proposal { status: 1, ..proposal() };
    let now = UnixSeconds(START + 10_800);
    let action = Action::PolicyRepeal { policy_id: 1 }.to_bytes();
    let error = execute(&constitution(), &succeeded, &action, &[], now).expect_err("another action");
    let SdkError::Check(CheckError::DigestMismatch { digest, approved }) = error else { panic!("{error:?}") };
    let right = succeeded.digest_of(&action, &[]).expect("an action that calls nothing");
    assert_eq!((digest, approved), (right, [0; 32]));
    let approved = Proposal { execution_digest: right, ..succeeded };
    assert!(execute(&constitution(), &approved, &action, &[], now).is_ok());
    assert!(execute(&constitution(), &approved, &[1], &[], now).is_err(), "bytes that are no action");
}

#[test]
fn a_sunset_in_the_past_is_told_both_moments() {
    let error = sunset(START, UnixSeconds(START)).expect_err("now is not later");
    assert_eq!(error.to_string(), "the sunset, 2027-01-15 08:00 UTC, is not later than now, 2027-01-15 08:00 UTC");
    assert_eq!(sunset(0, UnixSeconds(START)), Ok(()));
}

#[test]
fn a_roster_in_use_is_told_by_whom() {
    let words = |bound, is_adopted| CheckError::RosterInUse { version: 2, bound, is_adopted }.to_string();
    assert_eq!(words(0, true), "roster 2 is the electorate in force");
    assert_eq!(words(1, true), "roster 2 is the electorate in force, and a proposal that is not closed is bound to it");
    assert_eq!(words(3, false), "roster 2 is needed: 3 proposals that are not closed are bound to it");
}

#[test]
fn only_a_call_depends_on_the_code_of_a_program() {
    let proposal = Proposal { deploy_slot: 7, ..proposal() };
    assert_eq!(same_code(&proposal, &Action::PolicyRepeal { policy_id: 0 }, 0), Ok(()));
    let accounts = quantumagi_rules::action::InvokeAccounts::new(&[]).expect("no accounts");
    let call = Action::Invoke { program: [1; 32], accounts, data: &[] };
    assert_eq!(same_code(&proposal, &call, 7), Ok(()));
    let program = Address::new_from_array([1; 32]);
    assert_eq!(same_code(&proposal, &call, 8), Err(CheckError::ProgramChanged { program, slot: 8, approved: 7 }));
}

/// Three guardians of which two must agree, heard of just now.
fn guardians() -> Guardians {
    let bytes: Vec<u8> = Guardians::DISCRIMINATOR.into_iter().chain([0; Guardians::LEN - 8]).collect();
    let (mut seen_at, term_ends_at) = ([0; 9], START + 1_000_000);
    seen_at[..3].fill(START);
    let zeroed = Guardians::decode(&bytes).expect("a whole account");
    Guardians { count: 3, threshold: 2, seen_at, term_ends_at, ..zeroed }
}

/// An act of an hour that the guardian with index 0 has opened in slot 0.
fn act() -> EmergencyAction {
    let bytes: Vec<u8> = EmergencyAction::DISCRIMINATOR.into_iter().chain([0; EmergencyAction::LEN - 8]).collect();
    let zeroed = EmergencyAction::decode(&bytes).expect("a whole account");
    EmergencyAction { seconds: 3_600, approvals: 1, ..zeroed }
}

#[test]
fn guardians_that_cannot_be_adopted_are_told_why() {
    let members: Vec<Address> = (1..4).map(|byte| Address::new_from_array([byte; 32])).collect();
    let adopt = |threshold, term_seconds, members: &[Address]| {
        adoptable(Some(&guardians()), Mandate { threshold, term_seconds }, members)
    };
    assert!(adopt(2, 86_400, &members).is_ok());
    check(
        adoptable(None, Mandate { threshold: 2, term_seconds: 86_400 }, &members),
        "the account of the guardians is not open",
    );
    check(adopt(1, 86_400, &members), "1 of 3 guardians cannot act: it takes 2 to 3 of them");
    check(adopt(2, 60, &members), "a term of 1 minute: it lasts 1 day to 365 days");
    check(adopt(2, 86_400, &members[..1]), "there are 2 to 9 guardians, not 1");
    check(adopt(2, 86_400, &[members[0]; 2]), "a guardian is named twice, or is the zero address");
}

#[test]
fn e5_e7_an_approval_that_would_not_count_is_told_why() {
    let approve = |guardians: &Guardians, index, last_until, now| {
        approval(guardians, index, &act(), UnixSeconds(last_until), UnixSeconds(now))
    };
    assert!(approve(&guardians(), 1, 0, START).is_ok());
    check(approve(&guardians(), 0, 0, START), "this guardian has approved the act already");
    let three = Guardians { threshold: 3, ..guardians() };
    assert!(approve(&three, 1, START, START).is_ok(), "another must approve it before it takes effect");
    check(
        approve(&guardians(), 1, START - 86_400, START),
        "the last effect on the same target is too recent: the next begins at 2027-04-14 08:00 UTC or later, in 89 days",
    );
    assert!(approve(&guardians(), 1, START - 90 * 86_400, START).is_ok());
    let spent = Guardians { spent_ends_at: [START; 3], spent_seconds: [3_600; 3], ..guardians() };
    check(approve(&spent, 1, 0, START), "the guardians' three acts in 90 days are spent");
}

#[test]
fn a_step_that_an_act_does_not_allow_is_told_what_holds() {
    let day = 86_400;
    let with = |outcome: u8| EmergencyAction {
        outcome,
        activated_at: START,
        ratify_by: START + 7 * day,
        expires_at: START + 10 * day,
        ..act()
    };
    let told = |act: &EmergencyAction, step, slot, days: i64, words: &str| {
        check(course(act, step, slot, UnixSeconds(START + days * day)), words);
    };
    use quantumagi_rules::emergency::course::Step::{Approve, Close, End, Lapse, Ratify};
    let (confirmable, over) = ("a vote can confirm it until 2027-01-22 08:00 UTC", "the act is not over:");
    told(&with(0), Approve, 151, 0, "the approvals of an act lie within 150 slots, and these are over");
    told(&with(0), Ratify, 0, 0, "the act has not taken effect: too few guardians have approved it");
    told(&with(0), Close, 0, 0, "the act is not over: guardians can still approve it");
    told(&with(1), Approve, 0, 0, "the act has taken effect already");
    told(&with(1), Lapse, 0, 0, &format!("the act has not lapsed: {confirmable}"));
    told(&with(1), Close, 0, 0, &format!("{over} {confirmable}"));
    told(&with(1), Close, 0, 7, "no vote has confirmed the act, and nobody has written that down");
    told(&with(1), Ratify, 0, 7, "a vote could confirm the act until 2027-01-22 08:00 UTC");
    told(&with(2), Ratify, 0, 0, "a vote has confirmed the act already");
    told(&with(2), Lapse, 0, 0, "the act does not lapse: a vote has confirmed it");
    told(&with(2), Close, 0, 0, &format!("{over} it is in effect until 2027-01-25 08:00 UTC"));
    told(&with(2), End, 0, 10, "the effect of the act is over");
    told(&with(3), Lapse, 0, 8, "the lapse of the act is written down already");
    told(&with(4), Ratify, 0, 0, "a vote has ended the act");
    told(&with(4), Lapse, 0, 0, "a vote has ended the act");
}
