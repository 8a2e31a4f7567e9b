use quantumagi_document::{Category, Class, Format, Problem};
use quantumagi_rules::text::TextError;

use crate::support::{CONSTITUTION_1_2, CONSTITUTION_1_8, SOCIAL_CONTRACT, check_refused, number, outline, parse};

#[test]
fn sections_of_both_typographies_are_found() {
    let old = parse(CONSTITUTION_1_2, Format::DebianText);
    let expected = [
        "1 Introduction",
        "2 Decision-making bodies and individuals",
        "2.1 Decision-making bodies and individuals: General rules",
        "A Standard Resolution Procedure",
        "A.1 Standard Resolution Procedure: Proposal",
        "A.1b Standard Resolution Procedure: Discussion and Amendment",
        "A.4 Standard Resolution Procedure: Withdrawing resolutions or unaccepted amendments",
        "A.5 Standard Resolution Procedure: Expiry",
    ];
    assert_eq!(outline(&old), expected);
    let new = parse(CONSTITUTION_1_8, Format::DebianText);
    let expected = [
        "1 Introduction",
        "2 Decision-making bodies and individuals",
        "2.1 Decision-making bodies and individuals: General rules",
        "A Standard Resolution Procedure",
        "A.0 Standard Resolution Procedure: Proposal",
        "A.1 Standard Resolution Procedure: Discussion and Amendment",
        "A.2 Standard Resolution Procedure: Withdrawing ballot options",
    ];
    assert_eq!(outline(&new), expected);
}

#[test]
fn front_matter_gives_title_version_and_preamble() {
    let document = parse(CONSTITUTION_1_2, Format::DebianText);
    assert_eq!(document.title, "Constitution for the Debian Project");
    assert_eq!(document.version.as_deref(), Some("1.2"));
    assert!(document.preamble.starts_with("Version 1.2 ratified on October 29th, 2003.\n\nSuperseded by"));
    assert!(document.preamble.ends_with("\nratified on December 2nd, 1998.\n"));
    assert_eq!(document.text, CONSTITUTION_1_2);
}

#[test]
fn principle_is_its_section_without_the_margin() {
    let document = parse(CONSTITUTION_1_2, Format::DebianText);
    let principle = document.principle(&number("A.1")).expect("the excerpt has A.1");
    let words = "The formal procedure begins when a draft resolution is proposed and\nsponsored, as required.\n";
    assert_eq!(principle.text, words);
    assert_eq!((principle.class, principle.category, principle.priority), (Class::Ordinary, Category::Process, 50));
    assert_eq!(principle.canonical_text(), format!("A.1 Standard Resolution Procedure: Proposal\n\n{words}"));
    let list = &document.principle(&number("2.1")).expect("the excerpt has 2.1").text;
    assert!(list.starts_with("1. Nothing in this constitution imposes an obligation on anyone to do\n   work"));
}

#[test]
fn lists_under_unnumbered_headings_are_numbered_by_part() {
    let document = parse(SOCIAL_CONTRACT, Format::DebianText);
    let expected = [
        "1.1 \"Social Contract\" with the Free Software Community: Debian will remain 100% free",
        "1.2 \"Social Contract\" with the Free Software Community: We will give back to the free software community",
        "2 The Debian Free Software Guidelines (DFSG)",
        "2.9 The Debian Free Software Guidelines (DFSG): License Must Not Contaminate Other Software",
        "2.10 The Debian Free Software Guidelines (DFSG): Example Licenses",
    ];
    assert_eq!(outline(&document), expected);
    assert_eq!(document.title, "\"Social Contract\" with the Free Software Community");
    assert_eq!(document.version.as_deref(), Some("1.2"));
    assert!(document.preamble.ends_with("as the basis\nof the Open Source Definition.\n"));
    let licenses = document.principle(&number("2.10")).expect("the excerpt has 2.10");
    assert_eq!(
        licenses.text,
        "The \"GPL\", \"BSD\", and \"Artistic\" licenses are examples of licenses\nthat we consider \"free\".\n"
    );
    let closing = &document.principle(&number("2")).expect("the excerpt closes with a paragraph").text;
    assert!(closing.starts_with("The concept of stating our \"social contract"));
}

#[test]
fn plain_list_needs_no_sections() {
    let text = "Garden club\n\nWe grow.\n\n1. Anyone may plant,\n   at any time.\n2. Whoever plants waters. Always.\n\nSigned by all.\n";
    let document = parse(text, Format::DebianText);
    assert_eq!(outline(&document), ["1 Anyone may plant, at any time", "2 Whoever plants waters"]);
    assert_eq!(document.title, "Garden club");
    assert_eq!(document.version, None);
    assert_eq!(document.preamble, "We grow.\n\nSigned by all.\n");
    assert_eq!(document.principles[0].text, "Anyone may plant,\nat any time.\n");
}

#[test]
fn spaced_list_is_a_list_and_not_sections_without_text() {
    let document = parse("Garden club\n\n1. Anyone may plant.\n\n2. Whoever plants waters.\n", Format::DebianText);
    assert_eq!(outline(&document), ["1 Anyone may plant", "2 Whoever plants waters"]);
}

#[test]
fn tenth_item_of_a_list_is_no_section() {
    let items: String = (1..10).map(|value| format!("    {value}. item\n")).collect();
    let sections: String = (1..9).map(|value| format!("   {value}. Section\n\n   Text.\n\n")).collect();
    let text = format!("Title\n\n{sections}   9. Section\n\n{items}   10. item\n\n   10. Section\n\n   Text.\n");
    let document = parse(&text, Format::DebianText);
    let numbers: Vec<String> = document.principles.iter().map(|principle| principle.number.to_string()).collect();
    assert_eq!(numbers, ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]);
    assert!(document.principles[8].text.ends_with("10. item\n"));
}

#[test]
fn file_without_numbers_is_refused() {
    let words = "expected numbered sections such as \"1. Introduction\", found none";
    check_refused("Just some\nprose.\n", Format::DebianText, 1, 1, Problem::NoPrinciples, words);
}

#[test]
fn file_without_a_title_is_refused() {
    let words = "expected a title before the first section";
    check_refused("\n1. Aim\n\nWe build.\n", Format::DebianText, 2, 1, Problem::NoTitle, words);
    check_refused("  1. We build.\n  2. We play.\n", Format::DebianText, 1, 3, Problem::NoTitle, words);
}

#[test]
fn sections_out_of_order_are_refused() {
    let text = "Title\n\n1. Aim\n\nWe build.\n\n3. Money\n\nTwo sign.\n\n2. Members\n\nAll.\n";
    let problem = Problem::NotAscending { found: number("2"), after: number("3") };
    check_refused(text, Format::DebianText, 11, 1, problem, "expected a number higher than 3, found 2");
    let text = "Title\n\n1. Aim\n\n  1.2. Means\n\n   Tools.\n\n  1.1. Ends\n\n   Joy.\n";
    let problem = Problem::NotAscending { found: number("1.1"), after: number("1.2") };
    check_refused(text, Format::DebianText, 9, 3, problem, "expected a number higher than 1.2, found 1.1");
    let text = "Title\n\n    1. one\n    3. three\n    2. two\n";
    let problem = Problem::NotAscending { found: number("2"), after: number("3") };
    check_refused(text, Format::DebianText, 5, 5, problem, "expected a number higher than 3, found 2");
}

#[test]
fn subsection_of_another_section_is_refused() {
    let text = "Title\n\n1. Aim\n\nWe build.\n\n  2.1. Means\n\n   Tools.\n";
    let problem = Problem::Orphan { found: number("2.1"), parent: number("2") };
    check_refused(text, Format::DebianText, 7, 3, problem, "expected section 2 above its subsection 2.1");
}

#[test]
fn section_without_words_is_refused() {
    let text = "Title\n\n1. Aim\n\nWe build.\n\n2. Money\n\n3. Members\n\nAll.\n";
    let problem = Problem::NoText { number: number("2") };
    check_refused(text, Format::DebianText, 7, 1, problem, "expected text in section 2, found none");
}

#[test]
fn too_many_principles_are_refused() {
    let items: String = (1..=1_001).map(|value| format!("{value}. item\n")).collect();
    let problem = Problem::TooManyPrinciples { found: 1_001, max: 1_000 };
    let words = "expected at most 1000 principles, found 1001";
    check_refused(&format!("Title\n\n{items}"), Format::DebianText, 1, 1, problem, words);
}

#[test]
fn bytes_that_are_no_text_are_refused_at_their_place() {
    let problem = Problem::Text(TextError::ControlCharacter { at: 10, character: '\u{1b}' });
    let words = "the text holds the invisible character U+001B at byte 10; only line feeds and tabs are allowed";
    check_refused("Title\n\nä \u{1b}\n", Format::DebianText, 3, 3, problem, words);
    check_refused(" \n", Format::DebianText, 1, 1, Problem::Text(TextError::Empty), "the text is empty");
}
