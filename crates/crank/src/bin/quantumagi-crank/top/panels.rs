//! The lists: what each shows in which columns.

use ratatui::layout::Constraint::{self, Fill, Length};

use super::view::Panel;
use super::words::{action, ends, fine_span, span, subject};
use crate::status::{Due, Endpoint, Event, Letter, Listed, Status};

/// From so many columns on, signatures are shown whole.
const WIDE: u16 = 180;
/// Characters of a signature.
const SIGNATURE: u16 = 88;

/// How a row looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Good,
    Look,
    Bad,
}

/// A list as it is drawn.
pub(super) struct Sheet {
    /// Its name.
    pub(super) name: &'static str,
    /// How many items there are; more than rows where the page told only the first.
    pub(super) total: usize,
    /// Names of the columns but the first, which bears the list's.
    pub(super) heads: Vec<&'static str>,
    /// Their widths, that of the first too.
    pub(super) widths: Vec<Constraint>,
    /// Columns with numbers, which end below each other.
    pub(super) numbers: Vec<usize>,
    /// Its rows.
    pub(super) rows: Vec<(Tone, Vec<String>)>,
    /// What is said where there is none.
    pub(super) none: &'static str,
}

impl Sheet {
    /// Of this list.
    pub(super) fn of(panel: Panel, status: &Status, columns: u16) -> Self {
        match panel {
            Panel::Due => due(&status.due),
            Panel::Endpoints => endpoints(&status.endpoints),
            Panel::Letters => letters(&status.letters),
            Panel::Events => events(&status.events, columns),
        }
    }
}

/// Rows of each list.
pub(super) fn lengths(status: &Status) -> [usize; Panel::ALL.len()] {
    [status.due.first.len(), status.endpoints.len(), status.letters.first.len(), status.events.len()]
}

fn due(due: &Listed<Due>) -> Sheet {
    let row = |due: &Due| {
        let tone = match due.state.as_str() {
            "waiting" => Tone::Plain,
            "refused" | "no_funds" | "too_dear" | "day_limit" => Tone::Bad,
            "dropped" | "unreachable" | "expired" | "open" => Tone::Look,
            _ => Tone::Good,
        };
        let again = match (due.state.as_str(), due.again_in_seconds) {
            ("dropped", _) => "never".to_owned(),
            (_, None) => String::new(),
            (_, Some(0)) => "next look".to_owned(),
            (_, Some(seconds)) => format!("in {}", span(seconds)),
        };
        let what = format!("{} of {}", due.kind, subject(&due.of));
        (tone, vec![what, ends(&due.constitution), span(due.since_seconds), due.state.clone(), again])
    };
    Sheet {
        name: "DUE",
        total: due.total,
        heads: vec!["CONSTIT.", "SINCE", "STATE", "AGAIN"],
        widths: vec![Fill(1), Length(9), Length(6), Length(11), Length(9)],
        numbers: vec![2],
        rows: due.first.iter().map(row).collect(),
        none: "nothing is due",
    }
}

fn endpoints(endpoints: &[Endpoint]) -> Sheet {
    let row = |endpoint: &Endpoint| {
        let troubled: Vec<String> = endpoint
            .breakers
            .iter()
            .filter(|(_, state)| *state != "closed")
            .map(|(class, state)| format!("{class} {state}"))
            .collect();
        let breakers = if troubled.is_empty() { "closed".to_owned() } else { troubled.join(", ") };
        let (tone, state) = match (&endpoint.out, endpoint.share) {
            (Some(why), _) => (Tone::Bad, format!("out: {why}")),
            (None, 4..) if troubled.is_empty() => (Tone::Good, "in".to_owned()),
            (None, 4..) => (Tone::Look, "in".to_owned()),
            (None, share) => (Tone::Look, format!("coming back, {share}/4")),
        };
        let latency = endpoint.latency_millis.map(fine_span).unwrap_or_default();
        let lag = endpoint.slot_lag.map(|slots| slots.to_string()).unwrap_or_default();
        (tone, vec![endpoint.name.clone(), latency, lag, breakers, state])
    };
    Sheet {
        name: "ENDPOINTS",
        total: endpoints.len(),
        heads: vec!["READS", "LAG", "BREAKERS", "STATE"],
        widths: vec![Fill(2), Length(6), Length(5), Fill(2), Fill(3)],
        numbers: vec![1, 2],
        rows: endpoints.iter().map(row).collect(),
        none: "none is known yet",
    }
}

fn letters(letters: &Listed<Letter>) -> Sheet {
    let row = |letter: &Letter| {
        let again = match (letter.state.as_str(), letter.again_in_seconds) {
            ("dropped", _) | (_, None) => "never".to_owned(),
            (_, Some(0)) => "next look".to_owned(),
            (_, Some(seconds)) => format!("in {}", span(seconds)),
        };
        let tone = if letter.state == "dropped" { Tone::Plain } else { Tone::Look };
        (tone, vec![action(&letter.action), letter.tries.to_string(), again, subject(&letter.reason)])
    };
    Sheet {
        name: "DEAD LETTERS",
        total: letters.total,
        heads: vec!["TRIES", "AGAIN", "WHY"],
        widths: vec![Fill(3), Length(5), Length(9), Fill(4)],
        numbers: vec![1],
        rows: letters.first.iter().map(row).collect(),
        none: "none",
    }
}

fn events(events: &[Event], columns: u16) -> Sheet {
    let is_wide = WIDE <= columns;
    let row = |event: &Event| {
        let tone = match event.outcome.as_str() {
            "done" => Tone::Good,
            "refused" | "no_funds" | "too_dear" | "day_limit" => Tone::Bad,
            "unreachable" | "expired" | "open" => Tone::Look,
            _ => Tone::Plain,
        };
        let signature = event.signature.as_deref().unwrap_or_default();
        let signature = if is_wide { signature.to_owned() } else { ends(signature) };
        let amount = |lamports: u64| if lamports == 0 { String::new() } else { lamports.to_string() };
        let (fee, rent) = (amount(event.cost.fee), amount(event.cost.rent));
        (tone, vec![action(&event.action), span(event.ago_seconds), event.outcome.clone(), fee, rent, signature])
    };
    Sheet {
        name: "EVENTS",
        total: events.len(),
        heads: vec!["AGO", "OUTCOME", "FEE", "RENT", "SIGNATURE"],
        widths: vec![Fill(1), Length(6), Length(11), Length(6), Length(8), Length(if is_wide { SIGNATURE } else { 9 })],
        numbers: vec![1, 3, 4],
        rows: events.iter().map(row).collect(),
        none: "nothing was attempted yet",
    }
}
