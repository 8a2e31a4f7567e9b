//! `[alert]` and `[[webhook]]`: when the crank itself raises alerts, and whom it tells.

use std::fmt::Write as _;
use std::time::Duration;

use quantumagi_crank::alert::{Policy, RULES, Severity};
use quantumagi_rpc::pool::{ConfigFault, Label, nearest, shown_span};
use reqwest::header::{HeaderName, HeaderValue};
use toml::de::DeValue;

use super::reader::{Reader, Value};
use super::tables::{HiddenUrl, Secret, check_keys, headers, table, within};

const ALERT_KEYS: [&str; 5] = ["instance", "repeat", "resolve_after", "mute", "for"];
const WEBHOOK_KEYS: [&str; 9] = [
    "name",
    "url",
    "url_from_env",
    "format",
    "min_severity",
    "timeout",
    "secret_from_env",
    "routing_key_from_env",
    "headers_from_env",
];

/// Sinks at most: each has a queue, a connection and series of metrics.
const MOST_WEBHOOKS: usize = 16;
/// Where PagerDuty takes events, unless told otherwise.
const PAGERDUTY: &str = "https://events.pagerduty.com/v2/enqueue";

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(86_400);

/// When alerts are raised, and whom they are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Alerting {
    /// Name of this crank in what is told.
    pub(crate) instance: String,
    /// What differs from the table of alerts.
    pub(crate) policy: Policy,
    /// Whom to tell.
    pub(crate) webhooks: Vec<Webhook>,
}

/// One whom to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Webhook {
    /// What it is called everywhere.
    pub(crate) name: Label,
    /// Where it is.
    pub(crate) url: HiddenUrl,
    /// What it understands.
    pub(crate) format: Format,
    /// What is less severe is not told.
    pub(crate) min_severity: Severity,
    /// How long one attempt may take.
    pub(crate) timeout: Duration,
    /// What is sent besides.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// Signs what is sent.
    pub(crate) secret: Option<Secret>,
    /// PagerDuty's key of the service.
    pub(crate) routing_key: Option<Secret>,
}

/// What a sink understands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Format {
    /// docs/webhooks.md.
    #[default]
    Generic,
    /// Slack's incoming webhooks.
    Slack,
    /// PagerDuty's Events API v2.
    PagerDuty,
}

const FORMATS: [(&str, Format); 3] =
    [("generic", Format::Generic), ("slack", Format::Slack), ("pagerduty", Format::PagerDuty)];
const SEVERITIES: [(&str, Severity); 2] = [("warning", Severity::Warning), ("critical", Severity::Critical)];

/// `default_instance` is the name of the machine.
pub(super) fn read(reader: &Reader<'_>, default_instance: &str) -> Alerting {
    let (instance, policy) = match table(reader, "alert") {
        Some(table) => within(reader, "alert", table, |alert| policy(alert, default_instance)),
        None => (default_instance.to_owned(), default_policy()),
    };
    let webhooks = webhooks(reader);
    Alerting { instance, policy, webhooks }
}

fn default_policy() -> Policy {
    let hold = RULES.iter().map(|rule| (rule.name.to_owned(), rule.hold)).collect();
    Policy { hold, resolve_after: 300, repeat: 4 * 3_600, ..Policy::default() }
}

fn seconds(span: Duration) -> i64 {
    i64::try_from(span.as_secs()).unwrap_or(i64::MAX)
}

fn policy(alert: &Reader<'_>, default_instance: &str) -> (String, Policy) {
    check_keys(alert, &ALERT_KEYS);
    let default = default_policy();
    let span =
        |key, seconds: i64| alert.span(key, Duration::from_secs(seconds.unsigned_abs()), Duration::ZERO..=DAY * 30);
    let (repeat, resolve_after) = (span("repeat", default.repeat), span("resolve_after", default.resolve_after));
    let mut policy = Policy { repeat: seconds(repeat), resolve_after: seconds(resolve_after), ..default };
    let names = RULES.iter().map(|rule| rule.name).collect::<Vec<_>>();
    let check = |reader: &Reader<'_>, line, place: &str, name: &str| {
        let is_known = names.contains(&name);
        if !is_known {
            let suggested = nearest(name, &names).map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
            reader.note(line, place, format!("there is no alert {name:?}{suggested}"));
        }
        is_known
    };
    if let Some(given) = alert.given("mute") {
        match &given.value {
            Value::Texts(texts) => {
                let known = texts.iter().filter(|name| check(alert, given.line, "mute", name));
                policy.mute = known.cloned().collect();
            }
            Value::Variable(_) | Value::Text(_) | Value::Number(_) | Value::Other => {
                alert.wrong(&given, "this must be a list of texts".to_owned());
            }
        }
    }
    if let Some(times) = table(alert, "for") {
        within(alert, "for", times, |times| {
            for (key, _) in times.table {
                let name = key.get_ref().as_ref();
                if check(times, Some(times.line(key.span().start)), name, name) {
                    let hold = times.span(name, Duration::ZERO, Duration::ZERO..=DAY);
                    policy.hold.insert(name.to_owned(), seconds(hold));
                }
            }
        });
    }
    let instance = alert.text("instance").map_or_else(|| default_instance.to_owned(), |(_, text)| text);
    (instance, policy)
}

fn webhooks(reader: &Reader<'_>) -> Vec<Webhook> {
    let Some((key, value)) = reader.table.iter().find(|(name, _)| name.get_ref().as_ref() == "webhook") else {
        return Vec::new();
    };
    let line = Some(reader.line(key.span().start));
    let DeValue::Array(items) = value.get_ref() else {
        reader.note(line, "webhook", "this must be a list of tables: [[webhook]]".to_owned());
        return Vec::new();
    };
    if MOST_WEBHOOKS < items.len() {
        reader.note(line, "webhook", format!("{} are more than {MOST_WEBHOOKS}", items.len()));
    }
    let mut webhooks: Vec<Webhook> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let place = format!("webhook.{}", index.saturating_add(1));
        let line = reader.line(item.span().start);
        let Some(table) = item.get_ref().as_table() else {
            reader.note(Some(line), place, "this must be a table".to_owned());
            continue;
        };
        let read = within(reader, &place, table, |inner| webhook(inner, line, reader.variable));
        let Some(webhook) = read else { continue };
        if webhooks.iter().any(|other| other.name == webhook.name) {
            reader.note(
                Some(line),
                format!("{place}.name"),
                format!("another webhook is already called {}", webhook.name),
            );
        }
        webhooks.push(webhook);
    }
    webhooks
}

fn webhook(inner: &Reader<'_>, line: usize, variable: &dyn Fn(&str) -> Option<String>) -> Option<Webhook> {
    check_keys(inner, &WEBHOOK_KEYS);
    let name = inner.text("name");
    if name.is_none() && inner.given("name").is_none() {
        inner.note(Some(line), "name", ConfigFault::Missing.to_string());
    }
    let name = name
        .and_then(|(given, text)| text.parse::<Label>().map_err(|fault| inner.wrong(&given, fault.to_string())).ok());
    let format = inner.word("format", &FORMATS);
    let min_severity = inner.word("min_severity", &SEVERITIES);
    let timeout = inner.span("timeout", SECOND * 10, SECOND / 10..=SECOND * 60);
    let of_env = |key: &str| {
        let (given, variable_name) = inner.text(key)?;
        let value = variable(&variable_name).filter(|value| !value.is_empty());
        if value.is_none() {
            inner.wrong(&given, ConfigFault::VariableNotSet { variable: variable_name }.to_string());
        }
        Some((given, value))
    };
    let secret = of_env("secret_from_env").and_then(|(_, value)| value).map(Secret::new);
    let routing_key = of_env("routing_key_from_env");
    match (&routing_key, format) {
        (None, Format::PagerDuty) => {
            inner.note(Some(line), "routing_key_from_env", "the format pagerduty needs this key".to_owned());
        }
        (Some((given, _)), Format::Generic | Format::Slack) => {
            inner.wrong(given, "only the format pagerduty has a routing key".to_owned());
        }
        (Some(_), Format::PagerDuty) | (None, Format::Generic | Format::Slack) => {}
    }
    let routing_key = routing_key.and_then(|(_, value)| value).map(Secret::new);
    let url = match (inner.text("url"), of_env("url_from_env")) {
        (Some(_), Some((given, _))) => {
            inner.wrong(&given, ConfigFault::Both { one: "url", other: "url_from_env" }.to_string());
            None
        }
        (Some((given, text)), None) | (None, Some((given, Some(text)))) => {
            HiddenUrl::read(&text).map_err(|words| inner.wrong(&given, words)).ok()
        }
        (None, Some((_, None))) => None,
        (None, None) if format == Format::PagerDuty => HiddenUrl::read(PAGERDUTY).ok(),
        (None, None) => {
            inner.note(Some(line), "url", "this key is missing: the address of the webhook".to_owned());
            None
        }
    };
    let headers = headers(inner, variable);
    Some(Webhook { name: name?, url: url?, format, min_severity, timeout, headers, secret, routing_key })
}

/// The tables as they are in force, without secrets.
pub(super) fn shown(alerting: &Alerting, page: &mut String) {
    let Alerting { instance, policy, webhooks } = alerting;
    let text = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let span = |seconds: i64| format!("\"{}\"", shown_span(Duration::from_secs(seconds.unsigned_abs())));
    let mute: Vec<String> = policy.mute.iter().map(|name| text(name)).collect();
    let _ = writeln!(page, "\n[alert]\ninstance = {}\nrepeat = {}", text(instance), span(policy.repeat));
    let _ = writeln!(page, "resolve_after = {}\nmute = [{}]", span(policy.resolve_after), mute.join(", "));
    let _ = writeln!(page, "\n[alert.for]");
    for rule in &RULES {
        let hold = policy.hold.get(rule.name).copied().unwrap_or(rule.hold);
        let _ = writeln!(page, "{} = {}", rule.name, span(hold));
    }
    for Webhook { name, url: _, format, min_severity, timeout, headers, secret, routing_key } in webhooks {
        let format = FORMATS.iter().find(|(_, known)| known == format).map_or("generic", |(word, _)| word);
        let _ = writeln!(page, "\n[[webhook]]\nname = \"{name}\"\nurl = \"(hidden)\"\nformat = \"{format}\"");
        let _ = writeln!(page, "min_severity = \"{}\"\ntimeout = \"{}\"", min_severity.name(), shown_span(*timeout));
        for (key, value) in [("secret_from_env", secret), ("routing_key_from_env", routing_key)] {
            if value.is_some() {
                let _ = writeln!(page, "{key} = \"(hidden)\"");
            }
        }
        if !headers.is_empty() {
            let _ = writeln!(page, "[webhook.headers_from_env]");
        }
        for (name, _) in headers {
            let _ = writeln!(page, "{name} = \"(hidden)\"");
        }
    }
}

#[cfg(test)]
mod tests;
