//! What happened, kept for thirty days.

use std::time::Duration;

use super::level::{Basis, Level, Objective, TimeSpent, Window};
use super::minutes::{Minute, Minutes};
use super::objective::Objectives;
use super::spans::{Span, Spans};

/// Which spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Track {
    /// It ran and did not work.
    Down,
    /// It did not run, and was not stopped in order, or for longer than planned.
    Off,
    /// It was stopped in order.
    Planned,
    /// Something was due for longer than the limit.
    Late,
}

impl Track {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Down, Self::Off, Self::Planned, Self::Late];

    /// One word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Down => "down",
            Self::Off => "off",
            Self::Planned => "planned",
            Self::Late => "late",
        }
    }
}

/// How the process that wrote last has ended, as far as it could tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It said nothing: it runs, or was killed.
    None,
    /// It was told to stop, and did.
    Stopped,
}

/// How long it has been told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    /// Its first moment.
    pub begun: u64,
    /// Its last.
    pub at: u64,
    /// What the host's clock said at the last, milliseconds since 1970.
    pub wall: u64,
    /// How it ended.
    pub ending: Ending,
}

/// Everything that outlives a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// How long it has been told of.
    pub life: Life,
    /// In the order of [`Track::ALL`].
    pub tracks: [Spans; 4],
    /// Requests.
    pub minutes: Minutes,
}

/// What is to be written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// How long it has been told of.
    pub life: Life,
    /// In place of the spans of a track that end at this moment or later.
    pub tracks: Vec<(Track, u64, Vec<Span>)>,
    /// In place of minutes of the same number.
    pub minutes: Vec<(u64, Minute)>,
    /// What was over before this moment is needed no more.
    pub keep_from: u64,
    /// Whether nothing that was written before stays.
    pub is_whole: bool,
}

/// What happened, in milliseconds of a timeline that begins with the first start by the host's clock and then only grows:
/// with a monotonic clock while the process runs, and between two processes by what the host's clock gained. A clock that is
/// set while the process runs changes nothing; one that went back in between makes the pause count as nothing.
///
/// **Available** is the time from a look that read every constitution until the next. **Down** is the time from the beginning
/// of a look that did not, or from the moment at which a look should have ended (`hold`), until the end of the next that
/// did. **Off** is the time without a process: from what a killed one wrote last until the next start. A stop in order is
/// **planned** for as long as the objectives say, and counts as neither; what is longer is off. **Late** is the time in which
/// something was due for longer than the limit, whoever does it in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracker {
    objectives: Objectives,
    /// So long a look's verdict holds.
    hold: u64,
    begun: u64,
    /// First moment of this process.
    started: u64,
    now: u64,
    verdict_at: u64,
    is_good: bool,
    is_late: bool,
    tracks: [Spans; 4],
    minutes: Minutes,
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl Tracker {
    /// One that nothing is known to yet, since a moment of the host's clock.
    #[must_use]
    pub fn new(wall: u64, objectives: Objectives, hold: Duration) -> Self {
        let life = Life { begun: wall, at: wall, wall, ending: Ending::None };
        let stored = Stored { life, tracks: Default::default(), minutes: Minutes::default() };
        Self::resume(stored, wall, objectives, hold)
    }

    /// One that goes on with what another process has stored. The time between is off or planned.
    #[must_use]
    pub fn resume(stored: Stored, wall: u64, objectives: Objectives, hold: Duration) -> Self {
        let Stored { life, tracks, minutes } = stored;
        let now = life.at.saturating_add(wall.saturating_sub(life.wall));
        let mut tracker = Self {
            objectives,
            hold: millis(hold),
            begun: life.begun,
            started: now,
            now,
            verdict_at: now,
            is_good: true,
            is_late: false,
            tracks,
            minutes,
        };
        let planned = match life.ending {
            Ending::None => 0,
            Ending::Stopped => millis(objectives.planned_stop),
        };
        let back = life.at.saturating_add(planned).min(now);
        tracker.insert(Track::Planned, life.at, back);
        tracker.insert(Track::Off, back, now);
        tracker.forget();
        tracker
    }

    /// What was stored, told as it was when it was.
    #[must_use]
    pub fn as_stored(stored: Stored, objectives: Objectives, hold: Duration) -> Self {
        let wall = stored.life.wall;
        Self::resume(stored, wall, objectives, hold)
    }

    /// Other objectives hold from now on.
    pub fn reconfigure(&mut self, objectives: Objectives, hold: Duration) {
        (self.objectives, self.hold) = (objectives, millis(hold));
    }

    /// What was promised.
    #[must_use]
    pub fn objectives(&self) -> &Objectives {
        &self.objectives
    }

    /// Its present moment.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.now
    }

    /// Its first moment.
    #[must_use]
    pub fn begun(&self) -> u64 {
        self.begun
    }

    /// Spans of a track.
    #[must_use]
    pub fn spans(&self, track: Track) -> &Spans {
        let [down, off, planned, late] = &self.tracks;
        match track {
            Track::Down => down,
            Track::Off => off,
            Track::Planned => planned,
            Track::Late => late,
        }
    }

    /// Requests by the minute.
    #[must_use]
    pub fn minutes(&self) -> &Minutes {
        &self.minutes
    }

    fn insert(&mut self, track: Track, from: u64, to: u64) {
        let from = from.max(self.begun);
        let [down, off, planned, late] = &mut self.tracks;
        let spans = match track {
            Track::Down => down,
            Track::Off => off,
            Track::Planned => planned,
            Track::Late => late,
        };
        spans.insert(Span { from, to });
    }

    /// Time passes. A moment before the present one is the present one.
    pub fn advance(&mut self, at: u64) {
        let (before, at) = (self.now, at.max(self.now));
        self.now = at;
        let since = if self.is_good { self.verdict_at.saturating_add(self.hold) } else { before };
        self.insert(Track::Down, since.max(before), at);
        if self.is_late {
            self.insert(Track::Late, before, at);
        }
        self.forget();
    }

    /// A look ended, and began at this moment before.
    pub fn looked(&mut self, began: u64, ended: u64, is_good: bool) {
        self.advance(ended);
        if !is_good {
            self.insert(Track::Down, began.max(self.started), self.now);
        }
        (self.is_good, self.verdict_at) = (is_good, self.now);
        self.minutes.at(self.now).looks.add(u64::from(is_good), u64::from(!is_good));
    }

    /// Something was done between two looks: the loop goes on, and the verdict of the last look holds from here.
    pub fn progressed(&mut self, at: u64) {
        self.advance(at);
        if self.is_good {
            self.verdict_at = self.now;
        }
    }

    /// A duty is done, so long after it was due.
    pub fn done(&mut self, at: u64, after_due: Duration) {
        self.advance(at);
        let late = self.note_late(after_due);
        self.minutes.at(self.now).duties.add(u64::from(!late), u64::from(late));
    }

    /// Since when the oldest of all duties is due that are left after a look and that nothing but the crank stands against.
    pub fn left(&mut self, at: u64, oldest: Option<Duration>) {
        self.advance(at);
        self.is_late = oldest.is_some_and(|age| self.note_late(age));
    }

    fn note_late(&mut self, age: Duration) -> bool {
        let beyond = age.saturating_sub(self.objectives.latency_limit);
        self.insert(Track::Late, self.now.saturating_sub(millis(beyond)), self.now);
        !beyond.is_zero()
    }

    /// So many calls ended since this was told last.
    pub fn called(&mut self, at: u64, ok: u64, failed: u64) {
        self.advance(at);
        if 0 < ok || 0 < failed {
            self.minutes.at(self.now).calls.add(ok, failed);
        }
    }

    fn forget(&mut self) {
        let since = self.keep_from();
        self.tracks.iter_mut().for_each(|track| track.forget_before(since));
        self.minutes.forget_before(since);
    }

    fn keep_from(&self) -> u64 {
        self.now.saturating_sub(Window::Month.millis())
    }

    /// Where the time of a window went.
    #[must_use]
    pub fn time(&self, window: Window) -> TimeSpent {
        let known = self.known(window);
        let [down, off, planned] =
            [Track::Down, Track::Off, Track::Planned].map(|track| self.spans(track).within(known));
        let length = known.to.saturating_sub(known.from);
        TimeSpent { up: length.saturating_sub(down).saturating_sub(off).saturating_sub(planned), down, off, planned }
    }

    fn known(&self, window: Window) -> Span {
        Span { from: self.now.saturating_sub(window.millis()).max(self.begun), to: self.now }
    }

    /// One figure.
    #[must_use]
    pub fn level(&self, objective: Objective, basis: Basis, window: Window) -> Level {
        let allowed = objective.allowed(&self.objectives);
        let known = self.known(window);
        let (bad, total, span) = match basis {
            Basis::Time => {
                let TimeSpent { up, down, off, planned } = self.time(window);
                let bad = match objective {
                    Objective::Availability => down.saturating_add(off),
                    Objective::Latency => self.spans(Track::Late).within_but(known, self.spans(Track::Planned)),
                    Objective::Errors => self.erring(known),
                };
                (bad, up.saturating_add(down).saturating_add(off), window.millis().saturating_sub(planned))
            }
            Basis::Requests => {
                let (mut good, mut bad) = (0_u64, 0_u64);
                for (_, minute) in self.minutes.within(known) {
                    let counts = match objective {
                        Objective::Availability => minute.looks,
                        Objective::Latency => minute.duties,
                        Objective::Errors => minute.calls,
                    };
                    good = good.saturating_add(counts.good.into());
                    bad = bad.saturating_add(counts.bad.into());
                }
                (bad, good.saturating_add(bad), good.saturating_add(bad))
            }
        };
        Level { objective, basis, window, bad, total, span, allowed }
    }

    /// Time in minutes of whose calls a larger share failed than may.
    fn erring(&self, known: Span) -> u64 {
        let allowed = u64::from(self.objectives.errors.millionths());
        let is_bad = |minute: &Minute| {
            let (good, bad) = (u64::from(minute.calls.good), u64::from(minute.calls.bad));
            allowed * (good + bad) < bad * 1_000_000
        };
        let bad = self.minutes.within(known).filter(|(_, minute)| is_bad(minute));
        let counted = |(span, _): (Span, Minute)| {
            let both = Span { from: span.from.max(known.from), to: span.to.min(known.to) };
            span.common(known).saturating_sub(self.spans(Track::Planned).within(both))
        };
        bad.map(counted).fold(0, u64::saturating_add)
    }

    /// Every figure.
    #[must_use]
    pub fn levels(&self) -> Vec<Level> {
        let mut levels = Vec::new();
        for objective in Objective::ALL {
            for basis in Basis::ALL {
                levels.extend(Window::ALL.map(|window| self.level(objective, basis, window)));
            }
        }
        levels
    }

    /// What is to be written down, at a moment of the host's clock.
    #[must_use]
    pub fn changes(&self, wall: u64, ending: Ending) -> Changes {
        let changed = |track: Track| {
            let (spans, from) = (self.spans(track), self.spans(track).changed_from()?);
            Some((track, from, spans.iter().filter(|span| from <= span.to).collect()))
        };
        Changes {
            life: Life { begun: self.begun, at: self.now, wall, ending },
            tracks: Track::ALL.into_iter().filter_map(changed).collect(),
            minutes: self.minutes.changed(),
            keep_from: self.keep_from(),
            is_whole: false,
        }
    }

    /// The same for a journal that does not know anything of it yet.
    #[must_use]
    pub fn whole(&self, wall: u64, ending: Ending) -> Changes {
        let tracks = Track::ALL.map(|track| (track, 0, self.spans(track).iter().collect())).to_vec();
        let minutes = self.minutes.iter().collect();
        Changes { tracks, minutes, is_whole: true, ..self.changes(wall, ending) }
    }

    /// All changes are written down.
    pub fn saved(&mut self) {
        self.tracks.iter_mut().for_each(Spans::saved);
        self.minutes.saved();
    }

    /// Everything that outlives the process, at a moment of the host's clock.
    #[must_use]
    pub fn stored(&self, wall: u64, ending: Ending) -> Stored {
        let life = Life { begun: self.begun, at: self.now, wall, ending };
        Stored { life, tracks: self.tracks.clone(), minutes: self.minutes.clone() }
    }
}
