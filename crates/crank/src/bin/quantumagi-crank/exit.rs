//! How a run ends: exit code, and what to do about a failure.

use std::process::ExitCode;

/// Exit codes, of which scripts and systemd can make sense. Source of those from 64 on: `sysexits.h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything that was due is done, or what was asked for is.
    Done,
    /// Something was refused or is wrong, and asking again will not help by itself.
    Failed,
    /// The command line makes no sense.
    Usage,
    /// It may succeed later: an endpoint did not answer, or a transaction may still land.
    TryAgain,
    /// The wallet must not be used.
    Wallet,
    /// The configuration makes no sense.
    Config,
}

impl Exit {
    /// The number.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 64,
            Self::TryAgain => 75,
            Self::Wallet => 77,
            Self::Config => 78,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// A failure that somebody can mend who is told how.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub(crate) struct Mendable {
    pub(crate) problem: String,
    pub(crate) hint: String,
    pub(crate) exit: Exit,
}

impl Mendable {
    /// A problem, and what to do about it.
    pub(crate) fn new(problem: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { problem: problem.into(), hint: hint.into(), exit: Exit::Failed }
    }

    /// The same with another exit code.
    pub(crate) fn ending(self, exit: Exit) -> Self {
        Self { exit, ..self }
    }
}

/// The exit code and the hint of a failure.
pub(crate) fn told(error: &anyhow::Error) -> (Exit, Option<String>) {
    let mendable = error.downcast_ref::<Mendable>().or_else(|| error.chain().find_map(|cause| cause.downcast_ref()));
    mendable.map_or((Exit::Failed, None), |it| (it.exit, Some(it.hint.clone())))
}
