//! Killed between any two steps, and started again.

use std::sync::Arc;

use quantumagi_crank::{Crank, Duty, Observer, Stage, Terms};
use quantumagi_interface::Address;
use quantumagi_rules::action::Action;
use quantumagi_rules::ballot::Choice;

use super::support::{SOL, World, journal, round, terms};

/// Whoever reaches this stage dies.
struct Failpoint(Stage);

impl Observer for Failpoint {
    fn stage(&self, stage: Stage, _duty: &Duty) {
        assert!(stage != self.0, "killed");
    }
}

/// Runs a crank that dies as soon as any duty reaches `stage`: its thread unwinds, and all that it knew is gone. Whether one
/// died.
pub(crate) async fn killed_at(start: impl Fn() -> Crank, stage: Stage) -> bool {
    let mut crank = start().observed_by(Arc::new(Failpoint(stage)));
    let died = tokio::spawn(async move { round(&mut crank).await }).await;
    died.is_err()
}

/// Carries everything out that is due, with a crank that starts again after each death, and dies once at every stage.
pub(crate) async fn with_deaths(start: impl Fn() -> Crank) -> Vec<Stage> {
    let mut deaths = Vec::new();
    for stage in Stage::ALL {
        if killed_at(&start, stage).await {
            deaths.push(stage);
        }
    }
    // What was sent before a death is looked up; what is open then is looked up again.
    let mut crank = start();
    while !round(&mut crank).await.due.is_empty() {}
    deaths
}

#[tokio::test(flavor = "multi_thread")]
async fn o5_a_crank_that_is_killed_at_every_stage_does_nothing_twice() {
    let world = World::start().await;
    let (key, journal) = (world.wallet().await, journal());
    let recipients: Vec<[u8; 32]> = (10..25).map(|byte| [byte; 32]).collect();
    let mut proposals = Vec::new();
    for recipient in &recipients {
        let action = Action::TransferLamports { recipient: *recipient, lamports: SOL / 10 };
        proposals.push(world.propose(action).await);
    }
    // And three payments that one proposal makes, each in a transaction of its own.
    let steps: Vec<[u8; 32]> = (30..33).map(|byte| [byte; 32]).collect();
    let calls: Vec<(Address, u64)> = steps.iter().map(|it| (Address::new_from_array(*it), SOL / 10)).collect();
    proposals.push(world.propose_calls(&calls).await);
    let last = world.client.proposal_at(&proposals[15]).await.expect("it is there").value;
    world.travel_to(last.starts_at).await;
    for proposal in &proposals {
        world.vote(proposal, Choice::For).await;
    }
    world.travel_to(last.ends_at).await;
    // Two at one time: what a death leaves under way is looked up, and reaches no stage any more.
    let few = Terms { parallel: 2, ..terms() };
    let start = || world.crank(&key, &journal, few);
    let mut deaths = with_deaths(start).await;
    world.travel_to(last.timetable().expect("moments").opens_at.0).await;
    deaths.extend(with_deaths(start).await);
    for stage in Stage::ALL {
        assert!(stage == Stage::Landed || deaths.contains(&stage), "nobody died at {stage:?}: {deaths:?}");
    }

    for recipient in recipients.into_iter().chain(steps) {
        assert_eq!(world.balance(&Address::new_from_array(recipient)).await, SOL / 10, "paid once");
    }
    assert_eq!(world.client.proposals(&world.constitution).await.expect("the list"), []);
    let mut crank = world.crank(&key, &journal, terms());
    assert!(round(&mut crank).await.is_clear());
    assert_eq!(journal.flights().expect("read"), [], "every transaction's fate is known");
    let ledger = world.check_proved().await;
    assert_eq!(ledger.proposals.values().filter(|proposal| proposal.is_none()).count(), 16, "each is closed");
}
