//! What can be said of alerts and webhooks, what is refused, and that no secret is shown.

use std::path::Path;

use super::super::Config;
use super::super::tables::HiddenUrl;
use super::*;

const REST: &str = "constitutions = [\"SysvarC1ock11111111111111111111111111111111\"]\nkeypair = \"wallet.json\"\n\
                    rpc_url = \"https://rpc.example.org\"\n";

fn variable(name: &str) -> Option<String> {
    let known = [
        ("HOME", "/srv/crank"),
        ("HOOK_URL", "https://user:pass@hooks.example.org/path0?key=k3y"),
        ("HOOK_SECRET", "s3cret"),
        ("HOOK_TOKEN", "Bearer t0ken"),
        ("HOOK_LINES", "a\nb"),
        ("ROUTING", "r0uting"),
    ];
    known.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
}

/// The lines after three others.
fn parse(text: &str) -> Result<Config, Vec<String>> {
    Config::parse(&format!("{REST}{text}"), Path::new("/etc/quantumagi"), variable)
        .map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

#[track_caller]
fn read(text: &str) -> Config {
    parse(text).expect("it is in order")
}

#[track_caller]
fn refused(text: &str, problems: &[&str]) {
    assert_eq!(parse(text).expect_err("it is wrong"), problems);
}

const ALL: &str = r#"
[alert]
instance = "crank-1"
repeat = "0s"
resolve_after = "1m"
mute = ["QuantumagiCrankWasting"]

[alert.for]
QuantumagiCrankBlind = "1m"

[[webhook]]
name = "ops"
url_from_env = "HOOK_URL"
min_severity = "critical"
timeout = "3s"
secret_from_env = "HOOK_SECRET"
[webhook.headers_from_env]
authorization = "HOOK_TOKEN"

[probe]
interval = "10s"

[[webhook]]
name = "pages"
format = "pagerduty"
routing_key_from_env = "ROUTING"

[[webhook]]
name = "here"
url = "http://127.0.0.1:9/"
format = "slack"
"#;

#[test]
fn nothing_said_is_nobody_told() {
    let alerting = read("").alerting;
    assert_eq!(alerting.webhooks, []);
    assert_eq!((alerting.policy.repeat, alerting.policy.resolve_after), (14_400, 300));
    assert_eq!(alerting.policy.hold["QuantumagiCrankPoor"], 600);
    assert!(!alerting.instance.is_empty(), "the machine has a name");
}

#[test]
fn everything_can_be_said_and_the_endpoints_keep_their_tables() {
    let config = read(ALL);
    let Alerting { instance, policy, webhooks } = &config.alerting;
    assert_eq!((instance.as_str(), policy.repeat, policy.resolve_after), ("crank-1", 0, 60));
    assert_eq!(policy.hold["QuantumagiCrankBlind"], 60);
    assert_eq!(policy.mute.iter().collect::<Vec<_>>(), ["QuantumagiCrankWasting"]);
    assert_eq!(config.pool.probe.interval, SECOND * 10);
    let names: Vec<&str> = webhooks.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["ops", "pages", "here"]);
    assert_eq!(webhooks[0].url.secret().as_str(), "https://user:pass@hooks.example.org/path0?key=k3y");
    assert_eq!((webhooks[0].min_severity, webhooks[0].timeout), (Severity::Critical, SECOND * 3));
    assert_eq!(webhooks[0].secret.as_ref().map(Secret::reveal), Some("s3cret"));
    assert_eq!(
        webhooks[0].headers,
        [("authorization".parse().expect("a name"), "Bearer t0ken".parse().expect("a value"))]
    );
    assert_eq!(webhooks[1].url.secret().as_str(), PAGERDUTY);
    assert_eq!(webhooks[1].routing_key.as_ref().map(Secret::reveal), Some("r0uting"));
    assert_eq!((webhooks[2].format, webhooks[2].timeout), (Format::Slack, SECOND * 10));
    let dotted = read("alert.repeat = \"1h\"\nalert.for.QuantumagiCrankPoor = \"7s\"\nlook_every = \"5s\"\n");
    assert_eq!((dotted.alerting.policy.repeat, dotted.alerting.policy.hold["QuantumagiCrankPoor"]), (3_600, 7));
    assert_eq!(dotted.terms.look_every, SECOND * 5);
    let inline = read("webhook = [\n  { name = \"here\", url = \"http://[::1]:9/\" },\n]\n");
    assert_eq!(inline.alerting.webhooks.len(), 1);
}

#[test]
fn what_is_shown_has_no_secret() {
    let config = read(ALL);
    for told in [config.shown(), format!("{config:?}")] {
        for secret in ["user", "pass", "hooks.example", "path0", "k3y", "s3cret", "t0ken", "r0uting"] {
            assert!(!told.contains(secret), "{secret}: {told}");
        }
    }
    let shown: toml::Table = config.shown().parse().expect("TOML");
    assert_eq!(shown["webhook"][0]["headers_from_env"]["authorization"].as_str(), Some("(hidden)"));
    assert_eq!(shown["webhook"][1]["format"].as_str(), Some("pagerduty"));
    assert_eq!(shown["alert"]["for"]["QuantumagiCrankBlind"].as_str(), Some("1m"));
    for key in ALERT_KEYS {
        assert!(shown["alert"].get(key).is_some(), "{key}");
    }
}

#[test]
fn everything_wrong_is_told_at_once_with_its_line() {
    let text = "[alert]\nrepeet = \"1h\"\nrepeat = 5\nmute = [\"QuantumagiCrankPour\"]\n[alert.for]\nPoor = \"1m\"\n\
                QuantumagiCrankPoor = \"25h\"\n[[webhook]]\nurl = \"http://hooks.example.org/\"\n[[webhook]]\nname = \"Ops\"\n\
                url = \"https://a.b\"\nurl_from_env = \"HOOK_URL\"\nformat = \"teams\"\n[[webhook]]\nname = \"a\"\n\
                format = \"pagerduty\"\n[[webhook]]\nname = \"a\"\nurl_from_env = \"NOT_SET\"\nrouting_key_from_env = \"ROUTING\"\n\
                secret_from_env = \"NOT_SET\"\n[webhook.headers_from_env]\nx = \"HOOK_LINES\"\n";
    refused(
        text,
        &[
            "line 5: alert.repeet: there is no such key; did you mean `repeat`?",
            "line 6: alert.repeat: this must be a text in quotes",
            "line 7: alert.mute: there is no alert \"QuantumagiCrankPour\"; did you mean `QuantumagiCrankPoor`?",
            "line 9: alert.for.Poor: there is no alert \"Poor\"",
            "line 10: alert.for.QuantumagiCrankPoor: 25h is outside 0ms to 24h",
            "line 11: webhook.1.name: this key is missing",
            "line 12: webhook.1.url: the address must begin with https://; only this machine is told without TLS",
            "line 14: webhook.2.name: a name or tag is 1 to 40 of a-z, 0-9 and -",
            "line 16: webhook.2.url_from_env: `url` and `url_from_env` exclude each other: remove one",
            "line 17: webhook.2.format: \"teams\" is none of generic, slack, pagerduty",
            "line 18: webhook.3.routing_key_from_env: the format pagerduty needs this key",
            "line 23: webhook.4.url_from_env: the environment variable NOT_SET is not set",
            "line 24: webhook.4.routing_key_from_env: only the format pagerduty has a routing key",
            "line 25: webhook.4.secret_from_env: the environment variable NOT_SET is not set",
            "line 27: webhook.4.headers_from_env.x: HTTP allows no such header value",
        ],
    );
    let twice = "[[webhook]]\nname = \"a\"\nurl = \"https://a.b\"\n[[webhook]]\nname = \"a\"\nurl = \"https://a.b\"\n";
    refused(twice, &["line 7: webhook.2.name: another webhook is already called a"]);
    refused(
        "alert = 5\nwebhook = 6\n",
        &[
            "line 4: alert: this must be a table: [alert]",
            "line 5: webhook: this must be a list of tables: [[webhook]]",
        ],
    );
    refused("[webhok]\nname = \"a\"\n", &["line 4: webhok: there is no such key; did you mean `webhook`?"]);
    for here in ["http://localhost:1/x", "http://127.0.0.9/", "http://[::1]:80/", "https://10.0.0.1/"] {
        assert!(HiddenUrl::read(here).is_ok(), "{here}");
    }
    for elsewhere in ["http://10.0.0.1/", "http://localhost.example.org/", "ftp://127.0.0.1/", "ops"] {
        assert!(HiddenUrl::read(elsewhere).is_err(), "{elsewhere}");
    }
}

#[test]
fn every_key_is_in_the_manual_of_webhooks() {
    let manual = include_str!("../../../../../../../docs/webhooks.md");
    let rows = manual.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let rows: Vec<&str> = rows.collect();
    for key in [&ALERT_KEYS[..], &WEBHOOK_KEYS].concat() {
        assert!(rows.contains(&key), "{key}");
    }
}
