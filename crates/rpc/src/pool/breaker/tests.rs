//! The breaker against a naive model, and the three numbers of its specification.

use std::sync::Barrier;
use std::time::Duration;

use proptest::prelude::*;
use tokio::time::Instant;

use super::{Breaker, BreakerPolicy, BreakerState, Permit, Transition};

fn after(breaker: &Breaker, millis: u64) -> Instant {
    breaker.shared.epoch + Duration::from_millis(millis)
}

fn fail_times(breaker: &Breaker, times: u32, at: Instant) -> Option<Transition> {
    let mut last = None;
    for _ in 0..times {
        last = breaker.admit(at).expect("closed").fail(at);
    }
    last
}

#[test]
fn five_failures_in_a_row_open_it_for_sixty_seconds() {
    let breaker = Breaker::new(BreakerPolicy::default(), Instant::now());
    let start = after(&breaker, 0);
    assert_eq!(fail_times(&breaker, 4, start), None);
    assert_eq!(breaker.state(start), BreakerState::Closed);
    let opened = Transition { from: BreakerState::Closed, to: BreakerState::Open };
    assert_eq!(fail_times(&breaker, 1, start), Some(opened));
    let last = after(&breaker, 59_999);
    assert_eq!(breaker.state(last), BreakerState::Open);
    assert!(!breaker.would_admit(last) && breaker.admit(last).is_none());
    let over = after(&breaker, 60_000);
    assert_eq!(breaker.state(over), BreakerState::HalfOpen);
    assert!(breaker.would_admit(over) && breaker.admit(over).is_some());
}

#[test]
fn a_success_between_failures_starts_the_count_again() {
    let breaker = Breaker::new(BreakerPolicy::default(), Instant::now());
    let now = after(&breaker, 0);
    for _ in 0..10_000 {
        assert_eq!(fail_times(&breaker, 4, now), None);
        assert_eq!(breaker.admit(now).expect("closed").succeed(now), None);
    }
    assert_eq!(fail_times(&breaker, 5, now).map(|transition| transition.to), Some(BreakerState::Open));
}

#[test]
fn three_and_no_more_go_through_half_open_and_three_successes_close_it() {
    let breaker = Breaker::new(BreakerPolicy::default(), Instant::now());
    fail_times(&breaker, 5, after(&breaker, 0));
    let now = after(&breaker, 60_000);
    let permits: Vec<Permit> = (0..3).map(|_| breaker.admit(now).expect("a place")).collect();
    assert!(breaker.admit(now).is_none(), "all places are taken");
    let mut transitions: Vec<Option<Transition>> = permits.into_iter().map(|permit| permit.succeed(now)).collect();
    let closed = Transition { from: BreakerState::HalfOpen, to: BreakerState::Closed };
    assert_eq!(transitions.pop().flatten(), Some(closed));
    assert_eq!(transitions, [None, None]);
}

#[test]
fn one_failure_half_open_opens_it_again_from_then_on() {
    let breaker = Breaker::new(BreakerPolicy::default(), Instant::now());
    fail_times(&breaker, 5, after(&breaker, 0));
    let now = after(&breaker, 70_000);
    let (one, other) = (breaker.admit(now).expect("a place"), breaker.admit(now).expect("a place"));
    assert_eq!(one.fail(now), Some(Transition { from: BreakerState::HalfOpen, to: BreakerState::Open }));
    assert_eq!(other.succeed(now), None, "a call of the turn before says nothing about this one");
    assert_eq!(breaker.state(after(&breaker, 129_999)), BreakerState::Open);
    assert_eq!(breaker.state(after(&breaker, 130_000)), BreakerState::HalfOpen);
}

#[test]
fn a_permit_that_never_reports_gives_its_place_back() {
    let breaker = Breaker::new(BreakerPolicy::default(), Instant::now());
    fail_times(&breaker, 5, after(&breaker, 0));
    let now = after(&breaker, 60_000);
    for _ in 0..100 {
        let permits: Vec<Permit> = (0..3).map(|_| breaker.admit(now).expect("a place")).collect();
        assert!(breaker.admit(now).is_none());
        drop(permits);
    }
    assert_eq!(breaker.state(now), BreakerState::HalfOpen);
}

#[test]
fn many_threads_get_no_more_than_three_places() {
    for _ in 0..50 {
        let breaker = Breaker::new(BreakerPolicy::default(), Instant::now());
        fail_times(&breaker, 5, after(&breaker, 0));
        let now = after(&breaker, 60_000);
        let start = Barrier::new(8);
        let permits: Vec<Permit> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        start.wait();
                        breaker.admit(now)
                    })
                })
                .collect();
            threads.into_iter().filter_map(|thread| thread.join().expect("no thread panics")).collect()
        });
        assert_eq!(permits.len(), 3);
    }
}

/// What the specification says, as plainly as it can be written.
struct Model {
    policy: BreakerPolicy,
    state: BreakerState,
    failures_in_a_row: u32,
    opened_at: u64,
    places_taken: u32,
    successes: u32,
    /// Calls let through before the last opening or closing are no longer listened to.
    turn: u32,
}

impl Model {
    fn new(policy: BreakerPolicy) -> Self {
        let state = BreakerState::Closed;
        Self { policy, state, failures_in_a_row: 0, opened_at: 0, places_taken: 0, successes: 0, turn: 0 }
    }

    fn turn_to(&mut self, state: BreakerState, now: u64) {
        self.state = state;
        self.turn += 1;
        self.failures_in_a_row = 0;
        self.places_taken = 0;
        self.successes = 0;
        self.opened_at = now;
    }

    fn admit(&mut self, now: u64) -> Option<u32> {
        if self.state == BreakerState::Open && u128::from(now - self.opened_at) >= self.policy.open_for.as_millis() {
            self.turn_to(BreakerState::HalfOpen, now);
        }
        match self.state {
            BreakerState::Closed => Some(self.turn),
            BreakerState::Open => None,
            BreakerState::HalfOpen if self.places_taken + self.successes < u32::from(self.policy.permits) => {
                self.places_taken += 1;
                Some(self.turn)
            }
            BreakerState::HalfOpen => None,
        }
    }

    fn succeed(&mut self, turn: u32, now: u64) {
        if turn != self.turn {
            return;
        }
        self.failures_in_a_row = 0;
        if self.state == BreakerState::HalfOpen {
            self.places_taken -= 1;
            self.successes += 1;
            if self.successes == u32::from(self.policy.permits) {
                self.turn_to(BreakerState::Closed, now);
            }
        }
    }

    fn fail(&mut self, turn: u32, now: u64) {
        if turn != self.turn {
            return;
        }
        self.failures_in_a_row += 1;
        if self.state == BreakerState::HalfOpen || self.failures_in_a_row == u32::from(self.policy.failures) {
            self.turn_to(BreakerState::Open, now);
        }
    }

    fn forget(&mut self, turn: u32) {
        if turn == self.turn && self.state == BreakerState::HalfOpen {
            self.places_taken -= 1;
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Wait(u64),
    Admit,
    /// The n-th of the calls under way, counted round.
    Succeed(usize),
    Fail(usize),
    Forget(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        1 => (0..150_u64).prop_map(Step::Wait),
        4 => Just(Step::Admit),
        2 => any::<usize>().prop_map(Step::Succeed),
        3 => any::<usize>().prop_map(Step::Fail),
        1 => any::<usize>().prop_map(Step::Forget),
    ];
    prop::collection::vec(step, 0..300)
}

proptest! {
    #[test]
    fn it_does_what_the_model_does(failures in 1..8_u8, permits in 1..6_u8, steps in steps()) {
        let policy = BreakerPolicy { failures, permits, open_for: Duration::from_millis(100) };
        let (breaker, mut model) = (Breaker::new(policy, Instant::now()), Model::new(policy));
        let mut under_way: Vec<(Permit, u32)> = Vec::new();
        let mut millis = 0;
        for step in steps {
            let now = after(&breaker, millis);
            let mut take = |index: usize| {
                let len = under_way.len();
                (len > 0).then(|| under_way.swap_remove(index % len))
            };
            match step {
                Step::Wait(more) => millis += more,
                Step::Succeed(index) => if let Some((permit, turn)) = take(index) {
                    permit.succeed(now);
                    model.succeed(turn, millis);
                },
                Step::Fail(index) => if let Some((permit, turn)) = take(index) {
                    permit.fail(now);
                    model.fail(turn, millis);
                },
                Step::Forget(index) => if let Some((permit, turn)) = take(index) {
                    drop(permit);
                    model.forget(turn);
                },
                Step::Admit => {
                    let would = breaker.would_admit(now);
                    let (permit, turn) = (breaker.admit(now), model.admit(millis));
                    prop_assert_eq!(permit.is_some(), turn.is_some());
                    prop_assert_eq!(would, turn.is_some());
                    prop_assert_eq!(breaker.state(now), model.state);
                    under_way.extend(permit.zip(turn));
                }
            }
        }
    }
}
