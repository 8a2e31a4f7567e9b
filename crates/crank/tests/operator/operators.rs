//! A crank that is a snapshot operator and anchors checkpoints, as its operator meets it. The endpoint is the local network
//! but for what a network without validators, or one that hides transactions, cannot tell.

use std::time::Duration;

use quantumagi_interface::digest::sha256;
use quantumagi_rpc::pool::{self, EndpointUrl, Http, Post, Transport};
use quantumagi_rpc::solana::{Address, Keypair, Signer, ids};
use quantumagi_rules::action::Action;
use quantumagi_rules::ballot::Choice;
use quantumagi_sdk::snapshot::VoterList;
use quantumagi_sdk::words::hex;
use serde_json::{Value, json};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use crate::endpoint::{Endpoint, Reply};
use crate::process::Home;
use crate::support::{SOL, World};

const ACTION: Action<'_> = Action::PolicyAdopt { text_hash: [2; 32], sunset_at: 0 };

/// The network with these answers in place of its own.
async fn before(world: &World, answer: impl Fn(&str) -> Option<Value> + Send + Sync + 'static) -> Endpoint {
    let url = EndpointUrl::http(world.network.rpc_url()).expect("an address");
    let (to, http) = (pool::Endpoint::new("local".parse().expect("a label"), url), Http::new());
    Endpoint::start(move |method, params, _| {
        if let Some(answer) = answer(method) {
            return Reply::Result(answer);
        }
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
        let timeout = Duration::from_secs(30);
        let post = Post { body: &body, correlation: "test", timeout, max_answer_len: 100 << 20, is_last: false };
        let reply = block_in_place(|| Handle::current().block_on(http.post(&to, post))).expect("the network answers");
        let mut answer: Value = serde_json::from_slice(&reply.body).expect("JSON");
        match answer["error"]["code"].as_i64() {
            None => Reply::Result(answer["result"].take()),
            Some(code) => Reply::Error { code, message: "as the network says" },
        }
    })
    .await
}

fn vote_account(node: Address, stake: u64) -> Value {
    json!({
        "votePubkey": node.to_string(), "nodePubkey": node.to_string(), "activatedStake": stake,
        "epochVoteAccount": true, "commission": 0, "lastVote": 1, "epochCredits": [], "rootSlot": 1,
    })
}

struct Operated {
    world: World,
    home: Home,
    front: Endpoint,
    key: Keypair,
    electorate: Address,
}

impl Operated {
    /// A community whose only operator is this home's crank, and two validators that vote.
    async fn start() -> Self {
        let (world, home) = (World::start().await, Home::new());
        let key = home.key("operator.json");
        let (world, electorate) = world.by_stake(&[key.pubkey()], 1).await;
        world.network.fund(&key.pubkey(), SOL / 100).await.expect("the network funds a wallet");
        world.network.fund(&home.key("wallet.json").pubkey(), SOL / 10).await.expect("the network funds a wallet");
        let [ana, ben] = [0, 1].map(|index: usize| world.people[index].pubkey());
        let accounts = json!({ "current": [vote_account(ana, 600)], "delinquent": [vote_account(ben, 300)] });
        let front = before(&world, move |method| (method == "getVoteAccounts").then(|| accounts.clone())).await;
        let operated = Self { world, home, front, key, electorate };
        operated.configure(&operated.electorate);
        operated
    }

    fn configure(&self, electorate: &Address) {
        let more = format!("operator_keypair = \"operator.json\"\nstake_electorates = [\"{electorate}\"]\n");
        self.home.configure(&[self.world.constitution], &self.front.url(), &more);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_operators_crank_publishes_and_gives_voters_their_list_and_their_proofs() {
    let Operated { world, home, front, .. } = &Operated::start().await;
    let none = home.run(&["snapshot", "show"]);
    let words = "no lists of voters: an operator's crank reads one when a proposal waits for its root\n";
    assert_eq!((none.code, none.stdout.as_str()), (0, words), "{}", none.stderr);
    let proposal = world.propose(ACTION).await;
    let done = home.json(&["run", "--once"], 0);
    let outcome = &done["outcomes"][0];
    assert!(outcome["action"].as_str().expect("a key").contains("/snapshot_publish/0/"), "{outcome}");
    assert_eq!(outcome["outcome"], "done");
    assert_eq!(front.calls("getVoteAccounts").len(), 1);

    let shown = home.json(&["snapshot", "show"], 0);
    let [list] = shown.as_array().expect("a list").as_slice() else { panic!("{shown}") };
    let text = std::fs::read_to_string(list["file"].as_str().expect("a path")).expect("it is there");
    assert_eq!((&list["voters"], &list["total_weight"]), (&json!(2), &json!("900")));
    assert_eq!(list["file_hash"], hex(&sha256(text.as_bytes())));
    let ben = world.people[1].pubkey();
    let proof = |more: &[&str]| {
        let ben = ben.to_string();
        home.run(&[&["snapshot", "proof", &ben, "--proposal", "0", "--json"], more].concat())
    };
    let early = proof(&[]);
    assert_eq!((early.code, early.stdout.as_str()), (1, ""));
    let unbound = "error: no snapshot is bound to the proposal yet: its operators publish one, and anybody binds it\n";
    assert!(early.stderr.starts_with(unbound), "{}", early.stderr);

    world.travel_to(world.client.now().await.expect("the chain's clock").0 + 601).await;
    assert_eq!(home.json(&["run", "--once"], 0)["outcomes"][0]["outcome"], "done");
    let out = home.at("voters.txt");
    let place = proof(&["--out", &out]);
    assert_eq!(place.code, 0, "{}", place.stderr);
    let place: Value = serde_json::from_str(&place.stdout).expect("JSON");
    assert_eq!((&place["weight"], place["proof"].as_array().map(Vec::len)), (&json!(300), Some(1)));
    let voters = VoterList::parse(&std::fs::read_to_string(&out).expect("it is written")).expect("a list");
    assert_eq!((voters.to_text(), place["slot"].as_u64()), (text, Some(voters.slot())));
    let account = world.client.proposal_at(&proposal).await.expect("it is there").value;
    world.travel_to(account.starts_at).await;
    let vote = world.client.snapshot_vote(&proposal, &ben, Choice::For, &voters).await.expect("voting is open");
    world.client.send(&vote, &[&world.people[1]]).await.expect("the vote lands");
    let stranger = home.run(&["snapshot", "proof", &Address::default().to_string(), "--proposal", "0"]);
    let absent = format!("error: {} is not in this snapshot\n", Address::default());
    assert_eq!((stranger.code, stranger.stderr.as_str()), (1, absent.as_str()));
    let unknown = home.run(&["snapshot", "proof", &ben.to_string(), "--proposal", "7"]);
    assert_eq!(unknown.code, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_operators_key_is_checked_as_the_wallet_is() {
    let operated = Operated::start().await;
    let Operated { world, home, key, electorate, .. } = &operated;
    let finding = |what: &str, code: i32| {
        let all = home.json(&["doctor"], code);
        let it = all.as_array().expect("a list").iter().find(|it| it["what"] == what).expect("it was looked at");
        (it["grade"].as_str().expect("a grade").to_owned(), it["words"].as_str().expect("words").to_owned())
    };
    let (operator, list) = (key.pubkey(), format!("electorate {electorate}"));
    for what in ["operator", "operator's role", "operator's balance"] {
        assert_eq!(finding(what, 0).0, "ok", "{what}");
    }
    assert_eq!(finding(&list, 0), ("ok".to_owned(), format!("{operator} is one of its 1 operators")));

    operated.configure(&world.constitution);
    assert_eq!(finding(&format!("electorate {}", world.constitution), 1).0, "wrong");
    operated.configure(electorate);
    home.mode("operator.json", "640");
    let ran = home.run(&["run", "--once"]);
    let path = home.at("operator.json");
    let loose = format!("error: others can read the wallet {path} (mode 640)\n\nhint: chmod 600 '{path}'\n");
    assert_eq!((ran.code, ran.stderr.as_str()), (77, loose.as_str()));
    assert_eq!(finding("operator", 1).0, "wrong");
    home.mode("operator.json", "600");

    let vote = Address::new_from_array([9; 32]);
    let mut data = [2u32.to_le_bytes().as_slice(), operator.as_ref(), &[8; 32]].concat();
    data.resize(3_762, 0);
    world.network.set_account(&vote, &ids::vote::ID, SOL, &data).await.expect("an account can be set");
    let ran = home.run(&["run", "--once"]);
    let identity = format!("error: {operator} is the identity of the validator with the vote account {vote}\n");
    assert_eq!(ran.code, 77);
    assert!(ran.stderr.contains(&identity), "{}", ran.stderr);
    assert_eq!(finding("operator's role", 1).0, "wrong");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_checkpoint_is_anchored_and_a_history_with_a_hole_rings() {
    let (world, home) = (World::start().await, Home::new());
    let wallet = home.set_up(&world, "checkpoint_every = \"1h\"\n").await;
    let done = home.json(&["run", "--once"], 0);
    let action = format!("{}/checkpoint_anchor/history", world.constitution);
    assert_eq!((&done["outcomes"][0]["action"], &done["outcomes"][0]["outcome"]), (&json!(action), &json!("done")));
    assert!(world.balance(&wallet).await < SOL / 10);

    // Somebody who has never proved it asks an endpoint that lists no transactions.
    let front = before(&world, |method| (method == "getSignaturesForAddress").then(|| json!([]))).await;
    let other = Home::new();
    other.set_up(&world, "").await;
    other.configure(&[world.constitution], &front.url(), "checkpoint_every = \"1h\"\n");
    let mut daemon = other.start(&[], &[]);
    daemon.until_such("attempted", |line| line["outcome"] == "refused");
    daemon.until("looked");
    let (_, page) = daemon.page("/metrics");
    let series = format!("quantumagi_crank_history_unproved{{constitution=\"{}\"}} 1", world.constitution);
    assert!(page.contains(&series), "{page}");
    assert!(page.contains("quantumagi_crank_doubtful_roots{state=\"false\"} 0"), "{page}");
    let letters = other.run(&["dlq", "list"]).stdout;
    let words =
        format!("{action}\n    waiting, refused 1 times: the history of {} does not verify: ", world.constitution);
    assert!(letters.starts_with(&words), "{letters}");
    daemon.signal("TERM");
    assert_eq!(daemon.end().0, 0);
}
