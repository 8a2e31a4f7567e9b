//! The five governance workflows, each a table of steps that a constitution's matters go through, with a deadline each.
//!
//! An [`Instance`] is one matter on its way: a proposal, a policy, an emergency act, a set of guardians, some new events. Its
//! state comes from the chain alone, never from who did something, so work that another crank does is as visible as our own.
//! [`sight`](sight::sight) says what accounts tell, [`told`](told::told) what events tell, and [`advance`] moves an instance on.
//! All three are pure; [`Monitor`] reads what they need and keeps instances in the journal, so that a start goes on where the
//! last one stopped, and tells what came too late meanwhile.

pub mod context;
pub mod follow;
mod instance;
mod lookup;
mod monitor;
pub mod reading;
pub mod sight;
pub mod told;
mod words;

use std::fmt;
use std::str::FromStr;

use quantumagi_interface::Address;
use serde::{Deserialize, Serialize};

pub use instance::{Deadline, Finding, Instance, Mark, Passed, Sighting, Told, Transition, Waits, When, advance};
pub use monitor::{Looked, Monitor, Tally, WorkflowTally};
pub use words::{State, Timing, Verdict};

use crate::duty::{DutyKey, Kind, Subject};

/// A governance workflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Workflow {
    /// A proposal of the policy track, from its creation to its closing.
    PolicyCreation,
    /// Whether a proposal keeps to the constitution: attested, resting on principles as they are, within the guardrails.
    ConstitutionalCompliance,
    /// A policy, from its adoption to its closing.
    PolicyEnforcement,
    /// An emergency act, from its opening to its closing; a set of guardians, to the end of its term.
    EmergencyOversight,
    /// A constitution's new events, until their chain is proved to be whole.
    AuditTransparency,
}

impl Workflow {
    /// All workflows.
    pub const ALL: [Self; 5] = [
        Self::PolicyCreation,
        Self::ConstitutionalCompliance,
        Self::PolicyEnforcement,
        Self::EmergencyOversight,
        Self::AuditTransparency,
    ];

    /// One word, as metrics and logs call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PolicyCreation => "policy_creation",
            Self::ConstitutionalCompliance => "constitutional_compliance",
            Self::PolicyEnforcement => "policy_enforcement",
            Self::EmergencyOversight => "emergency_oversight",
            Self::AuditTransparency => "audit_transparency",
        }
    }

    /// The table's row: every step that an instance can wait for, in the order in which it does. None waits for all.
    #[must_use]
    pub const fn steps(self) -> &'static [Step] {
        match self {
            Self::PolicyCreation => &[Step::Vote, Step::Finalize, Step::Execute, Step::Expire, Step::Close],
            Self::ConstitutionalCompliance => &[Step::Attest, Step::Review, Step::Settle],
            Self::PolicyEnforcement => &[Step::Serve, Step::Sunset, Step::Close],
            Self::EmergencyOversight => {
                &[Step::Approve, Step::Ratify, Step::Lapse, Step::Serve, Step::Close, Step::Renew]
            }
            Self::AuditTransparency => &[Step::Verify],
        }
    }

    /// Every name, for metrics that are there from the start.
    pub const NAMES: [&'static str; 5] = [
        Self::PolicyCreation.name(),
        Self::ConstitutionalCompliance.name(),
        Self::PolicyEnforcement.name(),
        Self::EmergencyOversight.name(),
        Self::AuditTransparency.name(),
    ];

    /// Place of a step in the table.
    pub(crate) fn place(self, step: Step) -> Option<usize> {
        self.steps().iter().position(|other| *other == step)
    }
}

/// What an instance can wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The clock ends a vote.
    Vote,
    /// Anybody writes down its outcome.
    Finalize,
    /// Anybody does what was voted on.
    Execute,
    /// Anybody writes down that the window was missed.
    Expire,
    /// Anybody closes the account, and its rent goes back.
    Close,
    /// The attestor signs a score.
    Attest,
    /// A crank holds the proposal against principles and guardrails, before it can be executed.
    Review,
    /// The proposal comes to its end.
    Settle,
    /// The clock, or a vote, ends what is in force.
    Serve,
    /// Anybody writes down that a policy's clock has ended it.
    Sunset,
    /// Guardians approve an act.
    Approve,
    /// A vote confirms an act.
    Ratify,
    /// Anybody writes down that none did.
    Lapse,
    /// A vote chooses guardians again.
    Renew,
    /// A crank proves that no event is missing or altered.
    Verify,
}

impl Step {
    /// All steps.
    pub const ALL: [Self; 15] = [
        Self::Vote,
        Self::Finalize,
        Self::Execute,
        Self::Expire,
        Self::Close,
        Self::Attest,
        Self::Review,
        Self::Settle,
        Self::Serve,
        Self::Sunset,
        Self::Approve,
        Self::Ratify,
        Self::Lapse,
        Self::Renew,
        Self::Verify,
    ];

    /// One word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Vote => "vote",
            Self::Finalize => "finalize",
            Self::Execute => "execute",
            Self::Expire => "expire",
            Self::Close => "close",
            Self::Attest => "attest",
            Self::Review => "review",
            Self::Settle => "settle",
            Self::Serve => "serve",
            Self::Sunset => "sunset",
            Self::Approve => "approve",
            Self::Ratify => "ratify",
            Self::Lapse => "lapse",
            Self::Renew => "renew",
            Self::Verify => "verify",
        }
    }
}

/// What an instance is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum About {
    /// A proposal, by its id.
    Proposal(u64),
    /// A policy, by its id.
    Policy(u64),
    /// An emergency act, by its id.
    Emergency(u32),
    /// A set of guardians, by its version.
    Guardians(u32),
    /// New events of the constitution, by the number of the first.
    Events(u64),
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Proposal(id) => write!(f, "proposal {id}"),
            Self::Policy(id) => write!(f, "policy {id}"),
            Self::Emergency(id) => write!(f, "emergency act {id}"),
            Self::Guardians(version) => write!(f, "guardians of version {version}"),
            Self::Events(first) => write!(f, "events from {first} on"),
        }
    }
}

/// What tells instances apart. Written `CONSTITUTION/policy_creation/3`, and `CONSTITUTION/emergency_oversight/guardians/1`
/// for guardians: the same in logs, in the journal and on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Key {
    /// Whose.
    pub constitution: Address,
    /// Which workflow.
    pub workflow: Workflow,
    /// About what.
    pub about: About,
}

impl Key {
    /// The duty whose doing ends a step, which log lines about it bear; `None` where no crank can do it.
    #[must_use]
    pub fn duty(&self, step: Step) -> Option<DutyKey> {
        let (kind, subject) = match (step, self.about) {
            (Step::Finalize, About::Proposal(id)) => (Kind::ProposalFinalize, Subject::Proposal(id)),
            (Step::Execute, About::Proposal(id)) => (Kind::ProposalExecute, Subject::Proposal(id)),
            (Step::Expire, About::Proposal(id)) => (Kind::ProposalExpire, Subject::Proposal(id)),
            (Step::Close, About::Proposal(id)) => (Kind::ProposalClose, Subject::Proposal(id)),
            (Step::Sunset, About::Policy(id)) => (Kind::PolicySunset, Subject::Policy(id)),
            (Step::Close, About::Policy(id)) => (Kind::PolicyClose, Subject::Policy(id)),
            (Step::Lapse, About::Emergency(id)) => (Kind::EmergencyLapse, Subject::Emergency(id)),
            (Step::Close, About::Emergency(id)) => (Kind::EmergencyClose, Subject::Emergency(id)),
            (
                _,
                About::Proposal(_) | About::Policy(_) | About::Emergency(_) | About::Guardians(_) | About::Events(_),
            ) => {
                return None;
            }
        };
        Some(DutyKey { constitution: self.constitution, kind, subject })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/", self.constitution, self.workflow.name())?;
        match self.about {
            About::Proposal(id) | About::Policy(id) | About::Events(id) => write!(f, "{id}"),
            About::Emergency(id) => write!(f, "{id}"),
            About::Guardians(version) => write!(f, "guardians/{version}"),
        }
    }
}

/// A text that names no instance.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} names no workflow: one is written like CONSTITUTION/policy_creation/3")]
pub struct NotAKey(String);

impl FromStr for Key {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        read(text).ok_or_else(|| NotAKey(text.to_owned()))
    }
}

fn read(text: &str) -> Option<Key> {
    let (constitution, rest) = text.split_once('/')?;
    let (workflow, id) = rest.split_once('/')?;
    let workflow = Workflow::ALL.into_iter().find(|it| it.name() == workflow)?;
    let about = match (workflow, id.strip_prefix("guardians/")) {
        (Workflow::EmergencyOversight, Some(version)) => About::Guardians(version.parse().ok()?),
        (Workflow::EmergencyOversight, None) => About::Emergency(id.parse().ok()?),
        (Workflow::PolicyCreation | Workflow::ConstitutionalCompliance, _) => About::Proposal(id.parse().ok()?),
        (Workflow::PolicyEnforcement, _) => About::Policy(id.parse().ok()?),
        (Workflow::AuditTransparency, _) => About::Events(id.parse().ok()?),
    };
    Some(Key { constitution: constitution.parse().ok()?, workflow, about })
}

impl TryFrom<String> for Key {
    type Error = NotAKey;

    fn try_from(text: String) -> Result<Self, NotAKey> {
        text.parse()
    }
}

impl From<Key> for String {
    fn from(key: Key) -> Self {
        key.to_string()
    }
}

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
