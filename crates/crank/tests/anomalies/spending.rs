//! What a crank's wallet spends, and who can tell when it will be empty.

use quantumagi_crank::runway::{COUNTED_SECONDS, SHORT_SECONDS, runway_seconds};

use crate::dice::Dice;

/// Lamports of a full wallet, of `min_balance`, and of `max_fee_per_day`.
const FULL: f64 = 100_000_000.0;
const LEAST: f64 = 50_000_000.0;
const DAY_LIMIT: f64 = 10_000_000.0;
pub(crate) const HOURS: usize = 24;
const DAYS: usize = 120;
/// Nothing is asked before.
const LEARNT: usize = 14;

/// How the work changes from day to day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Shape {
    /// Not at all.
    Steady,
    /// Little at weekends.
    Weekly,
    /// Two in a hundred more each day.
    Growing,
    /// Eight times as much for two days, now and then.
    Campaigns,
}

impl Shape {
    pub(crate) const ALL: [Self; 4] = [Self::Steady, Self::Weekly, Self::Growing, Self::Campaigns];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Steady => "steady",
            Self::Weekly => "less at weekends",
            Self::Growing => "2 % more each day",
            Self::Campaigns => "campaigns of two days",
        }
    }
}

/// Lamports by the hour.
pub(crate) fn spending(seed: u64, shape: Shape) -> Vec<f64> {
    let dice = &mut Dice::of(seed);
    // From a handful of duties a day to as many as the day's limit allows.
    let a_day = 10.0 * 100.0_f64.powf(dice.share());
    let (mut hours, mut campaign) = (Vec::new(), 0_usize);
    for day in 0..DAYS {
        let factor = match shape {
            Shape::Steady => 1.0,
            Shape::Weekly => [1.3, 1.3, 1.3, 1.3, 1.3, 0.25, 0.25][day % 7],
            Shape::Growing => 0.3 * 1.02_f64.powi(day as i32),
            Shape::Campaigns => {
                if campaign == 0 && dice.is_one_of(0.08) {
                    campaign = 2;
                }
                let now = campaign;
                campaign = campaign.saturating_sub(1);
                if 0 < now { 4.0 } else { 0.5 }
            }
        };
        let mut left = DAY_LIMIT;
        for hour in 0..HOURS {
            let by_day = 1.0 + 0.8 * (std::f64::consts::TAU * hour as f64 / 24.0).sin();
            let (mut at, mut spent) = (dice.pause(4.0 * 24.0 / (a_day * factor * by_day)), 0.0);
            while at < 1.0 {
                for _ in 0..dice.run(4.0) {
                    // A signature, and a price for the urgency that changes a lot.
                    spent += 5_000.0 + 1_000.0 * (1.2 * dice.normal()).exp();
                }
                at += dice.pause(4.0 * 24.0 / (a_day * factor * by_day));
            }
            let spent = f64::min(spent, left);
            left -= spent;
            hours.push(spent);
        }
    }
    hours
}

/// Who tells what the next days cost, from the sums of the days before, the latest last.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Forecast {
    /// As the last day.
    LastValue,
    /// As the mean of seven days.
    LinearRate,
    /// By level and trend.
    Holt { alpha: f64, beta: f64 },
}

impl Forecast {
    pub(crate) fn holts() -> Vec<Self> {
        let mut all = Vec::new();
        for alpha in [0.05, 0.1, 0.2, 0.4] {
            all.extend([0.01, 0.05, 0.1, 0.3].map(|beta| Self::Holt { alpha, beta }));
        }
        all
    }

    /// Of so many days from now on.
    pub(crate) fn of(self, days: &[f64], ahead: usize) -> f64 {
        match self {
            Self::LastValue => days.last().copied().unwrap_or(0.0) * ahead as f64,
            Self::LinearRate => {
                let last = &days[days.len().saturating_sub(7)..];
                last.iter().sum::<f64>() / last.len().max(1) as f64 * ahead as f64
            }
            Self::Holt { alpha, beta } => {
                let mut level = days.iter().take(7).sum::<f64>() / 7.0;
                let mut trend = 0.0;
                for day in days {
                    let before = level;
                    level = alpha * day + (1.0 - alpha) * (level + trend);
                    trend = beta * (level - before) + (1.0 - beta) * trend;
                }
                (1..=ahead).map(|step| (level + trend * step as f64).max(0.0)).sum()
            }
        }
    }

    /// Days until so much is spent; 60 where it takes longer.
    fn runway(self, days: &[f64], balance: f64) -> f64 {
        (1..=60).find(|ahead| balance <= self.of(days, *ahead)).map_or(60.0, |days| days as f64)
    }
}

fn by_day(hours: &[f64]) -> Vec<f64> {
    hours.chunks(HOURS).map(|day| day.iter().sum()).collect()
}

/// Mean distance from what came, in parts of the mean of what came.
pub(crate) fn error(series: &[Vec<f64>], forecast: Forecast, ahead: usize) -> f64 {
    let (mut off, mut all) = (0.0, 0.0);
    for hours in series {
        let days = by_day(hours);
        let (mut off_here, mut all_here) = (0.0, 0.0);
        for now in LEARNT..days.len() - ahead {
            let came: f64 = days[now..now + ahead].iter().sum();
            off_here += (forecast.of(&days[..now], ahead) - came).abs();
            all_here += came;
        }
        // Each series counts alike, however much it spends.
        off += off_here / all_here;
        all += 1.0;
    }
    off / all
}

/// Who warns that the wallet will be empty.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Warning {
    /// The balance is below `min_balance`, as QuantumagiCrankPoor has it.
    Fixed,
    /// It is foreseen to be empty in four days.
    Foreseen(Forecast),
    /// The crank's own runway is below four days.
    Shipped,
}

/// Days between a warning and the empty wallet, each time it was full at first.
pub(crate) fn lead_times(hours: &[f64], warning: Warning) -> Vec<Option<f64>> {
    let (mut balance, mut warned, mut leads) = (FULL, None, Vec::new());
    for now in LEARNT * HOURS..hours.len() {
        balance -= hours[now];
        if balance <= 0.0 {
            leads.push(warned.map(|at: usize| (now - at) as f64 / HOURS as f64));
            (balance, warned) = (FULL, None);
            continue;
        }
        // Days end at the present hour.
        let rings = || match warning {
            Warning::Fixed => balance < LEAST,
            Warning::Foreseen(by) => {
                let known = &hours[now + 1 - (now + 1) / HOURS * HOURS..=now];
                by.runway(&by_day(known), balance) <= 4.0
            }
            Warning::Shipped => {
                let week: f64 = hours[now + 1 - 7 * HOURS..=now].iter().sum();
                runway_seconds(balance as u64, week as u64, COUNTED_SECONDS) < SHORT_SECONDS
            }
        };
        if warned.is_none() && now % 3 == 0 && rings() {
            warned = Some(now);
        }
    }
    leads
}

/// Of all times that the wallet was empty.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Judged {
    pub(crate) empty: usize,
    /// Warned at least two days before.
    pub(crate) in_time: usize,
    /// Warned at most seven days before.
    pub(crate) not_too_early: usize,
    pub(crate) both: usize,
}

impl Judged {
    pub(crate) fn of(leads: &[Option<f64>]) -> Self {
        let count = |is: &dyn Fn(f64) -> bool| leads.iter().flatten().filter(|lead| is(**lead)).count();
        Self {
            empty: leads.len(),
            in_time: count(&|lead| 2.0 <= lead),
            not_too_early: count(&|lead| lead <= 7.0),
            both: count(&|lead| (2.0..=7.0).contains(&lead)),
        }
    }

    pub(crate) fn plus(self, other: &Self) -> Self {
        Self {
            empty: self.empty + other.empty,
            in_time: self.in_time + other.in_time,
            not_too_early: self.not_too_early + other.not_too_early,
            both: self.both + other.both,
        }
    }
}
