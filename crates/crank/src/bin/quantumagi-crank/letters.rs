//! `dlq`: duties that are refused although they are due. Works beside a running crank, on its journal.

use std::fmt::Write as _;

use quantumagi_crank::journal::{DeadLetter, Journal, LetterState};
use serde_json::{Value, json};

use crate::args::Dlq;
use crate::config::Config;
use crate::exit::{Exit, Mendable};
use crate::printer::{self, Form};

/// Carries the command out.
pub(crate) fn run(config: &Config, asked: &Dlq, form: Form) -> anyhow::Result<Exit> {
    let journal = journal_of(config)?;
    match asked {
        Dlq::List => list(&journal, form),
        Dlq::Show { key } => show(&journal, key, form),
        Dlq::Replay { key: Some(key), .. } => set(&journal, &[found(&journal, key)?], LetterState::Replayed, form),
        Dlq::Replay { key: None, .. } => {
            let mut letters = journal.letters()?;
            letters.retain(|letter| letter.state != LetterState::Dropped);
            set(&journal, &letters, LetterState::Replayed, form)
        }
        Dlq::Drop { key } => set(&journal, &[found(&journal, key)?], LetterState::Dropped, form),
    }
}

/// The journal of a crank that has run before.
pub(crate) fn journal_of(config: &Config) -> anyhow::Result<Journal> {
    let path = config.journal();
    if !path.exists() {
        let hint = "the crank makes it when it first runs; check state_dir with `quantumagi-crank print-config`";
        return Err(Mendable::new(format!("there is no journal at {}", path.display()), hint).into());
    }
    Ok(Journal::open(&path)?)
}

fn found(journal: &Journal, key: &str) -> anyhow::Result<DeadLetter> {
    journal.letter(key)?.ok_or_else(|| {
        let hint = "`quantumagi-crank dlq list` shows them all; one that the chain has settled is gone";
        Mendable::new(format!("there is no dead letter {key}"), hint).into()
    })
}

fn value(letter: &DeadLetter) -> Value {
    let DeadLetter { key, reason, logs, payload, first_at, last_at, tries, state } = letter;
    json!({
        "key": key, "reason": reason, "logs": logs, "payload": payload, "first_at": first_at, "last_at": last_at,
        "tries": tries, "state": state.name(), "next_at": letter.next_at(),
    })
}

fn list(journal: &Journal, form: Form) -> anyhow::Result<Exit> {
    let letters = journal.letters()?;
    let mut words = String::new();
    if letters.is_empty() {
        words.push_str("no dead letters\n");
    }
    for letter in &letters {
        let (key, state, tries) = (&letter.key, letter.state.name(), letter.tries);
        let _ = writeln!(words, "{key}\n    {state}, refused {tries} times: {}", letter.reason);
    }
    let values: Vec<Value> = letters.iter().map(value).collect();
    printer::report(form, &words, &values)?;
    Ok(Exit::Done)
}

fn show(journal: &Journal, key: &str, form: Form) -> anyhow::Result<Exit> {
    let letter = found(journal, key)?;
    let history = journal.refusals(key)?;
    let next = match (letter.state, letter.next_at()) {
        (LetterState::Dropped, _) | (_, None) => "never, until it is replayed".to_owned(),
        (LetterState::Replayed, Some(_)) => "at the next look".to_owned(),
        (LetterState::Waiting, Some(at)) => format!("from second {at} of the chain's clock on"),
    };
    let mut words =
        format!("{key}\nstate: {}\nnext try: {next}\n\nrefusals, by the chain's clock:\n", letter.state.name());
    for (at, reason) in &history {
        let _ = writeln!(words, "  {at}  {reason}");
    }
    let _ = writeln!(words, "\nlog lines of the last:");
    for line in letter.logs.lines() {
        let _ = writeln!(words, "  {line}");
    }
    let payload = if letter.payload.is_empty() { "(none could be built)" } else { &letter.payload };
    let _ = writeln!(words, "\nits transaction, unsigned, in base64:\n  {payload}");
    let mut shown = value(&letter);
    let history: Vec<Value> = history.iter().map(|(at, reason)| json!({ "at": at, "reason": reason })).collect();
    shown["history"] = Value::Array(history);
    printer::report(form, &words, &shown)?;
    Ok(Exit::Done)
}

fn set(journal: &Journal, letters: &[DeadLetter], state: LetterState, form: Form) -> anyhow::Result<Exit> {
    let mut words = String::new();
    let mut changed = Vec::new();
    for letter in letters {
        // It may have been settled a moment ago.
        if journal.set_letter(&letter.key, state)? {
            let _ = writeln!(words, "{}: {}", state.name(), letter.key);
            changed.push(letter.key.clone());
        }
    }
    if changed.is_empty() {
        words.push_str("nothing to change\n");
    }
    printer::report(form, &words, &json!({ "state": state.name(), "keys": changed }))?;
    Ok(Exit::Done)
}
