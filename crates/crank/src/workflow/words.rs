//! The words for how steps and instances stand, as metrics, logs and the command line call them.

use serde::{Deserialize, Serialize};

/// How the end of a step compares with its deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timing {
    /// In time, or there was no deadline.
    OnTime,
    /// After it.
    Late,
    /// Nobody looked between the deadline and a moment at which it was over, and the chain does not say any more.
    Unseen,
}

impl Timing {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::OnTime, Self::Late, Self::Unseen];

    /// One word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OnTime => "on_time",
            Self::Late => "late",
            Self::Unseen => "unseen",
        }
    }
}

/// What an instance came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// What was voted on is done.
    Enacted,
    /// The vote failed it.
    Defeated,
    /// The veto body stopped it.
    Vetoed,
    /// Its proposer withdrew it.
    Cancelled,
    /// It was approved, and not executed inside its window. A failure.
    Expired,
    /// Nothing speaks against how it was decided.
    Compliant,
    /// It was executed, or ran out, with something standing against it. A failure.
    Breach,
    /// Nothing became of it that could have kept to the constitution or not.
    Moot,
    /// A vote ended the policy.
    Repealed,
    /// Its clock ended the policy.
    Sunset,
    /// Too few guardians approved the act in time, and nothing happened.
    Missed,
    /// A vote confirmed the act.
    Ratified,
    /// A vote ended the act.
    Ended,
    /// No vote confirmed the act in time. A failure.
    Lapsed,
    /// Other guardians were chosen.
    Renewed,
    /// A vote removed the guardians.
    Removed,
    /// The events are whole and unaltered.
    Verified,
    /// They could not be proved. A failure.
    Unproved,
    /// It is over, and nothing says how.
    Unseen,
}

impl Verdict {
    /// Whether somebody should ask why.
    #[must_use]
    pub const fn is_failure(self) -> bool {
        match self {
            Self::Expired | Self::Breach | Self::Lapsed | Self::Unproved => true,
            Self::Enacted
            | Self::Defeated
            | Self::Vetoed
            | Self::Cancelled
            | Self::Compliant
            | Self::Moot
            | Self::Repealed
            | Self::Sunset
            | Self::Missed
            | Self::Ratified
            | Self::Ended
            | Self::Renewed
            | Self::Removed
            | Self::Verified
            | Self::Unseen => false,
        }
    }

    /// One word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Enacted => "enacted",
            Self::Defeated => "defeated",
            Self::Vetoed => "vetoed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Compliant => "compliant",
            Self::Breach => "breach",
            Self::Moot => "moot",
            Self::Repealed => "repealed",
            Self::Sunset => "sunset",
            Self::Missed => "missed",
            Self::Ratified => "ratified",
            Self::Ended => "ended",
            Self::Lapsed => "lapsed",
            Self::Renewed => "renewed",
            Self::Removed => "removed",
            Self::Verified => "verified",
            Self::Unproved => "unproved",
            Self::Unseen => "unseen",
        }
    }
}

/// How an instance stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// On its way, and in time.
    Running,
    /// On its way, and its deadline is missed.
    Overdue,
    /// Over.
    Done,
    /// Over, and somebody should ask why.
    Failed,
}

impl State {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Running, Self::Overdue, Self::Done, Self::Failed];

    /// One word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Overdue => "overdue",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}
