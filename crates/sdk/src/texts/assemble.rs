//! Putting a text together from published parts, some of which may be rubbish.

use std::collections::BTreeMap;

use quantumagi_interface::Address;
use quantumagi_interface::digest::sha256;
use quantumagi_interface::events::TextPublished;
use quantumagi_rules::Hash;
use quantumagi_rules::text::{Assembly, AssemblyError};

/// What is wrong with what one publisher published as a text of one length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("by {publisher}: {error}")]
pub struct Attempt {
    /// Who published.
    pub publisher: Address,
    /// Length of the whole text as announced, bytes.
    pub total_len: u32,
    /// Why the parts do not make the text.
    pub error: AssemblyError,
}

/// The text with this hash out of `parts`, which come in the order in which they were published.
///
/// Parts of one publisher are put together with no others, so nobody can spoil what somebody else published. Where a
/// publisher published again with other cuts, parts fill what is missing; where they contradict each other, the first
/// ones are tried and then the last ones.
///
/// # Errors
/// What is wrong with each publisher's parts, in the order of addresses; empty where there are no parts.
pub fn assemble(text: &Hash, parts: &[&TextPublished]) -> Result<String, Vec<Attempt>> {
    let mut groups: BTreeMap<(Address, u32), Vec<&TextPublished>> = BTreeMap::new();
    for part in parts {
        groups.entry((part.publisher, part.total_len)).or_default().push(part);
    }
    let mut attempts = Vec::with_capacity(groups.len());
    for ((publisher, total_len), group) in groups {
        let first_wins = whole(text, total_len, group.iter().copied());
        let made = first_wins.or_else(|error| whole(text, total_len, group.iter().rev().copied()).map_err(|_| error));
        match made {
            Ok(words) => return Ok(words),
            Err(error) => attempts.push(Attempt { publisher, total_len, error }),
        }
    }
    Err(attempts)
}

fn whole<'a>(
    text: &Hash,
    total_len: u32,
    parts: impl Iterator<Item = &'a TextPublished>,
) -> Result<String, AssemblyError> {
    let total_len = total_len as usize;
    let mut assembly = Assembly::new(total_len)?;
    for part in parts {
        let from = part.offset as usize;
        let missing: Vec<_> = assembly.missing().collect();
        for gap in missing {
            let (start, end) = (gap.start.max(from), gap.end.min(from.saturating_add(part.bytes.len())));
            if start < end {
                assembly.add(start, total_len, part.bytes.get(start - from..end - from).unwrap_or_default())?;
            }
        }
    }
    assembly.finish(*text, sha256)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::num::NonZeroUsize;

    const ANA: Address = Address::new_from_array([1; 32]);
    const EVE: Address = Address::new_from_array([0; 32]);

    fn part(publisher: Address, total_len: usize, offset: usize, bytes: &[u8]) -> TextPublished {
        let number = |value: usize| u32::try_from(value).expect("short");
        let (total_len, offset) = (number(total_len), number(offset));
        TextPublished { text_hash: [9; 32], publisher, total_len, offset, bytes: bytes.to_vec() }
    }

    fn cut(publisher: Address, text: &str, len: usize) -> Vec<TextPublished> {
        quantumagi_rules::text::parts(text.len(), NonZeroUsize::new(len).expect("not zero"))
            .map(|range| part(publisher, text.len(), range.start, &text.as_bytes()[range]))
            .collect()
    }

    #[track_caller]
    fn check(text: &str, parts: &[TextPublished]) {
        let hash = sha256(text.as_bytes());
        assert_eq!(assemble(&hash, &parts.iter().collect::<Vec<_>>()), Ok(text.to_owned()));
    }

    #[track_caller]
    fn check_refused(text: &str, parts: &[TextPublished], expected: &[AssemblyError]) {
        let failed = assemble(&sha256(text.as_bytes()), &parts.iter().collect::<Vec<_>>()).expect_err("not whole");
        assert_eq!(failed.iter().map(|attempt| attempt.error).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn parts_make_the_text_whatever_others_publish_under_its_hash() {
        let text = "We hold these words.\n";
        let mut parts = cut(ANA, text, 6);
        parts.insert(0, part(EVE, text.len(), 0, b"We deny these"));
        parts.insert(2, part(EVE, 1 << 20, 5, b"rubbish"));
        parts.push(part(EVE, 0, 0, b"x"));
        parts.push(part(EVE, 7, 6, b"past the end"));
        check(text, &parts);
    }

    #[test]
    fn a_publisher_who_starts_again_with_other_cuts_is_understood() {
        let text = "We hold these words.\n";
        let mut parts: Vec<TextPublished> = cut(ANA, text, 6).into_iter().take(2).collect();
        parts.extend(cut(ANA, text, 5));
        check(text, &parts);
    }

    #[test]
    fn a_publisher_who_corrects_a_mistake_is_understood() {
        let text = "We hold these words.\n";
        let mut parts = vec![part(ANA, text.len(), 0, b"We told these")];
        parts.extend(cut(ANA, text, 8));
        check(text, &parts);
    }

    #[test]
    fn what_is_missing_is_named() {
        let text = "We hold these words.\n";
        let mut parts = cut(ANA, text, 6);
        parts.remove(1);
        check_refused(text, &parts, &[AssemblyError::Gap { start: 6, end: 12 }]);
        check_refused(text, &[], &[]);
    }

    #[test]
    fn other_words_are_refused_with_both_hashes() {
        let (text, other) = ("We hold these words.\n", "We hold those words.\n");
        let (actual, expected) = (sha256(other.as_bytes()), sha256(text.as_bytes()));
        check_refused(text, &cut(ANA, other, 6), &[AssemblyError::HashDiffers { actual, expected }]);
    }

    #[test]
    fn words_that_are_not_canonical_are_refused_although_they_have_the_hash() {
        check_refused("two\r\nlines\n", &cut(ANA, "two\r\nlines\n", 6), &[AssemblyError::NotCanonical]);
    }

    proptest! {
        /// Law: whatever hostile publishers add anywhere, the honest one's text comes out.
        #[test]
        fn rubbish_of_others_never_spoils_a_text(
            words in "[a-z ]{1,80}[a-z]",
            len in 1usize..30,
            rubbish in prop::collection::vec((0u32..100, 0u32..100, prop::collection::vec(any::<u8>(), 0..40), any::<prop::sample::Index>()), 0..12),
        ) {
            let text = format!("{words}\n");
            let mut parts = cut(ANA, &text, len);
            for (total_len, offset, bytes, place) in rubbish {
                let part = TextPublished { text_hash: [9; 32], publisher: EVE, total_len, offset, bytes };
                parts.insert(place.index(parts.len()), part);
            }
            let made = assemble(&sha256(text.as_bytes()), &parts.iter().collect::<Vec<_>>());
            prop_assert_eq!(made, Ok(text));
        }
    }
}
