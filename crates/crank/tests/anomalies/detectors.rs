//! Who should find what was put in: thresholds that are fixed, and two that learn what is usual.

use std::collections::VecDeque;
use std::time::Duration;

use quantumagi_crank::recent::{LAST, WITHIN};
use quantumagi_crank::sla::{BURN_RULES, Objective, Objectives, Tracker};

use crate::landings::{DAY, DAYS, QUIET_DAYS, Site};

/// From when to when it rings.
pub(crate) type Alarm = (f64, f64);

/// A detector with its settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Detector {
    /// The alerts that there are: something is due for half an hour, or the budget of latency burns fast or slowly.
    Existing,
    /// The median delay of the last duties is above so many seconds.
    Fixed { last: usize, seconds: f64 },
    /// The median of the last duties is so many robust deviations above that of a week; and the same for transactions.
    Robust { last: usize, deviations: f64 },
    /// The sum of what is above usual, less a drift for each, is above a bound; and the same for transactions.
    Cusum { drift: f64, bound: f64 },
}

impl Detector {
    /// What the crank ships: the limit of its promise, and five.
    pub(crate) const LAST_FIVE: Self = Self::Fixed { last: LAST, seconds: 30.0 };

    /// The settings among which the training sites choose.
    pub(crate) fn choices(name: &str) -> Vec<Self> {
        let mut choices = Vec::new();
        match name {
            "last five" => choices.push(Self::LAST_FIVE),
            "fixed" => {
                for last in [5, 10, 20] {
                    choices.extend([12.0, 16.0, 20.0, 30.0, 45.0].map(|seconds| Self::Fixed { last, seconds }));
                }
            }
            "robust z" => {
                for last in [5, 10, 20] {
                    choices.extend([4.0, 6.0, 9.0, 13.0].map(|deviations| Self::Robust { last, deviations }));
                }
            }
            "CUSUM" => {
                for drift in [1.0, 1.5, 2.0] {
                    choices.extend([8.0, 12.0, 16.0, 24.0].map(|bound| Self::Cusum { drift, bound }));
                }
            }
            _ => choices.push(Self::Existing),
        }
        choices
    }

    /// When it rings.
    pub(crate) fn alarms(self, site: &Site) -> Vec<Alarm> {
        if let Self::Existing = self {
            return existing(site);
        }
        let (mut ringing, mut baseline) = (Ringing::default(), Baseline::default());
        let (mut delays, mut times, mut landed) = (VecDeque::new(), VecDeque::new(), VecDeque::new());
        let (mut slow, mut lost) = (0.0_f64, 0.0_f64);
        let last = match self {
            Self::Fixed { last, .. } | Self::Robust { last, .. } => last,
            Self::Existing | Self::Cusum { .. } => 1,
        };
        let mut done = site.done.iter().peekable();
        for attempt in &site.attempts {
            baseline.learn(site, attempt.at);
            keep(&mut landed, f64::from(u8::from(attempt.has_landed)), 20);
            let (usual, deviation, lands) = (baseline.median, baseline.deviation, baseline.lands);
            if let Self::Cusum { bound, .. } = self {
                // Log of how much likelier it is where half as many land.
                let half = lands / 2.0;
                let is = if attempt.has_landed { (half / lands).ln() } else { ((1.0 - half) / (1.0 - lands)).ln() };
                // Not far above its bound, or it would ring on long after the end.
                lost = (lost + is).clamp(0.0, 0.6 * bound);
            }
            while let Some(duty) = done.next_if(|duty| duty.at <= attempt.at) {
                let delay = (duty.at - duty.due).max(0.1).ln();
                keep(&mut delays, delay, last);
                keep(&mut times, duty.at, last);
                if let Self::Cusum { drift, bound } = self {
                    // What is far off counts as four deviations: one lost transaction is no trend.
                    slow = (slow + ((delay - usual) / deviation).clamp(-4.0, 4.0) - drift).clamp(0.0, 1.2 * bound);
                }
            }
            // What was long ago says nothing of now.
            while times.front().is_some_and(|at| at + WITHIN.as_secs_f64() < attempt.at) {
                times.pop_front();
                delays.pop_front();
            }
            let share = landed.iter().sum::<f64>() / landed.len() as f64;
            let is_full = landed.len() == 20;
            let rings = match self {
                Self::Fixed { seconds, .. } => median(&delays) > seconds.ln() && delays.len() == last,
                Self::Robust { last, deviations } => {
                    // The deviation of a median of so many, and of a share of 20.
                    let of_median = 1.253 * deviation / (last as f64).sqrt();
                    let of_share = (lands * (1.0 - lands) / 20.0).sqrt();
                    let high = (median(&delays) - usual) / of_median;
                    high > deviations && delays.len() == last || (lands - share) / of_share > deviations && is_full
                }
                Self::Cusum { bound, .. } => slow > bound || lost > bound / 2.0,
                Self::Existing => false,
            };
            ringing.tell(attempt.at, rings && QUIET_DAYS * DAY <= attempt.at);
        }
        ringing.end()
    }
}

fn keep(values: &mut VecDeque<f64>, value: f64, last: usize) {
    values.push_back(value);
    if last < values.len() {
        values.pop_front();
    }
}

fn median(values: &VecDeque<f64>) -> f64 {
    let mut sorted: Vec<f64> = values.iter().copied().collect();
    middle(&mut sorted)
}

fn middle(values: &mut [f64]) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    let half = values.len() / 2;
    *values.select_nth_unstable_by(half, f64::total_cmp).1
}

/// What was usual in the seven days before today.
struct Baseline {
    day: f64,
    median: f64,
    deviation: f64,
    lands: f64,
}

impl Default for Baseline {
    fn default() -> Self {
        Self { day: -1.0, median: 1.0, deviation: 1.0, lands: 0.995 }
    }
}

impl Baseline {
    fn learn(&mut self, site: &Site, now: f64) {
        let day = (now / DAY).floor();
        if day <= self.day {
            return;
        }
        self.day = day;
        let week = (day - 7.0) * DAY..day * DAY;
        let of_week = site.done.iter().filter(|duty| week.contains(&duty.at));
        let mut delays: Vec<f64> = of_week.map(|duty| (duty.at - duty.due).max(0.1).ln()).collect();
        let attempts = site.attempts.iter().filter(|attempt| week.contains(&attempt.at));
        let (all, landed) = attempts.fold((0, 0), |(all, landed), it| (all + 1, landed + usize::from(it.has_landed)));
        if delays.len() < 20 {
            return;
        }
        self.median = middle(&mut delays);
        let mut distances: Vec<f64> = delays.iter().map(|delay| (delay - self.median).abs()).collect();
        self.deviation = (1.4826 * middle(&mut distances)).max(0.05);
        self.lands = (f64::from(landed as u32) / f64::from(all)).clamp(0.5, 0.998);
    }
}

/// Alarms of which those that are less than half an hour apart are one.
#[derive(Default)]
struct Ringing {
    alarms: Vec<Alarm>,
}

impl Ringing {
    fn tell(&mut self, at: f64, rings: bool) {
        if !rings {
            return;
        }
        match self.alarms.last_mut() {
            Some((_, to)) if at <= *to + 1_800.0 => *to = at,
            _ => self.alarms.push((at, at)),
        }
    }

    fn end(self) -> Vec<Alarm> {
        self.alarms
    }
}

/// Told once a minute, asked every fifth, as Prometheus would.
fn existing(site: &Site) -> Vec<Alarm> {
    let mut ringing = Ringing::default();
    let start = 1_767_225_600_000_u64;
    let mut tracker = Tracker::new(start, Objectives::default(), Duration::from_secs(170));
    let millis = |at: f64| start + (at * 1_000.0) as u64;
    let mut done = site.done.iter().peekable();
    let mut by_due: Vec<_> = site.done.iter().collect();
    by_due.sort_by(|one, other| one.due.total_cmp(&other.due));
    let (mut open, mut next) = (Vec::new(), by_due.into_iter().peekable());
    let mut overdue_since = None;
    for minute in 0..(DAYS * DAY / 60.0) as u64 {
        let now = minute as f64 * 60.0;
        while let Some(duty) = done.next_if(|duty| duty.at <= now) {
            tracker.done(millis(duty.at), Duration::from_secs_f64(duty.at - duty.due));
        }
        while let Some(duty) = next.next_if(|duty| duty.due <= now) {
            open.push(duty);
        }
        open.retain(|duty| now < duty.at);
        let oldest = open.iter().map(|duty| now - duty.due).fold(0.0, f64::max);
        tracker.looked(millis(now), millis(now), true);
        tracker.left(millis(now), (!open.is_empty()).then(|| Duration::from_secs_f64(oldest)));
        overdue_since = if oldest > 1_800.0 { overdue_since.or(Some(now)) } else { None };
        if minute % 5 == 0 && QUIET_DAYS * DAY <= now {
            let is_overdue = overdue_since.is_some_and(|since| since + 600.0 <= now);
            let burns = BURN_RULES.iter().take(2).any(|rule| tracker.rings(Objective::Latency, rule));
            ringing.tell(now, is_overdue || burns);
        }
    }
    ringing.end()
}
