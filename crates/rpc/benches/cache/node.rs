//! A cluster of three endpoints that are 20 ms away.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use quantumagi_rpc::pool::{Endpoint, EndpointUrl, Fault, Pool, PoolConfig, Post, Reply, Transport};
use quantumagi_rpc::solana::Address;
use quantumagi_rpc::{Account, Commitment, Rpc};
use serde_json::{Value, json};

const AWAY: Duration = Duration::from_millis(20);
const GENESIS: &str = "EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG";

pub(crate) fn address(number: u64) -> Address {
    let mut bytes = [3; 32];
    bytes[..8].copy_from_slice(&number.to_le_bytes());
    Address::from(bytes)
}

pub(crate) fn account(slot: u64, len: usize) -> Account {
    Account { lamports: slot, owner: Address::default(), data: vec![0; len], executable: false, slot }
}

#[derive(Clone)]
pub(crate) struct Node {
    began: Instant,
    accounts: Arc<AtomicU64>,
}

impl Default for Node {
    fn default() -> Self {
        Self { began: Instant::now(), accounts: Arc::default() }
    }
}

impl Node {
    pub(crate) fn rpc(&self) -> Rpc {
        let endpoints = ["a", "b", "c"].map(|name| {
            let url = EndpointUrl::http(&format!("http://{name}.example.org")).expect("an address");
            Endpoint::new(name.parse().expect("a name"), url)
        });
        let config = PoolConfig::of("devnet".parse().expect("a cluster"), endpoints.into());
        Rpc::with_pool(Pool::with_transport(config, self.clone()), Commitment::Confirmed)
    }

    pub(crate) fn slot(&self) -> u64 {
        1_000 + u64::try_from(self.began.elapsed().as_millis()).expect("a short run") / 400
    }

    /// Accounts that were asked for so far.
    pub(crate) fn accounts(&self) -> u64 {
        self.accounts.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl Transport for Node {
    async fn post(&self, _: &Endpoint, post: Post<'_>) -> Result<Reply, Fault> {
        tokio::time::sleep(AWAY).await;
        let body: Value = serde_json::from_str(post.body).expect("the pool sends JSON");
        let slot = self.slot();
        let account = || {
            self.accounts.fetch_add(1, Ordering::Relaxed);
            json!({
                "lamports": slot, "owner": "11111111111111111111111111111111", "data": ["A".repeat(220), "base64"],
                "executable": false,
            })
        };
        let at = |value: Value| json!({ "context": { "slot": slot }, "value": value });
        let result = match body["method"].as_str() {
            Some("getGenesisHash") => json!(GENESIS),
            Some("getAccountInfo") => at(account()),
            Some("getMultipleAccounts") => {
                let asked = body["params"][0].as_array().map_or(0, Vec::len);
                at((0..asked).map(|_| account()).collect())
            }
            _ => json!(slot),
        };
        let body = json!({ "id": body["id"], "result": result }).to_string().into_bytes();
        Ok(Reply { status: 200, retry_after: None, body })
    }
}
