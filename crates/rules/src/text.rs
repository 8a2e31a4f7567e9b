//! The canonical form of a text, which is what gets hashed.
//!
//! A constitution, principle, proposal or policy is stored on chain as the SHA-256 of its text.
//! Two people who hold the same words must get the same hash, whatever editor, system or keyboard
//! the words went through, so only one byte sequence stands for them. This module decides which
//! one. It never hashes: the caller has SHA-256 where it runs.
//!
//! A canonical text
//! 1. is UTF-8 in Unicode normal form C;
//! 2. ends its lines with LF (CR LF and a lone CR become LF), the last one included, and does not
//!    end with an empty line, because editors differ in whether they write or keep those;
//! 3. has no byte order mark in front, because some editors add one unasked;
//! 4. holds no control character other than LF and TAB, and none of the five characters that
//!    override the direction of writing (U+202A to U+202E): a voter must be able to see all that
//!    is hashed;
//! 5. shows at least one character, and is at most [`MAX_TEXT_BYTES`] long.
//!
//! Points 1 to 3 are mended, points 4 and 5 are refused. Deliberately not touched: spaces at the
//! end of a line, which Markdown gives a meaning, and every other space.
//!
//! Unicode promises that normal form C of assigned characters never changes, so a canonical text
//! stays canonical under later versions of Unicode.
//!
//! A text longer than a transaction is published in [`parts`] and put together by an [`Assembly`].

mod assembly;
#[cfg(test)]
mod tests;

use alloc::string::String;
use core::fmt;

use unicode_normalization::UnicodeNormalization;

pub use assembly::{parts, Assembly, AssemblyError};

pub use crate::MAX_TEXT_BYTES;

/// Why bytes are no text. Offsets count bytes from the start of what was passed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextError {
    /// There is nothing to see: no bytes, or only white space.
    Empty,
    /// The bytes are not UTF-8.
    NotUtf8 {
        /// Offset of the first byte that belongs to no character.
        at: usize,
    },
    /// A control character other than LF and TAB, or an override of the direction of writing.
    ControlCharacter {
        /// Offset of the character.
        at: usize,
        /// The character.
        character: char,
    },
    /// The canonical form is too long.
    TooLong {
        /// Its length in bytes.
        len: usize,
        /// The longest allowed, [`MAX_TEXT_BYTES`].
        max: usize,
    },
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Empty => write!(f, "the text is empty"),
            Self::NotUtf8 { at } => write!(f, "the text is not UTF-8 at byte {at}"),
            Self::ControlCharacter { at, character } => write!(
                f,
                "the text holds the invisible character U+{:04X} at byte {at}; only line feeds and tabs are allowed",
                u32::from(character)
            ),
            Self::TooLong { len, max } => {
                write!(f, "the text is {len} bytes long, more than the {max} allowed")
            }
        }
    }
}

impl core::error::Error for TextError {}

/// The canonical form of a text.
///
/// Law: `canonicalize(canonicalize(x)) == canonicalize(x)`. For example the bytes
/// `EF BB BF 61 0D 0A 62` (mark, `a`, CR LF, `b`) become `"a\nb\n"`.
///
/// # Errors
/// See [`TextError`]; the first fault from the start of the text is reported, faults of the whole
/// (empty, too long) last.
pub fn canonicalize(bytes: &[u8]) -> Result<String, TextError> {
    let text = core::str::from_utf8(bytes).map_err(|error| TextError::NotUtf8 { at: error.valid_up_to() })?;
    let unmarked = text.trim_start_matches('\u{feff}');
    let mark_len = text.len().saturating_sub(unmarked.len());
    if let Some((at, character)) = unmarked.char_indices().find(|&(_, character)| is_hidden(character)) {
        return Err(TextError::ControlCharacter { at: at.saturating_add(mark_len), character });
    }
    if unmarked.chars().all(char::is_whitespace) {
        return Err(TextError::Empty);
    }
    let mut canonical: String = with_line_feeds(unmarked).nfc().collect();
    canonical.truncate(canonical.trim_end_matches('\n').len());
    canonical.push('\n');
    if MAX_TEXT_BYTES < canonical.len() {
        return Err(TextError::TooLong { len: canonical.len(), max: MAX_TEXT_BYTES });
    }
    Ok(canonical)
}

/// Whether a text is already in canonical form, and so may be hashed as it stands.
pub fn is_canonical(text: &str) -> bool {
    canonicalize(text.as_bytes()).is_ok_and(|canonical| canonical == text)
}

/// Whether a reader cannot see a character that changes what they read. CR is not among these: it
/// is mended.
fn is_hidden(character: char) -> bool {
    let is_control = character.is_control() && !matches!(character, '\n' | '\t' | '\r');
    is_control || matches!(character, '\u{202a}'..='\u{202e}')
}

/// The characters of a text with CR LF and lone CR replaced by LF.
fn with_line_feeds(text: &str) -> impl Iterator<Item = char> + '_ {
    let mut follows_cr = false;
    text.chars().filter_map(move |character| {
        let ends_crlf = follows_cr && character == '\n';
        follows_cr = character == '\r';
        match character {
            '\n' if ends_crlf => None,
            '\r' => Some('\n'),
            other => Some(other),
        }
    })
}
