//! `quantumagi audit capture`: what it would take to have one's way, beside what there is to take.

use quantumagi_rules::Weight;
use quantumagi_sdk::capture::{Capture, Price, Share};
use quantumagi_sdk::words::{sol, track_name};
use serde::Serialize;

use crate::printer::Report;
use crate::table::{facts, table};

/// What capturing a community costs and brings.
#[derive(Serialize)]
pub(super) struct Shown {
    constitution: String,
    /// Weight of everybody; `null` where no proposal has frozen it yet.
    total_weight: Option<u64>,
    tracks: Vec<Row>,
    lamports: u64,
    tokens: Vec<Token>,
    spikes: Vec<Spike>,
}

#[derive(Serialize)]
struct Row {
    track: &'static str,
    ordinary: PriceShown,
    entrenched: PriceShown,
}

#[derive(Serialize)]
struct PriceShown {
    unopposed: Option<ShareShown>,
    opposed: Option<ShareShown>,
}

#[derive(Serialize)]
struct ShareShown {
    weight: u64,
    people: Option<u32>,
}

#[derive(Serialize)]
struct Token {
    mint: String,
    amount: u64,
}

#[derive(Serialize)]
struct Spike {
    proposal: u64,
    before: u64,
    now: u64,
}

impl Shown {
    pub(super) fn new(constitution: String, capture: Capture) -> Self {
        let Capture { total, tracks, lamports, tokens, spikes } = capture;
        let rows = tracks.iter().map(|of| Row {
            track: track_name(of.track),
            ordinary: of.ordinary.into(),
            entrenched: of.entrenched.into(),
        });
        let spikes =
            spikes.iter().map(|spike| Spike { proposal: spike.proposal_id, before: spike.before.0, now: spike.now.0 });
        Self {
            constitution,
            total_weight: total.map(|Weight(total)| total),
            tracks: rows.collect(),
            lamports,
            tokens: tokens.iter().map(|(mint, amount)| Token { mint: mint.to_string(), amount: *amount }).collect(),
            spikes: spikes.collect(),
        }
    }
}

impl From<Price> for PriceShown {
    fn from(Price { unopposed, opposed }: Price) -> Self {
        Self { unopposed: unopposed.map(Into::into), opposed: opposed.map(Into::into) }
    }
}

impl From<Share> for ShareShown {
    fn from(Share { weight, people }: Share) -> Self {
        Self { weight: weight.0, people }
    }
}

fn share(share: Option<&ShareShown>) -> String {
    match share {
        None => "out of reach".to_owned(),
        Some(ShareShown { weight, people: None }) => weight.to_string(),
        Some(ShareShown { weight, people: Some(1) }) => format!("{weight} (1 voter)"),
        Some(ShareShown { weight, people: Some(people) }) => format!("{weight} ({people} voters)"),
    }
}

impl Report for Shown {
    fn words(&self) -> String {
        let total = self.total_weight.map_or_else(|| "not known before a vote".to_owned(), |total| total.to_string());
        let mut held = vec![("weight of everybody", total), ("in the vault", sol(self.lamports))];
        let tokens = self.tokens.iter().map(|token| ("", format!("{} base units of {}", token.amount, token.mint)));
        held.extend(tokens);
        let rows = self.tracks.iter().map(|row| {
            [
                row.track.to_owned(),
                share(row.ordinary.unopposed.as_ref()),
                share(row.ordinary.opposed.as_ref()),
                share(row.entrenched.unopposed.as_ref()),
                share(row.entrenched.opposed.as_ref()),
            ]
        });
        let headings =
            ["track", "if nobody else votes", "if all others are against", "entrenched", "entrenched, against all"];
        let mut lines = vec![facts(&held), "weight that passes a proposal alone:".to_owned()];
        lines.push(if self.total_weight.is_some() {
            table(headings, rows)
        } else {
            "not known before a vote".to_owned()
        });
        lines.extend(self.spikes.iter().map(|spike| {
            let Spike { proposal, before, now } = spike;
            format!("proposal {proposal} counts {now} in all, the one before it {before}: look who came or went")
        }));
        lines.join("\n")
    }
}
