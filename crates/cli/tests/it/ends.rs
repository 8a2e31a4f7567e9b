//! Every other way a proposal and a policy can end, and every other action.

use quantumagi_interface::pda;
use quantumagi_rpc::solana::{Address, Keypair, Signer};
use serde_json::json;

use super::garden::{Garden, only};

#[tokio::test(flavor = "multi_thread")]
async fn proposals_are_withdrawn_defeated_and_expire() {
    let garden = Garden::new().await;
    let withdrawn = garden.propose(&["principle-retire", "1"]);
    let defeated = garden.propose(&["principle-retire", "1"]);
    let missed = garden.propose(&["principle-retire", "1"]);
    let others = garden.refused(&["proposal", "cancel", &withdrawn, "--keypair", &garden.world.ben.file], 1);
    assert!(others.starts_with("error: only "), "{others}");
    assert_eq!(garden.json(&["proposal", "cancel", &withdrawn])["done"], "proposal 0 withdrawn");

    garden.reach(&missed, "starts_at").await;
    garden.json(&["proposal", "vote", &defeated, "against"]);
    garden.json(&["proposal", "vote", &missed, "for"]);
    garden.refused(&["proposal", "vote", &withdrawn, "for"], 1);
    assert_eq!(garden.json(&["proposal", "show", &withdrawn])["tally"]["ballots_cast"], 0);
    garden.reach(&missed, "ends_at").await;
    assert_eq!(garden.json(&["proposal", "finalize", &defeated])["outcome"], "defeated");
    assert_eq!(garden.json(&["proposal", "finalize", &missed])["outcome"], "approved");
    let early = garden.refused(&["proposal", "expire", &missed], 75);
    assert!(early.starts_with("error: the proposal can be executed until "), "{early}");
    garden.reach(&missed, "closes_at").await;
    let late = garden.refused(&["proposal", "execute", &missed], 1);
    assert!(late.starts_with("error: the execution window closed at "), "{late}");
    assert_eq!(garden.json(&["proposal", "expire", &missed])["done"], "proposal 2 expired");

    for (id, phase, outcome) in [
        (&withdrawn, "cancelled", "withdrawn by its proposer before voting ended"),
        (&defeated, "defeated", "defeated: nobody voted for it"),
        (
            &missed,
            "expired",
            "approved and not executed in time: 3 of 3 were for, 100.00 % of for and against, where 60.00 % were needed",
        ),
    ] {
        let shown = garden.json(&["proposal", "show", id]);
        assert_eq!(only(&shown, &["phase", "outcome"]), json!({ "phase": phase, "outcome": outcome }));
        garden.json(&["proposal", "close", id]);
        let closed = garden.json(&["proposal", "show", id]);
        assert_eq!(
            only(&closed, &["phase", "outcome", "is_closed"]),
            json!({ "phase": phase, "outcome": outcome, "is_closed": true })
        );
        assert_eq!(closed["voters"].as_array().expect("a list").len(), 3, "who could vote is still known");
    }
    assert_eq!(garden.json(&["audit", "verify"])["is_proved"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn final_ballots_end_the_vote_as_soon_as_it_is_settled() {
    let garden = Garden::new().await;
    let id = garden.propose(&["principle-retire", "1", "--final-ballots"]);
    garden.reach(&id, "starts_at").await;
    garden.json(&["proposal", "vote", &id, "for"]);
    assert_eq!(
        garden.refused(&["proposal", "vote", &id, "against"], 1),
        "error: the ballot was cast as for and is final\n"
    );
    garden.json(&["proposal", "vote", &id, "for", "--keypair", &garden.world.ben.file]);
    assert_eq!(garden.json(&["proposal", "show", &id])["phase"], "counting");
    assert_eq!(garden.json(&["proposal", "finalize", &id])["outcome"], "approved");
}

#[tokio::test(flavor = "multi_thread")]
async fn policies_are_amended_repealed_and_end_by_themselves() {
    let garden = Garden::new().await;
    let home = &garden.world.home;
    let (tools, quiet) =
        (home.write("tools.md", "# Tools\n\nTools go back.\n"), home.write("quiet.md", "# Quiet\n\nNo noise.\n"));
    // It is executed three hours after its creation, and the next round takes three more.
    let created_at =
        garden.json(&["proposal", "show", &garden.propose(&["principle-retire", "1"])])["times"]["created_at"].as_i64();
    let until = (created_at.expect("a moment") + 4 * 3_600).to_string();
    let adopt = garden.propose(&["policy-adopt", "--file", &tools, "--cites", "0"]);
    let ending = garden.propose(&["policy-adopt", "--file", &quiet, "--cites", "0", "--until", &until]);
    garden.approve(&[&adopt, &ending]).await;
    garden.json(&["proposal", "execute", &adopt]);
    garden.json(&["proposal", "execute", &ending]);
    assert_eq!(garden.json(&["policy", "show", "1"])["sunset_at"].to_string(), until);
    assert_eq!(garden.refused(&["policy", "sunset", "1"], 1), "error: policy 1 is still in force\n");

    let past = garden.refused(
        &[
            "proposal",
            "create",
            "policy-amend",
            "0",
            "--file",
            &quiet,
            "--until",
            "2020-01-01",
            "--cites",
            "0",
            "--reason",
            "x",
        ],
        1,
    );
    assert!(past.starts_with("error: the sunset, 2020-01-01, is not later than now, "), "{past}");
    let amend = garden.propose(&["policy-amend", "0", "--file", &quiet, "--cites", "0"]);
    let repeal = garden.propose(&["policy-repeal", "0", "--cites", "0"]);
    assert_eq!(garden.json(&["proposal", "show", &repeal])["action"]["sentence"], "repeals policy 0 \"Tools\"");
    garden.approve(&[&amend, &repeal]).await;
    garden.json(&["proposal", "execute", &amend]);
    let fields = ["title", "version", "status"];
    let shown = garden.json(&["policy", "show", "0"]);
    assert_eq!(only(&shown, &fields), json!({ "title": "Quiet", "version": 2, "status": "in force" }));
    garden.json(&["proposal", "execute", &repeal]);
    let shown = garden.json(&["policy", "show", "0"]);
    assert_eq!(only(&shown, &fields), json!({ "title": "Quiet", "version": 2, "status": "repealed" }));
    // The second round has taken longer than the other policy was to hold.
    assert_eq!(garden.json(&["policy", "show", "1"])["status"], "ended");
    assert_eq!(garden.json(&["policy", "sunset", "1"])["done"], "the end of policy 1 is written down");
    for id in ["0", "1"] {
        garden.json(&["policy", "close", id]);
    }
    assert_eq!(garden.words(&["policy", "list"]), "no policies\n");
    assert_eq!(garden.json(&["audit", "verify"])["is_proved"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rest_is_changed_by_vote_too() {
    let garden = Garden::new().await;
    let world = &garden.world;
    let constitution: Address = garden.constitution.parse().expect("an address");
    let members = world.home.write("new.csv", format!("{},1\n{},1\n", world.ben.address(), world.cleo.address()));
    garden.json(&["roster", "create", "--members", &members]);
    garden.json(&["vault", "fund", "2"]);
    let text = world.home.write("fourth.md", "Paths stay free.\n");
    let add = garden.propose(&["principle-add", "--file", &text, "--class", "entrenched", "--category", "safety"]);
    let amend = garden.propose(&["principle-amend", "0", "--file", &text]);
    let retire = garden.propose(&["principle-retire", "1"]);
    let roster = garden.propose(&["roster-adopt", "2"]);
    // A transfer by the System program, whose sender is the vault.
    let payee = Keypair::new().pubkey();
    let to = format!("{payee}:w");
    let data = format!("02000000{}", quantumagi_sdk::words::hex(&1_000_000_000u64.to_le_bytes()));
    let system = "11111111111111111111111111111111";
    let call =
        garden.propose(&["invoke", system, "--account", "vault:ws", "--account", &to, "--data", &data, "--cites", "0"]);
    let sentence = garden.json(&["proposal", "show", &call])["action"]["sentence"].clone();
    assert_eq!(
        sentence,
        format!("calls the System program, signed by the vault: transfers 1 SOL from the vault to {payee}")
    );
    let ids = [&add, &amend, &retire, &roster, &call].map(String::as_str);
    garden.approve(&ids).await;
    for id in ids {
        let without_a_key = ["proposal", "check", id, "--keypair", "/nowhere"];
        assert_eq!(garden.json(&without_a_key)["trial"]["would_succeed"], true, "{id}");
        garden.json(&["proposal", "execute", id]);
    }
    assert_eq!(garden.balance(&payee).await, 1_000_000_000);
    let principles = garden.json(&["principle", "list"]);
    let fields = ["title", "class", "version", "is_retired"];
    let rows: Vec<_> =
        principles["principles"].as_array().expect("a list").iter().map(|row| only(row, &fields)).collect();
    let row = |title, class, version, is_retired| json!({ "title": title, "class": class, "version": version, "is_retired": is_retired });
    assert_eq!(
        rows,
        [
            row("Paths stay free.", "ordinary", 2, false),
            row("2 Water", "ordinary", 1, true),
            row("Paths stay free.", "entrenched", 1, false)
        ]
    );
    let rosters = garden.json(&["roster", "list"]);
    assert_eq!(
        rosters["rosters"],
        json!([
            { "version": 1, "members": 3, "size": 3, "total_weight": 6, "bound_proposals": 5, "is_adopted": false },
            { "version": 2, "members": 2, "size": 2, "total_weight": 2, "bound_proposals": 1, "is_adopted": true },
        ])
    );
    let in_use = garden.refused(&["roster", "close", "1"], 1);
    assert_eq!(in_use, "error: roster 1 is needed: 5 proposals that are not closed are bound to it\n");
    for id in ids {
        garden.json(&["proposal", "close", id]);
    }
    assert_eq!(garden.json(&["roster", "close", "1"])["done"], "roster 1 closed");
    let outsider = garden.refused(&["proposal", "create", "principle-retire", "0", "--reason", "Not any more"], 1);
    assert!(outsider.starts_with(&format!("error: {} is not a member of", world.ana.address())), "{outsider}");
    assert_eq!(garden.json(&["proposal", "show", "0"])["voters"].as_array().expect("a list").len(), 3);
    assert_eq!(garden.json(&["audit", "verify"])["is_proved"], true);
    assert_eq!(garden.json(&["constitution", "show"])["vault"], pda::vault(&constitution).to_string());
}
