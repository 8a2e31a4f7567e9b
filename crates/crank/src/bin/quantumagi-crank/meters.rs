//! Making every series of the catalogue at the start, and writing a round's numbers down.

use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use metrics::{Label, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use quantumagi_crank::journal::{Ending, Fate, LetterState};
use quantumagi_crank::runway::{COUNTED_SECONDS, runway_seconds};
use quantumagi_crank::workflow::{Looked, State, Transition, Workflow};
use quantumagi_crank::{Attempted, Cost, Journal, JournalError, Judgement, Kind, Landed, Lookups, Outcome, Round};
use quantumagi_interface::Address;

use crate::catalogue::list as name;
use crate::catalogue::{METRICS, Scope, Shape};
use crate::config::Config;
use crate::sla::tap::{Calls, Tapped};

/// Buckets of a call and of a round, seconds.
const FAST: [f64; 10] = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0];
/// Buckets of the time from due to done, seconds: a slot, a minute, an hour, a day.
const SLOW: [f64; 10] = [1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 3_600.0, 21_600.0, 86_400.0];

/// Buckets of the time from due to a block, seconds: a slot of 0.4 s, two, and so on.
const LANDING: [f64; 12] = [0.2, 0.4, 0.8, 1.2, 2.0, 3.0, 5.0, 10.0, 30.0, 60.0, 300.0, 3_600.0];
/// Buckets of slots: a blockhash lives for 150.
const SLOTS: [f64; 11] = [0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 16.0, 32.0, 75.0, 150.0];

/// Starts collecting, and counts calls besides. Before a pool is made, which looks its series up once.
///
/// # Errors
/// Where something else collects already.
pub(crate) fn install() -> anyhow::Result<(PrometheusHandle, Arc<Calls>)> {
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full(name::DELAY.to_owned()), &SLOW)?
        .set_buckets_for_metric(Matcher::Full(name::LANDING_DELAY.to_owned()), &LANDING)?
        .set_buckets_for_metric(Matcher::Suffix("_slots".to_owned()), &SLOTS)?
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &FAST)?;
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    let calls = Arc::new(Calls::default());
    metrics::set_global_recorder(Tapped { to: recorder, calls: Arc::clone(&calls) })?;
    for metric in METRICS.iter() {
        match metric.shape {
            Shape::Counter => describe_counter!(metric.name, metric.help),
            Shape::Gauge | Shape::Moment => describe_gauge!(metric.name, metric.help),
            Shape::Histogram => describe_histogram!(metric.name, metric.help),
        }
    }
    Ok((handle, calls))
}

/// What the labels' values depend on.
pub(crate) fn scope(config: &Config) -> Scope {
    Scope {
        constitutions: config.constitutions.iter().map(ToString::to_string).collect(),
        endpoints: config.pool.endpoints.iter().map(|endpoint| endpoint.name().to_string()).collect(),
        sinks: config.alerting.webhooks.iter().map(|webhook| webhook.name.to_string()).collect(),
    }
}

/// Makes every series that this configuration can have, so that an alert can tell "never happened" from "not measured".
pub(crate) fn prepare(config: &Config) {
    let scope = scope(config);
    for metric in METRICS.iter().filter(|metric| !metric.is_of_the_pool()) {
        for series in metric.series(&scope) {
            let labels: Vec<Label> = series.into_iter().map(|(key, value)| Label::new(key, value)).collect();
            match metric.shape {
                Shape::Counter => counter!(metric.name, labels).increment(0),
                // What was measured already stays.
                Shape::Gauge | Shape::Moment => gauge!(metric.name, labels).increment(0.0),
                Shape::Histogram => drop(histogram!(metric.name, labels)),
            }
        }
    }
    gauge!(name::BUILD_INFO, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    gauge!(name::MIN_BALANCE).set(float(config.min_balance));
    gauge!(name::DAY_LIMIT).set(float(config.terms.max_cost_per_day.fee_lamports));
}

/// Seconds since 1970 by the host's clock, which nothing but people and alerts go by.
pub(crate) fn host_now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

/// The same in whole seconds.
#[allow(clippy::cast_possible_truncation, reason = "far below 2^53")]
pub(crate) fn host_seconds() -> i64 {
    host_now() as i64
}

/// For how long the certificate of the pages is valid still.
#[allow(clippy::cast_precision_loss, reason = "seconds of a certificate's life are far below 2^53")]
pub(crate) fn note_certificate(left: Option<i64>) {
    gauge!(name::CERTIFICATE_LEFT).set(left.unwrap_or(0) as f64);
}

/// Lamports and counts stay exact up to 2^53, nine million SOL.
#[allow(clippy::cast_precision_loss, reason = "a measure, not an amount")]
pub(crate) fn float(number: u64) -> f64 {
    number as f64
}

/// A word for what became of reading: `ok`, `partial` or `failed`.
pub(crate) fn result_of(round: &Round, constitutions: usize) -> &'static str {
    match (round.clock.is_some(), round.unread.len()) {
        (true, 0) => "ok",
        (true, unread) if unread < constitutions => "partial",
        _ => "failed",
    }
}

/// Writes down when a transaction came into its block.
pub(crate) fn note_landed(landed: &Landed) {
    histogram!(name::LANDING_SLOTS, "kind" => landed.duty.kind.name()).record(float(landed.slots));
    histogram!(name::LANDING_DELAY).record(landed.after_due);
}

/// Writes an attempt down.
pub(crate) fn note_attempt(attempt: &Attempted) {
    let Attempted { duty, outcome, after_due, .. } = attempt;
    let kind = duty.kind.name();
    counter!(name::ATTEMPTS, "kind" => kind, "outcome" => outcome.name()).increment(1);
    note_cost(kind, outcome.cost());
    match outcome {
        Outcome::Done { .. } => histogram!(name::DELAY).record(*after_due),
        Outcome::Overtaken { cost } | Outcome::Refused { cost, .. } => {
            counter!(name::WASTED).increment(cost.fee_lamports);
        }
        Outcome::Rehearsed { .. }
        | Outcome::Open { .. }
        | Outcome::Expired
        | Outcome::TooDear { .. }
        | Outcome::DayLimit { .. }
        | Outcome::NoFunds
        | Outcome::Unreachable { .. } => {}
    }
}

fn note_cost(kind: &'static str, cost: Cost) {
    counter!(name::FEES, "kind" => kind).increment(cost.fee_lamports);
    counter!(name::RENTS, "kind" => kind).increment(cost.rent_lamports);
}

/// Writes a round's numbers down.
pub(crate) fn note_round(round: &Round, constitutions: &[Address]) {
    let result = result_of(round, constitutions.len());
    counter!(name::ROUNDS, "result" => result).increment(1);
    histogram!(name::ROUND_SECONDS).record(round.took);
    gauge!(name::LAST_ROUND).set(host_now());
    let Some(clock) = round.clock else { return };
    if result == "ok" {
        gauge!(name::LAST_SUCCESS).set(host_now());
    }
    gauge!(name::SLOT).set(float(clock.slot));
    #[allow(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^53")]
    gauge!(name::SKEW).set(host_now() - clock.unix_timestamp as f64);
    if let Some(balance) = round.balance {
        gauge!(name::BALANCE).set(float(balance));
    }
    for kind in Kind::ALL {
        let of_kind = round.due.iter().filter(|duty| duty.kind == kind);
        let ages = of_kind.clone().map(|duty| clock.unix_timestamp.saturating_sub(duty.due_at.0));
        let oldest = ages.max().unwrap_or(0).max(0).unsigned_abs();
        gauge!(name::DUE, "kind" => kind.name()).set(float(of_kind.count() as u64));
        gauge!(name::OLDEST_DUE, "kind" => kind.name()).set(float(oldest));
    }
    for attempt in &round.ended {
        let of_key = attempt.key.split('/').nth(1);
        let kind = Kind::ALL.into_iter().map(Kind::name).find(|kind| Some(*kind) == of_key);
        match (kind, attempt.fate) {
            (Some(kind), Fate::Ended(Ending::Landed { .. })) => note_cost(kind, attempt.flight.cost),
            (Some(kind), Fate::Ended(Ending::Failed { .. })) => {
                note_cost(kind, attempt.flight.cost.of_failure());
                counter!(name::WASTED).increment(attempt.flight.cost.fee_lamports);
            }
            (_, Fate::Ended(Ending::Expired) | Fate::Open) | (None, _) => {}
        }
    }
    let Lookups { hits, misses } = round.published;
    counter!(name::CACHE, "cache" => "published", "result" => "hit").increment(hits);
    counter!(name::CACHE, "cache" => "published", "result" => "miss").increment(misses);
    gauge!(name::WAITING).set(float(round.waiting as u64));
    for address in constitutions {
        let is_unread = round.unread.iter().any(|(unread, _)| unread == address);
        gauge!(name::UNREAD, "constitution" => address.to_string()).set(f64::from(u8::from(is_unread)));
    }
    for (judgement, state) in [(Judgement::False, "false"), (Judgement::Unknown, "unknown")] {
        let count = round.doubtful.iter().filter(|(_, _, it)| *it == judgement).count();
        gauge!(name::DOUBTFUL_ROOTS, "state" => state).set(float(count as u64));
    }
    gauge!(name::UNREADABLE).set(float(round.unreadable.len() as u64));
    counter!(name::SETTLED).increment(round.settled.len() as u64);
}

/// Writes down how the workflows stand. What could not be read says nothing about them.
pub(crate) fn note_workflows(looked: &Looked, is_whole: bool) {
    for (instance, change) in &looked.changes {
        let workflow = instance.key.workflow.name();
        match change {
            Transition::Passed(mark) => {
                counter!(name::STEPS, "workflow" => workflow, "timing" => mark.timing.name()).increment(1);
            }
            Transition::Ended(verdict) => {
                let result = if verdict.is_failure() { State::Failed } else { State::Done };
                counter!(name::ENDED, "workflow" => workflow, "result" => result.name()).increment(1);
            }
            Transition::Began | Transition::Overdue { .. } | Transition::Found(_) => {}
        }
    }
    let Some(tally) = looked.tally.as_ref().filter(|_| is_whole) else { return };
    for workflow in Workflow::ALL {
        let (of, workflow) = (tally.0.get(&workflow).cloned().unwrap_or_default(), workflow.name());
        for (state, count) in [(State::Running, of.running), (State::Overdue, of.overdue)] {
            gauge!(name::INSTANCES, "workflow" => workflow, "state" => state.name()).set(float(count as u64));
        }
        gauge!(name::FLAGGED, "workflow" => workflow).set(float(of.flagged as u64));
        gauge!(name::STEP_OVERDUE, "workflow" => workflow).set(float(of.overdue_seconds));
    }
}

/// What the journal says of itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ledger {
    /// Dead letters that are tried again.
    pub(crate) letters: usize,
    /// Fees of this day of the chain's clock, lamports.
    pub(crate) spent_today: u64,
    /// How long the wallet lasts, seconds; `None` where its balance is not known.
    pub(crate) runway: Option<u64>,
}

/// Reads the journal's numbers and writes them down.
///
/// # Errors
/// [`JournalError`].
pub(crate) fn note_journal(
    journal: &Journal,
    constitutions: &[Address],
    chain_seconds: i64,
    balance: Option<u64>,
) -> Result<Ledger, JournalError> {
    let unproved = journal.unproved()?;
    for address in constitutions.iter().map(ToString::to_string) {
        let is_unproved = unproved.iter().any(|(constitution, _)| *constitution == address);
        gauge!(name::UNPROVED, "constitution" => address).set(f64::from(u8::from(is_unproved)));
    }
    let letters = journal.letters()?;
    for state in [LetterState::Waiting, LetterState::Replayed, LetterState::Dropped] {
        let count = letters.iter().filter(|letter| letter.state == state).count();
        gauge!(name::LETTERS, "state" => state.name()).set(float(count as u64));
    }
    gauge!(name::FLIGHTS).set(float(journal.flights()?.len() as u64));
    let spent_today = journal.spent_on_day_of(chain_seconds)?.fee_lamports;
    gauge!(name::SPENT_TODAY).set(float(spent_today));
    let letters = letters.iter().filter(|letter| letter.state != LetterState::Dropped).count();
    let (fees, first) = journal.fees_since(chain_seconds.saturating_sub(COUNTED_SECONDS))?;
    let known = chain_seconds.saturating_sub(first.unwrap_or(chain_seconds));
    let runway = balance.map(|balance| runway_seconds(balance, fees, known));
    if let Some(runway) = runway {
        gauge!(name::RUNWAY).set(float(runway));
    }
    Ok(Ledger { letters, spent_today, runway })
}

/// What the process takes of its machine. Linux tells it in `/proc`; elsewhere the numbers stay 0.
pub(crate) fn note_process(state_dir: &Path) {
    if let Some(free) = disk_free(state_dir) {
        gauge!(name::DISK_FREE).set(float(free));
    }
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    let resident = pages.and_then(|text| text.split_whitespace().nth(1)?.parse::<u64>().ok());
    if let Some(pages) = resident {
        let page_size = rustix::param::page_size() as u64;
        gauge!(name::RESIDENT).set(float(pages.saturating_mul(page_size)));
    }
    if let Ok(files) = std::fs::read_dir("/proc/self/fd") {
        gauge!(name::FILES).set(float(files.count() as u64));
    }
}

/// Room where the journal lies, bytes.
pub(crate) fn disk_free(state_dir: &Path) -> Option<u64> {
    let there = rustix::fs::statvfs(state_dir).ok()?;
    Some(there.f_bavail.saturating_mul(there.f_frsize))
}
