//! Every metric that there is: what it counts, its labels with all their values, and what to do when it rises.
//!
//! Exported metrics are made from this list at the start, and so is the dashboard: what is not exported cannot be drawn.

#[cfg(test)]
mod burn;
#[cfg(test)]
mod dashboard;
pub(crate) mod list;

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::LazyLock;

use quantumagi_crank::alert::RULES;
use quantumagi_crank::{Kind, Outcome, Workflow};
use quantumagi_rpc::catalogue::{self, Part, Series};
use quantumagi_rpc::pool;
use serde_json::{Value, json};

/// Every metric: the crank's own, and what the pool and the transactions are measured by.
pub(crate) static METRICS: LazyLock<Vec<Metric>> = LazyLock::new(|| {
    let of_rpc = catalogue::ALL.iter().filter(|series| is_used(series)).map(Metric::from);
    list::OWN.iter().cloned().chain(of_rpc).collect()
});

/// Nothing is read through the cache here, nothing is signed anew without a line in the journal, and the crank makes a new
/// pool where its configuration changes.
fn is_used(series: &Series) -> bool {
    let is_of_pool = series.part == Part::Pool && series.name != pool::meters::RELOADS;
    is_of_pool || series.name == catalogue::TRANSACTIONS
}

/// How a number behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// A second of the host's clock: shown as what has passed since.
    Moment,
    /// How often something was how large.
    Histogram,
}

/// Unit of a number, as Grafana calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// A count.
    Count,
    /// Seconds.
    Seconds,
    /// Lamports.
    Lamports,
    /// Bytes.
    Bytes,
    /// Parts of a whole.
    Ratio,
}

/// All values that a label can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Values {
    /// Instructions that duties call for.
    Kinds,
    /// How an attempt can end.
    Outcomes,
    /// States of a dead letter.
    LetterStates,
    /// Governance workflows.
    Workflows,
    /// Constitutions of the configuration.
    Constitutions,
    /// Endpoints of the configuration, by name.
    Endpoints,
    /// Webhooks of the configuration, by name.
    Sinks,
    /// Alerts that the crank raises.
    Alerts,
    /// Names of JSON-RPC methods: a series is there once its method was used.
    Methods,
    /// These words.
    Words(&'static [&'static str]),
}

/// Which part of the dashboard shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Row {
    /// Whether it works.
    Work,
    /// How governance goes on.
    Workflows,
    /// What was promised, and what is kept of it.
    Objectives,
    /// What is paid.
    Money,
    /// Whom it asks.
    Endpoints,
    /// The process.
    Process,
}

/// One metric.
#[derive(Clone, Debug)]
pub(crate) struct Metric {
    /// Its name.
    pub(crate) name: &'static str,
    /// How it behaves.
    pub(crate) shape: Shape,
    /// What it is counted in.
    pub(crate) unit: Unit,
    /// Its labels, each with its values.
    pub(crate) labels: Cow<'static, [(&'static str, Values)]>,
    /// What it says, and what a rise means.
    pub(crate) help: &'static str,
    /// Where it is drawn.
    pub(crate) row: Row,
}

/// What the values of labels depend on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    /// Constitutions, by address.
    pub(crate) constitutions: Vec<String>,
    /// Endpoints, by name.
    pub(crate) endpoints: Vec<String>,
    /// Webhooks, by name.
    pub(crate) sinks: Vec<String>,
}

impl Values {
    /// All of them.
    pub(crate) fn all(self, scope: &Scope) -> Vec<String> {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        match self {
            Self::Kinds => Kind::ALL.iter().map(|kind| kind.name().to_owned()).collect(),
            Self::Outcomes => owned(&Outcome::NAMES),
            Self::LetterStates => owned(&["waiting", "replayed", "dropped"]),
            Self::Workflows => owned(&Workflow::NAMES),
            Self::Constitutions => scope.constitutions.clone(),
            Self::Endpoints => scope.endpoints.clone(),
            Self::Sinks => scope.sinks.clone(),
            Self::Alerts => RULES.iter().map(|rule| rule.name.to_owned()).collect(),
            Self::Methods => Vec::new(),
            Self::Words(words) => owned(words),
        }
    }
}

impl From<&Series> for Metric {
    fn from(series: &Series) -> Self {
        let value = |values: catalogue::Values| match values {
            catalogue::Values::Endpoints => Values::Endpoints,
            catalogue::Values::Methods => Values::Methods,
            catalogue::Values::Words(words) => Values::Words(words),
        };
        Self {
            name: series.name,
            shape: match series.kind {
                catalogue::Kind::Counter => Shape::Counter,
                catalogue::Kind::Gauge => Shape::Gauge,
                catalogue::Kind::Histogram => Shape::Histogram,
            },
            unit: if series.unit == metrics::Unit::Seconds { Unit::Seconds } else { Unit::Count },
            labels: series.labels.iter().map(|(label, values)| (*label, value(*values))).collect(),
            help: series.help,
            row: Row::Endpoints,
        }
    }
}

impl Metric {
    /// Every series of this metric: one value for each label.
    pub(crate) fn series(&self, scope: &Scope) -> Vec<Vec<(&'static str, String)>> {
        let mut series = vec![Vec::new()];
        for (label, values) in self.labels.iter() {
            let values = values.all(scope);
            let longer = |short: &Vec<(&'static str, String)>| {
                let short = short.clone();
                values.iter().map(move |value| [short.clone(), vec![(*label, value.clone())]].concat())
            };
            series = series.iter().flat_map(|short| longer(short).collect::<Vec<_>>()).collect();
        }
        series
    }

    /// Whether it is counted by the pool of endpoints, which makes its own series.
    pub(crate) fn is_of_the_pool(&self) -> bool {
        self.name.starts_with("quantumagi_rpc_") && self.name != catalogue::TRANSACTIONS
    }
}

/// The list, for people and for machines.
pub(crate) fn listed(scope: &Scope) -> (String, Value) {
    let mut words = String::new();
    let mut values = Vec::new();
    for metric in METRICS.iter() {
        let Metric { name, shape, unit, labels, help, row } = metric;
        let shape = match shape {
            Shape::Counter => "counter",
            Shape::Gauge | Shape::Moment => "gauge",
            Shape::Histogram => "histogram",
        };
        let names: Vec<&str> = labels.iter().map(|(label, _)| *label).collect();
        let _ = writeln!(words, "{name}{{{}}} ({shape})\n    {help}", names.join(", "));
        let by_label: serde_json::Map<String, Value> =
            labels.iter().map(|(label, values)| ((*label).to_owned(), json!(values.all(scope)))).collect();
        let unit = format!("{unit:?}").to_lowercase();
        let row = format!("{row:?}").to_lowercase();
        values.push(json!({
            "name": name, "shape": shape, "unit": unit, "labels": by_label, "help": help, "row": row,
        }));
    }
    (words, Value::Array(values))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use quantumagi_crank::journal::LetterState;

    use super::*;

    #[test]
    fn the_states_of_a_dead_letter_are_all_counted() {
        let states = [LetterState::Waiting, LetterState::Replayed, LetterState::Dropped].map(LetterState::name);
        assert_eq!(Values::LetterStates.all(&Scope::default()), states);
    }

    #[test]
    fn every_way_in_which_a_workflow_can_stand_is_counted() {
        use quantumagi_crank::workflow::{State, Timing};
        let values = |name: &str, label: &str| {
            let metric = METRICS.iter().find(|it| it.name == name).expect("it is listed");
            let found = metric.labels.iter().find(|(it, _)| *it == label).expect("it has the label");
            found.1.all(&Scope::default())
        };
        assert_eq!(values(list::STEPS, "timing"), Timing::ALL.map(Timing::name));
        assert_eq!(values(list::INSTANCES, "workflow"), Workflow::ALL.map(Workflow::name));
        let states = [values(list::INSTANCES, "state"), values(list::ENDED, "result")].concat();
        assert_eq!(states, State::ALL.map(State::name));
    }

    #[test]
    fn names_are_unique_and_end_as_their_shape_says() {
        let names: BTreeSet<&str> = METRICS.iter().map(|metric| metric.name).collect();
        assert_eq!(names.len(), METRICS.len());
        for metric in METRICS.iter() {
            let (name, is_total) = (metric.name, metric.name.ends_with("_total"));
            assert!(name.starts_with("quantumagi_crank_") || name.starts_with("quantumagi_rpc_"), "{name}");
            assert_eq!(is_total, metric.shape == Shape::Counter, "{name}");
            assert_eq!(name.ends_with("_timestamp_seconds"), metric.shape == Shape::Moment, "{name}");
            assert!(metric.help.ends_with('.'), "{name}");
        }
    }

    #[test]
    fn series_are_all_pairs_of_values() {
        let metric = METRICS.iter().find(|it| it.name == list::ATTEMPTS).expect("it is listed");
        assert_eq!(metric.series(&Scope::default()).len(), Kind::ALL.len() * Outcome::NAMES.len());
    }
}
