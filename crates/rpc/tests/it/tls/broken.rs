//! TLS that stands and then breaks: in the middle of an answer, without a farewell, and under another certificate.

use std::time::{Duration, Instant};

use quantumagi_rpc::pool::{BadCertificate, Cause, Fault, Http, Pool, Unfit};
use quantumagi_rpc::{Commitment, Preflight, Rpc};
use serde_json::{Value, json};

use super::PATIENCE;
use super::server::{Authority, End, Server};
use crate::pool::{GENESIS, config, slot};
use crate::support::{Endpoint, Reply, a_transfer, clock};

const BROKEN: [End; 6] = [End::Cut, End::Closed, End::Reset, End::NoFarewell, End::HalfRecord, End::ForgedRecord];

/// What a caller of this endpoint alone is told, after a single attempt.
async fn told(url: &str, http: Http) -> Fault {
    let mut config = config(&[("a", url.to_owned())]);
    config.cluster = None;
    config.retry.attempts = 1;
    let error = slot(&Pool::with_transport(config, http)).await.expect_err("it is broken");
    assert!(!format!("{error}{error:?}").contains("secret-key"), "{error:?}");
    let Cause::Fault(fault) = error.cause else { panic!("{error:?}") };
    fault
}

#[tokio::test]
async fn an_answer_that_breaks_within_tls_is_never_taken_for_a_whole_one() {
    let authority = Authority::new("within");
    let server = Server::start(authority.server("server", "IP:127.0.0.1")).await;
    assert_eq!(slot(&Pool::with_transport(config(&[("a", server.url.clone())]), authority.http())).await, Ok(7));
    for end in BROKEN {
        server.set(end);
        let limit = Duration::from_millis(300);
        let expected = if end == End::Cut { Fault::Timeout { limit } } else { Fault::Broken };
        assert_eq!(told(&server.url, authority.http()).await, expected, "{end:?}");
    }
}

#[tokio::test]
async fn an_endpoint_whose_tls_breaks_is_routed_around_and_forgiven_without_a_lost_call() {
    let authority = Authority::new("around");
    let acceptor = authority.server("server", "IP:127.0.0.1");
    for end in BROKEN {
        let server = Server::start(acceptor.clone()).await;
        let well = Endpoint::start(|method, params, _| match method {
            "getGenesisHash" => Reply::Result(json!(GENESIS)),
            "getAccountInfo" => clock(7, 7),
            "sendTransaction" => Reply::Result(params[0].clone()),
            _ => Reply::Result(json!(7)),
        })
        .await;
        let pool = Pool::with_transport(config(&[("a", server.url.clone()), ("b", well.url())]), authority.http());
        let _probes = pool.spawn_probes();
        let until = async |what: &str, holds: &dyn Fn() -> bool| {
            let began = Instant::now();
            while !holds() {
                assert!(began.elapsed() < PATIENCE, "{end:?}, {what}: {:?}", pool.status());
                assert_eq!(slot(&pool).await, Ok(7), "{end:?}, {what}");
            }
            began.elapsed()
        };
        until("well", &|| pool.status()[0].slot.is_some()).await;
        server.set(end);
        let broken = Instant::now();
        let rpc = Rpc::with_pool(pool.clone(), Commitment::Confirmed);
        let mut sent = 0;
        for _ in 0..4 {
            rpc.send(&a_transfer(), Preflight::Skip).await.expect("an endpoint takes it");
            sent += 1;
        }
        until("broken", &|| matches!(pool.status()[0].unfit, Some(Unfit::Unwell(_)))).await;
        let out_after = broken.elapsed();
        let bytes = |calls: Vec<Value>| calls.into_iter().map(|params| params[0].to_string());
        let mut forms: Vec<String> =
            bytes(server.calls("sendTransaction")).chain(bytes(well.calls("sendTransaction"))).collect();
        forms.sort_unstable();
        forms.dedup();
        assert_eq!(forms.len(), sent, "{end:?}: each went out in one form, and none was lost");
        server.set(End::Whole);
        let back_after = until("mended", &|| pool.status()[0].share == 4).await;
        println!("TLS, {end:?}: out after {out_after:?}, back after {back_after:?}");
    }
}

#[tokio::test]
async fn a_certificate_that_changes_is_looked_at_with_the_next_connection() {
    let (authority, other) = (Authority::new("changed"), Authority::new("changed-other"));
    let server = Server::start(authority.server("first", "IP:127.0.0.1")).await;
    let pool = Pool::with_transport(config(&[("a", server.url.clone())]), authority.http());
    assert_eq!(slot(&pool).await, Ok(7));
    // Of the same authority: nobody notices, neither on the connection that stands nor on a new one.
    server.show(authority.server("renewed", "IP:127.0.0.1"));
    assert_eq!(slot(&pool).await, Ok(7));
    let anew = Pool::with_transport(config(&[("a", server.url.clone())]), authority.http());
    assert_eq!(slot(&anew).await, Ok(7));
    // Of nobody that is known, and for somebody else: a connection that stands is kept, and no new one comes about.
    for acceptor in [other.server("server", "IP:127.0.0.1"), authority.server("elsewhere", "DNS:elsewhere.example")] {
        server.show(acceptor);
        let before = server.calls("getSlot").len();
        assert_eq!(slot(&pool).await, Ok(7));
        assert_eq!(told(&server.url, authority.http()).await, Fault::Connect);
        assert_eq!(server.calls("getSlot").len(), before + 1, "nothing was asked that way");
    }
    server.set(End::Closed);
    let error = slot(&pool).await.expect_err("the connection that stood is gone, and no other comes about");
    assert_eq!(error.cause, Cause::Fault(Fault::Connect));
    server.set(End::Whole);
    server.show(authority.server("last", "IP:127.0.0.1"));
    assert_eq!(slot(&pool).await, Ok(7));
}

#[test]
fn what_is_no_certificate_is_refused() {
    for text in ["", "secret", "-----BEGIN CERTIFICATE-----\nsecret\n-----END CERTIFICATE-----\n"] {
        assert_eq!(Http::with_authorities(text.as_bytes()).map(drop), Err(BadCertificate), "{text}");
    }
}
