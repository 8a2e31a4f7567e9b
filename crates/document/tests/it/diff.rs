use quantumagi_document::{Diff, Document, Format};

use crate::support::{CONSTITUTION_1_2, CONSTITUTION_1_8, parse};

fn charter(sections: &str) -> Document {
    parse(&format!("# Charter\n\n{sections}"), Format::Markdown)
}

/// What a difference says, and its summary.
#[track_caller]
fn check(old: &str, new: &str, words: &str, summary: &str) {
    let diff = Diff::between(&charter(old), &charter(new));
    assert_eq!(diff.to_string(), format!("{words}\n"));
    assert_eq!(diff.summary(), summary);
}

#[test]
fn real_versions_differ_in_words() {
    let old = parse(CONSTITUTION_1_2, Format::DebianText);
    let new = parse(CONSTITUTION_1_8, Format::DebianText);
    let diff = Diff::between(&old, &new);
    let expected = include_str!("../fixtures/excerpts-1.2-to-1.8.diff.txt");
    assert_eq!(diff.to_string(), expected);
    assert_eq!(diff.summary(), "5 principles amended, 1 removed; 152 words added, 134 removed");
}

#[test]
fn single_edit_stands_in_one_line_with_its_item() {
    check(
        "## 6. Council\n\n### 1. Powers\n\n1. It may rule.\n2. It may overrule a member\n   by a majority of all votes.\n",
        "## 6. Council\n\n### 1. Powers\n\n1. It may rule.\n2. It may overrule a member by a 3:1\n   majority of all votes.\n",
        "amended 6.1(2) \"Council: Powers\": \"a majority\" → \"a 3:1 majority\"",
        "1 principle amended; 1 word added, 0 removed",
    );
}

#[test]
fn inserted_item_is_one_addition_and_its_successors_keep_their_words() {
    check(
        "## 1. Aims\n\n1. We build tools.\n2. We share them.\n",
        "## 1. Aims\n\n1. We build tools.\n2. We test every one of them twice.\n3. We share them.\n",
        "amended 1(2) \"Aims\": added \"We test every one of them twice.\"",
        "1 principle amended; 7 words added, 0 removed",
    );
}

#[test]
fn long_passages_lose_their_middle_unless_all_is_asked_for() {
    let words: Vec<String> = (1..=20).map(|value| format!("w{value}")).collect();
    let (old, new) = (charter("## 1. A\n\nsame\n"), charter(&format!("## 1. A\n\nsame {}\n", words.join(" "))));
    let diff = Diff::between(&old, &new);
    let short = "amended 1 \"A\": added \"w1 w2 w3 w4 w5 w6 w7 w8 w9 … w17 w18 w19 w20\" (20 words)\n";
    assert_eq!(diff.to_string(), short);
    assert_eq!(format!("{diff:#}"), format!("amended 1 \"A\": added \"{}\"\n", words.join(" ")));
}

#[test]
fn added_removed_and_renumbered_principles_are_told_apart() {
    check(
        "## 1. Aim\n\nWe build.\n\n## 2. Secrets\n\nNobody may tell.\n\n## 3. Money\n\nTwo sign.\n",
        "## 1. Aim\n\nWe build.\n\n## 2. Money\n\nTwo sign.\n\n## 3. Garden\n\nAnyone plants \"trees\" here.\n",
        "renumbered 3 → 2 \"Money\"\nadded 3 \"Garden\" (4 words)\nremoved 2 \"Secrets\" (3 words)",
        "1 principle added, 1 removed, 1 renumbered; 4 words added, 3 removed",
    );
}

#[test]
fn change_of_heading_and_number_is_told_with_the_edits() {
    check(
        "## 1. Aim\n\nWe build tools for all who ask.\n",
        "## 4. Purpose\n\nWe build \"tools\" for all who ask.\n",
        "amended 1 → 4 \"Purpose\":\n  heading \"Aim\" → \"Purpose\"\n  \"tools\" → “\"tools\"”",
        "1 principle amended; 1 word added, 1 removed",
    );
}

#[test]
fn line_breaks_alone_change_no_word() {
    check(
        "## 1. Aim\n\nWe build tools.\n",
        "## 1. Aim\n\nWe build\ntools.\n",
        "amended 1 \"Aim\": only line breaks or list numbers",
        "1 principle amended; 0 words added, 0 removed",
    );
}

#[test]
fn ratings_of_a_principle_are_named() {
    let toml = |class: &str, priority: u8| {
        let text = format!(
            "[constitution]\ntitle = \"C\"\n[[principle]]\nnumber = \"1\"\nheading = \"Aim\"\ntext = \"We build.\"\nclass = \"{class}\"\npriority = {priority}\n"
        );
        parse(&text, Format::Toml)
    };
    let diff = Diff::between(&toml("ordinary", 50), &toml("entrenched", 90));
    assert_eq!(diff.to_string(), "amended 1 \"Aim\":\n  class ordinary → entrenched\n  priority 50 → 90\n");
}

#[test]
fn equal_documents_do_not_differ() {
    check("## 1. Aim\n\nWe build.\n", "## 1. Aim\n\nWe build.\n", "no difference", "no principle changed");
}
