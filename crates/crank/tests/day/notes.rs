//! What the crank of a day did, and what it took of its machine.

use std::collections::BTreeMap;
use std::sync::Mutex;

use quantumagi_crank::duty::DutyKey;
use quantumagi_crank::{Attempted, Duty, JournalError, Kind, Observer, Outcome, Round};

use super::chain::SLOT_MS;
use super::network::Network;

/// A duty that this crank did, or that it found done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Did {
    pub(crate) duty: Duty,
    /// Whether somebody else was faster.
    pub(crate) is_overtaken: bool,
    /// When it knew, milliseconds of the chain since its first second.
    pub(crate) at: u64,
    /// How long after the duty's second that was, milliseconds.
    pub(crate) late: u64,
}

#[derive(Default)]
struct All {
    did: Vec<Did>,
    outcomes: BTreeMap<&'static str, u64>,
    rounds: u64,
    unread: u64,
    journal_failed: Vec<String>,
}

/// Everything that the crank tells.
pub(crate) struct Notes {
    network: Network,
    all: Mutex<All>,
}

impl Notes {
    pub(crate) fn new(network: Network) -> Self {
        Self { network, all: Mutex::default() }
    }

    fn with<T>(&self, look: impl FnOnce(&mut All) -> T) -> T {
        look(&mut self.all.lock().expect("nobody panics while it is held"))
    }

    pub(crate) fn did(&self) -> Vec<Did> {
        self.with(|all| all.did.clone())
    }

    pub(crate) fn journal_failures(&self) -> Vec<String> {
        self.with(|all| all.journal_failed.clone())
    }

    /// In words.
    pub(crate) fn summary(&self) -> String {
        self.with(|all| {
            let All { rounds, unread, outcomes, journal_failed, .. } = all;
            let failed = journal_failed.len();
            format!("{rounds} rounds, {unread} of them blind; {outcomes:?}; the journal failed {failed} times")
        })
    }
}

impl Observer for Notes {
    fn attempted(&self, attempt: &Attempted) {
        let Attempted { duty, outcome, .. } = attempt;
        let (now, second) = self.network.chain(|chain| (chain.millis(), chain.second()));
        self.with(|all| *all.outcomes.entry(outcome.name()).or_default() += 1);
        let is_overtaken = match outcome {
            Outcome::Done { .. } => false,
            Outcome::Overtaken { .. } => true,
            Outcome::Open { .. } | Outcome::Expired | Outcome::Unreachable { .. } => return,
            Outcome::Rehearsed { .. }
            | Outcome::TooDear { .. }
            | Outcome::DayLimit { .. }
            | Outcome::NoFunds
            | Outcome::Refused { .. } => panic!("{duty}: {outcome:?}"),
        };
        // The first slot in which the clock shows the duty's second.
        let seconds = u64::try_from(second - duty.due_at.0).expect("what is done was due");
        let shown = (now / 1_000).saturating_sub(seconds) * 1_000;
        let shown = shown.div_ceil(SLOT_MS) * SLOT_MS;
        let late = now.saturating_sub(shown);
        self.with(|all| all.did.push(Did { duty: *duty, is_overtaken, at: now, late }));
    }

    fn round(&self, round: &Round) {
        assert!(round.unreadable.is_empty(), "{:?}", round.unreadable);
        let is_blind = round.clock.is_none() || !round.unread.is_empty();
        self.with(|all| {
            all.rounds += 1;
            all.unread += u64::from(is_blind);
            for attempt in &round.ended {
                *all.outcomes.entry("found again").or_default() += u64::from(!attempt.key.is_empty());
            }
        });
    }

    fn journal_failed(&self, error: &JournalError) {
        self.with(|all| all.journal_failed.push(format!("{error:?}")));
    }
}

/// What the process takes of its machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) resident_kib: u64,
    pub(crate) files: usize,
}

impl Taken {
    pub(crate) fn now() -> Self {
        let pages = std::fs::read_to_string("/proc/self/statm").expect("Linux tells it");
        let pages: u64 = pages.split_whitespace().nth(1).expect("the second is resident").parse().expect("a number");
        let files = std::fs::read_dir("/proc/self/fd").expect("Linux tells it").count();
        Self { resident_kib: pages * rustix::param::page_size() as u64 / 1_024, files }
    }
}

/// The journal's name of a duty.
pub(crate) fn key(
    constitution: quantumagi_interface::Address,
    kind: Kind,
    subject: quantumagi_crank::Subject,
) -> String {
    DutyKey { constitution, kind, subject }.to_string()
}
