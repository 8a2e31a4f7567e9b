//! What the founder can do before the seal.

use quantumagi_interface::digest::sha256;
use quantumagi_sdk::words::hex;
use serde_json::json;

use super::garden::only;
use super::support::{RULES, World};

const THIRD: &str = "Compost belongs to all.\n";

#[tokio::test(flavor = "multi_thread")]
async fn the_founder_changes_everything_before_the_seal_and_nothing_after() {
    let world = World::new().await;
    let constitution = world.founded();
    let of = |args: &[&str]| world.json(&[args, &["-c", &constitution]].concat());
    let refused = |args: &[&str]| world.refused(&[args, &["-c", &constitution]].concat(), 1);

    let third = world.home.write("third.md", THIRD);
    let added = of(&[
        "principle",
        "add",
        "--file",
        &third,
        "--class",
        "entrenched",
        "--category",
        "rights",
        "--priority",
        "90",
    ]);
    assert_eq!(
        only(&added, &["done", "principle", "text_hash"]),
        json!({ "done": "principle 2 added", "principle": 2, "text_hash": hex(&sha256(THIRD.as_bytes())) })
    );
    let other = world.home.write("other.md", "Compost belongs to whoever made it.\n");
    assert_eq!(of(&["principle", "amend", "2", "--file", &other])["done"], "principle 2 amended");
    assert_eq!(of(&["principle", "retire", "1"])["done"], "principle 1 retired");
    assert_eq!(refused(&["principle", "amend", "1", "--file", &other]), "error: principle 1 is retired\n");
    let listed = of(&["principle", "list"]);
    let fields = ["id", "title", "class", "category", "priority", "version", "is_retired"];
    assert_eq!(
        listed["principles"].as_array().expect("a list").iter().map(|row| only(row, &fields)).collect::<Vec<_>>()[1..],
        [
            json!({
                "id": 1,
                "title": "2 Water",
                "class": "ordinary",
                "category": listed["principles"][1]["category"],
                "priority": 50,
                "version": 1,
                "is_retired": true,
            }),
            json!({
                "id": 2,
                "title": "Compost belongs to whoever made it.",
                "class": "entrenched",
                "category": "rights",
                "priority": 90,
                "version": 2,
                "is_retired": false,
            }),
        ]
    );

    let amended = world.home.write("amended.md", RULES.replace("v1.0", "v1.1"));
    assert_eq!(of(&["constitution", "amend", "--file", &amended])["done"], "constitution amended");
    let history = of(&["constitution", "history"]);
    assert_eq!(history["versions"][1]["change"], "no principle changed");
    assert_eq!(history["versions"][1]["proposal"], json!(null), "the founder did it");

    let ben = ["constitution", "seal", "--keypair", world.ben.file.as_str()];
    let (ana_key, ben_key) = (world.ana.address(), world.ben.address());
    let hint = "hint: name the right key with --keypair, or its address with --signer\n";
    assert_eq!(refused(&ben), format!("error: only {ana_key} may do this, not {ben_key}\n\n{hint}"));
    assert_eq!(
        refused(&["constitution", "seal"]),
        "error: the constitution has no electorate: there would be nobody to vote\n\n\
         hint: make a roster with `quantumagi roster create`, then `quantumagi roster adopt`\n"
    );
    let unsealed = ["proposal", "create", "principle-retire", "0", "--reason", "Too early"];
    assert_eq!(
        refused(&unsealed),
        "error: the constitution is not sealed: its founder must seal it before anything is proposed\n\n\
         hint: the founder seals it with `quantumagi constitution seal`\n"
    );
    of(&["roster", "create", "--members", &world.members()]);
    of(&["roster", "adopt", "1"]);
    of(&["constitution", "seal"]);
    let sealed = "error: the constitution is sealed: an approved proposal must order this\n\n\
                  hint: propose it with `quantumagi proposal create`\n";
    for args in [
        &["constitution", "amend", "--file", &amended][..],
        &["principle", "add", "--file", &third],
        &["principle", "amend", "0", "--file", &other],
        &["principle", "retire", "0"],
        &["roster", "adopt", "1"],
    ] {
        assert_eq!(refused(args), sealed, "{args:?}");
    }
    assert_eq!(of(&["audit", "verify"])["is_proved"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_constitution_of_the_cluster_is_listed() {
    let world = World::new().await;
    assert_eq!(world.words(&["constitution", "list"]), "no constitutions on this cluster\n");
    let nobody = world.ana.address().to_string();
    assert_eq!(
        world.refused(&["vault", "show", "-c", &nobody], 1),
        format!(
            "error: there is no constitution at {nobody}\n\n\
             hint: check --constitution and --url; `quantumagi constitution list` shows what there is\n"
        )
    );
    let (open, sealed) = (world.founded(), world.community());
    let listed = world.json(&["constitution", "list"]);
    let row = |address: &String, is_sealed| {
        let title = "Rules of the Garden";
        json!({ "constitution": address, "title": title, "version": 1, "is_sealed": is_sealed, "proposals": 0 })
    };
    let mut rows = listed["constitutions"].as_array().expect("a list").clone();
    rows.sort_by_key(|row| row["constitution"].to_string());
    let mut expected = [row(&open, false), row(&sealed, true)];
    expected.sort_by_key(|row| row["constitution"].to_string());
    assert_eq!(rows, expected);
}
