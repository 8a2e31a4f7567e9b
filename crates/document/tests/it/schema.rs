use quantumagi_document::{Category, Class, Format, NumberError, Problem};
use quantumagi_rules::text::TextError;

use crate::support::{check_refused, number, parse};

const FULL: &str = r#"[constitution]
title = "Charter"
version = "2"
preamble = """
We, the members,
agree."""

[[principle]]
number = "1"
heading = "Equality"
text = "Every member has one vote."
class = "entrenched"
category = "rights"
priority = 100

[[principle]]
number = "2.1"
heading = "Spending"
text = """
Two sign every payment.
"""
"#;

#[test]
fn every_field_is_read() {
    let document = parse(FULL, Format::Toml);
    assert_eq!((document.title.as_str(), document.version.as_deref()), ("Charter", Some("2")));
    assert_eq!(document.preamble, "We, the members,\nagree.\n");
    assert_eq!(document.text, FULL);
    let [equality, spending] = document.principles.as_slice() else { panic!("the file has two principles") };
    assert_eq!((&equality.number, equality.heading.as_str()), (&number("1"), "Equality"));
    assert_eq!(equality.text, "Every member has one vote.\n");
    assert_eq!((equality.class, equality.category, equality.priority), (Class::Entrenched, Category::Rights, 100));
    assert_eq!(spending.text, "Two sign every payment.\n");
    assert_eq!((spending.class, spending.category, spending.priority), (Class::Ordinary, Category::Treasury, 50));
}

/// A file with one principle, in which `field` replaces the line that starts alike or is added.
fn with(field: &str) -> String {
    let name = field.split(' ').next().unwrap_or_default();
    let mut lines = vec!["number = \"1\"", "heading = \"Aim\"", "text = \"We build.\""];
    match lines.iter().position(|line| line.starts_with(name)) {
        Some(index) => lines[index] = field,
        None => lines.push(field),
    }
    format!("[constitution]\ntitle = \"C\"\n\n[[principle]]\n{}\n", lines.join("\n"))
}

#[track_caller]
fn check(field: &str, line: usize, column: usize, problem: Problem, words: &str) {
    check_refused(&with(field), Format::Toml, line, column, problem, words);
}

#[test]
fn values_out_of_range_are_refused_at_their_place() {
    let words = "expected a priority from 0 to 100, found 101";
    check("priority = 101", 8, 12, Problem::PriorityOutOfRange { found: 101, max: 100 }, words);
    let words = "expected a priority from 0 to 100, found -1";
    check("priority = -1", 8, 12, Problem::PriorityOutOfRange { found: -1, max: 100 }, words);
    let words = "expected a section number of at most 4 levels, such as 6.1, A.2 or 4b";
    check("number = \"one\"", 5, 10, Problem::Number(NumberError), words);
    check("heading = \"a\\nb\"", 6, 11, Problem::NotOneLine, "expected one line of text");
    check("heading = \" \"", 6, 11, Problem::NotOneLine, "expected one line of text");
    let problem = Problem::NoText { number: number("1") };
    check("text = \"\\n\"", 7, 8, problem, "expected text in section 1, found none");
    let problem = Problem::Text(TextError::ControlCharacter { at: 1, character: '\u{7}' });
    let words = "the text holds the invisible character U+0007 at byte 1; only line feeds and tabs are allowed";
    check("text = \"a\\u0007\"", 7, 8, problem, words);
}

#[test]
fn other_fields_and_words_are_refused_at_their_place() {
    let words = "unknown variant `sacred`, expected `ordinary` or `entrenched`";
    check("class = \"sacred\"", 8, 9, Problem::Toml(words.to_owned()), words);
    let words = "unknown field `prio`, expected one of `number`, `heading`, `text`, `class`, `category`, `priority`";
    check("prio = 1", 8, 1, Problem::Toml(words.to_owned()), words);
    let words = "missing field `text`";
    let text = "[constitution]\ntitle = \"C\"\n\n[[principle]]\nnumber = \"1\"\nheading = \"A\"\n";
    check_refused(text, Format::Toml, 4, 1, Problem::Toml(words.to_owned()), words);
    let words = "invalid type: integer `7`, expected a string";
    check("number = 7", 5, 10, Problem::Toml(words.to_owned()), words);
}

#[test]
fn numbers_have_to_rise() {
    let second = "[[principle]]\nnumber = \"1\"\nheading = \"B\"\ntext = \"y\"\n";
    let problem = Problem::NotAscending { found: number("1"), after: number("1") };
    let text = with("number = \"1\"") + second;
    check_refused(&text, Format::Toml, 9, 10, problem, "expected a number higher than 1, found 1");
}

#[test]
fn file_without_principles_is_refused() {
    let words = "expected numbered sections such as \"1. Introduction\", found none";
    check_refused("[constitution]\ntitle = \"C\"\n", Format::Toml, 1, 1, Problem::NoPrinciples, words);
}
