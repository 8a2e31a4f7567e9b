//! What is refused before any network is asked: one line of error, causes, a hint, and an exit code.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::support::{Home, Ran};

/// Nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:9";
const SOMEBODY: &str = "4uQeVj5tqViQh7yWWGStvkEG1Zmhx6uasJtWCJziofM";

#[track_caller]
fn check(home: &Home, args: &[&str], code: i32, stderr: &str) {
    let expected = Ran { code, stdout: String::new(), stderr: stderr.replace("HOME", &home.path.to_string_lossy()) };
    assert_eq!(home.run(args), expected);
}

#[test]
fn a_community_must_be_named() {
    check(
        &Home::new(),
        &["constitution", "show", "--url", NOWHERE],
        64,
        "error: no constitution is named\n\n\
         hint: name it with --constitution ADDRESS or in QUANTUMAGI_CONSTITUTION; `quantumagi constitution list` shows all\n",
    );
}

#[test]
fn an_endpoint_that_is_none_is_refused_without_repeating_it() {
    check(
        &Home::new(),
        &["vault", "show", "-c", SOMEBODY, "--url", "rpc.example.org/secret"],
        64,
        "error: the endpoint is neither a URL nor the name of a cluster\n\n\
         hint: give --url http://… or https://…, or localhost, devnet, testnet or mainnet-beta\n",
    );
}

#[test]
fn an_endpoint_that_does_not_answer_is_worth_another_try() {
    let ran = Home::new().run(&["vault", "show", "-c", SOMEBODY, "--url", NOWHERE]);
    assert_eq!((ran.code, ran.stdout.as_str()), (75, ""));
    let words = "error: no connection could be made (getAccountInfo at 127-0-0-1-9, 3 attempts in ";
    assert!(ran.stderr.starts_with(words), "{}", ran.stderr);
    assert!(ran.stderr.contains("\n\nhint: check the network and --url"), "{}", ran.stderr);
}

#[test]
fn several_endpoints_that_do_not_answer_are_worth_another_try() {
    let other = "http://127.0.0.1:1";
    let ran = Home::new().run(&["vault", "show", "-c", SOMEBODY, "--url", NOWHERE, "--url", other]);
    assert_eq!((ran.code, ran.stdout.as_str()), (75, ""));
    let words = "error: no endpoint could be asked which cluster it belongs to\n  because no connection could be made \
                 (getGenesisHash at 127-0-0-1-1, 3 attempts in ";
    assert!(ran.stderr.starts_with(words), "{}", ran.stderr);
}

#[test]
fn a_file_of_endpoints_is_refused_with_every_problem() {
    let home = Home::new();
    let file = home.write("endpoints.toml", "[[endpoint]]\nname = \"a\"\nurk = \"http://127.0.0.1:9\"\n");
    let ran = home.run(&["vault", "show", "-c", SOMEBODY, "--endpoints", &file]);
    assert_eq!((ran.code, ran.stdout.as_str()), (64, ""));
    let expected = format!(
        "error: {file} names no usable endpoints: line 1: endpoint.1.roles: the role read needs `url`\n\
         line 3: endpoint.1.urk: there is no such key; did you mean `url`?\n\n\
         hint: docs/cli.md shows a file of endpoints\n"
    );
    assert_eq!(ran.stderr, expected);
}

#[test]
fn a_file_of_endpoints_and_an_endpoint_exclude_each_other() {
    let ran = Home::new().run(&["vault", "show", "-c", SOMEBODY, "--endpoints", "e.toml", "--url", NOWHERE]);
    assert_eq!((ran.code, ran.stdout.as_str()), (64, ""));
    assert!(ran.stderr.contains("'--endpoints <FILE>' cannot be used with '--url <URL>'"), "{}", ran.stderr);
}

#[test]
fn a_constitution_file_is_refused_with_line_and_column() {
    let home = Home::new();
    let file = home.write("rules.md", "# Rules\n\n## 1. One\n\nText.\n\n## 1. Again\n\nText.\n");
    check(
        &home,
        &["constitution", "create", "--file", &file, "--url", NOWHERE],
        1,
        "error: HOME/rules.md:7:1 is no constitution\n  \
         because line 7, column 1: expected a number higher than 1, found 1\n\n\
         hint: docs/constitution-files.md describes numbered text, Markdown and TOML\n",
    );
}

#[test]
fn a_file_that_only_its_name_explains_is_refused() {
    let home = Home::new();
    let file = home.write("rules.txt", "Rules\n\n1. One\n\n# of all rules the first.\n");
    check(
        &home,
        &["constitution", "create", "--file", &file, "--url", NOWHERE],
        1,
        "error: HOME/rules.txt would be read otherwise without its name\n\n\
         hint: change lines that look like headings of another format: \"# …\" in plain text, for example\n",
    );
}

#[test]
fn a_text_that_is_not_utf_8_is_refused() {
    let home = Home::new();
    let file = home.write("policy.txt", b"fine\n\xff");
    check(
        &home,
        &["text", "publish", &file, "--url", NOWHERE],
        1,
        "error: HOME/policy.txt cannot be published\n  because the text is not UTF-8 at byte 5\n",
    );
    let empty = home.write("empty.txt", b" \n");
    check(
        &home,
        &["text", "publish", &empty, "--url", NOWHERE],
        1,
        "error: HOME/empty.txt cannot be published\n  because the text is empty\n",
    );
}

#[test]
fn parameters_out_of_bounds_are_refused_with_both_values() {
    let home = Home::new();
    home.key(".config/solana/id.json");
    let rules = home.write("rules.md", super::support::RULES);
    let tracks = home.write("tracks.toml", "[policy]\nthreshold_bps = 5999\n");
    check(
        &home,
        &["constitution", "create", "--file", &rules, "--tracks", &tracks, "--url", NOWHERE],
        1,
        "error: threshold_bps is 5999, but must lie between 6000 and 10000\n",
    );
}

#[test]
fn a_key_that_others_can_read_is_refused_with_the_command_that_mends_it() {
    let home = Home::new();
    let (path, _) = home.key("id.json");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("the file is ours");
    let file = home.write("note.txt", "words\n");
    check(
        &home,
        &["text", "publish", &file, "--url", NOWHERE, "--keypair", &path],
        1,
        "error: others can read the key file HOME/id.json (mode 640)\n\nhint: chmod 600 HOME/id.json\n",
    );
}

#[test]
fn a_file_that_is_no_key_is_refused_without_quoting_it() {
    let home = Home::new();
    let path = home.write("id.json", "[12, 345, 678]");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("the file is ours");
    let file = home.write("note.txt", "words\n");
    check(
        &home,
        &["text", "publish", &file, "--url", NOWHERE, "--keypair", &path],
        1,
        "error: HOME/id.json is not a key file\n\n\
         hint: a key file holds 64 numbers in brackets, as `solana-keygen` writes it\n",
    );
}

#[test]
fn a_missing_key_is_told_how_to_make() {
    let home = Home::new();
    let file = home.write("note.txt", "words\n");
    check(
        &home,
        &["text", "publish", &file, "--url", NOWHERE],
        1,
        "error: cannot read the key file HOME/.config/solana/id.json\n  because No such file or directory (os error 2)\n\n\
         hint: make one with `solana-keygen new -o HOME/.config/solana/id.json`, or name another with --keypair\n",
    );
}

#[test]
fn arguments_that_make_no_sense_are_usage_errors() {
    let home = Home::new();
    for args in [
        &["proposal", "vote", "0", "maybe"][..],
        &["vault", "fund", "0.0000000001"],
        &["vault", "fund", "1", "--signer", SOMEBODY],
        &["proposal", "create", "policy-adopt", "--file", "p.md", "--until", "soon"],
        &["constitution", "show", "--constitution", "Ana"],
        &["constitution", "destroy"],
    ] {
        let ran = home.run(args);
        assert_eq!((ran.code, ran.stdout.as_str()), (64, ""), "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
    }
}

#[test]
fn a_proposal_needs_an_explanation() {
    check(
        &Home::new(),
        &["proposal", "create", "transfer", SOMEBODY, "1", "--cites", "0", "-c", SOMEBODY, "--url", NOWHERE],
        64,
        "error: a proposal needs an explanation\n\n\
         hint: say why with --reason \"…\" or --explanation FILE: voters decide on it\n",
    );
}

#[test]
fn the_solana_clis_own_settings_count() {
    let home = Home::new();
    home.write(".config/solana/cli/config.yml", "json_rpc_url: \"http://127.0.0.1:9/secret\"\ncommitment: often\n");
    let args = ["vault", "show", "-c", SOMEBODY];
    check(
        &home,
        &args,
        64,
        "error: the configured commitment \"often\" has no meaning\n\n\
         hint: it is processed, confirmed or finalized; override it with --commitment\n",
    );
    let ran = home.run(&[&args[..], &["--commitment", "finalized"]].concat());
    assert_eq!(ran.code, 75);
    let words = "error: no connection could be made (getAccountInfo at 127-0-0-1-9, 3 attempts in ";
    assert!(ran.stderr.starts_with(words), "{}", ran.stderr);
    assert!(!ran.stderr.contains("secret"), "{}", ran.stderr);
}
