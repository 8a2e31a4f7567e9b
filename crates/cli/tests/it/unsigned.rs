//! Transactions that somebody else signs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use quantumagi_interface::accounts::Constitution;
use quantumagi_interface::digest::sha256;
use quantumagi_rpc::solana::{Address, Signature, Signer, VersionedTransaction};
use quantumagi_rpc::{Commitment, Preflight, Rpc};
use serde_json::json;

use super::support::{PURSE, Person, RULES, Ran, World};

fn rpc(world: &World) -> Rpc {
    Rpc::new(world.network.rpc_url(), Commitment::Confirmed)
}

fn decoded(base64: &str) -> VersionedTransaction {
    let bytes = STANDARD.decode(base64).expect("it is base64");
    bincode::deserialize(&bytes).expect("it is a transaction")
}

/// Puts a person's signature into its place, as a wallet does.
fn sign(transaction: &mut VersionedTransaction, person: &Person) {
    let keys = transaction.message.static_account_keys();
    let place = keys.iter().position(|key| *key == person.address()).expect("they have to sign");
    transaction.signatures[place] = person.key.sign_message(&transaction.message.serialize());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_elsewhere_signs_what_was_printed_and_it_lands() {
    let world = World::new().await;
    let constitution = world.community();
    let cleo = world.cleo.address().to_string();
    let args = ["vault", "fund", "1", "-c", &constitution, "--unsigned", "--signer", &cleo];
    let vault = world.json(&["vault", "show", "-c", &constitution]);
    let Ran { code, stdout: printed, stderr } = world.home.run(&args);
    assert_eq!((code, printed.lines().count()), (0, 1));
    assert_eq!(stderr, format!("to be signed by {cleo}, fee 0.000005 SOL\n"));
    let mut transaction = decoded(printed.trim_end());
    assert_eq!(transaction.signatures, [Signature::default()]);
    assert_eq!(transaction.message.static_account_keys()[0], world.cleo.address());
    assert_eq!(world.json(&["vault", "show", "-c", &constitution]), vault, "nothing was sent");

    sign(&mut transaction, &world.cleo);
    let rpc = rpc(&world);
    let height = rpc.latest_blockhash().await.expect("a blockhash").last_valid_block_height;
    rpc.send_and_confirm(
        &transaction,
        height,
        quantumagi_rpc::ConfirmOptions::default().with_preflight(Preflight::Check),
        |_| {},
    )
    .await
    .expect("it lands");
    let before = vault["lamports"].as_u64().expect("a balance");
    assert_eq!(world.json(&["vault", "show", "-c", &constitution])["lamports"], before + 1_000_000_000);
    let balance = rpc.balance(&world.cleo.address()).await.expect("a balance");
    assert_eq!(balance, PURSE - 1_000_000_000 - 5_000, "one signature was paid for");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_printed_says_what_it_does_and_who_signs() {
    let world = World::new().await;
    let rules = world.home.write("rules.md", RULES);
    let ben = world.ben.address().to_string();
    let printed =
        world.json(&["constitution", "create", "--file", &rules, "--unsigned", "--signer", &ben, "--no-publish"]);
    assert_eq!(printed["remaining"], 1, "the principles come after the constitution");
    let transactions = printed["transactions"].as_array().expect("a list");
    assert_eq!(transactions.len(), 1);
    let first = &transactions[0];
    assert_eq!(first["signers"][0], ben);
    assert_eq!(first["fee_lamports"], 10_000);
    let hash = quantumagi_sdk::words::hex(&sha256(RULES.as_bytes()));
    assert_eq!(printed["text_hash"], hash);

    // The key that gives the address has signed already; it exists nowhere else.
    let mut transaction = decoded(first["transaction"].as_str().expect("base64"));
    assert_eq!(transaction.signatures[0], Signature::default());
    assert_ne!(transaction.signatures[1], Signature::default());
    sign(&mut transaction, &world.ben);
    let rpc = rpc(&world);
    let height = rpc.latest_blockhash().await.expect("a blockhash").last_valid_block_height;
    rpc.send_and_confirm(&transaction, height, Default::default(), |_| {}).await.expect("it lands");
    let address: Address = printed["constitution"].as_str().expect("an address").parse().expect("an address");
    let account = rpc.existing_account(&address).await.expect("it was founded");
    let constitution = Constitution::decode(&account.data).expect("a constitution");
    assert_eq!((constitution.founder, constitution.next_principle_id), (world.ben.address(), 0));

    // Ben's own machine goes on where this stopped.
    let address = address.to_string();
    let args = ["constitution", "create", "--file", &rules, "--resume", &address, "--keypair", &world.ben.file];
    let resumed = world.json(&args);
    assert_eq!(resumed["transactions"].as_array().expect("a list").len(), 2, "the principles and the text");
    let shown = world.json(&["constitution", "show", "-c", &address]);
    assert_eq!(json!([shown["principles"], shown["title"]]), json!([2, "Rules of the Garden (version 1.0)"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_told_what_they_sign_and_nothing_is_printed_that_would_be_refused() {
    let world = World::new().await;
    let constitution = world.community();
    let ben = world.ben.address().to_string();
    let unpublished =
        ["roster", "create", "--members", &world.members(), "-c", &constitution, "--unsigned", "--signer", &ben];
    let Ran { stderr, .. } = world.home.run(&unpublished);
    assert_eq!(stderr.lines().count(), 1);
    assert!(
        stderr.starts_with(&format!("to be signed by {ben}, fee 0.000005 SOL: roster 2 begun for 3 members; ")),
        "{stderr}"
    );
    let args = ["constitution", "seal", "-c", &constitution, "--unsigned", "--signer", &ben];
    assert_eq!(
        world.refused(&args, 1),
        "error: the constitution is sealed: an approved proposal must order this\n\n\
         hint: propose it with `quantumagi proposal create`\n"
    );
}
