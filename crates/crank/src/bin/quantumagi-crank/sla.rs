//! Keeping the service levels of a running crank: what happens is told to the [`Tracker`], by a clock that only grows, and
//! written into the journal before and after every change, and every ten seconds besides.

pub(crate) mod tap;
mod told;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use metrics::gauge;
use quantumagi_crank::journal::{Ending as TransactionEnding, Fate};
use quantumagi_crank::recent::{LAST, Recent};
use quantumagi_crank::sla::{Alarm, BURN_RULES, Basis, Ending, Level, Objective, Tracker, Window};
use quantumagi_crank::{Attempted, Journal, JournalError, Outcome, Round};
use serde_json::Value;

use crate::catalogue::list as name;
use crate::config::Config;
use crate::meters::float;
use crate::report::words_of;
use tap::Calls;

pub(crate) use told::run;

/// Between two writings where nothing changes: so long a killed crank may be told to have been off although it still ran.
pub(crate) const WRITE_EVERY: Duration = Duration::from_secs(10);

/// Keeps the service levels.
#[derive(Debug)]
pub(crate) struct Keeper {
    kept: Mutex<Kept>,
    calls: Arc<Calls>,
}

#[derive(Debug)]
struct Kept {
    tracker: Tracker,
    journal: Arc<Journal>,
    /// The tracker's moment at the process's.
    base: (u64, Instant),
    /// Calls of which the tracker was told.
    calls: (u64, u64),
    /// When duties were due whose transactions may still land, by their names.
    open: HashMap<String, u64>,
    recent: Recent,
    alarms: Vec<Alarm>,
    is_good: bool,
    written: Option<Instant>,
    is_over: bool,
}

/// Milliseconds since 1970 by the host's clock.
fn wall() -> u64 {
    millis(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

impl Keeper {
    /// Goes on with what the journal knows. A part of it that cannot be read is begun anew: nobody stops working for figures.
    pub(crate) fn start(config: &Config, journal: Arc<Journal>, calls: Arc<Calls>) -> Self {
        let (objectives, hold) = (config.objectives, config.stall_limit());
        let tracker = match journal.levels() {
            Ok(Some(stored)) => Tracker::resume(stored, wall(), objectives, hold),
            Ok(None) => Tracker::new(wall(), objectives, hold),
            Err(error) => {
                tracing::warn!(error = words_of(&error), "the service levels of before cannot be read, and begin anew");
                Tracker::new(wall(), objectives, hold)
            }
        };
        let kept = Kept {
            base: (tracker.now(), Instant::now()),
            tracker,
            journal,
            calls: calls.counted(),
            open: HashMap::new(),
            recent: Recent::default(),
            alarms: Vec::new(),
            is_good: true,
            written: None,
            is_over: false,
        };
        let keeper = Self { kept: Mutex::new(kept), calls };
        keeper.tick();
        keeper
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Each change of it is made by calls that do not panic.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Another configuration is in force.
    pub(crate) fn reconfigured(&self, config: &Config, journal: Arc<Journal>, is_elsewhere: bool) {
        let mut kept = self.kept();
        kept.advance(&self.calls);
        kept.tracker.reconfigure(config.objectives, config.stall_limit());
        kept.journal = journal;
        if is_elsewhere {
            let whole = kept.tracker.whole(wall(), Ending::None);
            kept.note_written(|journal| journal.write_levels(&whole));
        }
        kept.tell();
    }

    /// Time passes.
    pub(crate) fn tick(&self) {
        let mut kept = self.kept();
        kept.advance(&self.calls);
        kept.tell();
        if kept.written.is_none_or(|at| WRITE_EVERY <= at.elapsed()) {
            kept.write(Ending::None);
        }
    }

    /// A round is over; `refused` are the dead letters, which nothing that the crank could do would help.
    pub(crate) fn round(&self, round: &Round, refused: &HashSet<String>) {
        let mut kept = self.kept();
        let at = kept.advance(&self.calls);
        for attempt in &round.ended {
            let due_at = kept.open.remove(&attempt.key);
            let has_landed = matches!(attempt.fate, Fate::Ended(TransactionEnding::Landed { .. }));
            if let Some(due_at) = due_at.filter(|_| has_landed) {
                kept.done(at, Duration::from_millis(at.saturating_sub(due_at)));
            }
        }
        let is_good = round.clock.is_some() && round.unread.is_empty();
        if let Some(clock) = round.clock.filter(|_| is_good) {
            let settled: HashSet<_> =
                round.outcomes.iter().filter(|(_, it)| it.is_settled()).map(|(duty, _)| duty.key()).collect();
            let left = round.due.iter().filter(|duty| !settled.contains(&duty.key()));
            let left = left.filter(|duty| !refused.contains(&duty.key().to_string()));
            let ages = left.map(|duty| clock.unix_timestamp.saturating_sub(duty.due_at.0).max(0).unsigned_abs());
            // The clock was read when the round began.
            let oldest = ages.max().map(|age| Duration::from_secs(age).saturating_add(round.took));
            kept.tracker.left(at, oldest);
            let due: HashSet<String> = round.due.iter().map(|duty| duty.key().to_string()).collect();
            kept.open.retain(|key, _| due.contains(key));
        }
        kept.looked(round.took, is_good);
    }

    /// A question without whose answer nothing is done was not answered.
    pub(crate) fn unanswered(&self, took: Duration) {
        let mut kept = self.kept();
        kept.advance(&self.calls);
        kept.looked(took, false);
    }

    /// The journal could not be used, so nothing was sent.
    pub(crate) fn journal_failed(&self) {
        self.unanswered(Duration::ZERO);
    }

    /// An attempt is over.
    pub(crate) fn attempted(&self, attempt: &Attempted) {
        let mut kept = self.kept();
        let at = kept.advance(&self.calls);
        kept.tracker.progressed(at);
        let key = attempt.duty.key().to_string();
        match &attempt.outcome {
            Outcome::Done { .. } => {
                kept.open.remove(&key);
                kept.done(at, attempt.after_due);
            }
            Outcome::Open { .. } => {
                kept.open.entry(key).or_insert(at.saturating_sub(millis(attempt.after_due)));
            }
            Outcome::Overtaken { .. }
            | Outcome::Rehearsed { .. }
            | Outcome::Expired
            | Outcome::TooDear { .. }
            | Outcome::DayLimit { .. }
            | Outcome::NoFunds
            | Outcome::Refused { .. }
            | Outcome::Unreachable { .. } => {}
        }
    }

    /// It was told to stop, and has stopped: what comes now is planned.
    pub(crate) fn stopped(&self) {
        let mut kept = self.kept();
        kept.advance(&self.calls);
        kept.write(Ending::Stopped);
        kept.is_over = true;
    }

    /// What rings, each in a sentence, and everything.
    pub(crate) fn told(&self) -> (Vec<String>, Value) {
        let mut kept = self.kept();
        kept.advance(&self.calls);
        let mut reasons: Vec<String> = kept.alarms.iter().map(|alarm| told::sentence(&kept.tracker, alarm)).collect();
        let (median, limit) = (kept.recent_median(), kept.tracker.objectives().latency_limit);
        if limit < median {
            reasons.push(format!(
                "of the last {LAST} duties most were done {} s after they were due or later, beyond latency_limit, {} s",
                median.as_secs(),
                limit.as_secs()
            ));
        }
        (reasons, told::value(&kept.tracker))
    }
}

impl Kept {
    /// The present moment, to which everything is brought.
    fn advance(&mut self, calls: &Calls) -> u64 {
        let (base, began) = self.base;
        let at = base.saturating_add(millis(began.elapsed()));
        let (ok, failed) = calls.counted();
        let before = std::mem::replace(&mut self.calls, (ok, failed));
        self.tracker.called(at, ok.saturating_sub(before.0), failed.saturating_sub(before.1));
        self.tracker.now()
    }

    fn done(&mut self, at: u64, after_due: Duration) {
        self.tracker.done(at, after_due);
        self.recent.done(at, after_due);
    }

    /// Nothing where too little was done lately.
    fn recent_median(&self) -> Duration {
        self.recent.median(self.tracker.now()).unwrap_or_default()
    }

    fn looked(&mut self, took: Duration, is_good: bool) {
        let at = self.tracker.now();
        self.tracker.looked(at.saturating_sub(millis(took)), at, is_good);
        let has_changed = std::mem::replace(&mut self.is_good, is_good) != is_good;
        self.tell();
        if has_changed || self.written.is_none_or(|at| WRITE_EVERY <= at.elapsed()) {
            self.write(Ending::None);
        }
    }

    fn write(&mut self, ending: Ending) {
        let changes = self.tracker.changes(wall(), ending);
        self.note_written(|journal| journal.write_levels(&changes));
    }

    fn note_written(&mut self, write: impl FnOnce(&Journal) -> Result<(), JournalError>) {
        // After its end only the next process knows more.
        if self.is_over {
            return;
        }
        match write(&self.journal) {
            Ok(()) => {
                self.tracker.saved();
                self.written = Some(Instant::now());
            }
            Err(error) => {
                // It stays changed, and is written with the next.
                tracing::warn!(error = words_of(&error), "the service levels could not be written down");
            }
        }
    }

    /// Writes every figure, and logs alerts that begin or end.
    fn tell(&mut self) {
        for level in self.tracker.levels() {
            tell_level(&level);
        }
        for objective in Objective::ALL {
            let allowed = objective.allowed(self.tracker.objectives());
            let target = f64::from(allowed.rest().millionths()) / 1e6;
            gauge!(name::SLA_OBJECTIVE, "objective" => objective.name()).set(target);
            for rule in &BURN_RULES {
                let rings = f64::from(u8::from(self.tracker.rings(objective, rule)));
                gauge!(name::SLA_ALERT, "objective" => objective.name(), "alert" => rule.name).set(rings);
            }
        }
        for window in Window::ALL {
            let spent = self.tracker.time(window);
            let states = [("up", spent.up), ("down", spent.down), ("off", spent.off), ("planned", spent.planned)];
            for (state, spent) in states {
                gauge!(name::SLA_TIME, "state" => state, "window" => window.name()).set(float(spent) / 1e3);
            }
        }
        gauge!(name::RECENT_DELAY).set(self.recent_median().as_secs_f64());
        gauge!(name::LATENCY_LIMIT).set(self.tracker.objectives().latency_limit.as_secs_f64());
        let alarms = self.tracker.alarms();
        for alarm in alarms.iter().filter(|alarm| !self.alarms.contains(alarm)) {
            tracing::warn!(
                objective = alarm.objective.name(),
                alert = alarm.rule.name,
                "{}",
                told::sentence(&self.tracker, alarm)
            );
        }
        for alarm in self.alarms.iter().filter(|alarm| !alarms.contains(alarm)) {
            tracing::info!(
                objective = alarm.objective.name(),
                alert = alarm.rule.name,
                "the error budget burns no more so fast"
            );
        }
        self.alarms = alarms;
    }
}

fn tell_level(level: &Level) {
    let labels =
        [("objective", level.objective.name()), ("basis", level.basis.name()), ("window", level.window.name())];
    gauge!(name::SLA_RATIO, &labels).set(level.ratio());
    gauge!(name::SLA_BURN, &labels).set(level.burn_rate());
    gauge!(name::SLA_BUDGET, &labels).set(level.budget_left());
    let bad = float(level.bad);
    gauge!(name::SLA_BAD, &labels).set(if level.basis == Basis::Time { bad / 1e3 } else { bad });
}

#[cfg(test)]
mod tests;
