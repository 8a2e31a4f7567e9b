//! What is printed without any network.

use super::support::{Home, Ran};

#[test]
fn help_goes_to_standard_output_and_ends_well() {
    let home = Home::new();
    let Ran { code, stdout, stderr } = home.run(&["--help"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let nouns: Vec<&str> = stdout
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(
        nouns,
        [
            "constitution",
            "principle",
            "guardrail",
            "roster",
            "electorate",
            "deposit",
            "snapshot",
            "proposal",
            "parameters",
            "settings",
            "veto-body",
            "guardians",
            "emergency",
            "policy",
            "vault",
            "text",
            "audit",
            "completions",
            "help",
        ]
    );
}

#[test]
fn the_version_is_the_packages() {
    let expected = format!("quantumagi {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(Home::new().run(&["--version"]), Ran { code: 0, stdout: expected, stderr: String::new() });
}

#[test]
fn every_action_can_be_proposed() {
    let Ran { code, stdout, .. } = Home::new().run(&["proposal", "create", "--help"]);
    assert_eq!(code, 0);
    let actions: Vec<&str> = stdout
        .lines()
        .skip_while(|line| *line != "Actions:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(
        actions,
        [
            "policy-adopt",
            "policy-amend",
            "policy-repeal",
            "transfer",
            "invoke",
            "invoke-series",
            "transfer-tokens",
            "program-upgrade",
            "constitution-amend",
            "principle-add",
            "principle-amend",
            "principle-retire",
            "guardrail-set",
            "guardrail-clear",
            "roster-adopt",
            "guardians-adopt",
            "guardians-remove",
            "emergency-ratify",
            "emergency-end",
            "electorate-adopt",
            "parameters-amend",
            "veto-body-adopt",
            "veto-body-remove",
            "settings-amend",
            "help",
        ]
    );
}

#[test]
fn completions_are_made_for_every_shell() {
    for (shell, sign) in [
        ("bash", "complete -F _quantumagi"),
        ("zsh", "#compdef quantumagi"),
        ("fish", "complete -c quantumagi"),
        ("elvish", "edit:completion:arg-completer[quantumagi]"),
        ("powershell", "Register-ArgumentCompleter"),
    ] {
        let ran = Home::new().run(&["completions", shell]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
        assert!(ran.stdout.contains(sign), "{shell}");
    }
}

#[test]
fn no_command_prints_the_help_as_an_error() {
    let Ran { code, stdout, stderr } = Home::new().run(&[]);
    assert_eq!((code, stdout.as_str()), (64, ""));
    assert!(stderr.contains("Usage: quantumagi"), "{stderr}");
}
