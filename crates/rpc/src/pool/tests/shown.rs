//! What a pool says where it is used in place of a single endpoint: who answered, and how often was asked.

use serde_json::json;
use solana_rpc_client::nonblocking::rpc_client::RpcClient;
use solana_rpc_client::rpc_client::RpcClientConfig;
use solana_rpc_client_api::client_error::ErrorKind;
use solana_rpc_client_api::request::RpcError as ServerError;

use super::net::{Act, Net, pool};
use crate::pool::{Cause, Fault, PoolError};
use crate::{Commitment, Rpc, RpcError};

#[tokio::test(start_paused = true)]
async fn typed_calls_of_the_solana_client_go_through_a_pool() {
    let net = Net::answering(|seen| match seen.method {
        "getSlot" if seen.endpoint == "a" => Act::Status(500),
        "getSlot" => Act::Result(json!(77)),
        _ => Act::Error(-32602),
    });
    let pool = pool(&["a", "b"], &net);
    let client = RpcClient::new_sender(pool.clone(), RpcClientConfig::default());
    for _ in 0..10 {
        assert_eq!(client.get_slot().await.expect("b answers"), 77);
    }
    let error = client.get_block_height().await.expect_err("it is refused");
    let ErrorKind::RpcError(ServerError::RpcResponseError { code, .. }) = &*error.kind else { panic!("{error:?}") };
    assert_eq!(*code, -32602);
    assert_eq!(PoolError::within(&error), None);
    assert_eq!(client.get_transport_stats().request_count, 11);
}

#[tokio::test(start_paused = true)]
async fn a_failure_keeps_its_trace_through_the_solana_client() {
    let net = Net::answering(|_| Act::Status(503));
    let client = RpcClient::new_sender(pool(&["a", "b"], &net), RpcClientConfig::default());
    let error = client.get_slot().await.expect_err("nobody answers");
    let inner = PoolError::within(&error).expect("the pool's own error");
    assert_eq!(inner.cause, Cause::Fault(Fault::Status { status: 503, retry_after: None }));
    assert_eq!(inner.trace.attempts, 3);
}

#[tokio::test(start_paused = true)]
async fn this_crates_calls_tell_who_answered() {
    let net = Net::answering(|seen| match seen.method {
        "getSlot" => Act::Error(-32602),
        "getBlockHeight" => Act::Status(503),
        _ => Act::Result(json!("soon")),
    });
    let rpc = Rpc::with_pool(pool(&["a"], &net), Commitment::Confirmed);
    let error = rpc.slot().await.expect_err("it is refused");
    let RpcError::Rpc { host, code: -32602, trace: Some(trace), .. } = &error else { panic!("{error:?}") };
    assert_eq!((host.as_str(), trace.attempts, error.is_retryable()), ("a", 1, false));
    let error = rpc.block_height().await.expect_err("nobody answers");
    let RpcError::Unanswered(inner) = &error else { panic!("{error:?}") };
    assert_eq!((inner.trace.attempts, error.is_retryable()), (3, true));
    let error = rpc.minimum_balance(0).await.expect_err("it is no number");
    assert!(matches!(error, RpcError::Malformed { source: Some(_), .. }), "{error:?}");
}
