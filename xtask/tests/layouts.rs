//! The notes in migrations/ against the IDL: where every field of every account lies.
//!
//! An account whose layout changes fails this test until a new note has its new table. Old notes stay as they are.

use std::path::{Path, PathBuf};

use quantumagi_interface::accounts;
use serde_json::Value;

/// The parts that lie in accounts, in the order of the notes. A `Member` lies in a roster page, behind its header.
const PARTS: [&str; 6] = ["Citation", "DepositCheckpoint", "EventChain", "GuardrailSlot", "Member", "TrackConfig"];
/// Bytes of an account's discriminator.
const DISCRIMINATOR_BYTES: usize = 8;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies one folder below the root").to_owned()
}

fn idl() -> Value {
    let json = std::fs::read_to_string(root().join("idl/quantumagi_core.json")).expect("the IDL");
    serde_json::from_str(&json).expect("the IDL is JSON")
}

/// All notes, the newest first.
fn notes() -> Vec<(String, String)> {
    let files = std::fs::read_dir(root().join("migrations")).expect("the folder of notes");
    let files = files.map(|file| file.expect("an entry").file_name().into_string().expect("a name in UTF-8"));
    let mut names: Vec<String> =
        files.filter(|name| name.ends_with(".md") && name.starts_with(|first: char| first.is_ascii_digit())).collect();
    names.sort_unstable_by(|one, other| other.cmp(one));
    let read = |name: &String| std::fs::read_to_string(root().join("migrations").join(name)).expect("a note");
    names.iter().map(|name| (name.clone(), read(name))).collect()
}

fn fields<'a>(idl: &'a Value, name: &str) -> &'a [Value] {
    let types = idl["types"].as_array().expect("types");
    let found = types.iter().find(|ty| ty["name"] == name).unwrap_or_else(|| panic!("no type {name}"));
    found["type"]["fields"].as_array().expect("fields")
}

/// Length in bytes, and how the type is written here.
fn measured(idl: &Value, ty: &Value) -> (usize, String) {
    if let Some([item, count]) = ty["array"].as_array().map(Vec::as_slice) {
        let (len, name) = measured(idl, item);
        let count = usize::try_from(count.as_u64().expect("a literal length")).expect("a short array");
        return (len * count, format!("{count} × {name}"));
    }
    if let Some(name) = ty["defined"]["name"].as_str() {
        let len = fields(idl, name).iter().map(|field| measured(idl, &field["type"]).0).sum();
        return (len, name.to_owned());
    }
    let (len, name) = match ty.as_str().expect("a type with a name") {
        "pubkey" => (32, "address"),
        "u8" => (1, "u8"),
        "u16" => (2, "u16"),
        "u32" => (4, "u32"),
        "u64" => (8, "u64"),
        "i64" => (8, "i64"),
        other => panic!("an account holds the type {other}, whose length is not known here"),
    };
    (len, name.to_owned())
}

/// The section of a note on this account or part, and its length in bytes.
fn section(idl: &Value, name: &str, starts_at: usize) -> (String, usize) {
    let mut rows = String::new();
    let mut offset = starts_at;
    if starts_at > 0 {
        rows += &format!("| 0 | {starts_at} | discriminator | {starts_at} × u8 |\n");
    }
    for field in fields(idl, name) {
        let (len, ty) = measured(idl, &field["type"]);
        rows += &format!("| {offset} | {len} | {} | {ty} |\n", field["name"].as_str().expect("a name"));
        offset += len;
    }
    let header = "| offset | bytes | field | type |\n|---:|---:|---|---|\n";
    (format!("## {name}\n\n{offset} bytes.\n\n{header}{rows}"), offset)
}

/// The section with this heading in the newest note that has one.
fn newest<'a>(notes: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let heading = format!("## {name}\n");
    let (_, note) = notes.iter().find(|(_, note)| note.contains(&heading))?;
    let from = note.find(&heading)?;
    let section = &note[from..];
    Some(section.split_once("\n\n## ").map_or(section, |(section, _)| section))
}

#[test]
fn the_newest_note_of_every_account_has_its_layout() {
    let (idl, notes) = (idl(), notes());
    let names = idl["accounts"].as_array().expect("accounts").iter().map(|account| account["name"].as_str());
    let accounts = names.map(|name| (name.expect("a name"), DISCRIMINATOR_BYTES));
    let wrong: Vec<String> = accounts
        .chain(PARTS.map(|part| (part, 0)))
        .filter_map(|(name, starts_at)| {
            let expected = section(&idl, name, starts_at).0;
            let is_told = newest(&notes, name).is_some_and(|note| format!("{}\n", note.trim_end()) == expected);
            (!is_told).then_some(expected)
        })
        .collect();
    assert!(wrong.is_empty(), "write a note in migrations/ with these sections:\n\n{}", wrong.join("\n"));
}

#[test]
fn the_lengths_are_those_that_clients_read() {
    let idl = idl();
    let lengths = [
        ("Authorization", accounts::Authorization::LEN),
        ("BallotPage", accounts::BallotPage::LEN),
        ("Constitution", accounts::Constitution::LEN),
        ("Deposit", accounts::Deposit::LEN),
        ("DepositPool", accounts::DepositPool::LEN),
        ("EmergencyAction", accounts::EmergencyAction::LEN),
        ("Guardians", accounts::Guardians::LEN),
        ("Guardrails", accounts::Guardrails::LEN),
        ("PayloadHeader", accounts::PayloadHeader::LEN),
        ("Policy", accounts::Policy::LEN),
        ("Principle", accounts::Principle::LEN),
        ("Proposal", accounts::Proposal::LEN),
        ("Proposer", accounts::Proposer::LEN),
        ("Roster", accounts::Roster::LEN),
        ("RosterPageHeader", accounts::RosterPageHeader::LEN),
        ("Seat", accounts::Seat::LEN),
        ("Snapshot", accounts::Snapshot::LEN),
        ("SnapshotOperators", accounts::SnapshotOperators::LEN),
        ("WeightPlugin", accounts::WeightPlugin::LEN),
    ];
    assert_eq!(idl["accounts"].as_array().expect("accounts").len(), lengths.len());
    for (name, len) in lengths {
        assert_eq!(section(&idl, name, DISCRIMINATOR_BYTES).1, len, "{name}");
    }
    assert_eq!(section(&idl, "Member", 0).1, quantumagi_rules::roster::MEMBER_BYTES);
}
