//! Who has a say besides the voters, and how that changes, through the binary: parameters, veto body, attestor, deposit.

use serde_json::json;

use super::garden::{Garden, only};
use super::support::World;

const POLICY: &str = "# Tools\n\nTools go back to the shed in the evening.\n";
const REPORT: &str = "Nothing stands against it.\n";

/// A community where policies can be vetoed by Ben and Cleo, and Cleo attests.
async fn watched() -> Garden {
    let world = World::new().await;
    let constitution = world.founded();
    let garden = Garden { world, constitution };
    let world = &garden.world;
    garden.json(&["roster", "create", "--members", &world.members()]);
    garden.json(&["roster", "adopt", "1"]);
    let body = format!("{},1,Ben\n{},1,Cleo\n", world.ben.address(), world.cleo.address());
    let body = world.home.write("body.csv", body);
    assert_eq!(garden.json(&["roster", "create", "--members", &body])["roster"], 2);
    assert_eq!(
        garden.refused(&["veto-body", "adopt", "1"], 1),
        "error: roster 1 is the electorate, which cannot be the veto body as well\n"
    );
    assert_eq!(garden.json(&["veto-body", "show"])["roster"], json!(null));
    assert_eq!(garden.json(&["veto-body", "adopt", "2"])["done"], "roster 2 is the veto body");
    assert_eq!(
        garden.refused(&["parameters", "amend", "policy", "--veto-bps", "5000"], 1),
        "error: cooloff_seconds is 0, but must lie between 3600 and 1209600\n"
    );
    let change =
        ["--veto-bps", "5000", "--cooloff-seconds", "3600", "--deposit-lamports", "1000000", "--slash-bps", "500"];
    let amended = garden.json(&[&["parameters", "amend", "policy"], &change[..]].concat());
    assert_eq!(amended["done"], "parameters of the policy track amended");
    assert_eq!(
        garden.refused(&["settings", "amend", "--mark-bps", "8000"], 1),
        "error: a mark of 8000 needs somebody who attests\n"
    );
    let cleo = world.cleo.address().to_string();
    garden.json(&["settings", "amend", "--attestor", &cleo, "--mark-bps", "8000", "--max-open", "2"]);
    assert_eq!(garden.json(&["settings", "show"]), json!({ "attestor": cleo, "mark_bps": 8_000, "max_open": 2 }));
    garden.json(&["constitution", "seal"]);
    garden
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_is_attested_and_then_vetoed() {
    let garden = watched().await;
    let world = &garden.world;
    let (ana, cleo) = (world.ana.address(), world.cleo.address());
    let policy = world.home.write("tools.md", POLICY);
    let id = garden.propose(&["policy-adopt", "--file", &policy, "--cites", "0"]);
    let scrutiny = |garden: &Garden| garden.json(&["proposal", "show", "0"])["scrutiny"].clone();
    let unattested = format!("not attested by {cleo} (mark 80.00 %), so the threshold is 75.00 %");
    let deposit = "its proposer forfeits the deposit of 0.001 SOL if less than 5.00 % are for it";
    let veto =
        |weight: u32, share: &str| format!("{weight} of 2 in the veto body want to stop it ({share}); 50.00 % stop it");
    assert_eq!(scrutiny(&garden), json!([veto(0, "0.00 %"), unattested, deposit]));

    let report = world.home.write("report.md", REPORT);
    let attest = ["proposal", "attest", &id, "--score-bps", "9000", "--report", &report];
    let hint = "hint: name the right key with --keypair, or its address with --signer\n";
    assert_eq!(garden.refused(&attest, 1), format!("error: only {cleo} may do this, not {ana}\n\n{hint}"));
    let attested = garden.json(&[&attest[..], &["--keypair", &world.cleo.file]].concat());
    assert_eq!(only(&attested, &["done", "score_bps"]), json!({ "done": "attested proposal 0", "score_bps": 9_000 }));
    let attested = format!("attested by {cleo} with 90.00 % (mark 80.00 %), so the threshold is 60.00 %");
    assert_eq!(scrutiny(&garden), json!([veto(0, "0.00 %"), attested, deposit]));
    assert!(garden.words(&["proposal", "show", &id]).contains(&attested));

    let by_ben = ["proposal", "veto", id.as_str(), "--keypair", world.ben.file.as_str()];
    assert!(garden.refused(&by_ben, 75).starts_with("error: voting starts at "));
    garden.reach(&id, "starts_at").await;
    assert!(garden.refused(&["proposal", "veto", &id], 1).starts_with(&format!("error: {ana} is not a member of")));
    assert_eq!(garden.json(&by_ben)["done"], "vetoed proposal 0");
    let shown = garden.json(&["proposal", "show", &id]);
    assert_eq!(shown["phase"], "vetoed");
    garden.json(&["proposal", "close", &id]);
    assert_eq!(garden.json(&["audit", "verify"])["is_proved"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn votes_change_who_has_a_say() {
    let garden = watched().await;
    let lift = garden.propose(&["parameters-amend", "policy", "--threshold-bps", "6500"]);
    let shown = garden.json(&["proposal", "show", &lift]);
    assert_eq!(shown["action"]["sentence"], "changes the policy track (threshold: 60.00 % → 65.00 %)");
    let remove = garden.propose(&["veto-body-remove"]);
    assert_eq!(
        garden.refused(&["proposal", "create", "settings-amend", "--no-attestor", "--reason", "One too many"], 1),
        "error: 2 proposals of this proposer are open, and 2 may be: close one that is final first\n"
    );
    garden.approve(&[&lift, &remove]).await;
    for id in [&lift, &remove] {
        garden.json(&["proposal", "execute", id]);
        garden.json(&["proposal", "close", id]);
    }
    assert_eq!(garden.json(&["veto-body", "show"])["roster"], json!(null));
    let policy = &garden.json(&["parameters", "show"])["tracks"][0];
    let fields = ["track", "threshold_bps", "veto_bps", "cooloff_seconds", "deposit_lamports", "slash_bps"];
    assert_eq!(
        only(policy, &fields),
        json!({
            "track": "policy",
            "threshold_bps": 6_500,
            "veto_bps": 5_000,
            "cooloff_seconds": 3_600,
            "deposit_lamports": 1_000_000,
            "slash_bps": 500,
        })
    );
    assert!(garden.words(&["parameters", "show"]).contains("65.00 %"));

    let adopt = garden.propose(&["veto-body-adopt", "2"]);
    let silence = garden.propose(&["settings-amend", "--no-attestor", "--max-open", "3"]);
    garden.approve(&[&adopt, &silence]).await;
    for id in [&adopt, &silence] {
        garden.json(&["proposal", "execute", id]);
    }
    assert_eq!(garden.json(&["veto-body", "show"])["roster"], 2);
    assert_eq!(garden.json(&["settings", "show"]), json!({ "attestor": null, "mark_bps": 0, "max_open": 3 }));
    assert_eq!(garden.json(&["audit", "verify"])["is_proved"], true);
}
