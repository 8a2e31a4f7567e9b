//! What the program would refuse, asked of the rules before anything is sent.
//!
//! An error tells both values that disagree, in words. The program decides all the same: the state
//! may change between the question and the transaction.

pub mod deposit;
mod emergency;
pub mod guardrail;
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
use quantumagi_rules::guardrail::{Breach, Guardrail, GuardrailError};
use quantumagi_rules::lifecycle::{Phase, Refusal, Step, Timetable, check_step, phase};
use quantumagi_rules::parameters::{ParameterError, Track, TrackParameters};
use quantumagi_rules::policy::{PolicyStatus, has_set};
use quantumagi_rules::principle::{CitationError, check_citations};
use quantumagi_rules::settings::SettingsError;
use quantumagi_rules::{Hash, UnixSeconds};

pub use self::deposit::DepositRefusal;
pub use self::emergency::{EmergencyRefusal, act_length, armed, course, guardian};
pub use self::snapshot::SnapshotRefusal;
pub use self::tracks::{change, settings, veto_body};
use self::words::{choice_word, citation_words, in_use_words, settings_words, step_words};
use crate::error::Result;
use crate::words::{Names, between, describe_breach, describe_guardrail, hex, subsystem_name, utc};

/// Why the rules would refuse it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// The step is not one that the proposal's phase allows.
    #[error("{}", step_words(*.refusal, *.phase, .times, *.now))]
    Step {
        /// Why not.
        refusal: Refusal,
        /// The phase it is in.
        phase: Phase,
        /// The moments that divide its life.
        times: Timetable,
        /// The chain's time.
        now: UnixSeconds,
    },
    /// The voter is not on the roster.
    #[error("{voter} is not a member of the roster {roster}")]
    NotAMember {
        /// Who is not.
        voter: Address,
        /// The roster that was searched.
        roster: Address,
    },
    /// The ballot is already this one.
    #[error("the ballot is already {}", choice_word(*.choice))]
    BallotUnchanged {
        /// What was cast.
        choice: Choice,
    },
    /// Ballots of this proposal cannot be changed.
    #[error("the ballot was cast as {} and is final", choice_word(*.choice))]
    BallotFinal {
        /// What was cast.
        choice: Choice,
    },
    /// Somebody else has to sign.
    #[error("only {expected} may do this, not {signer}")]
    WrongSigner {
        /// Who may.
        expected: Address,
        /// Who would sign.
        signer: Address,
    },
    /// What would be executed is not what was voted on.
    #[error("this is not what was voted on: its digest is {}, but {} was approved", hex(.digest), hex(.approved))]
    DigestMismatch {
        /// Digest of what would be executed.
        digest: Hash,
        /// Digest that was voted on.
        approved: Hash,
    },
    /// The program that would be called was replaced since the proposal was made.
    #[error("program {program} was deployed again in slot {slot}; what was voted on was deployed in slot {approved}")]
    ProgramChanged {
        /// The program.
        program: Address,
        /// Slot of its last deployment; 0 for code that cannot change.
        slot: u64,
        /// The slot that was voted on.
        approved: u64,
    },
    /// The buffer was written after it was voted on.
    #[error("buffer {buffer} holds code with hash {}; what was voted on has {}", hex(.hash), hex(.approved))]
    BufferChanged {
        /// The buffer.
        buffer: Address,
        /// SHA-256 of the code in it.
        hash: Hash,
        /// SHA-256 of the code that was voted on.
        approved: Hash,
    },
    /// The text that would be amended is not the one in force.
    #[error("the text to amend is {}, but {} is in force", hex(.parent), hex(.in_force))]
    ParentMismatch {
        /// Hash of the text that would be amended.
        parent: Hash,
        /// Hash of the text in force.
        in_force: Hash,
    },
    /// The parameters that would be replaced are not the ones in force.
    #[error("the parameters to amend are not the ones in force: somebody amended them since")]
    ParametersNotInForce,
    /// Nothing would change.
    #[error("nothing would change")]
    NothingAmended,
    /// The settings make no sense.
    #[error("{}", settings_words(*.0))]
    Settings(SettingsError),
    /// No veto body has a say about the proposal.
    #[error("no veto body has a say about this proposal")]
    NoVetoBody,
    /// The roster has more members than a veto body can have.
    #[error("roster {version} has {count} members; a veto body has at most 256")]
    VetoBodyTooLarge {
        /// Its version.
        version: u32,
        /// Its members.
        count: u32,
    },
    /// The roster is the electorate.
    #[error("roster {version} is the electorate, which cannot be the veto body as well")]
    VetoBodyIsElectorate {
        /// Its version.
        version: u32,
    },
    /// The constitution is not sealed.
    #[error("the constitution is not sealed: its founder must seal it before anything is proposed")]
    NotSealed,
    /// The proposer has as many proposals open as the constitution allows.
    #[error("{open} proposals of this proposer are open, and {most} may be: close one that is final first")]
    TooManyOpenProposals {
        /// Open now.
        open: u16,
        /// Most that may be.
        most: u8,
    },
    /// The constitution is sealed.
    #[error("the constitution is sealed: an approved proposal must order this")]
    AlreadySealed,
    /// There is no electorate.
    #[error("the constitution has no electorate: there would be nobody to vote")]
    RosterMissing,
    /// The principle cannot be cited, amended or retired.
    #[error("principle {id} is retired")]
    PrincipleRetired {
        /// Its id.
        id: u32,
    },
    /// The principle was amended since.
    #[error("principle {id} has version {current}, not {asked}")]
    PrincipleVersion {
        /// Its id.
        id: u32,
        /// Its version.
        current: u32,
        /// The version that was meant.
        asked: u32,
    },
    /// The list of cited principles is not allowed.
    #[error("{}", citation_words(*.0))]
    Citations(CitationError),
    /// A parameter is out of its bounds.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// The sunset has come already.
    #[error("the sunset, {}, is not later than now, {}", utc(*.sunset_at), utc(*.now))]
    SunsetInThePast {
        /// The sunset.
        sunset_at: UnixSeconds,
        /// The chain's time.
        now: UnixSeconds,
    },
    /// The policy holds no longer.
    #[error("policy {id} is not in force")]
    PolicyNotInForce {
        /// Its id.
        id: u64,
    },
    /// The policy still holds.
    #[error("policy {id} is still in force")]
    PolicyInForce {
        /// Its id.
        id: u64,
    },
    /// The roster is not complete, or is being closed.
    #[error("roster {version} cannot be adopted: it has {count} of {size} members, or pages of it were closed")]
    RosterNotUsable {
        /// Its version.
        version: u32,
        /// Members it has.
        count: u32,
        /// Members it was made for.
        size: u32,
    },
    /// An emergency act has paused this.
    #[error("an emergency act pauses {} until {}, in {}", subsystem_name(*.subsystem), utc(*.until), between(*.now, *.until))]
    Paused {
        /// What is paused.
        subsystem: Subsystem,
        /// First second after it.
        until: UnixSeconds,
        /// The chain's time.
        now: UnixSeconds,
    },
    /// A rule of guardians and emergency acts.
    #[error(transparent)]
    Emergency(#[from] EmergencyRefusal),
    /// A rule of deposits.
    #[error(transparent)]
    Deposit(#[from] DepositRefusal),
    /// A number of a guardrail is out of range.
    #[error("the guardrail makes no sense: {0}")]
    GuardrailNumber(GuardrailError),
    /// The account of the guardrails is open already.
    #[error("the account of the guardrails is open already")]
    GuardrailsOpen,
    /// The principle has no guardrail.
    #[error("principle {principle_id} has no guardrail")]
    GuardrailNotSet {
        /// The principle.
        principle_id: u32,
    },
    /// A guardrail is in the way.
    #[error(
        "principle {principle_id} has a guardrail, {}: {}",
        describe_guardrail(guardrail, &Names::default()), describe_breach(breach, &Names::default())
    )]
    Guardrail {
        /// The guardrail's principle.
        principle_id: u32,
        /// The guardrail.
        guardrail: Box<Guardrail>,
        /// How it would be broken.
        breach: Box<Breach>,
    },
    /// A rule of snapshots.
    #[error(transparent)]
    Snapshot(#[from] SnapshotRefusal),
    /// The roster is the electorate in force, or a proposal is bound to it.
    #[error("{}", in_use_words(*.version, *.bound, *.is_adopted))]
    RosterInUse {
        /// Its version.
        version: u32,
        /// Proposals bound to it.
        bound: u32,
        /// Whether new proposals bind to it.
        is_adopted: bool,
    },
}

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
/// As [`step`].
pub fn due(constitution: &Constitution, proposal: &Proposal, step: Step, now: UnixSeconds) -> Result<()> {
    let times = proposal.timetable_under(constitution)?;
    let phase = phase(proposal.status()?, &times, now);
    check_step(phase, step).map_err(|refusal| CheckError::Step { refusal, phase, times, now })?;
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
    if let Some(subsystem) = Subsystem::of_execution(proposal.track()?) {
        open(constitution, subsystem, now)?;
    }
    due(constitution, proposal, Step::Execute, now)?;
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

/// Whether the proposals of this constitution have an electorate.
///
/// # Errors
/// [`CheckError::NotSealed`], [`CheckError::RosterMissing`].
pub fn proposable(constitution: &Constitution) -> std::result::Result<Address, CheckError> {
    if !constitution.is_sealed() {
        return Err(CheckError::NotSealed);
    }
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
