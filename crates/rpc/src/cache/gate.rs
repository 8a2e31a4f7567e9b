//! Whether a level is asked: not for a while after it failed, so that a level that is gone costs nothing.

use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use tokio::time::Instant;

use super::Level;
use super::meters::SideMeters;
use super::store::StoreError;

/// What a level is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Read,
    Write,
}

impl Side {
    fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

/// How long a level is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pauses {
    /// After the first failure; doubled with each further one.
    pub(super) first: Duration,
    pub(super) longest: Duration,
}

/// Whether one side of a level is asked.
pub(super) struct Gate {
    level: Level,
    side: Side,
    pauses: Pauses,
    state: Mutex<State>,
    meters: SideMeters,
}

#[derive(Default)]
struct State {
    /// Failures since the last success.
    failures: u32,
    shut_until: Option<Instant>,
}

impl Gate {
    pub(super) fn new(level: Level, side: Side, pauses: Pauses) -> Self {
        Self { level, side, pauses, state: Mutex::default(), meters: SideMeters::new(level, side.as_str()) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while it holds the lock")
    }

    pub(super) fn is_shut(&self) -> bool {
        self.state().shut_until.is_some_and(|until| Instant::now() < until)
    }

    pub(super) fn succeeded(&self) {
        let was_out = {
            let mut state = self.state();
            state.failures = 0;
            state.shut_until.take().is_some()
        };
        if was_out {
            let (level, side) = (self.level.as_str(), self.side.as_str());
            tracing::info!(level, side, "cache level answers again and is used");
            self.meters.in_use.set(1.0);
        }
    }

    pub(super) fn failed(&self, error: &StoreError) {
        self.meters.failures.increment(1);
        let was_in = {
            let mut state = self.state();
            let pause = self.pauses.first.saturating_mul(1 << state.failures.min(16)).min(self.pauses.longest);
            state.failures = state.failures.saturating_add(1);
            state.shut_until.replace(Instant::now() + pause).is_none()
        };
        let (level, side) = (self.level.as_str(), self.side.as_str());
        // Once for each time that it goes out, however long that lasts.
        if was_in {
            tracing::warn!(level, side, %error, "cache level failed and is left out until it answers; no read fails");
            self.meters.in_use.set(0.0);
        } else {
            tracing::debug!(level, side, %error, "cache level still fails");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::advance;

    use super::{Gate, Pauses, Side, StoreError};
    use crate::cache::Level;

    #[tokio::test(start_paused = true)]
    async fn a_level_is_left_out_longer_with_each_failure_and_at_once_used_after_a_success() {
        let pauses = Pauses { first: Duration::from_secs(1), longest: Duration::from_secs(3) };
        let gate = Gate::new(Level::Redis, Side::Read, pauses);
        assert!(!gate.is_shut());
        for seconds in [1, 2, 3, 3] {
            gate.failed(&StoreError::MadeUp);
            advance(Duration::from_secs(seconds) - Duration::from_millis(1)).await;
            assert!(gate.is_shut(), "{seconds}");
            advance(Duration::from_millis(1)).await;
            assert!(!gate.is_shut(), "{seconds}");
        }
        gate.failed(&StoreError::MadeUp);
        gate.succeeded();
        assert!(!gate.is_shut());
        gate.failed(&StoreError::MadeUp);
        advance(Duration::from_secs(1)).await;
        assert!(!gate.is_shut(), "the pauses begin anew");
    }
}
