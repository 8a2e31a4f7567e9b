//! A circuit breaker: stops asking an endpoint that keeps failing, and finds out gently whether it is back.
//!
//! The whole state is one 64-bit word, so that the way in costs one load while all is well, and every change is
//! one compare-and-swap. What a change does is said by the pure functions in `state.rs`; they are compared with
//! a naive model over random histories.

mod state;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

pub use state::BreakerState;
use state::{Admission, State};

/// When a breaker opens and closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerPolicy {
    /// Failures in a row that open it: 1 to 255. Default 5.
    pub failures: u8,
    /// How long it stays open, in whole milliseconds. Default 60 s.
    pub open_for: Duration,
    /// Calls let through at one time while half-open, and successes that close it: 1 to 15. Default 3.
    pub permits: u8,
}

impl Default for BreakerPolicy {
    fn default() -> Self {
        Self { failures: 5, open_for: Duration::from_secs(60), permits: 3 }
    }
}

impl BreakerPolicy {
    /// Largest number of failures.
    pub const MAX_FAILURES: u8 = u8::MAX;
    /// Largest number of permits.
    pub const MAX_PERMITS: u8 = 15;

    /// The same policy with every number moved into its range.
    fn in_range(self) -> Self {
        Self { failures: self.failures.max(1), permits: self.permits.clamp(1, Self::MAX_PERMITS), ..self }
    }
}

/// A circuit breaker. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Breaker {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    word: AtomicU64,
    policy: BreakerPolicy,
    /// Times in the word are milliseconds since then.
    epoch: Instant,
}

/// Leave to make one call. Dropped without a word, it counts neither as a success nor as a failure and its
/// place is free again: a caller that goes away cannot keep a breaker half-open for ever.
#[derive(Debug)]
#[must_use = "a permit that is dropped at once lets nothing be learnt from the call"]
pub struct Permit {
    shared: Arc<Shared>,
    admission: Admission,
    is_open: bool,
}

/// How a breaker's state changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// Before.
    pub from: BreakerState,
    /// After.
    pub to: BreakerState,
}

impl Breaker {
    /// A closed breaker, made at `now`. Numbers outside their ranges are moved to the nearest that is allowed.
    #[must_use]
    pub fn new(policy: BreakerPolicy, now: Instant) -> Self {
        let word = AtomicU64::new(State::CLOSED.encode());
        Self { shared: Arc::new(Shared { word, policy: policy.in_range(), epoch: now }) }
    }

    /// Leave to make a call at `now`, or `None` while the breaker is open or all places are taken.
    pub fn admit(&self, now: Instant) -> Option<Permit> {
        self.admit_by(|| now)
    }

    /// As [`Breaker::admit`] for a caller that does not know the time: it is asked for only where it matters, which it
    /// does not while the breaker is closed.
    pub fn admit_by(&self, now: impl FnOnce() -> Instant) -> Option<Permit> {
        let shared = &self.shared;
        let word = shared.word.load(Ordering::Relaxed);
        // All is well, the usual case: nothing to write.
        let admission = match State::decode(word).admission_while_closed() {
            Some(admission) => admission,
            None => shared.change(now(), State::admit)?.1?,
        };
        Some(Permit { shared: Arc::clone(shared), admission, is_open: true })
    }

    /// Whether [`Breaker::admit`] would let a call through at `now`. Changes nothing.
    #[must_use]
    pub fn would_admit(&self, now: Instant) -> bool {
        let shared = &self.shared;
        let state = State::decode(shared.word.load(Ordering::Relaxed));
        state.admit(shared.millis(now), &shared.policy).1.is_some()
    }

    /// What it does at `now`. An open breaker whose time is over is [`BreakerState::HalfOpen`], even where
    /// nobody has asked yet.
    #[must_use]
    pub fn state(&self, now: Instant) -> BreakerState {
        let shared = &self.shared;
        State::decode(shared.word.load(Ordering::Relaxed)).shown(shared.millis(now), &shared.policy)
    }
}

impl Permit {
    /// Whether it is one of the few calls that a half-open breaker lets through.
    #[must_use]
    pub fn is_trial(&self) -> bool {
        self.admission.is_counted()
    }

    /// Reports that the endpoint did its part.
    pub fn succeed(self, now: Instant) -> Option<Transition> {
        self.succeed_by(|| now)
    }

    /// As [`Permit::succeed`] for a caller that does not know the time.
    pub fn succeed_by(mut self, now: impl FnOnce() -> Instant) -> Option<Transition> {
        self.is_open = false;
        let admission = self.admission;
        let word = self.shared.word.load(Ordering::Relaxed);
        if State::decode(word).is_untouched_by_success(admission) {
            return None;
        }
        self.shared.report(now(), |state, _, policy| state.succeed(admission, policy))
    }

    /// Reports that the endpoint failed.
    pub fn fail(mut self, now: Instant) -> Option<Transition> {
        self.is_open = false;
        let admission = self.admission;
        self.shared.report(now, |state, millis, policy| state.fail(admission, millis, policy))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.is_open {
            let admission = self.admission;
            self.shared.change(self.shared.epoch, |state, _, _| (state.release(admission), ()));
        }
    }
}

impl Shared {
    /// Milliseconds since the breaker was made.
    fn millis(&self, now: Instant) -> u64 {
        u64::try_from(now.saturating_duration_since(self.epoch).as_millis()).unwrap_or(u64::MAX)
    }

    /// Applies `next` until no other thread interferes. Always `Some`; the states before and after come with
    /// what `next` answered.
    fn change<T>(
        &self,
        now: Instant,
        next: impl Fn(State, u64, &BreakerPolicy) -> (State, T),
    ) -> Option<((State, State), T)> {
        let millis = self.millis(now);
        let mut word = self.word.load(Ordering::Relaxed);
        loop {
            let before = State::decode(word);
            let (after, answer) = next(before, millis, &self.policy);
            let encoded = after.encode();
            // Relaxed: the word guards no other memory.
            match self.word.compare_exchange_weak(word, encoded, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return Some(((before, after), answer)),
                Err(current) => word = current,
            }
        }
    }

    fn report(&self, now: Instant, next: impl Fn(State, u64, &BreakerPolicy) -> State) -> Option<Transition> {
        let millis = self.millis(now);
        let ((before, after), ()) = self.change(now, |state, millis, policy| (next(state, millis, policy), ()))?;
        let (from, to) = (before.shown(millis, &self.policy), after.shown(millis, &self.policy));
        (from != to).then_some(Transition { from, to })
    }
}

#[cfg(test)]
mod tests;
