//! Laws over arbitrary input.

use proptest::prelude::*;
use quantumagi_document::{Changes, Diff, Document, Format};
use quantumagi_rules::text::is_canonical;

fn format() -> impl Strategy<Value = Format> {
    prop::sample::select(vec![Format::DebianText, Format::Markdown, Format::Toml])
}

/// Lines that look like the pieces of a constitution, in any order.
fn scraps() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just(String::new()),
        "[ \t]{0,4}([0-9]{1,2}|[A-C])(\\.[0-9]{1,2}){0,2}[.)]? [A-Za-z ]{0,12}[.:]?",
        "#{1,4} ([0-9]\\.)?[a-z ]{0,8}",
        "(```|~~~|---|====|______)",
        "\\*\\*[a-z]{0,4}\\.?\\*\\* ?[a-z]{0,4}",
        "\\[\\[?(constitution|principle)\\]?\\]",
        "(title|number|heading|text|priority) = (\"[a-z0-9.]{0,3}\"|[0-9]{1,3})",
        "[A-Za-z ,.;é]{0,30}",
        "Version [0-9.]{1,4} ratified",
    ];
    prop::collection::vec(line, 0..24).prop_map(|lines| lines.join("\n"))
}

/// A constitution with sections by number: heading and words.
fn charter() -> impl Strategy<Value = Document> {
    let section = ("[a-d]{1,3}( [a-d]{1,3})?", "[a-f]{1,4}( [a-f]{1,4}){0,12}");
    prop::collection::btree_map(1..30_u16, section, 1..10).prop_map(|sections| {
        let mut text = "# Charter\n".to_owned();
        for (number, (heading, words)) in sections {
            text.push_str(&format!("\n## {number}. {heading}\n\n{words}\n"));
        }
        Document::parse(text.as_bytes(), Format::Markdown).expect("the sections ascend and have words")
    })
}

fn check_laws(document: &Document) -> Result<(), TestCaseError> {
    prop_assert!(is_canonical(&document.text));
    prop_assert!(document.preamble.is_empty() || is_canonical(&document.preamble));
    prop_assert!(!document.principles.is_empty());
    prop_assert!(document.principles.is_sorted_by(|low, high| low.number < high.number));
    for principle in &document.principles {
        prop_assert!(is_canonical(&principle.text));
        prop_assert!(is_canonical(&principle.canonical_text()));
        prop_assert!(!principle.heading.contains('\n'));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Law: any bytes are answered with a document or a place inside the file, never with a panic.
    #[test]
    fn arbitrary_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300), format in format()) {
        match Document::parse(&bytes, format) {
            Ok(document) => check_laws(&document)?,
            Err(error) => prop_assert!(1 <= error.line && 1 <= error.column),
        }
    }

    /// Law: the same for gzip files that go on with arbitrary bytes.
    #[test]
    fn arbitrary_gzip_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        let bytes = [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0][..], &bytes].concat();
        if let Ok(document) = Document::parse_file("constitution.txt.gz", &bytes) {
            check_laws(&document)?;
        }
    }

    /// Law: what looks like a constitution is read or refused as well, and read twice gives the same.
    #[test]
    fn scraps_of_constitutions_are_read_or_refused(text in scraps(), format in format()) {
        match Document::parse(text.as_bytes(), format) {
            Ok(document) => {
                check_laws(&document)?;
                prop_assert_eq!(Document::parse(document.text.as_bytes(), format), Ok(document));
            }
            Err(error) => {
                prop_assert!(1 <= error.line && error.line <= text.lines().count().max(1) + 1);
                prop_assert!(1 <= error.column);
            }
        }
    }

    /// Law: the operations between two documents lead from one to the other.
    #[test]
    fn changes_lead_from_old_to_new(old in charter(), new in charter()) {
        let changes = Changes::between(&old.principles, &new.principles);
        prop_assert_eq!(changes.apply(&old.principles), Ok(new.principles));
    }

    /// Law: a difference is empty exactly between equal documents, and words added minus words removed is
    /// the growth.
    #[test]
    fn difference_accounts_for_every_word(old in charter(), new in charter()) {
        let diff = Diff::between(&old, &new);
        prop_assert_eq!(diff.is_empty(), old.principles == new.principles);
        let n_words = |document: &Document| -> usize {
            document.principles.iter().map(|principle| principle.text.split_whitespace().count()).sum()
        };
        prop_assert_eq!(n_words(&old) + diff.words_added(), n_words(&new) + diff.words_removed());
        prop_assert!(Diff::between(&old, &old).is_empty());
    }
}
