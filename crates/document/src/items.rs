//! Numbered lists, where each item is a principle.

use crate::{Number, ParseError, Problem, lines, lines::Line};

/// Longest heading made from the first words of an item, in characters.
const MADE_HEADING_CHARS: usize = 60;

/// A numbered list and the lines around it.
pub(crate) struct List<'a> {
    pub(crate) intro: Vec<Line<'a>>,
    pub(crate) items: Vec<Item<'a>>,
    pub(crate) trailing: Vec<Line<'a>>,
}

/// One item; its first line is without the marker.
pub(crate) struct Item<'a> {
    pub(crate) value: u16,
    pub(crate) line: usize,
    pub(crate) column: usize,
    lines: Vec<Line<'a>>,
}

/// The first numbered list in the lines, or `None`. The list ends where a paragraph after an empty line
/// is no further indented than the markers.
///
/// # Errors
/// [`Problem::NotAscending`] at an item whose number does not rise.
pub(crate) fn split<'a>(lines: &[Line<'a>]) -> Result<Option<List<'a>>, ParseError> {
    let Some((start, first)) = lines.iter().enumerate().find_map(|(index, line)| Some((index, marker(line)?))) else {
        return Ok(None);
    };
    let first_indent = lines.get(start).map_or(0, |line| line.indent);
    let mut list =
        List { intro: lines.get(..start).unwrap_or_default().to_vec(), items: Vec::new(), trailing: Vec::new() };
    let mut follows_blank = true;
    let mut marker_indent = first_indent;
    for (index, line) in lines.iter().enumerate().skip(start) {
        // Numbers may stand flush left or flush right, so either edge tells an item of this list.
        let item = marker(line).filter(|(_, content)| line.indent == first_indent || content.indent == first.1.indent);
        if let Some((value, content)) = item {
            if let Some(last) = list.items.last().filter(|last| value <= last.value) {
                let (found, after) = (Number::top(value), Number::top(last.value));
                return Err(Problem::NotAscending { found, after }.at(line.number, line.column()));
            }
            marker_indent = line.indent;
            list.items.push(Item { value, line: line.number, column: line.column(), lines: vec![content] });
        } else if follows_blank && !line.is_blank() && line.indent <= marker_indent {
            list.trailing = lines.get(index..).unwrap_or_default().to_vec();
            break;
        } else if let Some(item) = list.items.last_mut() {
            item.lines.push(*line);
        }
        follows_blank = line.is_blank();
    }
    Ok(Some(list))
}

/// Number and content of a line such as `3. We will not hide problems` or `3) …`.
fn marker<'a>(line: &Line<'a>) -> Option<(u16, Line<'a>)> {
    let (marker, rest) = line.words.split_once([' ', '\t'])?;
    let value = marker.strip_suffix(['.', ')'])?.parse().ok()?;
    let words = rest.trim_start();
    let content_offset = line.words.chars().count() - words.chars().count();
    Some((value, Line { number: line.number, indent: line.indent + content_offset, words }))
}

impl Item<'_> {
    /// Heading and text. The heading is the bold lead in Markdown (`**Equality.** All …`), or the first
    /// line where it stands by itself, or else the first words of the text.
    ///
    /// `page_width` is the longest line of the file in columns: a first line with room left for the next
    /// word was broken on purpose.
    pub(crate) fn heading_and_text(&self, page_width: usize) -> (String, String) {
        let text = lines::dedent(&self.lines);
        if let Some((lead, rest)) = text.strip_prefix("**").and_then(|text| text.split_once("**")) {
            let (lead, rest) = (lead.trim_end_matches(['.', ':']), rest.trim_start());
            if !lead.trim().is_empty() && !lead.contains('\n') && !rest.is_empty() {
                return (lead.trim().to_owned(), rest.to_owned());
            }
        }
        let rest = self.lines.get(1..).unwrap_or_default();
        match self.lines.first() {
            Some(first) if stands_alone(first, rest, page_width) => (first.words.to_owned(), lines::dedent(rest)),
            Some(_) | None => (first_words(&text), text),
        }
    }
}

fn stands_alone(first: &Line<'_>, rest: &[Line<'_>], page_width: usize) -> bool {
    let Some(next) = rest.first().filter(|_| rest.iter().any(|line| !line.is_blank())) else {
        return false;
    };
    let next_word_len = next.words.split_whitespace().next().map_or(0, |word| word.chars().count());
    let has_room = first.width() + 1 + next_word_len <= page_width;
    let starts_anew = next.is_blank() || next.words.starts_with(|character: char| !character.is_lowercase());
    has_room && starts_anew && !first.words.ends_with([',', ';', ':', '-'])
}

/// The first sentence, shortened at a word.
fn first_words(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let sentence_end = words.iter().position(|word| word.ends_with(['.', ';', '!', '?'])).unwrap_or(words.len());
    let mut heading = String::new();
    for (index, word) in words.iter().enumerate() {
        if sentence_end < index {
            break;
        }
        if MADE_HEADING_CHARS < heading.chars().count() + 1 + word.chars().count() && 0 < index {
            heading.push('…');
            return heading;
        }
        if 0 < index {
            heading.push(' ');
        }
        heading.push_str(word);
    }
    heading.truncate(heading.trim_end_matches(['.', ';']).len());
    heading
}
