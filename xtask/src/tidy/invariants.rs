//! Every invariant has a test that is named after it, and every error of the program a test that provokes it.

use std::collections::{BTreeMap, BTreeSet};

use super::{File, Finding};

const INVARIANTS: &str = "docs/invariants.md";
const ERRORS: &str = "programs/quantumagi-core/src/error.rs";
/// The letters that marks begin with; a test called `m12_` or `u32_` bears no mark.
const LETTERS: &str = "awtlxeo";

/// The marks in the first cells of the tables, and those in the names of tests, are the same.
pub(super) fn have_tests(files: &[File]) -> Vec<Finding> {
    let Some(page) = files.iter().find(|file| file.path == INVARIANTS) else { return Vec::new() };
    let stated: BTreeMap<String, usize> = page
        .text
        .lines()
        .enumerate()
        .filter_map(|(index, line)| Some((line.strip_prefix("| ")?.split_once(' ')?.0.to_lowercase(), index + 1)))
        .filter(|(mark, _)| is_mark(mark))
        .collect();
    let mut tested = BTreeSet::new();
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.path.ends_with(".rs")) {
        for (index, line) in file.text.lines().enumerate() {
            let Some(name) = line.trim_start().trim_start_matches("async ").strip_prefix("fn ") else { continue };
            for mark in name.split('_').take_while(|part| is_mark(part)) {
                if !stated.contains_key(mark) {
                    let what = format!("a test named after {}, which {INVARIANTS} does not state", mark.to_uppercase());
                    findings.push(Finding::at(&file.path, index + 1, &what));
                }
                tested.insert(mark.to_owned());
            }
        }
    }
    let untested = stated.iter().filter(|(mark, _)| !tested.contains(*mark));
    findings.extend(untested.map(|(mark, line)| {
        let what = format!("no test is named after {}: `fn {mark}_…`", mark.to_uppercase());
        Finding::at(INVARIANTS, *line, &what)
    }));
    findings
}

/// A letter and a number, as in `w10`.
fn is_mark(word: &str) -> bool {
    word.strip_prefix(|letter| LETTERS.contains(letter))
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Every error that the program declares is expected by name in a test of the built program.
pub(super) fn errors_are_provoked(files: &[File]) -> Vec<Finding> {
    let Some(declared) = files.iter().find(|file| file.path == ERRORS) else { return Vec::new() };
    let expected: BTreeSet<&str> = files
        .iter()
        .filter(|file| file.path.starts_with("tests/it/"))
        .flat_map(|file| file.text.split(|symbol: char| !symbol.is_ascii_alphanumeric()))
        .collect();
    declared
        .text
        .lines()
        .enumerate()
        .filter_map(|(index, line)| Some((index, line.trim().split_once(" = ")?)))
        .filter(|(_, (name, number))| {
            number.trim_end_matches(',').parse::<u32>().is_ok()
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
                && !expected.contains(name)
        })
        .map(|(index, (name, _))| Finding::at(ERRORS, index + 1, &format!("no test in tests/it expects `{name}`")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::{check, file};
    use super::*;

    #[test]
    fn marks_and_names_of_tests_match_in_both_directions() {
        let page = file(INVARIANTS, "| mark | what holds |\n|---|---|\n| W1 | a |\n| W10 | b |\n| E2 | c |\n");
        let source =
            "    fn w1_e2_both_hold() {}\n    async fn t1_says_more() {}\nfn u32_is_no_mark() {}\nfn e_2() {}\n";
        check(
            have_tests(&[page, file("tests/it/a.rs", source)]),
            &[
                "tests/it/a.rs:2: a test named after T1, which docs/invariants.md does not state",
                "docs/invariants.md:4: no test is named after W10: `fn w10_…`",
            ],
        );
    }

    #[test]
    fn an_error_that_no_test_expects_is_found() {
        let errors = file(ERRORS, "pub enum GovError {\n    /// Words = 1\n    Known = 1,\n    Unheard = 2,\n}\n");
        let test = file("tests/it/a.rs", "check_refused(&mut world, it, GovError::Known);\n");
        let elsewhere = file("crates/sdk/src/a.rs", "GovError::Unheard\n");
        check(
            errors_are_provoked(&[errors, test, elsewhere]),
            &["programs/quantumagi-core/src/error.rs:4: no test in tests/it expects `Unheard`"],
        );
    }
}
