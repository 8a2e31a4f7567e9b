//! One thing that is due: which instruction, about what, and since when.

use std::fmt;

use quantumagi_interface::{Address, pda};
use quantumagi_rules::UnixSeconds;

/// The instruction that a duty calls for. The order is that in which duties of the same moment are carried out: what decides
/// comes before what tidies up, and a published root is closed before the proposal by which it is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Write down the outcome of a vote.
    ProposalFinalize,
    /// Publish the root that an operator has computed.
    SnapshotPublish,
    /// Approve the root that another operator published, or challenge it.
    SnapshotReview,
    /// Bind a published root that its operators accept.
    SnapshotBind,
    /// Do what was voted on.
    ProposalExecute,
    /// Write down that an approved proposal missed its window.
    ProposalExpire,
    /// Write down that a policy's clock has ended it.
    PolicySunset,
    /// Write down that no vote has confirmed an emergency act in time.
    EmergencyLapse,
    /// Close a published root that is not needed any more.
    SnapshotClose,
    /// Close a final proposal and its ballot pages.
    ProposalClose,
    /// Close an ended policy.
    PolicyClose,
    /// Close an emergency act that nothing can become of any more.
    EmergencyClose,
    /// Write down on chain how far a constitution's history was proved.
    CheckpointAnchor,
}

impl Kind {
    /// All kinds, in their order.
    pub const ALL: [Self; 13] = [
        Self::ProposalFinalize,
        Self::SnapshotPublish,
        Self::SnapshotReview,
        Self::SnapshotBind,
        Self::ProposalExecute,
        Self::ProposalExpire,
        Self::PolicySunset,
        Self::EmergencyLapse,
        Self::SnapshotClose,
        Self::ProposalClose,
        Self::PolicyClose,
        Self::EmergencyClose,
        Self::CheckpointAnchor,
    ];

    /// The instruction's name, as everywhere; a checkpoint's is no instruction of the program's.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ProposalFinalize => "proposal_finalize",
            Self::SnapshotPublish => "snapshot_publish",
            Self::SnapshotReview => "snapshot_review",
            Self::SnapshotBind => "snapshot_bind",
            Self::ProposalExecute => "proposal_execute",
            Self::ProposalExpire => "proposal_expire",
            Self::PolicySunset => "policy_sunset",
            Self::EmergencyLapse => "emergency_lapse",
            Self::SnapshotClose => "snapshot_close",
            Self::ProposalClose => "proposal_close",
            Self::PolicyClose => "policy_close",
            Self::EmergencyClose => "emergency_close",
            Self::CheckpointAnchor => "checkpoint_anchor",
        }
    }
}

/// What a duty is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// A proposal, by its id.
    Proposal(u64),
    /// The root that an operator published for a proposal.
    Root {
        /// Id of the proposal.
        proposal: u64,
        /// The operator.
        publisher: Address,
    },
    /// A policy, by its id.
    Policy(u64),
    /// An emergency act, by its id.
    Emergency(u32),
    /// All that the constitution's chain of events tells.
    History,
}

impl Subject {
    /// The account.
    #[must_use]
    pub fn address(&self, constitution: &Address) -> Address {
        match self {
            Self::Proposal(id) => pda::proposal(constitution, *id),
            Self::Root { proposal, publisher } => pda::snapshot(&pda::proposal(constitution, *proposal), publisher),
            Self::Policy(id) => pda::policy(constitution, *id),
            Self::Emergency(id) => pda::emergency(constitution, *id),
            Self::History => *constitution,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Proposal(id) => write!(f, "proposal {id}"),
            Self::Root { proposal, publisher } => write!(f, "root of {publisher} for proposal {proposal}"),
            Self::Policy(id) => write!(f, "policy {id}"),
            Self::Emergency(id) => write!(f, "emergency act {id}"),
            Self::History => write!(f, "the constitution's history"),
        }
    }
}

/// One thing that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Duty {
    /// Whose.
    pub constitution: Address,
    /// Which instruction.
    pub kind: Kind,
    /// About what.
    pub subject: Subject,
    /// Since when, by the chain's clock.
    pub due_at: UnixSeconds,
}

impl Duty {
    /// What tells duties apart: the same one keeps it from reading to reading, even where its moment moves.
    #[must_use]
    pub fn key(&self) -> DutyKey {
        DutyKey { constitution: self.constitution, kind: self.kind, subject: self.subject }
    }
}

impl fmt::Display for Duty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.kind.name(), self.subject)
    }
}

/// What tells duties apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DutyKey {
    /// Whose.
    pub constitution: Address,
    /// Which instruction.
    pub kind: Kind,
    /// About what.
    pub subject: Subject,
}

/// `CONSTITUTION/proposal_finalize/3`: the same in logs, in the journal and on the command line.
impl fmt::Display for DutyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/", self.constitution, self.kind.name())?;
        match self.subject {
            Subject::Proposal(id) | Subject::Policy(id) => write!(f, "{id}"),
            Subject::Root { proposal, publisher } => write!(f, "{proposal}/{publisher}"),
            Subject::Emergency(id) => write!(f, "{id}"),
            Subject::History => f.write_str("history"),
        }
    }
}
