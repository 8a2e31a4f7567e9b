//! docs/cli.md, written from the arguments themselves.

use std::fmt::Write as _;
use std::fs;

use clap::{Command, CommandFactory};

use crate::args::Cli;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/cli.md");

/// Written by hand: how to begin, and what the options have in common.
const OPENING: &str = include_str!("manual.txt");

/// The whole page.
fn page() -> String {
    let mut root = Cli::command();
    root.build();
    let mut page = OPENING.to_owned();
    page.push_str("\n## Options of every command\n\n");
    arguments(&mut page, &root, true);
    for noun in root.get_subcommands().filter(|noun| noun.get_name() != "help") {
        let _ = write!(page, "\n## {}\n\n{}\n", noun.get_name(), about(noun));
        if noun.has_subcommands() {
            commands(&mut page, noun);
        } else {
            page.push('\n');
            arguments(&mut page, noun, false);
        }
    }
    page
}

fn commands(page: &mut String, above: &Command) {
    for command in above.get_subcommands().filter(|command| command.get_name() != "help") {
        let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
        let _ = write!(page, "\n### `{name}`\n\n{}\n", about(command));
        let mut list = String::new();
        arguments(&mut list, command, false);
        if !list.is_empty() {
            page.push('\n');
            page.push_str(&list);
        }
        commands(page, command);
    }
}

/// One line for each argument: the options of every command, or all others.
fn arguments(page: &mut String, command: &Command, of_every_command: bool) {
    let heading = |arg: &clap::Arg| arg.get_help_heading() == Some("Options of every command");
    let shown = command.get_arguments().filter(|arg| heading(arg) == of_every_command && !arg.is_hide_set());
    for arg in shown.filter(|arg| !matches!(arg.get_id().as_str(), "help" | "version")) {
        let names = arg.get_value_names().unwrap_or_default().join(" ");
        let value = if arg.get_action().takes_values() { format!(" {names}") } else { String::new() };
        let usage = match (arg.get_long(), arg.get_short()) {
            (Some(long), Some(short)) => format!("-{short}, --{long}{value}"),
            (Some(long), None) => format!("--{long}{value}"),
            (None, _) => names,
        };
        let help = sentence(arg.get_help().map(ToString::to_string).unwrap_or_default());
        let possible: Vec<String> =
            arg.get_possible_values().iter().map(|value| format!("`{}`", value.get_name())).collect();
        let takes_one_of = !possible.is_empty() && arg.get_action().takes_values();
        let possible = if takes_one_of { format!(" One of {}.", possible.join(", ")) } else { String::new() };
        let default: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
        let is_told = arg.get_action().takes_values() && default.iter().any(|value| !value.is_empty());
        let default = if is_told { format!(" Default: `{}`.", default.join(",")) } else { String::new() };
        let _ = writeln!(page, "- `{usage}`: {help}{possible}{default}");
    }
}

fn about(command: &Command) -> String {
    let about = command.get_long_about().or_else(|| command.get_about());
    sentence(about.map(ToString::to_string).unwrap_or_default())
}

/// With the full stop that clap takes away.
fn sentence(mut text: String) -> String {
    if !text.is_empty() && !text.ends_with(['.', ':']) {
        text.push('.');
    }
    text
}

/// Run with `UPDATE_DOCS=1` to write the page.
#[test]
fn the_manual_is_up_to_date() {
    let page = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(PATH, &page).expect("docs/ can be written");
    }
    let written = fs::read_to_string(PATH).expect("docs/cli.md is there");
    assert!(written == page, "docs/cli.md is stale: run `UPDATE_DOCS=1 cargo test -p quantumagi-cli manual`");
}

#[test]
fn the_arguments_make_sense_together() {
    Cli::command().debug_assert();
}
