//! docs/bill.json and docs/bill.md: writing them, and what differs from them.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::Value;

use super::figures::Bill;
use super::page;
use crate::repo;

const UPDATE: &str = "if that is meant, write it down: cargo xtask bill --write";

/// How much of the program's size the folder of the checkout can make: places in the source are named in its panics.
const CHECKOUT_BYTES: u64 = 256;

/// Writes both files.
pub(super) fn write(bill: &Bill) -> Result<()> {
    let docs = repo::root().join("docs");
    std::fs::write(docs.join("bill.json"), format!("{}\n", serde_json::to_string_pretty(bill)?))?;
    std::fs::write(docs.join("bill.md"), page::markdown(bill))?;
    eprintln!("wrote docs/bill.json and docs/bill.md");
    Ok(())
}

/// One line for each figure that is not the committed one. Where another compiler built the program its figures are its
/// own, and only the files are compared with each other.
pub(super) fn differences(bill: &Bill) -> Result<Vec<String>> {
    let docs = repo::root().join("docs");
    let json = std::fs::read_to_string(docs.join("bill.json"))
        .context("docs/bill.json cannot be read; write it: cargo xtask bill --write")?;
    let committed: Bill = serde_json::from_str(&json)
        .context("docs/bill.json has another shape than expected; write it anew: cargo xtask bill --write")?;
    let mut found = Vec::new();
    if bill.compiler == committed.compiler {
        let mut here = figures(bill)?;
        if bill.program_bytes.abs_diff(committed.program_bytes) <= CHECKOUT_BYTES {
            here.insert("program_bytes".to_owned(), committed.program_bytes.to_string());
        }
        found = changes(&figures(&committed)?, &here);
    } else {
        eprintln!("only budgets are compared: docs/bill.json was measured with another compiler");
        eprintln!("  here:  {}\n  there: {}", bill.compiler, committed.compiler);
    }
    if std::fs::read_to_string(docs.join("bill.md")).ok() != Some(page::markdown(&committed)) {
        found.push("docs/bill.md is not what docs/bill.json says; write it anew: cargo xtask bill --write".to_owned());
    }
    Ok(found)
}

fn changes(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<String> {
    let mut changes = Vec::new();
    for (figure, was) in before {
        match after.get(figure) {
            Some(is) if is == was => {}
            Some(is) => changes.push(format!("{figure} was {was} and is {is}; {UPDATE}")),
            None => changes.push(format!("{figure} is no longer measured; {UPDATE}")),
        }
    }
    let new = after.keys().filter(|figure| !before.contains_key(*figure));
    changes.extend(new.map(|figure| format!("{figure} was never measured; {UPDATE}")));
    changes
}

/// Every figure with a name that tells where it stands.
fn figures(bill: &Bill) -> Result<BTreeMap<String, String>> {
    let mut figures = BTreeMap::new();
    flatten("", &serde_json::to_value(bill)?, &mut figures);
    Ok(figures)
}

fn flatten(name: &str, value: &Value, into: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                flatten(format!("{name} {field}").trim(), value, into);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let words = ["instruction", "case", "name"].iter().filter_map(|word| item[*word].as_str());
                let words = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(", ");
                flatten(&format!("{name} {} ({words})", index + 1), item, into);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            into.insert(name.to_owned(), value.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(figures: &[(&str, &str)]) -> BTreeMap<String, String> {
        figures.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn each_figure_that_moved_appeared_or_went_is_told() {
        let before = of(&[("a", "1"), ("b", "2"), ("c", "3")]);
        let after = of(&[("a", "1"), ("b", "4"), ("d", "5")]);
        assert_eq!(
            changes(&before, &after),
            [
                format!("b was 2 and is 4; {UPDATE}"),
                format!("c is no longer measured; {UPDATE}"),
                format!("d was never measured; {UPDATE}"),
            ]
        );
        assert_eq!(changes(&before, &before), Vec::<String>::new());
    }

    #[test]
    fn a_figure_is_named_by_its_instruction_and_case() {
        let json = r#"{"rows": [{"instruction": "proposal_vote", "case": "for", "compute_units": 7}], "bytes": 5}"#;
        let mut named = BTreeMap::new();
        flatten("", &serde_json::from_str(json).unwrap(), &mut named);
        assert_eq!(named["rows 1 (proposal_vote, for) compute_units"], "7");
        assert_eq!(named["bytes"], "5");
    }
}
