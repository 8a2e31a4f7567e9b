//! What needs no network.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use quantumagi_crank::journal::LetterState;
use quantumagi_crank::workflow::{About, Instance, Key, Mark, Step, Timing, Verdict, When, Workflow};
use quantumagi_crank::{Journal, Kind, Subject};
use quantumagi_rpc::solana::{Address, Signer, read_keypair_file};

use crate::process::{Home, Ran};

const CONSTITUTION: &str = "SysvarC1ock11111111111111111111111111111111";
const URL: &str = "http://user:pass@127.0.0.1:1/path0?key=k3y";

fn init<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let asked = ["init", "--constitution", CONSTITUTION, "--rpc-url", URL, "--keypair", "wallet.json"];
    [&asked, more].concat()
}

#[test]
fn help_and_version_end_well_and_a_misspelt_command_does_not() {
    let home = Home::new();
    let help = home.run(&["--help"]);
    assert_eq!((help.code, help.stderr.as_str()), (0, ""));
    let lines = help.stdout.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands: Vec<&str> =
        lines.take_while(|line| !line.is_empty()).filter_map(|line| line.split_whitespace().next()).collect();
    let expected = [
        "init",
        "check-config",
        "print-config",
        "doctor",
        "run",
        "top",
        "metrics",
        "workflows",
        "sla",
        "dlq",
        "alerts",
        "snapshot",
        "help",
    ];
    assert_eq!(commands, expected);
    let version = format!("quantumagi-crank {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(home.run(&["--version"]), Ran { code: 0, stdout: version, stderr: String::new() });
    let wrong = home.run(&["docter"]);
    assert_eq!((wrong.code, wrong.stdout.as_str()), (64, ""));
    assert!(wrong.stderr.contains("similar subcommand exists: 'doctor'"), "{}", wrong.stderr);
    assert_eq!(home.run(&["run", "--observe", "--dry-run"]).code, 64);
}

#[test]
fn init_writes_three_lines_and_a_wallet_for_its_owner_only() {
    let home = Home::new();
    let made = home.json(&init(&[]), 0);
    let text = fs::read_to_string(home.at("crank.toml")).expect("it is written");
    let expected = format!("constitutions = [\"{CONSTITUTION}\"]\nkeypair = \"wallet.json\"\nrpc_url = \"{URL}\"\n");
    assert_eq!(text, expected);
    let mode = |name: &str| fs::metadata(home.at(name)).expect("it is there").permissions().mode() & 0o777;
    assert_eq!((mode("wallet.json"), mode("crank.toml") & 0o007), (0o600, 0));
    let key = read_keypair_file(home.at("wallet.json")).expect("a key");
    assert_eq!(
        (made["wallet"].as_str(), made["is_new"].as_bool()),
        (Some(key.pubkey().to_string().as_str()), Some(true))
    );
    assert_eq!(home.run(&["check-config"]).code, 0);
}

#[test]
fn init_leaves_alone_what_is_there() {
    let home = Home::new();
    let key = home.key("wallet.json");
    let made = home.json(&init(&[]), 0);
    assert_eq!(
        (made["wallet"].as_str(), made["is_new"].as_bool()),
        (Some(key.pubkey().to_string().as_str()), Some(false))
    );
    home.write("crank.toml", "mine");
    let again = home.run(&init(&[]));
    let there = format!("error: {} is already there", home.at("crank.toml"));
    assert_eq!((again.code, again.stdout.as_str(), again.stderr.lines().next()), (1, "", Some(there.as_str())));
    assert_eq!(fs::read_to_string(home.at("crank.toml")).expect("it is there"), "mine");
}

#[test]
fn init_writes_nothing_that_would_be_wrong() {
    let home = Home::new();
    let wrong = home.run(&["init", "-c", CONSTITUTION, "--rpc-url", "ftp://a.b", "--keypair", "wallet.json"]);
    assert_eq!((wrong.code, wrong.stdout.as_str()), (64, ""));
    assert!(
        wrong.stderr.contains("line 3: rpc_url: the address must begin with http:// or https://"),
        "{}",
        wrong.stderr
    );
    assert!(!home.path.join("crank.toml").exists() && !home.path.join("wallet.json").exists());
    home.mode(".", "700");
    home.key("loose.json");
    home.mode("loose.json", "644");
    let loose = home.run(&["init", "-c", CONSTITUTION, "--rpc-url", URL, "--keypair", "loose.json"]);
    assert_eq!(loose.code, 77, "{}", loose.stderr);
    assert!(!home.path.join("crank.toml").exists());
}

#[test]
fn a_wrong_configuration_is_told_whole_and_ends_with_its_own_code() {
    let home = Home::new();
    home.write(
        "crank.toml",
        "constitution = []\nkeypair = \"k\"\nrpc_url = \"https://user:pass@a.b/c\"\nmax_fee = \"1\"\n",
    );
    let ran = home.run(&["check-config"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (78, ""));
    let expected = format!(
        "error: 3 things are wrong in {}:\n  line 1: constitution: there is no such key; did you mean `constitutions`?\n  \
         line 4: max_fee: this must be a whole number\n  constitutions: this key is missing: a list of the constitutions to \
         look after, by address\n\nhint: docs/operators.md lists every key; `quantumagi-crank check-config` reads the file \
         again\n",
        home.at("crank.toml")
    );
    assert_eq!(ran.stderr, expected);
    for command in ["print-config", "doctor", "run", "metrics"] {
        assert_eq!(home.run(&[command]).code, 78, "{command}");
    }
    fs::remove_file(home.at("crank.toml")).expect("it is there");
    let missing = home.run(&["check-config"]);
    assert_eq!(missing.code, 78);
    assert!(missing.stderr.contains("hint: write one with `quantumagi-crank init`"), "{}", missing.stderr);
}

#[test]
fn the_configuration_is_printed_without_secrets() {
    let home = Home::new();
    home.json(&init(&[]), 0);
    let ran = home.run(&["print-config"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    for secret in ["user", "pass", "path0", "k3y"] {
        assert!(!ran.stdout.contains(secret), "{secret}: {}", ran.stdout);
    }
    let value = home.json(&["print-config"], 0);
    assert_eq!(value["endpoint"][0]["url"], "(hidden)@127.0.0.1:1/(hidden)");
    assert_eq!((value["look_every"].as_str(), value["max_fee"].as_u64()), (Some("1m"), Some(50_000)));
    let mut overridden = home.command(&["print-config", "--json"]);
    overridden.env("QUANTUMAGI_CRANK_MAX_FEE", "60000");
    assert!(home.ended(overridden).stdout.contains("\"max_fee\": 60000"));
}

#[test]
fn a_wallet_that_others_can_read_is_refused() {
    let home = Home::new();
    home.json(&init(&[]), 0);
    home.mode("wallet.json", "640");
    let ran = home.run(&["run", "--once"]);
    let path = home.at("wallet.json");
    let expected = format!("error: others can read the wallet {path} (mode 640)\n\nhint: chmod 600 '{path}'\n");
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (77, "", expected.as_str()));
    home.write("wallet.json", "[1, 2, 3]");
    home.mode("wallet.json", "600");
    let ran = home.run(&["run", "--once"]);
    assert_eq!((ran.code, ran.stderr.lines().next()), (77, Some(format!("error: {path} is not a key file").as_str())));
    fs::remove_file(&path).expect("it is there");
    assert_eq!(home.run(&["run", "--once"]).code, 77);
}

#[test]
fn dead_letters_are_listed_shown_replayed_and_dropped() {
    let home = Home::new();
    home.json(&init(&[]), 0);
    let journal_path = home.at(".local/state/quantumagi-crank/journal.sqlite");
    let none = home.run(&["dlq", "list"]);
    let expected = format!("error: there is no journal at {journal_path}");
    assert_eq!((none.code, none.stderr.lines().next()), (1, Some(expected.as_str())));
    fs::create_dir_all(home.at(".local/state/quantumagi-crank")).expect("a folder can be made");
    let journal = Journal::open(journal_path.as_ref()).expect("a journal");
    assert_eq!(home.run(&["dlq", "list"]).stdout, "no dead letters\n");

    let constitution = CONSTITUTION.parse::<Address>().expect("an address");
    let key = |id| quantumagi_crank::duty::DutyKey {
        constitution,
        kind: Kind::ProposalExecute,
        subject: Subject::Proposal(id),
    };
    for (id, at) in [(3, 100), (4, 200), (3, 300)] {
        journal.refused(&key(id), at, "too poor", &["Program log: no".to_owned()], "AAEC").expect("written");
    }
    let [three, four] = [key(3), key(4)].map(|key| key.to_string());
    let list = home.run(&["dlq", "list"]).stdout;
    assert_eq!(
        list,
        format!("{three}\n    waiting, refused 2 times: too poor\n{four}\n    waiting, refused 1 times: too poor\n")
    );
    let shown = home.json(&["dlq", "show", &three], 0);
    assert_eq!(
        (shown["tries"].as_u64(), shown["payload"].as_str(), shown["next_at"].as_i64()),
        (Some(2), Some("AAEC"), Some(420))
    );
    assert_eq!(shown["history"].as_array().map(Vec::len), Some(2));
    let words = home.run(&["dlq", "show", &three]).stdout;
    assert!(words.contains("  100  too poor\n  300  too poor\n") && words.contains("Program log: no"), "{words}");

    let state = |key: &str| journal.letter(key).expect("read").expect("there is one").state;
    assert_eq!(home.json(&["dlq", "drop", &four], 0)["keys"][0], four.as_str());
    assert_eq!((state(&three), state(&four)), (LetterState::Waiting, LetterState::Dropped));
    assert_eq!(home.json(&["dlq", "replay", "--all"], 0)["keys"], serde_json::json!([three]));
    assert_eq!((state(&three), state(&four)), (LetterState::Replayed, LetterState::Dropped));
    home.json(&["dlq", "replay", &four], 0);
    assert_eq!(state(&four), LetterState::Replayed);
    for command in ["show", "replay", "drop"] {
        let unknown = home.run(&["dlq", command, "nothing"]);
        assert_eq!((unknown.code, unknown.stderr.lines().next()), (1, Some("error: there is no dead letter nothing")));
    }
    assert_eq!(home.run(&["dlq", "replay"]).code, 64, "which?");
}

#[test]
fn workflows_are_listed_and_shown() {
    let home = Home::new();
    home.json(&init(&[]), 0);
    let none = home.run(&["workflows", "list"]);
    assert_eq!(none.code, 1);
    assert!(none.stderr.starts_with("error: there is no journal at "), "{}", none.stderr);
    fs::create_dir_all(home.at(".local/state/quantumagi-crank")).expect("a folder can be made");
    let path = home.at(".local/state/quantumagi-crank/journal.sqlite");
    let journal = Journal::open(path.as_ref()).expect("a journal");
    assert_eq!(home.run(&["workflows", "list"]).stdout, "nothing is on its way\n");

    let constitution = CONSTITUTION.parse::<Address>().expect("an address");
    let key = |id| Key { constitution, workflow: Workflow::PolicyCreation, about: About::Proposal(id) };
    let vote = Mark { step: Step::Vote, due_at: Some(200), at: When::At(200), timing: Timing::OnTime };
    let overdue = Instance {
        key: key(3),
        began_at: 90,
        step: Some(Step::Finalize),
        entered_at: 200,
        due_at: Some(210),
        is_overdue: true,
        finding: None,
        marks: vec![vote],
        ahead: Vec::new(),
        told: Vec::new(),
        verdict: None,
        ended_at: None,
    };
    let late = Mark { step: Step::Close, due_at: Some(260), at: When::By(300), timing: Timing::Late };
    let failed = Instance {
        key: key(4),
        step: None,
        due_at: None,
        is_overdue: false,
        finding: Some("nobody came".to_owned()),
        marks: vec![vote, late],
        verdict: Some(Verdict::Expired),
        ended_at: Some(300),
        ..overdue.clone()
    };
    journal.looked(&constitution, &[&overdue, &failed], None).expect("written");
    let finalize =
        quantumagi_crank::duty::DutyKey { constitution, kind: Kind::ProposalFinalize, subject: Subject::Proposal(3) };
    journal.refused(&finalize, 100, "too poor", &[], "").expect("written");

    let [three, four] = [key(3), key(4)].map(|key| key.to_string());
    let open = format!("{three}\n    overdue: finalize was on time until 1970-01-01 00:03:30 UTC\n");
    assert_eq!(home.run(&["workflows", "list"]).stdout, open);
    let all = home.run(&["workflows", "list", "--all"]).stdout;
    assert_eq!(all, format!("{open}{four}\n    failed: expired; late: close; nobody came\n"));
    let listed = home.json(&["workflows", "list", "--all"], 0);
    let states: Vec<_> = (0..2).map(|at| (listed[at]["key"].as_str(), listed[at]["state"].as_str())).collect();
    assert_eq!(states, [(Some(three.as_str()), Some("overdue")), (Some(four.as_str()), Some("failed"))]);

    let shown = home.run(&["workflows", "show", &three]).stdout;
    let expected = format!(
        "{three}\nproposal 3, since 1970-01-01 00:01:30 UTC\noverdue: finalize was on time until 1970-01-01 00:03:30 UTC\n\n\
         steps:\n  vote: over 1970-01-01 00:03:20 UTC, on time until 1970-01-01 00:03:20 UTC: on time\n  \
         finalize: waited for since 1970-01-01 00:03:20 UTC\n\nown work on {finalize}:\n  \
         a dead letter, refused 1 times: too poor\n"
    );
    assert_eq!(shown, expected);
    let shown = home.json(&["workflows", "show", &four], 0);
    assert_eq!((shown["verdict"].as_str(), shown["marks"][1]["timing"].as_str()), (Some("expired"), Some("late")));
    assert_eq!(home.json(&["workflows", "show", &three], 0)["own_work"][0]["dead_letter"]["reason"], "too poor");
    for unknown in ["nothing", &key(5).to_string()] {
        let ran = home.run(&["workflows", "show", unknown]);
        let expected = format!("error: there is no workflow {unknown}");
        assert_eq!((ran.code, ran.stderr.lines().next()), (1, Some(expected.as_str())));
    }
}
