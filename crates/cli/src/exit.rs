//! How a run ends: exit code and hint for each kind of failure.

use std::process::ExitCode;

use quantumagi_rpc::RpcError;
use quantumagi_rpc::solana::TransactionError;
use quantumagi_rules::deposit::DepositError;
use quantumagi_rules::emergency::course;
use quantumagi_rules::emergency::power::PowerError;
use quantumagi_rules::lifecycle::Refusal;
use quantumagi_sdk::check::{CheckError, DepositRefusal, EmergencyRefusal, SnapshotRefusal};
use quantumagi_sdk::verify::LedgerError;
use quantumagi_sdk::{ConnectError, SdkError};

/// Exit codes, of which scripts can make sense. Source of 64 and 75: `sysexits.h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// What was asked for was done.
    Done,
    /// It was not, and asking again will not help.
    Failed,
    /// The command line or the settings make no sense.
    Usage,
    /// It was not, and the same command can succeed later: the endpoint did not answer, or it is too early.
    TryAgain,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0u8,
            Exit::Failed => 1,
            Exit::Usage => 64,
            Exit::TryAgain => 75,
        })
    }
}

/// The command line or the settings make no sense together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub(crate) struct UsageError {
    problem: String,
    hint: String,
}

impl UsageError {
    /// A problem, and what to do about it.
    pub(crate) fn new(problem: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { problem: problem.into(), hint: hint.into() }
    }
}

/// A failure that somebody can mend who is told how.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub(crate) struct Mendable {
    problem: String,
    hint: String,
    exit: Exit,
}

impl Mendable {
    /// A problem, and what to do about it.
    pub(crate) fn new(problem: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { problem: problem.into(), hint: hint.into(), exit: Exit::Failed }
    }

    /// The same, where the same command can succeed later.
    pub(crate) fn again(problem: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { exit: Exit::TryAgain, ..Self::new(problem, hint) }
    }
}

/// The exit code that tells this failure.
pub(crate) fn exit_of(error: &anyhow::Error) -> Exit {
    if find::<UsageError>(error).is_some() {
        return Exit::Usage;
    }
    if let Some(Mendable { exit: Exit::TryAgain, .. }) = find(error) {
        return Exit::TryAgain;
    }
    let is_retryable = find::<SdkError>(error).is_some_and(|error| error.is_retryable() || is_too_early(error))
        || find::<RpcError>(error).is_some_and(RpcError::is_retryable)
        || find::<ConnectError>(error).is_some_and(ConnectError::is_retryable)
        || match find::<LedgerError>(error) {
            Some(LedgerError::Rpc(error)) => error.is_retryable(),
            Some(LedgerError::Busy { .. }) => true,
            _ => false,
        };
    if is_retryable { Exit::TryAgain } else { Exit::Failed }
}

/// What to do about a failure, where that is known.
pub(crate) fn hint_of(error: &anyhow::Error) -> Option<String> {
    let usage = find(error).map(|UsageError { hint, .. }| hint.clone());
    let mendable = || find(error).map(|Mendable { hint, .. }| hint.clone());
    let sdk = || find(error).and_then(hint_of_sdk);
    usage.or_else(mendable).or_else(sdk).or_else(|| find(error).and_then(hint_of_rpc))
}

/// The first cause of this type, whether it was given as context or lies below.
fn find<T: std::error::Error + Send + Sync + 'static>(error: &anyhow::Error) -> Option<&T> {
    error.downcast_ref().or_else(|| error.chain().find_map(|cause| cause.downcast_ref()))
}

/// Whether nothing is wrong but the time.
#[allow(clippy::wildcard_enum_match_arm, reason = "most refusals last")]
fn is_too_early(error: &SdkError) -> bool {
    let SdkError::Check(check) = error else { return false };
    match check {
        CheckError::Step { refusal, .. } => matches!(
            refusal,
            // Not finalized: anybody can, and cranks do as soon as it is due.
            Refusal::VotingNotStarted
                | Refusal::VotingNotEnded
                | Refusal::NotFinalized
                | Refusal::TimelockActive
                | Refusal::WindowNotClosed
        ),
        CheckError::Deposit(DepositRefusal::Deposit { refusal, .. }) => {
            matches!(refusal, DepositError::NotRipe | DepositError::Locked { .. })
        }
        CheckError::Emergency(EmergencyRefusal::Course { refusal: course::Refusal::NotLapsed, phase, .. }) => {
            matches!(phase, course::Phase::InForce | course::Phase::Served)
        }
        CheckError::Emergency(EmergencyRefusal::Course { refusal: course::Refusal::NotOver, phase, .. }) => {
            matches!(phase, course::Phase::Collecting | course::Phase::Confirmed)
        }
        CheckError::Paused { .. }
        | CheckError::Held { .. }
        | CheckError::Emergency(EmergencyRefusal::CoolingDown { .. })
        | CheckError::Snapshot(SnapshotRefusal::ChallengeRunning { .. } | SnapshotRefusal::EpochChanged) => true,
        _ => false,
    }
}

#[allow(clippy::wildcard_enum_match_arm, reason = "most errors say all there is to say")]
fn hint_of_sdk(error: &SdkError) -> Option<String> {
    let hint = match error {
        SdkError::Rpc(error) => return hint_of_rpc(error.itself()),
        SdkError::Check(CheckError::NotSealed) => "the founder seals it with `quantumagi constitution seal`",
        SdkError::Check(CheckError::AlreadySealed) => "propose it with `quantumagi proposal create`",
        SdkError::Check(CheckError::RosterMissing) => {
            "make a roster with `quantumagi roster create`, then `quantumagi roster adopt`"
        }
        SdkError::Check(CheckError::WrongSigner { .. }) => {
            "name the right key with --keypair, or its address with --signer"
        }
        SdkError::Check(CheckError::Deposit(DepositRefusal::NoDeposit { .. })) => {
            "open one with `quantumagi deposit add`; `quantumagi deposit pools` lists the pools"
        }
        SdkError::Check(CheckError::Deposit(DepositRefusal::Deposit {
            refusal: DepositError::FreshIsRipe, ..
        })) => "mature them with `quantumagi deposit mature`",
        SdkError::Check(CheckError::Emergency(EmergencyRefusal::NotOpen)) => {
            "anybody opens it with `quantumagi guardians open`"
        }
        SdkError::Check(CheckError::VaultShort { mint: None, .. }) => "anybody fills it with `quantumagi vault fund`",
        SdkError::Check(CheckError::GuardrailsNotOpen) => "anybody opens it with `quantumagi guardrail open`",
        SdkError::Check(CheckError::Emergency(EmergencyRefusal::Disarmed {
            why: PowerError::HeartbeatMissing,
            ..
        })) => "each guardian shows to be there with `quantumagi guardians heartbeat`",
        SdkError::Check(CheckError::Emergency(EmergencyRefusal::Course {
            refusal: course::Refusal::NotOver,
            phase: course::Phase::Lapsing,
            ..
        })) => "anybody writes it down with `quantumagi emergency lapse`",
        SdkError::Check(CheckError::NotAMember { .. }) => "`quantumagi roster show` lists who can vote",
        SdkError::Check(CheckError::Citations(_)) => "`quantumagi principle list` shows the principles and their ids",
        SdkError::Check(CheckError::Step { refusal: Refusal::NotFinalized, .. }) => {
            "anybody can write the outcome down with `quantumagi proposal finalize` once voting has ended"
        }
        SdkError::NotFound { what: "constitution", .. } => {
            "check --constitution and --url; `quantumagi constitution list` shows what there is"
        }
        SdkError::NotFound { what: "proposal", .. } => "`quantumagi proposal list --closed` shows all there ever were",
        SdkError::WouldFail { error, .. } => return hint_of_transaction(error),
        _ => return None,
    };
    Some(hint.to_owned())
}

#[allow(clippy::wildcard_enum_match_arm, reason = "most errors say all there is to say")]
fn hint_of_rpc(error: &RpcError) -> Option<String> {
    match error {
        RpcError::Transport { .. } | RpcError::Unanswered(_) => {
            Some("check the network and --url; a local network listens on http://127.0.0.1:8899 by default".to_owned())
        }
        RpcError::Timeout { signature, .. } => {
            Some(format!("look before you repeat it: `solana confirm -v {signature}` tells whether it landed"))
        }
        _ => None,
    }
}

#[allow(clippy::wildcard_enum_match_arm, reason = "most errors say all there is to say")]
fn hint_of_transaction(error: &TransactionError) -> Option<String> {
    let hint = match error {
        TransactionError::AccountNotFound | TransactionError::InsufficientFundsForFee => {
            "the paying wallet is empty on this cluster: fund it, or name another with --keypair or --url"
        }
        TransactionError::InsufficientFundsForRent { .. } => {
            "every account must hold 0.00089088 SOL or more, the vault as well"
        }
        _ => return None,
    };
    Some(hint.to_owned())
}

#[cfg(test)]
mod tests {
    use quantumagi_rules::UnixSeconds;
    use quantumagi_rules::lifecycle::{Phase, Timetable};

    use super::*;

    fn step(refusal: Refusal) -> anyhow::Error {
        let moment = UnixSeconds(0);
        let times =
            Timetable { starts_at: moment, ends_at: moment, cooled_at: moment, opens_at: moment, closes_at: moment };
        SdkError::from(CheckError::Step { refusal, phase: Phase::Draft, times, now: moment }).into()
    }

    #[track_caller]
    fn check(error: anyhow::Error, exit: Exit, hint: Option<&str>) {
        assert_eq!((exit_of(&error), hint_of(&error).as_deref()), (exit, hint), "{error:?}");
    }

    #[test]
    fn what_only_time_stands_against_is_worth_another_try() {
        check(step(Refusal::VotingNotStarted), Exit::TryAgain, None);
        check(step(Refusal::TimelockActive).context("while executing"), Exit::TryAgain, None);
        check(step(Refusal::WindowClosed), Exit::Failed, None);
    }

    #[test]
    fn a_hint_is_found_wherever_it_was_given() {
        let io = || anyhow::Error::new(std::io::Error::other("broken"));
        check(io(), Exit::Failed, None);
        check(io().context(Mendable::new("no file", "make one")), Exit::Failed, Some("make one"));
        check(io().context(Mendable::again("busy", "wait")).context("while reading"), Exit::TryAgain, Some("wait"));
        check(UsageError::new("no name", "give one").into(), Exit::Usage, Some("give one"));
    }

    #[test]
    fn the_hint_for_a_missing_thing_says_where_to_look() {
        let missing = SdkError::NotFound { what: "proposal", address: quantumagi_rpc::solana::Address::default() };
        check(missing.into(), Exit::Failed, Some("`quantumagi proposal list --closed` shows all there ever were"));
    }
}
