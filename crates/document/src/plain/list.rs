//! Plain text that is a numbered list, or several under unnumbered headings, as the Debian social contract.
//!
//! With several, the parts are numbered in order and items below them (`2.3`); with one, items are
//! numbered as written.

use super::{no_title, without_rules, written};
use crate::{
    Document, Number, ParseError, front, items,
    items::List,
    lines::Line,
    outline::{self, Section},
};

/// An unnumbered heading and the list below it.
struct Part<'a> {
    heading: Line<'a>,
    list: List<'a>,
}

pub(super) fn parse(text: &str, lines: &[Line<'_>]) -> Result<Document, ParseError> {
    let title_index = front::find_title(lines).filter(|&index| lines.get(index).is_some_and(|line| !is_item(line)));
    let body_start = title_index.map_or(0, |index| index + 1);
    let body = lines.get(body_start..).unwrap_or_default();
    let heading_indices: Vec<usize> = (0..body.len()).filter(|&index| is_part_heading(body, index)).collect();
    let mut front_end = body.len();
    let mut parts = Vec::new();
    for (position, &start) in heading_indices.iter().enumerate() {
        let end = heading_indices.get(position + 1).copied().unwrap_or(body.len());
        let segment = without_rules(body.get(start + 1..end).unwrap_or_default());
        let Some(list) = items::split(&segment)? else { continue };
        front_end = front_end.min(start);
        parts.push(Part { heading: body[start], list });
    }
    let page_width = lines.iter().filter(|line| !line.is_rule()).map(Line::width).max().unwrap_or(0);
    let front = body.get(..front_end).unwrap_or_default();
    let first_heading = parts.first().map(|part| part.heading.words);
    let title_line = title_index.and_then(|index| lines.get(index)).map(|line| line.words).or(first_heading);
    let (sections, preamble) = match <[Part<'_>; 1]>::try_from(parts) {
        Ok([part]) => {
            let outside: Vec<Line<'_>> = [front, &part.list.intro, &part.list.trailing].concat();
            (flat(&part.list, page_width), written(&outside))
        }
        Err(parts) if parts.is_empty() => match items::split(&without_rules(body))? {
            None => (Vec::new(), String::new()),
            Some(list) => (flat(&list, page_width), written(&[&list.intro[..], &list.trailing].concat())),
        },
        Err(parts) => (in_parts(&parts, page_width), written(front)),
    };
    let principles = outline::principles(sections)?;
    let (title, version) = front::split_title(title_line.ok_or_else(|| no_title(lines))?);
    Ok(Document {
        title: title.to_owned(),
        version: version.or_else(|| front::find_version(front)).map(str::to_owned),
        preamble,
        principles,
        text: text.to_owned(),
    })
}

/// One section per item, numbered as written.
pub(crate) fn flat(list: &List<'_>, page_width: usize) -> Vec<Section> {
    sections_of(list, page_width, Number::top)
}

fn in_parts(parts: &[Part<'_>], page_width: usize) -> Vec<Section> {
    let mut sections = Vec::new();
    for (value, Part { heading, list }) in (1..=u16::MAX).zip(parts) {
        let number = Number::top(value);
        let own = [&list.intro[..], &list.trailing].concat();
        sections.push(Section::new(number.clone(), heading.words, &own, heading));
        sections.extend(sections_of(list, page_width, |item| number.child(item)));
    }
    sections
}

fn sections_of(list: &List<'_>, page_width: usize, number: impl Fn(u16) -> Number) -> Vec<Section> {
    list.items
        .iter()
        .map(|item| {
            let (heading, text) = item.heading_and_text(page_width);
            Section { number: number(item.value), heading, text, line: item.line, column: item.column }
        })
        .collect()
}

fn is_part_heading(lines: &[Line<'_>], index: usize) -> bool {
    let is_edge = |line: Option<&Line<'_>>| line.is_none_or(|line| line.is_blank() || line.is_rule());
    let before = index.checked_sub(1).and_then(|before| lines.get(before));
    lines.get(index).is_some_and(|line| {
        line.indent == 0
            && !line.is_blank()
            && !line.is_rule()
            && !is_item(line)
            && !line.words.ends_with(['.', ':', ';', ','])
    }) && is_edge(before)
        && is_edge(lines.get(index + 1))
}

fn is_item(line: &Line<'_>) -> bool {
    line.words.starts_with(|character: char| character.is_ascii_digit())
        && line.words.split_once(' ').is_some_and(|(marker, _)| marker.ends_with(['.', ')']))
}
