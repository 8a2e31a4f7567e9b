//! What is due of a snapshot operator: to publish the root that it has computed, or to speak on another's.
//!
//! Of several right roots all honest operators approve the same: that which was published first. An operator publishes only
//! where there is no right one yet, and while a root can still be bound before the vote ends.

use quantumagi_rpc::ChainClock;
use quantumagi_rules::UnixSeconds;
use quantumagi_rules::lifecycle::Step;
use quantumagi_rules::snapshot::review::challenge_ends_at;
use quantumagi_sdk::check;

use crate::duty::{Duty, Kind, Subject};
use crate::operator::{Desk, Judgement, position};
use crate::survey::{PublishedRoot, Survey};

/// See [`super::plan`].
pub(super) fn due(survey: &Survey, clock: &ChainClock) -> Vec<Duty> {
    let Some(desk) = &survey.desk else { return Vec::new() };
    desk.waiting.iter().flat_map(|id| of_proposal(survey, desk, *id, clock)).collect()
}

fn of_proposal(survey: &Survey, desk: &Desk, id: u64, clock: &ChainClock) -> Vec<Duty> {
    let found = survey.proposals.iter().find(|proposal| proposal.id == id);
    let listed = found.and_then(|proposal| Some((proposal, survey.operators.get(&proposal.electorate)?)));
    let Some((proposal, operators)) = listed else { return Vec::new() };
    let Some(position) = position(operators, &desk.operator) else { return Vec::new() };
    let now = UnixSeconds(clock.unix_timestamp);
    if check::step(proposal, Step::BindSnapshot, now).is_err() {
        return Vec::new();
    }
    let duty = |kind, publisher, due_at| Duty {
        constitution: survey.address,
        kind,
        subject: Subject::Root { proposal: id, publisher },
        due_at: UnixSeconds(due_at),
    };
    let roots: Vec<&PublishedRoot> = survey.roots.iter().filter(|root| root.proposal == id).collect();
    let has_spoken = |root: &PublishedRoot| {
        let spoken = root.snapshot.approvals | root.snapshot.challenges;
        u32::try_from(position).is_ok_and(|position| spoken.checked_shr(position).unwrap_or(0) & 1 == 1)
    };
    let judged = |root: &PublishedRoot, as_what| {
        desk.judgements.get(&(id, root.snapshot.publisher)).is_some_and(|judgement| *judgement == as_what)
    };
    let right = roots.iter().filter(|root| judged(root, Judgement::Same));
    let first = right.min_by_key(|root| (root.snapshot.published_at, root.snapshot.publisher));
    let wrong = roots.iter().filter(|root| judged(root, Judgement::False));
    let spoken_on = first.into_iter().chain(wrong).filter(|root| !has_spoken(root));
    let mut duties: Vec<Duty> =
        spoken_on.map(|root| duty(Kind::SnapshotReview, root.snapshot.publisher, root.snapshot.published_at)).collect();
    let has_published = roots.iter().any(|root| root.snapshot.publisher == desk.operator);
    let bound_from = challenge_ends_at(now, operators.challenge_seconds);
    let in_time = bound_from.is_some_and(|from| from < UnixSeconds(proposal.ends_at));
    if first.is_none() && !has_published && in_time {
        duties.push(duty(Kind::SnapshotPublish, desk.operator, proposal.created_at));
    }
    duties
}

#[cfg(test)]
mod tests;
