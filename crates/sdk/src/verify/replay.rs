//! Carrying out a history again, by the rules, from its events alone.
//!
//! Who may do what was decided when it happened and is not decided again. What is checked is what events claim about
//! each other: that a ballot has the weight its roster gives it, that a tally is the sum of its ballots, that an outcome
//! is what the rule says of the tally, that what was executed is what was voted on.

pub(super) mod constitution;
mod deposits;
mod emergency;
pub(super) mod guardrails;
mod own;
pub(super) mod proposal;
mod snapshots;
mod tracks;

use std::collections::BTreeMap;

use quantumagi_interface::accounts::{
    Authorization, Constitution, Deposit, DepositPool, EmergencyAction, Guardians, Guardrails, Policy, Principle,
    Proposal, Proposer, Roster,
};
use quantumagi_interface::events::Event;
use quantumagi_interface::types::Member;
use quantumagi_interface::{Address, DecodeError};
use quantumagi_rules::Hash;
use quantumagi_rules::approval::{Defeat, Tally};
use quantumagi_rules::ballot::Choice;
use quantumagi_rules::electorate::ElectorateKind;
use quantumagi_rules::lifecycle::Status;

pub use self::guardrails::GuardrailChange;

use self::deposits::Depositors;
pub use self::snapshots::Snapshots;
use super::Chain;
use crate::words::hex;

/// Layout of every account as first released.
const LAYOUT_VERSION: u8 = 1;

/// A community as its events leave it. Accounts hold what events tell; their bumps are zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// The constitution's address.
    pub address: Address,
    /// The constitution.
    pub constitution: Constitution,
    /// Its principles, by id. They are never closed.
    pub principles: BTreeMap<u32, Principle>,
    /// Its policies, by id.
    pub policies: BTreeMap<u64, Record<Policy>>,
    /// Its rosters with their members, by version.
    pub rosters: BTreeMap<u32, RosterRecord>,
    /// Its deposit pools, by address.
    pub pools: BTreeMap<Address, Record<DepositPool>>,
    /// All deposits in them, by address.
    pub deposits: BTreeMap<Address, Record<Deposit>>,
    /// Its electorates by snapshot and by weight records.
    pub snapshots: Snapshots,
    /// Its proposals, by id.
    pub proposals: BTreeMap<u64, ProposalRecord>,
    /// Its proposers' counts, by owner.
    pub proposers: BTreeMap<Address, Record<Proposer>>,
    /// Its guardians, once their account was opened. It is never closed.
    pub guardians: Option<Guardians>,
    /// Its emergency acts, by id.
    pub emergencies: BTreeMap<u32, Record<EmergencyAction>>,
    /// Its guardrails as they were opened; as they became, see [`Replayed::guardrails_after`].
    pub guardrails: Option<Guardrails>,
    /// What happened to them, by number.
    pub guardrail_changes: BTreeMap<u64, GuardrailChange>,
    /// Every use of a policy that was authorized, by the address of its record.
    pub authorizations: BTreeMap<Address, Record<Authorization>>,
}

/// An account that can be closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record<T> {
    /// What it holds, or held last.
    pub account: T,
    /// Whether it was closed.
    pub is_closed: bool,
}

/// A roster with its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterRecord {
    /// Its address.
    pub address: Address,
    /// What its header holds, or held last.
    pub account: Roster,
    /// Its members, in order; kept when its pages are closed.
    pub members: Vec<Member>,
    /// Whether it was closed.
    pub is_closed: bool,
}

/// A proposal with all its ballots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposalRecord {
    /// Its address.
    pub address: Address,
    /// What it holds, or held last.
    pub account: Proposal,
    /// Canonical bytes of its action; empty where they were read from a payload.
    pub action: Vec<u8>,
    /// Slot of the last deployment of each program it calls, in order; 0 for code that cannot change.
    pub slots: Vec<u64>,
    /// The last ballot of each voter, by index in the electorate.
    pub ballots: BTreeMap<u32, Choice>,
    /// Who cast them, with what weight.
    pub voters: BTreeMap<u32, Member>,
    /// Whether it was closed.
    pub is_closed: bool,
}

/// An event that contradicts those before it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("event {sequence} of {chain}: {contradiction}")]
pub struct ReplayBreak {
    /// The chain it is in.
    pub chain: Chain,
    /// Its number in that chain.
    pub sequence: u64,
    /// What is wrong.
    pub contradiction: Box<Contradiction>,
}

/// How an event contradicts those before it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Contradiction {
    /// It cannot be read.
    #[error(transparent)]
    Unreadable(#[from] DecodeError),
    /// It cannot come here: it belongs to another chain, or is about something that does not exist.
    #[error("{name} cannot happen here")]
    Unexpected {
        /// The event's name.
        name: &'static str,
    },
    /// It claims a number that the events before it do not lead to.
    #[error("{field} is {logged}, but the events before lead to {replayed}")]
    NumberDiffers {
        /// Which number.
        field: &'static str,
        /// What the event says.
        logged: u64,
        /// What the events before say.
        replayed: u64,
    },
    /// It claims a moment that the events before it do not lead to.
    #[error("{field} is {logged}, but the events before lead to {replayed} (Unix seconds)")]
    MomentDiffers {
        /// Which moment.
        field: &'static str,
        /// What the event says, Unix seconds.
        logged: i64,
        /// What the events before say, Unix seconds.
        replayed: i64,
    },
    /// It claims a hash that the events before it do not lead to.
    #[error("{field} is {}, but the events before lead to {}", hex(logged), hex(replayed))]
    HashDiffers {
        /// Which hash.
        field: &'static str,
        /// What the event says.
        logged: Hash,
        /// What the events before say.
        replayed: Hash,
    },
    /// A ballot of somebody who is not the roster's member at that index, with that weight.
    #[error("{voter} with weight {weight} is not member {index} of the roster")]
    NotTheMember {
        /// The index.
        index: u32,
        /// Who voted.
        voter: Address,
        /// With what weight.
        weight: u64,
    },
    /// A tally that is not the sum of the ballots.
    #[error("the tally is {logged:?}, but the ballots add up to {replayed:?}")]
    TallyDiffers {
        /// What the event says.
        logged: Tally,
        /// What the ballots say.
        replayed: Tally,
    },
    /// An outcome that the rule does not give this tally.
    #[error("the outcome is status {status}, defeat {defeat}, but the rule says {replayed:?}")]
    OutcomeDiffers {
        /// Status in the event.
        status: u8,
        /// Defeat in the event.
        defeat: u8,
        /// What the rule says.
        replayed: Result<(), Defeat>,
    },
    /// A change that is not what the proposal that ordered it was about.
    #[error("what was done is not what proposal {mandate} was about")]
    NotWhatWasVotedOn {
        /// The proposal.
        mandate: Address,
    },
    /// A change by the founder after the seal, or by a proposal before it.
    #[error("the founder orders before the seal, a proposal after it")]
    WrongAuthority,
    /// A change ordered by a proposal whose own chain does not say that it was executed.
    #[error("proposal {mandate} ordered this, but is {status:?}")]
    MandateNotExecuted {
        /// The proposal.
        mandate: Address,
        /// Its status in the end.
        status: Option<Status>,
    },
}

/// Carries out a history again.
///
/// `constitution` holds the events of the constitution's chain, `proposals` those of each proposal's own chain by
/// address, without the creation, which is in the constitution's. Both in order and complete: see [`super::verify_chain`].
///
/// # Errors
/// The first [`ReplayBreak`]: of the constitution's chain, then of each proposal's, in the order of ids.
pub fn replay(
    address: Address,
    constitution: &[&Event],
    proposals: &BTreeMap<Address, Vec<&Event>>,
) -> Result<Replayed, ReplayBreak> {
    let chain = Chain::Constitution(address);
    let broken =
        |chain, sequence, contradiction| ReplayBreak { chain, sequence, contradiction: Box::new(contradiction) };
    let (first, rest) = constitution.split_first().ok_or(broken(
        chain,
        0,
        Contradiction::Unexpected { name: "the end of the history" },
    ))?;
    let mut replaying =
        constitution::Replaying::begin(address, first).map_err(|contradiction| broken(chain, 0, contradiction))?;
    for (sequence, event) in (1..).zip(rest) {
        replaying.apply(event).map_err(|contradiction| broken(chain, sequence, contradiction))?;
    }
    let constitution::Replaying { state: mut replayed, mandates, closings, mut depositors, .. } = replaying;
    let rosters: BTreeMap<Address, &[Member]> =
        replayed.rosters.values().map(|record| (record.address, record.members.as_slice())).collect();
    for record in replayed.proposals.values_mut() {
        let chain = Chain::Proposal(record.address);
        let members = rosters.get(&record.account.electorate).copied();
        let veto_body = rosters.get(&record.account.veto_roster).copied().unwrap_or_default();
        for (sequence, event) in (1..).zip(proposals.get(&record.address).into_iter().flatten()) {
            let applied = electors(members, &mut depositors, &mut replayed.snapshots, record, event)
                .and_then(|()| replayed.snapshots.follow(record, event))
                .and_then(|()| proposal::apply(record, veto_body, event))
                .and_then(|()| guardrails::spent(&mut replayed.guardrail_changes, event));
            applied.map_err(|contradiction| broken(chain, sequence, contradiction))?;
        }
    }
    depositors.lock(&mut replayed.deposits);
    replayed.snapshots.close().map_err(|(sequence, contradiction)| broken(chain, sequence, contradiction))?;
    for (sequence, mandate) in mandates {
        let record = replayed.proposals.values().find(|record| record.address == mandate);
        let status = record.and_then(|record| Status::from_u8(record.account.status));
        if status != Some(Status::Executed) {
            return Err(broken(chain, sequence, Contradiction::MandateNotExecuted { mandate, status }));
        }
    }
    for (sequence, e) in closings {
        let record = replayed.proposals.values().find(|record| record.address == e.proposal);
        let account = &record.expect("a proposal that is closed was created").account;
        check_number("status of the proposal", e.status, account.status)
            .and_then(|()| check_number("events of the proposal", e.final_sequence, account.chain.sequence))
            .and_then(|()| check_hash("hash of the proposal's events", e.final_hash, account.chain.hash))
            .and_then(|()| check_number("forfeited deposit", e.forfeited_lamports, account.forfeited_lamports()?))
            .map_err(|contradiction| broken(chain, sequence, contradiction))?;
    }
    replayed.guardrails_after(u64::MAX).map_err(|contradiction| broken(chain, 0, contradiction))?;
    Ok(replayed)
}

/// Whether a ballot has the weight that the proposal's electorate gives it. `members` are those of its roster.
#[allow(clippy::wildcard_enum_match_arm, reason = "every electorate but a pool needs members, or has nobody")]
fn electors(
    members: Option<&[Member]>,
    depositors: &mut Depositors,
    snapshots: &mut Snapshots,
    record: &ProposalRecord,
    event: &Event,
) -> Result<(), Contradiction> {
    let Event::ProposalVoted(e) = event else { return Ok(()) };
    match ElectorateKind::from_u8(record.account.electorate_kind) {
        Some(ElectorateKind::Deposit) => depositors.vote(record, e),
        Some(ElectorateKind::Snapshot | ElectorateKind::WeightRecord) => snapshots.vote(record, e),
        _ => {
            let (index, voter, weight) = (e.voter_index, e.voter, e.weight);
            let member = members.unwrap_or_default().get(index as usize);
            let stranger = Contradiction::NotTheMember { index, voter, weight };
            if member == Some(&Member { voter, weight }) { Ok(()) } else { Err(stranger) }
        }
    }
}

fn unexpected(event: &Event) -> Contradiction {
    Contradiction::Unexpected { name: event.name() }
}

fn check_number(field: &'static str, logged: impl Into<u64>, replayed: impl Into<u64>) -> Result<(), Contradiction> {
    let (logged, replayed) = (logged.into(), replayed.into());
    if logged == replayed { Ok(()) } else { Err(Contradiction::NumberDiffers { field, logged, replayed }) }
}

fn check_moment(field: &'static str, logged: i64, replayed: i64) -> Result<(), Contradiction> {
    if logged == replayed { Ok(()) } else { Err(Contradiction::MomentDiffers { field, logged, replayed }) }
}

fn check_hash(field: &'static str, logged: Hash, replayed: Hash) -> Result<(), Contradiction> {
    if logged == replayed { Ok(()) } else { Err(Contradiction::HashDiffers { field, logged, replayed }) }
}

#[cfg(test)]
mod tests;
