//! What guardians can do in an emergency and what a vote makes of it, through the binary.

use quantumagi_localnet::Options;
use quantumagi_rpc::solana::{Keypair, Signer};
use quantumagi_rules::UnixSeconds;
use quantumagi_sdk::words::utc;
use serde_json::{Value, json};

use super::garden::{Garden, only};
use super::support::{Person, World};

/// All approvals of an act lie within 150 slots: with slots of this length a quarter of a minute, in which a busy machine
/// runs two commands.
const SLOT_MS: u64 = 100;

const DAY: i64 = 86_400;

/// A sealed community where two of the guardians Ana, Ben and Cleo must agree. None of them was heard of yet.
async fn guarded() -> Garden {
    let world = World::with(Options::default().with_slot_ms(SLOT_MS)).await;
    let constitution = world.founded();
    let garden = Garden { world, constitution };
    let world = &garden.world;
    let people = [&world.ana, &world.ben, &world.cleo].map(|person| person.address().to_string());
    let adopt = |threshold| {
        let head = ["guardians", "adopt", "--threshold", threshold, "--term", "180d"];
        [&head[..], &people.each_ref().map(String::as_str)].concat()
    };
    assert_eq!(garden.words(&["guardians", "show"]), "no guardians\n");
    assert_eq!(
        garden.refused(&adopt("2"), 1),
        "error: the account of the guardians is not open\n\n\
         hint: anybody opens it with `quantumagi guardians open`\n"
    );
    assert_eq!(garden.json(&["guardians", "open"])["done"], "guardians can be adopted");
    let again = "error: the account of the guardians is open already\n";
    assert_eq!(garden.refused(&["guardians", "open"], 1), again);
    let alone = "error: 1 of 3 guardians cannot act: it takes 2 to 3 of them\n";
    assert_eq!(garden.refused(&adopt("1"), 1), alone);
    assert_eq!(garden.json(&adopt("2"))["done"], "guardians adopted");
    garden.json(&["roster", "create", "--members", &world.members()]);
    garden.json(&["roster", "adopt", "1"]);
    assert!(garden.open("pause=treasury", "10d", 1).starts_with("error: the constitution is not sealed: "));
    garden.json(&["constitution", "seal"]);
    garden
}

impl Garden {
    /// The arguments that open an act: `pause=treasury`, `suspend-policy=0` or `hold-proposal=0`.
    fn opening(&self, act: &str, length: &str) -> Vec<String> {
        let home = &self.world.home;
        let reason = home.write("reason.md", "The treasurer's key was stolen.\n");
        let evidence = home.write("evidence.bin", [0, 159, 146, 150]);
        let options = ["emergency open --principle 0 --for", length, "--reason", &reason, "--evidence", &evidence];
        format!("{} --{act}", options.join(" ")).split(' ').map(str::to_owned).collect()
    }

    /// Opens an act as Ana; its id.
    #[track_caller]
    fn opened(&self, act: &str, length: &str) -> String {
        let args = self.opening(act, length);
        self.json(&args.iter().map(String::as_str).collect::<Vec<_>>())["emergency"].to_string()
    }

    /// Is refused an act.
    #[track_caller]
    fn open(&self, act: &str, length: &str, code: i32) -> String {
        let args = self.opening(act, length);
        self.refused(&args.iter().map(String::as_str).collect::<Vec<_>>(), code)
    }

    /// Both are heard of, so that they can act.
    #[track_caller]
    fn heartbeats(&self) {
        for person in [&self.world.ana, &self.world.ben] {
            assert_eq!(self.json(&by(&["guardians", "heartbeat"], person))["done"], "heard of");
        }
    }

    #[track_caller]
    fn act(&self, id: &str) -> Value {
        let shown = self.json(&["emergency", "show", id]);
        only(&shown, &["does", "phase", "approvals", "seconds", "principle"])
    }

    #[track_caller]
    fn strikes(&self) -> Value {
        self.json(&["guardians", "show"])["guardians"]["strikes"].clone()
    }
}

fn by<'a>(args: &[&'a str], person: &'a Person) -> Vec<&'a str> {
    [args, &["--keypair", &person.file]].concat()
}

fn moment(seconds: &Value) -> String {
    utc(UnixSeconds(seconds.as_i64().expect("a moment")))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_refuses_a_payment_until_a_vote_ends_it() {
    let garden = guarded().await;
    let (world, payee) = (&garden.world, Keypair::new().pubkey());
    let silent = "only 0 of the 2 guardians who must agree were heard of in the last 30 days";
    assert_eq!(
        garden.open("pause=treasury", "10d", 1),
        format!("error: {silent}\n\nhint: each guardian shows to be there with `quantumagi guardians heartbeat`\n")
    );
    assert_eq!(garden.json(&["guardians", "show"])["guardians"]["disarmed"], silent);
    garden.heartbeats();
    let shown = garden.json(&["guardians", "show"])["guardians"].clone();
    assert_eq!(
        only(&shown, &["threshold", "strikes", "disarmed"]),
        json!({ "threshold": 2, "strikes": 0, "disarmed": null })
    );
    let present = shown["members"].as_array().expect("a list").iter().filter(|member| member["is_present"] == true);
    assert_eq!(present.count(), 2, "Cleo was not heard of: {shown}");

    garden.json(&["vault", "fund", "2"]);
    let pay = garden.propose(&["transfer", &payee.to_string(), "1", "--cites", "0"]);
    garden.approve(&[&pay]).await;
    let (stranger, key) = world.home.key("stranger.json");
    let act = garden.opened("pause=treasury", "10d");
    let by_nobody = garden.refused(&["emergency", "approve", &act, "--keypair", &stranger], 1);
    assert_eq!(by_nobody, format!("error: {} is none of the 3 guardians\n", key.pubkey()));
    let waiting = json!({
        "does": "pauses the treasury",
        "phase": "waiting for approvals",
        "approvals": 1,
        "seconds": 10 * DAY,
        "principle": 0,
    });
    assert_eq!(garden.act(&act), waiting);
    let twice = garden.refused(&["emergency", "approve", &act], 1);
    assert_eq!(twice, "error: this guardian has approved the act already\n");
    assert_eq!(garden.act(&act), waiting);
    assert_eq!(garden.json(&["proposal", "check", &pay])["trial"]["would_succeed"], true, "one guardian stops nothing");

    garden.json(&by(&["emergency", "approve", &act], &world.ben));
    let late = garden.refused(&by(&["emergency", "approve", &act], &world.cleo), 1);
    assert_eq!(late, "error: the act has taken effect already\n");
    let shown = garden.json(&["emergency", "show", &act]);
    assert_eq!(only(&shown, &["phase", "approvals"]), json!({ "phase": "in effect, unconfirmed", "approvals": 2 }));
    assert_eq!(garden.strikes(), 1, "until a vote confirms it");
    let (ratify_by, expires_at) = (moment(&shown["ratify_by"]), moment(&shown["expires_at"]));
    let paused = |until: &str| format!("an emergency act pauses the treasury until {until}, in ");
    let refused = garden.refused(&["proposal", "execute", &pay], 75);
    assert!(refused.starts_with(&format!("error: {}", paused(&ratify_by))), "{refused}");
    let checked = garden.json(&["proposal", "check", &pay]);
    assert_eq!(only(&checked, &["phase", "next"]), json!({ "phase": "executable", "next": "execute" }));
    let refusal = checked["trial"]["refusal"].as_str().expect("it would fail");
    assert!(refusal.starts_with(&paused(&ratify_by)), "{refusal}");
    let state = garden.json(&["proposal", "show", &pay])["state"].clone();
    let told =
        format!("approved; an emergency act pauses its execution until {ratify_by}, then anybody can execute it");
    assert!(state.as_str().is_some_and(|state| state.starts_with(&told)), "{state}");

    // The votes take longer than the payment's window, which stands still.
    let ratify = garden.propose(&["emergency-ratify", &act]);
    let end = garden.propose(&["emergency-end", &act]);
    garden.approve(&[&ratify, &end]).await;
    assert_eq!(
        garden.json(&["proposal", "execute", &ratify])["done"],
        "proposal 1 executed: it confirms emergency act 0, for its whole length"
    );
    assert_eq!((garden.act(&act)["phase"].as_str(), garden.strikes()), (Some("in effect, confirmed"), json!(0)));
    let refused = garden.refused(&["proposal", "execute", &pay], 75);
    assert!(refused.starts_with(&format!("error: {}", paused(&expires_at))), "{refused}");
    let again = garden.refused(&["proposal", "create", "--reason", "Twice", "emergency-ratify", &act], 1);
    assert_eq!(again, "error: a vote has confirmed the act already\n");
    let open = garden.refused(&["emergency", "close", &act], 75);
    assert_eq!(open, format!("error: the act is not over: it is in effect until {expires_at}\n"));

    garden.json(&["proposal", "execute", &end]);
    let ended = garden.act(&act);
    assert_eq!((&ended["phase"], &ended["expires_at"]), (&json!("ended by a vote"), &json!(null)));
    assert_eq!(garden.balance(&payee).await, 0);
    garden.json(&["proposal", "execute", &pay]);
    assert_eq!(garden.balance(&payee).await, 1_000_000_000);

    let second = garden.opened("pause=treasury", "2d");
    let cooling = garden.refused(&by(&["emergency", "approve", &second], &world.ben), 75);
    assert!(
        cooling.starts_with("error: the last effect on the same target is too recent: the next begins at "),
        "{cooling}"
    );
    assert_eq!(garden.act(&second)["approvals"], 1);
    garden.json(&["emergency", "close", &act]);
    let acts = garden.json(&["emergency", "list"])["acts"].clone();
    assert_eq!(acts.as_array().map(Vec::len), Some(1), "{acts}");
    let gone = garden.refused(&["emergency", "show", &act], 1);
    assert!(gone.starts_with("error: there is no emergency act at "), "{gone}");
    assert_eq!(garden.json(&["audit", "verify"])["is_proved"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_that_too_few_approve_is_missed_and_one_that_no_vote_confirms_lapses() {
    let garden = guarded().await;
    let world = &garden.world;
    garden.heartbeats();
    assert_eq!(
        garden.open("pause=proposals", "1800", 1),
        "error: an act of 30 minutes: it must last 1 hour to 14 days\n"
    );
    let before = garden.balance(&world.ana.address()).await;
    let missed = garden.opened("pause=proposals", "2d");
    let now = garden.now().await;
    // An hour is more than 150 slots.
    garden.travel_to(&json!(now + 3_600)).await;
    assert_eq!(
        garden.refused(&by(&["emergency", "approve", &missed], &world.ben), 1),
        "error: the approvals of an act lie within 150 slots, and these are over\n"
    );
    assert_eq!(garden.act(&missed)["phase"], "too few approved it");
    let vain = garden.refused(&["proposal", "create", "--reason", "In vain", "emergency-ratify", &missed], 1);
    assert_eq!(vain, "error: the act has not taken effect: too few guardians have approved it\n");
    garden.json(&by(&["emergency", "close", &missed], &world.cleo));
    let spent = before - garden.balance(&world.ana.address()).await;
    assert!(spent < 100_000, "the rent went back to who opened it, and {spent} lamports were fees and the text");

    let act = garden.opened("pause=proposals", "10d");
    garden.json(&by(&["emergency", "approve", &act], &world.ben));
    let policy = world.home.write("tools.md", "# Tools\n\nTools go back.\n");
    let adopt = ["proposal", "create", "--reason", "Order", "--cites", "0", "policy-adopt", "--file", &policy];
    let refused = garden.refused(&adopt, 75);
    assert!(
        refused.starts_with("error: an emergency act pauses new proposals on the policy and treasury tracks until "),
        "{refused}"
    );
    let retire = garden.propose(&["principle-retire", "1"]);
    assert_eq!(retire, "0", "amendments are always taken");

    let shown = garden.json(&["emergency", "show", &act]);
    let ratify_by = moment(&shown["ratify_by"]);
    let early = garden.refused(&["emergency", "lapse", &act], 75);
    assert_eq!(early, format!("error: the act has not lapsed: a vote can confirm it until {ratify_by}\n"));
    garden.travel_to(&shown["ratify_by"]).await;
    let lapsed = garden.act(&act);
    assert_eq!(
        (&lapsed["phase"], &lapsed["ratify_by"], &lapsed["expires_at"]),
        (&json!("lapsed"), &json!(null), &json!(null))
    );
    garden.json(&adopt);
    assert_eq!(
        garden.refused(&["emergency", "close", &act], 1),
        "error: no vote has confirmed the act, and nobody has written that down\n\n\
         hint: anybody writes it down with `quantumagi emergency lapse`\n"
    );
    let too_late = garden.refused(&["proposal", "create", "--reason", "Late", "emergency-ratify", &act], 1);
    assert_eq!(too_late, format!("error: a vote could confirm the act until {ratify_by}\n"));
    garden.json(&["emergency", "lapse", &act]);
    garden.json(&["emergency", "close", &act]);
    assert_eq!(garden.words(&["emergency", "list"]), "no emergency acts\n");
    assert_eq!(garden.strikes(), 1);
    assert_eq!(garden.json(&["audit", "verify"])["is_proved"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_is_suspended_and_an_approved_proposal_held_once() {
    let garden = guarded().await;
    let world = &garden.world;
    garden.heartbeats();
    let policy = world.home.write("tools.md", "# Tools\n\nTools go back.\n");
    let adopt = garden.propose(&["policy-adopt", "--file", &policy, "--cites", "0"]);
    let retire = garden.propose(&["principle-retire", "1"]);
    garden.approve(&[&adopt, &retire]).await;
    garden.json(&["proposal", "execute", &adopt]);
    let approve = |act: &str| garden.json(&by(&["emergency", "approve", act], &world.ben));
    let suspend = garden.opened("suspend-policy=0", "1d");
    approve(&suspend);
    let until = garden.json(&["emergency", "show", &suspend])["expires_at"].clone();
    let shown = garden.json(&["policy", "show", "0"]);
    assert_eq!(
        only(&shown, &["status", "suspended_until"]),
        json!({ "status": "suspended", "suspended_until": until })
    );
    assert!(garden.words(&["policy", "list"]).contains(&format!("suspended until {}", moment(&until))));

    let hold = garden.opened(&format!("hold-proposal={retire}"), "1d");
    approve(&hold);
    let until = moment(&garden.json(&["emergency", "show", &hold])["expires_at"]);
    let held = format!("approved; held by an emergency act, can be executed from {until}, in ");
    let state = garden.json(&["proposal", "show", &retire])["state"].clone();
    assert!(state.as_str().is_some_and(|state| state.starts_with(&held)), "{state}");
    let refused = garden.refused(&["proposal", "execute", &retire], 75);
    assert!(
        refused.starts_with(&format!("error: an emergency act holds the proposal until {until}, in ")),
        "{refused}"
    );
    let again = garden.opened(&format!("hold-proposal={retire}"), "1d");
    let twice = garden.refused(&by(&["emergency", "approve", &again], &world.ben), 1);
    assert!(twice.contains("or it was held before: a proposal is held once"), "{twice}");
    garden.travel_to(&garden.json(&["emergency", "show", &hold])["expires_at"]).await;
    assert_eq!(garden.json(&["policy", "show", "0"])["status"], "in force", "a suspension ends by itself");
    assert_eq!(garden.act(&hold)["phase"], "over, unconfirmed");
    garden.json(&["proposal", "execute", &retire]);
    assert_eq!(garden.strikes(), 2);
    assert_eq!(garden.json(&["audit", "verify"])["is_proved"], true);
}
