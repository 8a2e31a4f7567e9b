//! How long the last duties took: the plainest sign that something got slow.
//!
//! In a trial with trouble that was put in, a fixed limit on their median found about twice as much as burn rates do, and what
//! learns what is usual was not clearly better (docs/decisions/0021-anomalies-and-forecasts.md).

use std::collections::VecDeque;
use std::time::Duration;

/// So many duties.
pub const LAST: usize = 5;

/// What was longer ago says nothing of now.
pub const WITHIN: Duration = Duration::from_secs(86_400);

/// Delays of the last duties, by milliseconds of a timeline that only grows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recent(VecDeque<(u64, Duration)>);

impl Recent {
    /// A duty is done, so long after it was due.
    pub fn done(&mut self, at: u64, after_due: Duration) {
        self.0.push_back((at, after_due));
        if LAST < self.0.len() {
            self.0.pop_front();
        }
    }

    /// The median of the last five; `None` where fewer were done within a day.
    #[must_use]
    pub fn median(&self, now: u64) -> Option<Duration> {
        let within = u64::try_from(WITHIN.as_millis()).unwrap_or(u64::MAX);
        let delays = self.0.iter().filter(|(at, _)| now.saturating_sub(*at) <= within);
        let mut delays: Vec<Duration> = delays.map(|(_, delay)| *delay).collect();
        delays.sort_unstable();
        if delays.len() < LAST { None } else { delays.get(LAST.div_euclid(2)).copied() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_that_of_the_last_five_of_a_day() {
        let mut recent = Recent::default();
        let day = 86_400_000;
        for (at, seconds) in [(0, 90), (1_000, 31), (2_000, 1), (3_000, 40)] {
            recent.done(at, Duration::from_secs(seconds));
            assert_eq!(recent.median(at), None, "four say nothing");
        }
        recent.done(4_000, Duration::from_secs(2));
        assert_eq!(recent.median(day), Some(Duration::from_secs(31)));
        assert_eq!(recent.median(day + 1), None, "the first is more than a day ago");
        recent.done(5_000, Duration::from_secs(3));
        assert_eq!(recent.median(day), Some(Duration::from_secs(3)), "of 31, 1, 40, 2 and 3");
    }
}
