//! A sealed community of three, and commands about it.

use quantumagi_rpc::solana::Address;
use quantumagi_rpc::{Commitment, Rpc};
use serde_json::Value;

use super::support::World;

/// Runs commands about one community.
pub(crate) struct Garden {
    pub(crate) world: World,
    pub(crate) constitution: String,
}

impl Garden {
    pub(crate) async fn new() -> Self {
        let world = World::new().await;
        let constitution = world.community();
        Self { world, constitution }
    }

    #[track_caller]
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        self.world.json(&[args, &["-c", &self.constitution]].concat())
    }

    #[track_caller]
    pub(crate) fn words(&self, args: &[&str]) -> String {
        self.world.words(&[args, &["-c", &self.constitution]].concat())
    }

    #[track_caller]
    pub(crate) fn refused(&self, args: &[&str], code: i32) -> String {
        self.world.refused(&[args, &["-c", &self.constitution]].concat(), code)
    }

    pub(crate) async fn travel_to(&self, moment: &Value) {
        let moment = moment.as_i64().expect("a moment");
        self.world.network.travel_to(moment).await.expect("the clock goes forward");
    }

    /// The chain's time, Unix seconds.
    pub(crate) async fn now(&self) -> i64 {
        let rpc = Rpc::new(self.world.network.rpc_url(), Commitment::Confirmed);
        rpc.clock().await.expect("the chain's clock").unix_timestamp
    }

    pub(crate) async fn balance(&self, address: &Address) -> u64 {
        let rpc = Rpc::new(self.world.network.rpc_url(), Commitment::Confirmed);
        rpc.balance(address).await.expect("a balance")
    }
}

/// Only these fields of an object.
pub(crate) fn only(value: &Value, fields: &[&str]) -> Value {
    let object = value.as_object().expect("an object");
    fields.iter().map(|field| ((*field).to_owned(), object.get(*field).cloned().unwrap_or(Value::Null))).collect()
}

impl Garden {
    /// Proposes; the id.
    #[track_caller]
    pub(crate) fn propose(&self, action: &[&str]) -> String {
        let created = self.json(&[&["proposal", "create", "--reason", "Because"], action].concat());
        created["proposal"].to_string()
    }

    /// Moves the clock to this moment of a proposal.
    pub(crate) async fn reach(&self, id: &str, moment: &str) {
        let times = self.json(&["proposal", "show", id])["times"].clone();
        self.travel_to(&times[moment]).await;
    }

    /// Has Ana and Ben vote for proposals, writes the outcomes down and waits until all can be executed. In order of ids.
    pub(crate) async fn approve(&self, ids: &[&str]) {
        let last = ids.last().expect("there are some");
        self.reach(last, "starts_at").await;
        for id in ids {
            self.json(&["proposal", "vote", id, "for"]);
            self.json(&["proposal", "vote", id, "for", "--keypair", &self.world.ben.file]);
        }
        self.reach(last, "ends_at").await;
        for id in ids {
            assert_eq!(self.json(&["proposal", "finalize", id])["outcome"], "approved");
        }
        self.reach(last, "opens_at").await;
    }
}
