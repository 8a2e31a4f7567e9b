//! Names that come to lead elsewhere while a pool runs, over real sockets.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use quantumagi_rpc::pool::{Cause, Http, Pool, Unfit};
use quantumagi_rpc::solana::Hash;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use serde_json::json;

use crate::pool::{GENESIS, config, slot};
use crate::support::{Endpoint, Proxy, Reply, clock};

/// Where every name leads.
#[derive(Clone)]
struct Names(Arc<Mutex<SocketAddr>>);

impl Names {
    fn to(host: &str) -> Self {
        Self(Arc::new(Mutex::new(host.parse().expect("an address"))))
    }

    fn change(&self, host: &str) {
        *self.0.lock().expect("no test panics while it holds the lock") = host.parse().expect("an address");
    }
}

impl Resolve for Names {
    fn resolve(&self, _: Name) -> Resolving {
        let addr = *self.0.lock().expect("no test panics while it holds the lock");
        Box::pin(async move { Ok(Box::new(std::iter::once(addr)) as Addrs) })
    }
}

/// An endpoint of this cluster, at this slot.
async fn endpoint(genesis: String, at: u64) -> Endpoint {
    Endpoint::start(move |method, _, _| match method {
        "getGenesisHash" => Reply::Result(json!(genesis)),
        "getAccountInfo" => clock(at, at),
        _ => Reply::Result(json!(at)),
    })
    .await
}

fn pool(names: &Names) -> Pool {
    let url = "http://rpc.example.org/secret-key".to_owned();
    Pool::with_transport(config(&[("a", url)]), Http::with_resolver(names.clone()))
}

fn host(proxy: &Proxy) -> String {
    let url = proxy.url();
    url.trim_start_matches("http://").trim_end_matches("/secret-key").to_owned()
}

#[tokio::test]
async fn a_name_is_followed_to_where_it_leads_once_that_says_its_cluster() {
    let (old, new) = (endpoint(GENESIS.to_owned(), 1).await, endpoint(GENESIS.to_owned(), 2).await);
    let mut before_old = Proxy::before(&old.host).await;
    let names = Names::to(&host(&before_old));
    let pool = pool(&names);
    assert_eq!(slot(&pool).await, Ok(1));
    names.change(&new.host);
    assert_eq!(slot(&pool).await, Ok(1), "a connection that holds is kept");
    before_old.stop().await;
    assert_eq!(slot(&pool).await, Ok(2));
    assert_eq!(slot(&pool).await, Ok(2));
    assert_eq!(new.calls("getGenesisHash").len(), 1, "it was asked whose it is, once");
}

#[tokio::test]
async fn nothing_is_taken_from_another_cluster_that_a_name_comes_to_lead_to() {
    let other_cluster = Hash::new_from_array([9; 32]).to_string();
    let (old, foreign) = (endpoint(GENESIS.to_owned(), 1).await, endpoint(other_cluster, 666).await);
    let mut before_old = Proxy::before(&old.host).await;
    let names = Names::to(&host(&before_old));
    let pool = pool(&names);
    assert_eq!(slot(&pool).await, Ok(1));
    names.change(&foreign.host);
    before_old.stop().await;
    for _ in 0..5 {
        let error = slot(&pool).await.expect_err("it belongs to another cluster");
        let Cause::NoEndpoint(reasons) = &error.cause else { panic!("{error:?}") };
        assert_eq!(reasons[0].1, Unfit::Foreign);
    }
    assert!(foreign.calls("getSlot").len() <= 1, "once it said its cluster, it is asked nothing");
    // Back to where it belongs; probes find out, though the other keeps its connections.
    before_old.start().await;
    names.change(&host(&before_old));
    for _ in 0..5 {
        pool.probe().await;
    }
    assert_eq!(slot(&pool).await, Ok(1));
}
