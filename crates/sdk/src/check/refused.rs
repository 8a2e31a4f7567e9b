//! Why the rules would refuse something, in words.

use quantumagi_interface::Address;
use quantumagi_rules::ballot::Choice;
use quantumagi_rules::emergency::Subsystem;
use quantumagi_rules::guardrail::{Breach, Guardrail, GuardrailError};
use quantumagi_rules::lifecycle::{Phase, Refusal, Timetable};
use quantumagi_rules::parameters::ParameterError;
use quantumagi_rules::principle::CitationError;
use quantumagi_rules::settings::SettingsError;
use quantumagi_rules::{Hash, UnixSeconds};

use super::words::{choice_word, citation_words, in_use_words, settings_words, short_words, step_words};
use super::{DepositRefusal, EmergencyRefusal, SnapshotRefusal};
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
    /// The vault has less than would be paid.
    #[error("{}", short_words(*.holds, *.asked, .mint))]
    VaultShort {
        /// What it has, in lamports or base units.
        holds: u64,
        /// What would be paid.
        asked: u64,
        /// The token's mint; `None` for SOL.
        mint: Option<Address>,
    },
    /// An emergency act holds the proposal.
    #[error("an emergency act holds the proposal until {}, in {}", utc(*.until), between(*.now, *.until))]
    Held {
        /// First second at which it can be executed.
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
    /// Nobody opened the account that guardrails lie in.
    #[error("the account of the guardrails is not open")]
    GuardrailsNotOpen,
    /// The principle has no guardrail.
    #[error("principle {principle_id} has no guardrail")]
    GuardrailNotSet {
        /// The principle.
        principle_id: u32,
    },
    /// A guardrail is in the way.
    #[error(
        "principle {principle_id} has a guardrail, {}: {}",
        describe_guardrail(guardrail, &Names::default()), describe_breach(guardrail, breach, &Names::default())
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
