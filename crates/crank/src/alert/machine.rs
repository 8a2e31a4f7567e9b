//! What becomes of each alert: pending, firing, resolved.
//!
//! An alert fires once its condition has held for its time, and is resolved once the condition was over for `resolve_after`.
//! In between it may come and go as it likes: nothing is told. Who acknowledges a firing alert is left in peace until it is
//! resolved or the acknowledgement lapses.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Reading, Rule, Severity, Truth};

/// How long a resolved alert is kept to be looked at, seconds.
const KEEP_RESOLVED: i64 = 86_400;

/// What differs from the table, and what holds for all alerts. Times in seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// How long a condition must hold, by the rule's name, where the table's time is not wanted.
    pub hold: BTreeMap<String, i64>,
    /// How long a condition must be over.
    pub resolve_after: i64,
    /// After what time a firing alert is told again; 0 for never.
    pub repeat: i64,
    /// Rules that are not asked.
    pub mute: BTreeSet<String>,
}

impl Policy {
    fn hold(&self, rule: &Rule) -> i64 {
        self.hold.get(rule.name).copied().unwrap_or(rule.hold)
    }
}

/// Where an alert is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Its condition holds, and not yet for long enough.
    Pending,
    /// It was told.
    Firing,
    /// It is over.
    Resolved,
}

/// Somebody knows of it and wants to hear no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ack {
    /// When.
    pub at: i64,
    /// Until when; `None` until it is resolved.
    pub until: Option<i64>,
    /// In their words.
    pub comment: String,
}

/// One alert. Moments are seconds since 1970 by the host's clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// The rule's name.
    pub name: String,
    /// Which of several.
    pub subject: Option<String>,
    /// How bad it is.
    pub severity: Severity,
    /// Where it is.
    pub phase: Phase,
    /// Since when its condition holds, or held.
    pub since: i64,
    /// Since when it is in this phase.
    pub phase_since: i64,
    /// Since when the condition of a firing alert is over.
    pub clear_since: Option<i64>,
    /// When it was last told.
    pub told_at: Option<i64>,
    /// Who knows of it.
    pub ack: Option<Ack>,
    /// What was measured when it last changed or was told.
    pub value: Option<f64>,
    /// The same in a sentence.
    pub summary: String,
}

/// What is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Told {
    /// It fires.
    Firing,
    /// It still fires.
    Repeated,
    /// It is over.
    Resolved,
    /// Nothing is wrong: somebody tries whether this arrives.
    Test,
}

/// Something to tell about an alert.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// What.
    pub told: Told,
    /// When it was so.
    pub at: i64,
    /// Which.
    pub key: String,
    /// As it is.
    pub alert: Alert,
}

/// What came of the readings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Step {
    /// Every alert as it is now.
    pub alerts: BTreeMap<String, Alert>,
    /// What to tell, in this order.
    pub notices: Vec<Notice>,
}

impl Alert {
    fn pending(reading: &Reading, now: i64) -> Self {
        Self {
            name: reading.rule.name.to_owned(),
            subject: reading.subject.clone(),
            severity: reading.rule.severity,
            phase: Phase::Pending,
            since: now,
            phase_since: now,
            clear_since: None,
            told_at: None,
            ack: None,
            value: reading.value,
            summary: reading.summary.clone(),
        }
    }

    /// A clock that was set back makes nothing last longer.
    fn not_after(mut self, now: i64) -> Self {
        self.since = self.since.min(now);
        self.phase_since = self.phase_since.min(now);
        self.clear_since = self.clear_since.map(|at| at.min(now));
        self.told_at = self.told_at.map(|at| at.min(now));
        self
    }

    fn seen(&mut self, reading: &Reading) {
        if reading.truth != Truth::Unknown {
            self.value = reading.value;
            self.summary.clone_from(&reading.summary);
        }
    }

    fn enter(&mut self, phase: Phase, now: i64) {
        self.phase = phase;
        self.phase_since = now;
        self.clear_since = None;
    }

    /// The condition is over, or nobody asks any more.
    fn resolve(&mut self, now: i64) -> Told {
        self.enter(Phase::Resolved, now);
        self.ack = None;
        self.told_at = Some(now);
        Told::Resolved
    }
}

/// Takes what every rule says into what was known of every alert.
#[must_use]
pub fn step(before: &BTreeMap<String, Alert>, readings: &[Reading], now: i64, policy: &Policy) -> Step {
    let mut step = Step::default();
    let asked = readings.iter().filter(|reading| !policy.mute.contains(reading.rule.name));
    for reading in asked {
        let key = reading.key();
        let was = before.get(&key).cloned().map(|alert| alert.not_after(now));
        let (alert, told) = next(was, reading, now, policy);
        step.take(key, alert, told, now);
    }
    // An endpoint that was taken out, a rule that was muted: nobody will ever say that it is over.
    for (key, alert) in before {
        if readings.iter().any(|it| it.key() == *key && !policy.mute.contains(it.rule.name)) {
            continue;
        }
        let mut alert = alert.clone().not_after(now);
        match alert.phase {
            Phase::Pending => {}
            Phase::Firing => {
                let told = alert.resolve(now);
                alert.summary = "It is not watched any more.".to_owned();
                step.take(key.clone(), Some(alert), Some(told), now);
            }
            Phase::Resolved => step.take(key.clone(), kept(alert, now), None, now),
        }
    }
    step
}

impl Step {
    fn take(&mut self, key: String, alert: Option<Alert>, told: Option<Told>, now: i64) {
        let Some(alert) = alert else { return };
        if let Some(told) = told {
            self.notices.push(Notice { told, at: now, key: key.clone(), alert: alert.clone() });
        }
        self.alerts.insert(key, alert);
    }
}

fn kept(alert: Alert, now: i64) -> Option<Alert> {
    (now.saturating_sub(alert.phase_since) < KEEP_RESOLVED).then_some(alert)
}

fn next(was: Option<Alert>, reading: &Reading, now: i64, policy: &Policy) -> (Option<Alert>, Option<Told>) {
    match was {
        Some(alert) if alert.phase == Phase::Firing => firing(alert, reading, now, policy),
        Some(alert) if alert.phase == Phase::Pending => match reading.truth {
            Truth::Bad => ripening(alert, reading, now, policy),
            Truth::Unknown => (Some(alert), None),
            Truth::Between | Truth::Good => (None, None),
        },
        was => match reading.truth {
            Truth::Bad => ripening(Alert::pending(reading, now), reading, now, policy),
            Truth::Between | Truth::Good | Truth::Unknown => (was.and_then(|alert| kept(alert, now)), None),
        },
    }
}

/// The condition holds: for long enough?
fn ripening(mut alert: Alert, reading: &Reading, now: i64, policy: &Policy) -> (Option<Alert>, Option<Told>) {
    if now.saturating_sub(alert.since) < policy.hold(reading.rule) {
        return (Some(alert), None);
    }
    alert.seen(reading);
    alert.enter(Phase::Firing, now);
    alert.told_at = Some(now);
    (Some(alert), Some(Told::Firing))
}

fn firing(mut alert: Alert, reading: &Reading, now: i64, policy: &Policy) -> (Option<Alert>, Option<Told>) {
    match reading.truth {
        Truth::Good => {
            let since = *alert.clear_since.get_or_insert(now);
            if now.saturating_sub(since) < policy.resolve_after {
                return (Some(alert), None);
            }
            alert.seen(reading);
            let told = alert.resolve(now);
            return (Some(alert), Some(told));
        }
        Truth::Bad | Truth::Between => alert.clear_since = None,
        Truth::Unknown => {}
    }
    let has_lapsed = |ack: &Ack| ack.until.is_some_and(|until| until <= now);
    let is_due = match &alert.ack {
        Some(ack) if has_lapsed(ack) => true,
        Some(_) => false,
        None => 0 < policy.repeat && alert.told_at.is_none_or(|at| policy.repeat <= now.saturating_sub(at)),
    };
    // Once it may be over there is nothing to insist on.
    if !is_due || alert.clear_since.is_some() {
        return (Some(alert), None);
    }
    alert.ack = None;
    alert.seen(reading);
    alert.told_at = Some(now);
    (Some(alert), Some(Told::Repeated))
}

#[cfg(test)]
mod tests;
