//! Every life a small proposal can have, one state at a time.
//!
//! The model takes each step through the table and the arithmetic that the program runs; the properties are counted
//! anew, by hand. The clock advances and jumps. What is checked: nothing is executed without threshold, quorum and
//! delay, nothing that is final changes, nothing that was vetoed or held back runs.
#![allow(clippy::arithmetic_side_effects, reason = "small numbers, in a test")]

use quantumagi_rules::approval::{ApprovalRule, Tally};
use quantumagi_rules::attestation::Attestation;
use quantumagi_rules::ballot::Choice;
use quantumagi_rules::lifecycle::{check_step, phase, Phase, Status, Step, Times, Timetable, VotingEnd};
use quantumagi_rules::veto::{is_vetoed, with_ballot};
use quantumagi_rules::{Bps, UnixSeconds, Weight};
use stateright::{Checker, Model, Property};

/// Three people: 60 % of those who vote, and half of all, are needed.
const WEIGHTS: [u64; 3] = [45, 35, 20];
const TOTAL: u64 = 100;
const RULE: ApprovalRule = ApprovalRule { threshold: Bps(6_000), quorum: Bps(5_000), min_for: Bps(3_000) };
/// Two of three can stop it.
const VETO_WEIGHTS: [u64; 3] = [40, 30, 30];
const VETO_BPS: Bps = Bps(5_000);
/// Without a good report it takes this much.
const UNATTESTED: Bps = Bps(8_000);
const MARK: Bps = Bps(7_000);

const STARTS_AT: i64 = 1;
const ENDS_AT: i64 = 3;
const EXTENSION: u32 = 1;
const COOL_OFF: u32 = 1;
const TIMELOCK: u32 = 2;
const WINDOW: u32 = 2;
/// Long enough for an extension, a hold and everything after it.
const LAST: i64 = 14;
/// How long guardians can hold it, once.
const HOLD: i64 = 3;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Life {
    now: i64,
    status: Status,
    ballots: [Option<Choice>; 3],
    veto_ballots: [u8; 32],
    veto_weight: u64,
    score: Option<u16>,
    ends_at: i64,
    was_extended: bool,
    held_until: i64,
    /// What was written first of all that is final, and when.
    ended: Option<(Status, i64)>,
    is_closed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Act {
    Pass(i64),
    Vote(usize, Choice),
    Veto(usize),
    Attest(u16),
    Hold,
    Cancel,
    Finalize,
    Execute,
    Expire,
    Close,
}

/// Whether ballots can be changed, or end the vote once they settle it; and whether there is an attestor.
struct Proposal {
    is_final: bool,
    is_attested: bool,
}

impl Life {
    fn times(&self) -> Timetable {
        let times = Times {
            starts_at: UnixSeconds(STARTS_AT),
            ends_at: UnixSeconds(self.ends_at),
            cooloff_seconds: COOL_OFF,
            timelock_seconds: TIMELOCK,
            window_seconds: WINDOW,
            held_until: UnixSeconds(self.held_until),
        };
        Timetable::new(&times).expect("small numbers")
    }

    fn phase(&self) -> Phase {
        phase(self.status, &self.times(), UnixSeconds(self.now))
    }

    fn tally(&self) -> Tally {
        let cast = self.ballots.iter().zip(WEIGHTS).filter_map(|(ballot, weight)| Some(((*ballot)?, weight)));
        cast.fold(Tally::default(), |tally, (choice, weight)| {
            tally.with_ballot(None, choice, Weight(weight)).expect("small numbers")
        })
    }

    fn end(&mut self, status: Status) {
        self.status = status;
        let is_final = !matches!(status, Status::Open | Status::Succeeded);
        if is_final && self.ended.is_none() {
            self.ended = Some((status, self.now));
        }
    }

    /// For, against and abstaining, counted without the rules.
    fn counted(&self) -> [u64; 3] {
        [Choice::For, Choice::Against, Choice::Abstain].map(|wanted| {
            let said = self.ballots.iter().zip(WEIGHTS).filter(|(ballot, _)| **ballot == Some(wanted));
            said.map(|(_, weight)| weight).sum()
        })
    }
}

impl Proposal {
    fn attestation(&self, life: &Life) -> Option<Attestation> {
        let score = life.score.map(Bps);
        self.is_attested.then_some(Attestation { mark: MARK, unattested_threshold: UNATTESTED, score })
    }

    fn rule(&self, life: &Life) -> ApprovalRule {
        self.attestation(life).map_or(RULE, |attestation| attestation.deciding(RULE))
    }

    fn is_settled(&self, life: &Life) -> bool {
        let (tally, total) = (life.tally(), Weight(TOTAL));
        let settled = self
            .attestation(life)
            .map_or_else(|| RULE.is_settled(tally, total), |attestation| attestation.is_settled(RULE, tally, total));
        self.is_final && settled
    }

    fn step_of(act: &Act) -> Option<Step> {
        Some(match act {
            Act::Pass(_) => return None,
            Act::Vote(..) => Step::Vote,
            Act::Veto(_) => Step::Veto,
            Act::Attest(_) => Step::Attest,
            Act::Hold => Step::Hold,
            Act::Cancel => Step::Cancel,
            Act::Finalize => Step::Finalize,
            Act::Execute => Step::Execute,
            Act::Expire => Step::Expire,
            Act::Close => Step::Close,
        })
    }

    fn vote(&self, life: &mut Life, voter: usize, choice: Choice) -> Option<()> {
        let previous = life.ballots[voter];
        if previous == Some(choice) || (self.is_final && previous.is_some()) {
            return None;
        }
        let before = life.tally();
        life.ballots[voter] = Some(choice);
        let rule = self.rule(life);
        let end = VotingEnd { ends_at: UnixSeconds(life.ends_at), was_extended: life.was_extended };
        let after = life.tally();
        let meets_quorum = || rule.meets_quorum(before, after, Weight(TOTAL));
        let end = end.after_ballot(self.is_settled(life), EXTENSION, UnixSeconds(life.now), meets_quorum);
        (life.ends_at, life.was_extended) = (end.ends_at.0, end.was_extended);
        Some(())
    }
}

impl Model for Proposal {
    type State = Life;
    type Action = Act;

    fn init_states(&self) -> Vec<Life> {
        vec![Life {
            now: 0,
            status: Status::Open,
            ballots: [None; 3],
            veto_ballots: [0; 32],
            veto_weight: 0,
            score: None,
            ends_at: ENDS_AT,
            was_extended: false,
            held_until: 0,
            ended: None,
            is_closed: false,
        }]
    }

    fn actions(&self, life: &Life, actions: &mut Vec<Act>) {
        if life.is_closed {
            return;
        }
        // Everybody tries everything at any time: the table alone refuses.
        actions.extend([Act::Pass(1), Act::Pass(5)]);
        for voter in 0..WEIGHTS.len() {
            actions.extend([Choice::For, Choice::Against, Choice::Abstain].map(|choice| Act::Vote(voter, choice)));
        }
        actions.extend((0..VETO_WEIGHTS.len()).map(Act::Veto));
        actions.extend([0, MARK.0].map(Act::Attest));
        actions.extend([Act::Hold, Act::Cancel, Act::Finalize, Act::Execute, Act::Expire, Act::Close]);
    }

    fn next_state(&self, life: &Life, act: Act) -> Option<Life> {
        let mut next = life.clone();
        if let Some(step) = Self::step_of(&act) {
            check_step(life.phase(), step).ok()?;
        }
        match act {
            Act::Pass(seconds) => {
                next.now = life.now + seconds;
                return (next.now <= LAST).then_some(next);
            }
            Act::Vote(voter, choice) => self.vote(&mut next, voter, choice)?,
            Act::Veto(member) => {
                let weight = Weight(VETO_WEIGHTS[member]);
                let index = u32::try_from(member).expect("three members");
                let sum = with_ballot(&mut next.veto_ballots, index, Weight(life.veto_weight), weight).ok()?;
                next.veto_weight = sum.0;
                if is_vetoed(sum, Weight(TOTAL), VETO_BPS) {
                    next.end(Status::Vetoed);
                }
            }
            Act::Attest(_) if !self.is_attested || life.score.is_some() => return None,
            Act::Attest(score) => next.score = Some(score),
            Act::Hold if life.held_until > 0 => return None,
            Act::Hold => next.held_until = life.now + HOLD,
            Act::Cancel => next.end(Status::Cancelled),
            Act::Finalize => {
                let passes = self.rule(life).check(life.tally(), Weight(TOTAL)).is_ok();
                next.end(if passes { Status::Succeeded } else { Status::Defeated });
            }
            Act::Execute => next.end(Status::Executed),
            Act::Expire => next.end(Status::Expired),
            Act::Close => next.is_closed = true,
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("nothing is executed without threshold and quorum", |model: &Self, life: &Life| {
                let [yes, no, abstaining] = life.counted();
                let is_reported = !model.is_attested || life.score.is_some_and(|score| score >= MARK.0);
                let needed = if is_reported { 60 } else { 80 };
                let passes = yes * 100 >= needed * (yes + no) && yes + no + abstaining >= 50 && yes >= 30;
                executed(life).is_none() || passes
            }),
            Property::always("nothing is executed before every delay is over", |_: &Self, life: &Life| {
                let opens_at = (life.ends_at + i64::from(COOL_OFF) + i64::from(TIMELOCK)).max(life.held_until);
                executed(life).is_none_or(|at| opens_at <= at && at < opens_at + i64::from(WINDOW))
            }),
            Property::always("nothing that was vetoed is executed", |_: &Self, life: &Life| {
                let against: u64 = (0..VETO_WEIGHTS.len())
                    .filter(|member| life.veto_ballots[0] & (1 << member) != 0)
                    .map(|member| VETO_WEIGHTS[member])
                    .sum();
                against == life.veto_weight && (against < 50 || executed(life).is_none())
            }),
            Property::always("nothing is vetoed after the cool-off, written down or not", |_: &Self, life: &Life| {
                life.ended
                    .is_none_or(|(status, at)| status != Status::Vetoed || at < life.ends_at + i64::from(COOL_OFF))
            }),
            Property::always("what is final stays as it is", |_: &Self, life: &Life| {
                life.ended.is_none_or(|(status, _)| status == life.status)
            }),
            Property::always("only what is final is closed", |_: &Self, life: &Life| {
                !life.is_closed || life.ended.is_some()
            }),
            Property::always("voting is extended once and ends early only where ballots are final", {
                |model: &Self, life: &Life| {
                    let latest = ENDS_AT + i64::from(EXTENSION);
                    life.ends_at <= latest && (life.ends_at >= ENDS_AT || model.is_final)
                }
            }),
            Property::sometimes("some are executed", |_: &Self, life: &Life| executed(life).is_some()),
            Property::sometimes("some are executed after a hold", |_: &Self, life: &Life| {
                executed(life).is_some() && life.held_until > 0
            }),
            Property::sometimes("some are vetoed after they passed", |_: &Self, life: &Life| {
                life.status == Status::Vetoed && life.now >= life.ends_at
            }),
            Property::sometimes("some are defeated", |_: &Self, life: &Life| life.status == Status::Defeated),
            Property::sometimes("some are withdrawn", |_: &Self, life: &Life| life.status == Status::Cancelled),
            Property::sometimes("some expire", |_: &Self, life: &Life| life.status == Status::Expired),
            Property::sometimes("some are extended", |_: &Self, life: &Life| life.was_extended),
        ]
    }
}

/// When it was executed, if it was.
fn executed(life: &Life) -> Option<i64> {
    life.ended.filter(|(status, _)| *status == Status::Executed).map(|(_, at)| at)
}

#[test]
fn l1_x3_x4_e5_t5_no_path_leads_to_execution_without_threshold_quorum_and_delay() {
    let mut states = 0;
    for (is_final, is_attested) in [(false, false), (true, false), (false, true), (true, true)] {
        let checker = Proposal { is_final, is_attested }.checker().threads(2).spawn_bfs().join();
        checker.assert_properties();
        println!("ballots final {is_final}, attestor {is_attested}: {} states", checker.unique_state_count());
        states += checker.unique_state_count();
    }
    println!("{states} states of the lifecycle checked");
    assert!(states > 100_000, "{states} states are too few to mean anything");
}
