//! What an operator installs beside the binary: alerts, unit, dashboard, package.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

use crate::process::Home;

const MANUAL: &str = include_str!("../../../../docs/operators.md");
/// Each file of rules: its name without its ending, what it holds, and its cases.
const RULES: [(&str, &str, &str); 2] = [
    (
        "quantumagi-crank",
        include_str!("../../../../packaging/prometheus/quantumagi-crank.rules.yml"),
        include_str!("../../../../packaging/prometheus/quantumagi-crank.test.yml"),
    ),
    (
        "quantumagi-crank-sla",
        include_str!("../../../../packaging/prometheus/quantumagi-crank-sla.rules.yml"),
        include_str!("../../../../packaging/prometheus/quantumagi-crank-sla.test.yml"),
    ),
];
const DASHBOARD: &str = include_str!("../../../../packaging/grafana/quantumagi-crank.json");
const UNIT: &str = include_str!("../../../../packaging/systemd/quantumagi-crank.service");
const MANIFEST: &str = include_str!("../../Cargo.toml");

fn packaging() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../packaging"))
}

fn ran(command: &mut Command) -> Output {
    let name = command.get_program().to_string_lossy().into_owned();
    command.output().unwrap_or_else(|error| panic!("{name}: {error}; install it: scripts/setup --test"))
}

fn alerts(rules: &'static str) -> impl Iterator<Item = &'static str> {
    rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: "))
}

#[test]
fn the_alerts_ring_when_they_should_and_not_before() {
    for (name, ..) in RULES {
        for (verb, file) in [("check", format!("{name}.rules.yml")), ("test", format!("{name}.test.yml"))] {
            let mut promtool = Command::new("promtool");
            let output = ran(promtool.args([verb, "rules", &file]).current_dir(packaging().join("prometheus")));
            let told = [output.stdout, output.stderr].concat();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&told));
        }
    }
}

#[test]
fn every_alert_has_tests_both_ways_and_its_section() {
    let all = RULES.into_iter().flat_map(|(_, rules, cases)| alerts(rules).map(move |alert| (alert, rules, cases)));
    let all: Vec<_> = all.collect();
    assert_eq!(all.len(), 24);
    for (alert, rules, cases) in &all {
        let tests = |expected: &str| cases.contains(&format!("alertname: {alert}\n        exp_alerts:{expected}"));
        assert!(tests(" []") && tests("\n"), "{alert}");
        assert!(MANUAL.contains(&format!("\n### {alert}\n")), "{alert}");
        assert!(rules.contains(&format!("runbook: docs/operators.md#{}\n", alert.to_lowercase())), "{alert}");
    }
    let sections = MANUAL.lines().filter_map(|line| line.strip_prefix("### QuantumagiCrank")).count();
    assert_eq!(sections, all.len(), "and no section is left over");
}

#[test]
fn alerts_speak_of_metrics_that_are_exported() {
    let home = Home::new();
    home.configure(&[quantumagi_interface::Address::default()], "http://127.0.0.1:1", "");
    let listed = home.json(&["metrics"], 0);
    let names = listed.as_array().expect("a list").iter().map(|metric| metric["name"].as_str().expect("a name"));
    let names: BTreeSet<&str> = names.collect();
    let is_of_name = |letter: char| letter.is_ascii_lowercase() || letter == '_';
    let mut found = 0;
    let rules = RULES.map(|(_, rules, _)| rules).concat();
    for (start, _) in rules.match_indices("quantumagi_") {
        let name = rules[start..].split(|letter| !is_of_name(letter)).next().expect("a split has a first part");
        assert!(names.contains(name), "{name}");
        found += 1;
    }
    assert!(found >= rules.matches("- alert: ").count(), "{found}");
}

/// Prometheus reads every question of the dashboard.
#[test]
fn the_dashboard_asks_questions_that_prometheus_understands() {
    let dashboard: Value = serde_json::from_str(DASHBOARD).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("a list");
    let targets = panels.iter().filter_map(|panel| panel["targets"].as_array()).flatten();
    let mut rules = "groups: [{name: asked, rules: [\n".to_owned();
    for (number, target) in targets.enumerate() {
        let asked =
            target["expr"].as_str().expect("a question").replace("$__rate_interval", "5m").replace("$instance", ".*");
        rules.push_str(&format!("{{record: asked{number}, expr: {}}},\n", Value::from(asked)));
    }
    rules.push_str("]}]\n");
    let home = Home::new();
    let output = ran(Command::new("promtool").args(["check", "rules", &home.write("asked.yml", &rules)]));
    let told = [output.stdout, output.stderr].concat();
    let told = String::from_utf8_lossy(&told).into_owned();
    let histograms = DASHBOARD.matches("histogram_quantile(0.5").count();
    let asked = panels.iter().filter(|panel| panel["type"] == "timeseries").count() + histograms;
    assert!(output.status.success() && told.contains(&format!("SUCCESS: {asked} rules found")), "{told}");
}

/// systemd's own judgement of the unit, with the binary that this test runs.
#[test]
fn the_unit_is_in_order_and_little_exposed() {
    let home = Home::new();
    let unit = UNIT.replace("/usr/bin/quantumagi-crank", env!("CARGO_BIN_EXE_quantumagi-crank"));
    assert!(unit != UNIT && UNIT.contains("\nType=notify\n") && UNIT.contains("\nWatchdogSec="));
    let path = home.write("quantumagi-crank.service", &unit);
    for args in [&["verify"][..], &["security", "--offline=true", "--threshold=15", "--no-pager"]] {
        let output = ran(Command::new("systemd-analyze").args(args).arg(&path));
        let told = [output.stdout, output.stderr].concat();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&told));
    }
}

#[test]
fn every_file_of_the_package_is_there() {
    let manifest: toml::Table = MANIFEST.parse().expect("TOML");
    let deb = &manifest["package"]["metadata"]["deb"];
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let assets = deb["assets"].as_array().expect("a list");
    let mut places = Vec::new();
    for asset in assets {
        let (from, to) = (asset[0].as_str().expect("a path"), asset[1].as_str().expect("a path"));
        assert!(from.starts_with("target/release/") || root.join(from).is_file(), "{from}");
        places.push(to);
    }
    for named in ["usr/share/quantumagi-crank/prometheus/", "usr/share/quantumagi-crank/grafana/", "usr/bin/"] {
        assert!(places.contains(&named), "{named}");
    }
    for place in [
        "prometheus/quantumagi-crank.rules.yml",
        "prometheus/quantumagi-crank-sla.rules.yml",
        "grafana/quantumagi-crank.json",
    ] {
        assert!(MANUAL.contains(&format!("/usr/share/quantumagi-crank/{place}")), "{place}");
    }
    assert!(root.join(deb["maintainer-scripts"].as_str().expect("a path")).join("postinst").is_file());
}
