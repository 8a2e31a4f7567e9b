//! Subscriptions on a local network, through connections that break as the test tells them to.

mod moved;
mod scripted;

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use quantumagi_rpc::cache::Class;
use quantumagi_rpc::pool::{Cluster, Pool, PoolConfig};
use quantumagi_rpc::reader::{AccountReader, ReadPolicy};
use quantumagi_rpc::solana::{Address, Hash, Signer, TransactionError};
use quantumagi_rpc::subscribe::{LogRecord, Seen, SubscribePolicy, Subscriptions};
use quantumagi_rpc::{Account, Commitment, ConfirmOptions, Filter, Preflight, Result, Rpc};
use serde_json::json;
use tokio::net::TcpListener;

use super::support::{Endpoint, Proxy, Reply, SOL, Way, World, transfer};

/// Longer than any test: what comes before is not from a call at intervals.
const NEVER: Duration = Duration::from_secs(3_600);

/// Calls only at the beginning and where a connection says that it lives.
fn no_calls() -> SubscribePolicy {
    SubscribePolicy::default()
        .with_calls_every(NEVER, NEVER)
        .with_silence(Duration::from_millis(500))
        .with_connect_timeout(Duration::from_millis(500))
        .with_pauses(Duration::from_millis(2), Duration::from_millis(20))
}

fn one(url: &str, websocket: &str) -> PoolConfig {
    let text = format!(
        "[[endpoint]]\nname = \"local\"\nurl = \"{url}\"\nwebsocket_url = \"ws://{websocket}\"\n\
         roles = [\"read\", \"send\", \"websocket\"]\n"
    );
    PoolConfig::parse(&text, |_| None).expect("a configuration")
}

struct Watched {
    world: World,
    proxy: Proxy,
    subscriptions: Subscriptions,
}

impl Watched {
    /// Subscriptions through a proxy, calls past it.
    async fn start(policy: SubscribePolicy) -> Self {
        let world = World::start().await;
        let proxy = Proxy::before(world.network.ws_url().trim_start_matches("ws://")).await;
        let config = one(world.network.rpc_url(), &proxy.host());
        let rpc = Rpc::with_pool(Pool::new(config.clone()), Commitment::Confirmed);
        let subscriptions = Subscriptions::new(&config, rpc, policy);
        Self { world, proxy, subscriptions }
    }

    async fn fund(&self, address: &Address, lamports: u64) {
        self.world.network.fund(address, lamports).await.expect("the network funds a wallet");
    }

    async fn pay(&self, to: &Address, lamports: u64) -> quantumagi_rpc::Confirmed {
        let pay = transfer(&self.world.ana.pubkey(), to, lamports);
        self.world.execute(&[pay], ConfirmOptions::default()).await.expect("the payment lands")
    }
}

type Accounts = BoxStream<'static, Result<Seen<Option<Account>>>>;

/// The next change: its slot, and the balance.
async fn next(accounts: &mut Accounts) -> (u64, Option<u64>) {
    let seen = accounts.next().await.expect("it never ends").expect("nothing that cannot pass");
    (seen.slot, seen.value.map(|account| account.lamports))
}

/// Waits for this balance; every slot on the way is as high as the one before it.
async fn until(accounts: &mut Accounts, last: &mut u64, lamports: u64) {
    loop {
        let (slot, balance) = next(accounts).await;
        assert!(*last <= slot, "slot {slot} after {last}");
        *last = slot;
        if balance == Some(lamports) {
            return;
        }
    }
}

#[tokio::test]
async fn an_account_is_told_now_and_whenever_it_changes() {
    let watched = Watched::start(no_calls()).await;
    let ben = Address::new_unique();
    let mut accounts = watched.subscriptions.account(&ben).boxed();
    let mut last = 0;
    assert_eq!(next(&mut accounts).await.1, None);
    watched.pay(&ben, SOL).await;
    until(&mut accounts, &mut last, SOL).await;
    // Another amount: the same transaction a second time would be none.
    watched.pay(&ben, 2 * SOL).await;
    until(&mut accounts, &mut last, 3 * SOL).await;
}

#[tokio::test]
async fn what_happens_while_the_connection_is_gone_is_told_after_it() {
    let mut watched = Watched::start(no_calls()).await;
    let ben = Address::new_unique();
    let mut accounts = watched.subscriptions.account(&ben).boxed();
    let mut last = 0;
    watched.fund(&ben, SOL).await;
    until(&mut accounts, &mut last, SOL).await;
    watched.proxy.stop().await;
    watched.pay(&ben, 1).await;
    watched.pay(&ben, 2).await;
    watched.proxy.start().await;
    until(&mut accounts, &mut last, SOL + 3).await;
    // The new connection carries on.
    watched.pay(&ben, 3).await;
    until(&mut accounts, &mut last, SOL + 6).await;
}

#[tokio::test]
async fn a_connection_that_falls_silent_is_left_for_a_new_one() {
    let watched = Watched::start(no_calls()).await;
    let ben = Address::new_unique();
    let mut accounts = watched.subscriptions.account(&ben).boxed();
    let mut last = 0;
    watched.fund(&ben, SOL).await;
    until(&mut accounts, &mut last, SOL).await;
    watched.proxy.set(Way::Slow(NEVER));
    watched.pay(&ben, 1).await;
    watched.proxy.set(Way::Open);
    until(&mut accounts, &mut last, SOL + 1).await;
}

#[tokio::test]
async fn a_connection_that_breaks_within_a_message_loses_nothing() {
    let watched = Watched::start(no_calls()).await;
    let ben = Address::new_unique();
    let mut accounts = watched.subscriptions.account(&ben).boxed();
    let mut last = 0;
    watched.fund(&ben, SOL).await;
    until(&mut accounts, &mut last, SOL).await;
    // Behind the handshake, in the middle of an answer.
    watched.proxy.set(Way::Cut(180));
    watched.pay(&ben, 1).await;
    watched.proxy.set(Way::Open);
    until(&mut accounts, &mut last, SOL + 1).await;
    watched.pay(&ben, 2).await;
    until(&mut accounts, &mut last, SOL + 3).await;
}

#[tokio::test]
async fn an_account_is_followed_through_every_kind_of_break() {
    let watched = Watched::start(no_calls()).await;
    let ben = Address::new_unique();
    let mut accounts = watched.subscriptions.account(&ben).boxed();
    let (mut last, mut balance) = (0, SOL);
    watched.pay(&ben, SOL).await;
    let ways = [Way::Slow(NEVER), Way::Cut(180), Way::Reset, Way::Hung, Way::Cut(400), Way::Open];
    for (round, way) in (1..).zip(ways.iter().cycle().take(12)) {
        watched.proxy.set(*way);
        watched.pay(&ben, round).await;
        balance += round;
        watched.proxy.set(Way::Open);
        until(&mut accounts, &mut last, balance).await;
    }
}

#[tokio::test]
async fn without_a_connection_streams_go_on_by_calls() {
    let world = World::start().await;
    let config = one(world.network.rpc_url(), "127.0.0.1:9");
    let rpc = Rpc::with_pool(Pool::new(config.clone()), Commitment::Confirmed);
    let policy = no_calls().with_calls_every(NEVER, Duration::from_millis(20));
    let subscriptions = Subscriptions::new(&config, rpc, policy);
    let ben = Address::new_unique();
    let mut accounts = subscriptions.account(&ben).boxed();
    let mut last = 0;
    assert_eq!(next(&mut accounts).await.1, None);
    world.network.fund(&ben, SOL).await.expect("the network funds a wallet");
    until(&mut accounts, &mut last, SOL).await;
}

#[tokio::test]
async fn an_endpoint_of_another_cluster_is_not_even_connected_to() {
    let world = World::start().await;
    let genesis = world.rpc.genesis_hash().await.expect("a hash");
    let other = Endpoint::start(|method, _, _| match method {
        "getGenesisHash" => Reply::Result(json!(Hash::new_from_array([1; 32]).to_string())),
        _ => Reply::Error { code: -32601, message: "Method not found" },
    })
    .await;
    let foreign = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let text = format!(
        "cluster = \"{}\"\n\
         [[endpoint]]\nname = \"foreign\"\nurl = \"{}\"\nwebsocket_url = \"ws://{}\"\nroles = [\"read\", \"websocket\"]\n\
         [[endpoint]]\nname = \"local\"\nurl = \"{}\"\nwebsocket_url = \"{}\"\n\
         roles = [\"read\", \"send\", \"websocket\"]\n",
        Cluster::with_genesis(genesis).genesis(),
        other.url(),
        foreign.local_addr().expect("an address"),
        world.network.rpc_url(),
        world.network.ws_url(),
    );
    let config = PoolConfig::parse(&text, |_| None).expect("a configuration");
    let rpc = Rpc::with_pool(Pool::new(config.clone()), Commitment::Confirmed);
    let subscriptions = Subscriptions::new(&config, rpc, no_calls());
    let mut slots = subscriptions.slots().take(5).boxed();
    let mut last = 0;
    while let Some(slot) = slots.next().await {
        let slot = slot.expect("a slot");
        assert!(last < slot, "{slot} after {last}");
        last = slot;
    }
    assert!(!other.calls("getGenesisHash").is_empty());
    assert!(futures_util::FutureExt::now_or_never(foreign.accept()).is_none(), "somebody connected");
}

#[tokio::test]
async fn a_programs_accounts_are_told_when_they_come_change_and_go() {
    let mut watched = Watched::start(no_calls()).await;
    let network = &watched.world.network;
    let (program, one, two) = (Address::new_unique(), Address::new_unique(), Address::new_unique());
    let put = async |address: &Address, owner: &Address, data: &[u8]| {
        network.set_account(address, owner, SOL, data).await.expect("the network writes an account");
    };
    put(&one, &program, b"one!").await;
    put(&two, &program, b"left out").await;
    let mut changes = watched.subscriptions.program(&program, &[Filter::DataSize(4)]).boxed();
    let told = async |changes: &mut BoxStream<'static, Result<Seen<_>>>| {
        let seen: Seen<quantumagi_rpc::subscribe::ProgramChange> =
            changes.next().await.expect("it never ends").expect("a change");
        (seen.value.address, seen.value.account.map(|account| account.data))
    };
    assert_eq!(told(&mut changes).await, (one, Some(b"one!".to_vec())));
    watched.proxy.stop().await;
    put(&one, &Address::new_unique(), b"one!").await;
    put(&two, &program, b"two!").await;
    watched.proxy.start().await;
    let mut both = [told(&mut changes).await, told(&mut changes).await];
    both.sort_by_key(|(_, data)| data.is_none());
    assert_eq!(both, [(two, Some(b"two!".to_vec())), (one, None)]);
}

#[tokio::test]
async fn a_transactions_outcome_is_told_once_and_then_the_stream_ends() {
    let watched = Watched::start(no_calls()).await;
    let world = &watched.world;
    let pay = transfer(&world.ana.pubkey(), &Address::new_unique(), SOL);
    let transaction = world.signed(&[pay]).await;
    let outcomes = watched.subscriptions.signature(&transaction.signatures[0]).boxed();
    let height = world.rpc.latest_blockhash().await.expect("a blockhash").last_valid_block_height;
    world.rpc.send_and_confirm(&transaction, height, ConfirmOptions::default(), |_| {}).await.expect("it lands");
    let outcomes: Vec<_> = outcomes.collect().await;
    let [Ok(Seen { value: Ok(()), .. })] = outcomes.as_slice() else { panic!("{outcomes:?}") };

    let broke = transfer(&world.ana.pubkey(), &Address::new_unique(), 10_000 * SOL);
    let transaction = world.signed(&[broke]).await;
    let outcomes = watched.subscriptions.signature(&transaction.signatures[0]).boxed();
    let options = ConfirmOptions::default().with_preflight(Preflight::Skip);
    let failed = world.rpc.send_and_confirm(&transaction, height, options, |_| {}).await.expect_err("too much");
    let outcomes: Vec<_> = outcomes.collect().await;
    let [Ok(Seen { value: Err(error), .. })] = outcomes.as_slice() else { panic!("{outcomes:?}") };
    assert!(matches!(error, TransactionError::InstructionError(0, _)), "{error:?}");
    assert_eq!(failed.transaction_failure().map(|failure| &failure.error), Some(error));
}

#[tokio::test]
async fn logs_come_once_each_also_those_of_a_lost_connection() {
    let mut watched = Watched::start(no_calls()).await;
    let ben = Address::new_unique();
    let before = watched.pay(&ben, SOL).await;
    let mut logs = watched.subscriptions.logs(&ben, None).await.expect("the newest transaction").boxed();
    let mut told = async || -> LogRecord { logs.next().await.expect("it never ends").expect("a record").value };
    let first = watched.pay(&ben, 1).await;
    let record = told().await;
    assert_eq!((record.signature, &record.error), (first.signature, &None));
    assert!(record.logs.expect("lines").iter().any(|line| line.contains("success")));
    watched.proxy.stop().await;
    let missed = [watched.pay(&ben, 2).await.signature, watched.pay(&ben, 3).await.signature];
    watched.proxy.start().await;
    assert_eq!([told().await.signature, told().await.signature], missed);
    let last = watched.pay(&ben, 4).await.signature;
    assert_eq!(told().await.signature, last);
    // From a point on: the same again, and nothing twice.
    let again = watched.subscriptions.logs(&ben, Some(before.signature)).await.expect("a stream").boxed();
    let again: Vec<_> = again.take(4).map(|record| record.expect("a record").value.signature).collect().await;
    assert_eq!(again, [first.signature, missed[0], missed[1], last]);
}

#[tokio::test]
async fn an_account_that_is_followed_is_read_as_it_is_and_nobody_is_asked() {
    let watched = Watched::start(no_calls()).await;
    let ben = Address::new_unique();
    let policy = ReadPolicy::default().with_class(Class::Lasting, NEVER);
    let [ours, other] = [0, 1].map(|_| AccountReader::new(watched.world.rpc.clone(), policy));
    let balance = async |reader: &AccountReader| {
        let read = reader.account_of(&ben, Class::Lasting).await.expect("it is read");
        read.account.map(|account| account.lamports)
    };
    let mut following = ours.follow(&watched.subscriptions, &[ben]);
    following.changed().await;
    assert_eq!((balance(&ours).await, balance(&other).await), (None, None));
    watched.pay(&ben, SOL).await;
    while balance(&ours).await != Some(SOL) {
        following.changed().await;
    }
    assert_eq!(balance(&other).await, None, "it keeps what it read: only a subscription tells");
    drop(following);
    watched.pay(&ben, 2 * SOL).await;
    assert_eq!(balance(&ours).await, Some(SOL), "nobody tells any more");
}
