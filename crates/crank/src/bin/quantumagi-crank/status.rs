//! The page `/status`: what a person watches, of bounded size. The daemon writes it and `top` reads it, perhaps of another
//! version, so whatever is missing has a default. No address of an endpoint and no key is in it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::health::Condition;

/// Items of each list that are told; how many there are is told besides.
pub(crate) const MOST_ITEMS: usize = 100;
/// Attempts that are remembered.
pub(crate) const MOST_EVENTS: usize = 100;
/// Reasons that are told.
pub(crate) const MOST_REASONS: usize = 20;
/// Longest text, in characters.
pub(crate) const LONGEST_TEXT: usize = 300;

/// Everything.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Status {
    /// The daemon's version.
    pub(crate) version: String,
    /// Since its start.
    pub(crate) up_seconds: u64,
    /// `act`, `dry_run` or `observe`; nothing before the wallet was judged.
    pub(crate) mode: String,
    /// Who pays.
    pub(crate) wallet: Option<String>,
    /// How it is.
    pub(crate) condition: Condition,
    /// Why not well, each in a sentence.
    pub(crate) reasons: Vec<String>,
    /// Looks at the chain.
    pub(crate) looks: Looks,
    /// Balance, spending and limits.
    pub(crate) money: Money,
    /// What is due, the oldest first.
    pub(crate) due: Listed<Due>,
    /// Endpoints, in the order of the configuration.
    pub(crate) endpoints: Vec<Endpoint>,
    /// What is due and refused, the oldest first.
    pub(crate) letters: Listed<Letter>,
    /// Attempts, the latest first.
    pub(crate) events: Vec<Event>,
}

/// The first of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Listed<T> {
    /// How many there are.
    pub(crate) total: usize,
    /// The first of them.
    pub(crate) first: Vec<T>,
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self { total: 0, first: Vec::new() }
    }
}

/// Looks at the chain since the start.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Looks {
    /// Those that read everything.
    pub(crate) ok: u64,
    /// Those that read a part.
    pub(crate) partial: u64,
    /// Those that read nothing.
    pub(crate) failed: u64,
    /// The last.
    pub(crate) last: Option<Look>,
}

/// One look.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Look {
    /// Since its end.
    pub(crate) ago_seconds: u64,
    /// How long it took, with all that it carried out.
    pub(crate) took_millis: u64,
    /// `ok`, `partial` or `failed`.
    pub(crate) result: String,
    /// The next comes within.
    pub(crate) next_within_seconds: u64,
    /// Slot of the chain's clock at its beginning.
    pub(crate) slot: Option<u64>,
}

/// Fees and rent, lamports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Lamports {
    /// As fees.
    pub(crate) fee: u64,
    /// As rent, which comes back.
    pub(crate) rent: u64,
}

impl From<quantumagi_crank::Cost> for Lamports {
    fn from(cost: quantumagi_crank::Cost) -> Self {
        Self { fee: cost.fee_lamports, rent: cost.rent_lamports }
    }
}

/// Balance, spending and limits, lamports.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Money {
    /// What the wallet holds.
    pub(crate) balance: Option<u64>,
    /// What it should hold.
    pub(crate) min_balance: u64,
    /// Spent and promised on this day of the chain's clock.
    pub(crate) spent_today: Lamports,
    /// What a day may cost.
    pub(crate) most_a_day: Lamports,
}

/// Something that is due.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Due {
    /// Whose.
    pub(crate) constitution: String,
    /// The instruction.
    pub(crate) kind: String,
    /// About what.
    pub(crate) of: String,
    /// Since when, by the chain's clock.
    pub(crate) since_seconds: u64,
    /// The stage of its attempt, how the last one ended, or `waiting`.
    pub(crate) state: String,
    /// When it is tried again at the earliest; nothing for the next look, or never where its letter is dropped.
    pub(crate) again_in_seconds: Option<u64>,
}

/// An endpoint.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Endpoint {
    /// Its name.
    pub(crate) name: String,
    /// Why it is not asked; nothing where it is.
    pub(crate) out: Option<String>,
    /// Quarters of its usual share of calls.
    pub(crate) share: u8,
    /// Slots behind the others, where probes compare them.
    pub(crate) slot_lag: Option<u64>,
    /// How long its reads take, weighed; a failure counts as five seconds.
    pub(crate) latency_millis: Option<u64>,
    /// State of the breaker of each class of methods.
    pub(crate) breakers: BTreeMap<String, String>,
}

/// A dead letter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Letter {
    /// The duty, as `dlq` calls it.
    pub(crate) action: String,
    /// Why it was refused last.
    pub(crate) reason: String,
    /// How often.
    pub(crate) tries: u32,
    /// `waiting`, `replayed` or `dropped`.
    pub(crate) state: String,
    /// When it is tried again; nothing for never.
    pub(crate) again_in_seconds: Option<u64>,
}

/// An attempt that is over.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Event {
    /// Since its end.
    pub(crate) ago_seconds: u64,
    /// The duty, as log lines call it.
    pub(crate) action: String,
    /// One word.
    pub(crate) outcome: String,
    /// The same in words, where they say more.
    pub(crate) words: String,
    /// What it cost.
    pub(crate) cost: Lamports,
    /// Of its last transaction, where one was signed.
    pub(crate) signature: Option<String>,
}

/// The text without control characters, which a terminal would obey, and not longer than is told.
pub(crate) fn short(text: &str) -> String {
    let shown = |character: char| if character.is_control() { ' ' } else { character };
    if text.chars().nth(LONGEST_TEXT).is_none() {
        return text.chars().map(shown).collect();
    }
    text.chars().map(shown).take(LONGEST_TEXT - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_and_says_nothing_to_a_terminal() {
        assert_eq!(short("a\u{1b}[2J\nb"), "a [2J b");
        let longest = "ä".repeat(LONGEST_TEXT);
        assert_eq!(short(&longest), longest);
        let cut = short(&"ä".repeat(LONGEST_TEXT + 1));
        assert_eq!(cut, format!("{}…", "ä".repeat(LONGEST_TEXT - 1)));
    }

    #[test]
    fn a_page_of_another_version_is_read() {
        let page = r#"{"version": "9.0.0", "condition": "ok", "due": {"total": 7}, "news": [1]}"#;
        let status: Status = serde_json::from_str(page).expect("what is missing has a default");
        assert_eq!((status.version.as_str(), status.condition, status.due.total), ("9.0.0", Condition::Ok, 7));
        assert_eq!(serde_json::from_str::<Status>("{}").expect("an empty one too").condition, Condition::Down);
    }
}
