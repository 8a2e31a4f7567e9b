//! Whole lives from bytes: what people do to a deposit, a proposal and a roster, in any order and at any time.
//!
//! Each step goes through the rules that the program runs; what must hold is counted anew, from a plain list of what was
//! done.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use quantumagi_rules::approval::{ApprovalRule, Tally};
use quantumagi_rules::ballot::Choice;
use quantumagi_rules::deposit::{Asker, Holding, PoolTotals};
use quantumagi_rules::lifecycle::{Status, Step, Times, Timetable, VotingEnd, check_step, phase};
use quantumagi_rules::roster::Filling;
use quantumagi_rules::veto::{is_vetoed, with_ballot};
use quantumagi_rules::{Bps, UnixSeconds, Weight};

const MATURITY: u32 = 3_600;
const RULE: ApprovalRule = ApprovalRule { threshold: Bps(6_000), quorum: Bps(2_000), min_for: Bps(1_000) };
const WEIGHTS: [u64; 5] = [50, 25, 15, 9, 1];
const TOTAL: u64 = 100;

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Act {
    Pass(u16),
    Jump(i32),
    Add(u64),
    Mature { next_proposal: u16, is_owner: bool },
    Withdraw(u64),
    Lock(u16),
    Vote { voter: u8, choice: u8 },
    Veto(u8),
    Hold(u16),
    Cancel,
    Finalize,
    Execute,
    Expire,
    Join { voter: u8, weight: u64 },
}

#[derive(Arbitrary, Debug)]
struct Story {
    is_final: bool,
    extension_seconds: u16,
    cooloff_seconds: u16,
    timelock_seconds: u16,
    acts: Vec<Act>,
}

struct World {
    now: i64,
    holding: Holding,
    totals: PoolTotals,
    /// Everything that came in and went out.
    deposited: u128,
    withdrawn: u128,
    status: Status,
    times: Times,
    was_extended: bool,
    tally: Tally,
    ballots: [Option<Choice>; 5],
    vetoes: [u8; 32],
    veto_weight: Weight,
    ended: Option<Status>,
    filling: Filling,
    members: Vec<([u8; 32], u64)>,
}

fuzz_target!(|story: Story| {
    let mut world = World::new(&story);
    for act in story.acts.iter().take(200) {
        world.step(&story, *act);
        world.check();
    }
});

impl World {
    fn new(story: &Story) -> Self {
        Self {
            now: 0,
            holding: Holding::default(),
            totals: PoolTotals::default(),
            deposited: 0,
            withdrawn: 0,
            status: Status::Open,
            times: Times {
                starts_at: UnixSeconds(60),
                ends_at: UnixSeconds(7_260),
                cooloff_seconds: story.cooloff_seconds.into(),
                timelock_seconds: story.timelock_seconds.into(),
                window_seconds: 7_200,
                held_until: UnixSeconds(0),
            },
            was_extended: false,
            tally: Tally::default(),
            ballots: [None; 5],
            vetoes: [0; 32],
            veto_weight: Weight(0),
            ended: None,
            filling: Filling { declared: 100, count: 0, total: Weight(0), last: [0; 32] },
            members: Vec::new(),
        }
    }

    fn may(&self, step: Step) -> bool {
        let times = Timetable::new(&self.times).expect("far from the end of time");
        check_step(phase(self.status, &times, UnixSeconds(self.now)), step).is_ok()
    }

    fn hold(&mut self, after: Holding) {
        self.totals = self.totals.with_change(&self.holding, &after).expect("the deposit is part of the totals");
        self.holding = after;
    }

    fn step(&mut self, story: &Story, act: Act) {
        let now = UnixSeconds(self.now);
        match act {
            Act::Pass(seconds) => self.now += i64::from(seconds),
            Act::Jump(seconds) => self.now += i64::from(seconds),
            Act::Add(amount) => {
                if let Ok(after) = self.holding.with_added(Weight(amount), MATURITY, now) {
                    // The mint's supply fits 64 bits, and so does all of it.
                    if self.deposited + u128::from(amount) <= u128::from(u64::MAX) {
                        self.deposited += u128::from(amount);
                        self.hold(after);
                    }
                }
            }
            Act::Mature { next_proposal, is_owner } => {
                let asker = if is_owner { Asker::Owner } else { Asker::Stranger };
                // Ids only grow.
                let latest = self.holding.checkpoints.iter().map(|place| place.from_proposal).max().unwrap_or(0);
                let next = latest + u64::from(next_proposal % 3);
                if let Ok(after) = self.holding.with_matured(next, MATURITY, asker, now) {
                    self.hold(after);
                }
            }
            Act::Withdraw(amount) => {
                let before = self.holding;
                if let Ok(after) = before.with_withdrawn(Weight(amount), now) {
                    let took_matured = after.matured() < before.matured();
                    assert!(!took_matured || before.locked_until <= now, "what backs a vote stays");
                    for proposal in 0..600 {
                        assert!(after.weight_for(proposal) <= before.weight_for(proposal), "no weight rises");
                    }
                    self.withdrawn += u128::from(amount);
                    self.hold(after);
                }
            }
            Act::Lock(seconds) => {
                let end = UnixSeconds(self.now.saturating_add(i64::from(seconds)));
                let after = self.holding.with_lock(end);
                assert!(after.locked_until >= self.holding.locked_until);
                self.hold(after);
            }
            Act::Vote { voter, choice } => self.vote(story, usize::from(voter % 5), choice),
            Act::Veto(member) => self.veto(member),
            Act::Hold(seconds) if self.may(Step::Hold) => {
                self.times.held_until = UnixSeconds(self.now + i64::from(seconds));
            }
            Act::Cancel if self.may(Step::Cancel) => self.end(Status::Cancelled),
            Act::Finalize if self.may(Step::Finalize) => {
                let passes = RULE.check(self.tally, Weight(TOTAL)).is_ok();
                self.end(if passes { Status::Succeeded } else { Status::Defeated });
            }
            Act::Execute if self.may(Step::Execute) => {
                let delay = i64::from(story.cooloff_seconds) + i64::from(story.timelock_seconds);
                assert!(self.now >= self.times.ends_at.0 + delay && now >= self.times.held_until);
                self.end(Status::Executed);
            }
            Act::Expire if self.may(Step::Expire) => self.end(Status::Expired),
            Act::Join { voter, weight } => {
                let voter = [voter; 32];
                if let Ok(filling) = self.filling.with_member(&voter, Weight(weight)) {
                    assert!(self.members.last().is_none_or(|(last, _)| *last < voter), "ascending, so nobody twice");
                    self.members.push((voter, weight));
                    self.filling = filling;
                }
            }
            Act::Hold(_) | Act::Cancel | Act::Finalize | Act::Execute | Act::Expire => {}
        }
    }

    fn vote(&mut self, story: &Story, voter: usize, choice: u8) {
        let Some(choice) = Choice::from_bits(choice % 4) else { return };
        let previous = self.ballots[voter];
        let is_refused = previous == Some(choice) || (story.is_final && previous.is_some());
        if is_refused || !self.may(Step::Vote) {
            return;
        }
        let before = self.tally;
        self.tally = before.with_ballot(previous, choice, Weight(WEIGHTS[voter])).expect("the electorate fits");
        self.ballots[voter] = Some(choice);
        let is_settled = story.is_final && RULE.is_settled(self.tally, Weight(TOTAL));
        let meets_quorum = || RULE.meets_quorum(before, self.tally, Weight(TOTAL));
        let end = VotingEnd { ends_at: self.times.ends_at, was_extended: self.was_extended };
        let end = end.after_ballot(is_settled, story.extension_seconds.into(), UnixSeconds(self.now), meets_quorum);
        if is_settled {
            // Whoever has not voted can vote as they like: the outcome stays.
            let passes = RULE.check(self.tally, Weight(TOTAL)).is_ok();
            for rest in [Choice::For, Choice::Against, Choice::Abstain] {
                let left = (0..5).filter(|voter| self.ballots[*voter].is_none());
                let all = left.fold(self.tally, |tally, voter| {
                    tally.with_ballot(None, rest, Weight(WEIGHTS[voter])).expect("the electorate fits")
                });
                assert_eq!(RULE.check(all, Weight(TOTAL)).is_ok(), passes, "settled is settled");
            }
        }
        (self.times.ends_at, self.was_extended) = (end.ends_at, end.was_extended);
    }

    fn veto(&mut self, member: u8) {
        if !self.may(Step::Veto) {
            return;
        }
        let index = u32::from(member % 5);
        let weight = Weight(WEIGHTS[usize::from(member % 5)]);
        if let Ok(sum) = with_ballot(&mut self.vetoes, index, self.veto_weight, weight) {
            self.veto_weight = sum;
            if is_vetoed(sum, Weight(TOTAL), Bps(5_000)) {
                self.end(Status::Vetoed);
            }
        }
    }

    fn end(&mut self, status: Status) {
        assert!(self.ended.is_none(), "{:?} is final and became {status:?}", self.ended);
        self.status = status;
        if status != Status::Succeeded {
            self.ended = Some(status);
        }
    }

    fn check(&self) {
        assert!(self.holding.is_sound(), "{:?}", self.holding);
        let held = u128::from(self.holding.fresh.0) + u128::from(self.holding.matured().0);
        assert_eq!(held, self.deposited - self.withdrawn, "nothing appears and nothing vanishes");
        assert_eq!(u128::from(self.totals.total.0), held, "the pool holds what its deposits hold");
        assert_eq!(self.totals.matured, self.holding.matured());
        let counted = |wanted| -> u64 {
            let said = self.ballots.iter().zip(WEIGHTS).filter(|(ballot, _)| **ballot == Some(wanted));
            said.map(|(_, weight)| weight).sum()
        };
        let Tally { for_weight, against_weight, abstain_weight } = self.tally;
        assert_eq!(
            [for_weight.0, against_weight.0, abstain_weight.0],
            [Choice::For, Choice::Against, Choice::Abstain].map(counted),
            "the tally is the sum of the ballots"
        );
        if self.ended == Some(Status::Executed) {
            assert!(for_weight.0 * 10 >= 6 * (for_weight.0 + against_weight.0) && for_weight.0 >= 10);
        }
        let sum: u128 = self.members.iter().map(|(_, weight)| u128::from(*weight)).sum();
        assert_eq!(u128::from(self.filling.total.0), sum, "a roster weighs what its members weigh");
        assert_eq!(self.filling.count as usize, self.members.len());
    }
}
