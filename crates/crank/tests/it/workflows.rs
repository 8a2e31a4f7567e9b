//! The governance workflows of a real community, as a crank sees them: its own work, another's, and what happened while it
//! was off.

use std::sync::Arc;

use quantumagi_crank::workflow::{About, Instance, Key, State, Step, Timing, Transition, Verdict, When, Workflow};
use quantumagi_crank::{Journal, Round, Terms};
use quantumagi_rules::action::Action;
use quantumagi_rules::ballot::Choice;

use super::support::{World, journal, round, terms};

fn key(world: &World, workflow: Workflow, about: About) -> Key {
    Key { constitution: world.constitution, workflow, about }
}

fn instance(journal: &Arc<Journal>, key: &Key) -> Instance {
    journal.instance(key).expect("read").unwrap_or_else(|| panic!("{key} is not followed"))
}

fn timings(instance: &Instance) -> Vec<(Step, Timing)> {
    instance.marks.iter().map(|mark| (mark.step, mark.timing)).collect()
}

/// Every instance that a round has ended, with what it came to.
fn ended(round: &Round) -> Vec<(Workflow, Verdict)> {
    let changes = round.workflows.changes.iter();
    let mut ended: Vec<_> = changes
        .filter_map(|(instance, change)| match change {
            Transition::Ended(verdict) => Some((instance.key.workflow, *verdict)),
            Transition::Began | Transition::Passed(_) | Transition::Overdue { .. } | Transition::Found(_) => None,
        })
        .collect();
    ended.sort_unstable_by_key(|(workflow, _)| *workflow);
    ended
}

use Timing::{Late, OnTime};

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_is_followed_from_its_proposal_to_its_end_whoever_does_the_work() {
    let world = World::start().await;
    let (mine, theirs) = (journal(), journal());
    let (key_of_mine, key_of_theirs) = (world.wallet().await, world.wallet().await);
    // One only looks: it may pay for nothing.
    let nothing = Terms { max_cost: quantumagi_crank::Cost::default(), ..terms() };
    let mut watching = world.crank(&key_of_mine, &mine, nothing);
    let mut working = world.crank(&key_of_theirs, &theirs, terms());
    round(&mut watching).await;

    let now = world.client.now().await.expect("the chain's clock").0;
    let sunset_at = now + 30_000;
    let adopt = Action::PolicyAdopt { text_hash: [2; 32], sunset_at };
    let proposal = world.propose(adopt).await;
    let account = world.client.proposal_at(&proposal).await.expect("it is there").value;
    round(&mut watching).await;
    let creation = key(&world, Workflow::PolicyCreation, About::Proposal(account.id));
    let compliance = key(&world, Workflow::ConstitutionalCompliance, About::Proposal(account.id));
    assert_eq!(instance(&mine, &creation).step, Some(Step::Vote));
    assert_eq!(instance(&mine, &compliance).step, Some(Step::Review));

    world.travel_to(account.starts_at).await;
    world.vote(&proposal, Choice::For).await;
    let times = account.timetable().expect("moments");
    for moment in [times.ends_at.0, times.opens_at.0, times.opens_at.0] {
        world.travel_to(moment).await;
        round(&mut working).await;
        round(&mut watching).await;
    }
    let followed = instance(&mine, &creation);
    let all = [Step::Vote, Step::Finalize, Step::Execute, Step::Close].map(|step| (step, OnTime));
    assert_eq!(timings(&followed), all, "{followed:?}");
    assert_eq!((followed.state(), followed.verdict), (State::Done, Some(Verdict::Enacted)));
    assert!(followed.marks.iter().all(|mark| matches!(mark.at, When::At(_))), "to the second: {followed:?}");
    assert_eq!(instance(&mine, &compliance).verdict, Some(Verdict::Compliant));

    let policy = key(&world, Workflow::PolicyEnforcement, About::Policy(0));
    assert_eq!(instance(&mine, &policy).due_at, Some(sunset_at));
    world.travel_to(sunset_at + 5_000).await;
    let missed = round(&mut watching).await;
    let overdue = Transition::Overdue { step: Step::Sunset, due_at: sunset_at + 900 };
    assert!(missed.workflows.changes.iter().any(|(_, change)| *change == overdue), "{:?}", missed.workflows);
    let tally = missed.workflows.tally.expect("it has looked");
    assert_eq!(tally.0[&Workflow::PolicyEnforcement].overdue, 1);
    round(&mut working).await;
    round(&mut working).await;
    let last = round(&mut watching).await;
    assert_eq!(
        ended(&last),
        [(Workflow::PolicyEnforcement, Verdict::Sunset), (Workflow::AuditTransparency, Verdict::Verified)]
    );
    let followed = instance(&mine, &policy);
    assert_eq!(timings(&followed), [(Step::Serve, OnTime), (Step::Sunset, Late), (Step::Close, OnTime)]);

    let kept = mine.instances().expect("read");
    assert!(kept.iter().all(|it| it.state() == State::Done), "{kept:?}");
    let proofs = kept.iter().filter(|it| it.key.workflow == Workflow::AuditTransparency);
    assert!(proofs.clone().all(|it| timings(it) == [(Step::Verify, OnTime)]) && 3 <= proofs.count(), "{kept:?}");
    round(&mut working).await;
    // Nothing was left out: the reading has come to where the chain stands, and the whole history is proved.
    let reading = mine.reading(&world.constitution).expect("read").expect("it has begun");
    let ledger = world.check_proved().await;
    assert_eq!(reading.proved, ledger.constitution.chain.into());
    assert_eq!(theirs.reading(&world.constitution).expect("read").expect("it has begun").proved, reading.proved);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_goes_on_where_the_last_one_stopped_and_tells_what_came_too_late_meanwhile() {
    let world = World::start().await;
    let (wallet, journal) = (world.wallet().await, journal());
    round(&mut world.crank(&wallet, &journal, terms())).await;
    let proposals = [
        world.propose(Action::PolicyAdopt { text_hash: [2; 32], sunset_at: 0 }).await,
        world.propose(Action::PolicyAdopt { text_hash: [3; 32], sunset_at: 0 }).await,
    ];
    let first = world.client.proposal_at(&proposals[0]).await.expect("it is there").value;
    let last = world.client.proposal_at(&proposals[1]).await.expect("it is there").value;
    let times = last.timetable().expect("moments");
    round(&mut world.crank(&wallet, &journal, terms())).await;
    world.travel_to(last.starts_at).await;
    world.vote(&proposals[0], Choice::For).await;
    world.travel_to(times.ends_at.0).await;
    round(&mut world.crank(&wallet, &journal, terms())).await;
    round(&mut world.crank(&wallet, &journal, terms())).await;
    round(&mut world.crank(&wallet, &journal, terms())).await;
    let keys = [0, 1].map(|id| key(&world, Workflow::PolicyCreation, About::Proposal(id)));
    assert_eq!(instance(&journal, &keys[0]).step, Some(Step::Execute));
    assert_eq!(instance(&journal, &keys[1]).step, None, "defeated, and closed at once");
    assert_eq!(instance(&journal, &keys[1]).verdict, Some(Verdict::Defeated));

    // Off for so long that the window is over.
    world.travel_to(times.closes_at.0 + 5_000).await;
    let back = round(&mut world.crank(&wallet, &journal, terms())).await;
    let due_at = first.timetable().expect("moments").closes_at.0 + 900;
    let started = back.workflows.changes.iter().filter(|(it, _)| it.key == keys[0]).map(|(_, change)| change);
    let told: Vec<&Transition> = started.collect();
    assert_eq!(told, [&Transition::Overdue { step: Step::Expire, due_at }], "it goes on, and begins nothing anew");
    // The round has written it down and its look was before that; the next two see it, and that it is closed.
    round(&mut world.crank(&wallet, &journal, terms())).await;
    round(&mut world.crank(&wallet, &journal, terms())).await;
    let followed = instance(&journal, &keys[0]);
    let expected = [(Step::Vote, OnTime), (Step::Finalize, OnTime), (Step::Expire, Late), (Step::Close, OnTime)];
    assert_eq!(timings(&followed), expected, "{followed:?}");
    assert_eq!((followed.state(), followed.verdict), (State::Failed, Some(Verdict::Expired)));
}
