//! What is asked of the endpoints.

use std::time::Instant;

use quantumagi_interface::PROGRAM_ID;
use quantumagi_interface::accounts::Snapshot;
use quantumagi_rpc::pool::{Endpoint, Pool, PoolConfig, Role};
use quantumagi_rpc::solana::Address;
use quantumagi_rpc::{ChainClock, Commitment, Rpc, RpcError};
use quantumagi_sdk::{Quantumagi, SdkError};

use super::Finding;
use crate::config::Config;
use crate::meters;
use crate::report::words_of;
use crate::wallet::{self, Looked};

/// Beyond it people read the wrong times out of the logs, or the cluster stands still.
const MOST_SKEW: f64 = 120.0;

/// An endpoint that does not answer.
pub(super) fn unreachable(what: impl Into<String>, error: &RpcError) -> Finding {
    let mend = "check the address, the network and, where the endpoint is rented, the account";
    Finding::wrong(what, words_of(error), mend)
}

/// Asks one endpoint, past the others, for its cluster and its slot.
pub(super) async fn endpoint(config: &Config, endpoint: &Endpoint) -> Finding {
    let what = format!("endpoint {}", endpoint.name());
    if endpoint.url().is_none() {
        return Finding::ok(what, "for subscriptions only: not asked");
    }
    let both = [Role::Read, Role::Send];
    let mut alone = PoolConfig::of_one(endpoint.clone().with_roles(both));
    alone.limits = config.pool.limits;
    alone.timeouts = config.pool.timeouts;
    let rpc = Rpc::with_pool(Pool::new(alone), Commitment::Confirmed);
    let began = Instant::now();
    let (genesis, slot) = match (rpc.genesis_hash().await, rpc.slot().await) {
        (Ok(genesis), Ok(slot)) => (genesis, slot),
        (Err(error), _) | (_, Err(error)) => return unreachable(what, &error),
    };
    let millis = began.elapsed().as_millis() / 2;
    if let Some(cluster) = config.pool.cluster.filter(|cluster| cluster.genesis() != genesis) {
        let words = format!("it belongs to the cluster with the first block {genesis}, not {}", cluster.genesis());
        return Finding::wrong(what, words, "correct its address or `cluster`; it is never asked as it is");
    }
    Finding::ok(what, format!("answers in {millis} ms, at slot {slot}, first block {genesis}"))
}

/// Compares the host's clock with the chain's.
pub(super) fn clock(clock: &ChainClock) -> Finding {
    #[allow(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^53")]
    let skew = meters::host_now() - clock.unix_timestamp as f64;
    if skew.abs() <= MOST_SKEW {
        return Finding::ok("clock", format!("{skew:.0} s from the chain's"));
    }
    let words = format!("this machine's clock is {skew:.0} s from the chain's; what is due goes by the chain's");
    Finding::note("clock", words, "set the clock with chrony or systemd-timesyncd, unless the cluster stands still")
}

/// Whether the program is there.
pub(super) async fn program(rpc: &Rpc) -> Finding {
    let mend = "name the endpoint of a cluster on which the program is deployed";
    match rpc.account(&PROGRAM_ID).await {
        Err(error) => unreachable("program", &error),
        Ok(Some(account)) if account.executable => Finding::ok("program", format!("{PROGRAM_ID} is deployed")),
        Ok(Some(_)) => Finding::wrong("program", format!("{PROGRAM_ID} is no program on this cluster"), mend),
        Ok(None) => Finding::wrong("program", format!("{PROGRAM_ID} is not deployed on this cluster"), mend),
    }
}

/// Whether a constitution can be read.
pub(super) async fn constitution(rpc: &Rpc, address: &Address) -> Finding {
    let what = format!("constitution {address}");
    match Quantumagi::new(rpc.clone()).constitution(address).await {
        Ok(read) => {
            let proposals = read.value.next_proposal_id;
            Finding::ok(what, format!("can be read; proposals ever made: {proposals}"))
        }
        Err(SdkError::Rpc(error)) => unreachable(what, &error),
        Err(error @ SdkError::Undecodable { .. }) => {
            Finding::wrong(what, words_of(&error), "install the version of the crank that knows this layout")
        }
        Err(error) => {
            let mend = "correct `constitutions`; `quantumagi constitution list` shows what there is";
            Finding::wrong(what, words_of(&error), mend)
        }
    }
}

/// Whether a list of operators has this one.
pub(super) async fn listed(rpc: &Rpc, key: &Address, electorate: &Address) -> Finding {
    let what = format!("electorate {electorate}");
    let mend =
        "correct `stake_electorates` or `operator_keypair`; `quantumagi snapshot show` lists a proposal's operators";
    match Quantumagi::new(rpc.clone()).operators(electorate).await {
        Ok(read) => {
            let list = read.value;
            if list.operators.iter().take(usize::from(list.count)).any(|listed| listed == key) {
                return Finding::ok(what, format!("{key} is one of its {} operators", list.count));
            }
            Finding::wrong(what, format!("{key} is none of its {} operators", list.count), mend)
        }
        Err(SdkError::Rpc(error)) => unreachable(what, &error),
        Err(error) => Finding::wrong(what, words_of(&error), mend),
    }
}

/// Whether an operator can pay the rent of a root.
pub(super) async fn rent(rpc: &Rpc, key: &Address) -> Finding {
    let what = "operator's balance";
    let (holds, needs) = match (rpc.balance(key).await, rpc.minimum_balance(Snapshot::LEN).await) {
        (Ok(holds), Ok(needs)) => (holds, needs),
        (Err(error), _) | (_, Err(error)) => return unreachable(what, &error),
    };
    let words = format!("{key} holds {holds} lamports, and a root takes {needs} as rent");
    if holds < needs {
        return Finding::wrong(what, words, format!("send it {} lamports", needs.saturating_mul(4)));
    }
    Finding::ok(what, words)
}

/// Whether a key is a validator's.
pub(super) async fn apart(rpc: &Rpc, what: &str, key: &Address) -> Finding {
    match wallet::check_apart(rpc, key).await {
        Ok(Ok(Looked::Apart)) => {
            Finding::ok(what, "neither a validator's identity, nor a vote account, nor a withdrawer")
        }
        Ok(Ok(Looked::Unsearched(error))) => {
            let words = format!("whether it is a validator's key is not known: {}", words_of(&error));
            Finding::note(
                what,
                words,
                "run it once with an endpoint that allows getProgramAccounts of the Vote program",
            )
        }
        Ok(Err(refused)) => Finding::of(what, &refused.into()),
        Err(error) => unreachable(what, &error),
    }
}

/// Whether the wallet can pay.
pub(super) async fn balance(rpc: &Rpc, key: &Address, config: &Config) -> Finding {
    let what = "balance";
    let least = config.terms.max_cost.fee_lamports;
    match rpc.balance(key).await {
        Err(error) => unreachable(what, &error),
        Ok(lamports) if lamports < least => {
            let words = format!("{key} holds {lamports} lamports, and one transaction may cost {least}");
            Finding::wrong(what, words, format!("send it {} lamports", config.min_balance.saturating_mul(2)))
        }
        Ok(lamports) if lamports < config.min_balance => {
            let words = format!("{key} holds {lamports} lamports, less than min_balance, {}", config.min_balance);
            let missing = config.min_balance.saturating_sub(lamports);
            Finding::note(what, words, format!("send it {missing} lamports or more"))
        }
        Ok(lamports) => Finding::ok(what, format!("{key} holds {lamports} lamports")),
    }
}
