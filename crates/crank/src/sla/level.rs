//! One figure: how much of what was counted in a window was bad, and what that is beside what was allowed.

use super::objective::{Objectives, Share};

/// What is promised something about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Objective {
    /// That it works.
    Availability,
    /// That duties are done soon.
    Latency,
    /// That endpoints answer.
    Errors,
}

impl Objective {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Availability, Self::Latency, Self::Errors];

    /// One word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Availability => "availability",
            Self::Latency => "latency",
            Self::Errors => "errors",
        }
    }

    /// The largest share that may be bad.
    #[must_use]
    pub const fn allowed(self, objectives: &Objectives) -> Share {
        match self {
            Self::Availability => objectives.availability.rest(),
            Self::Latency => objectives.latency.rest(),
            Self::Errors => objectives.errors,
        }
    }
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Basis {
    /// Milliseconds.
    Time,
    /// Looks, duties or calls.
    Requests,
}

impl Basis {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Time, Self::Requests];

    /// One word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Requests => "requests",
        }
    }
}

/// How far back it is looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Window {
    /// Five minutes.
    FiveMinutes,
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// Thirty days, for which the error budget is given.
    Month,
}

impl Window {
    /// All of them, the shortest first.
    pub const ALL: [Self; 4] = [Self::FiveMinutes, Self::Hour, Self::Day, Self::Month];

    /// As Prometheus writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FiveMinutes => "5m",
            Self::Hour => "1h",
            Self::Day => "24h",
            Self::Month => "30d",
        }
    }

    /// Milliseconds.
    #[must_use]
    pub const fn millis(self) -> u64 {
        match self {
            Self::FiveMinutes => 300_000,
            Self::Hour => 3_600_000,
            Self::Day => 86_400_000,
            Self::Month => 2_592_000_000,
        }
    }
}

/// One figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// What it is about.
    pub objective: Objective,
    /// What was counted.
    pub basis: Basis,
    /// How far back.
    pub window: Window,
    /// Milliseconds or requests that were bad.
    pub bad: u64,
    /// All that were counted, since the first start.
    pub total: u64,
    /// What the budget is a share of: all requests, or the whole window but stops in order, also before the first start.
    pub span: u64,
    /// The largest share that may be bad.
    pub allowed: Share,
}

impl Level {
    /// The share that was good; 1 where nothing was counted.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        if self.total == 0 { 1.0 } else { 1.0 - float(self.bad) / float(self.total) }
    }

    /// How many times faster than allowed the budget of this window is spent: 1 spends it all, 0 nothing of it.
    #[must_use]
    pub fn burn_rate(&self) -> f64 {
        if self.bad == 0 {
            return 0.0;
        }
        float(self.bad) * 1e6 / (float(self.span) * f64::from(self.allowed.millionths()))
    }

    /// The share of this window's budget that is left; below 0 where more was spent than there was.
    #[must_use]
    pub fn budget_left(&self) -> f64 {
        1.0 - self.burn_rate()
    }

    /// Whether the budget is spent more than so many tenths times as fast as allowed, without rounding.
    #[must_use]
    pub fn burns_above(&self, tenths: u32) -> bool {
        // Bound: each side is a product of at most 64, 20 and 10 bits.
        let allowed = u128::from(self.span) * u128::from(self.allowed.millionths()) * u128::from(tenths);
        allowed < u128::from(self.bad) * 10_000_000
    }
}

/// Milliseconds and counts stay exact up to 2^53.
#[allow(clippy::cast_precision_loss, reason = "a measure, not an amount")]
fn float(number: u64) -> f64 {
    number as f64
}

/// Where the time of a window went, milliseconds. The sum is the window, or what has passed since the first start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimeSpent {
    /// It worked.
    pub up: u64,
    /// It ran and did not work.
    pub down: u64,
    /// It did not run: it was killed, or stopped for longer than planned.
    pub off: u64,
    /// It was stopped in order.
    pub planned: u64,
}
