//! Policy creation against a naive model: a life is drawn first, then looks at it, and each step's timing follows from the
//! life alone.

use proptest::prelude::*;
use quantumagi_rules::lifecycle::Status;

use super::tests::{CREATION, Follower, PATIENCE, closed, executed, proposal, survey, with_proposal};
use super::{State, Step, Timing, Transition, Verdict};

const GRACE: i64 = PATIENCE.late_after;
const ENDS: i64 = 200;
const OPENS: i64 = 250;
const CLOSES: i64 = 280;

/// When what really happened; nobody need have been looking.
#[derive(Clone, Copy, Debug)]
struct Life {
    finalized_at: i64,
    /// `None` for a vote that fails.
    executed_at: Option<i64>,
    closed_at: i64,
}

impl Life {
    /// Where execution comes too late, it does not come: `None`.
    fn draw(finalize: i64, execute: Option<i64>, close: i64) -> Option<Self> {
        let finalized_at = ENDS + finalize;
        let executed_at = execute.map(|execute| OPENS.max(finalized_at) + execute);
        let is_possible = executed_at.is_none_or(|at| at < CLOSES);
        let closed_at = executed_at.unwrap_or(finalized_at) + PATIENCE.close_after + close;
        is_possible.then_some(Self { finalized_at, executed_at, closed_at })
    }

    /// What a look shows that reads every event since the look before.
    fn look(&self, follower: &Follower, before: i64, now: i64) -> Vec<Transition> {
        let account = if self.closed_at <= now {
            survey()
        } else if let Some(at) = self.executed_at.filter(|at| *at <= now) {
            with_proposal(proposal(Status::Executed, at))
        } else if self.finalized_at <= now {
            let status = if self.executed_at.is_some() { Status::Succeeded } else { Status::Defeated };
            with_proposal(proposal(status, self.finalized_at))
        } else {
            with_proposal(proposal(Status::Open, 90))
        };
        let end = if self.executed_at.is_some() { Status::Executed } else { Status::Defeated };
        let happened = self.executed_at.map(|at| (at, executed(at))).into_iter();
        let happened = happened.chain([(self.closed_at, closed(end, self.closed_at))]);
        let events: Vec<_> = happened.filter(|(at, _)| before < *at && *at <= now).map(|(_, event)| event).collect();
        let changes = follower.look(&account, now, &events);
        changes.into_iter().filter(|(key, _)| *key == CREATION).map(|(_, change)| change).collect()
    }

    fn finalize(&self, looks: &[i64]) -> Timing {
        let seen = |from, until| looks.iter().any(|look| from <= *look && *look < until);
        let due_at = ENDS + GRACE;
        // Until it is executed, or where it never is closed, the account says when it was finalized.
        if seen(self.finalized_at, self.executed_at.unwrap_or(self.closed_at)) {
            return if self.finalized_at <= due_at { Timing::OnTime } else { Timing::Late };
        }
        // The event of the next step says by when it was.
        let known_by = self.executed_at.unwrap_or(self.closed_at);
        if known_by <= due_at {
            Timing::OnTime
        } else if seen(due_at + 1, self.finalized_at) {
            Timing::Late
        } else {
            Timing::Unseen
        }
    }

    fn execute(&self, executed_at: i64, looks: &[i64]) -> Timing {
        let is_finalizing_seen = looks.iter().any(|look| (self.finalized_at..executed_at).contains(look));
        if executed_at <= OPENS + GRACE {
            Timing::OnTime
        } else if is_finalizing_seen {
            // It was finalized after the timelock: what follows is measured from there.
            if executed_at <= OPENS.max(self.finalized_at) + GRACE { Timing::OnTime } else { Timing::Late }
        } else {
            // By when it could have been executed is not known.
            Timing::Unseen
        }
    }

    fn close(&self, looks: &[i64]) -> Timing {
        let end = self.executed_at.unwrap_or(self.finalized_at);
        let is_end_seen = looks.iter().any(|look| (end..self.closed_at).contains(look));
        if self.executed_at.is_none() && !is_end_seen {
            return Timing::Unseen;
        }
        if self.closed_at <= end + PATIENCE.close_after + GRACE { Timing::OnTime } else { Timing::Late }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn every_step_is_judged_as_its_life_says_whenever_anybody_looks(
        finalize in 0..70i64,
        execute in proptest::option::of(0..30i64),
        close in 0..25i64,
        first in 90..ENDS + 5,
        mut later in proptest::collection::vec(91..450i64, 0..12),
    ) {
        let Some(life) = Life::draw(finalize, execute, close) else { return Ok(()) };
        later.push(1_000);
        later.sort_unstable();
        later.dedup();
        let looks: Vec<i64> = std::iter::once(first).chain(later.into_iter().filter(|look| first < *look)).collect();
        prop_assume!(first < life.closed_at);
        let follower = Follower::new();
        let mut changes = Vec::new();
        let mut before = 0;
        for now in &looks {
            changes.extend(life.look(&follower, before, *now));
            before = *now;
        }
        let instance = follower.instance(&CREATION);
        let timing = |step| instance.marks.iter().find(|mark| mark.step == step).map(|mark| mark.timing);
        prop_assert_eq!(timing(Step::Vote), Some(Timing::OnTime));
        prop_assert_eq!(timing(Step::Finalize), Some(life.finalize(&looks)), "{:?} {:?}", life, instance);
        prop_assert_eq!(timing(Step::Execute), life.executed_at.map(|at| life.execute(at, &looks)), "{:?} {:?}", life, instance);
        prop_assert_eq!(timing(Step::Close), Some(life.close(&looks)), "{:?} {:?}", life, instance);
        prop_assert_eq!(timing(Step::Expire), None);
        let verdict = if life.executed_at.is_some() { Verdict::Enacted } else { Verdict::Defeated };
        prop_assert_eq!((instance.state(), instance.verdict), (State::Done, Some(verdict)));
        prop_assert_eq!(instance.ended_at, Some(life.closed_at));
        // Each is told once, whatever was looked at how often.
        let count = |is_it: &dyn Fn(&Transition) -> bool| changes.iter().filter(|change| is_it(change)).count();
        prop_assert_eq!(count(&|it| *it == Transition::Began), 1);
        prop_assert_eq!(count(&|it| *it == Transition::Ended(verdict)), 1);
        for mark in &instance.marks {
            prop_assert_eq!(count(&|it| *it == Transition::Passed(*mark)), 1);
            let overdue = count(&|it| matches!(it, Transition::Overdue { step, .. } if *step == mark.step));
            prop_assert!(overdue <= 1);
            // Whatever was overdue is late in the end, if it is known when it ended.
            prop_assert!(overdue == 0 || mark.timing == Timing::Late, "{:?} {:?}", life, mark);
        }
    }
}
