//! What a crank costs while nothing is due, a single look that does everything, and a stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use quantumagi_crank::duty::DutyKey;
use quantumagi_crank::journal::{Ending, Fate};
use quantumagi_crank::rank::before;
use quantumagi_crank::workflow::{Transition, Verdict};
use quantumagi_crank::{Crank, Kind, Subject, Terms};
use quantumagi_interface::Address;
use quantumagi_rpc::pool::{Cluster, Endpoint, EndpointUrl, Fault, Http, Pool, PoolConfig, Post, Reply, Transport};
use quantumagi_rpc::solana::{Keypair, Signer};
use quantumagi_rpc::{Commitment, Rpc};
use quantumagi_rules::action::Action;
use quantumagi_sdk::Quantumagi;
use tokio::sync::watch;

use super::support::{Crowd, End, World, journal, round, start_network, terms, told};

/// Counts the requests that it carries.
struct Counting {
    http: Http,
    posts: Arc<AtomicUsize>,
}

#[async_trait]
impl Transport for Counting {
    async fn post(&self, to: &Endpoint, post: Post<'_>) -> Result<Reply, Fault> {
        self.posts.fetch_add(1, Ordering::Relaxed);
        self.http.post(to, post).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_hour_with_a_hundred_open_proposals_takes_fewer_than_300_calls() {
    let network = start_network().await;
    let client = Quantumagi::new(Rpc::new(network.rpc_url(), Commitment::Confirmed));
    let mut crowd = Crowd::found(&network, &client, 101).await;
    crowd.propose(100, 0, &[|| End::Defeated]).await;

    let posts = Arc::new(AtomicUsize::new(0));
    let cluster = Cluster::with_genesis(client.rpc().genesis_hash().await.expect("the first block"));
    let url = EndpointUrl::http(network.rpc_url()).expect("an address");
    let config = PoolConfig::of(cluster, vec![Endpoint::new("local".parse().expect("a label"), url)]);
    let pool = Pool::with_transport(config, Counting { http: Http::new(), posts: Arc::clone(&posts) });
    let counted = Quantumagi::new(Rpc::with_pool(pool, Commitment::Confirmed));
    let key = Arc::new(Keypair::new());
    let mut crank = Crank::new(counted, key, &[crowd.constitution], Terms::default(), journal());

    let first = round(&mut crank).await;
    assert!(first.is_clear() && first.due.is_empty(), "{first:?}");
    let before = posts.load(Ordering::Relaxed);
    let second = round(&mut crank).await;
    assert!(second.is_clear(), "{second:?}");
    let calls = posts.load(Ordering::Relaxed) - before;
    let now = second.clock.expect("it was told").unix_timestamp;
    assert!(second.next_moment.is_some_and(|moment| now + 60 < moment.0), "the votes end later: {second:?}");
    assert_eq!((second.again_in, Terms::default().look_every), (None, Duration::from_secs(60)));
    println!("{calls} calls a round, {} an hour", calls * 60);
    assert!(0 < calls && calls * 60 < 300, "{calls} calls a round");

    // A new event costs a call for what decides besides, two for the list, and one for each new transaction.
    crowd.propose(1, 0, &[|| End::Defeated]).await;
    let before = posts.load(Ordering::Relaxed);
    let third = round(&mut crank).await;
    let more = posts.load(Ordering::Relaxed) - before - calls;
    assert!(third.workflows.changes.iter().any(|(_, change)| *change == Transition::Ended(Verdict::Verified)));
    println!("{more} more calls for a new proposal");
    // And the survey asks once more for what is new.
    assert!(more <= 1 + 2 + 1 + 1, "{more} more calls for a new proposal");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_look_does_what_is_due_and_what_that_makes_due() {
    let world = World::start().await;
    let key = world.wallet().await;
    let proposal = world.propose(Action::PrincipleRetire { principle_id: 0, version: 1 }).await;
    let account = world.client.proposal_at(&proposal).await.expect("it is there").value;
    world.travel_to(account.ends_at).await;
    // It waits for no other crank, not even for one that goes before it.
    let subject = Subject::Proposal(0);
    let finalize = DutyKey { constitution: world.constitution, kind: Kind::ProposalFinalize, subject };
    let goes_before = |peer: &Address| before(&finalize, &key.pubkey(), &[*peer]) == [*peer];
    let other = (0..=255).map(|byte| Address::new_from_array([byte; 32])).find(goes_before).expect("half of them do");
    let patient = Terms { rank_delay: Duration::from_secs(3_600), ..terms() };
    let mut crank = world.crank(&key, &journal(), patient).beside(&[other]);
    assert_eq!(round(&mut crank).await.outcomes, [], "its turn may come in an hour");
    let (_keep, stop) = watch::channel(false);
    let all = crank.once(&stop).await.expect("the journal takes it");
    assert_eq!(told(&all), [("proposal_close", "done"), ("proposal_finalize", "done")]);
    assert!(all.is_clear() && all.due.is_empty(), "{all:?}");
}

/// An endpoint that takes transactions, and never answers what has become of them.
struct Silent {
    http: Http,
    is_asked: watch::Sender<bool>,
}

#[async_trait]
impl Transport for Silent {
    async fn post(&self, to: &Endpoint, post: Post<'_>) -> Result<Reply, Fault> {
        if post.body.contains("getSignatureStatuses") {
            self.is_asked.send_replace(true);
            std::future::pending::<()>().await;
        }
        self.http.post(to, post).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_waits_no_longer_than_its_grace_and_the_next_start_finds_what_was_open() {
    let world = World::start().await;
    let (key, journal) = (world.wallet().await, journal());
    let proposal = world.propose(Action::PrincipleRetire { principle_id: 0, version: 1 }).await;
    let account = world.client.proposal_at(&proposal).await.expect("it is there").value;
    world.travel_to(account.ends_at).await;

    let (is_asked, mut asked) = watch::channel(false);
    let url = EndpointUrl::http(world.network.rpc_url()).expect("an address");
    let config = PoolConfig::of_one(Endpoint::new("local".parse().expect("a label"), url));
    let pool = Pool::with_transport(config, Silent { http: Http::new(), is_asked });
    let client = Quantumagi::new(Rpc::with_pool(pool, Commitment::Confirmed));
    let brief = Terms { grace: Duration::from_millis(200), ..terms() };
    let mut crank = Crank::new(client, Arc::clone(&key), &[world.constitution], brief, Arc::clone(&journal));
    let (stop, told_to) = watch::channel(false);
    let running = tokio::spawn(async move { crank.run(&told_to).await });
    asked.wait_for(|asked| *asked).await.expect("it sends and asks");
    stop.send_replace(true);
    running.await.expect("it stops");
    let [open] = <[_; 1]>::try_from(journal.flights().expect("read")).expect("one is under way");

    // Whether it has landed by then or lands later: nothing else is signed for it.
    let mut next = world.crank(&key, &journal, terms());
    let mut ended = Vec::new();
    while ended.is_empty() {
        ended = round(&mut next).await.ended;
    }
    assert_eq!(ended[0].flight, open.flight);
    let attempts = journal.attempts(&open.key).expect("read");
    assert_eq!(attempts, ended, "one transaction, and its end is known");
    assert!(matches!(attempts[0].fate, Fate::Ended(Ending::Landed { .. })), "{attempts:?}");
}
