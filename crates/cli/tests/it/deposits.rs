//! A community that votes with tokens, from the terminal.

use quantumagi_rpc::solana::{AccountMeta, Address, Instruction, Keypair, Signer, ids};
use quantumagi_rpc::{Commitment, Rpc};
use quantumagi_sdk::{Quantumagi, TOKEN, associated_token_account};

use super::support::{Person, World};

/// A mint of two decimals, with ten tokens for each of these people.
async fn mint(world: &World, people: [&Person; 2]) -> Address {
    let client = Quantumagi::new(Rpc::new(world.network.rpc_url(), Commitment::Confirmed));
    let (ana, mint) = (&world.ana.key, Keypair::new());
    let mut data = vec![0; 4];
    data.extend_from_slice(&10_000_000u64.to_le_bytes());
    data.extend_from_slice(&82u64.to_le_bytes());
    data.extend_from_slice(TOKEN.as_ref());
    let accounts = vec![AccountMeta::new(ana.pubkey(), true), AccountMeta::new(mint.pubkey(), true)];
    let create = Instruction { program_id: ids::system_program::ID, accounts, data };
    // InitializeMint2: two decimals, Ana mints, nobody freezes.
    let data = [&[20, 2][..], ana.pubkey().as_ref(), &[0]].concat();
    let initialize = Instruction { program_id: TOKEN, accounts: vec![AccountMeta::new(mint.pubkey(), false)], data };
    client.send(&[create, initialize], &[ana, &mint]).await.expect("the mint is made");
    let associated: Address = "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL".parse().expect("an address");
    for person in people {
        let tokens = associated_token_account(&person.address(), &mint.pubkey(), &TOKEN);
        let accounts = vec![
            AccountMeta::new(ana.pubkey(), true),
            AccountMeta::new(tokens, false),
            AccountMeta::new_readonly(person.address(), false),
            AccountMeta::new_readonly(mint.pubkey(), false),
            AccountMeta::new_readonly(ids::system_program::ID, false),
            AccountMeta::new_readonly(TOKEN, false),
        ];
        let open = Instruction { program_id: associated, accounts, data: Vec::new() };
        let accounts = vec![
            AccountMeta::new(mint.pubkey(), false),
            AccountMeta::new(tokens, false),
            AccountMeta::new_readonly(ana.pubkey(), true),
        ];
        let fill = Instruction { program_id: TOKEN, accounts, data: [&[7][..], &1_000u64.to_le_bytes()].concat() };
        client.send(&[open, fill], &[ana]).await.expect("the tokens are there");
    }
    mint.pubkey()
}

fn with<'a>(args: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [args, more].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_deposited_delegated_voted_with_and_taken_back() {
    let world = World::new().await;
    let constitution = world.founded();
    let mint = mint(&world, [&world.ana, &world.ben]).await.to_string();
    let about = ["-c", &constitution];
    let as_ben = ["-c", &constitution, "--keypair", &world.ben.file];

    let refused =
        world.refused(&with(&["deposit", "pool", "--mint", &mint, "--maturity", "10", "--floor", "500"], &about), 1);
    assert!(refused.starts_with("error: tokens mature after 1 hour to 90 days"), "{refused}");
    let created =
        world.json(&with(&["deposit", "pool", "--mint", &mint, "--maturity", "1h", "--floor", "500"], &about));
    assert_eq!(created["pool"], 1);
    world.json(&with(&["electorate", "adopt", "--pool", "1"], &about));
    world.json(&with(&["constitution", "seal"], &about));
    let shown = world.words(&with(&["electorate", "show"], &about));
    assert!(shown.contains("whoever deposits tokens in a pool"), "{shown}");
    assert!(shown.contains("5 tokens: what shares are counted against at least"), "{shown}");

    world.json(&with(&["deposit", "add", "6.5"], &about));
    let added = world.json(&with(&["deposit", "add", "2"], &as_ben));
    assert_eq!(added["base_units"], 200);
    let early = world.refused(&with(&["deposit", "mature"], &about), 75);
    assert!(early.starts_with("error: the fresh tokens can mature from"), "{early}");
    let fresh = world.json(&with(&["deposit", "show", &world.ana.address().to_string()], &about));
    world.network.travel_to(fresh["deposits"][0]["ripe_at"].as_i64().expect("a moment") + 1).await.expect("it goes");
    world.json(&with(&["deposit", "mature"], &about));
    world.json(&with(&["deposit", "mature", &world.ben.address().to_string()], &about));

    let text = world.home.write("policy.md", "# Kindness\n\nBe kind.\n");
    let action = ["--cites", "0", "policy-adopt", "--file", &text];
    let proposed = world.json(&with(&[&["proposal", "create", "--reason", "Because"][..], &action].concat(), &about));
    let id = proposed["proposal"].to_string();
    let until = ["--until", "2150-01-01"];
    let ana = world.ana.address().to_string();
    let too_long = world.refused(&with(&[&["deposit", "delegate", &ana][..], &until].concat(), &as_ben), 1);
    assert!(too_long.starts_with("error: a delegation ends after now"), "{too_long}");
    let times = world.json(&with(&["proposal", "show", &id], &about))["times"].clone();
    let moment = |name: &str| times[name].as_i64().expect("a moment");
    let until = (moment("ends_at") + 86_400).to_string();
    world.json(&with(&["deposit", "delegate", &ana, "--until", &until], &as_ben));

    world.network.travel_to(moment("starts_at")).await.expect("it goes");
    let ben = world.ben.address().to_string();
    world.json(&with(&["proposal", "vote", &id, "against", "--with-deposit-of", &ben], &about));
    world.json(&with(&["proposal", "vote", &id, "for"], &about));
    let again = world.refused(&with(&["proposal", "vote", &id, "for", "--with-deposit-of", &ben], &about), 1);
    assert!(again.starts_with("error: a ballot stands already: only the owner may change it"), "{again}");
    world.json(&with(&["proposal", "vote", &id, "for"], &as_ben));
    let shown = world.json(&with(&["proposal", "show", &id], &about));
    assert_eq!((&shown["tally"]["for_weight"], &shown["tally"]["total_weight"]), (&850.into(), &850.into()));
    let voters = shown["voters"].as_array().expect("voters");
    assert_eq!(voters.len(), 2, "{shown}");
    let locked = world.refused(&with(&["deposit", "withdraw", "2"], &as_ben), 75);
    assert!(locked.starts_with("error: locked until"), "{locked}");

    world.network.travel_to(moment("ends_at")).await.expect("it goes");
    world.json(&with(&["deposit", "withdraw", "2"], &as_ben));
    world.json(&with(&["deposit", "close"], &as_ben));
    for (end, step) in [("ends_at", "finalize"), ("closes_at", "expire")] {
        world.network.travel_to(moment(end)).await.expect("it goes");
        world.json(&with(&["proposal", step, &id], &about));
    }
    world.json(&with(&["proposal", "close", &id], &about));
    let closed = world.json(&with(&["proposal", "show", &id], &about));
    assert_eq!(closed["voters"].as_array().map(Vec::len), Some(2), "{closed}");
    let proved = world.json(&with(&["audit", "verify"], &about));
    assert_eq!(proved["is_proved"], true, "{proved}");
    let pools = world.words(&with(&["deposit", "pools"], &about));
    assert!(pools.contains("electorate in force"), "{pools}");
}
