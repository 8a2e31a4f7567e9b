//! Cutting a text into parts that fit a transaction, and putting published parts together again.
//!
//! Parts are ranges of the bytes of a canonical text. A cut may fall inside a character: only the
//! whole is a text. Parts can arrive in any order and, because a sender may repeat a transaction
//! whose fate it does not know, more than once.

use alloc::{collections::BTreeMap, string::String, vec::Vec};
use core::{fmt, num::NonZeroUsize, ops::Range};

use super::{is_canonical, MAX_TEXT_BYTES};

/// The byte ranges that cut `len` bytes into parts of `part_len`, in order; the last may be
/// shorter. 2,500 bytes in parts of 1,000 give `0..1000`, `1000..2000`, `2000..2500`.
pub fn parts(len: usize, part_len: NonZeroUsize) -> impl Iterator<Item = Range<usize>> {
    (0..len).step_by(part_len.get()).map(move |start| start..start.saturating_add(part_len.get()).min(len))
}

/// Parts of one text, collected until the text is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assembly {
    total_len: usize,
    /// By offset. Law: no part is empty, reaches past `total_len` or overlaps another.
    parts: BTreeMap<usize, Vec<u8>>,
}

/// Why a part is refused, or the text is not whole. All lengths and offsets are in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssemblyError {
    /// The declared length is none a text can have.
    TotalOutOfRange {
        /// The declared length.
        total_len: usize,
        /// The longest allowed, [`MAX_TEXT_BYTES`].
        max: usize,
    },
    /// The part was cut from a text of another length.
    TotalDiffers {
        /// The length that the part declares.
        declared: usize,
        /// The length being assembled.
        expected: usize,
    },
    /// The part holds no bytes.
    EmptyPart {
        /// Where it was to go.
        offset: usize,
    },
    /// The part reaches past the end of the text.
    PastEnd {
        /// First byte after the part.
        end: usize,
        /// Length of the text.
        total_len: usize,
    },
    /// The part covers bytes of another part and is not that part over again.
    Overlap {
        /// Start of the refused part.
        offset: usize,
        /// Start of the part it collides with.
        with: usize,
    },
    /// A part is still missing.
    Gap {
        /// First missing byte.
        start: usize,
        /// First byte after the gap.
        end: usize,
    },
    /// The assembled bytes are not those that were announced.
    HashDiffers {
        /// Hash of the assembled bytes.
        actual: [u8; 32],
        /// Hash that was announced.
        expected: [u8; 32],
    },
    /// The bytes are those announced, but they are no canonical text.
    NotCanonical,
}

impl fmt::Display for AssemblyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TotalOutOfRange { total_len, max } => {
                write!(f, "a text of {total_len} bytes was announced; texts have 1 to {max}")
            }
            Self::TotalDiffers { declared, expected } => {
                write!(f, "the part belongs to a text of {declared} bytes, not of {expected}")
            }
            Self::EmptyPart { offset } => write!(f, "the part at byte {offset} is empty"),
            Self::PastEnd { end, total_len } => {
                write!(f, "the part reaches to byte {end} of a text of {total_len} bytes")
            }
            Self::Overlap { offset, with } => {
                write!(f, "the part at byte {offset} contradicts the part at byte {with}")
            }
            Self::Gap { start, end } => write!(f, "bytes {start} to {end} are missing"),
            Self::HashDiffers { actual, expected } => {
                write!(f, "the text hashes to ")?;
                write_hex(f, actual)?;
                write!(f, ", but ")?;
                write_hex(f, expected)?;
                write!(f, " was announced")
            }
            Self::NotCanonical => write!(f, "the published bytes are no canonical text"),
        }
    }
}

impl core::error::Error for AssemblyError {}

impl Assembly {
    /// Nothing yet of a text of `total_len` bytes.
    ///
    /// # Errors
    /// [`AssemblyError::TotalOutOfRange`] unless `total_len` is 1 to [`MAX_TEXT_BYTES`].
    pub const fn new(total_len: usize) -> Result<Self, AssemblyError> {
        if total_len == 0 || MAX_TEXT_BYTES < total_len {
            return Err(AssemblyError::TotalOutOfRange { total_len, max: MAX_TEXT_BYTES });
        }
        Ok(Self { total_len, parts: BTreeMap::new() })
    }

    /// Takes in one part: `bytes`, which start at `offset` of a text of `total_len` bytes. The
    /// same part over again changes nothing.
    ///
    /// # Errors
    /// Any part that does not fit is refused and changes nothing: [`AssemblyError::TotalDiffers`],
    /// [`AssemblyError::EmptyPart`], [`AssemblyError::PastEnd`], [`AssemblyError::Overlap`].
    pub fn add(&mut self, offset: usize, total_len: usize, bytes: &[u8]) -> Result<(), AssemblyError> {
        if total_len != self.total_len {
            return Err(AssemblyError::TotalDiffers { declared: total_len, expected: self.total_len });
        }
        if bytes.is_empty() {
            return Err(AssemblyError::EmptyPart { offset });
        }
        let end = offset.saturating_add(bytes.len());
        if total_len < end {
            return Err(AssemblyError::PastEnd { end, total_len });
        }
        // Parts do not overlap, so only the last one that starts before `end` can reach into this.
        if let Some((&with, other)) = self.parts.range(..end).next_back() {
            if with == offset && other == bytes {
                return Ok(());
            }
            if offset < with.saturating_add(other.len()) {
                return Err(AssemblyError::Overlap { offset, with });
            }
        }
        self.parts.insert(offset, bytes.to_vec());
        Ok(())
    }

    /// The byte ranges still to come, in order; none when the text is whole.
    pub fn missing(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        let starts = self.parts.keys().copied().chain([self.total_len]);
        let ends = [0].into_iter().chain(self.parts.iter().map(|(offset, part)| offset.saturating_add(part.len())));
        ends.zip(starts).map(|(end, next_start)| end..next_start).filter(|gap| !gap.is_empty())
    }

    /// The text, once it is whole and hashes to `expected`. `sha256` is SHA-256.
    ///
    /// # Errors
    /// [`AssemblyError::Gap`] with the first missing range, [`AssemblyError::HashDiffers`], or
    /// [`AssemblyError::NotCanonical`] when somebody announced the hash of other bytes.
    pub fn finish(self, expected: [u8; 32], sha256: impl FnOnce(&[u8]) -> [u8; 32]) -> Result<String, AssemblyError> {
        let gap = self.missing().next();
        if let Some(Range { start, end }) = gap {
            return Err(AssemblyError::Gap { start, end });
        }
        let bytes: Vec<u8> = self.parts.into_values().flatten().collect();
        let actual = sha256(&bytes);
        if actual != expected {
            return Err(AssemblyError::HashDiffers { actual, expected });
        }
        let text = String::from_utf8(bytes).map_err(|_| AssemblyError::NotCanonical)?;
        if !is_canonical(&text) {
            return Err(AssemblyError::NotCanonical);
        }
        Ok(text)
    }
}

fn write_hex(f: &mut fmt::Formatter<'_>, bytes: &[u8; 32]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}
