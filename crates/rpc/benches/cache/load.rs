//! A hundred clients without pauses on 10,000 accounts, the n-th of which is asked for 1/n as often as the first; one
//! step in twenty is a write, which takes a call. Ten seconds to warm up, sixty measured.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use quantumagi_rpc::Rpc;
use quantumagi_rpc::cache::Class;
use quantumagi_rpc::reader::{AccountAt, AccountReader, ReadPolicy};
use tokio::runtime::Runtime;

use crate::node::{Node, account, address};

const CLIENTS: u64 = 100;
const ACCOUNTS: usize = 10_000;
const WRITES_IN_A_HUNDRED: u64 = 5;
const WARM_UP: Duration = Duration::from_secs(10);
const MEASURED: Duration = Duration::from_secs(60);

/// How the clients read, and what the cache learns of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Uncached,
    /// Answers for a second; a write is noted with its slot.
    LiveNoted,
    /// Answers for a minute; a write is noted with its slot.
    SettledNoted,
    /// Answers for a minute; a subscription tells the account that was written.
    SettledTold,
}

struct Run {
    way: Way,
    node: Node,
    rpc: Rpc,
    reader: AccountReader,
    shares: Vec<f64>,
    reads: AtomicU64,
    is_over: AtomicBool,
}

pub(crate) fn run() {
    let mut uncached = 0.0;
    for way in [Way::Uncached, Way::LiveNoted, Way::SettledNoted, Way::SettledTold] {
        // A runtime of its own, so that nothing of one run is left in the next.
        let (reads, accounts) = Runtime::new().expect("a runtime starts").block_on(measure(way));
        #[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
        let (reads, accounts) = (reads as f64, accounts as f64);
        let a_second = reads / MEASURED.as_secs_f64();
        if way == Way::Uncached {
            uncached = a_second;
        }
        let hits = 100.0 * (1.0 - accounts / reads);
        println!(
            "load: {way:?}: {a_second:.0} reads/s, {:.2} times uncached, {hits:.2} % without a question",
            a_second / uncached
        );
    }
}

async fn measure(way: Way) -> (u64, u64) {
    let node = Node::default();
    let rpc = node.rpc();
    let reader = AccountReader::new(rpc.clone(), ReadPolicy::default());
    let (reads, is_over) = (AtomicU64::new(0), AtomicBool::new(false));
    let run = Arc::new(Run { way, node, rpc, reader, shares: shares(), reads, is_over });
    let clients: Vec<_> = (1..=CLIENTS).map(|seed| tokio::spawn(client(Arc::clone(&run), seed))).collect();
    tokio::time::sleep(WARM_UP).await;
    let before = run.so_far();
    let began = Instant::now();
    tokio::time::sleep(MEASURED).await;
    let after = run.so_far();
    let over = began.elapsed().saturating_sub(MEASURED);
    assert!(over < MEASURED / 100, "the machine is too busy to measure: {over:?} late");
    run.is_over.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.expect("no client panics");
    }
    (after.0 - before.0, after.1 - before.1)
}

impl Run {
    fn so_far(&self) -> (u64, u64) {
        (self.reads.load(Ordering::Relaxed), self.node.accounts())
    }

    fn class(&self) -> Class {
        if self.way == Way::LiveNoted { Class::Live } else { Class::Settled }
    }
}

/// For each account the chance of it or one before it.
fn shares() -> Vec<f64> {
    let weights = (1..=ACCOUNTS).map(|rank| {
        #[allow(clippy::cast_precision_loss, reason = "at most 10,000")]
        let rank = rank as f64;
        1.0 / rank
    });
    let sums = weights.scan(0.0, |sum, weight| {
        *sum += weight;
        Some(*sum)
    });
    let sums: Vec<f64> = sums.collect();
    let whole = sums[ACCOUNTS - 1];
    sums.into_iter().map(|sum| sum / whole).collect()
}

async fn client(run: Arc<Run>, seed: u64) {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut throw = || {
        // Xorshift64 (Marsaglia 2003).
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    while !run.is_over.load(Ordering::Relaxed) {
        #[allow(clippy::cast_precision_loss, reason = "53 bits")]
        let chance = (throw() >> 11) as f64 / (1_u64 << 53) as f64;
        let rank = run.shares.partition_point(|share| *share < chance).min(ACCOUNTS - 1);
        let address = address(rank as u64);
        if throw() % 100 < WRITES_IN_A_HUNDRED {
            // A call and what it takes, in place of a transaction.
            run.rpc.slot().await.expect("the cluster answers");
            let slot = run.node.slot();
            match run.way {
                Way::Uncached => {}
                Way::LiveNoted | Way::SettledNoted => run.reader.note(&address, slot),
                Way::SettledTold => {
                    run.reader.tell(&address, AccountAt { account: Some(Arc::new(account(slot, 165))), slot }).await;
                }
            }
            continue;
        }
        if run.way == Way::Uncached {
            run.rpc.account(&address).await.expect("the cluster answers");
        } else {
            run.reader.account_of(&address, run.class()).await.expect("the cluster answers");
        }
        run.reads.fetch_add(1, Ordering::Relaxed);
        // A client that always finds its answer in memory would never let the others on.
        tokio::task::consume_budget().await;
    }
}
