//! Five cranks over many due actions: each proposal has an end to write down and a close, so `QUANTUMAGI_FULL=1` makes a
//! thousand of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use quantumagi_crank::{Attempted, Cost, Crank, Habits, Journal, Observer, Round, Terms};
use quantumagi_interface::Address;
use quantumagi_rpc::solana::{Keypair, Signer};
use quantumagi_rpc::{Commitment, HistoryRange, Rpc};
use quantumagi_sdk::Quantumagi;
use quantumagi_sdk::verify::{Ledger, verify};
use tokio::sync::watch;

use super::support::{Crowd, End, SOL, is_full, journal, start_network};

const CRANKS: usize = 5;

/// Ranks as they are by default, at the pace of the local network's slots.
fn terms() -> Terms {
    let habits = Habits { close_after: 0 };
    let max_cost_per_day = Cost { fee_lamports: SOL, rent_lamports: SOL };
    Terms { habits, max_cost_per_day, rank_delay: Terms::default().rank_delay / 4, ..Terms::default() }
}

/// Counts what one crank does, and says when it sees nothing left.
struct Tally {
    done: AtomicUsize,
    idle: watch::Sender<bool>,
}

impl Observer for Tally {
    fn attempted(&self, attempt: &Attempted) {
        let Attempted { duty, outcome, .. } = attempt;
        assert!(matches!(outcome.name(), "done" | "overtaken"), "{duty}: {outcome:?}");
        self.done.fetch_add(usize::from(outcome.name() == "done"), Ordering::Relaxed);
    }

    fn round(&self, round: &Round) {
        assert!(round.clock.is_some() && round.unread.is_empty(), "{round:?}");
        self.idle.send_replace(round.due.is_empty());
    }
}

/// Runs until it sees nothing left; how often it did something.
async fn until_nothing_is_due(crank: Crank) -> usize {
    let (idle, mut is_idle) = watch::channel(false);
    let tally = Arc::new(Tally { done: AtomicUsize::new(0), idle });
    let mut crank = crank.observed_by(Arc::clone(&tally) as Arc<dyn Observer>);
    let (stop, told) = watch::channel(false);
    let running = tokio::spawn(async move { crank.run(&told).await });
    is_idle.wait_for(|is_idle| *is_idle).await.expect("it runs");
    stop.send_replace(true);
    running.await.expect("it stops when told to");
    tally.done.load(Ordering::Relaxed)
}

/// Whether the cranks know of each other from the start.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Acquaintance {
    Peers,
    Strangers,
}

/// Lets five cranks race over so many ended proposals; the transactions in blocks, and how many of them were wasted.
async fn race(count: usize, acquaintance: Acquaintance) -> (u64, u64) {
    let network = start_network().await;
    let client = Quantumagi::new(Rpc::new(network.rpc_url(), Commitment::Confirmed));
    let mut crowd = Crowd::found(&network, &client, count).await;
    crowd.propose(count, 0, &[|| End::Defeated]).await;
    let last = client.proposal_at(&crowd.motions[count - 1].proposal).await.expect("it is there").value;
    network.travel_to(last.ends_at).await.expect("the clock moves");

    let began = Instant::now();
    let keys: Vec<Arc<Keypair>> = (0..CRANKS).map(|_| Arc::new(Keypair::new())).collect();
    let addresses: Vec<Address> = keys.iter().map(|key| key.pubkey()).collect();
    let mut wallets: Vec<(Address, Arc<Journal>)> = Vec::new();
    let mut racing = tokio::task::JoinSet::new();
    for key in keys {
        network.fund(&key.pubkey(), SOL).await.expect("the network funds a wallet");
        let journal = journal();
        wallets.push((key.pubkey(), Arc::clone(&journal)));
        let crank = Crank::new(client.clone(), key, &[crowd.constitution], terms(), journal);
        racing.spawn(until_nothing_is_due(match acquaintance {
            Acquaintance::Peers => crank.beside(&addresses),
            Acquaintance::Strangers => crank,
        }));
    }
    let done: Vec<usize> = racing.join_all().await;
    let took = began.elapsed();
    assert_eq!(done.iter().sum::<usize>(), 2 * count, "each finalized and closed by one of them: {done:?}");
    crowd.check_ended().await;
    let ledger = Ledger::fetch(client.rpc(), &crowd.constitution).await.expect("the history");
    assert!(verify(&ledger).is_proved());

    // What the wallets really paid, failures included, is what the journals say.
    let (mut landed, mut wasted) = (0, 0);
    for (wallet, journal) in &wallets {
        let history = client.rpc().signatures_for(wallet, HistoryRange::default()).await.expect("the history");
        let spending = journal.spending_since(0).expect("read");
        let spent = spending.iter().fold(Cost::default(), |sum, day| sum.plus(day.cost));
        assert_eq!(client.rpc().balance(wallet).await.expect("a balance"), SOL - spent.fee_lamports);
        let failed = u64::try_from(history.iter().filter(|record| record.error.is_some()).count()).expect("few");
        assert_eq!(failed, spending.iter().map(|day| day.failed).sum::<u64>());
        landed += spending.iter().map(|day| day.transactions).sum::<u64>();
        wasted += failed;
    }
    println!("{done:?} of {} in {took:?}; {landed} transactions in blocks, {wasted} of them wasted", 2 * count);
    assert_eq!(landed, u64::try_from(2 * count).expect("few") + wasted);
    (landed, wasted)
}

#[tokio::test(flavor = "multi_thread")]
async fn o5_five_cranks_racing_do_everything_once_and_waste_next_to_nothing() {
    let (landed, wasted) = race(if is_full() { 500 } else { 60 }, Acquaintance::Peers).await;
    assert!(wasted * 50 <= landed, "more than 2 % of {landed} transactions were wasted: {wasted}");
}

#[tokio::test(flavor = "multi_thread")]
async fn o5_five_cranks_that_know_nothing_of_each_other_do_everything_once() {
    race(if is_full() { 200 } else { 20 }, Acquaintance::Strangers).await;
}
