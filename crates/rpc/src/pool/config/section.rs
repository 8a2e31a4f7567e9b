//! Reading one table of a TOML file, noting every problem instead of stopping at the first.

use std::cell::RefCell;
use std::ops::RangeInclusive;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::{ConfigFault, Problem};
use super::span::{read_span, shown_span};

/// Likeness from which on a key is proposed instead of an unknown one (Jaro-Winkler, 0 to 1).
const LIKE_ENOUGH: f64 = 0.75;

/// All problems found so far, and the file's line ends.
pub(super) struct Report {
    problems: RefCell<Vec<Problem>>,
    line_ends: Vec<usize>,
}

impl Report {
    pub(super) fn new(text: &str) -> Self {
        let line_ends = text.match_indices('\n').map(|(index, _)| index).collect();
        Self { problems: RefCell::new(Vec::new()), line_ends }
    }

    /// Line of a place in the file, counted from 1.
    pub(super) fn line(&self, offset: usize) -> usize {
        self.line_ends.partition_point(|end| *end < offset).saturating_add(1)
    }

    pub(super) fn note(&self, line: Option<usize>, place: impl Into<String>, fault: impl Into<ConfigFault>) {
        self.problems.borrow_mut().push(Problem { line, place: place.into(), fault: fault.into() });
    }

    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems.into_inner()
    }
}

/// A value with its place.
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) line: usize,
}

/// One table. Every key that is asked for is known; [`Section::finish`] reports the others.
pub(super) struct Section<'a, 'i> {
    table: Option<&'a DeTable<'i>>,
    path: String,
    line: Option<usize>,
    report: &'a Report,
    known: Vec<&'static str>,
}

impl<'a, 'i> Section<'a, 'i> {
    pub(super) fn root(table: &'a DeTable<'i>, report: &'a Report) -> Self {
        Self { table: Some(table), path: String::new(), line: None, report, known: Vec::new() }
    }

    /// Whether the file has this table.
    pub(super) fn is_there(&self) -> bool {
        self.table.is_some()
    }

    pub(super) fn place(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    pub(super) fn note(&self, line: Option<usize>, key: &str, fault: impl Into<ConfigFault>) {
        self.report.note(line.or(self.line), self.place(key), fault);
    }

    fn value(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'i>>> {
        self.known.push(key);
        let (_, value) = self.table?.iter().find(|(name, _)| name.get_ref().as_ref() == key)?;
        Some(value)
    }

    fn wrong_type(&self, key: &str, value: &Spanned<DeValue<'i>>, expected: &'static str) {
        self.note(Some(self.report.line(value.span().start)), key, ConfigFault::WrongType { expected });
    }

    pub(super) fn text(&mut self, key: &'static str) -> Option<At<&'a str>> {
        let value = self.value(key)?;
        if let DeValue::String(text) = value.get_ref() {
            return Some(At { value: text.as_ref(), line: self.report.line(value.span().start) });
        }
        self.wrong_type(key, value, "a text in quotes");
        None
    }

    pub(super) fn texts(&mut self, key: &'static str) -> Option<At<Vec<At<&'a str>>>> {
        let value = self.value(key)?;
        let line = self.report.line(value.span().start);
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_type(key, value, "a list of texts");
            return None;
        };
        let mut texts = Vec::new();
        for item in items {
            if let DeValue::String(text) = item.get_ref() {
                texts.push(At { value: text.as_ref(), line: self.report.line(item.span().start) });
            } else {
                self.wrong_type(key, item, "a text in quotes");
            }
        }
        Some(At { value: texts, line })
    }

    /// A whole number, or `default` where there is none or a wrong one, which is noted.
    pub(super) fn integer(&mut self, key: &'static str, default: u64, range: RangeInclusive<u64>) -> u64 {
        let Some(value) = self.value(key) else { return default };
        let digits = if let DeValue::Integer(digits) = value.get_ref() { Some(digits) } else { None };
        let number = digits.and_then(|digits| u64::from_str_radix(digits.as_str(), digits.radix()).ok());
        let Some(number) = number else {
            self.wrong_type(key, value, "a whole number");
            return default;
        };
        let unit = |number: &u64| number.to_string();
        self.within(key, value, number, &range, unit).unwrap_or(default)
    }

    /// A length of time like `"250ms"`, `"10s"`, `"5m"`, or `default`.
    pub(super) fn span(&mut self, key: &'static str, default: Duration, range: RangeInclusive<Duration>) -> Duration {
        let Some(value) = self.value(key) else { return default };
        let span = if let DeValue::String(text) = value.get_ref() { read_span(text) } else { None };
        let Some(span) = span else {
            self.wrong_type(key, value, "a time like \"250ms\", \"10s\" or \"5m\"");
            return default;
        };
        self.within(key, value, span, &range, |span| shown_span(*span)).unwrap_or(default)
    }

    fn within<T: PartialOrd + Copy>(
        &self,
        key: &str,
        value: &Spanned<DeValue<'i>>,
        given: T,
        range: &RangeInclusive<T>,
        shown: impl Fn(&T) -> String,
    ) -> Option<T> {
        if range.contains(&given) {
            return Some(given);
        }
        let (least, most) = (shown(range.start()), shown(range.end()));
        let fault = ConfigFault::OutOfRange { given: shown(&given), least, most };
        self.note(Some(self.report.line(value.span().start)), key, fault);
        None
    }

    /// A table within this one; an absent one is empty.
    pub(super) fn table(&mut self, key: &'static str) -> Section<'a, 'i> {
        let value = self.value(key);
        let table = value.and_then(|value| {
            let table = if let DeValue::Table(table) = value.get_ref() { Some(table) } else { None };
            if table.is_none() {
                self.wrong_type(key, value, "a table");
            }
            table
        });
        let line = value.map(|value| self.report.line(value.span().start));
        Section { table, path: self.place(key), line, report: self.report, known: Vec::new() }
    }

    /// The tables of a list, `[[key]]`.
    pub(super) fn tables(&mut self, key: &'static str) -> Vec<Section<'a, 'i>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let expected = "a list of tables: write it as [[endpoint]]";
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_type(key, value, expected);
            return Vec::new();
        };
        let mut sections = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let DeValue::Table(table) = item.get_ref() else {
                self.wrong_type(key, item, expected);
                continue;
            };
            let path = format!("{}.{}", self.place(key), index.saturating_add(1));
            let line = Some(self.report.line(item.span().start));
            sections.push(Section { table: Some(table), path, line, report: self.report, known: Vec::new() });
        }
        sections
    }

    /// Every key with its text, for a table whose keys are not known ahead.
    pub(super) fn entries(&self) -> Vec<(&'a str, At<&'a str>)> {
        let mut entries = Vec::new();
        for (key, value) in self.table.into_iter().flatten() {
            let key = key.get_ref().as_ref();
            if let DeValue::String(text) = value.get_ref() {
                entries.push((key, At { value: text.as_ref(), line: self.report.line(value.span().start) }));
            } else {
                self.wrong_type(key, value, "a text in quotes");
            }
        }
        entries
    }

    /// Notes every key that was not asked for.
    pub(super) fn finish(self) {
        for (key, _) in self.table.into_iter().flatten() {
            let name: &str = key.get_ref().as_ref();
            if !self.known.contains(&name) {
                let fault = ConfigFault::UnknownKey { nearest: nearest(name, &self.known) };
                self.note(Some(self.report.line(key.span().start)), name, fault);
            }
        }
    }
}

/// The known word most like `given`, where one is like enough.
#[must_use]
pub fn nearest(given: &str, known: &[&'static str]) -> Option<&'static str> {
    let likeness = |word: &&&'static str| strsim::jaro_winkler(given, word);
    let best = known.iter().max_by(|one, other| likeness(one).total_cmp(&likeness(other)))?;
    (likeness(&best) >= LIKE_ENOUGH).then_some(*best)
}
