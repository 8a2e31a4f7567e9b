//! Headings of a Markdown file, in both spellings.

use crate::{Number, lines::Line};

/// Words that may stand before the number of a section.
const SECTION_WORDS: [&str; 4] = ["Article ", "Section ", "§ ", "§"];

/// A heading of level 1, 2 or 3.
pub(crate) struct Heading<'a> {
    pub(crate) level: usize,
    pub(crate) words: &'a str,
    /// Index of its line.
    pub(crate) start: usize,
    /// Index of the first line after it.
    pub(crate) end: usize,
    /// Line in the file, from 1.
    pub(crate) line: usize,
    /// Column of the heading, from 1.
    pub(crate) column: usize,
}

/// More than this indentation makes a line code, not a heading.
const MAX_INDENT: usize = 3;

/// Deepest heading that is a section of its own.
const MAX_LEVEL: usize = 3;

pub(crate) fn find<'a>(lines: &[Line<'a>]) -> Vec<Heading<'a>> {
    let mut headings = Vec::new();
    let mut fence: Option<&str> = None;
    for (index, line) in lines.iter().enumerate() {
        let mark = ["```", "~~~"].into_iter().find(|mark| line.words.starts_with(mark));
        match (fence, mark) {
            (None, Some(mark)) => fence = Some(mark),
            (Some(open), Some(mark)) if open == mark => fence = None,
            (_, _) => {}
        }
        if fence.is_some() || MAX_INDENT < line.indent {
            continue;
        }
        let next = lines.get(index + 1);
        let underlined = next.and_then(|next| underlined_level(line, next)).map(|level| (level, line.words, 2));
        let Some((level, words, n_lines)) = hashed(line.words).map(|(level, words)| (level, words, 1)).or(underlined)
        else {
            continue;
        };
        if level <= MAX_LEVEL && !words.is_empty() {
            let (start, end) = (index, index + n_lines);
            headings.push(Heading { level, words, start, end, line: line.number, column: line.column() });
        }
    }
    headings
}

/// Level and words of `## Title` or `## Title ##`.
fn hashed(line: &str) -> Option<(usize, &str)> {
    let words = line.trim_start_matches('#');
    let level = line.len() - words.len();
    if level == 0 || !words.starts_with([' ', '\t']) {
        return None;
    }
    let words = words.trim();
    let closed = words.trim_end_matches('#');
    let is_closed = closed.ends_with([' ', '\t']) || closed.is_empty();
    Some((level, if is_closed { closed.trim_end() } else { words }))
}

/// Level of a line underlined with `===` (1) or `---` (2).
fn underlined_level(line: &Line<'_>, next: &Line<'_>) -> Option<usize> {
    let is_underline = |mark: char| 3 <= next.words.len() && next.words.chars().all(|character| character == mark);
    if line.is_blank() || line.is_rule() || MAX_INDENT < next.indent {
        return None;
    }
    match (is_underline('='), is_underline('-')) {
        (true, _) => Some(1),
        (_, true) => Some(2),
        (false, false) => None,
    }
}

impl<'a> Heading<'a> {
    /// The number that the heading carries.
    pub(crate) fn number(&self) -> Option<Number> {
        self.split().0
    }

    /// Number and title. A heading that is only a number keeps it as its title.
    pub(crate) fn split(&self) -> (Option<Number>, &'a str) {
        let named = SECTION_WORDS.iter().find_map(|word| self.words.strip_prefix(word));
        let rest = named.unwrap_or(self.words);
        let (marker, title) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let bare = marker.trim_end_matches(['.', ':', ')']);
        let Ok(number) = bare.parse::<Number>() else { return (None, self.words) };
        // A bare numeral may be part of the title: "3 rules we live by".
        if named.is_none() && bare.len() == marker.len() && number.level() == 1 {
            return (None, self.words);
        }
        let title = title.trim_start_matches(['-', '–', '—', ':', ' ']);
        (Some(number), if title.is_empty() { self.words } else { title })
    }
}
