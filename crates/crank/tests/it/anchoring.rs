//! Checkpoints: how often, by whom, of what, and never of a history that does not verify.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use quantumagi_crank::journal::LetterState;
use quantumagi_crank::{Crank, Journal, Outcome, Stage, Terms};
use quantumagi_rpc::pool::{Endpoint, EndpointUrl, Fault, Http, Pool, PoolConfig, Post, Reply, Transport};
use quantumagi_rpc::solana::{AccountMeta, Instruction, Keypair, Signer, ids};
use quantumagi_rpc::{Commitment, Rpc};
use quantumagi_rules::action::Action;
use quantumagi_sdk::Quantumagi;
use quantumagi_sdk::checkpoint::{Agreement, Anchored, Known, ProvedChain, prove};
use serde_json::Value;

use super::killed::killed_at;
use super::support::{World, journal, round, terms, told};

const HOUR: i64 = 3_600;

fn hourly() -> Terms {
    Terms { checkpoint_every_seconds: Some(3_600), ..terms() }
}

/// What the endpoint does to the transactions that it tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Telling {
    Honest,
    /// The last event of the constitution has another hash in it.
    Altered,
    /// It has no log line.
    Hidden,
    /// The newest transactions are left out of the list.
    Left(usize),
}

/// An endpoint that may lie, and counts the transactions that it is asked for.
struct Liar {
    http: Http,
    telling: Arc<Mutex<Telling>>,
    asked: Arc<AtomicUsize>,
}

#[async_trait]
impl Transport for Liar {
    async fn post(&self, to: &Endpoint, post: Post<'_>) -> Result<Reply, Fault> {
        let body: Value = serde_json::from_str(post.body).expect("JSON");
        let telling = *self.telling.lock().expect("nobody panics");
        let reply = self.http.post(to, post).await?;
        let mut answer: Value = serde_json::from_slice(&reply.body).expect("JSON");
        match (body["method"].as_str(), telling) {
            (Some("getTransaction"), _) => {
                self.asked.fetch_add(1, Ordering::Relaxed);
                let lines = answer["result"]["meta"]["logMessages"].as_array_mut();
                lines.into_iter().for_each(|lines| alter(lines, telling));
            }
            (Some("getSignaturesForAddress"), Telling::Left(newest)) => {
                let list = answer["result"].as_array_mut().expect("a list");
                // Only the first page has the newest.
                let is_first = body["params"][1]["before"].is_null();
                drop(list.drain(..if is_first { newest.min(list.len()) } else { 0 }));
            }
            _ => return Ok(reply),
        }
        Ok(Reply { body: answer.to_string().into_bytes(), ..reply })
    }
}

fn alter(lines: &mut Vec<Value>, telling: Telling) {
    let is_data = |line: &Value| line.as_str().is_some_and(|line| line.starts_with("Program data: "));
    match telling {
        Telling::Honest | Telling::Left(_) => {}
        Telling::Hidden => lines.retain(|line| !is_data(line)),
        Telling::Altered => {
            for line in lines.iter_mut().filter(|line| is_data(line)) {
                let data = line.as_str().expect("text").trim_start_matches("Program data: ");
                let mut bytes = STANDARD.decode(data).expect("base64");
                *bytes.last_mut().expect("an event") ^= 1;
                *line = format!("Program data: {}", STANDARD.encode(bytes)).into();
            }
        }
    }
}

struct Told {
    client: Quantumagi,
    telling: Arc<Mutex<Telling>>,
    asked: Arc<AtomicUsize>,
}

impl Told {
    fn by(world: &World) -> Self {
        let (telling, asked) = (Arc::new(Mutex::new(Telling::Honest)), Arc::new(AtomicUsize::new(0)));
        let url = EndpointUrl::http(world.network.rpc_url()).expect("an address");
        let config = PoolConfig::of_one(Endpoint::new("local".parse().expect("a label"), url));
        let liar = Liar { http: Http::new(), telling: Arc::clone(&telling), asked: Arc::clone(&asked) };
        let rpc = Rpc::with_pool(Pool::with_transport(config, liar), Commitment::Confirmed);
        Self { client: Quantumagi::new(rpc), telling, asked }
    }

    fn tell(&self, telling: Telling) {
        *self.telling.lock().expect("nobody panics") = telling;
    }

    fn crank(&self, world: &World, key: &Arc<Keypair>, journal: &Arc<Journal>) -> Crank {
        Crank::new(self.client.clone(), Arc::clone(key), &[world.constitution], hourly(), Arc::clone(journal))
    }

    /// Transactions that were asked for since the last time.
    fn asked(&self) -> usize {
        self.asked.swap(0, Ordering::Relaxed)
    }
}

async fn proved(world: &World) -> ProvedChain {
    prove(world.client.rpc(), &world.constitution, Known::NOTHING).await.expect("it is proved")
}

/// All checkpoints on chain, each compared with the history.
async fn checkpoints(world: &World) -> Vec<Anchored> {
    let chain = proved(world).await;
    for anchored in &chain.anchored {
        assert_eq!(chain.agreement(anchored), Agreement::Agrees, "{anchored:?}");
    }
    chain.anchored
}

async fn later(world: &World, seconds: i64) {
    let now = world.client.now().await.expect("the chain's clock").0;
    world.travel_to(now + seconds).await;
}

/// Something for the constitution's chain to tell: one event. Nobody votes on it, and it ends an hour later.
async fn event(world: &World) {
    world.propose(Action::PolicyAdopt { text_hash: [2; 32], sunset_at: 0 }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn o5_a_checkpoint_is_anchored_once_an_interval_where_something_has_happened() {
    let (world, journal) = (World::start().await, journal());
    let (key, told_by) = (world.wallet().await, Told::by(&world));
    assert!(round(&mut world.crank(&key, &journal, terms())).await.due.is_empty(), "nobody has asked for any");
    assert_eq!(checkpoints(&world).await, []);

    let mut crank = told_by.crank(&world, &key, &journal);
    let before = world.balance(&key.pubkey()).await;
    let first = round(&mut crank).await;
    assert_eq!(told(&first), [("checkpoint_anchor", "done")]);
    let cost = first.outcomes[0].1.cost();
    assert_eq!((cost.rent_lamports, before - world.balance(&key.pubkey()).await), (0, cost.fee_lamports));
    let head = proved(&world).await.known.head;
    let [anchored] = <[Anchored; 1]>::try_from(checkpoints(&world).await).expect("one");
    assert_eq!((anchored.by, anchored.checkpoint.head), (key.pubkey(), head));
    assert!(anchored.checkpoint.slot <= anchored.slot);
    assert!(told_by.asked() >= 5, "the whole history was read");

    later(&world, 2 * HOUR).await;
    assert!(round(&mut crank).await.due.is_empty(), "nothing has happened");
    event(&world).await;
    assert_eq!(told_by.asked(), 0, "idle, it reads nothing");
    let second = round(&mut crank).await;
    assert_eq!(told(&second), [("checkpoint_anchor", "done")]);
    // The proposal, and the checkpoint before it, which comes after the last event that was known.
    assert_eq!(told_by.asked(), 2, "only what is new");
    later(&world, HOUR - 120).await;
    event(&world).await;
    let early = round(&mut crank).await;
    assert!(early.due.is_empty(), "{early:?}");
    let clock = early.clock.expect("it was read").unix_timestamp;
    assert!(early.next_moment.is_some_and(|moment| (100..=130).contains(&(moment.0 - clock))), "{early:?}");
    later(&world, 180).await;
    // A new start goes on from the journal.
    assert_eq!(told(&round(&mut told_by.crank(&world, &key, &journal)).await)[0], ("checkpoint_anchor", "done"));
    let all = checkpoints(&world).await;
    let sequences: Vec<u64> = all.iter().map(|it| it.checkpoint.head.sequence).collect();
    assert_eq!(sequences, [head.sequence, head.sequence + 2, head.sequence + 3], "the first proposal is two events");
    world.check_proved().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_history_is_proved_in_several_attempts_that_outlive_a_restart() {
    let (world, journal) = (World::start().await, journal());
    let (key, told_by) = (world.wallet().await, Told::by(&world));
    // Whoever mentions the constitution holds nobody up.
    let mention = Instruction {
        program_id: ids::system_program::ID,
        accounts: vec![
            AccountMeta::new(key.pubkey(), true),
            AccountMeta::new(key.pubkey(), true),
            AccountMeta::new_readonly(world.constitution, false),
        ],
        data: vec![2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    };
    for _ in 0..5 {
        world.client.send(std::slice::from_ref(&mention), &[&*key]).await.expect("a transfer of nothing lands");
    }
    event(&world).await;
    let transactions = world.check_proved().await.history.succeeded;
    let small = Terms { history_step: 2, ..hourly() };
    let mut attempts = 0;
    loop {
        let client = told_by.client.clone();
        let mut crank = Crank::new(client, Arc::clone(&key), &[world.constitution], small, Arc::clone(&journal));
        let looked = round(&mut crank).await;
        let asked = told_by.asked();
        assert!(asked <= 2, "{asked} at one time");
        attempts += 1;
        match told(&looked).as_slice() {
            [("checkpoint_anchor", "unreachable")] => {}
            [("checkpoint_anchor", "done")] => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(attempts, transactions.div_ceil(2), "for {transactions}");
    assert_eq!(checkpoints(&world).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peers_checkpoint_is_enough_a_strangers_is_not_and_a_lost_journal_costs_none() {
    let world = World::start().await;
    let [one, two, three] = [world.wallet().await, world.wallet().await, world.wallet().await];
    let named = [one.pubkey(), two.pubkey()];
    let crank = |key, journal| world.crank(key, journal, Terms { rank_delay: std::time::Duration::ZERO, ..hourly() });
    let (ours, theirs) = (journal(), journal());
    let mut first = crank(&one, &ours).beside(&named);
    assert_eq!(told(&round(&mut first).await), [("checkpoint_anchor", "done")]);
    let before = world.balance(&two.pubkey()).await;
    let mut peer = crank(&two, &theirs).beside(&named);
    assert_eq!(told(&round(&mut peer).await), [("checkpoint_anchor", "overtaken")]);
    assert!(round(&mut peer).await.due.is_empty(), "it knows now");
    assert_eq!(world.balance(&two.pubkey()).await, before, "for nothing");
    let lost = journal();
    assert_eq!(told(&round(&mut crank(&one, &lost)).await), [("checkpoint_anchor", "overtaken")]);
    assert_eq!(checkpoints(&world).await.len(), 1);
    let strangers = journal();
    assert_eq!(told(&round(&mut crank(&three, &strangers)).await), [("checkpoint_anchor", "done")]);
    assert_eq!(checkpoints(&world).await.len(), 2, "a stranger's word is nobody's but its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_that_does_not_verify_is_never_anchored() {
    let world = World::start().await;
    let key = world.wallet().await;
    for telling in [Telling::Altered, Telling::Left(1)] {
        let (journal, told_by) = (journal(), Told::by(&world));
        let mut crank = told_by.crank(&world, &key, &journal);
        told_by.tell(telling);
        let refused = round(&mut crank).await;
        let [(duty, Outcome::Refused { reason, cost })] = refused.outcomes.as_slice() else { panic!("{refused:?}") };
        assert_eq!(cost.fee_lamports, 0);
        let words = format!("the history of {} does not verify: ", world.constitution);
        assert!(reason.starts_with(&words), "{telling:?}: {reason}");
        let unproved = journal.unproved().expect("read");
        assert_eq!(unproved, [(world.constitution.to_string(), reason.clone())]);
        assert_eq!(checkpoints(&world).await, [], "{telling:?}");
        assert_eq!(journal.attempts_since(0).expect("read"), [], "nothing was signed");
        let letter = journal.letter(&duty.key().to_string()).expect("read").expect("there is one");
        assert_eq!((letter.tries, letter.state), (1, LetterState::Waiting));
    }

    // What the log hides the instructions tell.
    let (journal, told_by) = (journal(), Told::by(&world));
    told_by.tell(Telling::Hidden);
    let mut crank = told_by.crank(&world, &key, &journal);
    assert_eq!(told(&round(&mut crank).await), [("checkpoint_anchor", "done")]);
    assert_eq!(checkpoints(&world).await.len(), 1);

    // A lie about what came since is found, too, and told until it ends.
    later(&world, HOUR + 60).await;
    event(&world).await;
    told_by.tell(Telling::Altered);
    let refused = round(&mut crank).await;
    assert_eq!(told(&refused), [("checkpoint_anchor", "refused")]);
    assert_eq!((checkpoints(&world).await.len(), journal.unproved().expect("read").len()), (1, 1));
    told_by.tell(Telling::Honest);
    let key = refused.outcomes[0].0.key().to_string();
    assert!(journal.set_letter(&key, LetterState::Replayed).expect("written"));
    assert_eq!(told(&round(&mut crank).await), [("checkpoint_anchor", "done")]);
    assert_eq!((checkpoints(&world).await.len(), journal.unproved().expect("read").len()), (2, 0));
    assert_eq!(round(&mut crank).await.settled, [key]);
}

#[tokio::test(flavor = "multi_thread")]
async fn o5_a_crank_that_is_killed_at_any_stage_anchors_once_an_interval() {
    let (world, journal) = (World::start().await, journal());
    let key = world.wallet().await;
    let start = || world.crank(&key, &journal, hourly());
    for (killed, stage) in (1..).zip(Stage::ALL) {
        let died = killed_at(start, stage).await;
        assert!(died || stage == Stage::Landed, "nobody died at {stage:?}");
        let mut crank = start();
        // What was sent before the death is looked up; what is open then is looked up again.
        while !round(&mut crank).await.due.is_empty() {}
        assert_eq!(journal.flights().expect("read"), [], "every transaction's fate is known");
        assert_eq!(checkpoints(&world).await.len(), killed, "{stage:?}");
        // A block's own time may be some seconds after that of its signing.
        later(&world, HOUR + 60).await;
        event(&world).await;
    }
}
