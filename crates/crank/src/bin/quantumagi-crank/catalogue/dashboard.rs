//! packaging/grafana/quantumagi-crank.json, written from the catalogue: one panel for each metric.

use std::fs;

use serde_json::{Value, json};

use super::{METRICS, Metric, Row, Shape, Unit};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../packaging/grafana/quantumagi-crank.json");

/// Panels side by side; Grafana's grid has 24 columns.
const PER_LINE: usize = 3;
const WIDTH: usize = 8;
const HEIGHT: usize = 8;

fn title(row: Row) -> &'static str {
    match row {
        Row::Work => "Work",
        Row::Workflows => "Workflows",
        Row::Objectives => "Objectives",
        Row::Money => "Money",
        Row::Endpoints => "Endpoints",
        Row::Process => "Process",
    }
}

/// What is asked of Prometheus, and how each line is called.
fn queries(metric: &Metric) -> Vec<(String, String)> {
    let name = metric.name;
    let labels: Vec<&str> = metric.labels.iter().map(|(label, _)| *label).collect();
    let legend: Vec<String> =
        std::iter::once("instance").chain(labels.clone()).map(|it| format!("{{{{{it}}}}}")).collect();
    let by = [vec!["instance"], labels].concat().join(", ");
    let legend = legend.join(" ");
    let selected = format!("{name}{{instance=~\"$instance\"}}");
    match metric.shape {
        Shape::Counter => vec![(format!("sum by ({by}) (increase({selected}[$__rate_interval])) > 0"), legend)],
        Shape::Gauge => vec![(selected, legend)],
        Shape::Moment => vec![(format!("time() - {selected}"), legend)],
        Shape::Histogram => [("0.5", "median"), ("0.99", "99 %")]
            .map(|(share, called)| {
                let buckets = format!("{name}_bucket{{instance=~\"$instance\"}}");
                let expression =
                    format!("histogram_quantile({share}, sum by ({by}, le) (rate({buckets}[$__rate_interval])))");
                (expression, format!("{called} {legend}"))
            })
            .to_vec(),
    }
}

fn panel(metric: &Metric, id: usize, place: (usize, usize)) -> Value {
    let (x, y) = place;
    let unit = match (metric.unit, metric.shape) {
        (Unit::Seconds, _) => "s",
        (Unit::Bytes, _) => "bytes",
        (Unit::Ratio, _) => "percentunit",
        (Unit::Lamports | Unit::Count, _) => "short",
    };
    let mut defaults = json!({ "unit": unit, "min": 0 });
    if metric.unit == Unit::Ratio {
        // What matters is close to a whole, or below nothing.
        defaults = json!({ "unit": unit });
    }
    let source = json!({ "type": "prometheus", "uid": "${datasource}" });
    let targets: Vec<Value> = queries(metric)
        .into_iter()
        .zip(["A", "B"])
        .map(|((expr, legend), id)| json!({ "datasource": source, "expr": expr, "legendFormat": legend, "refId": id }))
        .collect();
    let name = metric.name.trim_start_matches("quantumagi_");
    json!({
        "id": id,
        "type": "timeseries",
        "title": name.replace('_', " "),
        "description": metric.help,
        "datasource": source,
        "gridPos": { "h": HEIGHT, "w": WIDTH, "x": x, "y": y },
        "fieldConfig": { "defaults": defaults, "overrides": [] },
        "targets": targets,
    })
}

fn dashboard() -> Value {
    let (mut panels, mut y, mut id) = (Vec::new(), 0, 1);
    for row in [Row::Work, Row::Workflows, Row::Objectives, Row::Money, Row::Endpoints, Row::Process] {
        let place = json!({ "h": 1, "w": WIDTH * PER_LINE, "x": 0, "y": y });
        panels.push(json!({ "id": id, "type": "row", "title": title(row), "gridPos": place, "panels": [] }));
        (y, id) = (y + 1, id + 1);
        let of_row: Vec<&Metric> = METRICS.iter().filter(|metric| metric.row == row).collect();
        for (index, metric) in of_row.iter().enumerate() {
            let place = (index % PER_LINE * WIDTH, y + index / PER_LINE * HEIGHT);
            panels.push(panel(metric, id, place));
            id += 1;
        }
        y += of_row.len().div_ceil(PER_LINE) * HEIGHT;
    }
    let source = json!({ "name": "datasource", "type": "datasource", "query": "prometheus", "label": "Prometheus" });
    let instance = json!({
        "name": "instance", "type": "query", "label": "Crank", "multi": true, "includeAll": true,
        "datasource": { "type": "prometheus", "uid": "${datasource}" },
        "query": "label_values(quantumagi_crank_build_info, instance)", "refresh": 2,
    });
    json!({
        "uid": "quantumagi-crank",
        "title": "Quantumagi crank",
        "description": "Generated from the metric catalogue of quantumagi-crank. Do not edit.",
        "tags": ["quantumagi"],
        "schemaVersion": 39,
        "version": 1,
        "editable": true,
        "time": { "from": "now-24h", "to": "now" },
        "refresh": "1m",
        "templating": { "list": [source, instance] },
        "panels": panels,
    })
}

/// Run with `UPDATE_DOCS=1` to write the file.
#[test]
fn the_dashboard_is_up_to_date() {
    let page = format!("{:#}\n", dashboard());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(PATH, &page).expect("packaging/ can be written");
    }
    let written = fs::read_to_string(PATH).expect("the dashboard is there");
    assert!(written == page, "{PATH} is stale: run `UPDATE_DOCS=1 cargo test -p quantumagi-crank dashboard`");
}

#[test]
fn every_metric_is_drawn_once_and_no_two_panels_overlap() {
    let dashboard = dashboard();
    let panels = dashboard["panels"].as_array().expect("a list");
    let drawn = panels.iter().filter(|panel| panel["type"] == "timeseries");
    assert_eq!(drawn.count(), METRICS.len());
    let mut taken = std::collections::BTreeSet::new();
    for panel in panels {
        let number = |key: &str| panel["gridPos"][key].as_u64().expect("a number");
        for x in number("x")..number("x") + number("w") {
            for y in number("y")..number("y") + number("h") {
                assert!(x < 24 && taken.insert((x, y)), "{} overlaps at {x}, {y}", panel["title"]);
            }
        }
    }
}
