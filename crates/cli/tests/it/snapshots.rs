//! A community that votes by snapshot: operators publish who has what weight, and each voter proves their place.

use quantumagi_interface::digest::sha256;
use quantumagi_interface::pda;
use quantumagi_rpc::solana::{Keypair, Signer};
use quantumagi_sdk::snapshot::VoterList;
use quantumagi_sdk::words::hex;
use serde_json::{Value, json};

use super::garden::{Garden, only};
use super::support::{Person, World};

const POLICY: &str = "# Tools\n\nTools go back to the shed in the evening.\n";

fn by<'a>(args: &[&'a str], person: &'a Person) -> Vec<&'a str> {
    [args, &["--keypair", &person.file]].concat()
}

/// A file with these voters at slot 0.
fn voters(world: &World, name: &str, voters: &[(&Person, u64)]) -> String {
    let voters = voters.iter().map(|(person, weight)| (person.address(), *weight));
    world.home.write(name, VoterList::new(0, voters).expect("small weights").to_text())
}

/// A sealed community where Ana, Ben and Cleo are the snapshot operators, and somebody who is nobody.
async fn operated() -> (Garden, (String, Keypair)) {
    let world = World::new().await;
    let constitution = world.founded();
    let garden = Garden { world, constitution };
    let world = &garden.world;
    let people = [&world.ana, &world.ben, &world.cleo].map(|person| person.address().to_string());
    let named = |needed, challenge| {
        let mut args = vec!["snapshot", "operators", "--needed", needed, "--challenge", challenge];
        args.extend(people.iter().flat_map(|operator| ["--operator", operator]));
        args
    };
    assert_eq!(
        garden.refused(&named("4", "600"), 1),
        "error: approvals must exceed challenges by at least 1 and at most all operators\n"
    );
    let short = garden.refused(&named("1", "60"), 1);
    assert_eq!(short, "error: the challenge window lasts 10 minutes to 14 days\n");
    let by_ben = garden.refused(&by(&named("1", "600"), &world.ben), 1);
    assert!(by_ben.starts_with("error: only "), "before the seal only the founder: {by_ben}");
    let named = garden.json(&named("1", "600"));
    assert_eq!(named["operators"], 1);
    let absent = garden.refused(&["electorate", "adopt", "--operators", "9"], 1);
    assert!(absent.starts_with("error: there is no list of snapshot operators at "), "{absent}");
    assert_eq!(garden.json(&["electorate", "adopt", "--operators", "1"])["done"], "snapshot operators 1 adopted");
    assert_eq!(
        only(&garden.json(&["electorate", "show"]), &["electorate", "address"]),
        json!({ "electorate": "whoever is in a snapshot", "address": named["address"] })
    );
    garden.json(&["constitution", "seal"]);
    let stranger = world.home.key("stranger.json");
    world.network.fund(&stranger.1.pubkey(), 1_000_000_000).await.expect("the network funds a wallet");
    (garden, stranger)
}

impl Garden {
    fn published(&self, id: &str) -> Value {
        self.json(&["snapshot", "show", id])["published"].clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_publish_a_snapshot_and_its_voters_prove_their_places() {
    let (garden, (stranger, key)) = operated().await;
    let world = &garden.world;
    let [ana, cleo] = [&world.ana, &world.cleo].map(|person| person.address().to_string());
    let operators = pda::operators(&garden.constitution.parse().expect("an address"), 1);
    let policy = world.home.write("tools.md", POLICY);
    let adopt = ["policy-adopt", "--file", &policy, "--cites", "0"];
    let by_nobody = ["proposal", "create", "--reason", "Because", "--keypair", &stranger];
    let refused = garden.refused(&[&by_nobody[..], &adopt].concat(), 1);
    assert!(refused.starts_with(&format!("error: {} is no snapshot operator, ", key.pubkey())), "{refused}");
    let id = garden.propose(&adopt);
    let missing = json!(["a snapshot must be bound first: until then nobody can vote"]);
    assert_eq!(garden.json(&["proposal", "show", &id])["missing"], missing);

    let right = voters(world, "right.txt", &[(&world.ana, 600), (&world.ben, 300)]);
    let wrong = voters(world, "wrong.txt", &[(&world.ana, 600), (&world.cleo, 9_000)]);
    let publish = ["snapshot", "publish", &id, &right];
    assert_eq!(
        garden.refused(&[&publish[..], &["--keypair", &stranger]].concat(), 1),
        format!("error: {} is not one of the snapshot operators {operators}\n", key.pubkey())
    );
    let broken = world.home.write("broken.txt", "quantumagi snapshot 1\nslot 0\nAna 7\n");
    assert_eq!(
        garden.refused(&["snapshot", "publish", &id, &broken], 1),
        format!("error: {broken} is no snapshot\n  because line 3 is not `ADDRESS WEIGHT`\n")
    );
    let bind = ["snapshot", "bind", &id, "--publisher", &ana];
    let nothing = garden.refused(&bind, 1);
    assert!(nothing.starts_with("error: there is no published snapshot at "), "{nothing}");
    assert_eq!(garden.published(&id), json!([]));
    let published = garden.json(&publish);
    let text = std::fs::read(&right).expect("the file is there");
    assert_eq!(published["file_hash"], hex(&sha256(&text)));
    assert_eq!(
        garden.refused(&publish, 1),
        format!("error: {ana} has published a snapshot for this proposal already, and each operator publishes one\n")
    );
    garden.json(&by(&["snapshot", "publish", &id, &wrong], &world.cleo));

    // What an operator says follows from the file that they have read themselves.
    let review = |publisher| by(&["snapshot", "review", &id, &right, "--publisher", publisher], &world.ben);
    assert_eq!(garden.json(&review(&ana))["verdict"], "approved");
    let twice = garden.refused(&review(&ana), 1);
    assert_eq!(twice, "error: this operator has spoken on this snapshot already\n");
    assert_eq!(garden.json(&review(&cleo))["verdict"], "challenged");
    let shown = garden.json(&["snapshot", "show", &id]);
    let of = |publisher: &str| {
        let rows = shown["published"].as_array().expect("a list");
        rows.iter().find(|row| row["publisher"] == publisher).expect("they published one").clone()
    };
    let fields = ["voters", "total_weight", "approvals", "challenges"];
    let row = |total: u64, approvals: u8, challenges: u8| json!({ "voters": 2, "total_weight": total, "approvals": approvals, "challenges": challenges });
    assert_eq!((only(&of(&ana), &fields), only(&of(&cleo), &fields)), (row(900, 2, 0), row(9_600, 1, 1)));
    assert_eq!(shown["bound_root"], Value::Null);
    let early = garden.refused(&bind, 75);
    assert!(early.starts_with("error: the challenge window runs until "), "{early}");
    let open = garden.refused(&["snapshot", "close", &id, "--publisher", &cleo], 1);
    assert_eq!(open, "error: no snapshot is bound to the proposal yet: this one may be, and stays open until then\n");
    let verify = |file| ["snapshot", "verify", &id, file];
    assert_eq!(garden.json(&verify(&right))["state"], "published");
    let third = voters(world, "third.txt", &[(&world.ana, 1)]);
    let unknown = garden.refused(&verify(&third), 1);
    assert!(
        unknown.contains(", which nobody published for proposal 0\n\nhint: `quantumagi snapshot show` lists"),
        "{unknown}"
    );

    garden.travel_to(&json!(garden.now().await + 600)).await;
    assert_eq!(
        garden.refused(&["snapshot", "bind", &id, "--publisher", &cleo], 1),
        "error: approved by 1 and challenged by 1: approvals must exceed challenges by 1\n"
    );
    garden.reach(&id, "starts_at").await;
    let vote = ["proposal", "vote", &id, "for", "--snapshot", &right];
    assert_eq!(
        garden.refused(&vote, 1),
        "error: no snapshot is bound to the proposal yet: its operators publish one, and anybody binds it\n"
    );
    garden.json(&[&bind[..], &["--keypair", &stranger]].concat());
    assert_eq!(garden.refused(&bind, 1), "error: a snapshot is bound to the proposal already\n");
    let shown = garden.json(&["snapshot", "show", &id]);
    let root = of(&ana)["root"].clone();
    assert_eq!(
        only(&shown, &["bound_root", "voters", "total_weight"]),
        json!({ "bound_root": root, "voters": 2, "total_weight": 900 })
    );
    decide(&garden, &id, [&right, &wrong], root.as_str().expect("hexadecimal")).await;
}

/// Voters prove their places in the right file, and nothing else is taken for a proof; to the end of it all.
async fn decide(garden: &Garden, id: &str, [right, wrong]: [&str; 2], root: &str) {
    let world = &garden.world;
    let [ana, ben, cleo] = [&world.ana, &world.ben, &world.cleo].map(|person| person.address().to_string());
    assert_eq!(garden.json(&["snapshot", "verify", id, right])["state"], "bound");
    let other = garden.refused(&["snapshot", "verify", id, wrong], 1);
    assert!(other.ends_with(&format!(", but the one bound is {root}\n")), "{other}");
    let stake = garden.refused(&["snapshot", "verify", id, right, "--stake"], 1);
    assert_eq!(
        stake,
        "error: the file's voters are not the validators by stake of this epoch\n\n\
         hint: stake changes with each epoch: was it read in this one?\n"
    );
    let place = garden.json(&["snapshot", "prove", right, &ben, "--proposal", id]);
    assert_eq!(
        only(&place, &["root", "voter", "weight", "share"]),
        json!({ "root": root, "voter": ben, "weight": 300, "share": "33.33 %" })
    );
    assert_eq!(place["proof"].as_array().map(Vec::len), Some(1), "of two voters one is the other's proof");
    let absent = format!("error: {cleo} is not in this snapshot\n");
    assert_eq!(garden.refused(&["snapshot", "prove", right, &cleo, "--proposal", id], 1), absent);

    let vote = |file| ["proposal", "vote", id, "for", "--snapshot", file];
    assert_eq!(
        garden.refused(&["proposal", "vote", id, "for"], 1),
        "error: this proposal is voted on by snapshot: name the file its operators published\n"
    );
    assert_eq!(garden.refused(&vote(wrong), 1), other, "a proof from another tree is none");
    assert_eq!(garden.refused(&by(&vote(right), &world.cleo), 1), absent);
    assert_eq!(garden.json(&["proposal", "show", id])["tally"]["ballots_cast"], 0);
    garden.json(&vote(right));
    garden.json(&by(&["proposal", "vote", id, "against", "--snapshot", right], &world.ben));
    let sentence = "600 for, 300 against (66.66 % for), 0 abstaining; 900 of 900 voted (100.00 %)";
    assert_eq!(garden.json(&["proposal", "show", id])["tally"]["sentence"], sentence);

    let before = garden.balance(&world.cleo.address()).await;
    let close = |publisher| ["snapshot", "close", id, "--publisher", publisher];
    garden.json(&close(&cleo));
    assert!(garden.balance(&world.cleo.address()).await > before, "the rent goes back to who published it");
    garden.reach(id, "ends_at").await;
    assert_eq!(garden.json(&["proposal", "finalize", id])["outcome"], "approved");
    garden.reach(id, "opens_at").await;
    garden.json(&["proposal", "execute", id]);
    garden.json(&["proposal", "close", id]);
    garden.json(&close(&ana));
    let gone = garden.refused(&close(&ana), 1);
    assert!(gone.starts_with("error: there is no published snapshot at "), "{gone}");
    assert_eq!(garden.json(&["policy", "show", "0"])["status"], "in force");
    assert_eq!(garden.json(&["audit", "verify"])["is_proved"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stake_of_a_cluster_without_validators_is_a_file_without_voters() {
    let (garden, _) = operated().await;
    let world = &garden.world;
    let file = world.home.path.join("stake.txt").display().to_string();
    let written = world.json(&["snapshot", "stake", "--out", &file]);
    let text = std::fs::read_to_string(&file).expect("it was written");
    assert_eq!(text, format!("quantumagi snapshot 1\nslot {}\n", written["slot"]));
    assert_eq!(
        only(&written, &["file_hash", "voters", "total_weight"]),
        json!({ "file_hash": hex(&sha256(text.as_bytes())), "voters": 0, "total_weight": "0" })
    );
    let id = garden.propose(&["principle-retire", "1"]);
    let empty = garden.refused(&["snapshot", "publish", &id, &file], 1);
    assert_eq!(empty, "error: a snapshot has 1 to 1048576 voters, not 0\n");
}
