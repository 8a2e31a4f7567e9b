use std::io::{ErrorKind, Write};

use flate2::{Compression, write::GzEncoder};
use quantumagi_document::{Document, Format, ParseError, Problem};
use quantumagi_rules::text::TextError;

use crate::support::{CONSTITUTION_1_2, parse};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("a vector takes all bytes");
    encoder.finish().expect("a vector takes all bytes")
}

#[test]
fn format_shows_in_the_name_or_else_in_the_content() {
    for (file_name, text, format) in [
        ("a.txt", "# x", Format::DebianText),
        ("constitution.1.0.txt.gz", "# x", Format::DebianText),
        ("A.MD", "", Format::Markdown),
        ("a.markdown.gz", "", Format::Markdown),
        ("a.toml", "# x", Format::Toml),
        ("constitution", "title\n\n## 1. Aim\n", Format::Markdown),
        ("constitution", "# comment\n[constitution]\n", Format::Toml),
        ("constitution.1", "title\n\n1. Aim\n", Format::DebianText),
    ] {
        assert_eq!(Format::detect(file_name, text), format, "{file_name} {text:?}");
    }
}

#[test]
fn gzip_is_inflated_whatever_its_name() {
    let plain = parse(CONSTITUTION_1_2, Format::DebianText);
    let zipped = gzip(CONSTITUTION_1_2.as_bytes());
    assert_eq!(Document::parse(&zipped, Format::DebianText), Ok(plain.clone()));
    assert_eq!(Document::parse_file("constitution", &zipped), Ok(plain));
}

#[test]
fn broken_gzip_is_refused() {
    let zipped = gzip(CONSTITUTION_1_2.as_bytes());
    let error = ParseError { line: 1, column: 1, problem: Problem::Gzip(ErrorKind::UnexpectedEof) };
    assert_eq!(Document::parse_file("a.txt.gz", &zipped[..zipped.len() / 2]), Err(error.clone()));
    assert_eq!(error.to_string(), "line 1, column 1: expected a complete gzip file, but unexpected end of file");
}

#[test]
fn gzip_that_inflates_without_end_is_refused() {
    let error = TextError::TooLong { len: 4 << 20, max: 1 << 20 };
    let expected = ParseError { line: 1, column: 1, problem: Problem::Text(error) };
    assert_eq!(Document::parse_file("a.txt.gz", &gzip(&vec![b'a'; 5 << 20])), Err(expected));
}

#[test]
fn line_ends_and_marks_of_other_systems_change_nothing() {
    let other = format!("\u{feff}{}", CONSTITUTION_1_2.trim_end().replace('\n', "\r\n"));
    assert_eq!(parse(&other, Format::DebianText), parse(CONSTITUTION_1_2, Format::DebianText));
}

#[test]
fn bytes_that_are_not_utf8_are_refused_at_their_place() {
    let error = ParseError { line: 2, column: 3, problem: Problem::Text(TextError::NotUtf8 { at: 5 }) };
    assert_eq!(Document::parse(b"ab\ncd\xff\n", Format::Markdown), Err(error.clone()));
    assert_eq!(error.to_string(), "line 2, column 3: the text is not UTF-8 at byte 5");
}
