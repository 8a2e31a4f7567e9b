//! The same rules, naively: every second of every track, and every request.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

/// What one second was.
#[derive(Clone, Copy, Default)]
struct Kept {
    down: bool,
    off: bool,
    planned: bool,
    late: bool,
}

/// A request: its second, what it was, whether good.
type Request = (u64, Objective, bool);

/// Times are seconds since the start.
#[derive(Clone)]
struct Model {
    seconds: Vec<Kept>,
    requests: Vec<Request>,
    started: usize,
    verdict: (usize, bool),
    is_late: bool,
}

impl Model {
    fn new() -> Self {
        Self { seconds: Vec::new(), requests: Vec::new(), started: 0, verdict: (0, true), is_late: false }
    }

    fn now(&self) -> usize {
        self.seconds.len()
    }

    fn pass(&mut self, seconds: usize) {
        for _ in 0..seconds {
            let (at, is_good) = self.verdict;
            let is_stale = at + HOLD.as_secs() as usize <= self.now();
            self.seconds.push(Kept { down: !is_good || is_stale, late: self.is_late, ..Kept::default() });
        }
    }

    fn looked(&mut self, took: usize, is_good: bool) {
        let began = self.now().saturating_sub(took).max(self.started);
        if !is_good {
            self.seconds[began..].iter_mut().for_each(|it| it.down = true);
        }
        self.verdict = (self.now(), is_good);
        self.requests.push((self.now() as u64, Objective::Availability, is_good));
    }

    fn late_for(&mut self, age: usize) -> bool {
        let late = age.saturating_sub(30).min(self.now());
        let from = self.now() - late;
        self.seconds[from..].iter_mut().for_each(|it| it.late = true);
        30 < age
    }

    fn restart(&mut self, saved: Self, away: usize, is_stopped: bool) {
        *self = saved;
        for second in 0..away {
            let planned = is_stopped && second < 3_600;
            self.seconds.push(Kept { off: !planned, planned, ..Kept::default() });
        }
        (self.started, self.verdict, self.is_late) = (self.now(), (self.now(), true), false);
    }

    fn requests(&self, objective: Objective, window: Window) -> (u64, u64) {
        let first = (self.now() as u64).saturating_sub(window.millis() / SECOND).div_euclid(60);
        let counted = self.requests.iter().filter(|(at, of, _)| *of == objective && first <= at.div_euclid(60));
        counted.fold((0, 0), |(bad, total), (.., good)| (bad + u64::from(!good), total + 1))
    }

    /// Seconds that are bad and counted, by objective and window.
    fn times(&self) -> HashMap<(Objective, Window), (u64, u64)> {
        let mut calls = HashMap::<u64, (u64, u64)>::new();
        for (at, _, good) in self.requests.iter().filter(|(_, of, _)| *of == Objective::Errors) {
            let (all, bad) = calls.entry(at.div_euclid(60)).or_default();
            (*all, *bad) = (*all + 1, *bad + u64::from(!good));
        }
        let now = self.now() as u64;
        let firsts = Window::ALL.map(|window| now.saturating_sub(window.millis() / SECOND));
        let mut found = [[(0, 0); 3]; 4];
        for second in firsts[3]..now {
            let kept = self.seconds[second as usize];
            if kept.planned {
                continue;
            }
            // More than one in 200.
            let errs =
                !calls.is_empty() && calls.get(&second.div_euclid(60)).is_some_and(|(all, bad)| *all < bad * 200);
            let bad = [kept.down || kept.off, kept.late, errs];
            for (_, sums) in firsts.iter().zip(&mut found).filter(|(first, _)| **first <= second) {
                for (sum, bad) in sums.iter_mut().zip(bad) {
                    *sum = (sum.0 + u64::from(bad), sum.1 + 1);
                }
            }
        }
        let by_window = Window::ALL.into_iter().zip(found);
        by_window.flat_map(|(window, sums)| Objective::ALL.map(|it| (it, window)).into_iter().zip(sums)).collect()
    }
}

#[derive(Clone, Debug)]
enum Step {
    Pass(usize),
    Look { took: usize, is_good: bool },
    Progress,
    Done { after_due: usize },
    Left { oldest: Option<usize> },
    Calls { ok: u64, failed: u64 },
    Save,
    Killed { away: usize },
    Stopped { away: usize },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let length = || prop_oneof![6 => 0..400_usize, 3 => 400..5_000_usize, 1 => 80_000..900_000_usize];
    let step = prop_oneof![
        8 => length().prop_map(Step::Pass),
        8 => (0..60_usize, any::<bool>()).prop_map(|(took, is_good)| Step::Look { took, is_good }),
        1 => Just(Step::Progress),
        3 => (0..200_usize).prop_map(|after_due| Step::Done { after_due }),
        3 => proptest::option::of(0..8_000_usize).prop_map(|oldest| Step::Left { oldest }),
        4 => (0..400_u64, 0..4_u64).prop_map(|(ok, failed)| Step::Calls { ok, failed }),
        3 => Just(Step::Save),
        1 => length().prop_map(|away| Step::Killed { away }),
        1 => length().prop_map(|away| Step::Stopped { away }),
    ];
    // Half of the histories reach beyond thirty days: something from their beginning leaves the longest window.
    let long_ago = prop_oneof![Just(None), (1_800_000..2_700_000_usize).prop_map(Some)];
    let steps = (proptest::collection::vec(step.clone(), 1..6), long_ago, proptest::collection::vec(step, 1..45));
    steps.prop_map(|(first, pause, then)| [first, pause.map(Step::Pass).into_iter().collect(), then].concat())
}

fn seconds(number: usize) -> Duration {
    Duration::from_secs(number as u64)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Every figure of every window, after any history, over restarts that find only what was written.
    #[test]
    fn every_figure_is_that_of_a_model_that_keeps_every_second(steps in steps()) {
        let journal = Journal::in_memory().expect("a journal");
        let (mut tracker, mut model) = (tracker(), Model::new());
        let mut saved = model.clone();
        // The host's clock is off by an hour, and nobody minds.
        let wall = |tracker: &Tracker| tracker.now() - HOUR;
        let save = |tracker: &mut Tracker, ending| {
            let wall = wall(tracker);
            through_the_journal(&journal, tracker, wall, ending)
        };
        let mut stored = save(&mut tracker, Ending::None);
        let mut at = START;
        for step in steps {
            match step {
                Step::Pass(length) => {
                    at += length as u64 * SECOND;
                    tracker.advance(at);
                    model.pass(length);
                }
                Step::Look { took, is_good } => {
                    tracker.looked(at.saturating_sub(took as u64 * SECOND), at, is_good);
                    model.looked(took, is_good);
                }
                Step::Progress => {
                    tracker.progressed(at);
                    if model.verdict.1 {
                        model.verdict.0 = model.now();
                    }
                }
                Step::Done { after_due } => {
                    tracker.done(at, seconds(after_due));
                    let is_late = model.late_for(after_due);
                    model.requests.push((model.now() as u64, Objective::Latency, !is_late));
                }
                Step::Left { oldest } => {
                    tracker.left(at, oldest.map(seconds));
                    model.is_late = oldest.is_some_and(|age| model.late_for(age));
                }
                Step::Calls { ok, failed } => {
                    tracker.called(at, ok, failed);
                    let now = model.now() as u64;
                    model.requests.extend((0..ok + failed).map(|call| (now, Objective::Errors, call < ok)));
                }
                Step::Save => {
                    stored = save(&mut tracker, Ending::None);
                    saved = model.clone();
                }
                Step::Killed { away } | Step::Stopped { away } => {
                    let is_stopped = matches!(step, Step::Stopped { .. });
                    if is_stopped {
                        stored = save(&mut tracker, Ending::Stopped);
                        saved = model.clone();
                    }
                    let back = stored.life.wall + away as u64 * SECOND;
                    tracker = Tracker::resume(stored.clone(), back, Objectives::default(), HOLD);
                    model.restart(saved.clone(), away, is_stopped);
                    at = tracker.now();
                    stored = save(&mut tracker, Ending::None);
                    saved = model.clone();
                }
            }
        }
        prop_assert_eq!(tracker.now(), START + model.now() as u64 * SECOND);
        let times = model.times();
        for level in tracker.levels() {
            let (bad, counted) = times[&(level.objective, level.window)];
            let expected = match level.basis {
                Basis::Time => (bad * SECOND, counted * SECOND),
                Basis::Requests => model.requests(level.objective, level.window),
            };
            prop_assert_eq!((level.bad, level.total), expected, "{:?}", level);
        }
        for window in Window::ALL {
            let TimeSpent { up, down, off, planned } = tracker.time(window);
            let known = (tracker.now() - START).min(window.millis());
            prop_assert_eq!(up + down + off + planned, known, "{:?}", window);
        }
    }
}
