//! What is due: a pure function of what was read and the chain's clock.
//!
//! Each account has at most two moments that its status makes possible; a duty is planned from its moment on, as long as the
//! rules allow it. Nothing here knows how it will be carried out, or by whom.

use quantumagi_interface::DecodeError;
use quantumagi_interface::accounts::{EmergencyAction, Policy, Proposal};
use quantumagi_rpc::ChainClock;
use quantumagi_rules::UnixSeconds;
use quantumagi_rules::emergency::course::{Outcome, Step as CourseStep};
use quantumagi_rules::emergency::{Pause, Subsystem};
use quantumagi_rules::lifecycle::{Status, Step};
use quantumagi_rules::policy::PolicyStatus;
use quantumagi_rules::snapshot::review::challenge_ends_at;
use quantumagi_sdk::SdkError;
use quantumagi_sdk::check;

use crate::duty::{Duty, Kind, Subject};
use crate::operator::Judgement;
use crate::survey::{Anchorage, PublishedRoot, Survey};

mod operating;

/// What an operator may choose about when something is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Habits {
    /// How long a proposal, a policy or an emergency act stays after its end, so that people and wallets find it, before it
    /// is closed and its rent goes back; seconds. Default a day.
    pub close_after: u32,
}

impl Default for Habits {
    fn default() -> Self {
        Self { close_after: 86_400 }
    }
}

/// Everything that is due at one moment.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Each once, the earliest first.
    pub duties: Vec<Duty>,
    /// Accounts that hold numbers without meaning, as a later version of the program might write: left alone.
    pub unreadable: Vec<(Subject, DecodeError)>,
}

/// What is due at `clock`. The same reading and clock give the same plan, whatever the order of what was read.
#[must_use]
pub fn plan(survey: &Survey, clock: &ChainClock, habits: Habits) -> Plan {
    let now = UnixSeconds(clock.unix_timestamp);
    let mut plan = Plan::default();
    for possible in possibilities(survey, habits) {
        match possible.and_then(|it| Ok((it.due_at <= now && it.is_allowed(survey, clock)?).then_some(it))) {
            Ok(Some(Possible { kind, subject, due_at, .. })) => {
                plan.duties.push(Duty { constitution: survey.address, kind, subject, due_at });
            }
            Ok(None) => {}
            Err(Unreadable { subject, source }) => plan.unreadable.push((subject, source)),
        }
    }
    plan.duties.extend(operating::due(survey, clock));
    plan.duties.sort_by_key(|duty| (duty.due_at, duty.kind, duty.subject));
    // One root is bound to a proposal; the others would be refused.
    let mut bound = std::collections::BTreeSet::new();
    plan.duties.retain(|duty| match (duty.kind, duty.subject) {
        (Kind::SnapshotBind, Subject::Root { proposal, .. }) => bound.insert(proposal),
        _ => true,
    });
    plan.unreadable.sort_by_key(|(subject, _)| *subject);
    plan.unreadable.dedup_by_key(|(subject, _)| *subject);
    plan
}

/// The next moment after `clock` at which the same reading makes something else due; `None` where it makes nothing due by
/// itself any more. Between the two the plan stays the same.
#[must_use]
pub fn next_moment(survey: &Survey, clock: &ChainClock, habits: Habits) -> Option<UnixSeconds> {
    let now = UnixSeconds(clock.unix_timestamp);
    possibilities(survey, habits).into_iter().flatten().map(|it| it.due_at).filter(|due_at| now < *due_at).min()
}

/// Something that can become due without anybody else's doing.
struct Possible<'a> {
    kind: Kind,
    subject: Subject,
    due_at: UnixSeconds,
    account: Account<'a>,
}

enum Account<'a> {
    Proposal(&'a Proposal, Step),
    Root(&'a PublishedRoot, &'a Proposal),
    Policy(&'a Policy),
    Emergency(&'a EmergencyAction, CourseStep),
    /// Whatever it holds.
    Constitution,
}

struct Unreadable {
    subject: Subject,
    source: DecodeError,
}

impl Possible<'_> {
    /// Whether the rules allow it now. Its moment alone does not say so: an execution may be paused or too late, a root may
    /// lack approvals, an act may still be collecting them.
    fn is_allowed(&self, survey: &Survey, clock: &ChainClock) -> Result<bool, Unreadable> {
        let now = UnixSeconds(clock.unix_timestamp);
        let answer = match &self.account {
            Account::Proposal(proposal, Step::Execute) => executable(survey, proposal, now),
            Account::Proposal(proposal, step) => check::due(&survey.constitution, proposal, *step, now),
            // Whoever else accepts it: a root that is another here is left to those who do.
            Account::Root(root, _) if self.kind == Kind::SnapshotBind && is_false(survey, root) => return Ok(false),
            Account::Root(root, proposal) if self.kind == Kind::SnapshotBind => {
                check::bindable(proposal, &root.operators, &root.snapshot, now)
            }
            // Final or bound: `possibilities` has asked.
            Account::Root(..) => Ok(()),
            Account::Policy(policy) if self.kind == Kind::PolicySunset => check::sunset_due(policy, now),
            // Ended: `possibilities` has asked.
            Account::Policy(_) => Ok(()),
            Account::Emergency(act, step) => check::course(act, *step, clock.slot, now),
            // Something has happened: `possibilities` has asked.
            Account::Constitution => Ok(()),
        };
        match answer {
            Ok(()) => Ok(true),
            Err(SdkError::Meaningless(source)) => Err(Unreadable { subject: self.subject, source }),
            Err(_) => Ok(false),
        }
    }
}

fn is_false(survey: &Survey, root: &PublishedRoot) -> bool {
    let key = (root.proposal, root.snapshot.publisher);
    survey.desk.as_ref().is_some_and(|desk| desk.judgements.get(&key) == Some(&Judgement::False))
}

fn executable(survey: &Survey, proposal: &Proposal, now: UnixSeconds) -> Result<(), SdkError> {
    if let Some(subsystem) = Subsystem::of_execution(proposal.track()?) {
        check::open(&survey.constitution, subsystem, now)?;
    }
    check::due(&survey.constitution, proposal, Step::Execute, now)
}

fn possibilities<'a>(survey: &'a Survey, habits: Habits) -> Vec<Result<Possible<'a>, Unreadable>> {
    let mut all = Vec::new();
    let mut take = |subject, found: Result<Vec<Possible<'a>>, DecodeError>| match found {
        Ok(found) => all.extend(found.into_iter().map(Ok)),
        Err(source) => all.push(Err(Unreadable { subject, source })),
    };
    for proposal in &survey.proposals {
        take(Subject::Proposal(proposal.id), of_proposal(survey, proposal, habits));
    }
    for root in &survey.roots {
        let of_root = |proposal: &Proposal| proposal.id == root.proposal;
        let Some(proposal) = survey.proposals.iter().find(|proposal| of_root(proposal)) else { continue };
        let subject = Subject::Root { proposal: root.proposal, publisher: root.snapshot.publisher };
        take(subject, of_root_published(subject, root, proposal));
    }
    for policy in &survey.policies {
        take(Subject::Policy(policy.id), of_policy(policy, habits));
    }
    for act in &survey.emergencies {
        take(Subject::Emergency(act.id), of_emergency(act, habits));
    }
    take(Subject::History, Ok(of_history(survey)));
    all
}

fn of_proposal<'a>(survey: &Survey, proposal: &'a Proposal, habits: Habits) -> Result<Vec<Possible<'a>>, DecodeError> {
    let possible = |kind, step, due_at| Possible {
        kind,
        subject: Subject::Proposal(proposal.id),
        due_at,
        account: Account::Proposal(proposal, step),
    };
    let times = proposal.timetable_under(&survey.constitution)?;
    Ok(match proposal.status()? {
        Status::Open => vec![possible(Kind::ProposalFinalize, Step::Finalize, times.ends_at)],
        Status::Succeeded => {
            let subsystem = Subsystem::of_execution(proposal.track()?);
            let pause = subsystem.map_or(Pause::NONE, |subsystem| survey.constitution.pause(subsystem));
            vec![
                possible(Kind::ProposalExecute, Step::Execute, times.opens_at.max(pause.until)),
                possible(Kind::ProposalExpire, Step::Expire, times.closes_at),
            ]
        }
        Status::Defeated | Status::Vetoed | Status::Cancelled | Status::Executed | Status::Expired => {
            let due_at = after(proposal.updated_at, habits);
            due_at.map(|due_at| possible(Kind::ProposalClose, Step::Close, due_at)).into_iter().collect()
        }
    })
}

fn of_root_published<'a>(
    subject: Subject,
    root: &'a PublishedRoot,
    proposal: &'a Proposal,
) -> Result<Vec<Possible<'a>>, DecodeError> {
    let possible = |kind, due_at| Possible { kind, subject, due_at, account: Account::Root(root, proposal) };
    let is_bound = proposal.snapshot_root != [0; 32];
    let is_open = match proposal.status()? {
        Status::Open | Status::Succeeded => true,
        Status::Defeated | Status::Vetoed | Status::Cancelled | Status::Executed | Status::Expired => false,
    };
    if is_bound || !is_open {
        return Ok(vec![possible(Kind::SnapshotClose, UnixSeconds(proposal.updated_at))]);
    }
    let until = challenge_ends_at(UnixSeconds(root.snapshot.published_at), root.operators.challenge_seconds);
    Ok(until.map(|until| possible(Kind::SnapshotBind, until)).into_iter().collect())
}

/// Where nothing has happened there is nothing to anchor.
fn of_history(survey: &Survey) -> Vec<Possible<'_>> {
    let news = survey.anchorage.filter(|anchorage| anchorage.sequence < survey.constitution.chain.sequence);
    let possible = |anchorage: Anchorage| Possible {
        kind: Kind::CheckpointAnchor,
        subject: Subject::History,
        due_at: UnixSeconds(anchorage.next_at),
        account: Account::Constitution,
    };
    news.map(possible).into_iter().collect()
}

fn of_policy(policy: &Policy, habits: Habits) -> Result<Vec<Possible<'_>>, DecodeError> {
    let possible =
        |kind, due_at| Possible { kind, subject: Subject::Policy(policy.id), due_at, account: Account::Policy(policy) };
    let found = match policy.status()? {
        PolicyStatus::Active => policy.sunset().map(|moment| possible(Kind::PolicySunset, moment)),
        // Nothing in the account says when a vote ended it; the sunset that it would have had comes later.
        PolicyStatus::Repealed => after(policy.adopted_at, habits).map(|at| possible(Kind::PolicyClose, at)),
        PolicyStatus::Sunset => after(policy.sunset_at, habits).map(|at| possible(Kind::PolicyClose, at)),
    };
    Ok(found.into_iter().collect())
}

fn of_emergency(act: &EmergencyAction, habits: Habits) -> Result<Vec<Possible<'_>>, DecodeError> {
    let possible = |kind, step, due_at| Possible {
        kind,
        subject: Subject::Emergency(act.id),
        due_at,
        account: Account::Emergency(act, step),
    };
    let times = act.times();
    let close = |moment: i64| after(moment, habits).map(|at| possible(Kind::EmergencyClose, CourseStep::Close, at));
    let found = match act.outcome()? {
        // Too few approvals in time: slots decide, which no moment tells.
        Outcome::Open => close(act.opened_at),
        Outcome::Active => Some(possible(Kind::EmergencyLapse, CourseStep::Lapse, times.ratify_by)),
        Outcome::Ratified => close(times.effect_until(true).0),
        Outcome::Lapsed => close(act.ratify_by),
        Outcome::Ended => close(act.activated_at),
    };
    Ok(found.into_iter().collect())
}

/// `None` past the end of time.
fn after(moment: i64, habits: Habits) -> Option<UnixSeconds> {
    UnixSeconds(moment).checked_add(habits.close_after)
}

#[cfg(test)]
mod tests;
