//! `alerts`: what is wrong, who knows of it, and whether webhooks can be told. Works beside a running crank, on its journal.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use quantumagi_crank::alert::{Ack, Alert, Phase};
use quantumagi_crank::journal::Journal;
use serde_json::{Value, json};

use crate::args::Alerts;
use crate::config::Config;
use crate::config::alerting::Format;
use crate::exit::{Exit, Mendable};
use crate::notify::{self, Post, Verdict};
use crate::printer::{self, Form};

/// Carries the command out.
pub(crate) fn carry_out(config: &Config, asked: &Alerts, form: Form) -> anyhow::Result<Exit> {
    match asked {
        Alerts::List => list(&journal(config)?.alerts()?, form),
        Alerts::Show { key } => show(config, key, form),
        Alerts::Ack { key, span, comment, undo } => {
            let at = notify::now();
            let seconds = |span: &Duration| at.saturating_add(i64::try_from(span.as_secs()).unwrap_or(i64::MAX));
            let ack = Ack { at, until: span.as_ref().map(seconds), comment: comment.clone() };
            acknowledge(&journal(config)?, key, (!undo).then_some(ack), form)
        }
        Alerts::Test { webhook } => crate::block_on(test(config, webhook.as_deref(), form)),
    }
}

fn journal(config: &Config) -> anyhow::Result<Journal> {
    let path = config.journal();
    if !path.exists() {
        let hint = "the crank makes it when it first runs; check state_dir with `quantumagi-crank print-config`";
        return Err(Mendable::new(format!("there is no journal at {}", path.display()), hint).into());
    }
    Ok(Journal::open(&path)?)
}

fn phase(alert: &Alert) -> &'static str {
    match alert.phase {
        Phase::Pending => "pending",
        Phase::Firing if alert.ack.is_some() => "acknowledged",
        Phase::Firing => "firing",
        Phase::Resolved => "resolved",
    }
}

/// A moment as a person reads it: how long ago.
fn ago(at: i64) -> String {
    let seconds = notify::now().saturating_sub(at).max(0);
    match seconds {
        0..120 => format!("{seconds} s ago"),
        120..7_200 => format!("{} min ago", seconds / 60),
        7_200..172_800 => format!("{} h ago", seconds / 3_600),
        _ => format!("{} days ago", seconds / 86_400),
    }
}

fn value(key: &str, alert: &Alert) -> Value {
    let Alert { name, subject, severity, phase: _, since, phase_since, clear_since, told_at, ack, value, summary } =
        alert;
    let ack = ack.as_ref().map(|Ack { at, until, comment }| json!({ "at": at, "until": until, "comment": comment }));
    json!({
        "key": key, "alert": name, "subject": subject, "severity": severity.name(), "phase": phase(alert), "since": since,
        "phase_since": phase_since, "clear_since": clear_since, "told_at": told_at, "ack": ack, "value": value,
        "summary": summary, "runbook": format!("docs/operators.md#{}", name.to_lowercase()),
    })
}

fn list(alerts: &BTreeMap<String, Alert>, form: Form) -> anyhow::Result<Exit> {
    // The worst first: what fires before what may, and what is critical before what is not.
    let rank = |phase| [Phase::Firing, Phase::Pending, Phase::Resolved].iter().position(|it| *it == phase);
    let mut sorted: Vec<(&String, &Alert)> = alerts.iter().collect();
    sorted.sort_by_key(|(key, it)| (rank(it.phase), std::cmp::Reverse(it.severity), (*key).clone()));
    let mut words = String::new();
    for (key, alert) in &sorted {
        let (severity, phase, since) = (alert.severity.name(), phase(alert), ago(alert.phase_since));
        let _ = writeln!(words, "{key}\n    {severity}, {phase} since {since}: {}", alert.summary);
    }
    if sorted.is_empty() {
        words.push_str("no alerts\n");
    }
    let values: Vec<Value> = sorted.iter().map(|(key, alert)| value(key, alert)).collect();
    printer::report(form, &words, &values)?;
    Ok(Exit::Done)
}

fn show(config: &Config, key: &str, form: Form) -> anyhow::Result<Exit> {
    let journal = journal(config)?;
    let alert = journal.alerts()?.remove(key).ok_or_else(|| unknown(key))?;
    let mut shown = value(key, &alert);
    let mut words = format!("{key}\n{}, {} since {}", alert.severity.name(), phase(&alert), ago(alert.phase_since));
    let _ = write!(words, "\n{}\nwrong since: {}", alert.summary, ago(alert.since));
    if let Some(at) = alert.told_at {
        let _ = write!(words, "\nlast told: {}", ago(at));
    }
    if let Some(Ack { at, until, comment }) = &alert.ack {
        let until = until.map_or("until it is resolved".to_owned(), |until| {
            format!("for {} s more", until.saturating_sub(notify::now()).max(0))
        });
        let _ = write!(words, "\nacknowledged: {}, {until}: {comment:?}", ago(*at));
    }
    let mut waiting = BTreeMap::new();
    for (sink, _) in journal.notices()?.into_iter().filter(|(_, it)| it.notice.key == key) {
        let count: &mut u64 = waiting.entry(sink).or_default();
        *count = count.saturating_add(1);
    }
    for (sink, count) in &waiting {
        let _ = write!(words, "\nnotifications that wait for the webhook {sink}: {count}");
    }
    let _ = write!(words, "\nwhat to do: docs/operators.md#{}", alert.name.to_lowercase());
    shown["waiting"] = json!(waiting);
    printer::report(form, &words, &shown)?;
    Ok(Exit::Done)
}

fn unknown(key: &str) -> Mendable {
    let hint = "`quantumagi-crank alerts list` shows them all; one that was resolved a day ago is gone";
    Mendable::new(format!("there is no alert {key}"), hint)
}

fn acknowledge(journal: &Journal, key: &str, ack: Option<Ack>, form: Form) -> anyhow::Result<Exit> {
    let is_undone = ack.is_none();
    let Some(alert) = journal.acknowledge(key, ack)? else {
        let found = journal.alerts()?.remove(key).ok_or_else(|| unknown(key))?;
        let hint = "only an alert that fires can be acknowledged: nothing is told of others";
        return Err(Mendable::new(format!("{key} is {}, not firing", phase(&found)), hint).into());
    };
    let until = alert.ack.as_ref().and_then(|ack| ack.until).map(|until| until.saturating_sub(notify::now()).max(0));
    let words = match (is_undone, until) {
        (true, _) => format!("{key} is told again"),
        (false, None) => format!("{key} is acknowledged until it is resolved"),
        (false, Some(seconds)) => format!("{key} is acknowledged for {seconds} s, or until it is resolved"),
    };
    printer::report(form, &words, &value(key, &alert))?;
    Ok(Exit::Done)
}

/// Sends what everybody can see is a test, past the queues.
async fn test(config: &Config, only: Option<&str>, form: Form) -> anyhow::Result<Exit> {
    let alerting = &config.alerting;
    let asked = |name: &str| only.is_none_or(|only| only == name);
    let webhooks: Vec<_> = alerting.webhooks.iter().filter(|it| asked(it.name.as_str())).collect();
    if webhooks.is_empty() {
        let words = match only {
            Some(name) => format!("there is no webhook {name} in the configuration"),
            None => "there is no webhook in the configuration".to_owned(),
        };
        return Err(Mendable::new(words, "docs/webhooks.md says how to write one").into());
    }
    let (mut words, mut values, mut is_told) = (String::new(), Vec::new(), true);
    for webhook in webhooks {
        let post = Post::new(webhook, &alerting.instance)?;
        let notice = notify::notice_of_a_test(notify::now());
        let mut verdict = post.send(&notify::new_id(), &notice).await;
        // An incident that nobody ends would stay open.
        if webhook.format == Format::PagerDuty && verdict == Verdict::Delivered {
            verdict = post.send(&notify::new_id(), &notify::resolution_of(&notice)).await;
        }
        is_told &= verdict == Verdict::Delivered;
        let _ = writeln!(words, "{}: {}", webhook.name, verdict.words().unwrap_or("delivered"));
        let result = verdict.result();
        values.push(json!({ "webhook": webhook.name.as_str(), "result": result, "words": verdict.words() }));
    }
    printer::report(form, &words, &values)?;
    Ok(if is_told { Exit::Done } else { Exit::Failed })
}
