//! Markdown: one title (`# …`), sections (`## …`) and subsections (`### …`), or a numbered list.
//!
//! Headings are numbered in the file (`## 3. Title`, `## Article 3: Title`, `### 3.1 Title`) or not at all,
//! and are then numbered in order. Deeper headings belong to the text. Fenced code is never a heading.

mod heading;

use crate::{
    Document, Number, ParseError, Problem, front, items, lines,
    lines::Line,
    outline::{self, Section},
    plain,
};
use heading::Heading;

pub(crate) fn parse(text: String) -> Result<Document, ParseError> {
    let lines = lines::split(&text);
    let headings = heading::find(&lines);
    let (title, sections) = split_title(&headings)?;
    let has_numbers = sections.iter().any(|heading| heading.level == 2 && heading.number().is_some());
    let is_numbered = |heading: &&Heading<'_>| heading.level == 2 && (!has_numbers || heading.number().is_some());
    // Unnumbered headings before the first numbered one belong to the preamble.
    let first = sections.iter().position(|heading| is_numbered(&heading));
    let sections = first.and_then(|first| sections.get(first..)).unwrap_or_default();
    let front_end = sections.first().map_or(lines.len(), |heading| heading.start);
    let front = lines.get(title.end..front_end).unwrap_or_default();
    let (principles, preamble) = match sections {
        [] => list(front, &lines)?,
        sections => (number(sections, &lines, has_numbers)?, lines::dedent(front)),
    };
    let principles = outline::principles(principles)?;
    let (name, version) = front::split_title(title.words);
    Ok(Document {
        title: name.to_owned(),
        version: version.or_else(|| front::find_version(front)).map(str::to_owned),
        preamble,
        principles,
        text: text.clone(),
    })
}

fn split_title<'h, 'a>(headings: &'h [Heading<'a>]) -> Result<(&'h Heading<'a>, &'h [Heading<'a>]), ParseError> {
    let Some((title, rest)) = headings.split_first() else { return Err(Problem::NoTitle.at(1, 1)) };
    if title.level != 1 {
        return Err(Problem::NoTitle.at(title.line, title.column));
    }
    if let Some(second) = rest.iter().find(|heading| heading.level == 1) {
        return Err(Problem::SecondTitle { first_line: title.line }.at(second.line, second.column));
    }
    Ok((title, rest))
}

/// The sections of a file without section headings: the items of its numbered list.
fn list(body: &[Line<'_>], lines: &[Line<'_>]) -> Result<(Vec<Section>, String), ParseError> {
    let page_width = lines.iter().map(Line::width).max().unwrap_or(0);
    let Some(list) = items::split(body)? else { return Ok((Vec::new(), String::new())) };
    let preamble = lines::dedent(&[&list.intro[..], &list.trailing].concat());
    Ok((plain::flat(&list, page_width), preamble))
}

/// Numbers the headings. Either all sections carry a number or none, and so the subsections of each.
fn number(headings: &[Heading<'_>], lines: &[Line<'_>], has_numbers: bool) -> Result<Vec<Section>, ParseError> {
    let mut sections: Vec<Section> = Vec::new();
    let mut counters = Counters::default();
    for (index, heading) in headings.iter().enumerate() {
        let end = headings.get(index + 1).map_or(lines.len(), |next| next.start);
        let (found, words) = heading.split();
        let number = match heading.level {
            2 => counters.section(found, has_numbers),
            _ => counters.subsection(found),
        };
        let number = number.map_err(|problem| problem.at(heading.line, heading.column))?;
        let text = lines::dedent(lines.get(heading.end..end).unwrap_or_default());
        let (line, column) = (heading.line, heading.column);
        sections.push(Section { number, heading: words.to_owned(), text, line, column });
    }
    Ok(sections)
}

/// How far the numbering has come.
#[derive(Default)]
struct Counters {
    n_sections: u16,
    section: Option<Number>,
    n_subsections: u16,
    /// Whether the subsections of this section carry numbers; `None` before its first.
    are_subsections_numbered: Option<bool>,
}

impl Counters {
    fn section(&mut self, found: Option<Number>, has_numbers: bool) -> Result<Number, Problem> {
        self.n_sections = self.n_sections.saturating_add(1);
        self.n_subsections = 0;
        self.are_subsections_numbered = None;
        let number = match found {
            Some(number) => number,
            None if has_numbers => return Err(Problem::NumberExpected),
            None => Number::top(self.n_sections),
        };
        self.section = Some(number.clone());
        Ok(number)
    }

    fn subsection(&mut self, found: Option<Number>) -> Result<Number, Problem> {
        let section = self.section.as_ref().ok_or(Problem::NumberExpected)?;
        self.n_subsections = self.n_subsections.saturating_add(1);
        let is_numbered = *self.are_subsections_numbered.get_or_insert(found.is_some());
        match found {
            None if is_numbered => Err(Problem::NumberExpected),
            None => Ok(section.child(self.n_subsections)),
            // `### 2. Title` below section 4 is 4.2.
            Some(number) if number.level() == 1 => Ok(section.join(&number)),
            Some(number) => Ok(number),
        }
    }
}
