//! What a pool says about itself: never a key, always who and how often.

use std::io;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use solana_rpc_client::nonblocking::rpc_client::RpcClient;
use solana_rpc_client::rpc_client::RpcClientConfig;
use solana_rpc_client::rpc_sender::RpcSender;
use solana_rpc_client_api::client_error::ErrorKind;
use solana_rpc_client_api::request::{RpcError as ServerError, RpcRequest};

use super::net::{Act, Net, pool};
use crate::pool::{Cause, Fault, PoolError};
use crate::{Commitment, Rpc, RpcError};

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nothing panics while it holds the lock").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_that_is_written_in_a_run_holds_a_key_and_all_of_it_the_correlation_id() {
    let written = Written::default();
    let writer = written.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _writing = tracing::subscriber::set_default(subscriber);
    let net = Net::answering(|seen| if seen.before < 12 { Act::Status(500) } else { Act::Result(json!(1)) });
    let pool = pool(&["a", "b"], &net);
    let mut shown = format!("{pool:?} {}", pool.url());
    for _ in 0..20 {
        if let Err(error) = pool.call(RpcRequest::GetSlot, Value::Null).await {
            shown = format!("{shown}\n{error}\n{error:?}\n{:?}", error.clone().into_client());
        }
    }
    let lines = String::from_utf8(written.0.lock().expect("all calls ended").clone()).expect("text");
    assert!(!shown.contains("secret-key") && !lines.contains("secret-key"), "{shown}\n{lines}");
    assert!(lines.contains("breaker changed") && lines.contains("attempt failed"), "{lines}");
    for line in lines.lines() {
        let line: Value = serde_json::from_str(line).expect("a line is JSON");
        let correlation = line["span"]["correlation"].as_str().expect("every line has it");
        assert_eq!(correlation.len(), 32, "{line}");
    }
}

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
