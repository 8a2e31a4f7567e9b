//! What `proposal show` prints.

use quantumagi_interface::DecodeError;
use quantumagi_interface::accounts::Constitution;
use quantumagi_rpc::solana::Address;
use quantumagi_rules::UnixSeconds;
use quantumagi_sdk::words::{ActionWords, BallotWords, Names, ProposalSummary, describe_proposal_under, hex};
use serde::Serialize;

use super::Found;
use crate::printer::Report;
use crate::table::{facts, table};

/// A proposal, for machines and for people.
#[derive(Serialize)]
pub(super) struct Shown {
    address: String,
    proposer: String,
    is_closed: bool,
    action: ActionWords,
    action_bytes: String,
    execution_digest: String,
    content_hash: String,
    explanation: Option<String>,
    citations: Vec<Cited>,
    times: Times,
    #[serde(flatten)]
    summary: ProposalSummary,
    #[serde(skip)]
    names: Names,
}

/// The moments that divide its life, Unix seconds.
#[derive(Serialize)]
struct Times {
    /// The chain's time at which all this was so.
    now: i64,
    created_at: i64,
    /// First second of voting.
    starts_at: i64,
    /// First second after voting.
    ends_at: i64,
    /// First second at which it can be executed if it passes.
    opens_at: i64,
    /// First second at which it no longer can.
    closes_at: i64,
}

#[derive(Serialize)]
struct Cited {
    principle: u32,
    version: u32,
    words: String,
}

impl Shown {
    pub(super) fn new(
        found: &Found,
        constitution: &Constitution,
        action: ActionWords,
        names: Names,
        explanation: Option<String>,
        now: UnixSeconds,
    ) -> Result<Self, DecodeError> {
        let Found { address, proposal, action: bytes, members, pages, is_closed } = found;
        let citations = proposal.cited().iter().map(|cited| Cited {
            principle: cited.principle_id,
            version: cited.version,
            words: names.principle(cited.principle_id),
        });
        let times = proposal.timetable_under(constitution)?;
        Ok(Self {
            address: address.to_string(),
            proposer: proposal.proposer.to_string(),
            is_closed: *is_closed,
            action,
            action_bytes: hex(bytes),
            execution_digest: hex(&proposal.execution_digest),
            content_hash: hex(&proposal.content_hash),
            explanation,
            citations: citations.collect(),
            times: Times {
                now: now.0,
                created_at: proposal.created_at,
                starts_at: times.starts_at.0,
                ends_at: times.ends_at.0,
                opens_at: times.opens_at.0,
                closes_at: times.closes_at.0,
            },
            summary: describe_proposal_under(constitution, proposal, members, pages, now)?,
            names,
        })
    }

    /// What the action does, said of a proposal in this phase.
    fn effect(&self) -> String {
        let lead = match self.summary.phase {
            "executed" => "what it did",
            "defeated" | "vetoed" | "cancelled" | "expired" | "lapsed" => "what it would have done",
            _ => "if it passes",
        };
        let mut lines = vec![format!("{lead}: it {}", self.action.sentence)];
        lines.extend(self.action.details.iter().map(|detail| format!("  {detail}")));
        lines.join("\n")
    }

    fn voters(&self) -> String {
        let rows = self.summary.voters.iter().map(|voter| {
            let ballot = match voter.ballot {
                BallotWords::None if voter.can_vote => "can vote",
                BallotWords::None => "-",
                BallotWords::For => "for",
                BallotWords::Against => "against",
                BallotWords::Abstain => "abstain",
                BallotWords::Unknown => "not known",
            };
            let name = voter.voter.parse().map(|address: Address| self.names.address(&address));
            [
                name.unwrap_or_else(|_| voter.voter.clone()),
                voter.weight.to_string(),
                voter.share.clone(),
                ballot.to_owned(),
            ]
        });
        table(["voter", "weight", "share", "ballot"], rows)
    }
}

impl Report for Shown {
    fn words(&self) -> String {
        let summary = &self.summary;
        let closed = if self.is_closed { ", closed" } else { "" };
        let head = facts(&[
            ("proposal", format!("{} ({}{closed})", summary.id, summary.phase)),
            ("address", self.address.clone()),
            ("by", self.proposer.clone()),
            ("state", summary.state.clone()),
            ("tally", summary.tally.sentence.clone()),
            ("ballots", summary.ballots.to_owned()),
        ]);
        let mut parts = vec![head, self.effect()];
        let cited: Vec<String> =
            self.citations.iter().map(|cited| format!("  {}, version {}", cited.words, cited.version)).collect();
        if !cited.is_empty() {
            parts.push(format!("it rests on\n{}", cited.join("\n")));
        }
        parts.extend((!summary.scrutiny.is_empty()).then(|| summary.scrutiny.join("\n")));
        parts.extend(summary.outcome.clone());
        if !summary.missing.is_empty() {
            let missing: Vec<String> = summary.missing.iter().map(|line| format!("  {line}")).collect();
            parts.push(format!("what is missing\n{}", missing.join("\n")));
        }
        let requirements = summary.requirements.iter().map(|one| {
            let state = if one.is_met { "met" } else { "not met" };
            [one.name.to_owned(), one.needed.clone(), one.reached.clone(), state.to_owned()]
        });
        parts.push(table(["requirement", "needed", "reached", "state"], requirements));
        parts.push(self.voters());
        let explanation = self.explanation.as_deref().unwrap_or("(nobody published the explanation)");
        parts.push(format!("why\n\n{explanation}"));
        parts.join("\n\n")
    }
}
