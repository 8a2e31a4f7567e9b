//! Checkpoints on chain against the history: which agree, and which is the first that does not.

use quantumagi_rpc::solana::{Address, Signer};
use quantumagi_rpc::{Commitment, Rpc};
use quantumagi_sdk::checkpoint::{Checkpoint, Known, prove};
use quantumagi_sdk::{Quantumagi, builders};
use serde_json::json;

use super::garden::{Garden, only};
use super::support::{Person, World};

fn with<'a>(args: &[&'a str], garden: &'a Garden) -> Vec<&'a str> {
    [args, &["-c", &garden.constitution]].concat()
}

/// Writes a checkpoint of the first so many events, with the last byte of its hash changed by so much.
async fn anchor(garden: &Garden, by: &Person, events: u64, lie: u8) {
    let client = Quantumagi::new(Rpc::new(garden.world.network.rpc_url(), Commitment::Confirmed));
    let constitution: Address = garden.constitution.parse().expect("an address");
    let chain = prove(client.rpc(), &constitution, Known::NOTHING).await.expect("it is proved");
    let index = usize::try_from(events).expect("few") - 1;
    let (mut hash, mut head) = (chain.links[index], chain.known.head);
    hash[31] ^= lie;
    (head.hash, head.sequence) = (hash, events);
    let checkpoint = Checkpoint { constitution, head, slot: chain.slot };
    let write = builders::checkpoint_anchor(&by.key.pubkey(), &checkpoint);
    client.send(&write, &[&by.key]).await.expect("the checkpoint lands");
}

#[tokio::test(flavor = "multi_thread")]
async fn checkpoints_are_compared_and_the_first_that_does_not_agree_is_named() {
    let world = World::new().await;
    let constitution = world.founded();
    let garden = Garden { world, constitution };
    let (ana, ben) = (&garden.world.ana, &garden.world.ben);
    let none = garden.json(&["audit", "checkpoints"]);
    assert_eq!(none["checkpoints"], json!([]));
    assert!(garden.words(&["audit", "checkpoints"]).contains("no checkpoints"));

    anchor(&garden, ana, 1, 0).await;
    garden.json(&["settings", "amend", "--max-open", "2"]);
    let events = none["events"].as_u64().expect("a number") + 1;
    anchor(&garden, ana, events, 0).await;
    let row = |by: &Person, events: u64, state: &str| json!({ "by": by.address().to_string(), "events": events, "state": state });
    let rows = |shown: &serde_json::Value| -> Vec<serde_json::Value> {
        let all = shown["checkpoints"].as_array().expect("a list");
        all.iter().map(|it| only(it, &["by", "events", "state"])).collect()
    };
    let shown = garden.json(&["audit", "checkpoints"]);
    assert_eq!(rows(&shown), [row(ana, 1, "agrees"), row(ana, events, "agrees")]);
    assert_eq!((&shown["events"], &shown["head"]), (&json!(events), &shown["checkpoints"][1]["hash"]));
    assert!(garden.words(&["audit", "checkpoints"]).contains("agrees"));

    anchor(&garden, ben, 2, 1).await;
    anchor(&garden, ben, 3, 1).await;
    let ran = garden.world.home.run(&with(&["audit", "checkpoints"], &garden));
    let (refused, by) = (ran.stderr, ben.address());
    assert_eq!((ran.code, ran.stdout.matches("DIFFERS").count()), (1, 2), "both are shown");
    assert!(refused.contains("error: the checkpoint "), "{refused}");
    assert!(refused.contains(&format!(" by {by} says ")) && refused.contains(" after 2 events, "), "{refused}");
    let of_ana = garden.json(&["audit", "checkpoints", "--by", &ana.address().to_string()]);
    assert_eq!(rows(&of_ana).len(), 2, "Ben's word is not hers");
    assert_eq!(garden.json(&["audit", "verify"])["is_proved"], true);
}
