//! The governance workflows of a real community, as a crank sees them: its own work, another's, and what happened while it
//! was off.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use quantumagi_crank::workflow::{About, Instance, Key, State, Step, Timing, Transition, Verdict, When, Workflow};
use quantumagi_crank::{Cost, Crank, Journal, Round, Terms};
use quantumagi_rpc::pool::{Endpoint, EndpointUrl, Fault, Http, Pool, PoolConfig, Post, Reply, Transport};
use quantumagi_rpc::solana::Signer;
use quantumagi_rpc::{Commitment, Rpc};
use quantumagi_rules::action::Action;
use quantumagi_rules::ballot::Choice;
use quantumagi_rules::emergency::{Act, Subsystem};
use quantumagi_rules::guardrail::Guardrail;
use quantumagi_sdk::{EmergencyDraft, Quantumagi};

use super::support::{World, journal, round, terms};

fn key(world: &World, workflow: Workflow, about: About) -> Key {
    Key { constitution: world.constitution, workflow, about }
}

#[track_caller]
fn instance(journal: &Arc<Journal>, key: &Key) -> Instance {
    let followed = || journal.instances().expect("read");
    journal.instance(key).expect("read").unwrap_or_else(|| panic!("{key} is not among {:#?}", followed()))
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

/// Of one that only looks: it may pay for nothing.
fn idle() -> Terms {
    Terms { max_cost: Cost::default(), ..terms() }
}

use Timing::{Late, OnTime};

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_is_followed_from_its_proposal_to_its_end_whoever_does_the_work() {
    let world = World::start().await;
    let (mine, theirs) = (journal(), journal());
    let (key_of_mine, key_of_theirs) = (world.wallet().await, world.wallet().await);
    let mut watching = world.crank(&key_of_mine, &mine, idle());
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

#[tokio::test(flavor = "multi_thread")]
async fn what_another_crank_did_too_late_while_this_one_was_off_is_told_to_the_second() {
    let world = World::start().await;
    let (mine, theirs) = (journal(), journal());
    let (key_of_mine, key_of_theirs) = (world.wallet().await, world.wallet().await);
    let proposal = world.propose(Action::PolicyAdopt { text_hash: [2; 32], sunset_at: 0 }).await;
    let account = world.client.proposal_at(&proposal).await.expect("it is there").value;
    round(&mut world.crank(&key_of_mine, &mine, idle())).await;
    world.travel_to(account.starts_at).await;
    world.vote(&proposal, Choice::For).await;
    let times = account.timetable().expect("moments");
    let mut working = world.crank(&key_of_theirs, &theirs, terms());
    for moment in [times.ends_at.0 + 2_000, times.opens_at.0, times.opens_at.0 + 1_000] {
        world.travel_to(moment).await;
        round(&mut working).await;
    }
    assert!(world.client.proposal_at(&proposal).await.is_err(), "closed");
    round(&mut world.crank(&key_of_mine, &mine, idle())).await;
    let followed = instance(&mine, &key(&world, Workflow::PolicyCreation, About::Proposal(account.id)));
    let expected = [(Step::Vote, OnTime), (Step::Finalize, Late), (Step::Execute, OnTime), (Step::Close, Late)];
    assert_eq!(timings(&followed), expected, "{followed:?}");
    let finalized = followed.marks[1].at;
    assert!(matches!(finalized, When::At(at) if times.ends_at.0 + 2_000 <= at), "{finalized:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_younger_guardrail_refuses_is_found_before_it_could_be_executed() {
    let world = World::start().await;
    let (wallet, journal) = (world.wallet().await, journal());
    let ana = &world.people[0];
    let open = world.client.guardrails_open(&world.constitution, &ana.pubkey()).await.expect("not open yet");
    world.client.send(&[open], &[ana]).await.expect("it lands");
    let guardrail = Guardrail::PolicySunset { seconds: 86_400 };
    let proposals = [
        world.propose(Action::GuardrailSet { principle_id: 0, version: 1, guardrail }).await,
        world.propose(Action::PolicyAdopt { text_hash: [2; 32], sunset_at: 0 }).await,
    ];
    let last = world.client.proposal_at(&proposals[1]).await.expect("it is there").value;
    world.travel_to(last.starts_at).await;
    for proposal in &proposals {
        world.vote(proposal, Choice::For).await;
    }
    let times = last.timetable().expect("moments");
    world.travel_to(times.ends_at.0).await;
    let mut crank = world.crank(&wallet, &journal, terms());
    round(&mut crank).await;
    round(&mut crank).await;
    let compliance = key(&world, Workflow::ConstitutionalCompliance, About::Proposal(last.id));
    let reviewed = instance(&journal, &compliance);
    assert_eq!((reviewed.step, reviewed.finding.as_deref()), (Some(Step::Settle), None), "{reviewed:?}");

    world.travel_to(times.opens_at.0).await;
    round(&mut crank).await;
    // While there is work, what decides besides is read once a minute.
    world.travel_to(times.opens_at.0 + 61).await;
    round(&mut crank).await;
    let found = instance(&journal, &compliance);
    let words = found.finding.clone().expect("the guardrail is in force");
    assert!(words.contains("every policy ends by itself within 1 day"), "{words}");
    assert_eq!(timings(&found), [(Step::Review, OnTime)]);
    world.travel_to(times.closes_at.0).await;
    for _ in 0..3 {
        round(&mut crank).await;
    }
    let failed = instance(&journal, &compliance);
    assert_eq!((failed.verdict, failed.finding), (Some(Verdict::Breach), Some(words)));
    let creation = key(&world, Workflow::PolicyCreation, About::Proposal(last.id));
    assert_eq!(instance(&journal, &creation).verdict, Some(Verdict::Expired), "the program refused it");
}

/// An endpoint that lists no transactions while it is told to forget them.
struct Forgetful {
    http: Http,
    forgets: Arc<AtomicBool>,
}

#[async_trait]
impl Transport for Forgetful {
    async fn post(&self, to: &Endpoint, post: Post<'_>) -> Result<Reply, Fault> {
        let asked: serde_json::Value = serde_json::from_str(post.body).expect("JSON");
        if asked["method"] == "getSignaturesForAddress" && self.forgets.load(Ordering::Relaxed) {
            let answer = serde_json::json!({ "jsonrpc": "2.0", "id": asked["id"], "result": [] });
            return Ok(Reply { status: 200, retry_after: None, body: answer.to_string().into_bytes() });
        }
        self.http.post(to, post).await
    }
}

fn forgetful(world: &World, forgets: &Arc<AtomicBool>) -> Quantumagi {
    let url = EndpointUrl::http(world.network.rpc_url()).expect("an address");
    let config = PoolConfig::of_one(Endpoint::new("local".parse().expect("a label"), url));
    let transport = Forgetful { http: Http::new(), forgets: Arc::clone(forgets) };
    Quantumagi::new(Rpc::with_pool(Pool::with_transport(config, transport), Commitment::Confirmed))
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_an_endpoint_withholds_are_never_called_proved() {
    let world = World::start().await;
    let (wallet, journal, forgets) = (world.wallet().await, journal(), Arc::new(AtomicBool::new(false)));
    let client = forgetful(&world, &forgets);
    let mut crank = Crank::new(client, wallet, &[world.constitution], idle(), Arc::clone(&journal));
    round(&mut crank).await;
    let head = async || world.client.constitution(&world.constitution).await.expect("it is there").value.chain.sequence;
    let first = head().await;
    let proofs = |first| key(&world, Workflow::AuditTransparency, About::Events(first));

    forgets.store(true, Ordering::Relaxed);
    world.propose(Action::PolicyAdopt { text_hash: [2; 32], sunset_at: 0 }).await;
    round(&mut crank).await;
    let waiting = instance(&journal, &proofs(first));
    assert_eq!((waiting.step, waiting.finding.as_deref()), (Some(Step::Verify), None), "it may only lag");
    let due_at = waiting.due_at.expect("an hour");
    world.travel_to(due_at - 600).await;
    round(&mut crank).await;
    let words = format!("event {first} is in none of the transactions that the endpoint lists");
    assert_eq!(instance(&journal, &proofs(first)).finding.as_deref(), Some(words.as_str()));
    world.travel_to(due_at + 60).await;
    let given_up = round(&mut crank).await;
    assert_eq!(ended(&given_up), [(Workflow::AuditTransparency, Verdict::Unproved)]);
    let failed = instance(&journal, &proofs(first));
    assert_eq!((failed.state(), failed.finding), (State::Failed, Some(words)));

    // What comes after it can be proved again.
    forgets.store(false, Ordering::Relaxed);
    let second = head().await;
    world.propose(Action::PolicyAdopt { text_hash: [3; 32], sunset_at: 0 }).await;
    // The first proposal is due, which nobody here pays for: while there is work, events are read once a minute.
    world.travel_to(due_at + 121).await;
    round(&mut crank).await;
    assert_eq!(instance(&journal, &proofs(second)).verdict, Some(Verdict::Verified));
    assert_eq!(
        journal.reading(&world.constitution).expect("read").expect("it has begun").proved.sequence,
        head().await
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn emergency_acts_and_guardians_are_held_to_their_deadlines() {
    let world = World::start().await;
    let (wallet, journal) = (world.wallet().await, journal());
    let mut crank = world.crank(&wallet, &journal, terms());
    let here = world.constitution;
    let [ana, ben, _] = &world.people;
    let open = world.client.guardians_open(&here, &ana.pubkey()).await.expect("not open yet");
    world.client.send(&[open], &[ana]).await.expect("it lands");
    let mut members: Vec<[u8; 32]> = world.people.iter().map(|person| person.pubkey().to_bytes()).collect();
    members.sort_unstable();
    let term_seconds = 10 * 86_400;
    let proposal = world.propose(Action::GuardiansAdopt { threshold: 2, term_seconds, members: &members }).await;
    let account = world.client.proposal_at(&proposal).await.expect("it is there").value;
    world.travel_to(account.starts_at).await;
    world.vote(&proposal, Choice::For).await;
    let times = account.timetable().expect("moments");
    for moment in [times.ends_at.0, times.opens_at.0, times.opens_at.0 + 61] {
        world.travel_to(moment).await;
        round(&mut crank).await;
    }
    let guardians = key(&world, Workflow::EmergencyOversight, About::Guardians(1));
    let silent = "0 of 3 guardians were heard of in time, and 2 must approve an act";
    assert_eq!(instance(&journal, &guardians).finding.as_deref(), Some(silent));

    for guardian in [ana, ben] {
        let heartbeat = world.client.guardians_heartbeat(&here, &guardian.pubkey()).await.expect("it is one");
        world.client.send(&[heartbeat], &[guardian]).await.expect("it lands");
    }
    let draft = EmergencyDraft {
        act: Act::Pause(Subsystem::Treasury),
        target: None,
        seconds: 3_600,
        principle_id: 0,
        reason_hash: [1; 32],
        evidence_hash: [2; 32],
    };
    let (id, open) = world.client.emergency_open(&here, &ana.pubkey(), &draft).await.expect("they are armed");
    world.client.send(&[open], &[ana]).await.expect("it lands");
    let approve = world.client.emergency_approve(&here, &ben.pubkey(), id).await.expect("in time");
    world.client.send(&[approve], &[ben]).await.expect("it lands");
    round(&mut crank).await;
    let of_guardians = instance(&journal, &guardians);
    assert_eq!((of_guardians.step, of_guardians.finding), (Some(Step::Renew), None), "two were heard of");
    let act = key(&world, Workflow::EmergencyOversight, About::Emergency(id));
    let ratify_by = world.client.emergency(&here, id).await.expect("it is there").value.ratify_by;
    let active = instance(&journal, &act);
    assert_eq!((active.step, active.due_at), (Some(Step::Ratify), Some(ratify_by)));

    for moment in [ratify_by, ratify_by, ratify_by + 61, ratify_by + 122] {
        world.travel_to(moment).await;
        round(&mut crank).await;
    }
    let lapsed = instance(&journal, &act);
    assert_eq!((lapsed.state(), lapsed.verdict), (State::Failed, Some(Verdict::Lapsed)));
    assert_eq!(timings(&lapsed), [(Step::Approve, OnTime), (Step::Lapse, OnTime), (Step::Close, OnTime)]);

    let due_at = of_guardians.due_at.expect("their term ends");
    world.travel_to(due_at + 1).await;
    round(&mut crank).await;
    let over = instance(&journal, &guardians);
    assert_eq!((over.state(), over.due_at), (State::Overdue, Some(due_at)), "nobody was chosen in time");
}
