//! Service levels: what share of the time the crank worked, what share of its duties was done in time, what share of its
//! calls was answered, and how fast that spends the error budget.
//!
//! Pure: time is given by the caller and only grows. A [`Tracker`] is told what happened and counts in two ways: time, in
//! spans that are exact to the millisecond, and requests, in whole minutes. It reaches back 30 days, in bounded memory, and
//! [`crate::journal`] keeps it over restarts. What counts as an outage is said at [`Tracker`].

mod burn;
mod level;
mod minutes;
mod objective;
mod spans;
mod tracker;

pub use burn::{Alarm, BURN_RULES, BurnRule, LEAST_FAILED_CALLS, Severity, alarm_basis};
pub use level::{Basis, Level, Objective, TimeSpent, Window};
pub use minutes::{Counts, Minute, Minutes};
pub use objective::{Objectives, Share};
pub use spans::{MOST_SPANS, Span, Spans};
pub use tracker::{Changes, Ending, Life, Stored, Track, Tracker};

/// A minute, milliseconds.
pub const MINUTE: u64 = 60_000;

#[cfg(test)]
mod tests;
