//! An endpoint that lags behind what a crank has done.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use quantumagi_crank::Crank;
use quantumagi_rpc::pool::{Endpoint, EndpointUrl, Fault, Http, Pool, PoolConfig, Post, Reply, Transport};
use quantumagi_rpc::{Commitment, Rpc};
use quantumagi_rules::action::Action;
use quantumagi_sdk::Quantumagi;
use serde_json::Value;

use super::support::{World, journal, round, terms, told};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Memory {
    Fresh,
    /// What many accounts were at one time is what they were when they were asked for first.
    Stale,
}

struct Lagging {
    http: Http,
    memory: Arc<Mutex<Memory>>,
    first: Mutex<HashMap<String, Reply>>,
}

#[async_trait]
impl Transport for Lagging {
    async fn post(&self, to: &Endpoint, post: Post<'_>) -> Result<Reply, Fault> {
        let body: Value = serde_json::from_str(post.body).expect("JSON");
        if body["method"] != "getMultipleAccounts" {
            return self.http.post(to, post).await;
        }
        let asked = body["params"].to_string();
        let memory = *self.memory.lock().expect("nobody panics");
        let known = self.first.lock().expect("nobody panics").get(&asked).cloned();
        match known {
            Some(reply) if memory == Memory::Stale => {
                let mut answer: Value = serde_json::from_slice(&reply.body).expect("JSON");
                answer["id"] = body["id"].clone();
                Ok(Reply { body: answer.to_string().into_bytes(), ..reply })
            }
            _ => {
                let reply = self.http.post(to, post).await?;
                self.first.lock().expect("nobody panics").entry(asked).or_insert_with(|| reply.clone());
                Ok(reply)
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_endpoint_that_lags_behind_does_not_know_to_be_done_is_not_done_again() {
    let world = World::start().await;
    let (key, journal) = (world.wallet().await, journal());
    let proposal = world.propose(Action::PrincipleRetire { principle_id: 0, version: 1 }).await;
    let account = world.client.proposal_at(&proposal).await.expect("it is there").value;
    let memory = Arc::new(Mutex::new(Memory::Fresh));
    let transport = Lagging { http: Http::new(), memory: Arc::clone(&memory), first: Mutex::default() };
    let url = EndpointUrl::http(world.network.rpc_url()).expect("an address");
    let config = PoolConfig::of_one(Endpoint::new("local".parse().expect("a label"), url));
    let client = Quantumagi::new(Rpc::with_pool(Pool::with_transport(config, transport), Commitment::Confirmed));
    let mut crank = Crank::new(client, Arc::clone(&key), &[world.constitution], terms(), Arc::clone(&journal));
    for _ in 0..2 {
        // The second look asks as every later one does.
        assert_eq!(round(&mut crank).await.due, [], "voting goes on");
    }
    world.travel_to(account.ends_at).await;
    assert_eq!(told(&round(&mut crank).await), [("proposal_finalize", "done")]);
    *memory.lock().expect("nobody panics") = Memory::Stale;
    let late = round(&mut crank).await;
    assert!(late.clock.is_some_and(|clock| account.ends_at <= clock.unix_timestamp) && late.unread.is_empty());
    assert_eq!((late.due, late.outcomes), (vec![], vec![]), "by what it reads, the vote has ended and has no outcome");
    assert_eq!(journal.attempts_since(0).expect("read").len(), 1);
    *memory.lock().expect("nobody panics") = Memory::Fresh;
    assert_eq!(told(&round(&mut crank).await), [("proposal_close", "done")]);
}
