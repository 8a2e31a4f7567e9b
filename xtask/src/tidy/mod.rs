//! `cargo xtask tidy`: the rules of this repository that no compiler checks.
//!
//! Each rule is a function from what is committed to findings, so that its tests need no files.
//! What the rules are for is said in STYLE.md and ARCHITECTURE.md.

mod crates;
mod docs;
mod invariants;
mod source;

use anyhow::{Result, bail};

use crate::{repo, step};

/// A committed text file: its path from the root, with `/`, and what it says.
#[derive(Clone, Debug)]
struct File {
    path: String,
    text: String,
}

/// One breach of a rule, as the line that is printed.
#[derive(Debug, PartialEq, Eq)]
struct Finding(String);

impl Finding {
    fn at(path: &str, line: usize, what: &str) -> Self {
        Self(format!("{path}:{line}: {what}"))
    }

    fn of(path: &str, what: &str) -> Self {
        Self(format!("{path}: {what}"))
    }
}

/// Applies every rule and prints every finding.
///
/// # Errors
/// When there is a finding, with their number.
pub(crate) fn run() -> Result<()> {
    let files = files()?;
    let dependencies = crates::dependencies()?;
    let findings: Vec<Finding> = [
        source::machine_paths(&files),
        source::placeholders(&files),
        source::lengths(&files),
        source::generated_marks(&files),
        source::program_ids(&files),
        source::rules_without_the_world(&files),
        docs::links(&files),
        docs::changelog(&files),
        docs::dependency_reasons(&files, &dependencies),
        crates::boundaries(&dependencies),
        invariants::have_tests(&files),
        invariants::errors_are_provoked(&files),
    ]
    .into_iter()
    .flatten()
    .collect();

    for Finding(line) in &findings {
        eprintln!("{line}");
    }
    if !findings.is_empty() {
        bail!("tidy: {} finding(s), listed above", findings.len());
    }
    Ok(())
}

/// What git would commit, as far as it is text.
fn files() -> Result<Vec<File>> {
    let listing = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
    let listed = step::output(repo::command("git", repo::root()).args(listing))?;
    let mut files = Vec::new();
    for path in listed.split_terminator('\0') {
        // A file deleted but not yet committed is still listed; one that is not UTF-8 is no text.
        if let Ok(bytes) = std::fs::read(repo::root().join(path))
            && let Ok(text) = String::from_utf8(bytes)
        {
            files.push(File { path: path.to_owned(), text });
        }
    }
    Ok(files)
}

#[cfg(test)]
fn file(path: &str, text: &str) -> File {
    File { path: path.to_owned(), text: text.to_owned() }
}

#[cfg(test)]
#[track_caller]
fn check(findings: Vec<Finding>, lines: &[&str]) {
    let found: Vec<_> = findings.into_iter().map(|Finding(line)| line).collect();
    assert_eq!(found, lines);
}
