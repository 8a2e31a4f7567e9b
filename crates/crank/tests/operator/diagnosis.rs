//! `doctor`: all is well, then one thing after the other is wrong.

use quantumagi_interface::Address;
use quantumagi_localnet::{LocalNetwork, Options};
use serde_json::Value;

use crate::process::Home;
use crate::support::{SOL, World};

/// What was looked at, with its grade and its words.
#[track_caller]
fn looked(home: &Home, code: i32) -> Vec<(String, String, String)> {
    let findings = home.json(&["doctor"], code);
    let text = |finding: &Value, key: &str| finding[key].as_str().expect("a text").to_owned();
    let findings = findings.as_array().expect("a list");
    for finding in findings {
        assert_eq!(
            finding["grade"] == "ok",
            finding["mend"].is_null(),
            "what is not well says how to mend it: {finding}"
        );
    }
    findings.iter().map(|it| (text(it, "what"), text(it, "grade"), text(it, "words"))).collect()
}

#[track_caller]
fn check(home: &Home, what: &str, grade: &str, words: &str) {
    let found = looked(home, i32::from(grade == "wrong"));
    let others: Vec<_> = found.iter().filter(|it| it.1 == "wrong" && it.0 != what).collect();
    assert!(others.is_empty(), "{others:?}");
    let (_, found, said) = found.into_iter().find(|it| it.0 == what).expect("it was looked at");
    assert!(found == grade && said.contains(words), "{what}: {found}: {said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crank_that_can_run_is_told_so_and_each_fault_has_its_words() {
    let (world, home) = (World::start().await, Home::new());
    let wallet = home.set_up(&world, "").await;
    let (url, constitution) = (world.network.rpc_url(), format!("constitution {}", world.constitution));
    let all: Vec<(String, String)> = looked(&home, 0).into_iter().map(|it| (it.0, it.1)).collect();
    let names = ["configuration", "disk", "journal", "wallet", "endpoint rpc", "clock", "program", &constitution];
    let expected: Vec<(String, String)> =
        names.iter().chain(&["wallet's role", "balance"]).map(|name| ((*name).to_owned(), "ok".to_owned())).collect();
    assert_eq!(all, expected);
    assert!(!home.path.join("state").exists(), "it makes nothing");
    let words = home.run(&["doctor"]).stdout;
    assert!(words.ends_with("\nthe crank can run\n") && words.contains("ok    wallet: "), "{words}");

    home.mode("crank.toml", "644");
    check(&home, "configuration", "note", "everybody on this machine can read");
    home.mode("crank.toml", "640");
    home.mode("wallet.json", "604");
    check(&home, "wallet", "wrong", "others can read the wallet");
    home.mode("wallet.json", "600");

    world.network.fund(&wallet, SOL / 100).await.expect("the network funds a wallet");
    check(&home, "balance", "note", "holds 10000000 lamports, less than min_balance, 50000000");
    world.network.fund(&wallet, 49_999).await.expect("the network funds a wallet");
    check(&home, "balance", "wrong", "holds 49999 lamports, and one transaction may cost 50000");
    world.network.fund(&wallet, SOL).await.expect("the network funds a wallet");

    let now = world.client.now().await.expect("the chain's clock");
    world.travel_to(now.0 + 7_200).await;
    check(&home, "clock", "note", "s from the chain's; what is due goes by the chain's");

    let stranger = Address::new_from_array([3; 32]);
    home.configure(&[stranger], url, "");
    check(&home, &format!("constitution {stranger}"), "wrong", "there is no constitution at");
    home.configure(&[wallet], url, "");
    check(&home, &format!("constitution {wallet}"), "wrong", "");
    home.configure(&[world.constitution], url, "cluster = \"devnet\"\n");
    let found = looked(&home, 1);
    let foreign = found.iter().find(|it| it.0 == "endpoint rpc").expect("it was looked at");
    assert!(
        foreign.1 == "wrong" && foreign.2.contains("not EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG"),
        "{foreign:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_made_and_a_missing_program_are_found() {
    let network = LocalNetwork::start(Options::default()).await.expect("the local network starts");
    let home = Home::new();
    home.key("wallet.json");
    home.configure(&[Address::default()], network.rpc_url(), "");
    home.write("state", "a file where a folder should be");
    let found = looked(&home, 1);
    let graded = |what: &str| found.iter().find(|it| it.0 == what).map(|it| (it.1.as_str(), it.2.as_str()));
    let (grade, words) = graded("journal").expect("it was looked at");
    assert!(grade == "wrong" && words.ends_with("/state is no folder that this user may write"), "{words}");
    let (grade, words) = graded("program").expect("it was looked at");
    assert!(grade == "wrong" && words.ends_with("is not deployed on this cluster"), "{words}");
    assert_eq!(graded("balance").map(|it| it.0), Some("wrong"), "a new wallet is empty");
}
