//! Why a file is no constitution, and where.

use std::io;

use quantumagi_rules::text::TextError;

use crate::{Number, NumberError};

/// What is wrong with a file, and the place to look at.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("line {line}, column {column}: {problem}")]
pub struct ParseError {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What was expected there.
    pub problem: Problem,
}

/// What was expected and not found.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The bytes are no text, or a text inside the file is none.
    #[error("{0}")]
    Text(#[from] TextError),
    /// The file starts like a gzip file and goes on like none.
    #[error("expected a complete gzip file, but {0}")]
    Gzip(io::ErrorKind),
    /// No title before the first section.
    #[error("expected a title before the first section")]
    NoTitle,
    /// A second heading of the highest level in a Markdown file.
    #[error("expected one title, but line {first_line} already is one; write sections with \"##\"")]
    SecondTitle {
        /// Line of the first title, from 1.
        first_line: usize,
    },
    /// Nothing in the file is numbered.
    #[error("expected numbered sections such as \"1. Introduction\", found none")]
    NoPrinciples,
    /// More principles than a document may have.
    #[error("expected at most {max} principles, found {found}")]
    TooManyPrinciples {
        /// How many there are.
        found: usize,
        /// The most allowed.
        max: usize,
    },
    /// Section numbers do not rise.
    #[error("expected a number higher than {after}, found {found}")]
    NotAscending {
        /// The number found.
        found: Number,
        /// The number before it.
        after: Number,
    },
    /// A subsection stands outside its section.
    #[error("expected section {parent} above its subsection {found}")]
    Orphan {
        /// Number of the subsection.
        found: Number,
        /// The section it belongs to.
        parent: Number,
    },
    /// A heading lacks a number that the headings before it have.
    #[error("expected a number before the heading, because earlier headings carry one")]
    NumberExpected,
    /// A section without words.
    #[error("expected text in section {number}, found none")]
    NoText {
        /// The section.
        number: Number,
    },
    /// A number that cannot be read.
    #[error("{0}")]
    Number(#[from] NumberError),
    /// A title or heading that is empty or has more than one line.
    #[error("expected one line of text")]
    NotOneLine,
    /// A priority beyond the scale.
    #[error("expected a priority from 0 to {max}, found {found}")]
    PriorityOutOfRange {
        /// The priority found.
        found: i64,
        /// The highest.
        max: u8,
    },
    /// Not TOML, or not the fields that a constitution has.
    #[error("{0}")]
    Toml(String),
}

impl Problem {
    /// This problem, at a place in the file.
    pub(crate) fn at(self, line: usize, column: usize) -> ParseError {
        ParseError { line, column, problem: self }
    }

    /// This problem, at a byte offset of the file. Bytes that are no UTF-8 count as one column each.
    pub(crate) fn at_offset(self, bytes: &[u8], offset: usize) -> ParseError {
        let before = bytes.get(..offset).unwrap_or(bytes);
        let line_start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |feed| feed + 1);
        let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
        let column = 1 + String::from_utf8_lossy(before.get(line_start..).unwrap_or_default()).chars().count();
        self.at(line, column)
    }
}
