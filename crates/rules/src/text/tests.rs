use alloc::{borrow::ToOwned, format, string::ToString, vec, vec::Vec};
use core::num::NonZeroUsize;

use proptest::prelude::*;

use super::*;

#[track_caller]
fn check(bytes: impl AsRef<[u8]>, canonical: &str) {
    assert_eq!(canonicalize(bytes.as_ref()), Ok(canonical.to_owned()));
    assert!(is_canonical(canonical));
}

#[track_caller]
fn check_refused(bytes: impl AsRef<[u8]>, error: TextError, words: &str) {
    assert_eq!(canonicalize(bytes.as_ref()), Err(error));
    assert_eq!(error.to_string(), words);
}

/// A stand-in with the shape of SHA-256; the rules never hash themselves.
fn fingerprint(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    for (index, byte) in bytes.iter().enumerate() {
        hash[index % 32] = byte.wrapping_add(hash[index % 32]).rotate_left(3);
    }
    hash
}

#[test]
fn line_ends_become_line_feeds() {
    check("a\r\nb\rc\n", "a\nb\nc\n");
    check("a\r\r\nb", "a\n\nb\n");
    check("a\n\rb", "a\n\nb\n");
}

#[test]
fn text_ends_with_exactly_one_line_feed() {
    check("a", "a\n");
    check("a\n\r\n\r", "a\n");
    check("a\n \n\n", "a\n \n");
}

#[test]
fn letters_are_composed() {
    check("Cafe\u{301}", "Caf\u{e9}\n");
    check("\u{212b}", "\u{c5}\n");
}

#[test]
fn byte_order_marks_in_front_are_dropped_and_others_kept() {
    check("\u{feff}\u{feff}a\u{feff}b", "a\u{feff}b\n");
}

#[test]
fn spaces_and_tabs_are_kept() {
    check("  a \t \n\n\n b  ", "  a \t \n\n\n b  \n");
}

#[test]
fn text_without_anything_to_see_is_refused() {
    for bytes in ["", "\n", "\u{feff}", " \t\r\n\u{3000}"] {
        check_refused(bytes, TextError::Empty, "the text is empty");
    }
}

#[test]
fn bytes_that_are_no_utf8_are_refused_with_their_place() {
    check_refused(b"ab\xffc", TextError::NotUtf8 { at: 2 }, "the text is not UTF-8 at byte 2");
    check_refused(b"a\xe2\x82", TextError::NotUtf8 { at: 1 }, "the text is not UTF-8 at byte 1");
}

#[test]
fn hidden_characters_are_refused_with_their_place() {
    check_refused(
        "\u{feff}a\0",
        TextError::ControlCharacter { at: 4, character: '\0' },
        "the text holds the invisible character U+0000 at byte 4; only line feeds and tabs are allowed",
    );
    for character in ['\u{1}', '\u{b}', '\u{c}', '\u{1b}', '\u{7f}', '\u{85}', '\u{9f}', '\u{202a}', '\u{202e}'] {
        let error = TextError::ControlCharacter { at: 2, character };
        assert_eq!(canonicalize(format!("ab{character}").as_bytes()), Err(error));
    }
}

#[test]
fn length_is_bounded_in_canonical_bytes() {
    let longest = "x".repeat(MAX_TEXT_BYTES - 1);
    assert_eq!(canonicalize(longest.as_bytes()).map(|text| text.len()), Ok(MAX_TEXT_BYTES));
    check_refused(
        "x".repeat(MAX_TEXT_BYTES),
        TextError::TooLong { len: 1_048_577, max: 1_048_576 },
        "the text is 1048577 bytes long, more than the 1048576 allowed",
    );
}

#[test]
fn canonical_form_is_told_from_any_other() {
    assert!(is_canonical("a\n"));
    for other in ["a", "a\n\n", "a\r\n", "\u{feff}a\n", "e\u{301}\n", "a\0\n", ""] {
        assert!(!is_canonical(other), "{other:?}");
    }
}

#[test]
fn parts_cover_the_text_in_order() {
    let part_len = NonZeroUsize::new(1_000).unwrap();
    assert_eq!(parts(2_500, part_len).collect::<Vec<_>>(), vec![0..1_000, 1_000..2_000, 2_000..2_500]);
    assert_eq!(parts(2_000, part_len).collect::<Vec<_>>(), vec![0..1_000, 1_000..2_000]);
    assert_eq!(parts(0, part_len).count(), 0);
}

#[test]
fn assembly_refuses_what_does_not_fit_and_stays_as_it_was() {
    let mut assembly = Assembly::new(6).unwrap();
    assembly.add(2, 6, b"cd").unwrap();
    let before = assembly.clone();
    let refusals = [
        (0, 7, &b"ab"[..], AssemblyError::TotalDiffers { declared: 7, expected: 6 }),
        (0, 6, b"", AssemblyError::EmptyPart { offset: 0 }),
        (4, 6, b"efg", AssemblyError::PastEnd { end: 7, total_len: 6 }),
        (usize::MAX, 6, b"e", AssemblyError::PastEnd { end: usize::MAX, total_len: 6 }),
        (1, 6, b"bc", AssemblyError::Overlap { offset: 1, with: 2 }),
        (3, 6, b"d", AssemblyError::Overlap { offset: 3, with: 2 }),
        (2, 6, b"CD", AssemblyError::Overlap { offset: 2, with: 2 }),
        (0, 6, b"abcdef", AssemblyError::Overlap { offset: 0, with: 2 }),
    ];
    for (offset, total_len, bytes, error) in refusals {
        assert_eq!(assembly.add(offset, total_len, bytes), Err(error));
        assert_eq!(assembly, before);
    }
    assert_eq!(assembly.add(2, 6, b"cd"), Ok(()));
    assert_eq!(assembly, before);
}

#[test]
fn assembly_refuses_a_total_no_text_can_have() {
    for total_len in [0, MAX_TEXT_BYTES + 1] {
        let error = AssemblyError::TotalOutOfRange { total_len, max: MAX_TEXT_BYTES };
        assert_eq!(Assembly::new(total_len), Err(error));
    }
}

#[test]
fn assembly_yields_the_text_only_when_it_is_whole() {
    let text = "abcde\n";
    let hash = fingerprint(text.as_bytes());
    let mut assembly = Assembly::new(6).unwrap();
    assembly.add(2, 6, b"cd").unwrap();
    assert_eq!(assembly.missing().collect::<Vec<_>>(), vec![0..2, 4..6]);
    assert_eq!(assembly.clone().finish(hash, fingerprint), Err(AssemblyError::Gap { start: 0, end: 2 }));
    assembly.add(0, 6, b"ab").unwrap();
    assert_eq!(assembly.clone().finish(hash, fingerprint), Err(AssemblyError::Gap { start: 4, end: 6 }));
    assembly.add(4, 6, b"e\n").unwrap();
    assert_eq!(assembly.missing().count(), 0);
    assert_eq!(assembly.finish(hash, fingerprint), Ok(text.to_owned()));
}

#[test]
fn assembly_refuses_other_bytes_than_those_announced() {
    let mut assembly = Assembly::new(2).unwrap();
    assembly.add(0, 2, b"b\n").unwrap();
    let (actual, expected) = (fingerprint(b"b\n"), fingerprint(b"a\n"));
    assert_eq!(assembly.finish(expected, fingerprint), Err(AssemblyError::HashDiffers { actual, expected }));
}

#[test]
fn assembly_refuses_bytes_that_are_no_canonical_text() {
    for bytes in [&b"a\r\n"[..], b"ab", b"\xff\n"] {
        let mut assembly = Assembly::new(bytes.len()).unwrap();
        assembly.add(0, bytes.len(), bytes).unwrap();
        assert_eq!(assembly.finish(fingerprint(bytes), fingerprint), Err(AssemblyError::NotCanonical));
    }
}

#[test]
fn assembly_errors_are_told_in_words() {
    let words = [
        (AssemblyError::Overlap { offset: 1, with: 2 }, "the part at byte 1 contradicts the part at byte 2"),
        (AssemblyError::Gap { start: 0, end: 2 }, "bytes 0 to 2 are missing"),
        (AssemblyError::PastEnd { end: 7, total_len: 6 }, "the part reaches to byte 7 of a text of 6 bytes"),
    ];
    for (error, expected) in words {
        assert_eq!(error.to_string(), expected);
    }
    let error = AssemblyError::HashDiffers { actual: [0xab; 32], expected: [1; 32] };
    let expected = format!("the text hashes to {}, but {} was announced", "ab".repeat(32), "01".repeat(32));
    assert_eq!(error.to_string(), expected);
}

proptest! {
    /// Law: the canonical form of a canonical text is itself.
    #[test]
    fn canonical_form_is_a_fixed_point(text in "(\\PC|\r|\n|\t|\u{feff}|e\u{301}|\u{1100}\u{1161}){0,60}") {
        if let Ok(canonical) = canonicalize(text.as_bytes()) {
            prop_assert_eq!(canonicalize(canonical.as_bytes()), Ok(canonical.clone()));
            prop_assert!(is_canonical(&canonical));
        }
    }

    /// Law: any bytes are answered, and what is accepted is canonical.
    #[test]
    fn arbitrary_bytes_are_canonical_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(canonical) = canonicalize(&bytes) {
            prop_assert!(is_canonical(&canonical));
        }
    }

    /// Law: parts put together in any order, with repeats, are the text again.
    #[test]
    fn parts_in_any_order_make_the_text_again(
        text in "\\PC{1,200}",
        part_len in 1_usize..50,
        seed in any::<u64>(),
    ) {
        let Ok(text) = canonicalize(text.as_bytes()) else { return Ok(()) };
        let mut ranges: Vec<_> = parts(text.len(), NonZeroUsize::new(part_len).unwrap()).collect();
        let n_ranges = ranges.len() as u64;
        ranges.sort_by_key(|range| (range.start as u64).wrapping_mul(seed | 1).checked_rem(n_ranges));
        let mut assembly = Assembly::new(text.len()).unwrap();
        for range in ranges.iter().chain(ranges.first()) {
            assembly.add(range.start, text.len(), &text.as_bytes()[range.clone()]).unwrap();
        }
        prop_assert_eq!(assembly.finish(fingerprint(text.as_bytes()), fingerprint), Ok(text));
    }
}
