//! What accounts show of every instance: a pure function of what was read and the chain's clock.
//!
//! Each rule is asked of the SDK and of `quantumagi-rules`; here is only which step a status means, and until when it is on
//! time.

use quantumagi_interface::DecodeError;
use quantumagi_interface::accounts::{EmergencyAction, Guardians, Policy, Proposal};
use quantumagi_rpc::ChainClock;
use quantumagi_rules::UnixSeconds;
use quantumagi_rules::emergency::Subsystem;
use quantumagi_rules::emergency::course::{Outcome, Phase};
use quantumagi_rules::lifecycle::{Status, Timetable};
use quantumagi_rules::parameters::Track;
use quantumagi_rules::policy::PolicyStatus;

use super::context::Context;
use super::{About, Deadline, Finding, Key, Passed, Sighting, Step, Verdict, Waits, When, Workflow};
use crate::survey::Survey;

/// What an operator may choose about deadlines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// How long what is over stays before it is closed, seconds.
    pub close_after: i64,
    /// How long after its moment a step that somebody has to do is still on time, seconds.
    pub late_after: i64,
}

/// Everything that a reading shows. What cannot be understood is left out, and told elsewhere.
#[must_use]
pub fn sight(survey: &Survey, context: &Context, clock: &ChainClock, patience: Patience) -> Vec<Sighting> {
    let look = Look { survey, context, clock, now: clock.unix_timestamp, patience };
    let policies = survey.policies.iter().map(|policy| look.policy(policy));
    let acts = survey.emergencies.iter().map(|act| look.act(act));
    let creations = survey.proposals.iter().filter(|proposal| proposal.track == Track::Policy as u8);
    let creations = creations.map(|proposal| look.creation(proposal));
    let checks = survey.proposals.iter().map(|proposal| look.compliance(proposal));
    let all = creations.chain(checks).chain(policies).chain(acts).filter_map(Result::ok);
    all.chain(context.guardians.as_ref().and_then(|guardians| look.guardians(guardians))).collect()
}

struct Look<'a> {
    survey: &'a Survey,
    context: &'a Context,
    clock: &'a ChainClock,
    now: i64,
    patience: Patience,
}

fn passed(step: Step, at: When, deadline: Option<Deadline>) -> Passed {
    Passed { step, at, deadline }
}

fn waits(step: Step, deadline: Deadline) -> Option<Waits> {
    Some(Waits { step, deadline })
}

/// For what a clock or people end.
fn until(moment: i64) -> Deadline {
    Deadline { moment: Some(moment), grace: 0 }
}

const NEVER: Deadline = Deadline { moment: None, grace: 0 };

impl Look<'_> {
    /// For what somebody has to do from a moment on.
    fn from(&self, moment: i64) -> Deadline {
        Deadline { moment: Some(moment), grace: self.patience.late_after }
    }

    fn closing(&self, over_since: i64) -> Option<Waits> {
        waits(Step::Close, self.from(over_since.saturating_add(self.patience.close_after)))
    }

    fn key(&self, workflow: Workflow, about: About) -> Key {
        Key { constitution: self.survey.address, workflow, about }
    }

    fn creation(&self, proposal: &Proposal) -> Result<Sighting, DecodeError> {
        let times = proposal.timetable_under(&self.survey.constitution)?;
        let Timetable { ends_at, opens_at, closes_at, .. } = times;
        let updated_at = proposal.updated_at;
        let vote = passed(Step::Vote, When::At(ends_at.0), Some(until(ends_at.0)));
        let finalize = |at| passed(Step::Finalize, at, Some(self.from(ends_at.0)));
        // A hold and the first of several calls write the same moment.
        let is_finalizing_last = proposal.held_until == 0 && proposal.steps_done == 0;
        let finalized_at = if is_finalizing_last { When::At(updated_at) } else { When::By(updated_at) };
        let (passed, waits, verdict) = match proposal.status()? {
            Status::Open if self.now < ends_at.0 => (Vec::new(), waits(Step::Vote, until(ends_at.0)), None),
            Status::Open => (vec![vote], waits(Step::Finalize, self.from(ends_at.0)), None),
            Status::Succeeded if self.now < closes_at.0 => {
                (vec![vote, finalize(finalized_at)], waits(Step::Execute, self.executing(proposal, &times)?), None)
            }
            Status::Succeeded => (
                vec![vote, finalize(finalized_at)],
                waits(Step::Expire, self.from(closes_at.0)),
                Some(Verdict::Expired),
            ),
            Status::Executed => {
                let execute = passed(Step::Execute, When::At(updated_at), Some(self.executing(proposal, &times)?));
                let done = vec![vote, finalize(When::By(updated_at)), execute];
                (done, self.closing(updated_at), Some(Verdict::Enacted))
            }
            Status::Expired => {
                let expire = passed(Step::Expire, When::At(updated_at), Some(self.from(closes_at.0)));
                let done = vec![vote, finalize(When::By(closes_at.0)), expire];
                (done, self.closing(updated_at), Some(Verdict::Expired))
            }
            Status::Defeated => {
                let done = vec![vote, finalize(When::At(updated_at))];
                (done, self.closing(updated_at), Some(Verdict::Defeated))
            }
            Status::Vetoed => {
                let done = if ends_at.0 <= updated_at { vec![vote] } else { Vec::new() };
                (done, self.closing(updated_at), Some(Verdict::Vetoed))
            }
            Status::Cancelled => (Vec::new(), self.closing(updated_at), Some(Verdict::Cancelled)),
        };
        let key = self.key(Workflow::PolicyCreation, About::Proposal(proposal.id));
        let moments = [(Step::Finalize, ends_at), (Step::Execute, opens_at), (Step::Expire, closes_at)];
        let ahead = moments.map(|(step, moment)| Waits { step, deadline: self.from(moment.0) }).to_vec();
        let finding = Finding::Unchanged;
        Ok(Sighting { key, began_at: proposal.created_at, passed, waits, ahead, verdict, finding })
    }

    /// Until when an execution is on time. A pause that came after it moved nothing.
    fn executing(&self, proposal: &Proposal, times: &Timetable) -> Result<Deadline, DecodeError> {
        let is_executed = proposal.status()? == Status::Executed;
        let paused_until =
            Subsystem::of_execution(proposal.track()?).map_or(0, |it| self.survey.constitution.pause(it).until.0);
        let is_of_later = is_executed && proposal.updated_at < paused_until;
        let opens_at = if is_of_later { times.opens_at.0 } else { times.opens_at.0.max(paused_until) };
        Ok(self.from(opens_at))
    }

    fn compliance(&self, proposal: &Proposal) -> Result<Sighting, DecodeError> {
        let times = proposal.timetable_under(&self.survey.constitution)?;
        let (status, ends_at) = (proposal.status()?, times.ends_at.0);
        let attestation = proposal.attestation();
        let is_missing = attestation.is_some_and(|it| it.score.is_none());
        let mut done = Vec::new();
        if attestation.is_some_and(|it| it.score.is_some()) {
            // The program takes none later.
            done.push(passed(Step::Attest, When::By(self.now.min(ends_at)), Some(until(ends_at))));
        }
        let objections = self.context.objections(self.survey, proposal, self.clock);
        let (waits, verdict, finding) = match status {
            Status::Open if self.now < ends_at && is_missing => {
                (waits(Step::Attest, until(ends_at)), None, Finding::Is(joined(objections.unwrap_or_default(), None)))
            }
            Status::Open | Status::Succeeded => {
                let is_reviewed = status == Status::Succeeded && objections.is_some();
                if is_reviewed {
                    done.push(passed(Step::Review, When::At(self.now), Some(until(times.opens_at.0))));
                }
                let finding = objections.map_or(Finding::Unchanged, |it| {
                    Finding::Is(joined(it, (is_missing && ends_at <= self.now).then(|| unattested(proposal))))
                });
                let opens_at = if status == Status::Open { NEVER } else { until(times.opens_at.0) };
                let next = if is_reviewed { waits(Step::Settle, NEVER) } else { waits(Step::Review, opens_at) };
                (next, None, finding)
            }
            // What stood against it when it was decided stays: carried out, it may have changed what it rested on.
            Status::Executed | Status::Expired => (None, Some(Verdict::Compliant), Finding::Unchanged),
            Status::Defeated | Status::Vetoed | Status::Cancelled => (None, Some(Verdict::Moot), Finding::Unchanged),
        };
        if waits.is_none() {
            done.push(passed(Step::Settle, When::At(proposal.updated_at), Some(NEVER)));
        }
        let key = self.key(Workflow::ConstitutionalCompliance, About::Proposal(proposal.id));
        Ok(Sighting { key, began_at: proposal.created_at, passed: done, waits, ahead: Vec::new(), verdict, finding })
    }

    fn policy(&self, policy: &Policy) -> Result<Sighting, DecodeError> {
        let sunset = policy.sunset().map(|UnixSeconds(moment)| moment);
        let end = sunset.map_or(NEVER, until);
        let serve = |at| passed(Step::Serve, at, Some(end));
        let (passed, waits, verdict) = match (policy.status()?, sunset) {
            (PolicyStatus::Active, Some(sunset)) if sunset <= self.now => {
                let serve = serve(When::At(sunset));
                (vec![serve], waits(Step::Sunset, self.from(sunset)), Some(Verdict::Sunset))
            }
            (PolicyStatus::Active, _) => (Vec::new(), waits(Step::Serve, end), None),
            // When a vote ended it only an event says.
            (PolicyStatus::Repealed, _) => {
                let at = sunset.map_or(self.now, |sunset| sunset.min(self.now));
                (vec![serve(When::By(at))], self.closing(policy.adopted_at), Some(Verdict::Repealed))
            }
            (PolicyStatus::Sunset, _) => {
                let sunset = policy.sunset_at;
                let written = passed(Step::Sunset, When::By(self.now), Some(self.from(sunset)));
                (vec![serve(When::At(sunset)), written], self.closing(sunset), Some(Verdict::Sunset))
            }
        };
        let key = self.key(Workflow::PolicyEnforcement, About::Policy(policy.id));
        let finding = Finding::Unchanged;
        Ok(Sighting { key, began_at: policy.adopted_at, passed, waits, ahead: Vec::new(), verdict, finding })
    }

    fn act(&self, act: &EmergencyAction) -> Result<Sighting, DecodeError> {
        let times = act.times();
        let (ratify_by, activated_at) = (act.ratify_by, act.activated_at);
        let approve = passed(Step::Approve, When::At(activated_at), Some(NEVER));
        // The program takes no later vote.
        let ratify = passed(Step::Ratify, When::By(self.now.min(ratify_by)), Some(until(ratify_by)));
        let served_at = times.effect_until(true).0;
        let serve = passed(Step::Serve, When::At(served_at), Some(until(served_at)));
        let (passed, waits, verdict) = match act.phase(self.clock.slot, UnixSeconds(self.now))? {
            // Slots decide, which no moment tells.
            Phase::Collecting => (Vec::new(), waits(Step::Approve, NEVER), None),
            Phase::Missed => (Vec::new(), self.closing(act.opened_at), Some(Verdict::Missed)),
            Phase::InForce | Phase::Served => (vec![approve], waits(Step::Ratify, until(ratify_by)), None),
            Phase::Lapsing => (vec![approve], waits(Step::Lapse, self.from(ratify_by)), Some(Verdict::Lapsed)),
            Phase::Confirmed => (vec![approve, ratify], waits(Step::Serve, until(served_at)), Some(Verdict::Ratified)),
            Phase::Over => (vec![approve, ratify, serve], self.closing(served_at), Some(Verdict::Ratified)),
            Phase::Lapsed => {
                let lapse = passed(Step::Lapse, When::By(self.now), Some(self.from(ratify_by)));
                (vec![approve, lapse], self.closing(ratify_by), Some(Verdict::Lapsed))
            }
            // When a vote ended it only an event says.
            Phase::Ended => {
                let serve = passed(Step::Serve, When::By(self.now.min(served_at)), Some(until(served_at)));
                (vec![approve, serve], self.closing(activated_at), Some(Verdict::Ended))
            }
        };
        debug_assert!(act.outcome()? != Outcome::Open || passed.is_empty(), "nothing has come of it");
        let key = self.key(Workflow::EmergencyOversight, About::Emergency(act.id));
        let finding = Finding::Unchanged;
        Ok(Sighting { key, began_at: act.opened_at, passed, waits, ahead: Vec::new(), verdict, finding })
    }

    /// `None` where there are none.
    fn guardians(&self, guardians: &Guardians) -> Option<Sighting> {
        let (threshold, count) = (guardians.threshold, guardians.count);
        if threshold == 0 {
            return None;
        }
        let present = guardians.present(UnixSeconds(self.now));
        let finding = (present < threshold).then(|| {
            format!("{present} of {count} guardians were heard of in time, and {threshold} must approve an act")
        });
        Some(Sighting {
            key: self.key(Workflow::EmergencyOversight, About::Guardians(guardians.version)),
            began_at: guardians.adopted_at,
            passed: Vec::new(),
            waits: waits(Step::Renew, until(guardians.term_ends_at)),
            ahead: Vec::new(),
            verdict: None,
            finding: Finding::Is(finding),
        })
    }
}

fn unattested(proposal: &Proposal) -> String {
    let (threshold, without) = (proposal.threshold_bps, proposal.unattested_threshold_bps);
    format!("nobody attested it while it was voted on: {without} basis points were needed instead of {threshold}")
}

fn joined(objections: Vec<String>, more: Option<String>) -> Option<String> {
    let all: Vec<String> = objections.into_iter().chain(more).collect();
    (!all.is_empty()).then(|| all.join("; "))
}
