//! A community that votes with tokens, from the terminal.

use super::support::World;
use super::tokens::mint;

fn with<'a>(args: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [args, more].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_deposited_delegated_voted_with_and_taken_back() {
    let world = World::new().await;
    let constitution = world.founded();
    let mint = mint(&world, &[world.ana.address(), world.ben.address()]).await.to_string();
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
