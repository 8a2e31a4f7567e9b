//! Lengths of time as they are written in a configuration.

use std::time::Duration;

/// Units from the longest to the shortest, in milliseconds.
const UNITS: [(&str, u64); 4] = [("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// Reads `"250ms"`, `"10s"`, `"5m"` or `"1h"`: a whole number and a unit. `None` for anything else.
#[must_use]
pub fn read_span(text: &str) -> Option<Duration> {
    let digits = text.find(|letter: char| !letter.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let (_, millis) = UNITS.iter().find(|(name, _)| *name == unit)?;
    number.parse::<u64>().ok()?.checked_mul(*millis).map(Duration::from_millis)
}

/// The shortest way to write it that [`read_span`] reads back. Whole milliseconds only.
#[must_use]
pub fn shown_span(span: Duration) -> String {
    let millis = span.as_millis();
    let fits = |unit: &&(&str, u64)| millis >= u128::from(unit.1) && millis.is_multiple_of(u128::from(unit.1));
    let (name, unit) = UNITS.iter().find(fits).unwrap_or(&("ms", 1));
    format!("{}{name}", millis / u128::from(*unit))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{read_span, shown_span};

    #[test]
    fn a_span_is_read_and_written_back() {
        for (text, millis) in [("0ms", 0), ("250ms", 250), ("10s", 10_000), ("90s", 90_000), ("5m", 300_000)] {
            assert_eq!(read_span(text), Some(Duration::from_millis(millis)), "{text}");
            assert_eq!(shown_span(Duration::from_millis(millis)), text);
        }
        assert_eq!(shown_span(Duration::from_secs(7_200)), "2h");
    }

    #[test]
    fn anything_else_is_no_span() {
        for text in ["", "10", "s", "-1s", "1.5s", "1 s", "1d", "99999999999999999999s", "18446744073709551615h"] {
            assert_eq!(read_span(text), None, "{text}");
        }
    }
}
