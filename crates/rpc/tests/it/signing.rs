//! Transactions signed anew, over a pool of two endpoints.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use quantumagi_rpc::pool::Pool;
use quantumagi_rpc::solana::{Address, Hash, Keypair, Signer};
use quantumagi_rpc::{Commitment, ConfirmOptions, Confirmed, Preflight, Rpc, RpcError};
use serde_json::{Value, json};

use crate::pool::{GENESIS, config};
use crate::support::{Endpoint, Reply, signed, transfer};

/// A cluster of two endpoints where a transaction lands only once it was signed `needed` times, and each blockhash
/// lives for ten blocks of which one passes with every question about the height.
async fn forgetful(needed: usize) -> (Vec<Endpoint>, Rpc) {
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let height = Arc::new(Mutex::new(0_u64));
    let mut endpoints = Vec::new();
    for _ in 0..2 {
        let (seen, height) = (Arc::clone(&seen), Arc::clone(&height));
        let node = move |method: &str, params: &Value, _: usize| {
            let mut height = height.lock().expect("no test panics while it holds the lock");
            let mut seen = seen.lock().expect("no test panics while it holds the lock");
            match method {
                "getGenesisHash" => Reply::Result(json!(GENESIS)),
                "getLatestBlockhash" => Reply::Result(json!({ "context": { "slot": *height }, "value": {
                    "blockhash": Hash::new_from_array([u8::try_from(*height).expect("few blocks"); 32]).to_string(),
                    "lastValidBlockHeight": *height + 10,
                }})),
                "getBlockHeight" => {
                    *height += 4;
                    Reply::Result(json!(*height))
                }
                "getEpochInfo" => Reply::Result(json!({ "absoluteSlot": *height, "blockHeight": *height })),
                "isBlockhashValid" => Reply::Result(json!({ "context": { "slot": *height }, "value": false })),
                "sendTransaction" => {
                    let bytes = params[0].as_str().expect("base64").to_owned();
                    if !seen.contains(&bytes) {
                        seen.push(bytes);
                    }
                    Reply::Result(json!("x"))
                }
                _ => {
                    let landed = json!({ "slot": *height, "err": null, "confirmationStatus": "finalized" });
                    let status = if seen.len() >= needed { landed } else { Value::Null };
                    Reply::Result(json!({ "context": { "slot": *height }, "value": [status] }))
                }
            }
        };
        endpoints.push(Endpoint::start(node).await);
    }
    let urls: Vec<(&str, String)> = ["a", "b"].into_iter().zip(endpoints.iter().map(Endpoint::url)).collect();
    let rpc = Rpc::with_pool(Pool::new(config(&urls)), Commitment::Confirmed);
    (endpoints, rpc)
}

/// How often it was signed, and what came of it.
async fn sign_up_to(rpc: &Rpc, signings: u32) -> (u32, Result<Confirmed, RpcError>) {
    let ana = Keypair::new();
    let mut signed_times = 0;
    let outcome = rpc
        .sign_and_confirm(
            |blockhash| {
                signed_times += 1;
                Ok(signed(&ana, &[transfer(&ana.pubkey(), &Address::default(), 1)], blockhash.hash))
            },
            signings,
            ConfirmOptions::default().with_preflight(Preflight::Skip),
            |_| {},
        )
        .await;
    (signed_times, outcome)
}

#[tokio::test]
async fn what_expired_is_signed_anew_as_often_as_allowed() {
    let (_endpoints, rpc) = forgetful(2).await;
    let (times, outcome) = sign_up_to(&rpc, 3).await;
    assert_eq!(times, 2);
    assert_eq!(outcome.map(|confirmed| confirmed.slot > 10).map_err(|error| error.to_string()), Ok(true));
    let (_endpoints, rpc) = forgetful(4).await;
    let (times, outcome) = sign_up_to(&rpc, 3).await;
    assert_eq!(times, 3);
    assert!(matches!(outcome, Err(RpcError::Expired { .. })), "{outcome:?}");
}

#[tokio::test]
async fn what_may_still_land_is_never_signed_anew() {
    let still = |method: &str, _: &Value, _: usize| match method {
        "getGenesisHash" => Reply::Result(json!(GENESIS)),
        "getLatestBlockhash" => Reply::Result(json!({ "context": { "slot": 1 }, "value": {
            "blockhash": Hash::default().to_string(), "lastValidBlockHeight": 10,
        }})),
        // The height is past, by the word of an endpoint ahead; the other one does not know that block.
        "getBlockHeight" => Reply::Result(json!(11)),
        "getEpochInfo" => Reply::Result(json!({ "absoluteSlot": 100, "blockHeight": 11 })),
        "isBlockhashValid" => Reply::Result(json!({ "context": { "slot": 100 }, "value": false })),
        "sendTransaction" => Reply::Result(json!("x")),
        _ => Reply::Result(json!({ "context": { "slot": 99 }, "value": [null] })),
    };
    let (one, other) = (Endpoint::start(still).await, Endpoint::start(still).await);
    let rpc = Rpc::with_pool(Pool::new(config(&[("a", one.url()), ("b", other.url())])), Commitment::Confirmed);
    let ana = Keypair::new();
    let mut signed_times = 0;
    let outcome = rpc
        .sign_and_confirm(
            |blockhash| {
                signed_times += 1;
                Ok(signed(&ana, &[transfer(&ana.pubkey(), &Address::default(), 1)], blockhash.hash))
            },
            5,
            ConfirmOptions::default().with_give_up_after(Duration::from_millis(200)),
            |_| {},
        )
        .await;
    assert!(matches!(outcome, Err(RpcError::Timeout { .. })), "{outcome:?}");
    assert_eq!(signed_times, 1);
}
