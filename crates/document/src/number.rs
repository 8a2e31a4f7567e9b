//! Section numbers: `4`, `4.2`, `A.1`, and `4b` for a section put between two others.

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};

/// The number of a principle in its document, such as `6.1` or `A.5`.
///
/// Numbers order as sections do: `2 < 2.1 < 2b < 10 < A < A.1`. Written without a final dot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(Vec<Step>);

/// Digits come before letters: appendices follow the numbered sections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Step {
    Digits { value: u16, suffix: Option<char> },
    Letter(char),
}

/// What was found is no section number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a section number of at most {} levels, such as 6.1, A.2 or 4b", Number::MAX_LEVELS)]
pub struct NumberError;

impl Number {
    /// Deepest numbering: `1.2.3.4`.
    pub const MAX_LEVELS: usize = 4;

    /// How many levels the number has: 1 for `4`, 2 for `4.2`.
    pub fn level(&self) -> usize {
        self.0.len()
    }

    /// The number of the section this one stands in, or `None` at the top.
    pub fn parent(&self) -> Option<Self> {
        let (_, above) = self.0.split_last()?;
        (!above.is_empty()).then(|| Self(above.to_vec()))
    }

    /// The top-level number `value`.
    pub(crate) fn top(value: u16) -> Self {
        Self(vec![Step::Digits { value, suffix: None }])
    }

    /// The number `value` one level below this one.
    pub(crate) fn child(&self, value: u16) -> Self {
        Self(self.0.iter().copied().chain([Step::Digits { value, suffix: None }]).collect())
    }

    /// This number with the levels of `below` under it.
    pub(crate) fn join(&self, below: &Self) -> Self {
        Self(self.0.iter().chain(&below.0).copied().collect())
    }

    /// Whether this top-level number may directly follow `previous` (`None` before the first): 1 or A
    /// first, then one up, and A also after any digits.
    pub(crate) fn follows(&self, previous: Option<&Self>) -> bool {
        let last = previous.and_then(|previous| previous.0.first());
        match (last, self.0.first()) {
            (None, Some(Step::Digits { value: 1, suffix: None })) => true,
            (None | Some(Step::Digits { .. }), Some(Step::Letter('A'))) => true,
            (Some(Step::Digits { value: last, .. }), Some(Step::Digits { value, suffix: None })) => {
                last.checked_add(1) == Some(*value)
            }
            (Some(Step::Letter(last)), Some(Step::Letter(letter))) => u32::from(*last) + 1 == u32::from(*letter),
            (_, _) => false,
        }
    }

    /// The next number for a section that repeats this one: `A.1` gives `A.1b`, that gives `A.1c`.
    /// `None` after `z`, and for a letter.
    pub(crate) fn repeated(&self) -> Option<Self> {
        let (last, above) = self.0.split_last()?;
        let Step::Digits { value, suffix } = *last else { return None };
        let suffix = match suffix {
            None => 'b',
            Some('z') => return None,
            Some(letter) => char::from_u32(u32::from(letter) + 1)?,
        };
        let step = Step::Digits { value, suffix: Some(suffix) };
        Some(Self(above.iter().copied().chain([step]).collect()))
    }

    /// Splits a line such as `4.1. Powers` into number and rest. A single level needs its dot (`4. Title`),
    /// because a sentence may well begin with a bare numeral.
    pub(crate) fn split_from(line: &str) -> Option<(Self, &str)> {
        let (marker, rest) = line.split_once(char::is_whitespace)?;
        let bare = marker.strip_suffix('.');
        let number: Self = bare.unwrap_or(marker).parse().ok()?;
        let rest = rest.trim();
        (!rest.is_empty() && (bare.is_some() || 1 < number.level())).then_some((number, rest))
    }
}

impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let steps = text.split('.').map(str::parse).collect::<Result<Vec<Step>, _>>()?;
        if Self::MAX_LEVELS < steps.len() {
            return Err(NumberError);
        }
        Ok(Self(steps))
    }
}

impl FromStr for Step {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let n_digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, tail) = text.split_at(n_digits);
        let mut tail = tail.chars();
        match (digits, tail.next(), tail.next()) {
            ("", Some(letter @ 'A'..='Z'), None) => Ok(Self::Letter(letter)),
            ("", _, _) => Err(NumberError),
            (_, suffix @ (None | Some('a'..='z')), None) => {
                let value = digits.parse().map_err(|_| NumberError)?;
                Ok(Self::Digits { value, suffix })
            }
            (_, _, _) => Err(NumberError),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            if 0 < index {
                f.write_str(".")?;
            }
            match *step {
                Step::Digits { value, suffix: None } => write!(f, "{value}")?,
                Step::Digits { value, suffix: Some(suffix) } => write!(f, "{value}{suffix}")?,
                Step::Letter(letter) => write!(f, "{letter}")?,
            }
        }
        Ok(())
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        text.parse().expect("the test writes valid numbers")
    }

    #[test]
    fn numbers_print_as_they_are_written() {
        for text in ["1", "6.1.3", "A", "A.1b", "10.2.3.4", "0"] {
            assert_eq!(number(text).to_string(), text);
        }
    }

    #[test]
    fn other_text_is_refused() {
        for text in ["", ".", "1.", ".1", "1..2", "a", "AB", "1bb", "1B", "65536", "1.2.3.4.5", "-1", "1 "] {
            assert_eq!(text.parse::<Number>(), Err(NumberError), "{text:?}");
        }
    }

    #[test]
    fn numbers_order_as_sections_do() {
        let ordered = ["0", "1", "2", "2.1", "2.1b", "2.2", "2.10", "2b", "10", "A", "A.0", "A.1", "B"];
        assert!(ordered.map(number).is_sorted_by(|low, high| low < high));
    }

    #[test]
    fn repeated_number_gets_the_next_letter() {
        assert_eq!(number("A.1").repeated(), Some(number("A.1b")));
        assert_eq!(number("A.1b").repeated(), Some(number("A.1c")));
        assert_eq!(number("A.1z").repeated(), None);
        assert_eq!(number("A").repeated(), None);
    }

    #[test]
    fn marker_is_split_from_its_line() {
        assert_eq!(Number::split_from("4. The Developers"), Some((number("4"), "The Developers")));
        assert_eq!(Number::split_from("4.1  Powers"), Some((number("4.1"), "Powers")));
        assert_eq!(Number::split_from("A.0. Proposal"), Some((number("A.0"), "Proposal")));
        for line in ["2022.", "4 The", "A person", "6.3(5) see", "Note: x"] {
            assert_eq!(Number::split_from(line), None, "{line:?}");
        }
    }
}
