//! One slow endpoint of eight: what 99 of 100 calls stay below, through a pool and in turn.
//!
//! Not criterion's: a median says nothing of the slow ones.

use std::time::Duration;

use futures_util::future::join_all;
use quantumagi_rpc::pool::Pool;
use quantumagi_rpc::{Commitment, Rpc};
use solana_rpc_client::nonblocking::rpc_client::RpcClient;
use tokio::time::Instant;

use crate::{answering, endpoints, report, runtime};

const CALLS: u32 = 4_000;
/// Between two calls, which do not wait for each other.
const EVERY: Duration = Duration::from_millis(1);

const USUAL: Duration = Duration::from_millis(5);
const SLOW: Duration = Duration::from_millis(500);

const GOAL: f64 = 0.15;

pub(crate) fn measure() {
    let runtime = runtime();
    let (through_pool, in_turn) = runtime.block_on(async {
        let mut urls = answering::listen(7, USUAL).await;
        urls.extend(answering::listen(1, SLOW).await);
        let rpc = Rpc::with_pool(Pool::new(endpoints(&urls)), Commitment::Confirmed);
        let through_pool = p99(|_| async { rpc.slot().await.is_ok() }).await;
        let clients: Vec<RpcClient> = urls.iter().map(|url| RpcClient::new(url.clone())).collect();
        let in_turn = p99(|call| {
            let client = clients.get(call % clients.len()).expect("less than their number");
            async move { client.get_slot().await.is_ok() }
        });
        (through_pool, in_turn.await)
    });
    report("p99 with one slow endpoint of eight", ("pool", through_pool), ("round robin", in_turn), GOAL);
}

/// What 99 of 100 calls stay below, in nanoseconds.
async fn p99<F: Future<Output = bool>>(ask: impl Fn(usize) -> F) -> f64 {
    let start = Instant::now();
    let calls = (0..CALLS).map(|call| {
        let answer = &ask;
        async move {
            tokio::time::sleep_until(start + EVERY * call).await;
            let began = Instant::now();
            assert!(answer(call as usize).await, "every endpoint answers");
            began.elapsed()
        }
    });
    let mut latencies = join_all(calls).await;
    latencies.sort_unstable();
    let p99 = latencies.get(latencies.len() * 99 / 100).expect("there are calls");
    p99.as_secs_f64() * 1e9
}
