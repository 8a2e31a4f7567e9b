//! Connecting to endpoints that answer, that do not, and that belong to another cluster, over real sockets.

#[path = "../../rpc/tests/it/support/endpoint.rs"]
#[allow(dead_code, reason = "the tests of crates/rpc use the rest")]
mod endpoint;

use std::error::Error as _;

use quantumagi_localnet::{LocalNetwork, Options};
use quantumagi_rpc::pool::Cluster;
use quantumagi_rpc::solana::Hash;
use quantumagi_sdk::{Config, ConnectError, Quantumagi, SdkError};
use serde_json::json;

use endpoint::{Endpoint, Reply};

/// Nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:9";

fn genesis(byte: u8) -> Hash {
    Hash::new_from_array([byte; 32])
}

/// An endpoint of a cluster with this first block, whose every wallet holds `lamports`.
async fn cluster(byte: u8, lamports: u64) -> Endpoint {
    Endpoint::start(move |method, _, _| match method {
        "getGenesisHash" => Reply::Result(json!(genesis(byte).to_string())),
        "getBalance" => Reply::Result(json!({ "context": { "slot": 1 }, "value": lamports })),
        _ => Reply::Error { code: -32601, message: "Method not found" },
    })
    .await
}

#[tokio::test]
async fn a_client_connects_to_a_network_although_another_endpoint_is_dead() {
    let network = LocalNetwork::start(Options::default()).await.expect("the local network starts");
    let config = Config::of_urls(&[NOWHERE, network.rpc_url()]).expect("addresses");
    let client = Quantumagi::connect(config).await.expect("one of them answers");
    let alone = Quantumagi::connect(Config::of_url(network.rpc_url()).expect("an address")).await.expect("it answers");
    let (several, one) = (client.rpc().genesis_hash().await, alone.rpc().genesis_hash().await);
    assert_eq!(several.expect("a hash"), one.expect("a hash"));
    assert!(client.now().await.expect("the clock").0 > 0);
}

#[tokio::test]
async fn endpoints_of_two_clusters_are_refused_with_both_hashes() {
    let (here, there) = (cluster(1, 0).await, cluster(2, 0).await);
    let config = Config::of_urls(&[here.url(), there.url()]).expect("addresses");
    let error = Quantumagi::connect(config).await.expect_err("they disagree");
    let ConnectError::TwoClusters { first_genesis, second_genesis, .. } = &error else { panic!("{error:?}") };
    assert_eq!((*first_genesis, *second_genesis), (genesis(1), genesis(2)));
    assert!(!error.is_retryable());
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[tokio::test]
async fn an_endpoint_of_another_cluster_than_the_named_one_is_never_used() {
    let (ours, foreign) = (cluster(1, 7).await, cluster(2, 9).await);
    let config = Config::of_urls(&[foreign.url(), ours.url()]).expect("addresses");
    let client =
        Quantumagi::connect(config.with_cluster(Cluster::with_genesis(genesis(1)))).await.expect("one is ours");
    for _ in 0..20 {
        assert_eq!(client.rpc().balance(&Default::default()).await.expect("a balance"), 7);
    }
    assert_eq!(foreign.calls("getBalance"), [json!(null); 0]);
}

#[tokio::test]
async fn a_cluster_that_no_endpoint_belongs_to_is_refused() {
    let foreign = cluster(2, 9).await;
    let config = Config::of_url(&foreign.url()).expect("an address").with_cluster(Cluster::with_genesis(genesis(1)));
    let error = Quantumagi::connect(config).await.expect_err("it is another's");
    let words = error.source().expect("why").to_string();
    let name = foreign.host.replace(['.', ':'], "-");
    let begins = format!("no endpoint can be asked: {name} belongs to another cluster (getGenesisHash at {name}, ");
    assert!(words.starts_with(&begins), "{words}");
}

#[tokio::test]
async fn endpoints_that_do_not_answer_are_told_with_attempts_and_time() {
    let error = Quantumagi::connect(Config::of_url(NOWHERE).expect("an address")).await.expect_err("nobody listens");
    assert!(error.is_retryable());
    let words = error.source().expect("why").to_string();
    let begins = "no connection could be made (getGenesisHash at 127-0-0-1-9, 3 attempts in ";
    assert!(words.starts_with(begins), "{words}");
}

#[tokio::test]
async fn several_endpoints_without_a_cluster_are_not_used_unasked() {
    let config = Config::of_urls(&[NOWHERE, "http://127.0.0.1:1"]).expect("addresses");
    let error = Quantumagi::lazily(config).expect_err("no cluster is named");
    assert!(matches!(error, ConnectError::ClusterNotNamed { total: 2 }), "{error:?}");
}

#[tokio::test]
async fn a_client_keeps_what_it_reads_as_its_configuration_says() {
    let node = Endpoint::start(|method, _, _| match method {
        "getGenesisHash" => Reply::Result(json!(genesis(1).to_string())),
        "getSlot" => Reply::Result(json!(5)),
        _ => Reply::Result(json!({ "context": { "slot": 5 }, "value": [null] })),
    })
    .await;
    let folder = std::env::temp_dir().join(format!("quantumagi-{}-connect", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the folder for such files takes one");
    let endpoint = format!("[[endpoint]]\nname = 'a'\nurl = '{}'\n", node.url());
    let cached = format!("{endpoint}[cache]\nsqlite = '{}/cache.db'\n[cache.ttl]\nlive = '1h'\n", folder.display());
    let questions = async |client: &Quantumagi, method: &str| {
        let before = node.calls(method).len();
        for _ in 0..3 {
            let error = client.constitution(&Default::default()).await.expect_err("there is none");
            assert!(matches!(error, SdkError::NotFound { what: "constitution", .. }), "{error:?}");
        }
        node.calls(method).len() - before
    };
    let parse = |text: &str| Config::parse(text, |_| None).expect("the file is right");
    let client = Quantumagi::connect(parse(&cached)).await.expect("it answers");
    assert_eq!(questions(&client, "getMultipleAccounts").await, 1);
    client.flush().await;
    // The next process finds it in the file.
    let next = Quantumagi::connect(parse(&cached)).await.expect("it answers");
    assert_eq!(questions(&next, "getMultipleAccounts").await, 0);
    let lazy = Quantumagi::lazily(parse(&cached)).expect("one endpoint needs no cluster");
    assert_eq!(questions(&lazy, "getMultipleAccounts").await, 1);
    std::fs::remove_dir_all(&folder).expect("it is there");
}
