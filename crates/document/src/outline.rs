//! From sections in the order of the file to numbered principles.

use quantumagi_rules::text::{MAX_TEXT_BYTES, TextError};

use crate::{
    Class, Number, ParseError, PrincipleText, Problem, category,
    document::{DEFAULT_PRIORITY, MAX_PRINCIPLES_PER_DOCUMENT},
    lines,
    lines::Line,
};

/// A section of one or two levels with what stands before its first subsection.
pub(crate) struct Section {
    pub(crate) number: Number,
    pub(crate) heading: String,
    /// Canonical, or empty.
    pub(crate) text: String,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl Section {
    pub(crate) fn new(number: Number, heading: &str, body: &[Line<'_>], at: &Line<'_>) -> Self {
        Self { number, heading: heading.to_owned(), text: lines::dedent(body), line: at.number, column: at.column() }
    }
}

/// One principle per section that has words of its own. A section whose words all stand in its
/// subsections is none, but gives them the front of their headings.
///
/// A subsection that repeats the number before it gets a letter (`A.1`, then `A.1b`): versions 1.0 to 1.5
/// of the Debian constitution number two sections `A.1`, and a number has to name one principle.
///
/// # Errors
/// [`Problem::NotAscending`], [`Problem::Orphan`], [`Problem::NoText`], [`Problem::NoPrinciples`] and
/// those of [`check_principle`] and [`check_count`].
pub(crate) fn principles(sections: Vec<Section>) -> Result<Vec<PrincipleText>, ParseError> {
    let mut principles: Vec<PrincipleText> = Vec::new();
    let mut top: Option<(Number, String)> = None;
    let mut previous: Option<Number> = None;
    let mut sections = sections.into_iter().peekable();
    while let Some(section) = sections.next() {
        let Section { number, heading, text, line, column } = section;
        let number = next_number(number, previous.as_ref()).map_err(|problem| problem.at(line, column))?;
        let full_heading = match (number.parent(), &top) {
            (None, _) => {
                top = Some((number.clone(), heading.clone()));
                heading.clone()
            }
            (Some(parent), Some((top, top_heading))) if parent == *top => format!("{top_heading}: {heading}"),
            (Some(parent), _) => return Err(Problem::Orphan { found: number, parent }.at(line, column)),
        };
        previous = Some(number.clone());
        if text.is_empty() {
            let has_subsections = sections.peek().is_some_and(|next| next.number.parent().as_ref() == Some(&number));
            if has_subsections {
                continue;
            }
            return Err(Problem::NoText { number }.at(line, column));
        }
        let category = category::suggest(&heading, &text);
        let (class, priority) = (Class::Ordinary, DEFAULT_PRIORITY);
        let principle = PrincipleText { number, heading: full_heading, text, class, category, priority };
        check_principle(&principle).map_err(|problem| problem.at(line, column))?;
        principles.push(principle);
    }
    check_count(&principles)?;
    Ok(principles)
}

fn next_number(number: Number, previous: Option<&Number>) -> Result<Number, Problem> {
    let Some(previous) = previous else { return Ok(number) };
    if *previous < number {
        return Ok(number);
    }
    let not_ascending = Problem::NotAscending { found: number.clone(), after: previous.clone() };
    if number.level() < 2 {
        return Err(not_ascending);
    }
    // `previous` may itself be a repeat already lettered.
    let mut candidate = number;
    while let Some(next) = candidate.repeated() {
        if candidate == *previous {
            return Ok(next);
        }
        candidate = next;
    }
    Err(not_ascending)
}

/// # Errors
/// [`Problem::NotOneLine`] for a heading that is empty, [`Problem::Text`] for a principle that is longer
/// than a text may be.
pub(crate) fn check_principle(principle: &PrincipleText) -> Result<(), Problem> {
    if principle.heading.trim().is_empty() || principle.heading.contains('\n') {
        return Err(Problem::NotOneLine);
    }
    let len = principle.canonical_text().len();
    if MAX_TEXT_BYTES < len {
        return Err(Problem::Text(TextError::TooLong { len, max: MAX_TEXT_BYTES }));
    }
    Ok(())
}

/// # Errors
/// [`Problem::NoPrinciples`], [`Problem::TooManyPrinciples`].
pub(crate) fn check_count(principles: &[PrincipleText]) -> Result<(), ParseError> {
    let (found, max) = (principles.len(), MAX_PRINCIPLES_PER_DOCUMENT);
    if found == 0 {
        return Err(Problem::NoPrinciples.at(1, 1));
    }
    if max < found {
        return Err(Problem::TooManyPrinciples { found, max }.at(1, 1));
    }
    Ok(())
}
