//! What is sent: our own JSON (docs/webhooks.md), Slack's, PagerDuty's.

use quantumagi_crank::alert::{Alert, Notice, Phase, Severity, Told};
use serde_json::{Value, json};

use crate::config::alerting::{Format, Webhook};

/// Name of the alert by which a sink is tried.
const TEST: &str = "QuantumagiCrankTest";

/// Version of our own JSON: keys may be added, none changes its meaning.
const VERSION: u32 = 1;

/// PagerDuty refuses what is longer.
const PAGERDUTY_SUMMARY: usize = 1_024;
/// PagerDuty refuses what is longer.
const PAGERDUTY_KEY: usize = 255;

/// What a sink is tried with.
pub(crate) fn notice_of_a_test(now: i64) -> Notice {
    let alert = Alert {
        name: TEST.to_owned(),
        subject: None,
        severity: Severity::Warning,
        phase: Phase::Firing,
        since: now,
        phase_since: now,
        clear_since: None,
        told_at: None,
        ack: None,
        value: None,
        summary: "Nothing is wrong: somebody tries whether this arrives.".to_owned(),
    };
    Notice { told: Told::Test, at: now, key: TEST.to_owned(), alert }
}

/// What ends it, for those who keep it open otherwise.
pub(crate) fn resolution_of(notice: &Notice) -> Notice {
    Notice { told: Told::Resolved, ..notice.clone() }
}

fn event(told: Told) -> &'static str {
    match told {
        Told::Firing => "firing",
        Told::Repeated => "repeated",
        Told::Resolved => "resolved",
        Told::Test => "test",
    }
}

/// The whole body for this sink.
pub(super) fn body(webhook: &Webhook, instance: &str, id: &str, notice: &Notice) -> Vec<u8> {
    let value = match webhook.format {
        Format::Generic => generic(instance, id, notice),
        Format::Slack => slack(instance, notice),
        Format::PagerDuty => {
            let routing_key = webhook.routing_key.as_ref().map(|key| key.reveal()).unwrap_or_default();
            pagerduty(routing_key, instance, id, notice)
        }
    };
    value.to_string().into_bytes()
}

fn generic(instance: &str, id: &str, notice: &Notice) -> Value {
    let Notice { told, at, key, alert } = notice;
    json!({
        "version": VERSION,
        "id": id,
        "event": event(*told),
        "instance": instance,
        "key": key,
        "alert": alert.name,
        "subject": alert.subject,
        "severity": alert.severity.name(),
        "summary": alert.summary,
        "value": alert.value,
        "since": alert.since,
        "at": at,
        "runbook": format!("docs/operators.md#{}", alert.name.to_lowercase()),
    })
}

/// The three characters that Slack takes for its own.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn slack(instance: &str, notice: &Notice) -> Value {
    let Notice { told, key, alert, .. } = notice;
    let word = match told {
        Told::Firing => alert.severity.name().to_uppercase(),
        Told::Repeated => format!("STILL {}", alert.severity.name().to_uppercase()),
        Told::Resolved => "RESOLVED".to_owned(),
        Told::Test => "TEST".to_owned(),
    };
    json!({ "text": format!("*{word}* {} at {}: {}", escaped(key), escaped(instance), escaped(&alert.summary)) })
}

fn shortened(text: &str, limit: usize) -> String {
    text.chars().take(limit).collect()
}

fn pagerduty(routing_key: &str, instance: &str, id: &str, notice: &Notice) -> Value {
    let Notice { told, key, alert, .. } = notice;
    let action = match told {
        Told::Firing | Told::Repeated | Told::Test => "trigger",
        Told::Resolved => "resolve",
    };
    let severity = if *told == Told::Test { "info" } else { alert.severity.name() };
    json!({
        "routing_key": routing_key,
        "event_action": action,
        "dedup_key": shortened(&format!("{instance}/{key}"), PAGERDUTY_KEY),
        "client": "quantumagi-crank",
        "payload": {
            "summary": shortened(&format!("{instance}: {}", alert.summary), PAGERDUTY_SUMMARY),
            "source": instance,
            "severity": severity,
            "component": "quantumagi-crank",
            "class": alert.name,
            "custom_details": generic(instance, id, notice),
        },
    })
}

#[cfg(test)]
mod tests {
    use quantumagi_crank::alert::{Facts, Policy, step};

    use super::*;

    fn notice(told: Told) -> Notice {
        let facts = Facts { now: 70, balance: Some(7), min_balance: 10, ..Facts::default() };
        let policy = Policy { hold: [("QuantumagiCrankPoor".to_owned(), 0)].into(), ..Policy::default() };
        let fired = step(&std::collections::BTreeMap::new(), &facts.readings(), 70, &policy);
        Notice { told, at: 80, ..fired.notices.into_iter().next().expect("it fires") }
    }

    #[test]
    fn our_own_form_says_everything() {
        let expected = json!({
            "version": 1, "id": "i", "event": "repeated", "instance": "crank-1", "key": "QuantumagiCrankPoor",
            "alert": "QuantumagiCrankPoor", "subject": null, "severity": "warning",
            "summary": "The wallet holds 7 lamports, less than min_balance, 10.", "value": 7.0, "since": 70, "at": 80,
            "runbook": "docs/operators.md#quantumagicrankpoor",
        });
        assert_eq!(generic("crank-1", "i", &notice(Told::Repeated)), expected);
        let manual = include_str!("../../../../../../docs/webhooks.md");
        for key in expected.as_object().expect("an object").keys() {
            assert!(manual.contains(&format!("\n| `{key}` |")), "{key}");
        }
    }

    #[test]
    fn slack_is_told_in_its_own_form() {
        let words = "QuantumagiCrankPoor at a&lt;b&gt;&amp;c: The wallet holds 7 lamports, less than min_balance, 10.";
        for (told, word) in [
            (Told::Firing, "WARNING"),
            (Told::Repeated, "STILL WARNING"),
            (Told::Resolved, "RESOLVED"),
            (Told::Test, "TEST"),
        ] {
            assert_eq!(slack("a<b>&c", &notice(told)), json!({ "text": format!("*{word}* {words}") }));
        }
    }

    #[test]
    fn pagerduty_is_told_in_its_own_form() {
        let firing = pagerduty("r", "crank-1", "i", &notice(Told::Firing));
        let expected = json!({
            "routing_key": "r", "event_action": "trigger", "dedup_key": "crank-1/QuantumagiCrankPoor",
            "client": "quantumagi-crank",
            "payload": {
                "summary": "crank-1: The wallet holds 7 lamports, less than min_balance, 10.", "source": "crank-1",
                "severity": "warning", "component": "quantumagi-crank", "class": "QuantumagiCrankPoor",
                "custom_details": generic("crank-1", "i", &notice(Told::Firing)),
            },
        });
        assert_eq!(firing, expected);
        let resolved = pagerduty("r", "crank-1", "j", &notice(Told::Resolved));
        assert_eq!((&resolved["event_action"], &resolved["dedup_key"]), (&json!("resolve"), &firing["dedup_key"]));
        assert_eq!(pagerduty("r", "c", "i", &notice(Told::Test))["payload"]["severity"], "info");
        let long = pagerduty("r", &"ä".repeat(2_000), "i", &notice(Told::Firing));
        let length = |text: &Value| text.as_str().expect("a text").chars().count();
        assert_eq!((length(&long["dedup_key"]), length(&long["payload"]["summary"])), (255, 1_024));
    }
}
