//! A community that votes by stake, the validators of a cluster whose stake a test sets, and operators' cranks.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use quantumagi_crank::{Crank, Journal, OnFalseRoot, Operator, Terms};
use quantumagi_interface::Address;
use quantumagi_rpc::pool::{Endpoint, EndpointUrl, Fault, Http, Pool, PoolConfig, Post, Reply, Transport};
use quantumagi_rpc::solana::{Keypair, Signer};
use quantumagi_rpc::{Commitment, Rpc};
use quantumagi_rules::electorate::ElectorateKind;
use quantumagi_sdk::Quantumagi;
use quantumagi_sdk::builders::OperatorTerms;
use serde_json::{Value, json};

use super::{SOL, TRACK, World, begin, seal};

static FOLDERS: AtomicU32 = AtomicU32::new(0);

/// A folder of its own, gone with this.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        Self(std::env::temp_dir().join(format!("quantumagi-electors-{}-{number}", std::process::id())))
    }

    /// The only file in it.
    pub(crate) fn only_text(&self) -> String {
        let files: Vec<_> = std::fs::read_dir(&self.0).expect("it is there").map(|it| it.expect("a file")).collect();
        let [file] = files.as_slice() else { panic!("{files:?}") };
        std::fs::read_to_string(file.path()).expect("it can be read")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left behind lies in the system's temporary folder.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Who has how much stake, as an endpoint tells it, and how often it was asked. All else comes from the network.
#[derive(Clone, Default)]
pub(crate) struct Validators {
    pub(crate) stake: Arc<Mutex<Vec<(Address, u64)>>>,
    pub(crate) asked: Arc<AtomicUsize>,
    /// Whether the endpoint does not serve it, as providers may not.
    pub(crate) is_refused: Arc<AtomicBool>,
}

struct Told {
    http: Http,
    validators: Validators,
}

#[async_trait]
impl Transport for Told {
    async fn post(&self, to: &Endpoint, post: Post<'_>) -> Result<Reply, Fault> {
        let body: Value = serde_json::from_str(post.body).expect("JSON");
        // The network has no validators: asked for its epoch, whose shape matters only, it answers as it does.
        let reply = self.http.post(to, post).await?;
        if body["method"] != "getVoteAccounts" {
            return Ok(reply);
        }
        self.validators.asked.fetch_add(1, Ordering::Relaxed);
        let stake = self.validators.stake.lock().expect("nobody panics").clone();
        let account = |(node, stake): (Address, u64)| {
            json!({
                "votePubkey": node.to_string(), "nodePubkey": node.to_string(), "activatedStake": stake,
                "epochVoteAccount": true, "commission": 0, "lastVote": 1, "epochCredits": [], "rootSlot": 1,
            })
        };
        let accounts: Vec<Value> = stake.into_iter().map(account).collect();
        let answer = if self.validators.is_refused.load(Ordering::Relaxed) {
            json!({ "jsonrpc": "2.0", "id": body["id"], "error": { "code": -32_601, "message": "Method not found" } })
        } else {
            json!({ "jsonrpc": "2.0", "id": body["id"], "result": { "current": accounts, "delinquent": [] } })
        };
        Ok(Reply { body: answer.to_string().into_bytes(), ..reply })
    }
}

impl Validators {
    pub(crate) fn with(stake: &[(Address, u64)]) -> Self {
        let validators = Self::default();
        validators.set(stake);
        validators
    }

    pub(crate) fn set(&self, stake: &[(Address, u64)]) {
        *self.stake.lock().expect("nobody panics") = stake.to_vec();
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    /// A client of an endpoint that tells of them.
    pub(crate) fn client(&self, world: &World) -> Quantumagi {
        let url = EndpointUrl::http(world.network.rpc_url()).expect("an address");
        let config = PoolConfig::of_one(Endpoint::new("local".parse().expect("a label"), url));
        let told = Told { http: Http::new(), validators: self.clone() };
        Quantumagi::new(Rpc::with_pool(Pool::with_transport(config, told), Commitment::Confirmed))
    }
}

impl World {
    /// The same network with a constitution that is voted on by validators, whose operators need so many approvals more than
    /// challenges.
    pub(crate) async fn by_stake(mut self, operators: &[Address], needed: u8) -> (Self, Address) {
        let (ana, key) = (&self.people[0], Keypair::new());
        let at = begin(&self.client, ana, &key, TRACK).await;
        let terms = OperatorTerms { operators: operators.to_vec(), needed, challenge_seconds: 600 };
        let (electorate, create) = self.client.operators_create(&at, &ana.pubkey(), &terms).await.expect("legal terms");
        self.client.send(&[create], &[ana]).await.expect("the operators are named");
        let kind = ElectorateKind::Snapshot;
        let adopt = self.client.electorate_adopt(&at, &ana.pubkey(), kind, &electorate).await.expect("the founder may");
        self.client.send(&[adopt], &[ana]).await.expect("the operators are adopted");
        seal(&self.client, ana, &at).await;
        self.constitution = at;
        (self, electorate)
    }

    /// A key with a tenth of a SOL for rent.
    pub(crate) async fn operator_key(&self) -> Arc<Keypair> {
        let key = Keypair::new();
        self.network.fund(&key.pubkey(), SOL / 10).await.expect("the network funds a wallet");
        Arc::new(key)
    }
}

/// An operator's crank, and what it starts again from.
pub(crate) struct Desk {
    pub(crate) wallet: Arc<Keypair>,
    pub(crate) key: Arc<Keypair>,
    pub(crate) journal: Arc<Journal>,
    pub(crate) folder: Folder,
    pub(crate) validators: Validators,
}

impl Desk {
    pub(crate) fn start(&self, world: &World, electorate: &Address, on_false: OnFalseRoot, terms: Terms) -> Crank {
        let operator = Operator::new(Arc::clone(&self.key), &[*electorate], on_false, &self.folder.0);
        let client = self.validators.client(world);
        let (wallet, journal) = (Arc::clone(&self.wallet), Arc::clone(&self.journal));
        let crank = Crank::new(client, wallet, &[world.constitution], terms, journal);
        crank.operating(operator.expect("its folder can be made"))
    }
}
