//! Shared by all tests.

use quantumagi_document::{Document, Format, ParseError, Problem};

/// Excerpts of the Debian constitution and social contract, see tests/fixtures/README.md.
pub(crate) const CONSTITUTION_1_2: &str = include_str!("../fixtures/debian-constitution-1.2-excerpt.txt");
pub(crate) const CONSTITUTION_1_8: &str = include_str!("../fixtures/debian-constitution-1.8-excerpt.txt");
pub(crate) const SOCIAL_CONTRACT: &str = include_str!("../fixtures/debian-social-contract-1.2-excerpt.txt");

#[track_caller]
pub(crate) fn parse(text: &str, format: Format) -> Document {
    Document::parse(text.as_bytes(), format).unwrap_or_else(|error| panic!("{error}\nin\n{text}"))
}

/// A refusal, with the place and the words a person gets to read.
#[track_caller]
pub(crate) fn check_refused(text: &str, format: Format, line: usize, column: usize, problem: Problem, words: &str) {
    let error = ParseError { line, column, problem };
    assert_eq!(Document::parse(text.as_bytes(), format), Err(error.clone()));
    assert_eq!(error.to_string(), format!("line {line}, column {column}: {words}"));
}

/// Number and heading of every principle.
pub(crate) fn outline(document: &Document) -> Vec<String> {
    document.principles.iter().map(|principle| format!("{} {}", principle.number, principle.heading)).collect()
}

#[track_caller]
pub(crate) fn number(text: &str) -> quantumagi_document::Number {
    text.parse().expect("the test writes valid numbers")
}
