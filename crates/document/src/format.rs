//! Which format a file has, and the way from its bytes to a document.

use std::{borrow::Cow, io::Read};

use flate2::read::MultiGzDecoder;
use quantumagi_rules::text::{MAX_TEXT_BYTES, TextError, canonicalize};

use crate::{Document, ParseError, Problem, markdown, plain, schema};

/// Most bytes taken out of a gzip file. Canonical form can be shorter than the file, so this leaves room
/// above the longest text; it stops a small file that inflates without end.
const MAX_INFLATED_BYTES: usize = 4 * MAX_TEXT_BYTES;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// How a constitution file is written. All three are described in docs/constitution-files.md.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Plain text with numbered sections, as the Debian project publishes its constitution.
    DebianText,
    /// Markdown with a title and numbered or unnumbered headings, or a numbered list.
    Markdown,
    /// TOML with a `[constitution]` table and one `[[principle]]` each.
    Toml,
}

impl Format {
    /// The format by the ending of the file name (`.txt`, `.md`, `.markdown`, `.toml`, each also with
    /// `.gz`), or else by the content: TOML when a line reads `[constitution]`, Markdown when a line
    /// starts with `# ` or `## `, plain text otherwise.
    pub fn detect(file_name: &str, text: &str) -> Self {
        let name = file_name.to_ascii_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        match name.rsplit_once('.').map(|(_, ending)| ending) {
            Some("txt") => Self::DebianText,
            Some("md" | "markdown") => Self::Markdown,
            Some("toml") => Self::Toml,
            Some(_) | None => Self::detect_content(text),
        }
    }

    fn detect_content(text: &str) -> Self {
        if text.lines().any(|line| line.trim() == "[constitution]") {
            return Self::Toml;
        }
        if text.lines().any(|line| line.starts_with("# ") || line.starts_with("## ")) {
            return Self::Markdown;
        }
        Self::DebianText
    }
}

/// The bytes of the file, taken out of gzip where they are in it.
pub(crate) fn inflate(bytes: &[u8]) -> Result<Cow<'_, [u8]>, ParseError> {
    if !bytes.starts_with(&GZIP_MAGIC) {
        return Ok(Cow::Borrowed(bytes));
    }
    let mut inflated = Vec::new();
    let limit = u64::try_from(MAX_INFLATED_BYTES).unwrap_or(u64::MAX);
    MultiGzDecoder::new(bytes)
        .take(limit)
        .read_to_end(&mut inflated)
        .map_err(|error| Problem::Gzip(error.kind()).at(1, 1))?;
    if MAX_INFLATED_BYTES <= inflated.len() {
        let error = TextError::TooLong { len: inflated.len(), max: MAX_TEXT_BYTES };
        return Err(Problem::Text(error).at(1, 1));
    }
    Ok(Cow::Owned(inflated))
}

/// Reads inflated bytes in the format that `choose` names for their text.
pub(crate) fn parse(bytes: &[u8], choose: impl FnOnce(&str) -> Format) -> Result<Document, ParseError> {
    let text = canonicalize(bytes).map_err(|error| {
        let offset = match error {
            TextError::NotUtf8 { at } | TextError::ControlCharacter { at, .. } => at,
            TextError::Empty => 0,
            TextError::TooLong { max, .. } => max,
        };
        Problem::Text(error).at_offset(bytes, offset)
    })?;
    match choose(&text) {
        Format::DebianText => plain::parse(text),
        Format::Markdown => markdown::parse(text),
        Format::Toml => schema::parse(text),
    }
}
