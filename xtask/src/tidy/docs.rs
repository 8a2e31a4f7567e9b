//! Rules about the documents: links lead somewhere, dependencies have reasons, changes are noted.

use std::collections::BTreeSet;

use super::crates::Dependency;
use super::{File, Finding};

const REASONS: &str = "docs/dependencies.md";

/// Every link from a Markdown file to a file of the repository finds it.
pub(super) fn links(files: &[File]) -> Vec<Finding> {
    let paths: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let exists = |path: &str| {
        let folder = format!("{path}/");
        path.is_empty() || paths.contains(path) || paths.iter().any(|other| other.starts_with(&folder))
    };
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.path.ends_with(".md")) {
        for (index, line) in file.text.lines().enumerate() {
            for target in targets(line) {
                if !exists(&resolve(&file.path, target)) {
                    findings.push(Finding::at(
                        &file.path,
                        index + 1,
                        &format!("link to `{target}`, which is not there"),
                    ));
                }
            }
        }
    }
    findings
}

/// The targets of `[…](target)` in a line that are files, without their `#fragment`.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| {
        let target = rest.split([')', ' ']).next()?;
        let is_file = !target.contains("://") && !target.starts_with("mailto:") && !target.starts_with('#');
        is_file.then(|| target.split('#').next().unwrap_or(target))
    })
}

/// A relative link as a path from the root.
fn resolve(from: &str, target: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    parts.join("/")
}

/// The changelog has a place for what is not released yet.
pub(super) fn changelog(files: &[File]) -> Vec<Finding> {
    let has_place = files
        .iter()
        .filter(|file| file.path == "CHANGELOG.md")
        .any(|file| file.text.lines().any(|line| line == "## [Unreleased]"));
    if has_place { Vec::new() } else { vec![Finding::of("CHANGELOG.md", "lacks the section `## [Unreleased]`")] }
}

/// Every dependency has a line with its reason, and every such line a dependency.
/// The line is a table row whose first cell holds the name in backticks.
pub(super) fn dependency_reasons(files: &[File], dependencies: &[Dependency]) -> Vec<Finding> {
    let text = files.iter().find(|file| file.path == REASONS).map_or("", |file| &file.text);
    let explained: BTreeSet<&str> = text.lines().filter_map(explained_name).collect();
    let used: BTreeSet<&str> = dependencies
        .iter()
        .filter(|dependency| !dependency.is_local)
        .map(|dependency| dependency.name.as_str())
        .collect();
    let unexplained = used.difference(&explained).map(|name| format!("no line for the dependency `{name}`"));
    let unused = explained.difference(&used).map(|name| format!("`{name}` is not a dependency"));
    unexplained.chain(unused).map(|what| Finding::of(REASONS, &what)).collect()
}

fn explained_name(line: &str) -> Option<&str> {
    line.strip_prefix("| `")?.split_once('`').map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::super::{check, file};
    use super::*;

    #[test]
    fn a_link_is_resolved_from_its_own_folder() {
        let files = [
            file("docs/README.md", "[a](decisions/0001.md) [b](../LICENSE#part) [c](../scripts) [d](gone.md)\n"),
            file("docs/decisions/0001.md", "[up](../README.md)\n"),
            file("LICENSE", ""),
            file("scripts/test", ""),
        ];
        check(links(&files), &["docs/README.md:1: link to `gone.md`, which is not there"]);
    }

    #[test]
    fn links_to_the_web_and_within_the_page_are_left_alone() {
        check(links(&[file("a.md", "[a](https://example.org/x) [b](#part) [c](mailto:a@example.org)")]), &[]);
    }

    #[test]
    fn a_changelog_without_a_place_for_new_changes_is_found() {
        check(changelog(&[file("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n")]), &[]);
        check(
            changelog(&[file("CHANGELOG.md", "## [0.1.0]\n")]),
            &["CHANGELOG.md: lacks the section `## [Unreleased]`"],
        );
    }

    #[test]
    fn reasons_and_dependencies_match_in_both_directions() {
        let dependency =
            |name: &str, is_local| Dependency { from: "a".into(), name: name.into(), is_local, is_dev: false };
        let reasons = file(REASONS, "| name | reason |\n|---|---|\n| `serde` | data |\n| `old` | gone |\n");
        check(
            dependency_reasons(
                &[reasons],
                &[dependency("serde", false), dependency("tokio", false), dependency("own", true)],
            ),
            &[
                "docs/dependencies.md: no line for the dependency `tokio`",
                "docs/dependencies.md: `old` is not a dependency",
            ],
        );
    }
}
