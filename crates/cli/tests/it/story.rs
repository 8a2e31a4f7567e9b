//! A community's decisions from the founding to the audit, through the binary.

use quantumagi_interface::digest::sha256;
use quantumagi_interface::pda;
use quantumagi_rpc::solana::{Keypair, Signer};
use quantumagi_sdk::words::hex;
use serde_json::{Value, json};

use super::garden::{Garden, only};
use super::support::RULES;

/// The garden's rules with another sentence about water.
const AMENDED: &str = "\
# Rules of the Garden (v1.1)

We garden together.

## 1. Planting

Everybody may plant what they like.

## 2. Water

Water is shared by need.
";

const POLICY: &str = "# Tools\n\nTools go back to the shed in the evening.\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_community_is_founded_from_a_file() {
    let garden = Garden::new().await;
    let world = &garden.world;
    let shown = garden.json(&["constitution", "show"]);
    let fields =
        ["title", "text_hash", "parent_hash", "version", "is_sealed", "founder", "roster", "principles", "proposals"];
    assert_eq!(
        only(&shown, &fields),
        json!({
            "title": "Rules of the Garden (version 1.0)",
            "text_hash": hex(&sha256(RULES.as_bytes())),
            "parent_hash": null,
            "version": 1,
            "is_sealed": true,
            "founder": world.ana.address().to_string(),
            "roster": 1,
            "principles": 2,
            "proposals": 0,
        })
    );
    assert_eq!(shown["tracks"]["treasury"]["threshold_bps"], 6_000);
    assert_eq!(shown["tracks"]["treasury"]["voting_seconds"], 3_600);

    let principles = garden.json(&["principle", "list"]);
    let first = "1 Planting\n\nEverybody may plant what they like.\n";
    assert_eq!(
        only(&principles["principles"][0], &["id", "title", "class", "priority", "version", "is_retired", "text_hash"]),
        json!({
            "id": 0,
            "title": "1 Planting",
            "class": "ordinary",
            "priority": 50,
            "version": 1,
            "is_retired": false,
            "text_hash": hex(&sha256(first.as_bytes())),
        })
    );
    assert_eq!(garden.json(&["principle", "show", "0"])["text"], first);

    let members = world.members();
    let roster = garden.json(&["roster", "show", "--names", &members]);
    let mut people =
        [(&world.ana, 3, "Ana", "50.00 %"), (&world.ben, 2, "Ben", "33.33 %"), (&world.cleo, 1, "Cleo", "16.66 %")];
    people.sort_by_key(|(person, ..)| person.address());
    let expected: Vec<Value> = (0..)
        .zip(people)
        .map(|(index, (person, weight, name, share)): (u32, _)| {
            json!({ "index": index, "address": person.address().to_string(), "name": name, "weight": weight, "share": share })
        })
        .collect();
    assert_eq!(roster["members"], Value::Array(expected));
    assert_eq!(
        only(&roster, &["roster", "total_weight", "is_adopted"]),
        json!({ "roster": 1, "total_weight": 6, "is_adopted": true })
    );

    let capture = garden.json(&["audit", "capture"]);
    let treasury = &capture["tracks"][1];
    let by = |weight: u64, people: u32| json!({ "weight": weight, "people": people });
    assert_eq!(
        only(&capture, &["total_weight", "lamports", "tokens", "spikes"]),
        json!({ "total_weight": 6, "lamports": 0, "tokens": [], "spikes": [] })
    );
    assert_eq!(treasury["ordinary"], json!({ "unopposed": by(2, 1), "opposed": by(4, 2) }));
    assert!(garden.words(&["audit", "capture"]).contains("4 (2 voters)"));

    let text = world.words(&[
        "text",
        "show",
        &hex(&sha256(RULES.as_bytes())),
        "--store",
        &world.home.write("other/.keep", "").replace("/.keep", ""),
    ]);
    assert_eq!(text, RULES, "the text comes from the chain where the store does not have it");
    let again = garden.refused(&["constitution", "seal"], 1);
    assert_eq!(
        again,
        "error: the constitution is sealed: an approved proposal must order this\n\n\
         hint: propose it with `quantumagi proposal create`\n"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn decisions_are_proposed_voted_on_executed_and_audited() {
    let garden = Garden::new().await;
    let (world, constitution) = (&garden.world, garden.constitution.parse().expect("an address"));
    let gardener = Keypair::new().pubkey();
    let recipient = gardener.to_string();

    let before = garden.json(&["vault", "show"])["lamports"].as_u64().expect("a balance");
    let funded = garden.json(&["vault", "fund", "2.5"]);
    assert_eq!(funded["vault"], pda::vault(&constitution).to_string());
    assert_eq!(garden.json(&["vault", "show"])["lamports"], before + 2_500_000_000);

    let pay = ["proposal", "create", "transfer", recipient.as_str(), "1.5", "--reason", "Pay for seeds"];
    let uncited = garden.refused(&pay, 1);
    assert_eq!(
        uncited,
        "error: a policy or treasury proposal must cite a principle\n\n\
         hint: `quantumagi principle list` shows the principles and their ids\n"
    );
    let created = garden.json(&[&pay[..], &["--cites", "1,0"]].concat());
    assert_eq!(
        only(&created, &["done", "proposal", "address", "does", "content_hash"]),
        json!({
            "done": format!("proposal 0 created: it pays 1.5 SOL from the vault to {recipient}"),
            "proposal": 0,
            "address": pda::proposal(&constitution, 0).to_string(),
            "does": format!("pays 1.5 SOL from the vault to {recipient}"),
            "content_hash": hex(&sha256(b"Pay for seeds\n")),
        })
    );
    let policy = world.home.write("tools.md", POLICY);
    let adopt = ["proposal", "create", "policy-adopt", "--file", &policy, "--cites", "0", "--reason", "Tools get lost"];
    assert_eq!(garden.json(&adopt)["done"], "proposal 1 created: it adopts the policy \"Tools\" without end");
    let amended = world.home.write("amended.md", AMENDED);
    let amend = ["proposal", "create", "constitution-amend", "--file", &amended, "--reason", "It was a dry year"];
    assert_eq!(
        garden.json(&amend)["done"],
        "proposal 2 created: it replaces the constitution's text by \"Rules of the Garden (version 1.1)\""
    );

    let early = garden.refused(&["proposal", "vote", "0", "for"], 75);
    assert!(early.starts_with("error: voting starts at "), "{early}");
    garden.travel_to(&garden.json(&["proposal", "show", "2"])["times"]["starts_at"]).await;
    for id in ["0", "1", "2"] {
        garden.json(&["proposal", "vote", id, "for"]);
    }
    garden.json(&["proposal", "vote", "0", "against", "--keypair", &world.ben.file]);
    garden.json(&["proposal", "vote", "1", "for", "--keypair", &world.ben.file]);
    garden.json(&["proposal", "vote", "2", "for", "--keypair", &world.ben.file]);
    let twice = garden.refused(&["proposal", "vote", "0", "for"], 1);
    assert_eq!(twice, "error: the ballot is already for\n");
    let stranger = garden.world.home.key("stranger.json");
    let stranger_votes = garden.refused(&["proposal", "vote", "0", "for", "--keypair", &stranger.0], 1);
    let roster = pda::roster(&constitution, 1);
    assert_eq!(
        stranger_votes,
        format!(
            "error: {} is not a member of the roster {roster}\n\nhint: `quantumagi roster show` lists who can vote\n",
            stranger.1.pubkey()
        )
    );

    let shown = garden.json(&["proposal", "show", "0"]);
    assert_eq!(
        shown["tally"],
        json!({
            "sentence": "3 for, 2 against (60.00 % for), 0 abstaining; 5 of 6 voted (83.33 %)",
            "for_weight": 3,
            "against_weight": 2,
            "abstain_weight": 0,
            "total_weight": 6,
            "for_share": "60.00 %",
            "turnout_share": "83.33 %",
            "ballots_cast": 2,
            "voters": 3,
        })
    );
    assert_eq!(shown["explanation"], "Pay for seeds\n");
    assert_eq!(
        shown["citations"],
        json!([
            { "principle": 0, "version": 1, "words": "principle 0 \"1 Planting\"" },
            { "principle": 1, "version": 1, "words": "principle 1 \"2 Water\"" },
        ])
    );
    assert_eq!(shown["missing"], json!(["nothing is missing: it passes with the ballots cast so far"]));
    let words = garden.words(&["proposal", "show", "0"]);
    assert!(words.contains(&format!("if it passes: it pays 1.5 SOL from the vault to {recipient}\n")), "{words}");
    assert!(
        words.lines().any(|line| line.contains(&world.cleo.address().to_string()) && line.contains("can vote")),
        "{words}"
    );

    let soon = garden.refused(&["proposal", "finalize", "0"], 75);
    assert!(soon.starts_with("error: voting ends at "), "{soon}");
    let times = garden.json(&["proposal", "show", "2"])["times"].clone();
    garden.travel_to(&times["ends_at"]).await;
    for id in ["0", "1", "2"] {
        assert_eq!(garden.json(&["proposal", "finalize", id])["outcome"], "approved");
    }
    let locked = garden.refused(&["proposal", "execute", "0"], 75);
    assert!(locked.starts_with("error: the timelock runs until "), "{locked}");
    garden.travel_to(&times["opens_at"]).await;

    let checked = garden.json(&["proposal", "check", "0"]);
    assert_eq!(
        only(&checked, &["phase", "is_what_is_voted_on", "next"]),
        json!({ "phase": "executable", "is_what_is_voted_on": true, "next": "execute" })
    );
    assert_eq!(checked["trial"]["would_succeed"], true);
    assert_eq!(garden.balance(&gardener).await, 0);
    let executed = garden.json(&["proposal", "execute", "0"]);
    assert_eq!(executed["done"], format!("proposal 0 executed: it pays 1.5 SOL from the vault to {recipient}"));
    assert_eq!(garden.balance(&gardener).await, 1_500_000_000);
    assert_eq!(garden.json(&["vault", "show"])["lamports"], before + 1_000_000_000);
    let repeated = garden.refused(&["proposal", "execute", "0"], 1);
    assert_eq!(repeated, "error: the proposal is executed and cannot change\n");

    garden.json(&["proposal", "execute", "1", "--keypair", &world.cleo.file]);
    let policies = garden.json(&["policy", "list"]);
    assert_eq!(
        only(&policies["policies"][0], &["id", "title", "text_hash", "version", "status", "sunset_at", "proposal"]),
        json!({
            "id": 0,
            "title": "Tools",
            "text_hash": hex(&sha256(POLICY.as_bytes())),
            "version": 1,
            "status": "in force",
            "sunset_at": null,
            "proposal": 1,
        })
    );
    assert_eq!(garden.json(&["policy", "show", "0"])["text"], POLICY);
    let in_force = garden.refused(&["policy", "close", "0"], 1);
    assert_eq!(in_force, "error: policy 0 is still in force\n");

    garden.json(&["proposal", "execute", "2"]);
    after_the_amendment(&garden);
    after_closing(&garden, &recipient);
}

/// The constitution has two versions, and what changed is told in words.
fn after_the_amendment(garden: &Garden) {
    let history = garden.json(&["constitution", "history"]);
    let fields = ["version", "title", "text_hash", "proposal", "change"];
    let versions: Vec<Value> =
        history["versions"].as_array().expect("a list").iter().map(|version| only(version, &fields)).collect();
    assert_eq!(
        versions,
        [
            json!({
                "version": 1,
                "title": "Rules of the Garden (version 1.0)",
                "text_hash": hex(&sha256(RULES.as_bytes())),
                "proposal": null,
                "change": null,
            }),
            json!({
                "version": 2,
                "title": "Rules of the Garden (version 1.1)",
                "text_hash": hex(&sha256(AMENDED.as_bytes())),
                "proposal": 2,
                "change": "1 principle amended; 2 words added, 3 removed",
            }),
        ]
    );
    let diff = garden.json(&["constitution", "diff"]);
    assert_eq!(
        diff,
        json!({
            "from": "version 1",
            "to": "version 2",
            "summary": "1 principle amended; 2 words added, 3 removed",
            "changes": ["version 1.0 → 1.1", "amended 2 \"Water\": \"in equal parts.\" → \"by need.\""],
        })
    );
    let none = garden.refused(&["constitution", "diff", "3", "4"], 64);
    assert!(none.ends_with("error: there is no version 4\n\nhint: versions go from 1 to 2\n"), "{none}");
}

/// A closed proposal is still shown, from the history; and the history is proved.
fn after_closing(garden: &Garden, recipient: &str) {
    garden.json(&["proposal", "close", "0"]);
    let open = garden.json(&["proposal", "list"]);
    let ids = |list: &Value| -> Vec<Value> {
        list["proposals"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|row| only(row, &["id", "title", "phase", "is_closed"]))
            .collect()
    };
    let row = |id: u64, title: &str, is_closed: bool| json!({ "id": id, "title": title, "phase": "executed", "is_closed": is_closed });
    let (tools, rules) = (row(1, "Tools get lost", false), row(2, "It was a dry year", false));
    assert_eq!(ids(&open), [tools.clone(), rules.clone()]);
    assert_eq!(ids(&garden.json(&["proposal", "list", "--closed"])), [row(0, "Pay for seeds", true), tools, rules]);

    let shown = garden.json(&["proposal", "show", "0"]);
    assert_eq!(
        only(&shown, &["id", "phase", "is_closed", "outcome", "explanation"]),
        json!({
            "id": 0,
            "phase": "executed",
            "is_closed": true,
            "outcome": "approved and executed: 3 of 5 were for, 60.00 % of for and against, where 60.00 % were needed",
            "explanation": "Pay for seeds\n",
        })
    );
    assert_eq!(shown["action"]["sentence"], format!("pays 1.5 SOL from the vault to {recipient}"));
    let never = garden.refused(&["proposal", "show", "9"], 1);
    assert!(never.starts_with("error: there is no proposal at "), "{never}");

    let audit = garden.json(&["audit", "verify"]);
    assert_eq!(
        only(&audit, &["is_proved", "proposals", "problems", "gaps"]),
        json!({ "is_proved": true, "proposals": 3, "problems": [], "gaps": [] })
    );
    let events = garden.json(&["constitution", "history", "--events"]);
    let events = events["events"].as_array().expect("a list").len() as u64;
    // Beyond the constitution's: six ballots, three outcomes, three executions.
    assert_eq!(audit["events"], events + 12);
}
