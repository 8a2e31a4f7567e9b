//! What the program would refuse, asked of the rules before anything is sent.
//!
//! An error tells both values that disagree, in words. The program decides all the same: the state
//! may change between the question and the transaction.

pub mod deposit;
mod emergency;
pub mod guardrail;
mod refused;
mod snapshot;
mod tracks;
mod words;

use quantumagi_interface::Address;
use quantumagi_interface::accounts::{Constitution, Policy, Principle, Proposal, Proposer, Roster};
use quantumagi_rules::action::Action;
use quantumagi_rules::ballot::{BallotRule, Choice};
use quantumagi_rules::digest::NOTHING_PENDING;
use quantumagi_rules::electorate::{TooManyOpen, with_one_more};
use quantumagi_rules::emergency::Subsystem;
use quantumagi_rules::lifecycle::{Refusal, Step, check_step, phase};
use quantumagi_rules::parameters::{Track, TrackParameters};
use quantumagi_rules::policy::{PolicyStatus, has_set};
use quantumagi_rules::principle::check_citations;
use quantumagi_rules::{Hash, UnixSeconds};

pub use self::deposit::DepositRefusal;
pub use self::emergency::{EmergencyRefusal, act_length, adoptable, approval, armed, course, guardian};
pub use self::refused::CheckError;
pub use self::snapshot::{SnapshotRefusal, bindable};
pub use self::tracks::{change, settings, veto_body};
use crate::error::Result;

/// Whether the proposal's phase allows a step at `now`, the chain's time.
///
/// # Errors
/// [`CheckError::Step`] with the moments that decide; [`SdkError::Meaningless`](crate::SdkError::Meaningless).
pub fn step(proposal: &Proposal, step: Step, now: UnixSeconds) -> Result<()> {
    let phase = proposal.phase(now)?;
    let times = proposal.timetable()?;
    check_step(phase, step).map_err(|refusal| CheckError::Step { refusal, phase, times, now })?;
    Ok(())
}

/// Whether a step after the vote is due, where a pause has moved the execution window.
///
/// # Errors
/// As [`step`]; [`CheckError::Held`].
pub fn due(constitution: &Constitution, proposal: &Proposal, step: Step, now: UnixSeconds) -> Result<()> {
    let times = proposal.timetable_under(constitution)?;
    let phase = phase(proposal.status()?, &times, now);
    let is_held = times.opens_at.0 == proposal.held_until;
    check_step(phase, step).map_err(|refusal| {
        if is_held && refusal == Refusal::TimelockActive {
            CheckError::Held { until: times.opens_at, now }
        } else {
            CheckError::Step { refusal, phase, times, now }
        }
    })?;
    Ok(())
}

/// Whether no emergency act has paused this subsystem.
///
/// # Errors
/// [`CheckError::Paused`].
pub fn open(
    constitution: &Constitution,
    subsystem: Subsystem,
    now: UnixSeconds,
) -> std::result::Result<(), CheckError> {
    let pause = constitution.pause(subsystem);
    if pause.holds(now) { Err(CheckError::Paused { subsystem, until: pause.until, now }) } else { Ok(()) }
}

/// Whether a ballot can be cast, or change `previous`.
///
/// # Errors
/// As [`step`]; [`CheckError::BallotUnchanged`] and [`CheckError::BallotFinal`].
pub fn vote(proposal: &Proposal, previous: Option<Choice>, choice: Choice, now: UnixSeconds) -> Result<()> {
    step(proposal, Step::Vote, now)?;
    match previous {
        Some(previous) if previous == choice => Err(CheckError::BallotUnchanged { choice })?,
        Some(previous) if proposal.ballot_rule()? == BallotRule::Final => {
            Err(CheckError::BallotFinal { choice: previous })?
        }
        _ => Ok(()),
    }
}

/// Whether a proposal can be executed at `now`, as far as its own moments and emergency acts go.
///
/// # Errors
/// [`CheckError::Paused`], and as [`step`].
pub fn executable(constitution: &Constitution, proposal: &Proposal, now: UnixSeconds) -> Result<()> {
    // First: of one that can never be executed nobody waits for the end of a pause.
    due(constitution, proposal, Step::Execute, now)?;
    match Subsystem::of_execution(proposal.track()?) {
        Some(subsystem) => Ok(open(constitution, subsystem, now)?),
        None => Ok(()),
    }
}

/// Whether a proposal can be executed with these canonical bytes of an action, where the programs that it calls were last
/// deployed in these slots, one for each call.
///
/// # Errors
/// As [`step`]; [`CheckError::DigestMismatch`].
pub fn execute(
    constitution: &Constitution,
    proposal: &Proposal,
    action: &[u8],
    slots: &[u64],
    now: UnixSeconds,
) -> Result<()> {
    executable(constitution, proposal, now)?;
    // Bytes that are no action have no digest: zeros, which were never voted on.
    let (digest, approved) = (proposal.digest_of(action, slots).unwrap_or(NOTHING_PENDING), proposal.execution_digest);
    if digest == approved { Ok(()) } else { Err(CheckError::DigestMismatch { digest, approved })? }
}

/// Whether a buffer still holds the code that was voted on.
///
/// # Errors
/// [`CheckError::BufferChanged`], with both hashes.
pub fn same_buffer(buffer: &Address, hash: Hash, approved: Hash) -> std::result::Result<(), CheckError> {
    if hash == approved { Ok(()) } else { Err(CheckError::BufferChanged { buffer: *buffer, hash, approved }) }
}

/// Whether the program that an action calls is still the code that was voted on; `slot` is that of its last deployment, 0
/// for code that cannot change. Where it calls several, only the digest tells.
///
/// # Errors
/// [`CheckError::ProgramChanged`].
pub fn same_code(proposal: &Proposal, action: &Action<'_>, slot: u64) -> std::result::Result<(), CheckError> {
    let Action::Invoke { program, .. } = action else { return Ok(()) };
    let (program, approved) = (Address::new_from_array(*program), proposal.deploy_slot);
    if slot == approved { Ok(()) } else { Err(CheckError::ProgramChanged { program, slot, approved }) }
}

/// Whether the constitution is sealed.
///
/// # Errors
/// [`CheckError::NotSealed`].
pub fn sealed(constitution: &Constitution) -> std::result::Result<(), CheckError> {
    if constitution.is_sealed() { Ok(()) } else { Err(CheckError::NotSealed) }
}

/// Whether the proposals of this constitution have an electorate.
///
/// # Errors
/// [`CheckError::NotSealed`], [`CheckError::RosterMissing`].
pub fn proposable(constitution: &Constitution) -> std::result::Result<Address, CheckError> {
    sealed(constitution)?;
    constitution.electorate().ok_or(CheckError::RosterMissing)
}

/// Whether `signer` may do what only `expected` may.
///
/// # Errors
/// [`CheckError::WrongSigner`].
pub fn signer(expected: &Address, signer: &Address) -> std::result::Result<(), CheckError> {
    let wrong = CheckError::WrongSigner { expected: *expected, signer: *signer };
    if expected == signer { Ok(()) } else { Err(wrong) }
}

/// Whether these principles can be cited for an action.
///
/// # Errors
/// [`CheckError::Citations`].
pub fn citations(ids: &[u32], action: &Action<'_>) -> std::result::Result<(), CheckError> {
    check_citations(ids, action.must_cite()).map_err(CheckError::Citations)
}

/// Whether a principle is as whoever amends or retires it believes.
///
/// # Errors
/// [`CheckError::PrincipleRetired`], [`CheckError::PrincipleVersion`].
pub fn principle(principle: &Principle, asked: u32) -> std::result::Result<(), CheckError> {
    let (id, current) = (principle.id, principle.version);
    if principle.is_retired() {
        return Err(CheckError::PrincipleRetired { id });
    }
    if current == asked { Ok(()) } else { Err(CheckError::PrincipleVersion { id, current, asked }) }
}

/// Whether a policy's sunset lies ahead; 0 is never, which always does.
///
/// # Errors
/// [`CheckError::SunsetInThePast`].
pub fn sunset(sunset_at: i64, now: UnixSeconds) -> std::result::Result<(), CheckError> {
    let past = CheckError::SunsetInThePast { sunset_at: UnixSeconds(sunset_at), now };
    if has_set(sunset_at, now) { Err(past) } else { Ok(()) }
}

/// Whether a policy has ended by its clock and nothing else.
///
/// # Errors
/// [`CheckError::PolicyInForce`] before its sunset, [`CheckError::PolicyNotInForce`] where that is written already or a
/// vote has ended it.
pub fn sunset_due(policy: &Policy, now: UnixSeconds) -> Result<()> {
    let id = policy.id;
    match policy.status()? {
        PolicyStatus::Active if has_set(policy.sunset_at, now) => Ok(()),
        PolicyStatus::Active => Err(CheckError::PolicyInForce { id })?,
        PolicyStatus::Repealed | PolicyStatus::Sunset => Err(CheckError::PolicyNotInForce { id })?,
    }
}

/// Whether `parent` is the text in force, which an amendment must name.
///
/// # Errors
/// [`CheckError::ParentMismatch`].
pub fn parent(constitution: &Constitution, parent: Hash) -> std::result::Result<(), CheckError> {
    let in_force = constitution.text_hash;
    if parent == in_force { Ok(()) } else { Err(CheckError::ParentMismatch { parent, in_force }) }
}

/// Whether a roster can be an electorate.
///
/// # Errors
/// [`CheckError::RosterNotUsable`].
pub fn usable(roster: &Roster) -> std::result::Result<(), CheckError> {
    let Roster { version, count, size, .. } = *roster;
    if roster.is_usable() { Ok(()) } else { Err(CheckError::RosterNotUsable { version, count, size }) }
}

/// Whether a proposer may open one more proposal. `count` is `None` where the count was never opened.
///
/// # Errors
/// [`CheckError::TooManyOpenProposals`].
pub fn open_proposals(constitution: &Constitution, count: Option<&Proposer>) -> std::result::Result<(), CheckError> {
    let open = count.map_or(0, |count| count.open_proposals);
    let most = constitution.max_open_proposals;
    with_one_more(open, most)
        .map(|_| ())
        .map_err(|TooManyOpen { open, most }| CheckError::TooManyOpenProposals { open, most })
}

/// Whether all tracks keep their bounds.
///
/// # Errors
/// [`CheckError::Parameter`] with the first that does not.
pub fn tracks(tracks: &[TrackParameters; 4]) -> std::result::Result<(), CheckError> {
    Ok(Track::ALL.iter().zip(tracks).try_for_each(|(track, parameters)| parameters.check_for(*track))?)
}

#[cfg(test)]
mod tests;
