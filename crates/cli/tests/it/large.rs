//! Electorates that do not fit one transaction, one page or one proposal.

use quantumagi_interface::pda;
use quantumagi_rpc::solana::{Address, Keypair, Signer, VersionedTransaction, write_keypair_file};
use quantumagi_rpc::{Commitment, Rpc};
use serde_json::json;

use super::garden::only;
use super::support::{PURSE, World};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Ana and so many others with a weight of 1 each, and the last of all in the roster's order.
fn crowd(world: &World, others: usize) -> (String, Keypair) {
    let mut keys: Vec<Keypair> = (0..others).map(|_| Keypair::new()).collect();
    keys.sort_by_key(Signer::pubkey);
    let lines = keys.iter().map(Signer::pubkey).chain([world.ana.address()]).map(|voter| format!("{voter},1\n"));
    let file = world.home.write("crowd.csv", lines.collect::<Vec<_>>().concat());
    (file, keys.pop().expect("there are others"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_voter_beyond_the_256th_opens_a_ballot_page_and_is_paid_back() {
    let world = World::new().await;
    let constitution = world.founded();
    let of = |args: &[&str]| world.json(&[args, &["-c", &constitution]].concat());
    let (crowd, last) = crowd(&world, 258);
    let made = of(&["roster", "create", "--members", &crowd]);
    assert_eq!(only(&made, &["roster", "members"]), json!({ "roster": 1, "members": 259 }));
    of(&["roster", "adopt", "1"]);
    of(&["constitution", "seal"]);
    let file = world.home.path.join("last.json");
    write_keypair_file(&last, &file).expect("the home can be written");
    let file = file.to_str().expect("text").to_owned();
    world.network.fund(&last.pubkey(), PURSE).await.expect("the network funds a wallet");

    of(&["proposal", "create", "principle-retire", "0", "--reason", "Everybody votes"]);
    let times = of(&["proposal", "show", "0"])["times"].clone();
    world.network.travel_to(times["starts_at"].as_i64().expect("a moment")).await.expect("the clock goes forward");
    of(&["proposal", "vote", "0", "against", "--keypair", &file]);
    of(&["proposal", "vote", "0", "abstain", "--keypair", &file]);
    let shown = of(&["proposal", "show", "0"]);
    let voters = shown["voters"].as_array().expect("a list");
    let ballot_of = |voters: &[serde_json::Value]| {
        let row = voters.iter().find(|row| row["voter"] == last.pubkey().to_string()).expect("they are on the roster");
        row["ballot"].clone()
    };
    assert_eq!((voters.len(), ballot_of(voters)), (259, json!("abstain")));

    world.network.travel_to(times["ends_at"].as_i64().expect("a moment")).await.expect("the clock goes forward");
    of(&["proposal", "finalize", "0"]);
    let rpc = Rpc::new(world.network.rpc_url(), Commitment::Confirmed);
    let page = pda::ballot_page(&pda::proposal(&constitution.parse().expect("an address"), 0), 0);
    let rent = rpc.balance(&page).await.expect("a balance");
    let before = rpc.balance(&last.pubkey()).await.expect("a balance");
    of(&["proposal", "close", "0"]);
    assert_eq!(rpc.balance(&last.pubkey()).await.expect("a balance"), before + rent);
    let closed = of(&["proposal", "show", "0"]);
    assert_eq!(ballot_of(closed["voters"].as_array().expect("a list")), json!("abstain"), "the history still tells");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_roster_is_made_by_a_wallet_elsewhere_one_transaction_after_the_other() {
    let world = World::new().await;
    let constitution = world.founded();
    let (crowd, _) = crowd(&world, 70);
    let rpc = Rpc::new(world.network.rpc_url(), Commitment::Confirmed);
    let (ana, cleo) = (world.ana.address(), world.cleo.address());
    let early =
        world.refused(&["roster", "create", "--members", &crowd, "-c", &constitution, "-k", &world.cleo.file], 1);
    assert!(early.starts_with(&format!("error: only {ana} may do this, not {cleo}\n")), "before the seal: {early}");
    let first = world.members();
    world.json(&["roster", "create", "--members", &first, "-c", &constitution]);
    world.json(&["roster", "adopt", "1", "-c", &constitution]);
    world.json(&["constitution", "seal", "-c", &constitution]);
    let cleo = cleo.to_string();
    let args = ["roster", "create", "--members", &crowd, "-c", &constitution, "--unsigned", "--signer", &cleo];
    let mut remaining = Vec::new();
    loop {
        let printed = world.json(&args);
        assert_eq!(printed["roster"], 2, "it goes on with the same roster");
        remaining.push(printed["remaining"].as_u64().expect("a number"));
        let bytes =
            STANDARD.decode(printed["transactions"][0]["transaction"].as_str().expect("base64")).expect("base64");
        let mut transaction: VersionedTransaction = bincode::deserialize(&bytes).expect("a transaction");
        transaction.signatures[0] = world.cleo.key.sign_message(&transaction.message.serialize());
        let height = rpc.latest_blockhash().await.expect("a blockhash").last_valid_block_height;
        rpc.send_and_confirm(&transaction, height, Default::default(), |_| {}).await.expect("it lands");
        if remaining.last() == Some(&0) {
            break;
        }
    }
    let expected: Vec<u64> = (0..remaining.len() as u64).rev().collect();
    assert_eq!(remaining, expected);
    let shown = world.json(&["roster", "show", "2", "-c", &constitution]);
    let members = shown["members"].as_array().expect("a list");
    assert_eq!((members.len(), &shown["total_weight"]), (71, &json!(71)));
    let address: Address = shown["address"].as_str().expect("an address").parse().expect("an address");
    assert_eq!(address, pda::roster(&constitution.parse().expect("an address"), 2));
}
