//! Who is told of everything that a crank does: metrics, workflows, a dashboard; and, in tests, what kills it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{Outcome, Round};
use crate::duty::Duty;
use crate::journal::JournalError;

/// A point that an attempt at a duty has reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// It was found to be due, and its turn has come.
    Begun,
    /// Its instructions are built from fresh accounts.
    Built,
    /// A trial run succeeded, and its price is known and allowed.
    Priced,
    /// Its transaction is signed and written into the journal, and not sent.
    Signed,
    /// Its bytes went out.
    Sent,
    /// It is in a block, and not yet as settled as asked.
    Landed,
    /// Its outcome is known, and not yet in the journal.
    Confirmed,
    /// Its outcome is in the journal.
    Recorded,
}

impl Stage {
    /// All stages, in their order.
    pub const ALL: [Self; 8] = [
        Self::Begun,
        Self::Built,
        Self::Priced,
        Self::Signed,
        Self::Sent,
        Self::Landed,
        Self::Confirmed,
        Self::Recorded,
    ];

    /// One word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Built => "built",
            Self::Priced => "priced",
            Self::Signed => "signed",
            Self::Sent => "sent",
            Self::Landed => "landed",
            Self::Confirmed => "confirmed",
            Self::Recorded => "recorded",
        }
    }
}

/// One attempt at a duty, when it is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempted {
    /// What was attempted.
    pub duty: Duty,
    /// How that ended.
    pub outcome: Outcome,
    /// From the duty's moment to the end of the attempt.
    pub after_due: Duration,
    /// How long the attempt took.
    pub took: Duration,
}

/// A transaction for a duty that succeeded in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Landed {
    /// What it was for.
    pub duty: Duty,
    /// Slots from the state on which it was tried, right before it was sent, to its block.
    pub slots: u64,
    /// From the duty's moment until it was seen in a block.
    pub after_due: Duration,
}

/// Is told of what happens, before anything further does. None of it decides anything: what is told is already so.
pub trait Observer: Send + Sync {
    /// A duty has reached a stage.
    fn stage(&self, _stage: Stage, _duty: &Duty) {}
    /// A transaction has succeeded in a block, and is as settled as asked.
    fn landed(&self, _landed: &Landed) {}
    /// An attempt is over.
    fn attempted(&self, _attempt: &Attempted) {}
    /// A round is over.
    fn round(&self, _round: &Round) {}
    /// The journal cannot be used, so nothing is sent until it can. [`super::Crank::run`] goes on trying.
    fn journal_failed(&self, _error: &JournalError) {}
}

/// Every observer of a crank.
#[derive(Clone, Default)]
pub(super) struct Observers(Vec<Arc<dyn Observer>>);

impl Observers {
    pub(super) fn add(&mut self, observer: Arc<dyn Observer>) {
        self.0.push(observer);
    }

    pub(super) fn stage(&self, stage: Stage, duty: &Duty) {
        tracing::debug!(action = %duty.key(), stage = stage.name(), "stage");
        self.0.iter().for_each(|it| it.stage(stage, duty));
    }

    pub(super) fn landed(&self, landed: &Landed) {
        self.0.iter().for_each(|it| it.landed(landed));
    }

    pub(super) fn attempted(&self, attempt: &Attempted) {
        let Attempted { duty, outcome, .. } = attempt;
        tracing::info!(action = %duty.key(), outcome = outcome.name(), detail = ?outcome, "attempted");
        self.0.iter().for_each(|it| it.attempted(attempt));
    }

    pub(super) fn round(&self, round: &Round) {
        self.0.iter().for_each(|it| it.round(round));
    }

    pub(super) fn journal_failed(&self, error: &JournalError) {
        tracing::error!(%error, "the journal cannot be used");
        self.0.iter().for_each(|it| it.journal_failed(error));
    }
}

impl fmt::Debug for Observers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observers").field("n", &self.0.len()).finish()
    }
}
