//! packaging/prometheus/quantumagi-crank-sla.rules.yml, written from the crank's own table: both ring alike.

use std::collections::BTreeSet;
use std::fs;

use quantumagi_crank::sla::{BURN_RULES, Basis, BurnRule, LEAST_FAILED_CALLS, Objective, Window, alarm_basis};

use super::list::{SLA_ALERT, SLA_BAD, SLA_BURN, SLA_RATIO, SLA_TIME};
use super::{METRICS, Scope};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../packaging/prometheus/quantumagi-crank-sla.rules.yml");

/// Objectives whose alerts go by a basis, as a pattern.
fn of(basis: Basis) -> String {
    let names = Objective::ALL.into_iter().filter(|it| alarm_basis(*it) == basis).map(Objective::name);
    names.collect::<Vec<_>>().join("|")
}

fn rule(rule: &BurnRule) -> String {
    let BurnRule { alert, long, short, burn_tenths, severity, .. } = rule;
    let (long, short, severity) = (long.name(), short.name(), severity.name());
    let burn = f64::from(*burn_tenths) / 10.0;
    let select = |basis: Basis| format!("objective=~\"{}\", basis=\"{}\"", of(basis), basis.name());
    let (time, requests) = (select(Basis::Time), select(Basis::Requests));
    format!(
        "      - alert: {alert}
        expr: >-
          (
            {SLA_BURN}{{{time}, window=\"{long}\"}} > {burn}
            or
            ({SLA_BURN}{{{requests}, window=\"{long}\"}} > {burn}
              and {SLA_BAD}{{{requests}, window=\"{long}\"}} >= {LEAST_FAILED_CALLS})
          )
          and ignoring (window) {SLA_BURN}{{window=\"{short}\"}} > {burn}
        labels: {{severity: {severity}}}
        annotations:
          summary: \"{{{{ $labels.instance }}}} spends its error budget of {{{{ $labels.objective }}}} {{{{ printf \\\"%.1f\\\" $value }}}} times \
         as fast as it may over {long}, and more than {burn} times over {short}.\"
          runbook: docs/operators.md#{}
",
        alert.to_lowercase()
    )
}

fn page() -> String {
    let head = "# Alerts about the error budgets of quantumagi-crank, written from its own table. Do not edit: change
# crates/crank/src/sla/burn.rs, and run `UPDATE_DOCS=1 cargo test -p quantumagi-crank --bins`.
groups:
  - name: quantumagi-crank-sla
    rules:
";
    let rules = BURN_RULES.iter().map(rule);
    std::iter::once(head.to_owned()).chain(rules).collect()
}

/// Run with `UPDATE_DOCS=1` to write the file.
#[test]
fn the_rules_of_the_error_budgets_are_up_to_date() {
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(PATH, page()).expect("packaging/ can be written");
    }
    let written = fs::read_to_string(PATH).expect("the rules are there");
    assert!(written == page(), "{PATH} is stale: run `UPDATE_DOCS=1 cargo test -p quantumagi-crank --bins`");
}

#[test]
fn labels_of_the_service_levels_are_the_words_of_the_library() {
    let values = |metric: &str, label: &str| -> BTreeSet<String> {
        let metric = METRICS.iter().find(|it| it.name == metric).expect("it is listed");
        let (_, values) = metric.labels.iter().find(|(name, _)| *name == label).expect("it has the label");
        values.all(&Scope::default()).into_iter().collect()
    };
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(values(SLA_RATIO, "objective"), words(&Objective::ALL.map(Objective::name)));
    assert_eq!(values(SLA_RATIO, "basis"), words(&Basis::ALL.map(Basis::name)));
    assert_eq!(values(SLA_TIME, "window"), words(&Window::ALL.map(Window::name)));
    assert_eq!(values(SLA_ALERT, "alert"), words(&BURN_RULES.map(|rule| rule.name)));
}
