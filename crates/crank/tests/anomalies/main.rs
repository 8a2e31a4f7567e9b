//! Whether anything that learns finds trouble with landings better than fixed thresholds, and whether anything foresees an
//! empty wallet better than a balance that is too low. Seeds are fixed, so figures are; docs/decisions/0021 says what follows
//! from them, and docs/performance.md has them.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "figures of a trial"
)]

mod detectors;
mod dice;
mod landings;
mod spending;

use detectors::Detector;
use landings::{Kind, Site};
use spending::{Forecast, Judged, Shape, Warning};

const PAGE: &str = include_str!("../../../../docs/performance.md");
const VOLUMES: [(f64, &str); 3] = [(10.0, "10 a day"), (60.0, "60 a day"), (400.0, "400 a day")];
const SITES_TO_LEARN: u64 = 6;

/// An alarm this long after is about what was before, seconds.
const FOUND_WITHIN: f64 = 1_800.0;
const ECHO: f64 = 21_600.0;

/// What was found.
#[derive(Clone, Debug, Default)]
struct Score {
    right: usize,
    wrong: usize,
    there: usize,
    found: usize,
    /// Minutes from the beginning of what was found to its alarm.
    after: Vec<f64>,
    /// Sites that were judged, each for thirty days.
    sites: usize,
    /// Found and there, by kind.
    kinds: [(usize, usize); 4],
}

impl Score {
    fn of<'a>(sites: impl IntoIterator<Item = &'a Site>, detector: Detector) -> Self {
        let mut score = Self::default();
        for site in sites {
            let alarms = detector.alarms(site);
            score.sites += 1;
            // What nobody was about to do nobody can find.
            let touched = site
                .anomalies
                .iter()
                .filter(|it| site.attempts.iter().any(|attempt| it.from <= attempt.at && attempt.at <= it.to));
            let touched: Vec<_> = touched.collect();
            for anomaly in &touched {
                let alarm = alarms.iter().find(|(from, to)| anomaly.from <= *to && *from <= anomaly.to + FOUND_WITHIN);
                let kind = Kind::ALL.iter().position(|kind| *kind == anomaly.kind).expect("it is one of them");
                score.there += 1;
                score.kinds[kind].1 += 1;
                if let Some((from, _)) = alarm {
                    score.found += 1;
                    score.kinds[kind].0 += 1;
                    score.after.push((from - anomaly.from).max(0.0) / 60.0);
                }
            }
            for (from, to) in &alarms {
                let is_near = |after: f64| site.anomalies.iter().any(|it| it.from <= *to && *from <= it.to + after);
                // What rings because its last duties are old ones is an echo, neither right nor wrong.
                match (is_near(FOUND_WITHIN), is_near(ECHO)) {
                    (true, _) => score.right += 1,
                    (false, false) => score.wrong += 1,
                    (false, true) => {}
                }
            }
        }
        score.after.sort_by(f64::total_cmp);
        score
    }

    fn precision(&self) -> f64 {
        if self.right + self.wrong == 0 { 1.0 } else { self.right as f64 / (self.right + self.wrong) as f64 }
    }

    fn recall(&self) -> f64 {
        self.found as f64 / self.there.max(1) as f64
    }

    fn false_a_month(&self) -> f64 {
        self.wrong as f64 / self.sites as f64
    }
}

#[allow(clippy::disallowed_methods, reason = "a test binary is started by its runner and has no arguments of its own")]
fn is_on(variable: &str) -> bool {
    std::env::var_os(variable).is_some()
}

fn sites(first_seed: u64, count: u64, volume: f64) -> Vec<Site> {
    (0..count).map(|number| Site::new(first_seed + number * 1_000 + volume as u64, volume)).collect()
}

/// The settings of a detector that do best at the sites to learn from, of all volumes together.
fn chosen(name: &str, learn: &[Vec<Site>]) -> Detector {
    let worth = |detector: &Detector| {
        let scores: Vec<_> = learn.iter().map(|sites| Score::of(sites, *detector)).collect();
        let noise = scores.iter().map(Score::false_a_month).fold(0.0, f64::max);
        let recall = scores.iter().map(Score::recall).sum::<f64>() / scores.len() as f64;
        if noise <= MOST_FALSE_A_MONTH { recall } else { -noise }
    };
    let choices = Detector::choices(name).into_iter().map(|it| (worth(&it), it));
    choices.max_by(|(one, _), (other, _)| one.total_cmp(other)).expect("there are choices").1
}

const DETECTORS: [&str; 5] = ["burn rate and overdue", "last five", "fixed", "robust z", "CUSUM"];

/// So much more must be found of what was put in: less is within what chance makes.
const CLEARLY: f64 = 0.05;

/// What an alert may cost: more false ones than this in a month, and nobody looks any more.
const MOST_FALSE_A_MONTH: f64 = 1.0;

/// Every line is in docs/performance.md as it is here. They are printed, to be put there.
#[track_caller]
fn is_published(lines: &[String]) {
    println!("{}", lines.join("\n"));
    for line in lines {
        assert!(PAGE.contains(&format!("{line}\n")), "docs/performance.md does not have: {line}");
    }
}

/// What the sites to learn from choose, as a full run finds it out.
const CHOSEN: [Detector; 5] = [
    Detector::Existing,
    Detector::LAST_FIVE,
    Detector::Fixed { last: 5, seconds: 16.0 },
    Detector::Robust { last: 5, deviations: 9.0 },
    Detector::Cusum { drift: 1.5, bound: 12.0 },
];

/// A full run chooses the settings again and judges at twenty sites of each volume, as published; any other at four.
#[test]
fn no_detector_that_learns_is_clearly_better_than_a_threshold_and_the_last_five_are_than_burn_rates() {
    let is_full = is_on("QUANTUMAGI_FULL");
    if is_full {
        let learn: Vec<_> = VOLUMES.iter().map(|(volume, _)| sites(1, SITES_TO_LEARN, *volume)).collect();
        assert_eq!(DETECTORS.map(|name| chosen(name, &learn)), CHOSEN);
    }
    let count = if is_full { 20 } else { 4 };
    let judge: Vec<_> = VOLUMES.iter().map(|(volume, _)| sites(1_000_000, count, *volume)).collect();
    let (mut lines, mut scores) = (Vec::new(), Vec::new());
    for (name, detector) in DETECTORS.into_iter().zip(CHOSEN) {
        let of_volumes = judge.iter().map(|sites| Score::of(sites, detector)).collect::<Vec<_>>();
        for ((_, volume), score) in VOLUMES.iter().zip(&of_volumes) {
            let after = score.after.get(score.after.len() / 2).copied().unwrap_or(f64::NAN);
            let kinds = score.kinds.map(|(found, there)| format!("{found} of {there}")).join(" | ");
            let (precision, recall, noise) = (score.precision(), score.recall(), score.false_a_month());
            lines.push(format!(
                "| {name} | {volume} | {precision:.2} | {recall:.2} | {noise:.2} | {after:.0} min | {kinds} |"
            ));
        }
        scores.push(of_volumes);
    }
    if is_full {
        is_published(&lines);
    }
    let [burn, last_five, fixed, robust, cusum] = scores.try_into().expect("there are five");
    let is_clearly_better = |one: &[Score], other: &[Score]| {
        let beside = || one.iter().zip(other);
        let is_quiet = one.iter().all(|score| score.false_a_month() <= MOST_FALSE_A_MONTH);
        is_quiet && beside().all(|(one, other)| other.recall() + CLEARLY < one.recall())
    };
    assert!(is_clearly_better(&last_five, &burn), "{lines:#?}");
    for learns in [robust, cusum] {
        assert!(!is_clearly_better(&learns, &fixed), "decision 21 is to be taken anew: {lines:#?}");
    }
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

#[test]
fn the_rate_of_a_week_foresees_an_empty_wallet_as_well_as_holt_and_later_than_a_low_balance() {
    let series = |first: u64, count: u64| -> Vec<Vec<Vec<f64>>> {
        let of = |shape| (0..count).map(|number| spending::spending(first + number, shape)).collect();
        Shape::ALL.map(of).to_vec()
    };
    let (learn, judge) = (series(1, 6), series(10_000, 12));
    let all: Vec<Vec<f64>> = learn.iter().flatten().cloned().collect();
    let holts = Forecast::holts().into_iter().map(|it| (spending::error(&all, it, 3), it));
    let (_, holt) = holts.min_by(|(one, _), (other, _)| one.total_cmp(other)).expect("there are choices");
    println!("{holt:?}");
    let mut lines = Vec::new();
    for (shape, series) in Shape::ALL.iter().zip(&judge) {
        let errors = [1, 3, 7].map(|ahead| {
            [Forecast::LastValue, Forecast::LinearRate, holt].map(|it| percent(spending::error(series, it, ahead)))
        });
        let errors = errors.map(|errors| errors.join(" | ")).join(" | ");
        lines.push(format!("| {} | {errors} |", shape.name()));
    }
    is_published(&lines);

    let warnings = [
        ("balance below `min_balance`", Warning::Fixed),
        ("empty in four days, by the last day", Warning::Foreseen(Forecast::LastValue)),
        ("empty in four days, by the rate of a week, as shipped", Warning::Shipped),
        ("empty in four days, by Holt", Warning::Foreseen(holt)),
    ];
    let mut of_all = Vec::new();
    let lines = warnings.map(|(name, warning)| {
        let by_shape = judge.iter().map(|series| {
            let leads: Vec<_> = series.iter().flat_map(|hours| spending::lead_times(hours, warning)).collect();
            Judged::of(&leads)
        });
        let by_shape: Vec<Judged> = by_shape.collect();
        let sum = by_shape.iter().fold(Judged::default(), |sum, it| sum.plus(it));
        let both: Vec<String> = by_shape.iter().map(|it| format!("{} of {}", it.both, it.empty)).collect();
        let line = format!(
            "| {name} | {} of {} | {} of {} | {} |",
            sum.in_time,
            sum.empty,
            sum.not_too_early,
            sum.empty,
            both.join(" | ")
        );
        of_all.push(sum);
        line
    });
    is_published(&lines);
    let [fixed, _, shipped, holt] = of_all.try_into().expect("there are four");
    assert!(5 * fixed.both < shipped.both, "what is shipped wins over a low balance: {fixed:?} {shipped:?}");
    assert!(holt.both <= shipped.both && holt.in_time <= shipped.in_time, "and Holt does not over it: {holt:?}");
}
