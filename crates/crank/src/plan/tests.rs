//! The plan against a naive model: plain numbers, one branch for each status, no word from the rules.

use proptest::prelude::*;
use quantumagi_interface::Address;
use quantumagi_interface::accounts::{Constitution, Snapshot, SnapshotOperators};

use super::*;

/// An account whose stored numbers are all zero.
macro_rules! zeroed {
    ($account:ident) => {{
        let bytes: Vec<u8> = $account::DISCRIMINATOR.into_iter().chain([0; $account::LEN - 8]).collect();
        $account::decode(&bytes).expect("a whole account")
    }};
}

const HERE: Address = Address::new_from_array([7; 32]);

fn survey() -> Survey {
    Survey::of(HERE, zeroed!(Constitution))
}

fn clock(unix_timestamp: i64, slot: u64) -> ChainClock {
    ChainClock { slot, epoch: 0, unix_timestamp }
}

fn proposal(status: Status) -> Proposal {
    Proposal {
        id: 4,
        starts_at: 100,
        ends_at: 200,
        cooloff_seconds: 10,
        timelock_seconds: 40,
        window_seconds: 30,
        updated_at: 210,
        status: status as u8,
        ..zeroed!(Proposal)
    }
}

const SOON: Habits = Habits { close_after: 5 };

#[track_caller]
fn check(survey: &Survey, at: i64, expected: &[(Kind, Subject, i64)]) {
    let plan = plan(survey, &clock(at, 1_000), SOON);
    let found: Vec<_> = plan.duties.iter().map(|duty| (duty.kind, duty.subject, duty.due_at.0)).collect();
    assert_eq!(found, expected, "at {at}");
}

#[test]
fn a_proposal_is_moved_along_at_the_first_second_of_each_moment() {
    let of = |status| Survey { proposals: vec![proposal(status)], ..survey() };
    let it = Subject::Proposal(4);
    check(&of(Status::Open), 199, &[]);
    check(&of(Status::Open), 200, &[(Kind::ProposalFinalize, it, 200)]);
    check(&of(Status::Succeeded), 249, &[]);
    check(&of(Status::Succeeded), 250, &[(Kind::ProposalExecute, it, 250)]);
    check(&of(Status::Succeeded), 279, &[(Kind::ProposalExecute, it, 250)]);
    check(&of(Status::Succeeded), 280, &[(Kind::ProposalExpire, it, 280)]);
    for done in [Status::Defeated, Status::Vetoed, Status::Cancelled, Status::Executed, Status::Expired] {
        check(&of(done), 214, &[]);
        check(&of(done), 215, &[(Kind::ProposalClose, it, 215)]);
    }
}

#[test]
fn a_paused_execution_is_due_when_the_pause_is_over() {
    let (mut paused_from, mut paused_until) = ([0; 4], [0; 4]);
    let subsystem = Subsystem::of_execution(quantumagi_rules::parameters::Track::Policy).expect("it can be paused");
    (paused_from[subsystem as usize], paused_until[subsystem as usize]) = (240, 265);
    let constitution = Constitution { paused_from, paused_until, ..survey().constitution };
    let paused = Survey { constitution, proposals: vec![proposal(Status::Succeeded)], ..survey() };
    let it = Subject::Proposal(4);
    check(&paused, 264, &[]);
    check(&paused, 265, &[(Kind::ProposalExecute, it, 265)]);
    check(&paused, 294, &[(Kind::ProposalExecute, it, 265)]);
    check(&paused, 295, &[(Kind::ProposalExpire, it, 295)]);
}

fn published(publisher: u8, published_at: i64, approvals: u16) -> PublishedRoot {
    let snapshot =
        Snapshot { publisher: Address::new_from_array([publisher; 32]), published_at, approvals, ..zeroed!(Snapshot) };
    let operators = SnapshotOperators { needed: 2, challenge_seconds: 20, ..zeroed!(SnapshotOperators) };
    PublishedRoot { proposal: 4, snapshot, operators }
}

fn root(publisher: u8) -> Subject {
    Subject::Root { proposal: 4, publisher: Address::new_from_array([publisher; 32]) }
}

#[test]
fn one_accepted_root_is_bound_and_every_one_is_closed_after_that() {
    let roots = vec![published(9, 100, 0b11), published(1, 110, 0b11), published(2, 100, 0b1)];
    let waiting = Survey { proposals: vec![proposal(Status::Open)], roots: roots.clone(), ..survey() };
    check(&waiting, 119, &[]);
    check(&waiting, 120, &[(Kind::SnapshotBind, root(9), 120)]);
    check(&waiting, 130, &[(Kind::SnapshotBind, root(9), 120)]);
    check(&waiting, 200, &[(Kind::ProposalFinalize, Subject::Proposal(4), 200)]);
    let bound = Proposal { snapshot_root: [1; 32], updated_at: 130, ..proposal(Status::Open) };
    let closes = [1, 2, 9].map(|publisher| (Kind::SnapshotClose, root(publisher), 130));
    check(&Survey { proposals: vec![bound], roots: roots.clone(), ..survey() }, 131, &closes);
    let over = Survey { proposals: vec![proposal(Status::Defeated)], roots, ..survey() };
    let mut all = [1, 2, 9].map(|publisher| (Kind::SnapshotClose, root(publisher), 210)).to_vec();
    all.push((Kind::ProposalClose, Subject::Proposal(4), 215));
    check(&over, 300, &all);
}

#[test]
fn emergency_acts_lapse_and_are_closed() {
    let act = |outcome: Outcome| EmergencyAction {
        id: 3,
        opened_slot: 900,
        opened_at: 100,
        activated_at: 110,
        ratify_by: 500,
        expires_at: 700,
        outcome: outcome as u8,
        ..zeroed!(EmergencyAction)
    };
    let of = |outcome| Survey { emergencies: vec![act(outcome)], ..survey() };
    let it = Subject::Emergency(3);
    check(&of(Outcome::Active), 499, &[]);
    check(&of(Outcome::Active), 500, &[(Kind::EmergencyLapse, it, 500)]);
    check(&of(Outcome::Lapsed), 505, &[(Kind::EmergencyClose, it, 505)]);
    check(&of(Outcome::Ratified), 704, &[]);
    check(&of(Outcome::Ratified), 705, &[(Kind::EmergencyClose, it, 705)]);
    check(&of(Outcome::Ended), 115, &[(Kind::EmergencyClose, it, 115)]);
    check(&of(Outcome::Open), 1_000, &[]);
    let late = plan(&of(Outcome::Open), &clock(1_000, 900 + 151), SOON);
    assert_eq!(late.duties.len(), 1, "approvals came too late: {late:?}");
}

#[test]
fn what_holds_numbers_without_meaning_is_named_and_holds_nothing_up() {
    let strange = Proposal { id: 9, status: 77, ..proposal(Status::Open) };
    let both = Survey { proposals: vec![strange, proposal(Status::Open)], ..survey() };
    let plan = plan(&both, &clock(200, 0), SOON);
    assert_eq!(plan.duties.len(), 1);
    let field = "status of the proposal";
    assert_eq!(plan.unreadable, [(Subject::Proposal(9), DecodeError::Meaningless { field, value: 77 })]);
}

/// What is due of a proposal, as plain numbers say.
fn naive_proposal(it: &Proposal, at: i64, after: i64) -> Option<(Kind, i64)> {
    let opens = it.ends_at + i64::from(it.cooloff_seconds) + i64::from(it.timelock_seconds);
    let opens = opens.max(it.held_until);
    let closes = opens + i64::from(it.window_seconds);
    let due = match it.status {
        0 => (Kind::ProposalFinalize, it.ends_at),
        1 if at < closes => (Kind::ProposalExecute, opens),
        1 => (Kind::ProposalExpire, closes),
        _ => (Kind::ProposalClose, it.updated_at + after),
    };
    (due.1 <= at).then_some(due)
}

fn naive_policy(it: &Policy, at: i64, after: i64) -> Option<(Kind, i64)> {
    let due = match it.status {
        0 if it.sunset_at == 0 => return None,
        0 => (Kind::PolicySunset, it.sunset_at),
        1 => (Kind::PolicyClose, it.adopted_at + after),
        _ => (Kind::PolicyClose, it.sunset_at + after),
    };
    (due.1 <= at).then_some(due)
}

fn naive_emergency(it: &EmergencyAction, at: i64, slot: u64, after: i64) -> Option<(Kind, i64)> {
    let due = match it.outcome {
        0 if it.opened_slot <= slot && slot <= it.opened_slot + 150 => return None,
        0 => (Kind::EmergencyClose, it.opened_at + after),
        1 => (Kind::EmergencyLapse, it.ratify_by),
        2 => (Kind::EmergencyClose, it.expires_at + after),
        3 => (Kind::EmergencyClose, it.ratify_by + after),
        _ => (Kind::EmergencyClose, it.activated_at + after),
    };
    (due.1 <= at).then_some(due)
}

prop_compose! {
    fn any_proposal()(
        status in 0u8..7,
        (starts_at, voting) in (0i64..500, 1i64..200),
        (cooloff_seconds, timelock_seconds, window_seconds) in (0u32..100, 0u32..200, 1u32..200),
        held_until in prop_oneof![Just(0), 0i64..1_500],
        updated_at in 0i64..1_000,
    ) -> Proposal {
        let times = Proposal { starts_at, ends_at: starts_at + voting, cooloff_seconds, timelock_seconds, ..zeroed!(Proposal) };
        Proposal { status, window_seconds, held_until, updated_at, ..times }
    }
}

prop_compose! {
    fn any_policy()(status in 0u8..3, adopted_at in 0i64..1_000, sunset_at in prop_oneof![Just(0), 1i64..1_000]) -> Policy {
        let sunset_at = if status == 2 { sunset_at.max(1) } else { sunset_at };
        Policy { status, adopted_at, sunset_at, ..zeroed!(Policy) }
    }
}

prop_compose! {
    fn any_emergency()(
        outcome in 0u8..5, opened_slot in 0u64..400, opened_at in 0i64..500, ratify in 1i64..300, lasts in 1i64..600,
    ) -> EmergencyAction {
        let (ratify_by, expires_at) = (opened_at + ratify, opened_at + lasts);
        let it = EmergencyAction { outcome, opened_slot, opened_at, activated_at: opened_at, ..zeroed!(EmergencyAction) };
        EmergencyAction { ratify_by, expires_at, ..it }
    }
}

prop_compose! {
    fn any_survey()(
        mut proposals in prop::collection::vec(any_proposal(), 0..8),
        mut policies in prop::collection::vec(any_policy(), 0..4),
        mut emergencies in prop::collection::vec(any_emergency(), 0..4),
    ) -> Survey {
        (0..).zip(&mut proposals).for_each(|(id, it)| it.id = id);
        (0..).zip(&mut policies).for_each(|(id, it)| it.id = id);
        (0..).zip(&mut emergencies).for_each(|(id, it)| it.id = id);
        Survey { proposals, policies, emergencies, ..survey() }
    }
}

fn naive(survey: &Survey, at: i64, slot: u64, after: i64) -> Vec<(i64, Kind, Subject)> {
    let proposals = survey.proposals.iter().map(|it| (Subject::Proposal(it.id), naive_proposal(it, at, after)));
    let policies = survey.policies.iter().map(|it| (Subject::Policy(it.id), naive_policy(it, at, after)));
    let acts = survey.emergencies.iter().map(|it| (Subject::Emergency(it.id), naive_emergency(it, at, slot, after)));
    let due = proposals.chain(policies).chain(acts);
    let mut all: Vec<_> = due.filter_map(|(subject, due)| due.map(|(kind, due_at)| (due_at, kind, subject))).collect();
    all.sort_unstable();
    all
}

proptest! {
    #[test]
    fn everything_that_is_due_is_planned_once_and_nothing_else(
        survey in any_survey(), at in 0i64..2_500, slot in 0u64..800, close_after in 0u32..300,
    ) {
        let plan = plan(&survey, &clock(at, slot), Habits { close_after });
        let found: Vec<_> = plan.duties.iter().map(|duty| (duty.due_at.0, duty.kind, duty.subject)).collect();
        prop_assert_eq!(found, naive(&survey, at, slot, i64::from(close_after)));
        prop_assert!(plan.unreadable.is_empty());
        prop_assert!(plan.duties.iter().all(|duty| duty.constitution == HERE));
    }

    #[test]
    fn the_order_of_reading_does_not_matter(survey in any_survey(), at in 0i64..2_500) {
        let mut turned = survey.clone();
        turned.proposals.reverse();
        turned.policies.reverse();
        turned.emergencies.reverse();
        let [one, other] = [survey, turned].map(|survey| plan(&survey, &clock(at, 0), SOON).duties);
        prop_assert_eq!(one, other);
    }

    #[test]
    fn nothing_becomes_due_before_the_next_moment_and_something_moves_at_it(survey in any_survey(), at in 0i64..2_500) {
        let now = plan(&survey, &clock(at, 0), SOON).duties;
        let next = next_moment(&survey, &clock(at, 0), SOON);
        let until = next.map_or(at + 3_000, |next| next.0 - 1);
        for later in [at + 1, (at + until) / 2, until].into_iter().filter(|later| at < *later && *later <= until) {
            let still = plan(&survey, &clock(later, 0), SOON).duties;
            let is_new = |duty: &&Duty| !now.contains(duty);
            // Only an end of a window may come in between, and that is a moment itself.
            prop_assert_eq!(still.iter().find(is_new), None, "at {}", later);
        }
        if let Some(next) = next {
            let then = naive(&survey, next.0, 0, 5);
            let is_at = |(due_at, _, _): &(i64, Kind, Subject)| *due_at == next.0;
            // A hold or a slot may stand in the way of what the moment alone would allow.
            let collecting = survey.emergencies.iter().any(|it| it.outcome == 0);
            prop_assert!(collecting || then.iter().any(is_at), "nothing at {}", next.0);
        }
    }
}
