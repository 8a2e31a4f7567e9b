//! What the daemon knows of itself. Written by the main loop, read by whoever asks, and the same however often they ask.

mod certificate;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use quantumagi_crank::alert::Facts;
use quantumagi_crank::runway::SHORT_SECONDS;
use quantumagi_crank::workflow::{Tally, Workflow};
use quantumagi_crank::{Judgement, Round};
use quantumagi_rpc::pool::Pool;
use serde::{Deserialize, Serialize};

use crate::board::Board;
use crate::config::Config;
use crate::meters::{self, Ledger};
use crate::notify::Knowledge;
use crate::sla::Keeper;
use crate::status::{MOST_REASONS, Status, short};
pub(crate) use certificate::certificate_words;

/// How the daemon is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Condition {
    /// Nothing is wrong.
    Ok,
    /// It works, and somebody should look.
    Degraded,
    /// It does not work.
    #[default]
    Down,
}

impl Condition {
    /// One word.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Degraded => "degraded",
            Self::Down => "down",
        }
    }
}

/// How the daemon is, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Told {
    /// In one word.
    pub(crate) status: Condition,
    /// Why not well, each in a sentence.
    pub(crate) reasons: Vec<String>,
    /// Duties that were due at the last look.
    pub(crate) due: usize,
    /// Since when the oldest of them is due, seconds.
    pub(crate) oldest_due_seconds: u64,
    /// Dead letters that are tried again.
    pub(crate) dead_letters: usize,
    /// What the wallet holds, lamports, where it is known.
    pub(crate) balance_lamports: Option<u64>,
    /// How long that lasts by what the last week cost, seconds, where it is known.
    pub(crate) runway_seconds: Option<u64>,
    /// Fees of this day, lamports.
    pub(crate) spent_today_lamports: u64,
    /// Seconds since a round last read everything.
    pub(crate) last_success_seconds: Option<u64>,
    /// How each governance workflow stands.
    pub(crate) workflows: BTreeMap<&'static str, WorkflowTold>,
    /// Each endpoint, and how it is.
    pub(crate) endpoints: Vec<EndpointTold>,
    /// Service levels, as `quantumagi-crank sla` tells them.
    pub(crate) sla: serde_json::Value,
}

/// How a governance workflow stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct WorkflowTold {
    /// Matters on their way, in time.
    pub(crate) running: usize,
    /// Matters on their way whose deadline is missed.
    pub(crate) overdue: usize,
    /// Matters with something that somebody should know.
    pub(crate) flagged: usize,
    /// For how long the oldest missed deadline is missed.
    pub(crate) overdue_seconds: u64,
}

/// An endpoint, and how it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct EndpointTold {
    /// Its name.
    pub(crate) name: String,
    /// Why it is not asked; nothing where it is.
    pub(crate) out: Option<String>,
}

/// What the main loop knows.
#[derive(Debug)]
struct Known {
    beat: Instant,
    stall_limit: Duration,
    stale_limit: Duration,
    last_success: Option<Instant>,
    wallet: Option<String>,
    is_stopping: bool,
    round: Vec<String>,
    journal: Option<String>,
    config: Option<String>,
    sinks: BTreeMap<String, String>,
    due: usize,
    oldest_due_seconds: u64,
    ledger: Ledger,
    tally: Tally,
    balance: Option<u64>,
    min_balance: u64,
}

/// Shared by the loop and the pages.
#[derive(Debug)]
pub(crate) struct Health {
    known: Mutex<Known>,
    pool: Mutex<Option<Pool>>,
    keeper: Mutex<Option<Arc<Keeper>>>,
    /// What alerts are about.
    pub(crate) knowledge: Knowledge,
    certificate: Mutex<Option<i64>>,
    /// What happened.
    pub(crate) board: Board,
}

impl Health {
    /// Of a daemon that starts now.
    pub(crate) fn new(config: &Config, now: Instant) -> Self {
        let known = Known {
            beat: now,
            stall_limit: config.stall_limit(),
            stale_limit: config.stale_limit(),
            last_success: None,
            wallet: None,
            is_stopping: false,
            round: Vec::new(),
            journal: None,
            config: None,
            sinks: BTreeMap::new(),
            due: 0,
            oldest_due_seconds: 0,
            ledger: Ledger::default(),
            tally: Tally::default(),
            balance: None,
            min_balance: config.min_balance,
        };
        Self {
            known: Mutex::new(known),
            pool: Mutex::new(None),
            keeper: Mutex::new(None),
            knowledge: Knowledge::new(),
            certificate: Mutex::new(None),
            board: Board::new(config, now),
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // Whatever a thread that panicked left behind is overwritten by the next round.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The loop goes on.
    pub(crate) fn beat(&self, now: Instant) {
        self.known().beat = now;
    }

    /// Another configuration is in force: what was read under the one before says nothing about it.
    pub(crate) fn reconfigured(&self, config: &Config, pool: Pool) {
        let mut known = self.known();
        known.last_success = None;
        known.stall_limit = config.stall_limit();
        known.stale_limit = config.stale_limit();
        known.min_balance = config.min_balance;
        known.wallet = None;
        known.config = None;
        known.sinks.clear();
        drop(known);
        self.board.reconfigured(config);
        *self.pool.lock().unwrap_or_else(PoisonError::into_inner) = Some(pool);
    }

    /// When the certificate of the pages ends, where they are served over TLS.
    pub(crate) fn sealed_until(&self, ends_at: Option<i64>) {
        *self.certificate.lock().unwrap_or_else(PoisonError::into_inner) = ends_at;
    }

    /// For how long the certificate of the pages is valid still, seconds.
    pub(crate) fn certificate_left(&self) -> Option<i64> {
        let ends_at = *self.certificate.lock().unwrap_or_else(PoisonError::into_inner);
        ends_at.map(|ends_at| ends_at.saturating_sub(meters::host_seconds()))
    }

    /// Why the configuration on disk is not in force.
    pub(crate) fn config_refused(&self, reason: String) {
        self.known().config = Some(reason);
        self.knowledge.tell();
    }

    /// Why a webhook does not take what it is told, or that it does.
    pub(crate) fn sink_judged(&self, sink: &str, reason: Option<String>) {
        let mut known = self.known();
        match reason {
            Some(reason) => drop(known.sinks.insert(sink.to_owned(), reason)),
            None => drop(known.sinks.remove(sink)),
        }
    }

    /// What alerts are about, at this moment.
    pub(crate) fn facts(&self, constitutions: &[String], min_balance: u64, now: i64) -> Facts {
        let config_is_stale = self.known().config.is_some();
        let pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let endpoints = pool.iter().flat_map(Pool::status);
        let endpoints = endpoints.map(|it| (it.name.to_string(), it.share == 0)).collect();
        let certificate_left = self.certificate_left();
        Facts { endpoints, config_is_stale, min_balance, certificate_left, ..self.knowledge.facts(constitutions, now) }
    }

    /// Why nothing is sent from this wallet yet: a question about it took so long and was not answered.
    pub(crate) fn unanswered(&self, reason: String, took: Duration) {
        self.known().wallet = Some(reason);
        self.knowledge.tell();
        self.keeper().inspect(|keeper| keeper.unanswered(took));
    }

    /// The wallet is no validator's key.
    pub(crate) fn wallet_is_apart(&self) {
        self.known().wallet = None;
        self.knowledge.tell();
    }

    /// Somebody keeps the service levels from now on.
    pub(crate) fn keep(&self, keeper: Arc<Keeper>) {
        *self.keeper.lock().unwrap_or_else(PoisonError::into_inner) = Some(keeper);
    }

    /// Who keeps the service levels, if anybody does.
    pub(crate) fn keeper(&self) -> Option<Arc<Keeper>> {
        self.keeper.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What the journal says of itself.
    pub(crate) fn ledger(&self, ledger: Result<Ledger, String>) {
        let mut known = self.known();
        match ledger {
            Ok(ledger) => {
                let runway = ledger.runway.or(known.ledger.runway);
                (known.ledger, known.journal) = (Ledger { runway, ..ledger }, None);
            }
            Err(reason) => known.journal = Some(reason),
        }
    }

    /// Nothing new is begun any more.
    pub(crate) fn stopping(&self) {
        self.known().is_stopping = true;
    }

    /// What a round saw.
    pub(crate) fn round(&self, round: &Round, now: Instant) {
        let mut known = self.known();
        known.beat = now;
        known.balance = round.balance.or(known.balance);
        known.round =
            round.clock_error.iter().map(|error| format!("the chain's clock could not be read: {error}")).collect();
        let unread = round.unread.iter().map(|(address, error)| format!("{address} could not be read: {error}"));
        known.round.extend(unread);
        let unreadable = round.unreadable.iter().map(|(address, subject, error)| {
            format!("{subject} of {address} has a layout that this version cannot read: {error}")
        });
        known.round.extend(unreadable);
        let false_roots = round.doubtful.iter().filter(|(.., judgement)| *judgement == Judgement::False);
        known.round.extend(
            false_roots.map(|(address, subject, _)| format!("the {subject} of {address} is not what the stake gives")),
        );
        let Some(clock) = round.clock else { return };
        if round.unread.is_empty() {
            known.last_success = Some(now);
            known.tally = round.workflows.tally.clone().unwrap_or_else(|| known.tally.clone());
        }
        known.due = round.due.len();
        let oldest = round.due.iter().map(|duty| clock.unix_timestamp.saturating_sub(duty.due_at.0)).max();
        known.oldest_due_seconds = oldest.unwrap_or(0).max(0).unsigned_abs();
    }

    /// Why the process should be started again, where it should.
    pub(crate) fn dead(&self, now: Instant) -> Option<String> {
        let known = self.known();
        let silent = now.saturating_duration_since(known.beat);
        (silent > known.stall_limit).then(|| {
            let (silent, limit) = (silent.as_secs(), known.stall_limit.as_secs());
            format!("the main loop has made no progress for {silent} s, longer than {limit} s")
        })
    }

    /// Why it does no work, each in a sentence; empty where it does.
    pub(crate) fn unready(&self, now: Instant) -> Vec<String> {
        let mut reasons: Vec<String> = self.dead(now).into_iter().collect();
        let known = self.known();
        if known.is_stopping {
            reasons.push("it is stopping".to_owned());
        }
        reasons.extend(known.wallet.clone());
        reasons.extend(known.journal.clone());
        match known.last_success.map(|at| now.saturating_duration_since(at)) {
            None => reasons.push("no look has read every constitution yet".to_owned()),
            Some(since) if since > known.stale_limit => {
                let (since, limit) = (since.as_secs(), known.stale_limit.as_secs());
                reasons.push(format!("no look has read every constitution for {since} s, longer than {limit} s"));
            }
            Some(_) => {}
        }
        reasons
    }

    /// Everything.
    pub(crate) fn told(&self, now: Instant) -> Told {
        let down = self.unready(now);
        let endpoints = self.endpoints();
        let (alarms, sla) = self.keeper().map(|keeper| keeper.told()).unwrap_or_default();
        let known = self.known();
        let mut looks = known.round.clone();
        looks.extend(known.config.clone());
        looks.extend(known.sinks.values().cloned());
        if known.ledger.letters > 0 {
            looks.push(format!("{} dead letters: see `quantumagi-crank dlq list`", known.ledger.letters));
        }
        let overdue: usize = known.tally.0.values().map(|it| it.overdue).sum();
        if 0 < overdue {
            looks.push(format!("{overdue} deadlines of workflows are missed: see `quantumagi-crank workflows list`"));
        }
        if let Some(balance) = known.balance.filter(|balance| *balance < known.min_balance) {
            looks.push(format!("the wallet holds {balance} lamports, less than min_balance, {}", known.min_balance));
        }
        if let Some(runway) = known.ledger.runway.filter(|runway| *runway < SHORT_SECONDS) {
            looks
                .push(format!("by what the last week cost, the wallet is empty in {} hours", runway.div_euclid(3_600)));
        }
        looks.extend(self.certificate_left().and_then(|left| certificate_words(left, 0)));
        let out = endpoints.iter().filter_map(|it| Some(format!("endpoint {}: {}", it.name, it.out.as_ref()?)));
        looks.extend(out);
        looks.extend(alarms);
        let status = match (down.is_empty(), looks.is_empty()) {
            (false, _) => Condition::Down,
            (true, false) => Condition::Degraded,
            (true, true) => Condition::Ok,
        };
        Told {
            status,
            reasons: [down, looks].concat(),
            due: known.due,
            oldest_due_seconds: known.oldest_due_seconds,
            dead_letters: known.ledger.letters,
            balance_lamports: known.balance,
            runway_seconds: known.ledger.runway,
            spent_today_lamports: known.ledger.spent_today,
            last_success_seconds: known.last_success.map(|at| now.saturating_duration_since(at).as_secs()),
            workflows: told_of(&known.tally),
            endpoints,
            sla,
        }
    }

    /// Everything that a person watches.
    pub(crate) fn status(&self, now: Instant) -> Status {
        let Told { status: condition, reasons: all, .. } = self.told(now);
        let mut reasons: Vec<String> = all.iter().take(MOST_REASONS).map(|reason| short(reason)).collect();
        if let Some(more) = all.len().checked_sub(MOST_REASONS).filter(|more| 0 < *more) {
            reasons.push(format!("and {more} more: see /healthz"));
        }
        let pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let endpoints = pool.map(|pool| pool.status()).unwrap_or_default();
        Status { condition, reasons, ..self.board.told(&endpoints, now) }
    }

    fn endpoints(&self) -> Vec<EndpointTold> {
        let pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let told = pool.iter().flat_map(Pool::status);
        told.map(|it| EndpointTold { name: it.name.to_string(), out: it.unfit.map(|why| why.to_string()) }).collect()
    }
}

fn told_of(tally: &Tally) -> BTreeMap<&'static str, WorkflowTold> {
    let told = |workflow: Workflow| {
        let of = tally.0.get(&workflow).cloned().unwrap_or_default();
        let (running, overdue, flagged, overdue_seconds) = (of.running, of.overdue, of.flagged, of.overdue_seconds);
        (workflow.name(), WorkflowTold { running, overdue, flagged, overdue_seconds })
    };
    Workflow::ALL.into_iter().map(told).collect()
}

#[cfg(test)]
mod tests;
