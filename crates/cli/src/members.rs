//! Files of members: who votes, with what weight, and what people call them.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use quantumagi_rpc::solana::Address;
use quantumagi_sdk::builders::Member;
use serde::Deserialize;

/// A member as the file has it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// Who votes.
    #[serde(deserialize_with = "address")]
    pub(crate) address: Address,
    /// With what weight, at least 1.
    pub(crate) weight: u64,
    /// What people call them. Never on the chain.
    pub(crate) name: Option<String>,
}

/// A line or a value that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {problem}")]
pub(crate) struct FileError {
    line: usize,
    column: usize,
    problem: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    member: Vec<Entry>,
}

/// Reads a file of members: TOML with one `[[member]]` each (`address`, `weight`, `name`), or lines of
/// `address,weight,name`. The name may be left out.
///
/// # Errors
/// Where it cannot be read; [`FileError`] with line and column of the first fault.
pub(crate) fn read(path: &Path) -> anyhow::Result<Vec<Entry>> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {shown}"))?;
    let is_toml = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml"));
    let entries = if is_toml { parse_toml(&text) } else { parse_csv(&text) };
    entries.with_context(|| format!("{shown} is no list of members"))
}

/// The members as the program knows them.
pub(crate) fn members(entries: &[Entry]) -> Vec<Member> {
    entries.iter().map(|entry| Member { voter: entry.address, weight: entry.weight }).collect()
}

/// What people call whom.
pub(crate) fn names(entries: &[Entry]) -> BTreeMap<Address, String> {
    entries.iter().filter_map(|entry| Some((entry.address, entry.name.clone()?))).collect()
}

fn parse_toml(text: &str) -> Result<Vec<Entry>, FileError> {
    toml::from_str(text).map(|file: File| file.member).map_err(|error| located(text, &error))
}

/// The error with line and column in place of a byte offset.
pub(crate) fn located(text: &str, error: &toml::de::Error) -> FileError {
    let before = text.get(..error.span().map_or(0, |span| span.start)).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    FileError { line, column, problem: error.message().to_owned() }
}

fn parse_csv(text: &str) -> Result<Vec<Entry>, FileError> {
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    let lines = lines.filter(|(_, line)| !line.starts_with("address,"));
    lines.map(|(number, line)| parse_line(number, line)).collect()
}

fn parse_line(line: usize, text: &str) -> Result<Entry, FileError> {
    let at = |column, problem: String| FileError { line, column, problem };
    let (address, rest) = text.split_once(',').unwrap_or((text, ""));
    let (weight, name) = rest.split_once(',').unwrap_or((rest, ""));
    let voter = address.trim().parse().map_err(|_| at(1, format!("{:?} is no address", address.trim())))?;
    let column = address.chars().count() + 2;
    let problem = || format!("expected a weight of 1 or more after the address, found {:?}", weight.trim());
    let weight = weight.trim().parse().map_err(|_| at(column, problem()))?;
    let name = name.trim().trim_matches('"');
    Ok(Entry { address: voter, weight, name: (!name.is_empty()).then(|| name.to_owned()) })
}

fn address<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Address, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| serde::de::Error::custom(format!("{text:?} is no address")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANA: &str = "4uQeVj5tqViQh7yWWGStvkEG1Zmhx6uasJtWCJziofM";

    fn entry(weight: u64, name: Option<&str>) -> Entry {
        Entry { address: ANA.parse().expect("an address"), weight, name: name.map(str::to_owned) }
    }

    #[test]
    fn both_formats_say_the_same() {
        let csv = format!("address,weight,name\n# the council\n{ANA}, 3, Ana\n\n{ANA},1\n");
        let toml = format!(
            "[[member]]\naddress = \"{ANA}\"\nweight = 3\nname = \"Ana\"\n\n[[member]]\naddress = \"{ANA}\"\nweight = 1\n"
        );
        let expected = Ok(vec![entry(3, Some("Ana")), entry(1, None)]);
        assert_eq!(parse_csv(&csv), expected);
        assert_eq!(parse_toml(&toml), expected);
    }

    #[test]
    fn a_fault_is_told_with_line_and_column() {
        let csv = format!("{ANA},3\n{ANA},many\n");
        let words = parse_csv(&csv).expect_err("no number").to_string();
        let column = ANA.len() + 2;
        assert_eq!(
            words,
            format!("line 2, column {column}: expected a weight of 1 or more after the address, found \"many\"")
        );
        assert_eq!(
            parse_csv("Ana,3\n").expect_err("no address").to_string(),
            "line 1, column 1: \"Ana\" is no address"
        );
        let toml = "[[member]]\naddress = \"Ana\"\nweight = 3\n";
        assert_eq!(parse_toml(toml).expect_err("no address").to_string(), "line 2, column 11: \"Ana\" is no address");
    }
}
