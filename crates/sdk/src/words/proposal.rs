//! How a proposal stands, in words: where it is in its life, what the voters said, what is missing, who can still vote.

use quantumagi_interface::DecodeError;
use quantumagi_interface::accounts::{BallotPage, Constitution, Proposal};
use quantumagi_interface::types::Member;
use quantumagi_rules::ballot::BallotRule;
use quantumagi_rules::emergency::{Pause, Subsystem};
use quantumagi_rules::lifecycle::{self, Phase, Timetable};
use quantumagi_rules::{UnixSeconds, Weight};
use serde::Serialize;

use super::amount::{bps, percent};
use super::moment::{between, utc};

mod outcome;
mod scrutiny;
mod voters;

pub use outcome::Requirement;
pub use voters::{BallotWords, VoterWords};

/// A proposal in words, as it stands at one moment of the chain's clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProposalSummary {
    /// Its id in the constitution.
    pub id: u64,
    /// Where it is in its life, in one word.
    pub phase: &'static str,
    /// The same as a sentence, with the moment that matters next.
    pub state: String,
    /// What the voters said.
    pub tally: TallyWords,
    /// What the tally must reach, in the order in which the rules ask.
    pub requirements: Vec<Requirement>,
    /// Veto body, attestor and deposit, a sentence each; empty where there is none of them.
    pub scrutiny: Vec<String>,
    /// While ballots can come in: what is missing to pass. Empty once voting has ended.
    pub missing: Vec<String>,
    /// Once voting has ended: what came of it and why.
    pub outcome: Option<String>,
    /// Everybody in the electorate, in the roster's order.
    pub voters: Vec<VoterWords>,
    /// Whether ballots can be changed, as a sentence.
    pub ballots: &'static str,
}

/// A tally with its shares. Weights are in the electorate's own unit; shares are rounded down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TallyWords {
    /// All of it in one line.
    pub sentence: String,
    /// Weight for.
    pub for_weight: u64,
    /// Weight against.
    pub against_weight: u64,
    /// Weight abstaining.
    pub abstain_weight: u64,
    /// Weight of the whole electorate.
    pub total_weight: u64,
    /// Share of `for` in `for + against`.
    pub for_share: String,
    /// Share of all ballots in the total weight.
    pub turnout_share: String,
    /// Voters who have cast a ballot.
    pub ballots_cast: u32,
    /// Voters in the electorate.
    pub voters: u32,
}

/// How `proposal` stands at `now`, which is the chain's time, where no pause has touched its execution.
///
/// `members` is its electorate in the roster's order; `pages` are its open ballot pages, in any order. A voter whose
/// page was not passed although it may hold a ballot is listed with [`BallotWords::Unknown`].
///
/// # Errors
/// [`DecodeError::Meaningless`] where the account holds a number without meaning.
pub fn describe_proposal(
    proposal: &Proposal,
    members: &[Member],
    pages: &[BallotPage],
    now: UnixSeconds,
) -> Result<ProposalSummary, DecodeError> {
    summary(proposal, &proposal.timetable()?, Pause::NONE, (members, pages), now)
}

/// As [`describe_proposal`], with what its constitution's emergency acts pause now, and with the window that they gave back.
///
/// # Errors
/// As [`describe_proposal`].
pub fn describe_proposal_under(
    constitution: &Constitution,
    proposal: &Proposal,
    members: &[Member],
    pages: &[BallotPage],
    now: UnixSeconds,
) -> Result<ProposalSummary, DecodeError> {
    let subsystem = Subsystem::of_execution(proposal.track()?);
    let pause = subsystem.map_or(Pause::NONE, |subsystem| constitution.pause(subsystem));
    summary(proposal, &proposal.timetable_under(constitution)?, pause, (members, pages), now)
}

fn summary(
    proposal: &Proposal,
    times: &Timetable,
    pause: Pause,
    (members, pages): (&[Member], &[BallotPage]),
    now: UnixSeconds,
) -> Result<ProposalSummary, DecodeError> {
    let phase = lifecycle::phase(proposal.status()?, times, now);
    let rule = proposal.ballot_rule()?;
    let state = if phase == Phase::Executable && pause.holds(now) {
        format!(
            "approved; an emergency act pauses its execution until {}, then anybody can execute it until {}",
            utc(pause.until),
            utc(times.closes_at)
        )
    } else {
        state(proposal, times, phase, now)
    };
    Ok(ProposalSummary {
        id: proposal.id,
        phase: phase_name(phase),
        state,
        tally: tally(proposal),
        requirements: outcome::requirements(proposal),
        scrutiny: scrutiny::scrutiny(proposal),
        missing: outcome::missing(proposal, phase, rule),
        outcome: outcome::outcome(proposal, phase)?,
        voters: voters::voters(proposal, members, pages, phase, rule),
        ballots: match rule {
            BallotRule::Changeable => "ballots can be changed until voting ends",
            BallotRule::Final => "ballots are final, and voting ends as soon as the outcome is settled",
        },
    })
}

/// The phase in one word.
fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Draft => "discussion",
        Phase::Voting => "voting",
        Phase::Contestable | Phase::Finalizing => "counting",
        Phase::CoolOff => "cool-off",
        Phase::Queued => "queued",
        Phase::Executable => "executable",
        Phase::Expiring => "lapsed",
        Phase::Defeated => "defeated",
        Phase::Vetoed => "vetoed",
        Phase::Cancelled => "cancelled",
        Phase::Executed => "executed",
        Phase::Expired => "expired",
    }
}

fn state(proposal: &Proposal, times: &Timetable, phase: Phase, now: UnixSeconds) -> String {
    let (starts, ends) = (utc(times.starts_at), utc(times.ends_at));
    let (opens, closes) = (utc(times.opens_at), utc(times.closes_at));
    let written = utc(UnixSeconds(proposal.updated_at));
    let extended = if proposal.was_extended == 1 { ", extended once after a late quorum" } else { "" };
    match phase {
        Phase::Draft => format!("discussed until voting starts at {starts}, in {}", between(now, times.starts_at)),
        Phase::Voting => format!("voting until {ends}, {} left{extended}", between(now, times.ends_at)),
        Phase::Contestable => {
            let cooled = utc(times.cooled_at);
            format!(
                "voting ended at {ends}{extended}; anybody can write the outcome down, the veto body can stop it until {cooled}"
            )
        }
        Phase::Finalizing => format!("voting ended at {ends}{extended}; anybody can write the outcome down"),
        Phase::CoolOff => {
            format!(
                "approved; the veto body can stop it until {}, it can be executed from {opens}",
                utc(times.cooled_at)
            )
        }
        Phase::Queued if times.opens_at.0 == proposal.held_until => {
            format!(
                "approved; held by an emergency act, can be executed from {opens}, in {}",
                between(now, times.opens_at)
            )
        }
        Phase::Queued => format!("approved; can be executed from {opens}, in {}", between(now, times.opens_at)),
        Phase::Executable => {
            let done = match proposal.steps_done {
                0 => String::new(),
                done => format!("; {done} of {} steps done", proposal.steps),
            };
            format!("approved; anybody can execute it until {closes}, {} left{done}", between(now, times.closes_at))
        }
        Phase::Expiring => format!("approved, but not executed by {closes}: it never can be any more"),
        Phase::Defeated => format!("defeated; written down at {written}"),
        Phase::Vetoed => format!("vetoed at {written}"),
        Phase::Cancelled => format!("withdrawn by its proposer at {written}"),
        Phase::Executed => format!("executed at {written}"),
        Phase::Expired => format!("approved, but not executed by {closes}; written down at {written}"),
    }
}

fn tally(proposal: &Proposal) -> TallyWords {
    let tally = proposal.tally();
    let (Weight(for_weight), Weight(against_weight)) = (tally.for_weight, tally.against_weight);
    let (Weight(abstain_weight), Weight(total_weight)) = (tally.abstain_weight, proposal.total_weight());
    let cast = u128::from(for_weight) + u128::from(against_weight);
    let turnout = tally.turnout();
    let for_share = percent(u128::from(for_weight), cast);
    let turnout_share = percent(turnout, u128::from(total_weight));
    let sentence = format!(
        "{for_weight} for, {against_weight} against ({for_share} for), {abstain_weight} abstaining; \
         {turnout} of {total_weight} voted ({turnout_share})"
    );
    TallyWords {
        sentence,
        for_weight,
        against_weight,
        abstain_weight,
        total_weight,
        for_share,
        turnout_share,
        ballots_cast: proposal.ballots_cast,
        voters: proposal.voters,
    }
}

/// A frozen share in percent.
fn share(share_bps: u16) -> String {
    bps(quantumagi_rules::Bps(share_bps))
}

#[cfg(test)]
mod tests;
