//! What events tell of instances, to the second: also of what another crank did, and of accounts that are closed since.

use std::collections::{BTreeSet, HashMap};

use quantumagi_interface::events::Event;
use quantumagi_interface::{Address, pda};
use quantumagi_rules::lifecycle::Status;

use super::context::Context;
use super::sight::Patience;
use super::{About, Deadline, Finding, Instance, Passed, Sighting, Step, Told, Verdict, When, Workflow};
use crate::survey::Survey;

/// The proposals of one constitution, by address: events name them so, and an address takes a search to find.
#[derive(Clone, Debug, Default)]
pub struct Proposals(HashMap<Address, u64>);

impl Proposals {
    /// Those that instances are about.
    #[must_use]
    pub fn of<'a>(instances: impl IntoIterator<Item = &'a Instance>) -> Self {
        let about = instances.into_iter().filter_map(|instance| match instance.key.about {
            About::Proposal(id) => Some((instance.key.constitution, id)),
            About::Policy(_) | About::Emergency(_) | About::Guardians(_) | About::Events(_) => None,
        });
        let about: BTreeSet<(Address, u64)> = about.collect();
        Self(about.into_iter().map(|(constitution, id)| (pda::proposal(&constitution, id), id)).collect())
    }
}

/// What an event tells of an instance; `None` where nothing.
#[must_use]
pub fn told(event: &Event, instance: &Instance, proposals: &Proposals) -> Option<Told> {
    let constitution = &instance.key.constitution;
    let is_proposal =
        |address: &Address| proposals.0.get(address).is_some_and(|id| instance.key.about == About::Proposal(*id));
    let is_policy = |id: u64, of: &Address| instance.key.about == About::Policy(id) && of == constitution;
    let is_act = |id: u32, of: &Address| instance.key.about == About::Emergency(id) && of == constitution;
    let is_creation = instance.key.workflow == Workflow::PolicyCreation;
    let told = |step, at, verdict| Some(Told { step, at, verdict });
    #[allow(clippy::wildcard_enum_match_arm, reason = "most events are about no step")]
    match event {
        Event::ProposalFinalized(e) if is_creation && is_proposal(&e.proposal) => told(Step::Finalize, e.at, None),
        Event::ProposalAttested(e) if !is_creation && is_proposal(&e.proposal) => told(Step::Attest, e.at, None),
        Event::ProposalExecuted(e) if is_proposal(&e.proposal) => {
            let step = if is_creation { Step::Execute } else { Step::Settle };
            told(step, e.at, Some(if is_creation { Verdict::Enacted } else { Verdict::Compliant }))
        }
        Event::ProposalExpired(e) if is_creation && is_proposal(&e.proposal) => {
            told(Step::Expire, e.at, Some(Verdict::Expired))
        }
        Event::ProposalClosed(e) if is_proposal(&e.proposal) => {
            told(Step::Close, e.at, if is_creation { of_creation(e.status) } else { of_compliance(e.status) })
        }
        Event::PolicyRepealed(e) if is_policy(e.policy_id, &e.constitution) => {
            told(Step::Serve, e.at, Some(Verdict::Repealed))
        }
        Event::PolicySunsetRecorded(e) if is_policy(e.policy_id, &e.constitution) => {
            told(Step::Sunset, e.at, Some(Verdict::Sunset))
        }
        Event::PolicyClosed(e) if is_policy(e.policy_id, &e.constitution) => told(Step::Close, e.at, None),
        Event::EmergencyRatified(e) if is_act(e.emergency_id, &e.constitution) => {
            told(Step::Ratify, e.at, Some(Verdict::Ratified))
        }
        Event::EmergencyEnded(e) if is_act(e.emergency_id, &e.constitution) => {
            told(Step::Serve, e.at, Some(Verdict::Ended))
        }
        Event::EmergencyLapsed(e) if is_act(e.emergency_id, &e.constitution) => {
            told(Step::Lapse, e.at, Some(Verdict::Lapsed))
        }
        Event::EmergencyClosed(e) if is_act(e.emergency_id, &e.constitution) => told(Step::Close, e.at, None),
        _ => None,
    }
}

fn of_creation(status: u8) -> Option<Verdict> {
    Some(match Status::from_u8(status)? {
        Status::Executed => Verdict::Enacted,
        Status::Expired => Verdict::Expired,
        Status::Defeated => Verdict::Defeated,
        Status::Vetoed => Verdict::Vetoed,
        Status::Cancelled => Verdict::Cancelled,
        Status::Open | Status::Succeeded => return None,
    })
}

fn of_compliance(status: u8) -> Option<Verdict> {
    Some(match Status::from_u8(status)? {
        Status::Executed | Status::Expired => Verdict::Compliant,
        Status::Defeated | Status::Vetoed | Status::Cancelled => Verdict::Moot,
        Status::Open | Status::Succeeded => return None,
    })
}

/// Whether a reading would show an instance's account if there was one.
fn is_shown(survey: &Survey, about: About) -> bool {
    let undecodable = |subject| survey.undecodable.iter().any(|(other, _)| *other == subject);
    match about {
        About::Proposal(id) => {
            survey.proposals.iter().any(|it| it.id == id) || undecodable(crate::Subject::Proposal(id))
        }
        About::Policy(id) => survey.policies.iter().any(|it| it.id == id) || undecodable(crate::Subject::Policy(id)),
        About::Emergency(id) => {
            survey.emergencies.iter().any(|it| it.id == id) || undecodable(crate::Subject::Emergency(id))
        }
        About::Guardians(_) | About::Events(_) => true,
    }
}

/// What is to be said of an instance whose account is gone: all that events told; `None` where it is there, or where the event
/// of its closing was not read yet. With `is_unknown` such an event will not be read any more.
#[must_use]
pub fn gone(
    instance: &Instance,
    survey: &Survey,
    context: &Context,
    is_unknown: bool,
    look: (i64, Patience),
) -> Option<Sighting> {
    let (now, patience) = look;
    if let About::Guardians(version) = instance.key.about {
        return replaced(instance, context, version);
    }
    let closed = instance.told.iter().find(|told| told.step == Step::Close).map(|told| told.at);
    if is_shown(survey, instance.key.about) || (closed.is_none() && !is_unknown) {
        return None;
    }
    let verdict = instance.told.iter().rev().find_map(|told| told.verdict).or(instance.verdict);
    // Confirmation, lapse and end are events that would have been read before that of the closing.
    let is_missed = instance.key.workflow == Workflow::EmergencyOversight && closed.is_some();
    let verdict = verdict.or(is_missed.then_some(Verdict::Missed));
    let at = closed.map_or(When::By(now), When::At);
    let place = |step| instance.key.workflow.place(step);
    // Whatever came before a step was over when that was.
    let by = |step| {
        let later = instance.told.iter().filter(|told| place(step) < place(told.step)).map(|told| told.at);
        When::By(later.min().unwrap_or(at.moment()))
    };
    let told = |step| instance.told.iter().any(|told| told.step == step);
    let is_behind = |step: Step| match (instance.key.workflow, verdict) {
        (Workflow::PolicyCreation, Some(Verdict::Enacted)) => step != Step::Expire,
        (Workflow::PolicyCreation, Some(Verdict::Expired)) => step != Step::Execute,
        (Workflow::PolicyCreation, Some(Verdict::Defeated)) => !matches!(step, Step::Execute | Step::Expire),
        (Workflow::PolicyEnforcement, Some(Verdict::Repealed)) => step != Step::Sunset,
        (Workflow::PolicyEnforcement, Some(Verdict::Sunset)) => true,
        (Workflow::EmergencyOversight, Some(Verdict::Ratified)) => !matches!(step, Step::Lapse | Step::Renew),
        (Workflow::EmergencyOversight, Some(Verdict::Lapsed)) => {
            matches!(step, Step::Approve | Step::Lapse | Step::Close)
        }
        (Workflow::ConstitutionalCompliance, _) => step == Step::Settle,
        _ => step == Step::Close || told(step),
    };
    let steps = instance.key.workflow.steps().iter().copied().filter(|step| is_behind(*step));
    // What it came to is often told by the event of the step before.
    let decided = instance.told.iter().find(|told| told.verdict.is_some() && told.step != Step::Close);
    let closing = decided.filter(|_| instance.step != Some(Step::Close)).map(|told| Deadline {
        moment: Some(told.at.saturating_add(patience.close_after)),
        grace: patience.late_after,
    });
    // What a clock ends came at its moment, if that was waited for when it was last seen.
    let is_by_clock = |step| matches!(step, Step::Vote | Step::Serve) && instance.step == Some(step);
    let ended_by_clock = |step| instance.due_at.filter(|due_at| is_by_clock(step) && *due_at <= at.moment());
    let passed = steps.map(|step| {
        if step == Step::Close {
            return Passed { step, at, deadline: closing };
        }
        let at = ended_by_clock(step).map_or_else(|| by(step), When::At);
        Passed { step, at, deadline: None }
    });
    let (passed, finding) = (passed.collect(), Finding::Unchanged);
    Some(Sighting {
        key: instance.key,
        began_at: instance.began_at,
        passed,
        waits: None,
        ahead: Vec::new(),
        verdict,
        finding,
    })
}

/// Guardians that are no more: others were chosen, or none.
fn replaced(instance: &Instance, context: &Context, version: u32) -> Option<Sighting> {
    let guardians = context.guardians.as_ref().filter(|guardians| version < guardians.version)?;
    let is_removed = guardians.threshold == 0;
    let renewed = Passed { step: Step::Renew, at: When::At(guardians.adopted_at), deadline: None };
    Some(Sighting {
        key: instance.key,
        began_at: instance.began_at,
        passed: if is_removed { Vec::new() } else { vec![renewed] },
        waits: None,
        ahead: Vec::new(),
        verdict: Some(if is_removed { Verdict::Removed } else { Verdict::Renewed }),
        finding: Finding::Is(None),
    })
}
