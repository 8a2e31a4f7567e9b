//! A round of probes beside the same hundred questions asked at once and nothing more.

use std::time::Duration;

use criterion::Criterion;
use futures_util::future::{join, join_all};
use quantumagi_rpc::Commitment;
use quantumagi_rpc::pool::Pool;
use solana_rpc_client::nonblocking::rpc_client::RpcClient;

use crate::{Pair, answering, endpoints, runtime};

/// How long an endpoint takes: as one in the next town.
const LATENCY: Duration = Duration::from_millis(20);

/// Two pools of fifty: a pool has at most 64.
const PER_POOL: usize = 50;

pub(crate) fn bench(criterion: &mut Criterion, pair: &Pair) {
    let runtime = runtime();
    let mut group = criterion.benchmark_group(pair.group);
    group.measurement_time(Duration::from_secs(8));
    let urls = runtime.block_on(answering::listen(2 * PER_POOL, LATENCY));
    let pool = |urls: &[String]| {
        let mut config = endpoints(urls);
        // Each third round asks for the cluster as well, which the peer does not.
        config.cluster = None;
        config.probe.parallel = PER_POOL;
        config.probe.interval = Duration::from_millis(100);
        Pool::new(config)
    };
    let (some, rest) = urls.split_at(PER_POOL);
    let (some, rest) = (pool(some), pool(rest));
    runtime.block_on(join(some.probe(), rest.probe()));
    let was_answered = |pool: &Pool| pool.status().iter().all(|status| status.slot.is_some());
    assert!(was_answered(&some) && was_answered(&rest), "every probe has its answer");
    group.bench_function(pair.ours, |bencher| {
        bencher.to_async(&runtime).iter(|| join(some.probe(), rest.probe()));
    });

    let clients: Vec<RpcClient> = urls.iter().map(|url| RpcClient::new(url.clone())).collect();
    let clock = "SysvarC1ock11111111111111111111111111111111".parse().expect("an address");
    let commitment = Commitment::Confirmed.as_str().parse().expect("a commitment");
    group.bench_function(pair.peer, |bencher| {
        bencher.to_async(&runtime).iter(|| async {
            let answers = join_all(clients.iter().map(|client| client.get_account_with_commitment(&clock, commitment)));
            answers.await.into_iter().collect::<Result<Vec<_>, _>>().expect("every probe has its answer")
        });
    });
    group.finish();
}
