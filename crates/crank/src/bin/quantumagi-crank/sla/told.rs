//! Service levels for people and for machines: a part of `/healthz`, and the command `sla`.

use std::fmt::Write as _;
use std::time::Duration;

use quantumagi_crank::Journal;
use quantumagi_crank::sla::{Alarm, Basis, Ending, Level, Objective, Share, Tracker, Window, alarm_basis};
use serde_json::{Map, Value, json};

use super::{WRITE_EVERY, float, wall};
use crate::config::Config;
use crate::exit::{Exit, Mendable};
use crate::printer::{self, Form};

/// Carries the command out, beside a running crank or without one.
pub(crate) fn run(config: &Config, form: Form) -> anyhow::Result<Exit> {
    let path = config.journal();
    if !path.exists() {
        let hint = "the crank makes it when it first runs; check state_dir with `quantumagi-crank print-config`";
        return Err(Mendable::new(format!("there is no journal at {}", path.display()), hint).into());
    }
    let Some(stored) = Journal::open(&path)?.levels()? else {
        let words = "nothing is known yet: no crank has run with this journal but for single looks";
        printer::report(form, words, &Value::Null)?;
        return Ok(Exit::Done);
    };
    let (objectives, hold, life) = (config.objectives, config.stall_limit(), stored.life);
    let since = wall().saturating_sub(life.wall);
    // One that runs writes at least so often.
    let runs = life.ending == Ending::None && since <= super::millis(WRITE_EVERY.saturating_mul(3));
    let tracker = if runs {
        Tracker::as_stored(stored, objectives, hold)
    } else {
        Tracker::resume(stored, wall(), objectives, hold)
    };
    let state = match (runs, life.ending) {
        (true, _) => "runs",
        (false, Ending::None) => "was killed, or hangs",
        (false, Ending::Stopped) => "is stopped",
    };
    let told_ago = Duration::from_millis(since);
    let mut value = value(&tracker);
    value["state"] = state.into();
    value["written_seconds_ago"] = told_ago.as_secs().into();
    let words = format!("the crank {state}; written {} ago\n{}", span(since), words(&tracker));
    printer::report(form, &words, &value)?;
    Ok(Exit::Done)
}

/// An alert that rings, in a sentence.
pub(super) fn sentence(tracker: &Tracker, alarm: &Alarm) -> String {
    let Alarm { objective, rule } = alarm;
    let burn = |window| tracker.level(*objective, alarm_basis(*objective), window).burn_rate();
    format!(
        "the error budget of {} burns {:.1} times as fast as it may over {}, and {:.1} times over {}: see {}",
        objective.name(),
        burn(rule.long),
        rule.long.name(),
        burn(rule.short),
        rule.short.name(),
        rule.alert
    )
}

fn level_value(level: &Level) -> Value {
    let mut value = json!({
        "ratio": level.ratio(), "burn_rate": level.burn_rate(), "budget_left": level.budget_left(),
    });
    match level.basis {
        Basis::Time => {
            value["bad_seconds"] = (float(level.bad) / 1e3).into();
            value["counted_seconds"] = (float(level.total) / 1e3).into();
        }
        Basis::Requests => (value["bad"], value["counted"]) = (level.bad.into(), level.total.into()),
    }
    value
}

/// Everything.
pub(super) fn value(tracker: &Tracker) -> Value {
    let windows = |of: &dyn Fn(Window) -> Value| -> Value {
        Value::Object(Window::ALL.map(|window| (window.name().to_owned(), of(window))).into_iter().collect())
    };
    let mut objectives = Map::new();
    for objective in Objective::ALL {
        let by = |basis| windows(&|window| level_value(&tracker.level(objective, basis, window)));
        let target = objective.allowed(tracker.objectives()).rest().to_string();
        let value = json!({ "objective": target, "time": by(Basis::Time), "requests": by(Basis::Requests) });
        objectives.insert(objective.name().to_owned(), value);
    }
    let time = windows(&|window| {
        let spent = tracker.time(window);
        let seconds = |millis| float(millis) / 1e3;
        json!({
            "up_seconds": seconds(spent.up), "down_seconds": seconds(spent.down), "off_seconds": seconds(spent.off),
            "planned_seconds": seconds(spent.planned),
        })
    });
    let alerts: Vec<Value> = tracker
        .alarms()
        .iter()
        .map(|alarm| {
            let (severity, words) = (alarm.rule.severity.name(), sentence(tracker, alarm));
            json!({ "objective": alarm.objective.name(), "alert": alarm.rule.name, "severity": severity, "words": words })
        })
        .collect();
    let known = float(tracker.now().saturating_sub(tracker.begun())) / 1e3;
    json!({ "known_seconds": known, "objectives": objectives, "time": time, "alerts": alerts })
}

/// The share that was good, never rounded up.
fn good(level: &Level) -> String {
    if level.total == 0 {
        return "-".to_owned();
    }
    let good = u128::from(level.total.saturating_sub(level.bad)) * 1_000_000;
    let millionths = good.checked_div(level.total.into()).unwrap_or_default();
    Share::of_millionths(u32::try_from(millionths).unwrap_or(u32::MAX)).to_string()
}

/// Like `3d 4h 5m 6s`.
fn span(millis: u64) -> String {
    let seconds = millis.div_euclid(1_000);
    let parts = [(86_400, u64::MAX, "d"), (3_600, 24, "h"), (60, 60, "m"), (1, 60, "s")];
    let parts = parts.map(|(size, of, unit)| (seconds.div_euclid(size).checked_rem(of).unwrap_or_default(), unit));
    let shown: Vec<String> =
        parts.into_iter().filter(|(count, _)| 0 < *count).map(|(count, unit)| format!("{count}{unit}")).collect();
    if shown.is_empty() { "0s".to_owned() } else { shown.join(" ") }
}

fn words(tracker: &Tracker) -> String {
    let known = tracker.now().saturating_sub(tracker.begun());
    let mut words = format!("known since {}\n\n", span(known));
    let _ = writeln!(
        words,
        "{:<32}{:>10}{:>10}{:>10}{:>10}  budget left",
        "good of what was counted", "5m", "1h", "24h", "30d"
    );
    for objective in Objective::ALL {
        for basis in Basis::ALL {
            let target = objective.allowed(tracker.objectives()).rest();
            let _ = write!(words, "{:<32}", format!("{}, {target}, by {}", objective.name(), basis.name()));
            for window in Window::ALL {
                let _ = write!(words, "{:>10}", good(&tracker.level(objective, basis, window)));
            }
            let left = tracker.level(objective, basis, Window::Month).budget_left() * 100.0;
            let _ = writeln!(words, "{left:>11.1} %");
        }
    }
    let spent = tracker.time(Window::Month);
    let [down, off, planned] = [spent.down, spent.off, spent.planned].map(span);
    let _ = writeln!(words, "\nof these 30 days: {down} down, {off} off, {planned} stopped in order");
    for alarm in tracker.alarms() {
        let _ = writeln!(words, "{}: {}", alarm.rule.severity.name(), sentence(tracker, &alarm));
    }
    words
}
