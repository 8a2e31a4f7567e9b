//! How one attempt at a duty ended.

use quantumagi_rpc::solana::Signature;

use crate::journal::Cost;

/// How one attempt at a duty ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is done, and as settled as the connection's commitment.
    Done {
        /// What it cost.
        cost: Cost,
        /// Slot of the last transaction.
        slot: u64,
    },
    /// Somebody else's transaction came first. Mostly it is not due any more, and never tried again; where it still is, as
    /// when an execution's id was taken by another's, the next round builds it anew.
    Overtaken {
        /// What was paid for it: nothing where the state or a simulation told so.
        cost: Cost,
    },
    /// A trial run succeeded; nothing was sent, as asked.
    Rehearsed {
        /// What it would cost.
        cost: Cost,
    },
    /// A transaction for it may still land. The next round looks again.
    Open {
        /// Its first signature.
        signature: Signature,
    },
    /// Its transaction expired. The next round pays more.
    Expired,
    /// It would cost more than is allowed for one transaction. Nothing was sent.
    TooDear {
        /// What it would cost.
        cost: Cost,
        /// What is allowed.
        limit: Cost,
    },
    /// A limit of the day would be exceeded. Nothing was sent.
    DayLimit {
        /// Spent and promised today.
        spent: Cost,
        /// What is allowed.
        limit: Cost,
    },
    /// The wallet cannot pay. Nothing was sent.
    NoFunds,
    /// It is due, and refused. It is in the dead letters.
    Refused {
        /// Why, in a sentence.
        reason: String,
        /// What was paid for it: nothing where the state or a simulation told so.
        cost: Cost,
    },
    /// The endpoint did not answer, or not well. The next round tries again.
    Unreachable {
        /// Why, in a sentence.
        reason: String,
    },
}

impl Outcome {
    /// Every name that [`Outcome::name`] gives, for metrics that are there from the start.
    pub const NAMES: [&'static str; 10] = [
        "done",
        "overtaken",
        "rehearsed",
        "open",
        "expired",
        "too_dear",
        "day_limit",
        "no_funds",
        "refused",
        "unreachable",
    ];

    /// One word, as metrics and logs call it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Done { .. } => "done",
            Self::Overtaken { .. } => "overtaken",
            Self::Rehearsed { .. } => "rehearsed",
            Self::Open { .. } => "open",
            Self::Expired => "expired",
            Self::TooDear { .. } => "too_dear",
            Self::DayLimit { .. } => "day_limit",
            Self::NoFunds => "no_funds",
            Self::Refused { .. } => "refused",
            Self::Unreachable { .. } => "unreachable",
        }
    }

    /// Whether nothing is left to do about it, by whomever.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        match self {
            Self::Done { .. } | Self::Overtaken { .. } | Self::Rehearsed { .. } => true,
            Self::Open { .. }
            | Self::Expired
            | Self::TooDear { .. }
            | Self::DayLimit { .. }
            | Self::NoFunds
            | Self::Refused { .. }
            | Self::Unreachable { .. } => false,
        }
    }

    /// What left the wallet during the attempt.
    #[must_use]
    pub fn cost(&self) -> Cost {
        match self {
            Self::Done { cost, .. } | Self::Overtaken { cost } | Self::Refused { cost, .. } => *cost,
            Self::Rehearsed { .. }
            | Self::Open { .. }
            | Self::Expired
            | Self::TooDear { .. }
            | Self::DayLimit { .. }
            | Self::NoFunds
            | Self::Unreachable { .. } => Cost::default(),
        }
    }
}
