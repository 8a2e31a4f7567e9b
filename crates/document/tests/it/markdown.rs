use quantumagi_document::{Format, Problem};

use crate::support::{check_refused, number, outline, parse};

#[test]
fn numbered_headings_keep_their_numbers() {
    let text = "# Charter (v2.1)\n\nWords before.\n\n## Preamble\n\nWhy we are here.\n\n## 1. Aim\n\nWe build.\n\n### 1.1 Means\n\nTools.\n\n#### Detail\n\nSharp ones.\n\n### 2. Ends\n\nJoy.\n\n## Article 3: Money\n\nTwo sign.\n\n## § 4 – Members\n\nAll.\n";
    let document = parse(text, Format::Markdown);
    assert_eq!(outline(&document), ["1 Aim", "1.1 Aim: Means", "1.2 Aim: Ends", "3 Money", "4 Members"]);
    assert_eq!((document.title.as_str(), document.version.as_deref()), ("Charter", Some("2.1")));
    assert_eq!(document.preamble, "Words before.\n\n## Preamble\n\nWhy we are here.\n");
    assert_eq!(document.principles[1].text, "Tools.\n\n#### Detail\n\nSharp ones.\n");
    assert_eq!(document.text, text);
}

#[test]
fn unnumbered_headings_are_numbered_in_order() {
    let text = "Charter\n=======\n\nVersion 3.\n\nAim\n---\n\nWe build.\n\n## Money ##\n\n### Income\n\nFees.\n\n### Spending\n\nTwo sign.\n";
    let document = parse(text, Format::Markdown);
    assert_eq!(outline(&document), ["1 Aim", "2.1 Money: Income", "2.2 Money: Spending"]);
    assert_eq!((document.title.as_str(), document.version.as_deref()), ("Charter", Some("3")));
    assert_eq!(document.preamble, "Version 3.\n");
}

#[test]
fn numeral_in_a_title_is_no_number() {
    let document = parse("# Charter\n\n## 3 rules we live by\n\nBe kind.\n", Format::Markdown);
    assert_eq!(outline(&document), ["1 3 rules we live by"]);
}

#[test]
fn headings_in_code_are_text() {
    let text = "# Charter\n\n## Aim\n\n```sh\n# no title\n## no section\n```\n\n~~~\n```\n## nor this\n~~~\n";
    let document = parse(text, Format::Markdown);
    assert_eq!(outline(&document), ["1 Aim"]);
    assert_eq!(document.principles[0].text, "```sh\n# no title\n## no section\n```\n\n~~~\n```\n## nor this\n~~~\n");
}

#[test]
fn numbered_list_gives_one_principle_per_item() {
    let text = "# Charter\n\nWe agree:\n\n1. **Equality.** Every member\n   has one vote.\n2. Nobody spends alone; two sign\n   every payment.\n\n   Both are named.\n10) Be kind\n";
    let document = parse(text, Format::Markdown);
    assert_eq!(outline(&document), ["1 Equality", "2 Nobody spends alone", "10 Be kind"]);
    assert_eq!(document.principles[0].text, "Every member\nhas one vote.\n");
    assert_eq!(document.principles[1].text, "Nobody spends alone; two sign\nevery payment.\n\nBoth are named.\n");
    assert_eq!(document.preamble, "We agree:\n");
}

#[test]
fn file_without_one_title_is_refused() {
    let words = "expected a title before the first section";
    check_refused("Words.\n", Format::Markdown, 1, 1, Problem::NoTitle, words);
    check_refused("Words.\n\n ## Aim\n\nWe build.\n", Format::Markdown, 3, 2, Problem::NoTitle, words);
    let words = "expected one title, but line 1 already is one; write sections with \"##\"";
    check_refused("# A\n\n# B\n", Format::Markdown, 3, 1, Problem::SecondTitle { first_line: 1 }, words);
}

#[test]
fn missing_number_is_refused_where_others_are_numbered() {
    let words = "expected a number before the heading, because earlier headings carry one";
    let text = "# Charter\n\n## 1. Aim\n\nWe build.\n\n## Money\n\nTwo sign.\n";
    check_refused(text, Format::Markdown, 7, 1, Problem::NumberExpected, words);
    let text = "# Charter\n\n## Aim\n\n### 1. Ends\n\nJoy.\n\n### Means\n\nTools.\n";
    check_refused(text, Format::Markdown, 9, 1, Problem::NumberExpected, words);
}

#[test]
fn order_and_words_are_checked_as_in_plain_text() {
    let problem = Problem::NotAscending { found: number("1"), after: number("2") };
    let text = "# C\n\n## 2. A\n\nx\n\n## 1. B\n\ny\n";
    check_refused(text, Format::Markdown, 7, 1, problem, "expected a number higher than 2, found 1");
    let problem = Problem::NoText { number: number("1") };
    check_refused(
        "# C\n\n## A\n\n## B\n\ny\n",
        Format::Markdown,
        3,
        1,
        problem,
        "expected text in section 1, found none",
    );
    let problem = Problem::Orphan { found: number("2.1"), parent: number("2") };
    let text = "# C\n\n## 1. A\n\nx\n\n### 2.1 B\n\ny\n";
    check_refused(text, Format::Markdown, 7, 1, problem, "expected section 2 above its subsection 2.1");
    let words = "expected numbered sections such as \"1. Introduction\", found none";
    check_refused("# C\n\nWords.\n", Format::Markdown, 1, 1, Problem::NoPrinciples, words);
}
