//! Plain numbered text, as the Debian project publishes its constitution and its social contract.
//!
//! A *section heading* is a line `4. Title` or `4.1. Title` indented by at most three columns and followed
//! by an empty line; letters number appendices. Where there is none with words under it, the file is a
//! *numbered list*, in parts when several unnumbered headings stand above lists.

mod list;

pub(crate) use list::flat;

use crate::{
    Document, Number, ParseError, Problem, front, lines,
    lines::Line,
    outline::{self, Section},
};

/// Deepest indentation of a section heading; list items stand deeper.
const MAX_HEADING_INDENT: usize = 3;

pub(crate) fn parse(text: String) -> Result<Document, ParseError> {
    let lines = lines::split(&text);
    let headings = find_headings(&lines)?;
    let sections = cut(&lines, &headings);
    if sections.iter().all(|section| section.text.is_empty()) {
        return list::parse(&text, &lines);
    }
    let front = headings.first().and_then(|first| lines.get(..first.index)).unwrap_or_default();
    let title_index = front::find_title(front).ok_or_else(|| no_title(&lines))?;
    let principles = outline::principles(sections)?;
    let words = front.get(title_index).map_or("", |line| line.words);
    let (title, version) = front::split_title(words);
    Ok(Document {
        title: title.to_owned(),
        version: version.or_else(|| front::find_version(front)).map(str::to_owned),
        preamble: written(front.get(title_index + 1..).unwrap_or_default()),
        principles,
        text: text.clone(),
    })
}

/// A heading found at a line.
struct Heading<'a> {
    index: usize,
    number: Number,
    words: &'a str,
}

fn find_headings<'a>(lines: &[Line<'a>]) -> Result<Vec<Heading<'a>>, ParseError> {
    let mut headings: Vec<Heading<'a>> = Vec::new();
    let mut top: Option<Number> = None;
    let mut last_item: Option<Item> = None;
    for (index, line) in lines.iter().enumerate() {
        if MAX_HEADING_INDENT < line.indent {
            last_item = Item::of(line).or(last_item);
            continue;
        }
        let before_blank = lines.get(index + 1).is_none_or(Line::is_blank);
        let Some((number, words)) = Number::split_from(line.words).filter(|_| before_blank) else { continue };
        let after_blank = index.checked_sub(1).and_then(|before| lines.get(before)).is_none_or(Line::is_blank);
        let is_heading = match number.level() {
            1 if line.indent == 0 => after_blank,
            // The tenth item of a list stands as far left as a heading of the versions 1.3 to 1.8.
            1 => number.follows(top.as_ref()) && !last_item.is_some_and(|last| last.is_followed_by(line)),
            2 => after_blank,
            _ => false,
        };
        if !is_heading {
            last_item = Item::of(line).or(last_item);
            continue;
        }
        if number.level() == 1 {
            if let Some(after) = top.filter(|top| number <= *top) {
                return Err(Problem::NotAscending { found: number, after }.at(line.number, line.column()));
            }
            top = Some(number.clone());
        }
        last_item = None;
        headings.push(Heading { index, number, words });
    }
    Ok(headings)
}

/// An item of a list inside a section.
#[derive(Clone, Copy)]
struct Item {
    value: u16,
    /// Column where its words start; the numbers before it stand flush right.
    content_indent: usize,
}

impl Item {
    fn of(line: &Line<'_>) -> Option<Self> {
        let (value, rest) = line.words.split_once(". ")?;
        let marker_width = line.words.chars().count() - rest.trim_start().chars().count();
        Some(Self { value: value.parse().ok()?, content_indent: line.indent + marker_width })
    }

    fn is_followed_by(self, line: &Line<'_>) -> bool {
        Self::of(line).is_some_and(|next| {
            self.value.checked_add(1) == Some(next.value) && self.content_indent == next.content_indent
        })
    }
}

fn cut(lines: &[Line<'_>], headings: &[Heading<'_>]) -> Vec<Section> {
    let ends = headings.iter().skip(1).map(|heading| heading.index).chain([lines.len()]);
    headings
        .iter()
        .zip(ends)
        .filter_map(|(heading, end)| {
            let at = lines.get(heading.index)?;
            let body = without_rules(lines.get(heading.index + 1..end)?);
            Some(Section::new(heading.number.clone(), heading.words, &body, at))
        })
        .collect()
}

/// The lines without those drawn across the page.
fn without_rules<'a>(lines: &[Line<'a>]) -> Vec<Line<'a>> {
    lines.iter().filter(|line| !line.is_rule()).copied().collect()
}

/// The words of the lines, in canonical form or empty.
fn written(lines: &[Line<'_>]) -> String {
    lines::dedent(&without_rules(lines))
}

/// [`Problem::NoTitle`] at the first written line.
fn no_title(lines: &[Line<'_>]) -> ParseError {
    let at = lines.iter().find(|line| !line.is_blank());
    Problem::NoTitle.at(at.map_or(1, |line| line.number), at.map_or(1, Line::column))
}
