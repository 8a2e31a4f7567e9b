//! Whether an endpoint belongs to the pool's cluster. Nothing else is asked of one before that is known.

use std::sync::atomic::{AtomicU8, Ordering};

use tokio::sync::{Mutex, MutexGuard};

/// What is known of an endpoint's cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Belonging {
    /// It was not asked yet.
    Unknown,
    /// It has the first block that it must have.
    Ours,
    /// It has another.
    Foreign,
}

/// What is known of one endpoint's cluster, by all calls together.
#[derive(Debug, Default)]
pub(super) struct Identity {
    known: AtomicU8,
    asking: Mutex<()>,
}

impl Identity {
    pub(super) fn get(&self) -> Belonging {
        match self.known.load(Ordering::Acquire) {
            0 => Belonging::Unknown,
            1 => Belonging::Ours,
            _ => Belonging::Foreign,
        }
    }

    pub(super) fn set(&self, belonging: Belonging) {
        let known = match belonging {
            Belonging::Unknown => 0,
            Belonging::Ours => 1,
            Belonging::Foreign => 2,
        };
        self.known.store(known, Ordering::Release);
    }

    /// The turn to ask the endpoint: one caller at a time, the others wait and then find the answer.
    pub(super) async fn turn(&self) -> MutexGuard<'_, ()> {
        self.asking.lock().await
    }
}
