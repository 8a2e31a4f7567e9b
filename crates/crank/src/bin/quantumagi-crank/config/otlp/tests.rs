//! What can be said of traces, and that a crank which cannot send any says so.

use std::path::Path;

use super::super::Config;

const REST: &str = "constitutions = [\"SysvarC1ock11111111111111111111111111111111\"]\nkeypair = \"wallet.json\"\n\
                    rpc_url = \"https://rpc.example.org\"\n";

/// The lines after three others.
fn parse(text: &str) -> Result<Config, Vec<String>> {
    let variable = |name: &str| match name {
        "HOME" => Some("/srv/crank".to_owned()),
        "TOKEN" => Some("t0ken".to_owned()),
        "COLLECTOR" => Some("https://collector.example.org/k3y/traces".to_owned()),
        _ => None,
    };
    Config::parse(&format!("{REST}{text}"), Path::new("/etc/quantumagi"), variable)
        .map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

#[cfg(not(feature = "otel"))]
#[test]
fn a_crank_without_opentelemetry_refuses_the_table_and_says_why() {
    let problems = parse("[otlp]\nendpoint = \"http://127.0.0.1:4318\"\n").expect_err("it is refused");
    let words = "line 4: otlp: this crank was built without OpenTelemetry: build it with `--features otel`, or remove the table";
    assert_eq!(problems, [words]);
    assert_eq!(parse("").expect("it is in order").otlp, None);
}

#[cfg(feature = "otel")]
#[test]
fn where_traces_go_is_read_and_not_shown() {
    let text = "[otlp]\nendpoint = \"http://127.0.0.1:4318\"\nsample_ratio = 0.25\n[otlp.headers_from_env]\nx-key = \"TOKEN\"\n";
    let config = parse(text).expect("it is in order");
    let otlp = config.otlp.as_ref().expect("it is there");
    assert_eq!(otlp.endpoint.secret().as_str(), "http://127.0.0.1:4318/v1/traces");
    assert!((otlp.sample_ratio() - 0.25).abs() < f64::EPSILON);
    for told in [config.shown(), format!("{config:?}")] {
        assert!(!told.contains("4318") && !told.contains("t0ken"), "{told}");
    }
    let shown: toml::Table = config.shown().parse().expect("TOML");
    assert_eq!(shown["otlp"]["sample_ratio"].as_float(), Some(0.25));
    let whole =
        parse("[otlp]\nendpoint_from_env = \"COLLECTOR\"\n").expect("it is in order").otlp.expect("it is there");
    assert_eq!(whole.endpoint.secret().as_str(), "https://collector.example.org/k3y/traces");
    assert!((whole.sample_ratio() - 1.0).abs() < f64::EPSILON);
}

#[cfg(feature = "otel")]
#[test]
fn everything_wrong_with_it_is_told() {
    let text = "[otlp]\nendpoint = \"http://collector.example.org\"\nsample_ratio = 1.5\nsample = 1\n";
    let problems = [
        "line 5: otlp.endpoint: the address must begin with https://; only this machine is told without TLS",
        "line 6: otlp.sample_ratio: this must be a number from 0 to 1",
        "line 7: otlp.sample: there is no such key; did you mean `sample_ratio`?",
    ];
    assert_eq!(parse(text).expect_err("it is wrong"), problems);
    let missing = ["otlp.endpoint: this key is missing: the address of an OTLP receiver"];
    assert_eq!(parse("[otlp]\n").expect_err("it is wrong"), missing);
    let unset = ["line 5: otlp.endpoint_from_env: the environment variable NONE is not set"];
    assert_eq!(parse("[otlp]\nendpoint_from_env = \"NONE\"\n").expect_err("it is wrong"), unset);
}
