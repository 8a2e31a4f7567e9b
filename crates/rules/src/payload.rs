//! A buffer for an action that does not fit a transaction: filled from the front, complete once, unchanged from then on.

use crate::action::MAX_ACTION_BYTES;

/// A payload is kept in words of this many bytes: every part but the last has a multiple of it.
pub const PAYLOAD_WORD: usize = 32;
/// Most bytes of one part. A part pays for the bytes it adds, and no instruction may cost 0.01 SOL: 1,184 bytes cost
/// 8,240,640 lamports at 6,960 lamports a byte. A transaction bounds it further.
pub const MAX_PAYLOAD_PART: usize = 37 * PAYLOAD_WORD;

/// How far a payload has been filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filling {
    /// Bytes it will have, 1 to [`MAX_ACTION_BYTES`].
    pub size: u32,
    /// Bytes it has.
    pub written: u32,
}

/// A size that no payload has, or a part that does not come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayloadError {
    /// Nothing, or more than [`MAX_ACTION_BYTES`].
    SizeOutOfRange {
        /// The size asked for, in bytes.
        size: u32,
    },
    /// The part does not begin where the last one ended.
    NotNext {
        /// Where it begins.
        offset: u32,
        /// Bytes written so far.
        written: u32,
    },
    /// The part is empty, longer than [`MAX_PAYLOAD_PART`], goes beyond the end, or is not the last and no multiple of
    /// [`PAYLOAD_WORD`].
    PartOutOfRange {
        /// Its length, in bytes.
        len: usize,
        /// Bytes still to come.
        missing: u32,
    },
}

impl Filling {
    /// A payload of this size before its first part.
    ///
    /// # Errors
    /// [`PayloadError::SizeOutOfRange`].
    pub fn new(size: u32) -> Result<Self, PayloadError> {
        if (1..=MAX_ACTION_BYTES).contains(&(size as usize)) {
            Ok(Self { size, written: 0 })
        } else {
            Err(PayloadError::SizeOutOfRange { size })
        }
    }

    /// With a part of `len` bytes at `offset`, both in bytes.
    ///
    /// # Errors
    /// [`PayloadError::NotNext`], so that a part sent twice is not written twice; [`PayloadError::PartOutOfRange`].
    pub fn with_part(self, offset: u32, len: usize) -> Result<Self, PayloadError> {
        let Self { size, written } = self;
        if offset != written {
            return Err(PayloadError::NotNext { offset, written });
        }
        let missing = size.saturating_sub(written);
        let refusal = PayloadError::PartOutOfRange { len, missing };
        if !(1..=MAX_PAYLOAD_PART).contains(&len) {
            return Err(refusal);
        }
        let part = u32::try_from(len).map_err(|_| refusal)?;
        if missing < part || (part < missing && !len.is_multiple_of(PAYLOAD_WORD)) {
            return Err(refusal);
        }
        // Bound: at most the size, which was just checked.
        Ok(Self { size, written: written.saturating_add(part) })
    }

    /// Whether nothing is missing.
    #[must_use]
    pub fn is_complete(self) -> bool {
        self.written == self.size
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_payload_has_one_byte_to_a_whole_action() {
        for (size, is_legal) in [(0, false), (1, true), (10_240, true), (10_241, false), (u32::MAX, false)] {
            let expected =
                if is_legal { Ok(Filling { size, written: 0 }) } else { Err(PayloadError::SizeOutOfRange { size }) };
            assert_eq!(Filling::new(size), expected);
        }
    }

    #[test]
    fn a_part_comes_next_and_stays_inside() {
        let filling = Filling { size: 2_000, written: 992 };
        let with = |offset, len| filling.with_part(offset, len);
        assert_eq!(with(992, 32), Ok(Filling { size: 2_000, written: 1_024 }));
        assert_eq!(with(992, 1_008), Ok(Filling { size: 2_000, written: 2_000 }));
        for len in [0, 1, 31, 33, 1_007, 1_009, 1_024] {
            assert_eq!(with(992, len), Err(PayloadError::PartOutOfRange { len, missing: 1_008 }));
        }
        for offset in [0, 991, 993, u32::MAX] {
            assert_eq!(with(offset, 32), Err(PayloadError::NotNext { offset, written: 992 }));
        }
        let large = Filling { size: 10_240, written: 0 };
        assert!(large.with_part(0, 1_184).is_ok());
        for len in [1_185, 1_216, usize::MAX] {
            assert_eq!(large.with_part(0, len), Err(PayloadError::PartOutOfRange { len, missing: 10_240 }));
        }
    }

    #[test]
    fn nothing_follows_the_last_part() {
        let complete = Filling { size: 5, written: 5 };
        assert!(complete.is_complete());
        assert_eq!(complete.with_part(5, 1), Err(PayloadError::PartOutOfRange { len: 1, missing: 0 }));
    }

    proptest! {
        #[test]
        fn a_payload_is_complete_exactly_when_its_parts_make_up_its_size(size in 1u32..10_241, lens in prop::collection::vec(1usize..1_201, 0..40)) {
            let mut filling = Filling::new(size).expect("in range");
            for len in lens {
                let missing = (size - filling.written) as usize;
                let is_legal = len <= 1_184 && (len == missing || (len < missing && len % 32 == 0));
                let next = filling.with_part(filling.written, len);
                prop_assert_eq!(next.is_ok(), is_legal);
                filling = next.unwrap_or(filling);
                prop_assert!(filling.is_complete() || filling.written.is_multiple_of(32));
            }
            prop_assert!(filling.written <= size);
        }
    }
}
