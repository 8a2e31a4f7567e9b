//! All ten versions of the Debian constitution and its three social contracts, as Debian 12 ships them.

use std::{fs, path::Path};

use quantumagi_document::{Changes, Diff, Document, Operation};

use crate::support::outline;

const FOLDER: &str = "/usr/share/doc/debian";

#[track_caller]
fn read(file_name: &str) -> Document {
    let path = Path::new(FOLDER).join(file_name);
    let bytes = fs::read(&path).unwrap_or_else(|error| {
        panic!("{}: {error}\nhint: install doc-debian (apt-get install doc-debian)", path.display())
    });
    Document::parse_file(file_name, &bytes).unwrap_or_else(|error| panic!("{file_name}: {error}"))
}

/// Versions 1.0 to 1.9.
fn constitutions() -> Vec<Document> {
    let former = (0..9).map(|minor| read(&format!("constitution.1.{minor}.txt.gz")));
    former.chain([read("constitution.txt.gz")]).collect()
}

#[test]
fn every_version_is_read_with_its_title_and_number() {
    let documents = constitutions();
    let versions: Vec<&str> = documents.iter().filter_map(|document| document.version.as_deref()).collect();
    assert_eq!(versions, ["1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.8", "1.9"]);
    let n_principles: Vec<usize> = documents.iter().map(|document| document.principles.len()).collect();
    assert_eq!(n_principles, [32, 32, 32, 33, 33, 33, 33, 33, 32, 32]);
    assert!(documents.iter().all(|document| document.title == "Constitution for the Debian Project"));
}

#[test]
fn current_version_has_the_sections_of_the_original() {
    let document = read("constitution.txt.gz");
    let expected = [
        "1 Introduction",
        "2 Decision-making bodies and individuals",
        "2.1 Decision-making bodies and individuals: General rules",
        "3.1 Individual Developers: Powers",
        "3.2 Individual Developers: Composition and appointment",
        "3.3 Individual Developers: Procedure",
        "4.1 The Developers by way of General Resolution or election: Powers",
        "4.2 The Developers by way of General Resolution or election: Procedure",
        "5.1 Project Leader: Powers",
        "5.2 Project Leader: Appointment",
        "5.3 Project Leader: Procedure",
        "6.1 Technical committee: Powers",
        "6.2 Technical committee: Composition",
        "6.3 Technical committee: Procedure",
        "7.1 The Project Secretary: Powers",
        "7.2 The Project Secretary: Appointment",
        "7.3 The Project Secretary: Procedure",
        "8.1 The Project Leader's Delegates: Powers",
        "8.2 The Project Leader's Delegates: Appointment",
        "8.3 The Project Leader's Delegates: Procedure",
        "9 Assets held in trust for Debian",
        "9.1 Assets held in trust for Debian: Relationship with Associated Organizations",
        "9.2 Assets held in trust for Debian: Authority",
        "9.3 Assets held in trust for Debian: Trusted organisations",
        "A Standard Resolution Procedure",
        "A.0 Standard Resolution Procedure: Proposal",
        "A.1 Standard Resolution Procedure: Discussion and Amendment",
        "A.2 Standard Resolution Procedure: Withdrawing ballot options",
        "A.3 Standard Resolution Procedure: Calling for a vote",
        "A.4 Standard Resolution Procedure: Voting procedure",
        "A.5 Standard Resolution Procedure: Vote Counting",
        "B Use of language and typography",
    ];
    assert_eq!(outline(&document), expected);
}

#[test]
fn every_amendment_is_told_in_one_line() {
    let documents = constitutions();
    let summaries: Vec<String> = documents.windows(2).map(|pair| Diff::between(&pair[0], &pair[1]).summary()).collect();
    let expected = [
        "7 principles amended; 497 words added, 617 removed",
        "1 principle amended; 65 words added, 1 removed",
        "5 principles amended, 2 added, 1 removed; 398 words added, 296 removed",
        "1 principle amended; 16 words added, 15 removed",
        "1 principle amended; 121 words added, 0 removed",
        "1 principle amended, 2 renumbered; 10 words added, 2 removed",
        "7 principles amended; 12 words added, 12 removed",
        "11 principles amended, 1 removed; 1127 words added, 456 removed",
        "2 principles amended; 47 words added, 13 removed",
    ];
    assert_eq!(summaries, expected);
}

#[test]
fn last_amendment_is_told_in_words() {
    let diff = Diff::between(&read("constitution.1.8.txt.gz"), &read("constitution.txt.gz"));
    let expected = "version 1.8 → 1.9
preamble amended (7 words added, 11 removed)
amended 4.2(3) \"The Developers by way of General Resolution or election: Procedure\": added \"cast in sufficient detail that anyone may verify the … included in the votes\" (47 words)
amended 5.2(5) \"Project Leader: Appointment\": removed \"Votes in leadership elections are kept secret, even after the election is finished.\"
";
    assert_eq!(diff.to_string(), expected);
}

#[test]
fn principles_keep_their_identity_through_all_versions() {
    let documents = constitutions();
    let first = &documents[0].principles;
    // What became of each principle of version 1.0: its text now, or nothing once retired.
    let mut lineage: Vec<Option<usize>> = (0..first.len()).map(Some).collect();
    for pair in documents.windows(2) {
        let (old, new) = (&pair[0].principles, &pair[1].principles);
        let changes = Changes::between(old, new);
        assert_eq!(changes.apply(old).as_ref(), Ok(new));
        lineage = lineage.into_iter().map(|place| successor(&changes, old, new, place?)).collect();
    }
    let current = &documents[9].principles;
    let moved: Vec<String> = first
        .iter()
        .zip(&lineage)
        .filter_map(|(principle, place)| {
            let now = place.map_or("retired".to_owned(), |index| current[index].number.to_string());
            let before = principle.number.to_string();
            (before != now).then(|| format!("{before} {now}"))
        })
        .collect();
    let expected =
        ["9.1 9.2", "9.2 retired", "A.1 A.0", "A.1b A.1", "A.2 A.3", "A.3 A.4", "A.4 A.2", "A.5 retired", "A.6 A.5"];
    assert_eq!(moved, expected);
}

/// Place in `new` of the principle at `place` in `old`.
fn successor(
    changes: &Changes,
    old: &[quantumagi_document::PrincipleText],
    new: &[quantumagi_document::PrincipleText],
    place: usize,
) -> Option<usize> {
    let operation = changes.operations.iter().find(|operation| match operation {
        Operation::Add(_) => false,
        Operation::Amend { index, .. } | Operation::Retire { index } => *index == place,
    });
    let now = match operation {
        None => &old[place],
        Some(Operation::Amend { to, .. }) => to,
        Some(Operation::Retire { .. } | Operation::Add(_)) => return None,
    };
    new.iter().position(|principle| principle == now)
}

#[test]
fn social_contracts_are_read_in_two_parts() {
    for (file_name, version) in [
        ("social-contract.1.0.txt.gz", "1.0"),
        ("social-contract.1.1.txt.gz", "1.1"),
        ("social-contract.txt.gz", "1.2"),
    ] {
        let document = read(file_name);
        assert_eq!(document.version.as_deref(), Some(version));
        let numbers: Vec<String> = document.principles.iter().map(|principle| principle.number.to_string()).collect();
        let expected = [
            "1.1", "1.2", "1.3", "1.4", "1.5", "2", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.7", "2.8", "2.9",
            "2.10",
        ];
        assert_eq!(numbers, expected);
    }
    let diff = Diff::between(&read("social-contract.1.0.txt.gz"), &read("social-contract.1.1.txt.gz"));
    assert_eq!(diff.summary(), "6 principles amended; 136 words added, 98 removed");
}
