//! A call over loopback, through a pool of three healthy endpoints and with the bare client.
//!
//! Not criterion's: it measures one after the other, and the machine changes more in between than the two differ. Here they
//! take turns, and what is told is the median of the ratios of neighbours.

use std::time::Duration;

use quantumagi_rpc::pool::Pool;
use quantumagi_rpc::{Commitment, Rpc};
use solana_rpc_client::nonblocking::rpc_client::RpcClient;
use tokio::time::Instant;

use crate::{answering, endpoints, runtime};

/// Turns of each, the first of which only warm up.
const TURNS: usize = 61;
/// Calls of a turn, one after the other.
const CALLS: u32 = 2_000;

const GOAL: f64 = 1.05;

pub(crate) fn measure() {
    let runtime = runtime();
    let mut turns = runtime.block_on(async {
        let urls = answering::listen(3, Duration::ZERO).await;
        let rpc = Rpc::with_pool(Pool::new(endpoints(&urls)), Commitment::Confirmed);
        let bare = RpcClient::new(urls.first().expect("three endpoints").clone());
        let mut turns = Vec::with_capacity(TURNS);
        for turn in 0..TURNS {
            let through_pool = || async { rpc.slot().await.is_ok() };
            let with_bare = || async { bare.get_slot().await.is_ok() };
            // Who begins changes, so that neither always follows the other.
            turns.push(if turn % 2 == 0 {
                let ours = each(through_pool).await;
                (ours, each(with_bare).await)
            } else {
                let peer = each(with_bare).await;
                (each(through_pool).await, peer)
            });
        }
        turns.split_off(1)
    });
    let ratios = quantiles(turns.iter().map(|(ours, peer)| ours / peer).collect());
    let (ours, peer) = turns.drain(..).unzip();
    let ([_, ours, _], [_, peer, _], [low, ratio, high]) = (quantiles(ours), quantiles(peer), ratios);
    let verdict = if ratio <= GOAL { "met" } else { "missed" };
    println!(
        "healthy call: pool of three {ours:.0} ns, solana-rpc-client {peer:.0} ns, median ratio of {} turns {ratio:.3}, half \
         of them between {low:.3} and {high:.3} (goal {GOAL}, {verdict})",
        TURNS - 1
    );
}

/// What a call takes, in nanoseconds.
async fn each<F: Future<Output = bool>>(ask: impl Fn() -> F) -> f64 {
    let began = Instant::now();
    for _ in 0..CALLS {
        assert!(ask().await, "every endpoint answers");
    }
    began.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS)
}

/// The first quartile, the median and the third.
fn quantiles(mut all: Vec<f64>) -> [f64; 3] {
    all.sort_by(f64::total_cmp);
    [1, 2, 3].map(|quarter| *all.get(all.len() * quarter / 4).expect("there are turns"))
}
