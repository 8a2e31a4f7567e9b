//! A constitution as read from a file.

use serde::{Serialize, Serializer};

use crate::{Category, Class, Format, Number, ParseError, category, format};

/// Most principles a document may have. Bounds the work of comparing two documents, and is ten times what
/// a community can be asked to vote on one by one.
pub(crate) const MAX_PRINCIPLES_PER_DOCUMENT: usize = 1_000;

/// Priority of a principle whose file gives none: the middle of the scale.
pub(crate) const DEFAULT_PRIORITY: u8 = 50;

/// A constitution: its words, and the principles they are divided into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Document {
    /// Name of the constitution, one line.
    pub title: String,
    /// The version that the file claims for itself, such as `1.9`.
    pub version: Option<String>,
    /// What stands before the first section, without the title; canonical, or empty when there is nothing.
    pub preamble: String,
    /// At least one and at most 1,000, their numbers strictly ascending.
    pub principles: Vec<PrincipleText>,
    /// The whole file in canonical form: what the constitution's hash is taken of.
    pub text: String,
}

/// One numbered principle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PrincipleText {
    /// Its number, unique in the document.
    pub number: Number,
    /// Its heading, one line. A subsection carries its section's heading in front:
    /// `Technical committee: Powers`.
    pub heading: String,
    /// Its words without number and heading; canonical.
    pub text: String,
    /// How hard it should be to change. [`Class::Ordinary`] unless the file says otherwise.
    #[serde(serialize_with = "class_in_words")]
    pub class: Class,
    /// What it is about, as the file says or as its words suggest.
    #[serde(serialize_with = "category_in_words")]
    pub category: Category,
    /// 0 to 100, 50 unless the file says otherwise; higher weighs more where two principles pull apart.
    pub priority: u8,
}

impl Document {
    /// Reads a file of a known format. A gzip file is inflated first.
    ///
    /// # Errors
    /// A [`ParseError`] with line and column of the first fault.
    pub fn parse(bytes: &[u8], format: Format) -> Result<Self, ParseError> {
        format::parse(&format::inflate(bytes)?, |_| format)
    }

    /// Reads a file whose format shows in its name or content, see [`Format::detect`].
    ///
    /// # Errors
    /// A [`ParseError`] with line and column of the first fault.
    pub fn parse_file(file_name: &str, bytes: &[u8]) -> Result<Self, ParseError> {
        format::parse(&format::inflate(bytes)?, |text| Format::detect(file_name, text))
    }

    /// The principle with this number.
    pub fn principle(&self, number: &Number) -> Option<&PrincipleText> {
        self.principles.iter().find(|principle| principle.number == *number)
    }
}

impl PrincipleText {
    /// The text to publish and hash: number and heading on the first line, an empty line, the words.
    /// Canonical. Carries the number, so that renumbering a principle is an amendment that can be seen.
    pub fn canonical_text(&self) -> String {
        format!("{} {}\n\n{}", self.number, self.heading, self.text)
    }

    /// The part of the heading that is this principle's own.
    pub(crate) fn own_heading(&self) -> &str {
        self.heading.rsplit_once(": ").map_or(self.heading.as_str(), |(_, own)| own)
    }
}

// Both serialisers take references because serde calls them so.
fn class_in_words<S: Serializer>(class: &Class, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(category::class_name(*class))
}

fn category_in_words<S: Serializer>(category: &Category, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(category::category_name(*category))
}
