//! Endpoints that misbehave, and transactions that get lost.

use std::time::Duration;

use quantumagi_rpc::pool::{CallOptions, Label};
use quantumagi_rpc::solana::{Address, Signature, TransactionError};
use quantumagi_rpc::{Commitment, ConfirmOptions, FailureStage, HistoryRange, Rpc, RpcError, SendProgress};
use serde_json::{Value, json};

use crate::support::{Endpoint, Proxy, Reply, Way, a_transfer};

fn connect(endpoint: &Endpoint) -> Rpc {
    Rpc::new(&endpoint.url(), Commitment::Confirmed)
}

fn quick() -> ConfirmOptions {
    ConfirmOptions::default()
        .with_rebroadcast_every(Duration::from_millis(10))
        .with_give_up_after(Duration::from_secs(20))
}

fn at_slot(value: &Value) -> Reply {
    Reply::Result(json!({ "context": { "slot": 5 }, "value": value }))
}

/// The finalized block of this height, and its slot.
fn end(height: u64, slot: u64) -> Reply {
    Reply::Result(json!({ "absoluteSlot": slot, "blockHeight": height }))
}

fn sent() -> Reply {
    Reply::Result(json!(Signature::default().to_string()))
}

/// The error and everything it says about itself, causes included.
fn told(error: &RpcError) -> String {
    let mut text = format!("{error:?}\n{error}");
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text = format!("{text}\n{inner:?}\n{inner}");
        cause = inner.source();
    }
    text
}

async fn failed_slot(reply: fn() -> Reply) -> (RpcError, String) {
    let endpoint = Endpoint::start(move |_, _, _| reply()).await;
    let rpc = connect(&endpoint);
    assert!(!format!("{rpc:?}").contains("secret-key"));
    let error = rpc.slot().await.expect_err("the endpoint misbehaves");
    let text = told(&error);
    assert!(!text.contains("secret-key"), "{text}");
    assert!(text.contains(&endpoint.host), "{text}");
    (error, text)
}

#[tokio::test]
async fn an_error_of_one_endpoint_says_how_the_call_went() {
    let endpoint = Endpoint::start(|_, _, before| match before {
        0 => Reply::Http { status: 429, body: "" },
        1 => Reply::Http { status: 503, body: "" },
        _ => Reply::Error { code: -32602, message: "no" },
    })
    .await;
    let options = CallOptions::default().with_correlation("the-callers-own".parse().expect("an id"));
    let rpc = connect(&endpoint).with_options(options);
    let error = rpc.slot().await.expect_err("it is busy, and then fails");
    let RpcError::Transport { trace, .. } = &error else { panic!("{error:?}") };
    let name = endpoint.host.replace(['.', ':'], "-");
    assert_eq!(trace.endpoint.as_ref().map(Label::as_str), Some(name.as_str()));
    assert_eq!((trace.method, trace.attempts, trace.correlation.as_str()), ("getSlot", 2, "the-callers-own"));
    assert!(trace.elapsed >= Duration::from_millis(500), "a pause after it said that it was busy: {trace}");
    let begins = format!("cannot reach {} (getSlot at {name}, 2 attempts in ", endpoint.host);
    assert!(error.to_string().starts_with(&begins), "{error}");
    let error = rpc.slot().await.expect_err("it refuses");
    let RpcError::Rpc { code: -32602, trace: Some(trace), .. } = &error else { panic!("{error:?}") };
    assert_eq!((trace.attempts, trace.correlation.as_str()), (1, "the-callers-own"));
    // Without a word of the caller each call has an id of its own.
    let ids = [connect(&endpoint).slot().await, connect(&endpoint).slot().await].map(|answer| match answer {
        Err(RpcError::Rpc { trace: Some(trace), .. }) => trace.correlation.to_string(),
        other => panic!("{other:?}"),
    });
    assert!(ids[0].len() == 32 && ids[0] != ids[1], "{ids:?}");
}

#[tokio::test]
async fn one_endpoint_that_hangs_is_waited_for_as_long_as_the_caller_does() {
    let endpoint = Endpoint::start(|_, _, _| sent()).await;
    let proxy = Proxy::before(&endpoint.host).await;
    proxy.set(Way::Hung);
    let began = tokio::time::Instant::now();
    let options = CallOptions::default().with_deadline(began + Duration::from_millis(50));
    let error = Rpc::new(&proxy.url(), Commitment::Confirmed).with_options(options).slot().await;
    let error = error.expect_err("nothing comes");
    assert!(began.elapsed() < Duration::from_secs(20), "the call itself would wait for 30 s");
    let RpcError::Transport { source, trace, .. } = &error else { panic!("{error:?}") };
    assert!(source.is_timeout() && trace.attempts == 1, "{error:?}");
    assert!(error.is_retryable() && error.may_be_done());
}

#[tokio::test]
async fn an_http_failure_names_the_host_and_its_status() {
    for (reply, status, retryable) in [
        ((|| Reply::Http { status: 503, body: "" }) as fn() -> Reply, 503, true),
        (|| Reply::Http { status: 500, body: "" }, 500, true),
        (|| Reply::Http { status: 403, body: "" }, 403, false),
        (|| Reply::Http { status: 410, body: "" }, 410, false),
    ] {
        let (error, _) = failed_slot(reply).await;
        let RpcError::Transport { source, .. } = &error else { panic!("{error:?}") };
        assert_eq!(source.status(), Some(status));
        assert_eq!(error.is_retryable(), retryable, "{status}");
    }
}

#[tokio::test]
async fn a_json_rpc_error_keeps_its_number_and_words() {
    let (error, _) = failed_slot(|| Reply::Error { code: -32005, message: "node is behind" }).await;
    assert!(matches!(&error, RpcError::Rpc { code: -32005, message, .. } if message == "node is behind"), "{error:?}");
    assert!(error.is_retryable());
    let (error, _) = failed_slot(|| Reply::Error { code: -32602, message: "invalid params" }).await;
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn an_answer_of_another_type_is_malformed() {
    let (error, _) = failed_slot(|| Reply::Result(json!("soon"))).await;
    assert!(matches!(error, RpcError::Malformed { source: Some(_), .. }), "{error:?}");
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_can_be_tried_again() {
    let unused = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.local_addr().expect("an address")
    };
    let rpc = Rpc::new(&format!("http://{unused}/secret-key"), Commitment::Confirmed);
    let error = rpc.slot().await.expect_err("nobody listens");
    let RpcError::Transport { source, .. } = &error else { panic!("{error:?}") };
    assert_eq!(source.status(), None);
    assert!(error.is_retryable());
    assert!(!told(&error).contains("secret-key"), "{}", told(&error));
}

#[tokio::test]
async fn a_transaction_that_can_no_longer_land_is_expired() {
    let endpoint = Endpoint::start(|method, _, before| match method {
        "sendTransaction" => sent(),
        // The last block in which it could have landed is the tenth.
        "getBlockHeight" => Reply::Result(json!(8 + before)),
        "getEpochInfo" => end(11, 5),
        "isBlockhashValid" => at_slot(&json!(false)),
        _ => at_slot(&json!([null])),
    })
    .await;
    let transaction = a_transfer();
    let error =
        connect(&endpoint).send_and_confirm(&transaction, 10, quick(), |_| {}).await.expect_err("it never lands");
    let RpcError::Expired { signature, last_valid_block_height: 10 } = error else { panic!("{error:?}") };
    assert_eq!(signature, transaction.signatures[0]);
    assert_eq!(endpoint.calls("getBlockHeight").len(), 4, "blocks 8, 9, 10 and 11");
    let searched: Vec<Value> = endpoint
        .calls("getSignatureStatuses")
        .iter()
        .map(|params| params[1]["searchTransactionHistory"].clone())
        .collect();
    assert_eq!(searched, [false, false, false, true], "the last look goes through the history");
}

#[tokio::test]
async fn a_transaction_is_not_given_up_on_the_word_of_an_endpoint_that_is_behind() {
    // Behind one address or one pool, several nodes: those that tell the height are ahead of those that tell the
    // status, which know slot 5 until they catch up.
    let endpoint = Endpoint::start(|method, _, before| match method {
        "sendTransaction" => sent(),
        "getBlockHeight" => Reply::Result(json!(11)),
        "getEpochInfo" => end(11, 6),
        "isBlockhashValid" => at_slot(&json!(false)),
        _ if before < 3 => at_slot(&json!([null])),
        _ => Reply::Result(json!({
            "context": { "slot": 7 },
            "value": [{ "slot": 4, "err": null, "confirmationStatus": "finalized" }],
        })),
    })
    .await;
    let sent = connect(&endpoint).send_and_confirm(&a_transfer(), 10, quick(), |_| {}).await;
    assert_eq!(sent.expect("it had landed").slot, 4);
}

#[tokio::test]
async fn a_transaction_is_not_given_up_while_its_last_block_may_be_dropped() {
    let endpoint = Endpoint::start(|method, _, before| match method {
        "sendTransaction" => sent(),
        "getBlockHeight" => Reply::Result(json!(11)),
        "getEpochInfo" => end(9 + before as u64, 6),
        "isBlockhashValid" => at_slot(&json!(false)),
        _ => Reply::Result(json!({ "context": { "slot": 60 }, "value": [null] })),
    })
    .await;
    let error = connect(&endpoint).send_and_confirm(&a_transfer(), 10, quick(), |_| {}).await;
    assert!(matches!(error, Err(RpcError::Expired { .. })), "{error:?}");
    assert_eq!(endpoint.calls("getEpochInfo").len(), 3, "final blocks 9, 10 and 11");
}

#[tokio::test]
async fn a_transaction_is_not_given_up_while_its_blockhash_is_taken_whatever_height_was_told() {
    // The endpoint that gave the blockhash told a last height that is too low.
    let endpoint = Endpoint::start(|method, _, before| match method {
        "sendTransaction" => sent(),
        "getBlockHeight" => Reply::Result(json!(11)),
        "getEpochInfo" => end(11, 5),
        "isBlockhashValid" => at_slot(&json!(before < 3)),
        _ => at_slot(&json!([null])),
    })
    .await;
    let transaction = a_transfer();
    let error = connect(&endpoint).send_and_confirm(&transaction, 10, quick(), |_| {}).await;
    assert!(matches!(error, Err(RpcError::Expired { .. })), "{error:?}");
    let asked = endpoint.calls("isBlockhashValid");
    assert_eq!(asked.len(), 4);
    let hash = transaction.message.recent_blockhash().to_string();
    assert_eq!(asked[0], json!([hash, { "commitment": "finalized" }]));
}

#[tokio::test]
async fn a_transaction_that_landed_long_ago_is_found_instead_of_expired() {
    let endpoint = Endpoint::start(|method, params, _| match method {
        "sendTransaction" => Reply::Refused { error: "BlockhashNotFound" },
        "getBlockHeight" => Reply::Result(json!(5_000)),
        "getEpochInfo" => end(5_000, 5),
        "isBlockhashValid" => at_slot(&json!(false)),
        _ if params[1]["searchTransactionHistory"] == json!(true) => {
            at_slot(&json!([{ "slot": 6, "err": null, "confirmationStatus": "finalized" }]))
        }
        _ => at_slot(&json!([null])),
    })
    .await;
    let sent = connect(&endpoint).send_and_confirm(&a_transfer(), 10, quick(), |_| {}).await;
    assert_eq!(sent.expect("it had landed").slot, 6);
}

#[tokio::test]
async fn a_node_that_lags_behind_the_blockhash_is_asked_to_check_again() {
    let endpoint = Endpoint::start(|method, _, before| match method {
        "sendTransaction" if before < 2 => Reply::Refused { error: "BlockhashNotFound" },
        "sendTransaction" => Reply::Refused { error: "AccountNotFound" },
        "getBlockHeight" => Reply::Result(json!(1)),
        _ => at_slot(&json!([null])),
    })
    .await;
    let error = connect(&endpoint)
        .send_and_confirm(&a_transfer(), 10, quick(), |_| {})
        .await
        .expect_err("the payer does not exist");
    let failure = error.transaction_failure().expect("the node refused it");
    assert_eq!((&failure.error, failure.stage), (&TransactionError::AccountNotFound, FailureStage::Preflight));
    let calls = endpoint.calls("sendTransaction");
    assert_eq!(calls.len(), 3);
    assert!(calls.iter().all(|params| params[1]["skipPreflight"] == json!(false)), "{calls:?}");
}

#[tokio::test]
async fn rebroadcast_repeats_the_same_bytes_until_the_transaction_lands() {
    let endpoint = Endpoint::start(|method, _, before| match method {
        "sendTransaction" => sent(),
        "getBlockHeight" => Reply::Result(json!(1)),
        _ if before < 4 => at_slot(&json!([null])),
        _ if before < 6 => at_slot(&json!([{ "slot": 5, "err": null, "confirmationStatus": "processed" }])),
        _ => at_slot(&json!([{ "slot": 6, "err": null, "confirmationStatus": "confirmed" }])),
    })
    .await;
    let mut seen = Vec::new();
    let confirmed = connect(&endpoint)
        .send_and_confirm(&a_transfer(), 10, quick(), |progress| seen.push(progress))
        .await
        .expect("it lands");
    assert_eq!(confirmed.slot, 6);
    let calls = endpoint.calls("sendTransaction");
    assert_eq!(calls.len(), 5, "before each look, until it was seen in a block");
    assert!(calls.iter().all(|params| params[0] == calls[0][0]), "{calls:?}");
    let preflights: Vec<&Value> = calls.iter().map(|params| &params[1]["skipPreflight"]).collect();
    assert_eq!(preflights, [false, true, true, true, true]);
    assert_eq!(seen.last(), Some(&SendProgress::Landed { signature: confirmed.signature, slot: 5 }));
}

#[tokio::test]
async fn a_lost_answer_to_the_first_sending_is_no_failure() {
    let endpoint = Endpoint::start(|method, _, before| match method {
        "sendTransaction" if before == 0 => Reply::Http { status: 502, body: "" },
        "sendTransaction" => sent(),
        "getBlockHeight" => Reply::Result(json!(1)),
        _ => at_slot(&json!([{ "slot": 6, "err": null, "confirmationStatus": "finalized" }])),
    })
    .await;
    let confirmed =
        connect(&endpoint).send_and_confirm(&a_transfer(), 10, quick(), |_| {}).await.expect("it had landed");
    assert_eq!(confirmed.slot, 6);
}

#[tokio::test]
async fn an_outcome_that_stays_open_is_a_timeout_and_not_retryable() {
    let endpoint = Endpoint::start(|method, _, _| match method {
        "sendTransaction" => sent(),
        "getBlockHeight" => Reply::Result(json!(1)),
        _ => at_slot(&json!([null])),
    })
    .await;
    let options = quick().with_give_up_after(Duration::from_millis(60));
    let error =
        connect(&endpoint).send_and_confirm(&a_transfer(), 10, options, |_| {}).await.expect_err("it never lands");
    assert!(matches!(error, RpcError::Timeout { .. }), "{error:?}");
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn history_follows_pages_until_one_is_empty() {
    let names: Vec<Signature> = (1..=5).map(|mark| Signature::from([mark; 64])).collect();
    let pages = names.clone();
    let endpoint = Endpoint::start(move |_, params, _| {
        // Two to a page, newest first, from behind the one that is named.
        let before = params[1]["before"].as_str();
        let older: Vec<Value> = pages
            .iter()
            .rev()
            .skip_while(|name| before.is_some_and(|before| name.to_string() != before))
            .skip(usize::from(before.is_some()))
            .take(2)
            .map(|name| json!({ "signature": name.to_string(), "slot": 9, "err": null, "blockTime": 1 }))
            .collect();
        Reply::Result(json!(older))
    })
    .await;
    let history =
        connect(&endpoint).signatures_for(&Address::new_unique(), HistoryRange::default()).await.expect("a history");
    let found: Vec<Signature> = history.iter().map(|record| record.signature).collect();
    assert_eq!(found, names);
    assert_eq!(endpoint.calls("getSignaturesForAddress").len(), 4);
}
