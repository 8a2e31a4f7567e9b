//! What principles forbid in numbers: set by the founder, by vote, and told before anything is sent.

use quantumagi_rpc::solana::{Keypair, Signer};
use serde_json::{Value, json};

use super::garden::Garden;
use super::support::World;

const SYSTEM: &str = "11111111111111111111111111111111";
const HOUR: &str = "treasury proposals wait at least 1 hour between voting and execution";
const SPENDING: &str = "at most 1 SOL leave the vault within 7 days";

/// A community whose founder has tried guardrails before the seal, and left one: payments wait an hour.
async fn railed() -> Garden {
    let world = World::new().await;
    let constitution = world.founded();
    let garden = Garden { world, constitution };
    let set = |guardrail: &[&'static str]| [&["guardrail", "set", "0"], guardrail].concat();
    let clear = ["guardrail", "clear", "0"];
    assert_eq!(garden.words(&["guardrail", "list"]), "no guardrails\n");
    assert_eq!(garden.refused(&clear, 1), "error: principle 0 has no guardrail\n");
    assert_eq!(
        garden.refused(&set(&["lamports", "1.5", "--per", "60"]), 1),
        "error: the guardrail makes no sense: window_seconds is 60, but must lie between 3600 and 31622400\n"
    );
    assert_eq!(
        garden.refused(&set(&["delay", "treasury", "2d"]), 1),
        "error: principle 0 has a guardrail, treasury proposals wait at least 2 days between voting and execution: \
         the treasury track's delay would be 1 hour, and must be at least 2 days\n"
    );
    let lamports = set(&["lamports", "1.5", "--per", "7d"]);
    let by_ben = garden.refused(&[&lamports[..], &["--keypair", &garden.world.ben.file]].concat(), 1);
    assert!(by_ben.starts_with("error: only "), "{by_ben}");
    assert_eq!(garden.json(&lamports)["done"], "guardrail of principle 0 set");
    assert_eq!(
        garden.json(&["guardrail", "list"])["guardrails"],
        json!([{ "principle": 0, "guardrail": "at most 1.5 SOL leave the vault within 7 days", "left": 1_500_000_000 }])
    );
    assert_eq!(garden.json(&clear)["done"], "guardrail of principle 0 taken away");
    garden.json(&set(&["delay", "treasury", "1h"]));
    let open = "error: the account of the guardrails is open already\n";
    assert_eq!(garden.refused(&["guardrail", "open"], 1), open);
    garden.json(&["roster", "create", "--members", &garden.world.members()]);
    garden.json(&["roster", "adopt", "1"]);
    garden.json(&["constitution", "seal"]);
    let sealed = garden.refused(&lamports, 1);
    assert!(
        sealed.starts_with("error: the constitution is sealed: an approved proposal must order this\n"),
        "{sealed}"
    );
    garden
}

impl Garden {
    /// Is refused a proposal, of which nothing is sent.
    #[track_caller]
    fn unproposable(&self, action: &[&str]) -> String {
        self.refused(&[&["proposal", "create", "--reason", "Because"], action].concat(), 1)
    }

    /// What would come of the execution, which is sound and due.
    #[track_caller]
    fn trial(&self, id: &str) -> Value {
        let checked = self.json(&["proposal", "check", id]);
        assert_eq!((&checked["is_what_is_voted_on"], &checked["next"]), (&json!(true), &json!("execute")));
        checked["trial"].clone()
    }

    /// Is refused the execution, by the check and by the command, for the same reason.
    #[track_caller]
    fn stopped(&self, id: &str, reason: &str) {
        let refused = json!({ "would_succeed": false, "units": null, "refusal": reason });
        assert_eq!(self.trial(id), refused);
        assert_eq!(self.refused(&["proposal", "execute", id], 1), format!("error: {reason}\n"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vote_binds_a_guardrail_and_whatever_breaks_it_is_told_before_it_is_sent() {
    let garden = railed().await;
    let payee = Keypair::new().pubkey();
    garden.json(&["vault", "fund", "5"]);
    let to = payee.to_string();
    let pay = |sol: &'static str| ["transfer", to.as_str(), sol, "--cites", "0"];
    assert_eq!(garden.unproposable(&["guardrail-clear", "1"]), "error: principle 1 has no guardrail\n");
    assert_eq!(
        garden.unproposable(&["guardrail-set", "1", "lamports", "1", "--per", "60"]),
        "error: the guardrail makes no sense: window_seconds is 60, but must lie between 3600 and 31622400\n"
    );
    assert_eq!(
        garden.unproposable(&["guardrail-set", "1", "parameter", "policy", "quorum_bps", "3000", "5000"]),
        "error: principle 1 has a guardrail, quorum_bps of the policy track stays between 3000 and 5000: \
         quorum_bps of the policy track would be 2000, and must lie between 3000 and 5000\n"
    );
    assert_eq!(
        garden.unproposable(&["parameters-amend", "treasury", "--timelock-seconds", "3599"]),
        "error: timelock_seconds is 3599, but must lie between 3600 and 7776000\n"
    );

    // What was proposed before the guardrail is measured by it all the same.
    let (big, fits) = (garden.propose(&pay("1.5")), garden.propose(&pay("0.7")));
    let set = garden.propose(&["guardrail-set", "1", "lamports", "1", "--per", "7d"]);
    let sentence = format!("binds to principle 1 \"2 Water\" (version 1) the guardrail that {SPENDING}");
    assert_eq!(garden.json(&["proposal", "show", &set])["action"]["sentence"], sentence);
    garden.approve(&[&big, &fits, &set]).await;
    assert_eq!(garden.trial(&big)["would_succeed"], true);
    garden.json(&["proposal", "execute", &set]);
    garden.stopped(&big, &format!("principle 1 has a guardrail, {SPENDING}: 1.5 SOL would leave, and 1 SOL may"));
    assert_eq!(garden.balance(&payee).await, 0);
    garden.json(&["proposal", "execute", &fits]);
    assert_eq!(garden.balance(&payee).await, 700_000_000);
    assert_eq!(
        garden.json(&["guardrail", "list"])["guardrails"],
        json!([
            { "principle": 0, "guardrail": HOUR, "left": null },
            { "principle": 1, "guardrail": SPENDING, "left": 300_000_000 },
        ])
    );
    assert!(garden.words(&["guardrail", "list"]).contains("0.3 SOL"));
    assert_eq!(garden.json(&["principle", "show", "1"])["guardrail"], SPENDING);
    assert_eq!(
        garden.unproposable(&pay("1.01")),
        format!("error: principle 1 has a guardrail, {SPENDING}: 1.01 SOL would leave, and 1 SOL may\n")
    );

    let rest = garden.propose(&pay("0.4"));
    let clear = garden.propose(&["guardrail-clear", "1"]);
    garden.approve(&[&rest, &clear]).await;
    garden.stopped(
        &rest,
        &format!("principle 1 has a guardrail, {SPENDING}: 0.4 SOL would leave after 0.7 SOL within the window, and 1 SOL may"),
    );
    garden.json(&["proposal", "execute", &clear]);
    assert_eq!(garden.json(&["principle", "show", "1"])["guardrail"], Value::Null);
    garden.json(&["proposal", "execute", &rest]);
    assert_eq!(garden.balance(&payee).await, 1_100_000_000);
    assert_eq!(garden.json(&["audit", "verify"])["is_proved"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn policies_must_end_and_programs_stay_uncalled_where_principles_say_so() {
    let garden = Garden::new().await;
    let sunset = ["guardrail-set", "0", "sunset", "30d"];
    assert_eq!(
        garden.unproposable(&sunset),
        "error: the account of the guardrails is not open\n\n\
         hint: anybody opens it with `quantumagi guardrail open`\n"
    );
    garden.json(&["guardrail", "open"]);
    let sunset = garden.propose(&sunset);
    let forbid = garden.propose(&["guardrail-set", "1", "forbidden-program", SYSTEM]);
    let call = garden.propose(&["invoke", SYSTEM, "--account", "vault:ws", "--data", "00", "--cites", "0"]);
    garden.approve(&[&sunset, &forbid, &call]).await;
    for id in [&sunset, &forbid] {
        garden.json(&["proposal", "execute", id]);
    }
    let policy = garden.world.home.write("tools.md", "# Tools\n\nTools go back.\n");
    let adopt = |until| ["policy-adopt", "--file", policy.as_str(), "--cites", "0", "--until", until];
    let sunset = "principle 0 has a guardrail, every policy ends by itself within 30 days of its adoption or amendment";
    let never = garden.unproposable(&adopt("never"));
    assert!(never.starts_with(&format!("error: {sunset}: the policy would never end, and must by ")), "{never}");
    let late = garden.unproposable(&adopt("2150-01-01"));
    assert!(late.starts_with(&format!("error: {sunset}: the policy would end at 2150-01-01, and must by ")), "{late}");
    let soon = (garden.now().await + 10 * 86_400).to_string();
    garden.propose(&adopt(&soon));
    let forbidden = format!(
        "principle 1 has a guardrail, program {SYSTEM} is never called nor handed on: \
         program {SYSTEM} would be called or handed on"
    );
    garden.stopped(&call, &forbidden);
    let again = ["invoke", SYSTEM, "--account", "vault:ws", "--data", "00", "--cites", "0"];
    assert_eq!(garden.unproposable(&again), format!("error: {forbidden}\n"));
    assert_eq!(garden.json(&["audit", "verify"])["is_proved"], true);
}
