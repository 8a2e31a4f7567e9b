//! What was promised.

use std::fmt;
use std::time::Duration;

const WHOLE: u32 = 1_000_000;

/// A share, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(u32);

impl Share {
    /// So many millionths; above a whole, a whole.
    #[must_use]
    pub const fn of_millionths(millionths: u32) -> Self {
        Self(if millionths < WHOLE { millionths } else { WHOLE })
    }

    /// From a text like `99.5%`, with at most four digits after the point. `None` for anything else, and above `100%`.
    ///
    /// ```
    /// use quantumagi_crank::sla::Share;
    /// assert_eq!(Share::parse("99.5%"), Some(Share::of_millionths(995_000)));
    /// assert_eq!(Share::parse("99.5"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let number = text.strip_suffix('%')?.trim_end();
        let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_digits(whole) || !is_digits(part) || 4 < part.len() {
            return None;
        }
        let whole: u32 = whole.parse().ok()?;
        let part: u32 = format!("{part:0<4}").parse().ok()?;
        let millionths = whole.checked_mul(10_000)?.checked_add(part)?;
        (millionths <= WHOLE).then_some(Self(millionths))
    }

    /// In millionths.
    #[must_use]
    pub const fn millionths(self) -> u32 {
        self.0
    }

    /// What is left of a whole.
    #[must_use]
    pub const fn rest(self) -> Self {
        Self(WHOLE - self.0)
    }
}

/// As [`Share::parse`] reads it.
impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0.div_euclid(10_000), self.0.rem_euclid(10_000));
        let part = format!("{part:04}");
        let part = part.trim_end_matches('0');
        if part.is_empty() { write!(f, "{whole}%") } else { write!(f, "{whole}.{part}%") }
    }
}

/// What was promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Objectives {
    /// Least share of the time in which it works, and of looks that read everything. Default 99.5 %.
    pub availability: Share,
    /// Least share of duties that are done within the limit, and of the time in which none is due for longer. Default 99 %.
    pub latency: Share,
    /// From the second a duty is due to its being done. Default 30 s.
    pub latency_limit: Duration,
    /// Largest share of calls that no endpoint answers. Default 0.5 %.
    pub errors: Share,
    /// So long a stop in order is nobody's failure; from then on it is an outage. Default 1 h.
    pub planned_stop: Duration,
}

impl Default for Objectives {
    fn default() -> Self {
        Self {
            availability: Share::of_millionths(995_000),
            latency: Share::of_millionths(990_000),
            latency_limit: Duration::from_secs(30),
            errors: Share::of_millionths(5_000),
            planned_stop: Duration::from_secs(3_600),
        }
    }
}
