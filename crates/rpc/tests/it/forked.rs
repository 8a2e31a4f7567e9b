//! An endpoint on a fork that never roots, over real sockets: its slot goes on, and what the others agree on it never sees.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use quantumagi_rpc::pool::Pool;
use quantumagi_rpc::solana::Hash;
use quantumagi_rpc::{Commitment, ConfirmOptions, Preflight, Rpc, RpcError};
use serde_json::{Value, json};

use crate::pool::{GENESIS, config};
use crate::support::{Endpoint, Reply, a_transfer};

/// The last slot that the fork shares with the others, and the last block in which the transaction can land.
const FORK: u64 = 100;
const LAST_BLOCK: u64 = 105;

/// What the others have.
#[derive(Default)]
struct Chain {
    questions: AtomicU64,
    taken: Mutex<bool>,
}

impl Chain {
    /// A block passes with each question.
    fn slot(&self) -> u64 {
        FORK + self.questions.fetch_add(1, Ordering::Relaxed)
    }

    fn is_taken(&self) -> bool {
        *self.taken.lock().expect("no test panics while it holds the lock")
    }
}

/// An endpoint. One on a fork of its own takes transactions, which then nobody sees; `lands` says whether those that the
/// others take do, in a block that is known from the next question on.
async fn endpoint(chain: &Arc<Chain>, is_forked: bool, lands: bool) -> Endpoint {
    let chain = Arc::clone(chain);
    Endpoint::start(move |method, params, _| {
        let slot = chain.slot();
        let rooted = if is_forked { FORK } else { slot };
        let at = |value: Value| Reply::Result(json!({ "context": { "slot": slot }, "value": value }));
        match method {
            "getGenesisHash" => Reply::Result(json!(GENESIS)),
            // Of its own fork: heights go on there too.
            "getBlockHeight" => Reply::Result(json!(slot)),
            "getEpochInfo" => Reply::Result(json!({ "absoluteSlot": rooted, "blockHeight": rooted })),
            "isBlockhashValid" => at(json!(rooted <= LAST_BLOCK)),
            "sendTransaction" => {
                if !is_forked && slot <= LAST_BLOCK {
                    *chain.taken.lock().expect("no test panics while it holds the lock") = true;
                }
                Reply::Result(params[0].clone())
            }
            "getSignatureStatuses" if chain.is_taken() && lands && !is_forked && slot > LAST_BLOCK => {
                at(json!([{ "slot": FORK + 1, "err": null, "confirmationStatus": "finalized" }]))
            }
            "getSignatureStatuses" => at(json!([null])),
            other => panic!("{other} is not asked"),
        }
    })
    .await
}

async fn send(lands: bool) -> Result<u64, RpcError> {
    let chain = Arc::new(Chain::default());
    let (forked, well) = (endpoint(&chain, true, lands).await, endpoint(&chain, false, lands).await);
    let rpc =
        Rpc::with_pool(Pool::new(config(&[("forked", forked.url()), ("well", well.url())])), Commitment::Confirmed);
    let options = ConfirmOptions::default()
        .with_preflight(Preflight::Skip)
        .with_rebroadcast_every(Duration::from_millis(1))
        .with_give_up_after(Duration::from_secs(20));
    let transaction = a_transfer();
    assert_ne!(*transaction.message.recent_blockhash(), Hash::default());
    // The sending endpoint is one by chance; both are sent to before the last block.
    for endpoint in [&forked, &well] {
        Rpc::new(&endpoint.url(), Commitment::Confirmed)
            .send(&transaction, Preflight::Skip)
            .await
            .expect("it is taken");
    }
    rpc.send_and_confirm(&transaction, LAST_BLOCK, options, |_| {}).await.map(|confirmed| confirmed.slot)
}

#[tokio::test]
async fn what_landed_is_never_given_up_on_the_word_of_a_fork_that_never_roots() {
    for outcome in futures_util::future::join_all((0..20).map(|_| send(true))).await {
        assert_eq!(outcome.map_err(|error| error.to_string()), Ok(FORK + 1));
    }
}

#[tokio::test]
async fn what_did_not_land_is_given_up_all_the_same() {
    for outcome in futures_util::future::join_all((0..20).map(|_| send(false))).await {
        assert!(matches!(outcome, Err(RpcError::Expired { .. })), "{outcome:?}");
    }
}
