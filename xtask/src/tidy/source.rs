//! Rules about what source files say and how long they are.

use super::{File, Finding};

/// Non-test lines of a Rust file. Beyond it, a file has more than one concept.
const MAX_LINES: usize = 400;
/// The same for one instruction of the program.
const MAX_INSTRUCTION_LINES: usize = 200;

/// Folders that exist on one machine only. Spelled in two parts, so that this file obeys the rule.
const MACHINE_PATHS: [&str; 3] = [concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/wo", "rk/")];

/// Macros that promise instead of doing. Spelled in two parts for the same reason.
const PLACEHOLDERS: [&str; 2] = [concat!("to", "do!("), concat!("unimple", "mented!(")];

/// What `rules` must not reach for: with these it could answer differently the second time.
const WORLD: [&str; 7] = ["std::time", "std::fs", "std::net", "std::env", "std::io", "std::process", "std::thread"];

/// Lists that a macro wants in one place: a line or three for each entry, and nothing to split by.
const LISTS: [&str; 2] = ["programs/quantumagi-core/src/lib.rs", "programs/quantumagi-core/src/error.rs"];

const PROGRAM_SOURCE: &str = "programs/quantumagi-core/src/lib.rs";
const ANCHOR_MANIFEST: &str = "Anchor.toml";

/// No file names a folder of somebody's machine.
pub(super) fn machine_paths(files: &[File]) -> Vec<Finding> {
    mentions(files.iter(), &MACHINE_PATHS, "names a folder of one machine")
}

/// No Rust file holds a macro that stands for missing work.
pub(super) fn placeholders(files: &[File]) -> Vec<Finding> {
    mentions(files.iter().filter(|file| is_rust(file)), &PLACEHOLDERS, "stands for missing work")
}

/// The rules see no clock, files, network, environment or threads.
pub(super) fn rules_without_the_world(files: &[File]) -> Vec<Finding> {
    let of_rules = |file: &&File| file.path.starts_with("crates/rules/src/") && !is_test_file(file);
    mentions(files.iter().filter(of_rules), &WORLD, "in the rules: the same input must give the same answer")
}

fn mentions<'a>(files: impl Iterator<Item = &'a File>, words: &[&str], why: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files {
        for (index, line) in file.text.lines().enumerate() {
            for word in words.iter().filter(|word| line.contains(**word)) {
                findings.push(Finding::at(&file.path, index + 1, &format!("`{word}` {why}")));
            }
        }
    }
    findings
}

/// Rust files are short; tests and generated files are exempt.
pub(super) fn lengths(files: &[File]) -> Vec<Finding> {
    let written = files.iter().filter(|file| is_rust(file) && !is_test_file(file) && !is_generated(file));
    let written = written.filter(|file| !LISTS.contains(&file.path.as_str()));
    let mut findings = Vec::new();
    for file in written {
        let limit = if file.path.contains("/instructions/") { MAX_INSTRUCTION_LINES } else { MAX_LINES };
        let lines = lines_before_tests(&file.text);
        if lines > limit {
            findings.push(Finding::of(&file.path, &format!("{lines} lines without its tests, at most {limit}")));
        }
    }
    findings
}

/// A file under generated/ says in its first lines that it is, and how to make it anew.
pub(super) fn generated_marks(files: &[File]) -> Vec<Finding> {
    files
        .iter()
        .filter(|file| is_generated(file) && (is_rust(file) || file.path.ends_with(".ts")))
        .filter(|file| !file.text.lines().take(3).any(|line| line.contains("@generated")))
        .map(|file| Finding::of(&file.path, "lacks `@generated` in its first three lines"))
        .collect()
}

/// Anchor.toml names the program by the id that its source declares.
pub(super) fn program_ids(files: &[File]) -> Vec<Finding> {
    let text_of = |path: &str| files.iter().find(|file| file.path == path).map_or("", |file| &file.text);
    let quoted = |line: &str| line.split('"').nth(1).map(str::to_owned);
    let declared = text_of(PROGRAM_SOURCE).lines().find(|line| line.starts_with("declare_id!")).and_then(quoted);
    let Some(declared) = declared else {
        return vec![Finding::of(PROGRAM_SOURCE, "declares no program id")];
    };
    let named = text_of(ANCHOR_MANIFEST).lines().enumerate().filter(|(_, line)| line.starts_with("quantumagi_core ="));
    named
        .filter(|(_, line)| quoted(line).as_deref() != Some(&declared))
        .map(|(index, _)| Finding::at(ANCHOR_MANIFEST, index + 1, &format!("the program declares `{declared}`")))
        .collect()
}

/// Tests inside a file stand at its end, behind `#[cfg(test)]` and `mod`.
fn lines_before_tests(text: &str) -> usize {
    let lines: Vec<_> = text.lines().collect();
    let tests =
        lines.windows(2).position(|pair| pair[0].trim() == "#[cfg(test)]" && pair[1].trim_start().starts_with("mod "));
    tests.unwrap_or(lines.len())
}

fn is_rust(file: &File) -> bool {
    file.path.ends_with(".rs")
}

fn is_test_file(file: &File) -> bool {
    file.path.starts_with("tests/") || file.path.contains("/tests/") || file.path.ends_with("/tests.rs")
}

fn is_generated(file: &File) -> bool {
    file.path.contains("/generated/")
}

#[cfg(test)]
mod tests {
    use super::super::{check, file};
    use super::*;

    #[test]
    fn a_machines_folder_is_found_with_its_line() {
        let text = format!("fine\nsee {}x\n", MACHINE_PATHS[0]);
        check(
            machine_paths(&[file("a.md", &text)]),
            &[&format!("a.md:2: `{}` names a folder of one machine", MACHINE_PATHS[0])],
        );
        check(machine_paths(&[file("a.md", "~/.config and /usr/share/doc")]), &[]);
    }

    #[test]
    fn missing_work_is_found_in_rust_only() {
        let text = format!("{})", PLACEHOLDERS[0]);
        check(
            placeholders(&[file("a.rs", &text), file("a.md", &text)]),
            &[&format!("a.rs:1: `{}` stands for missing work", PLACEHOLDERS[0])],
        );
    }

    #[test]
    fn a_clock_in_the_rules_is_found_and_one_elsewhere_is_not() {
        let text = "use std::time::SystemTime;\n";
        check(
            rules_without_the_world(&[file("crates/rules/src/a.rs", text), file("crates/rpc/src/a.rs", text)]),
            &["crates/rules/src/a.rs:1: `std::time` in the rules: the same input must give the same answer"],
        );
    }

    #[test]
    fn length_counts_lines_before_the_tests() {
        let long = "x\n".repeat(MAX_LINES);
        let with_tests = format!("{long}#[cfg(test)]\nmod tests {{\n{long}}}\n");
        check(lengths(&[file("crates/a/src/a.rs", &with_tests)]), &[]);
        check(
            lengths(&[file("crates/a/src/a.rs", &format!("{long}x\n"))]),
            &["crates/a/src/a.rs: 401 lines without its tests, at most 400"],
        );
    }

    #[test]
    fn an_instruction_is_shorter_and_generated_code_is_free() {
        let long = "x\n".repeat(MAX_INSTRUCTION_LINES + 1);
        check(
            lengths(&[file("programs/p/src/instructions/a.rs", &long)]),
            &["programs/p/src/instructions/a.rs: 201 lines without its tests, at most 200"],
        );
        check(lengths(&[file("crates/a/src/generated/a.rs", &long.repeat(3))]), &[]);
    }

    #[test]
    fn a_generated_file_without_its_mark_is_found() {
        let unmarked = file("crates/a/src/generated/a.rs", "//! Accounts.\n");
        let marked = file("crates/a/src/generated/b.rs", "//! Events.\n//! @generated by codegen\n");
        check(
            generated_marks(&[unmarked, marked]),
            &["crates/a/src/generated/a.rs: lacks `@generated` in its first three lines"],
        );
    }

    #[test]
    fn a_program_id_that_is_not_the_declared_one_is_found() {
        let source = file(PROGRAM_SOURCE, "declare_id!(\"Gov1\");\n");
        let manifest = file(ANCHOR_MANIFEST, "quantumagi_core = \"Gov1\"\nquantumagi_core = \"Gov2\"\n");
        check(program_ids(&[source, manifest.clone()]), &["Anchor.toml:2: the program declares `Gov1`"]);
        check(program_ids(&[manifest]), &["programs/quantumagi-core/src/lib.rs: declares no program id"]);
    }
}
