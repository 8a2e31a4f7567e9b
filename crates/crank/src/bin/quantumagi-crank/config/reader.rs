//! One value after the other, from its variable or from the file, with its place; what is wrong is noted.

use std::cell::RefCell;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use quantumagi_rpc::pool::{nearest, read_span, shown_span};
use toml::de::{DeTable, DeValue};

use super::Problem;

/// A value and where it comes from.
#[derive(Clone)]
pub(super) struct Given {
    pub(super) line: Option<usize>,
    pub(super) place: String,
    pub(super) value: Value,
}

/// What the file can hold; a variable is always text, and is read as what is needed.
#[derive(Clone)]
pub(super) enum Value {
    Variable(String),
    Text(String),
    Number(u64),
    Texts(Vec<String>),
    Other,
}

impl Given {
    /// Whether there is anything in it.
    pub(super) fn has_items(&self) -> bool {
        match &self.value {
            Value::Texts(texts) => !texts.is_empty(),
            Value::Variable(text) => !text.trim().is_empty(),
            Value::Text(_) | Value::Number(_) | Value::Other => true,
        }
    }
}

/// Reads values, and notes every problem instead of stopping at the first.
pub(super) struct Reader<'a> {
    pub(super) table: &'a DeTable<'a>,
    pub(super) text: &'a str,
    pub(super) variable: &'a dyn Fn(&str) -> Option<String>,
    pub(super) problems: RefCell<Vec<Problem>>,
}

impl Reader<'_> {
    pub(super) fn line(&self, offset: usize) -> usize {
        self.text.bytes().take(offset).filter(|byte| *byte == b'\n').count().saturating_add(1)
    }

    pub(super) fn note(&self, line: Option<usize>, place: impl Into<String>, words: String) {
        self.problems.borrow_mut().push(Problem { line, place: place.into(), words });
    }

    pub(super) fn wrong(&self, given: &Given, words: String) {
        self.note(given.line, &given.place, words);
    }

    /// A value, from its variable before the file.
    pub(super) fn given(&self, key: &str) -> Option<Given> {
        let place = format!("QUANTUMAGI_CRANK_{}", key.to_uppercase());
        if let Some(text) = (self.variable)(&place) {
            return Some(Given { line: None, place, value: Value::Variable(text) });
        }
        let (_, found) = self.table.iter().find(|(name, _)| name.get_ref().as_ref() == key)?;
        let value = match found.get_ref() {
            DeValue::String(text) => Value::Text(text.clone().into_owned()),
            DeValue::Integer(digits) => {
                u64::from_str_radix(digits.as_str(), digits.radix()).map_or(Value::Other, Value::Number)
            }
            DeValue::Array(items) => {
                let text = |item: &DeValue<'_>| item.as_str().map(str::to_owned);
                let texts: Option<Vec<String>> = items.iter().map(|item| text(item.get_ref())).collect();
                texts.map_or(Value::Other, Value::Texts)
            }
            DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) | DeValue::Table(_) => Value::Other,
        };
        Some(Given { line: Some(self.line(found.span().start)), place: key.to_owned(), value })
    }

    pub(super) fn text(&self, key: &str) -> Option<(Given, String)> {
        let given = self.given(key)?;
        match &given.value {
            Value::Variable(text) | Value::Text(text) => Some((given.clone(), text.clone())),
            Value::Number(_) | Value::Texts(_) | Value::Other => {
                self.wrong(&given, "this must be a text in quotes".to_owned());
                None
            }
        }
    }

    pub(super) fn number(&self, key: &str, default: u64, range: RangeInclusive<u64>) -> u64 {
        let Some(given) = self.given(key) else { return default };
        let number = match &given.value {
            Value::Number(number) => Some(*number),
            Value::Variable(text) => text.trim().parse().ok(),
            Value::Text(_) | Value::Texts(_) | Value::Other => None,
        };
        match number {
            Some(number) if range.contains(&number) => return number,
            Some(number) => {
                self.wrong(&given, format!("{number} is outside {} to {}", range.start(), range.end()));
            }
            None => self.wrong(&given, "this must be a whole number".to_owned()),
        }
        default
    }

    pub(super) fn span(&self, key: &str, default: Duration, range: RangeInclusive<Duration>) -> Duration {
        let Some((given, text)) = self.text(key) else { return default };
        match read_span(text.trim()) {
            Some(span) if range.contains(&span) => return span,
            Some(span) => {
                let [least, most] = [range.start(), range.end()].map(|span| shown_span(*span));
                self.wrong(&given, format!("{} is outside {least} to {most}", shown_span(span)));
            }
            None => self.wrong(&given, "this must be a time like \"250ms\", \"10s\" or \"5m\"".to_owned()),
        }
        default
    }

    pub(super) fn seconds(&self, key: &str, default: u64, range: RangeInclusive<u64>) -> u64 {
        let [least, most] = [range.start(), range.end()].map(|seconds| Duration::from_secs(*seconds));
        self.span(key, Duration::from_secs(default), least..=most).as_secs()
    }

    pub(super) fn word<T: Copy + Default>(&self, key: &str, words: &[(&'static str, T)]) -> T {
        let Some((given, text)) = self.text(key) else { return T::default() };
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return *value;
        }
        let known: Vec<&'static str> = words.iter().map(|(word, _)| *word).collect();
        let words = format!("{text:?} is none of {}{}", known.join(", "), suggested(nearest(&text, &known)));
        self.wrong(&given, words);
        T::default()
    }

    pub(super) fn path(&self, key: &str, folder: &Path) -> Option<PathBuf> {
        let (given, text) = self.text(key)?;
        if text.trim().is_empty() {
            self.wrong(&given, "this must be a path".to_owned());
            return None;
        }
        Some(folder.join(text))
    }
}

fn suggested(nearest: Option<&'static str>) -> String {
    nearest.map(|word| format!("; did you mean `{word}`?")).unwrap_or_default()
}
