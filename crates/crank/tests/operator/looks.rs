//! One look, by what it does and by its exit code.

use quantumagi_interface::{Address, pda};
use quantumagi_rpc::solana::{Signer, ids};
use quantumagi_rules::action::Action;
use quantumagi_rules::ballot::Choice;
use serde_json::json;

use crate::endpoint::{Endpoint, Reply};
use crate::process::Home;
use crate::support::{SOL, World};

const RECIPIENT: [u8; 32] = [7; 32];

/// A vote account of version 2: its validator's identity and who may withdraw.
fn vote_account(node: &Address, withdrawer: &Address) -> Vec<u8> {
    let version = 2u32.to_le_bytes();
    let mut data = [version.as_slice(), node.as_ref(), withdrawer.as_ref()].concat();
    data.resize(3_762, 0);
    data
}

#[tokio::test(flavor = "multi_thread")]
async fn each_way_to_look_does_what_it_says_and_ends_with_its_code() {
    let (world, home) = (World::start().await, Home::new());
    let wallet = home.set_up(&world, "close_after = \"0ms\"\n").await;
    let nothing = home.run(&["run", "--once"]);
    assert_eq!((nothing.code, nothing.stdout.as_str()), (0, "nothing is due\n"), "{}", nothing.stderr);

    // More than the vault holds.
    let proposal = world.propose(Action::TransferLamports { recipient: RECIPIENT, lamports: 7 * SOL }).await;
    let account = world.client.proposal_at(&proposal).await.expect("it is there").value;
    world.travel_to(account.starts_at).await;
    world.vote(&proposal, Choice::For).await;
    world.travel_to(account.ends_at).await;
    let action = format!("{}/proposal_finalize/{}", world.constitution, account.id);
    let observed = home.json(&["run", "--once", "--observe"], 1);
    assert_eq!(
        (&observed["left"][0], observed["outcomes"].as_array().map(Vec::len)),
        (&action.clone().into(), Some(0))
    );
    let rehearsed = home.json(&["run", "--once", "--dry-run"], 0);
    let outcome = &rehearsed["outcomes"][0];
    assert_eq!((outcome["action"].as_str(), outcome["outcome"].as_str()), (Some(action.as_str()), Some("rehearsed")));
    assert_eq!(world.balance(&wallet).await, SOL / 10, "nothing was sent");
    let done = home.json(&["run", "--once"], 0);
    assert_eq!((done["outcomes"][0]["outcome"].as_str(), done["is_clear"].as_bool()), (Some("done"), Some(true)));
    let fee = done["outcomes"][0]["fee_lamports"].as_u64().expect("a fee");
    assert_eq!(world.balance(&wallet).await, SOL / 10 - fee);

    world.travel_to(account.timetable().expect("moments").opens_at.0).await;
    let refused = home.run(&["run", "--once"]);
    assert_eq!(refused.code, 1, "{} {}", refused.stdout, refused.stderr);
    let execute = format!("{}/proposal_execute/{}", world.constitution, account.id);
    assert!(refused.stdout.starts_with(&format!("{execute}: refused: ")), "{}", refused.stdout);
    assert!(home.run(&["dlq", "list"]).stdout.starts_with(&format!("{execute}\n    waiting, refused 1 times: ")));
    let waiting = home.run(&["run", "--once"]);
    assert_eq!((waiting.code, waiting.stdout), (1, format!("{execute}: due, not attempted\n")), "its pause runs");
    world.network.fund(&pda::vault(&world.constitution), 8 * SOL).await.expect("the vault is funded");
    home.json(&["dlq", "replay", &execute], 0);
    assert_eq!(home.run(&["run", "--once"]).code, 0);
    assert_eq!(world.balance(&Address::new_from_array(RECIPIENT)).await, 7 * SOL);
    assert_eq!(home.run(&["dlq", "list"]).stdout, "no dead letters\n");
    assert_eq!(world.client.proposals(&world.constitution).await.expect("the list"), [], "closed in the same look");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_is_not_there_is_worth_another_try() {
    let home = Home::new();
    home.key("wallet.json");
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("a port");
    let url = format!("http://user:pass@{free}/path0?key=k3y");
    home.configure(&[Address::default()], &url, "[retry]\nattempts = 1\n");
    for args in [&["run", "--once"][..], &["run", "--once", "--observe"], &["run", "--once", "--dry-run"]] {
        let mut command = home.command(args);
        command.env("QUANTUMAGI_CRANK_LOG_LEVEL", "debug");
        let ran = home.ended(command);
        assert_eq!(ran.code, 75, "{args:?}: {} {}", ran.stdout, ran.stderr);
        let failed = ran.stderr.lines().find(|line| line.contains("\"call failed\"")).expect("it is told");
        let failed: serde_json::Value = serde_json::from_str(failed).expect("JSON");
        assert!(failed["span"]["correlation"].is_string() && failed["span"]["method"].is_string(), "{failed}");
        for secret in ["user", "pass", "path0", "k3y"] {
            assert!(!ran.stdout.contains(secret) && !ran.stderr.contains(secret), "{secret}: {ran:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_validators_keys_are_refused_as_wallets() {
    let (world, home) = (World::start().await, Home::new());
    // A port of its own: a crank of this machine may have the usual one.
    let wallet = home.set_up(&world, "listen = \"127.0.0.1:0\"\n").await;
    let (other, vote) = (Address::new_from_array([8; 32]), Address::new_from_array([9; 32]));
    let cases = [
        (wallet, other, format!("{wallet} is the identity of the validator with the vote account {vote}")),
        (other, wallet, format!("{wallet} may withdraw from the vote account {vote}")),
    ];
    for (node, withdrawer, words) in cases {
        let data = vote_account(&node, &withdrawer);
        world.network.set_account(&vote, &ids::vote::ID, SOL, &data).await.expect("an account can be set");
        for args in [&["run", "--once"][..], &["run"]] {
            let ran = home.run(args);
            assert_eq!((ran.code, ran.stdout.as_str()), (77, ""));
            assert!(ran.stderr.contains(&format!("error: {words}\n")), "{}", ran.stderr);
        }
    }
    let data = vote_account(&other, &other);
    world.network.set_account(&vote, &ids::vote::ID, SOL, &data).await.expect("an account can be set");
    assert_eq!(home.run(&["run", "--once"]).code, 0, "somebody else's");
    world.network.set_account(&wallet, &ids::vote::ID, SOL, &data).await.expect("an account can be set");
    let ran = home.run(&["run", "--once"]);
    assert_eq!(ran.code, 77);
    let words = format!("error: {wallet} is no wallet: the program {} owns it\n", ids::vote::ID);
    assert!(ran.stderr.contains(&words), "{}", ran.stderr);
}

/// Providers often do not search accounts; they all know who votes.
#[tokio::test(flavor = "multi_thread")]
async fn an_identity_is_refused_also_where_accounts_are_not_searched() {
    let home = Home::new();
    let wallet = home.key("wallet.json").pubkey();
    for (node, code) in [(wallet, 77), (Address::new_from_array([8; 32]), 75)] {
        let vote = Address::new_from_array([9; 32]);
        let endpoint = Endpoint::start(move |method, params, _| match method {
            "getAccountInfo" if params[0] == wallet.to_string() => {
                Reply::Result(json!({ "context": { "slot": 1 }, "value": null }))
            }
            "getVoteAccounts" => {
                let account = json!({
                    "votePubkey": vote.to_string(), "nodePubkey": node.to_string(), "activatedStake": 1,
                    "epochVoteAccount": true, "commission": 0, "lastVote": 1, "epochCredits": [], "rootSlot": 1,
                });
                Reply::Result(json!({ "current": [account], "delinquent": [] }))
            }
            _ => Reply::Error { code: -32_601, message: "Method not found" },
        })
        .await;
        home.configure(&[Address::default()], &endpoint.url(), "[retry]\nattempts = 1\n");
        let ran = home.run(&["run", "--once"]);
        assert_eq!(ran.code, code, "{} {}", ran.stdout, ran.stderr);
        assert_eq!(endpoint.calls("getVoteAccounts").len(), 1);
        let words = format!("error: {wallet} is the identity of the validator with the vote account {vote}\n");
        assert_eq!(ran.stderr.contains(&words), node == wallet, "{}", ran.stderr);
        let is_told = ran.stderr.contains("whether the wallet is a validator's key is not known");
        assert_eq!(is_told, node != wallet, "{}", ran.stderr);
        assert!(!ran.stderr.contains("secret-key"), "{}", ran.stderr);
    }
}
