//! Every series that this crate measures: its name, kind, unit and labels, and what it tells.
//!
//! Series go to whatever recorder of the `metrics` crate the program sets, before it makes a pool. [`describe_all`] tells
//! the recorder what they are, [`create_all`] makes them exist at zero, so that an alert can tell "never happened" from
//! "not measured". Labels are configured names and fixed words, never addresses.
//!
//! Spans and log lines go through `tracing`. A program that wants them as OpenTelemetry adds that layer to its subscriber;
//! this crate depends on neither the protocol nor an exporter.

use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

use crate::cache::meters::{DROPPED_WRITES, FAILURES, LEVEL_IN_USE, LOOKUPS};
use crate::confirm::meters::OUTCOMES as ENDS;
pub use crate::confirm::meters::{SIGNED_ANEW, TRANSACTIONS};
use crate::pool::Label;
use crate::pool::meters::{
    ATTEMPT_SECONDS, ATTEMPTS, BREAKER_OPENED, BREAKER_STATE, CALLS, ENDPOINT_SHARE, HEALTH_CHECKS, HEALTH_SHARING,
    HEALTH_WORDS, METHOD_ATTEMPTS, OUTCOMES, RELOADS, RETRIES, RETRIES_REFUSED, RETRY_BUDGET, SLOT_LAG,
};
use crate::reader::BATCH_ACCOUNTS;
use crate::subscribe::meters::{LOSSES, NOTIFICATIONS_DROPPED};

/// How a series counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Only goes up.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Many values, of which shares lie below this and that.
    Histogram,
}

/// What a label can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// The names of the configured endpoints.
    Endpoints,
    /// Names of JSON-RPC methods: those that were called.
    Methods,
    /// These words.
    Words(&'static [&'static str]),
}

/// Which part of this crate measures a series: who does not use a part has no use for its series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The pool of endpoints.
    Pool,
    /// What pools of several processes tell each other through Redis.
    HealthSharing,
    /// Sending and confirming.
    Transactions,
    /// Reading accounts through the cache.
    Cache,
    /// Subscriptions.
    Subscriptions,
}

/// One series, or as many as its labels have values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Series {
    /// Who measures it.
    pub part: Part,
    /// Its name.
    pub name: &'static str,
    /// How it counts.
    pub kind: Kind,
    /// Of what.
    pub unit: Unit,
    /// Its labels, and what each can say.
    pub labels: &'static [(&'static str, Values)],
    /// What it tells, and what a rise means.
    pub help: &'static str,
}

const ENDPOINT: (&str, Values) = ("endpoint", Values::Endpoints);
const CLASS: (&str, Values) = ("class", Values::Words(&["read", "scan", "history", "simulate", "send"]));
const LEVEL: (&str, Values) = ("level", Values::Words(&["memory", "redis", "database"]));
/// The levels beyond memory.
const KEPT: (&str, Values) = ("level", Values::Words(&["redis", "database"]));
const SIDE: (&str, Values) = ("side", Values::Words(&["read", "write"]));
const OUTCOME: (&str, Values) = ("outcome", Values::Words(&OUTCOMES));

const fn series(
    part: Part,
    name: &'static str,
    kind: Kind,
    unit: Unit,
    labels: &'static [(&'static str, Values)],
    help: &'static str,
) -> Series {
    Series { part, name, kind, unit, labels, help }
}

/// Every series.
pub const ALL: [Series; 24] = [
    series(
        Part::Pool,
        CALLS,
        Kind::Counter,
        Unit::Count,
        &[CLASS, ("outcome", Values::Words(&["ok", "failed"]))],
        "Calls as their callers see them. `failed` rises when no attempt helped: callers are affected.",
    ),
    series(
        Part::Pool,
        ATTEMPTS,
        Kind::Counter,
        Unit::Count,
        &[ENDPOINT, CLASS, OUTCOME],
        "Attempts at an endpoint. Outcomes other than `ok` at one endpoint: look at that provider.",
    ),
    series(
        Part::Pool,
        METHOD_ATTEMPTS,
        Kind::Counter,
        Unit::Count,
        &[ENDPOINT, ("method", Values::Methods), OUTCOME],
        "Attempts at an endpoint by method: which of them a provider charges for or refuses. Exists once a method was used.",
    ),
    series(
        Part::Pool,
        ATTEMPT_SECONDS,
        Kind::Histogram,
        Unit::Seconds,
        &[ENDPOINT, CLASS],
        "From an attempt's start to its end, whatever came of it.",
    ),
    series(
        Part::Pool,
        RETRIES,
        Kind::Counter,
        Unit::Count,
        &[CLASS],
        "Attempts beyond a call's first. A tenth of the calls is the most that the budget allows for long.",
    ),
    series(
        Part::Pool,
        RETRIES_REFUSED,
        Kind::Counter,
        Unit::Count,
        &[],
        "Retries that did not happen because the budget was spent: the cluster or the network is unwell.",
    ),
    series(
        Part::Pool,
        RETRY_BUDGET,
        Kind::Gauge,
        Unit::Count,
        &[],
        "Retries left in the budget. At 0, calls fail with their first fault.",
    ),
    series(
        Part::Pool,
        BREAKER_STATE,
        Kind::Gauge,
        Unit::Count,
        &[ENDPOINT, CLASS],
        "0 closed, 1 half-open, 2 open: the endpoint is asked nothing of this class for a while.",
    ),
    series(Part::Pool, BREAKER_OPENED, Kind::Counter, Unit::Count, &[ENDPOINT, CLASS], "How often a breaker opened."),
    series(
        Part::Pool,
        ENDPOINT_SHARE,
        Kind::Gauge,
        Unit::Count,
        &[ENDPOINT],
        "Quarters of its usual share that an endpoint gets: 4 well, 0 out. All at 0: nothing can be asked.",
    ),
    series(
        Part::Pool,
        SLOT_LAG,
        Kind::Gauge,
        Unit::Count,
        &[ENDPOINT],
        "Slots by which an endpoint is behind the best of the others, by its last probe.",
    ),
    series(
        Part::Pool,
        RELOADS,
        Kind::Counter,
        Unit::Count,
        &[("outcome", Values::Words(&["ok", "refused"]))],
        "Changes of the configuration while running. `refused`: the file is wrong, and the one before stays in force.",
    ),
    series(
        Part::HealthSharing,
        HEALTH_WORDS,
        Kind::Counter,
        Unit::Count,
        &[("direction", Values::Words(&["told", "heard", "refused"]))],
        "Words of processes to each other that an endpoint fails. `refused`: somebody else writes to that Redis.",
    ),
    series(
        Part::HealthSharing,
        HEALTH_CHECKS,
        Kind::Counter,
        Unit::Count,
        &[("outcome", Values::Words(&["out", "vain"]))],
        "Checks that others' words caused. `vain` rises alone: somebody lies, or sees less of the network than others.",
    ),
    series(
        Part::HealthSharing,
        HEALTH_SHARING,
        Kind::Gauge,
        Unit::Count,
        &[],
        "1 while health is shared, 0 while Redis does not answer: each process finds out for itself, as without it.",
    ),
    series(
        Part::Transactions,
        TRANSACTIONS,
        Kind::Counter,
        Unit::Count,
        &[("outcome", Values::Words(&ENDS))],
        "Transactions by how they ended. `open` could not be told and may still land; `expired` cannot.",
    ),
    series(
        Part::Transactions,
        SIGNED_ANEW,
        Kind::Counter,
        Unit::Count,
        &[],
        "Transactions signed again after the one before expired. A rise: fees are too low, or sending endpoints drop them.",
    ),
    series(
        Part::Cache,
        LOOKUPS,
        Kind::Counter,
        Unit::Count,
        &[
            LEVEL,
            ("class", Values::Words(&["live", "settled", "lasting"])),
            ("result", Values::Words(&["hit", "miss", "stale", "refused", "out"])),
        ],
        "Account reads by a level of the cache and how it answered. `refused`: damaged or forged; `out`: the level is lost.",
    ),
    series(
        Part::Cache,
        FAILURES,
        Kind::Counter,
        Unit::Count,
        &[KEPT, SIDE],
        "Failures of a level of the cache, of which no reader learns. A rise: look at that store.",
    ),
    series(
        Part::Cache,
        LEVEL_IN_USE,
        Kind::Gauge,
        Unit::Count,
        &[KEPT, SIDE],
        "1 while a level of the cache is used, 0 while it is left out after failures.",
    ),
    series(
        Part::Cache,
        DROPPED_WRITES,
        Kind::Counter,
        Unit::Count,
        &[KEPT],
        "Entries that were not kept because a level of the cache could not take them.",
    ),
    series(
        Part::Cache,
        BATCH_ACCOUNTS,
        Kind::Histogram,
        Unit::Count,
        &[],
        "Accounts asked for in one call: 100 is the most that an endpoint takes.",
    ),
    series(
        Part::Subscriptions,
        LOSSES,
        Kind::Counter,
        Unit::Count,
        &[ENDPOINT],
        "Connections of subscriptions that broke. What happened meanwhile is read when the next one stands.",
    ),
    series(
        Part::Subscriptions,
        NOTIFICATIONS_DROPPED,
        Kind::Counter,
        Unit::Count,
        &[],
        "Notifications that a reader was too slow for. It is told, and what it missed is read anew.",
    ),
];

impl Series {
    /// Each set of values that its labels can have, for these endpoints; none where they are not known before.
    #[must_use]
    pub fn label_sets(&self, endpoints: &[Label]) -> Vec<Vec<(&'static str, String)>> {
        self.labels.iter().fold(vec![Vec::new()], |sets, (key, values)| {
            let values: Vec<String> = match values {
                Values::Endpoints => endpoints.iter().map(ToString::to_string).collect(),
                Values::Words(words) => words.iter().map(ToString::to_string).collect(),
                Values::Methods => Vec::new(),
            };
            let with = |set: &Vec<_>, value: &String| [set.as_slice(), &[(*key, value.clone())]].concat();
            sets.iter().flat_map(|set| values.iter().map(move |value| with(set, value))).collect()
        })
    }

    fn describe(&self) {
        match self.kind {
            Kind::Counter => describe_counter!(self.name, self.unit, self.help),
            Kind::Gauge => describe_gauge!(self.name, self.unit, self.help),
            Kind::Histogram => describe_histogram!(self.name, self.unit, self.help),
        }
    }

    fn create(&self, endpoints: &[Label]) {
        for labels in self.label_sets(endpoints) {
            match self.kind {
                Kind::Counter => counter!(self.name, &labels).increment(0),
                // Those that make a gauge know its first value.
                Kind::Gauge => drop(gauge!(self.name, &labels)),
                Kind::Histogram => drop(histogram!(self.name, &labels)),
            }
        }
    }
}

/// Tells the recorder what each series is.
pub fn describe_all() {
    ALL.iter().for_each(Series::describe);
}

/// Makes every series exist for these endpoints, but for those by method.
pub fn create_all(endpoints: &[Label]) {
    ALL.iter().for_each(|series| series.create(endpoints));
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fmt::Write;

    use super::{ALL, CLASS, Kind, Values};
    use crate::pool::MethodClass;

    #[test]
    fn names_say_what_they_count_and_each_is_there_once() {
        let names: BTreeSet<&str> = ALL.iter().map(|series| series.name).collect();
        assert_eq!(names.len(), ALL.len());
        for series in ALL {
            assert!(series.name.starts_with("quantumagi_rpc_"), "{}", series.name);
            assert_eq!(series.name.ends_with("_total"), series.kind == Kind::Counter, "{}", series.name);
            assert!(series.help.ends_with('.'), "{}", series.name);
        }
        let Values::Words(classes) = CLASS.1 else { panic!("classes are words") };
        assert_eq!(classes, MethodClass::ALL.map(MethodClass::as_str));
    }

    #[test]
    fn each_set_of_label_values_is_there_once() {
        let endpoints = ["a", "b"].map(|name| name.parse().expect("a label"));
        let count = |name: &str| {
            let series = ALL.iter().find(|series| series.name.ends_with(name)).expect("it is listed");
            let sets = series.label_sets(&endpoints);
            assert_eq!(sets.iter().collect::<BTreeSet<_>>().len(), sets.len(), "{name}");
            sets.len()
        };
        assert_eq!(
            ["rpc_attempts_total", "attempt_seconds", "retries_total", "retry_budget", "method_attempts_total"]
                .map(count),
            [2 * 5 * 8, 2 * 5, 5, 1, 0]
        );
    }

    #[test]
    fn the_table_in_the_documentation_has_every_series() {
        let mut table = String::from("| series | kind | unit | labels | what it tells |\n|---|---|---|---|---|\n");
        for series in ALL {
            let kind = match series.kind {
                Kind::Counter => "counter",
                Kind::Gauge => "gauge",
                Kind::Histogram => "histogram",
            };
            let labels: Vec<String> = series
                .labels
                .iter()
                .map(|(key, values)| match values {
                    Values::Endpoints | Values::Methods => format!("`{key}`"),
                    Values::Words(words) => format!("`{key}`: {}", words.join(", ")),
                })
                .collect();
            let (name, unit, help) = (series.name, series.unit.as_str(), series.help);
            writeln!(table, "| `{name}` | {kind} | {unit} | {} | {help} |", labels.join("; ")).expect("text grows");
        }
        let page = include_str!("../../../docs/rpc-metrics.md");
        assert!(page.contains(&table), "docs/rpc-metrics.md must have this table:\n{table}");
    }
}
