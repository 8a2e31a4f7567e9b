//! One trace of each workflow on time, late, failed, and through a restart: accounts and events in, transitions out.

use std::collections::BTreeMap;

use quantumagi_interface::accounts::{Constitution, EmergencyAction, Guardians, Policy, Principle, Proposal};
use quantumagi_interface::events::{Event, PolicyRepealed, ProposalClosed, ProposalExecuted};
use quantumagi_interface::types::{Citation, EventChain};
use quantumagi_interface::{Address, pda};
use quantumagi_rpc::ChainClock;
use quantumagi_rules::emergency::RATIFY_SECONDS;
use quantumagi_rules::emergency::course::Outcome;
use quantumagi_rules::lifecycle::Status;
use quantumagi_rules::policy::PolicyStatus;

use super::context::Context;
use super::follow::{Shown, follow};
use super::sight::Patience;
use super::*;
use crate::journal::Journal;
use crate::survey::Survey;

/// An account or an event whose numbers are all zero.
macro_rules! zeroed {
    ($account:ident) => {{
        let bytes: Vec<u8> = $account::DISCRIMINATOR.into_iter().chain([0; $account::LEN - 8]).collect();
        $account::decode(&bytes).expect("a whole account")
    }};
}

pub(super) const HERE: Address = Address::new_from_array([7; 32]);
/// Closed 50 s after its end; 10 s is on time.
pub(super) const PATIENCE: Patience = Patience { close_after: 50, late_after: 10 };

/// Follows one constitution, and remembers nothing but what its journal holds.
pub(super) struct Follower {
    journal: Journal,
    pub(super) context: Context,
}

impl Follower {
    pub(super) fn new() -> Self {
        let context = Context { sequence: Some(0), ..Context::default() };
        Self { journal: Journal::in_memory().expect("a journal"), context }
    }

    /// One look, as a process would that starts with it and is killed after it. What has changed.
    pub(super) fn look(&self, survey: &Survey, now: i64, events: &[Event]) -> Vec<(Key, Transition)> {
        let before = self.journal.open_instances(&HERE).expect("read");
        let mut open: BTreeMap<Key, Instance> = before.into_iter().map(|it| (it.key, it)).collect();
        let clock = ChainClock { slot: 1_000, epoch: 0, unix_timestamp: now };
        let (context, patience) = (&self.context, PATIENCE);
        let shown = Shown { survey, context, clock: &clock, patience, events, proof: None, is_given_up: false };
        let was_followed = |key: &Key| self.journal.instance(key).map(|it| it.is_some());
        let changes = follow(&mut open, &shown, was_followed).expect("read");
        self.journal.looked(&HERE, &open.values().collect::<Vec<_>>(), None).expect("written");
        changes.into_iter().map(|(instance, change)| (instance.key, change)).collect()
    }

    pub(super) fn instance(&self, key: &Key) -> Instance {
        self.journal.instance(key).expect("read").expect("it is followed")
    }

    /// What is behind it: each step, its deadline, when it ended, and how that is judged.
    #[track_caller]
    fn check_marks(&self, key: &Key, expected: &[(Step, Option<i64>, When, Timing)]) {
        let marks: Vec<_> =
            self.instance(key).marks.iter().map(|mark| (mark.step, mark.due_at, mark.at, mark.timing)).collect();
        assert_eq!(marks, expected);
    }
}

pub(super) fn survey() -> Survey {
    Survey::of(HERE, Constitution { next_proposal_id: 5, ..zeroed!(Constitution) })
}

pub(super) fn proposal(status: Status, updated_at: i64) -> Proposal {
    Proposal {
        id: 4,
        created_at: 90,
        starts_at: 100,
        ends_at: 200,
        cooloff_seconds: 10,
        timelock_seconds: 40,
        window_seconds: 30,
        updated_at,
        status: status as u8,
        ..zeroed!(Proposal)
    }
}

pub(super) fn with_proposal(proposal: Proposal) -> Survey {
    Survey { proposals: vec![proposal], ..survey() }
}

pub(super) fn closed(status: Status, at: i64) -> Event {
    Event::ProposalClosed(ProposalClosed {
        constitution: HERE,
        sequence: 0,
        at,
        proposal: pda::proposal(&HERE, 4),
        payer: HERE,
        forfeited_lamports: 0,
        status: status as u8,
        final_sequence: 0,
        final_hash: [0; 32],
    })
}

pub(super) fn executed(at: i64) -> Event {
    let proposal = pda::proposal(&HERE, 4);
    Event::ProposalExecuted(ProposalExecuted { proposal, sequence: 0, at, digest: [0; 32] })
}

pub(super) const CREATION: Key =
    Key { constitution: HERE, workflow: Workflow::PolicyCreation, about: About::Proposal(4) };
const COMPLIANCE: Key =
    Key { constitution: HERE, workflow: Workflow::ConstitutionalCompliance, about: About::Proposal(4) };

/// What has changed in one instance.
#[track_caller]
fn check(found: &[(Key, Transition)], key: &Key, expected: &[Transition]) {
    let of_it: Vec<&Transition> = found.iter().filter(|(it, _)| it == key).map(|(_, change)| change).collect();
    assert_eq!(of_it, expected.iter().collect::<Vec<_>>(), "{key}");
}

fn passed(step: Step, due_at: i64, at: When, timing: Timing) -> Transition {
    Transition::Passed(Mark { step, due_at: Some(due_at), at, timing })
}

use Timing::{Late, OnTime, Unseen};
use When::{At, By};

#[test]
fn keys_read_back() {
    for (workflow, about) in [
        (Workflow::PolicyCreation, About::Proposal(3)),
        (Workflow::ConstitutionalCompliance, About::Proposal(0)),
        (Workflow::PolicyEnforcement, About::Policy(u64::MAX)),
        (Workflow::EmergencyOversight, About::Emergency(2)),
        (Workflow::EmergencyOversight, About::Guardians(1)),
        (Workflow::AuditTransparency, About::Events(117)),
    ] {
        let key = Key { constitution: HERE, workflow, about };
        assert_eq!(key.to_string().parse(), Ok(key));
    }
    let guardians = Key { constitution: HERE, workflow: Workflow::EmergencyOversight, about: About::Guardians(1) };
    assert_eq!(guardians.to_string(), format!("{HERE}/emergency_oversight/guardians/1"));
    for wrong in ["", "x/policy_creation/3", &format!("{HERE}/policy/3"), &format!("{HERE}/policy_creation/-3")] {
        assert_eq!(
            wrong.parse::<Key>().map_err(|error| error.to_string()),
            Err(format!("{wrong:?} names no workflow: one is written like CONSTITUTION/policy_creation/3"))
        );
    }
}

#[test]
fn a_policy_that_is_created_on_time() {
    let follower = Follower::new();
    let begun = follower.look(&with_proposal(proposal(Status::Open, 90)), 95, &[]);
    check(&begun, &CREATION, &[Transition::Began]);
    let idle = follower.look(&with_proposal(proposal(Status::Open, 199)), 199, &[]);
    assert_eq!(idle, [], "nothing has changed");
    let ended = follower.look(&with_proposal(proposal(Status::Open, 199)), 200, &[]);
    check(&ended, &CREATION, &[passed(Step::Vote, 200, At(200), OnTime)]);
    let approved = follower.look(&with_proposal(proposal(Status::Succeeded, 210)), 230, &[]);
    check(&approved, &CREATION, &[passed(Step::Finalize, 210, At(210), OnTime)]);
    assert_eq!(follower.instance(&CREATION).due_at, Some(260), "it can be executed from 250 on");
    let done = follower.look(&with_proposal(proposal(Status::Executed, 255)), 258, &[]);
    check(&done, &CREATION, &[passed(Step::Execute, 260, At(255), OnTime)]);
    let over = follower.look(&survey(), 310, &[closed(Status::Executed, 308)]);
    let close = passed(Step::Close, 315, At(308), OnTime);
    check(&over, &CREATION, &[close, Transition::Ended(Verdict::Enacted)]);
    let instance = follower.instance(&CREATION);
    assert_eq!((instance.state(), instance.ended_at, instance.step), (State::Done, Some(308), None));
    let again = follower.look(&with_proposal(proposal(Status::Executed, 255)), 320, &[]);
    assert_eq!(again, [], "an endpoint that lags behind begins nothing anew");
}

#[test]
fn a_step_that_comes_late_is_overdue_first_and_late_for_ever() {
    let follower = Follower::new();
    follower.look(&with_proposal(proposal(Status::Open, 90)), 210, &[]);
    assert_eq!(follower.instance(&CREATION).state(), State::Running, "210 is the last second on time");
    let missed = follower.look(&with_proposal(proposal(Status::Open, 90)), 211, &[]);
    check(&missed, &CREATION, &[Transition::Overdue { step: Step::Finalize, due_at: 210 }]);
    assert_eq!(follower.instance(&CREATION).state(), State::Overdue);
    assert_eq!(follower.look(&with_proposal(proposal(Status::Open, 90)), 230, &[]), [], "that is told once");
    // So late that the timelock is over: what follows is measured from here.
    let late = follower.look(&with_proposal(proposal(Status::Succeeded, 264)), 265, &[]);
    check(&late, &CREATION, &[passed(Step::Finalize, 210, At(264), Late)]);
    let instance = follower.instance(&CREATION);
    assert_eq!((instance.state(), instance.due_at), (State::Running, Some(274)));
    let done = follower.look(&with_proposal(proposal(Status::Executed, 274)), 275, &[]);
    check(&done, &CREATION, &[passed(Step::Execute, 274, At(274), OnTime)]);
}

#[test]
fn an_approved_policy_that_nobody_executes_fails_and_a_defeated_one_does_not() {
    let follower = Follower::new();
    follower.look(&with_proposal(proposal(Status::Succeeded, 205)), 240, &[]);
    let missed = follower.look(&with_proposal(proposal(Status::Succeeded, 205)), 261, &[]);
    check(&missed, &CREATION, &[Transition::Overdue { step: Step::Execute, due_at: 260 }]);
    follower.look(&with_proposal(proposal(Status::Succeeded, 205)), 280, &[]);
    let instance = follower.instance(&CREATION);
    assert_eq!(
        (instance.step, instance.due_at, instance.verdict),
        (Some(Step::Expire), Some(290), Some(Verdict::Expired))
    );
    let written = follower.look(&with_proposal(proposal(Status::Expired, 285)), 286, &[]);
    check(&written, &CREATION, &[passed(Step::Expire, 290, At(285), OnTime)]);
    let over = follower.look(&survey(), 345, &[closed(Status::Expired, 340)]);
    check(&over, &CREATION, &[passed(Step::Close, 345, At(340), OnTime), Transition::Ended(Verdict::Expired)]);
    assert_eq!(follower.instance(&CREATION).state(), State::Failed);

    let follower = Follower::new();
    follower.look(&with_proposal(proposal(Status::Defeated, 203)), 204, &[]);
    follower.look(&survey(), 260, &[closed(Status::Defeated, 259)]);
    follower.check_marks(
        &CREATION,
        &[
            (Step::Vote, Some(200), At(200), OnTime),
            (Step::Finalize, Some(210), At(203), OnTime),
            (Step::Close, Some(263), At(259), OnTime),
        ],
    );
    assert_eq!(follower.instance(&CREATION).state(), State::Done);
}

#[test]
fn what_happens_while_the_crank_is_off_is_judged_by_what_the_chain_tells() {
    // Another crank does everything on time, and all of it is closed when this one comes back.
    let follower = Follower::new();
    follower.look(&with_proposal(proposal(Status::Open, 90)), 150, &[]);
    follower.look(&survey(), 900, &[executed(256), closed(Status::Executed, 310)]);
    follower.check_marks(
        &CREATION,
        &[
            (Step::Vote, Some(200), At(200), OnTime),
            (Step::Finalize, Some(210), By(256), Unseen),
            (Step::Execute, Some(260), At(256), OnTime),
            (Step::Close, Some(316), At(310), OnTime),
        ],
    );
    assert_eq!(follower.instance(&CREATION).verdict, Some(Verdict::Enacted));

    // Nobody does anything: the next start finds the deadline missed.
    let follower = Follower::new();
    follower.look(&with_proposal(proposal(Status::Succeeded, 205)), 206, &[]);
    let back = follower.look(&with_proposal(proposal(Status::Succeeded, 205)), 275, &[]);
    check(&back, &CREATION, &[Transition::Overdue { step: Step::Execute, due_at: 260 }]);

    // Somebody did it, too late, and the closing too.
    let follower = Follower::new();
    follower.look(&with_proposal(proposal(Status::Succeeded, 205)), 206, &[]);
    follower.look(&survey(), 900, &[executed(261), closed(Status::Executed, 322)]);
    follower.check_marks(
        &CREATION,
        &[
            (Step::Vote, Some(200), At(200), OnTime),
            (Step::Finalize, Some(210), At(205), OnTime),
            (Step::Execute, Some(260), At(261), Late),
            (Step::Close, Some(321), At(322), Late),
        ],
    );
}

#[test]
fn an_event_that_is_read_before_the_account_is_gone_is_not_forgotten() {
    let follower = Follower::new();
    follower.look(&with_proposal(proposal(Status::Executed, 255)), 256, &[]);
    // The endpoint that tells of accounts lags behind the one that tells of events.
    follower.look(&with_proposal(proposal(Status::Executed, 255)), 310, &[closed(Status::Executed, 309)]);
    assert_eq!(follower.instance(&CREATION).ended_at, None);
    assert_eq!(follower.look(&survey(), 311, &[]).len(), 2);
    assert_eq!(follower.instance(&CREATION).ended_at, Some(309));
    // An account that is not shown is not closed for that.
    let follower = Follower::new();
    follower.look(&with_proposal(proposal(Status::Executed, 255)), 256, &[]);
    assert_eq!(follower.look(&survey(), 257, &[]), []);
}

fn attested(status: Status, updated_at: i64, is_attested: u8) -> Proposal {
    let mut citations = [Citation { principle_id: 0, version: 0 }; 8];
    citations[0] = Citation { principle_id: 2, version: 1 };
    Proposal {
        citations,
        unattested_threshold_bps: 7_500,
        threshold_bps: 6_000,
        is_attested,
        ..proposal(status, updated_at)
    }
}

fn with_principle(version: u32, is_retired: u8) -> Follower {
    let mut follower = Follower::new();
    follower.context.principles.insert(2, Principle { id: 2, version, is_retired, ..zeroed!(Principle) });
    follower
}

#[test]
fn a_proposal_that_keeps_to_the_constitution() {
    let follower = with_principle(1, 0);
    follower.look(&with_proposal(attested(Status::Open, 90, 0)), 150, &[]);
    let instance = follower.instance(&COMPLIANCE);
    assert_eq!((instance.step, instance.due_at), (Some(Step::Attest), Some(200)));
    let signed = follower.look(&with_proposal(attested(Status::Open, 160, 1)), 170, &[]);
    check(&signed, &COMPLIANCE, &[passed(Step::Attest, 200, By(170), OnTime)]);
    let reviewed = follower.look(&with_proposal(attested(Status::Succeeded, 201, 1)), 249, &[]);
    check(&reviewed, &COMPLIANCE, &[passed(Step::Review, 250, At(249), OnTime)]);
    let settled = follower.look(&with_proposal(attested(Status::Executed, 251, 1)), 252, &[]);
    let mark = Mark { step: Step::Settle, due_at: None, at: At(251), timing: OnTime };
    check(&settled, &COMPLIANCE, &[Transition::Passed(mark), Transition::Ended(Verdict::Compliant)]);
}

#[test]
fn what_stands_against_a_proposal_is_found_and_fails_it_if_it_stands_to_the_end() {
    let mut follower = with_principle(2, 0);
    let outdated = "it rests on principle 2 as of version 1: principle 2 has version 2";
    let found = follower.look(&with_proposal(attested(Status::Open, 90, 1)), 150, &[]);
    let Some((_, Transition::Found(Some(words)))) = found.iter().find(|(_, it)| matches!(it, Transition::Found(_)))
    else {
        panic!("{found:?}")
    };
    assert!(words.starts_with(outdated), "{words}");
    follower.context.principles.insert(2, Principle { id: 2, version: 1, ..zeroed!(Principle) });
    let mended = follower.look(&with_proposal(attested(Status::Open, 90, 1)), 160, &[]);
    check(&mended, &COMPLIANCE, &[Transition::Found(None)]);

    let silent = follower.look(&with_proposal(attested(Status::Open, 90, 1)), 170, &[]);
    assert_eq!(silent, []);
    let follower = with_principle(1, 0);
    follower.look(&with_proposal(attested(Status::Open, 90, 0)), 150, &[]);
    let late = follower.look(&with_proposal(attested(Status::Succeeded, 203, 0)), 251, &[]);
    let words = "nobody attested it while it was voted on: 7500 basis points were needed instead of 6000";
    check(&late, &COMPLIANCE, &[passed(Step::Review, 250, At(251), Late), Transition::Found(Some(words.to_owned()))]);
    follower.look(&with_proposal(attested(Status::Executed, 255, 0)), 256, &[]);
    let instance = follower.instance(&COMPLIANCE);
    assert_eq!((instance.state(), instance.verdict), (State::Failed, Some(Verdict::Breach)));
    assert_eq!(instance.finding.as_deref(), Some(words));
}

#[test]
fn a_review_that_cannot_be_made_is_overdue() {
    let follower = Follower::new();
    follower.look(&with_proposal(attested(Status::Succeeded, 203, 1)), 250, &[]);
    assert_eq!(follower.instance(&COMPLIANCE).state(), State::Running);
    let missed = follower.look(&with_proposal(attested(Status::Succeeded, 203, 1)), 251, &[]);
    check(&missed, &COMPLIANCE, &[Transition::Overdue { step: Step::Review, due_at: 250 }]);
    follower.look(&with_proposal(attested(Status::Defeated, 260, 1)), 261, &[]);
    assert_eq!(follower.instance(&COMPLIANCE).verdict, Some(Verdict::Moot));
}

fn policy(status: PolicyStatus, sunset_at: i64) -> Survey {
    let policy = Policy { id: 3, adopted_at: 100, sunset_at, status: status as u8, ..zeroed!(Policy) };
    Survey { policies: vec![policy], ..survey() }
}

const POLICY: Key = Key { constitution: HERE, workflow: Workflow::PolicyEnforcement, about: About::Policy(3) };

#[test]
fn a_policy_is_ended_by_its_clock_written_down_and_closed() {
    let follower = Follower::new();
    follower.look(&policy(PolicyStatus::Active, 500), 499, &[]);
    assert_eq!(follower.instance(&POLICY).step, Some(Step::Serve));
    follower.look(&policy(PolicyStatus::Active, 500), 511, &[]);
    assert_eq!(follower.instance(&POLICY).state(), State::Overdue, "nobody has written it down");
    let written = follower.look(&policy(PolicyStatus::Sunset, 500), 530, &[]);
    check(&written, &POLICY, &[passed(Step::Sunset, 510, By(530), Late)]);
    let closed = Event::PolicyClosed(quantumagi_interface::events::PolicyClosed {
        constitution: HERE,
        sequence: 0,
        at: 551,
        policy_id: 3,
        payer: HERE,
    });
    let over = follower.look(&survey(), 600, &[closed]);
    check(&over, &POLICY, &[passed(Step::Close, 560, At(551), OnTime), Transition::Ended(Verdict::Sunset)]);
}

#[test]
fn a_vote_ends_a_policy() {
    let follower = Follower::new();
    follower.look(&policy(PolicyStatus::Active, 0), 400, &[]);
    assert_eq!(follower.instance(&POLICY).due_at, None, "no clock ends it");
    let repealed =
        Event::PolicyRepealed(PolicyRepealed { constitution: HERE, sequence: 0, at: 420, mandate: HERE, policy_id: 3 });
    follower.look(&policy(PolicyStatus::Repealed, 0), 430, &[repealed]);
    let instance = follower.instance(&POLICY);
    assert_eq!((instance.verdict, instance.due_at), (Some(Verdict::Repealed), Some(430)), "it can be closed at once");
    follower.check_marks(&POLICY, &[(Step::Serve, None, At(420), OnTime)]);
}

fn act(outcome: Outcome, activated_at: i64) -> Survey {
    let mut act =
        EmergencyAction { id: 2, opened_at: 100, opened_slot: 950, outcome: outcome as u8, ..zeroed!(EmergencyAction) };
    if activated_at != 0 {
        let ratify_by = activated_at + i64::from(RATIFY_SECONDS);
        (act.activated_at, act.ratify_by, act.expires_at, act.seconds) =
            (activated_at, ratify_by, activated_at + 3_600, 3_600);
    }
    Survey { emergencies: vec![act], ..survey() }
}

const ACT: Key = Key { constitution: HERE, workflow: Workflow::EmergencyOversight, about: About::Emergency(2) };

#[test]
fn an_emergency_act_is_confirmed_or_lapses() {
    let ratify_by = 110 + i64::from(RATIFY_SECONDS);
    let follower = Follower::new();
    follower.look(&act(Outcome::Open, 0), 101, &[]);
    let active = follower.look(&act(Outcome::Active, 110), 120, &[]);
    let approve = Mark { step: Step::Approve, due_at: None, at: At(110), timing: OnTime };
    check(&active, &ACT, &[Transition::Passed(approve)]);
    assert_eq!(follower.instance(&ACT).due_at, Some(ratify_by));
    let confirmed = follower.look(&act(Outcome::Ratified, 110), 5_000, &[]);
    let serve = passed(Step::Serve, 3_710, At(3_710), OnTime);
    check(&confirmed, &ACT, &[passed(Step::Ratify, ratify_by, By(5_000), OnTime), serve]);
    assert_eq!(follower.instance(&ACT).verdict, Some(Verdict::Ratified));

    let follower = Follower::new();
    follower.look(&act(Outcome::Active, 110), 120, &[]);
    follower.look(&act(Outcome::Active, 110), ratify_by, &[]);
    let instance = follower.instance(&ACT);
    assert_eq!((instance.step, instance.verdict), (Some(Step::Lapse), Some(Verdict::Lapsed)));
    let missed = follower.look(&act(Outcome::Active, 110), ratify_by + 11, &[]);
    check(&missed, &ACT, &[Transition::Overdue { step: Step::Lapse, due_at: ratify_by + 10 }]);
    let late = follower.look(&act(Outcome::Lapsed, 110), ratify_by + 12, &[]);
    check(&late, &ACT, &[passed(Step::Lapse, ratify_by + 10, By(ratify_by + 12), Late)]);
}

fn guardians(version: u32, threshold: u8, adopted_at: i64, seen_at: i64) -> Guardians {
    let (term_ends_at, count) = (adopted_at + 86_400, if threshold == 0 { 0 } else { 3 });
    Guardians { version, threshold, count, adopted_at, term_ends_at, seen_at: [seen_at; 9], ..zeroed!(Guardians) }
}

#[test]
fn guardians_are_chosen_again_before_their_term_ends_or_that_is_late() {
    let key = |version| Key { about: About::Guardians(version), ..ACT };
    let mut follower = Follower::new();
    follower.context.guardians = Some(guardians(1, 2, 100, 0));
    let found = follower.look(&survey(), 200, &[]);
    let words = "0 of 3 guardians were heard of in time, and 2 must approve an act".to_owned();
    check(&found, &key(1), &[Transition::Began, Transition::Found(Some(words))]);
    follower.context.guardians = Some(guardians(1, 2, 100, 150));
    check(&follower.look(&survey(), 300, &[]), &key(1), &[Transition::Found(None)]);
    let missed = follower.look(&survey(), 86_501, &[]);
    check(&missed, &key(1), &[Transition::Overdue { step: Step::Renew, due_at: 86_500 }]);
    follower.context.guardians = Some(guardians(2, 2, 90_000, 90_000));
    let renewed = follower.look(&survey(), 90_001, &[]);
    let late = passed(Step::Renew, 86_500, At(90_000), Late);
    check(&renewed, &key(1), &[late, Transition::Ended(Verdict::Renewed)]);
    check(&renewed, &key(2), &[Transition::Began]);
    follower.context.guardians = Some(guardians(3, 0, 91_000, 0));
    check(&follower.look(&survey(), 91_001, &[]), &key(2), &[Transition::Ended(Verdict::Removed)]);
}

#[test]
fn an_unknown_chain_of_events_is_no_instance() {
    let chain = EventChain { hash: [1; 32], sequence: 9 };
    let quiet = Survey::of(HERE, Constitution { chain, ..zeroed!(Constitution) });
    assert_eq!(Follower::new().look(&quiet, 10, &[]), []);
}
