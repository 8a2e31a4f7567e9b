//! `workflows`: how proposals, policies, emergency acts and audits go on. Reads the journal, also beside a running crank.

use std::fmt::Write as _;

use quantumagi_crank::journal::{Attempt, DeadLetter, Ending, Fate, Journal};
use quantumagi_crank::workflow::{Instance, Key, Mark, State, Timing, When};
use quantumagi_rules::UnixSeconds;
use quantumagi_sdk::words::utc;
use serde_json::{Value, json};

use crate::args::Workflows;
use crate::config::Config;
use crate::exit::{Exit, Mendable};
use crate::letters::journal_of;
use crate::printer::{self, Form};

/// Carries the command out.
pub(crate) fn run(config: &Config, asked: &Workflows, form: Form) -> anyhow::Result<Exit> {
    let journal = journal_of(config)?;
    match asked {
        Workflows::List { all } => list(&journal, config, *all, form),
        Workflows::Show { key } => show(&journal, key, form),
    }
}

fn moment(seconds: i64) -> String {
    utc(UnixSeconds(seconds))
}

fn when(at: When) -> String {
    match at {
        When::At(at) => moment(at),
        When::By(at) => format!("{} or before", moment(at)),
    }
}

/// How it stands, in a line.
fn standing(instance: &Instance) -> String {
    let step = instance.step.map_or("nothing", |step| step.name());
    let verdict = instance.verdict.map_or("", |verdict| verdict.name());
    let mut words = match (instance.state(), instance.due_at) {
        (State::Overdue, Some(due_at)) => format!("overdue: {step} was on time until {}", moment(due_at)),
        (_, Some(due_at)) => format!("waits for {step}, on time until {}", moment(due_at)),
        (State::Running | State::Overdue, None) => format!("waits for {step}"),
        (state @ (State::Done | State::Failed), None) => format!("{}: {verdict}", state.name()),
    };
    let late: Vec<&str> =
        instance.marks.iter().filter(|mark| mark.timing == Timing::Late).map(|mark| mark.step.name()).collect();
    if !late.is_empty() {
        let _ = write!(words, "; late: {}", late.join(", "));
    }
    if let Some(finding) = &instance.finding {
        let _ = write!(words, "; {finding}");
    }
    words
}

fn value(instance: &Instance) -> anyhow::Result<Value> {
    let mut value = serde_json::to_value(instance)?;
    value["state"] = instance.state().name().into();
    value["workflow"] = instance.key.workflow.name().into();
    Ok(value)
}

fn list(journal: &Journal, config: &Config, is_all: bool, form: Form) -> anyhow::Result<Exit> {
    let mut instances = journal.instances()?;
    // What a constitution left behind that is looked after no more goes on nowhere.
    let is_open = |it: &Instance| it.ended_at.is_none() && config.constitutions.contains(&it.key.constitution);
    instances.retain(|instance| is_all || is_open(instance));
    let mut words = String::new();
    if instances.is_empty() {
        words.push_str("nothing is on its way\n");
    }
    for instance in &instances {
        let _ = writeln!(words, "{}\n    {}", instance.key, standing(instance));
    }
    let values = instances.iter().map(value).collect::<anyhow::Result<Vec<Value>>>()?;
    printer::report(form, &words, &values)?;
    Ok(Exit::Done)
}

fn show(journal: &Journal, key: &str, form: Form) -> anyhow::Result<Exit> {
    let hint = "`quantumagi-crank workflows list --all` shows them all; of what is over the last thousand are kept";
    let unknown = || Mendable::new(format!("there is no workflow {key}"), hint);
    let parsed: Key = key.parse().map_err(|_| unknown())?;
    let instance = journal.instance(&parsed)?.ok_or_else(unknown)?;
    let Instance { began_at, entered_at, marks, .. } = &instance;
    let mut words = format!("{key}\n{}, since {}\n", instance.key.about, moment(*began_at));
    let _ = writeln!(words, "{}\n\nsteps:", standing(&instance));
    for mark in marks {
        let _ = writeln!(words, "  {}", words_of_mark(mark));
    }
    if let Some(step) = instance.step {
        let _ = writeln!(words, "  {}: waited for since {}", step.name(), moment(*entered_at));
    }
    let mut shown = value(&instance)?;
    let steps = marks.iter().map(|mark| mark.step).chain(instance.step);
    let mut work = Vec::new();
    for duty in steps.filter_map(|step| instance.key.duty(step)) {
        let action = duty.to_string();
        let attempts = journal.attempts(&action)?;
        let letter = journal.letter(&action)?;
        if attempts.is_empty() && letter.is_none() {
            continue;
        }
        words.push_str(&words_of_work(&action, &attempts, letter.as_ref()));
        let attempts: Vec<Value> = attempts
            .iter()
            .map(|it| {
                let signature = it.flight.signature.to_string();
                json!({ "signature": signature, "signed_at": it.signed_at, "fate": fate(it.fate) })
            })
            .collect();
        let refused = letter.map(|letter| json!({ "reason": letter.reason, "tries": letter.tries }));
        work.push(json!({ "action": action, "attempts": attempts, "dead_letter": refused }));
    }
    shown["own_work"] = Value::Array(work);
    printer::report(form, &words, &shown)?;
    Ok(Exit::Done)
}

fn words_of_mark(mark: &Mark) -> String {
    let Mark { step, due_at, at, timing } = mark;
    let (step, at) = (step.name(), when(*at));
    let due = due_at.map(|due_at| format!(", on time until {}", moment(due_at))).unwrap_or_default();
    let timing = match timing {
        Timing::OnTime => "on time",
        Timing::Late => "late",
        Timing::Unseen => "whether on time is not known",
    };
    format!("{step}: over {at}{due}: {timing}")
}

fn words_of_work(action: &str, attempts: &[Attempt], letter: Option<&DeadLetter>) -> String {
    let mut words = format!("\nown work on {action}:\n");
    for attempt in attempts {
        let (at, signature, fate) = (moment(attempt.signed_at), attempt.flight.signature, fate(attempt.fate));
        let _ = writeln!(words, "  {at}  {signature} {fate}");
    }
    if let Some(letter) = letter {
        let _ = writeln!(words, "  a dead letter, refused {} times: {}", letter.tries, letter.reason);
    }
    words
}

fn fate(fate: Fate) -> &'static str {
    match fate {
        Fate::Open => "may still land",
        Fate::Ended(Ending::Landed { .. }) => "landed",
        Fate::Ended(Ending::Failed { .. }) => "failed in a block",
        Fate::Ended(Ending::Expired) => "expired",
    }
}
