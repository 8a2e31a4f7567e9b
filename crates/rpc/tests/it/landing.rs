//! Many transactions that come one by one and share what is asked about them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use quantumagi_rpc::solana::{Address, InstructionError, Signature, Signer, TransactionError};
use quantumagi_rpc::{Commitment, ConfirmOptions, Fate, Lander, Preflight, Rpc, RpcError, SendProgress};
use serde_json::{Value, json};

use crate::support::{Endpoint, Reply, SOL, World, a_transfer, signed, transfer};

fn quick() -> ConfirmOptions {
    ConfirmOptions::default().with_preflight(Preflight::Skip).with_rebroadcast_every(Duration::from_millis(50))
}

fn sent() -> Reply {
    Reply::Result(json!(Signature::default().to_string()))
}

fn tip(slot: u64, block_height: usize) -> Reply {
    let (epoch, index, per_epoch) = (0, slot, 432_000);
    Reply::Result(json!({ "absoluteSlot": slot, "blockHeight": block_height, "epoch": epoch, "slotIndex": index,
        "slotsInEpoch": per_epoch, "transactionCount": 0 }))
}

fn statuses(slot: u64, params: &Value, status: &Value) -> Reply {
    let asked = params[0].as_array().map_or(0, Vec::len);
    Reply::Result(json!({ "context": { "slot": slot }, "value": vec![status.clone(); asked] }))
}

#[tokio::test]
async fn transactions_that_come_one_by_one_land_each_with_its_own_outcome() {
    let world = World::start().await;
    let (ana, ben) = (world.ana.pubkey(), Address::new_unique());
    let (lander, landing) = Lander::new(world.rpc.clone(), quick());
    let running = tokio::spawn(landing.run());
    let blockhash = world.rpc.latest_blockhash().await.expect("a blockhash");
    // The third asks for more than there is.
    let amounts = [SOL, SOL + 1, 200 * SOL, SOL + 3];
    let transactions: Vec<_> =
        amounts.iter().map(|lamports| signed(&world.ana, &[transfer(&ana, &ben, *lamports)], blockhash.hash)).collect();
    let land = |index: usize| lander.land(&transactions[index], blockhash.last_valid_block_height, |_| {});
    let (first, second, third, fourth) = tokio::join!(land(0), land(1), land(2), land(3));
    for (index, outcome) in [(0, first), (1, second), (3, fourth)] {
        assert_eq!(outcome.expect("it lands").signature, transactions[index].signatures[0]);
    }
    let error = third.expect_err("she does not have so much");
    let failure = error.transaction_failure().expect("it is in a block");
    let not_enough = TransactionError::InstructionError(0, InstructionError::Custom(1));
    assert_eq!((&failure.error, failure.signature), (&not_enough, Some(transactions[2].signatures[0])));
    assert_eq!(world.rpc.balance(&ben).await.expect("a balance"), 3 * SOL + 4);
    let asked: Vec<(Signature, u64)> = transactions.iter().map(|it| (it.signatures[0], u64::MAX)).collect();
    let fates = world.rpc.fates(&asked).await.expect("their fates");
    let failed: Vec<Option<TransactionError>> = fates
        .into_iter()
        .map(|fate| match fate {
            Fate::Landed { error, .. } => error,
            Fate::Open | Fate::Expired => panic!("{fate:?}"),
        })
        .collect();
    assert_eq!(failed, [None, None, Some(not_enough), None]);
    drop(lander);
    running.await.expect("it ends when nobody can give it more");
}

#[tokio::test]
async fn all_that_is_under_way_shares_one_question() {
    let landed = json!({ "slot": 9, "err": null, "confirmationStatus": "confirmed" });
    let endpoint = Endpoint::start(move |method, params, before| match method {
        "sendTransaction" => sent(),
        "getEpochInfo" => tip(9, 9),
        // Known from the third question on.
        _ => statuses(9, params, if before < 2 { &Value::Null } else { &landed }),
    })
    .await;
    let (lander, landing) = Lander::new(Rpc::new(&endpoint.url(), Commitment::Confirmed), quick());
    let running = tokio::spawn(landing.run());
    let transactions: Vec<_> = (0..40).map(|_| a_transfer()).collect();
    let outcomes = futures_of(&lander, &transactions).await;
    assert!(outcomes.iter().all(|slot| *slot == Some(9)), "{outcomes:?}");
    assert_eq!(endpoint.calls("getSignatureStatuses").len(), 3, "for 40 transactions");
    let sent: std::collections::BTreeSet<String> =
        endpoint.calls("sendTransaction").iter().map(|params| params[0].to_string()).collect();
    assert_eq!(sent.len(), 40, "the same bytes each time");
    drop(lander);
    running.await.expect("it ends");
}

/// The slot in which each landed.
async fn futures_of(
    lander: &Lander,
    transactions: &[quantumagi_rpc::solana::VersionedTransaction],
) -> Vec<Option<u64>> {
    let mut tasks = tokio::task::JoinSet::new();
    for (index, transaction) in transactions.iter().cloned().enumerate() {
        let lander = lander.clone();
        tasks.spawn(async move { (index, lander.land(&transaction, 100, |_| {}).await.map(|it| it.slot).ok()) });
    }
    let mut outcomes = tasks.join_all().await;
    outcomes.sort_unstable();
    outcomes.into_iter().map(|(_, slot)| slot).collect()
}

#[tokio::test]
async fn what_an_endpoint_that_lags_behind_does_not_know_is_not_expired() {
    // Its peers are at slot 20 and height 20; it is at slot 12 at the first three questions, and takes the blockhash once
    // longer than was said of it.
    let endpoint = Endpoint::start(|method, params, before| match method {
        "sendTransaction" => sent(),
        "getEpochInfo" => tip(20, 20),
        "getBlockHeight" => Reply::Result(json!(20)),
        "isBlockhashValid" => Reply::Result(json!({ "context": { "slot": 20 }, "value": before == 0 })),
        _ => statuses(if before < 3 { 12 } else { 20 }, params, &Value::Null),
    })
    .await;
    let rpc = Rpc::new(&endpoint.url(), Commitment::Confirmed);
    let transaction = a_transfer();
    let asked = [(transaction.signatures[0], 10), (transaction.signatures[0], 20)];
    assert_eq!(rpc.fates(&asked).await.expect("told"), [Fate::Open, Fate::Open], "the last block of the first is past");

    let (lander, landing) = Lander::new(rpc.clone(), quick());
    let steps = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&steps);
    let land = lander.land(&transaction, 10, move |step| told.lock().expect("nobody panics").push(step));
    let error = tokio::select! { () = landing.run() => panic!("it goes on"), outcome = land => outcome.expect_err("it is lost") };
    let RpcError::Expired { signature, last_valid_block_height: 10 } = error else { panic!("{error:?}") };
    assert_eq!(signature, transaction.signatures[0]);
    let searched: Vec<bool> = endpoint
        .calls("getSignatureStatuses")
        .iter()
        .map(|params| params[1]["searchTransactionHistory"] == json!(true))
        .collect();
    // The first is about the fates. A look through the history follows each that saw a block after the last.
    assert_eq!(searched, [true, false, true, false, true, false, true]);
    assert_eq!(endpoint.calls("isBlockhashValid").len(), 2, "asked only where nothing else speaks against it");
    let first = steps.lock().expect("nobody panics").first().copied();
    assert_eq!(first, Some(SendProgress::Sent { signature, attempt: 1 }));
    assert_eq!(rpc.fates(&asked).await.expect("told"), [Fate::Expired, Fate::Open], "the second may land in block 20");
}

#[tokio::test]
async fn an_outcome_that_is_never_told_stays_open() {
    let endpoint = Endpoint::start(|method, params, _| match method {
        "sendTransaction" => Reply::Http { status: 503, body: "" },
        "getEpochInfo" => Reply::Error { code: -32005, message: "node is behind" },
        _ => statuses(9, params, &Value::Null),
    })
    .await;
    let options = quick().with_give_up_after(Duration::from_millis(400));
    let (lander, landing) = Lander::new(Rpc::new(&endpoint.url(), Commitment::Confirmed), options);
    let transaction = a_transfer();
    let land = lander.land(&transaction, 10, |_| {});
    let error =
        tokio::select! { () = landing.run() => panic!("it goes on"), outcome = land => outcome.expect_err("open") };
    let RpcError::Timeout { signature, .. } = error else { panic!("{error:?}") };
    assert_eq!(signature, transaction.signatures[0]);
    let gone = lander.land(&transaction, 10, |_| {}).await.expect_err("nobody lands it");
    assert!(matches!(gone, RpcError::Timeout { .. }), "{gone:?}");
}
