//! One matter on its way, and the law by which it moves on: no IO, no clock, nothing of any particular workflow.

use serde::{Deserialize, Serialize};

use super::{Key, State, Step, Timing, Verdict};

/// One matter on its way through a workflow. Moments are the chain's, Unix seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// Which.
    pub key: Key,
    /// When it began.
    pub began_at: i64,
    /// What it waits for; `None` once it is over.
    pub step: Option<Step>,
    /// Since when: where the chain tells, when the step before ended, else the look at which that was seen.
    pub entered_at: i64,
    /// Last second in which the step is on time; `None` where nothing says how long it may take.
    pub due_at: Option<i64>,
    /// Whether a look has found the deadline missed.
    pub is_overdue: bool,
    /// What somebody should know about it.
    pub finding: Option<String>,
    /// The steps that are behind it, in the table's order.
    pub marks: Vec<Mark>,
    /// Deadlines of steps that may come, as the account told them last: by them is judged what happens unseen.
    pub ahead: Vec<Waits>,
    /// When events said that steps ended, some of them perhaps before an account shows it.
    pub told: Vec<Told>,
    /// What it came to, as soon as that is decided.
    pub verdict: Option<Verdict>,
    /// When it was over.
    pub ended_at: Option<i64>,
}

/// A step that is behind an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Which.
    pub step: Step,
    /// Its deadline, where it had one.
    pub due_at: Option<i64>,
    /// When it ended.
    pub at: When,
    /// How that is judged.
    pub timing: Timing,
}

/// A moment, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Then.
    At(i64),
    /// Not later than then.
    By(i64),
}

impl When {
    /// The moment.
    #[must_use]
    pub fn moment(self) -> i64 {
        match self {
            Self::At(moment) | Self::By(moment) => moment,
        }
    }
}

/// What an event told of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Which step.
    pub step: Step,
    /// When it ended.
    pub at: i64,
    /// What the instance came to by it, where the event says that, too.
    pub verdict: Option<Verdict>,
}

impl Instance {
    /// How it stands.
    #[must_use]
    pub fn state(&self) -> State {
        match (self.ended_at, self.verdict) {
            (Some(_), Some(verdict)) if verdict.is_failure() => State::Failed,
            (Some(_), _) => State::Done,
            (None, _) if self.is_overdue => State::Overdue,
            (None, _) => State::Running,
        }
    }

    fn mark(&self, step: Step) -> Option<&Mark> {
        self.marks.iter().find(|mark| mark.step == step)
    }

    /// Since when the next step could have begun: everything that is behind it has to be.
    fn reached_at(&self) -> When {
        let last = self.marks.iter().map(|mark| mark.at).max_by_key(|at| at.moment());
        last.unwrap_or(When::At(self.began_at))
    }

    /// Puts a step behind it, and judges its timing.
    fn pass(&mut self, passed: &Passed) -> Mark {
        let Passed { step, at, deadline } = *passed;
        let told = self.told.iter().find(|told| told.step == step).map(|told| When::At(told.at));
        let at = told.unwrap_or(at);
        let was_waiting = self.step == Some(step);
        let entered_at = if was_waiting { When::At(self.entered_at) } else { self.reached_at() };
        let ahead = self.ahead.iter().find(|ahead| ahead.step == step).map(|ahead| ahead.deadline);
        // What the account says now is newer than what is remembered, except where the account is gone.
        let due = match deadline.or(ahead) {
            Some(deadline) => Due::of(deadline, entered_at),
            None if was_waiting => self.due_at.map_or(Due::Never, Due::At),
            None => Due::Unknown,
        };
        let mark = Mark { step, due_at: due.moment(), at, timing: due.judge(at, was_waiting && self.is_overdue) };
        self.marks.push(mark);
        mark
    }
}

/// The last second on time, as far as it is known.
#[derive(Clone, Copy)]
enum Due {
    Never,
    At(i64),
    /// At the earliest then, at the latest then: when the step before ended is not known exactly.
    Between(i64, i64),
    Unknown,
}

impl Due {
    fn of(deadline: Deadline, entered_at: When) -> Self {
        let latest = deadline.after(entered_at.moment());
        match (latest, deadline.after(i64::MIN), entered_at) {
            (Some(latest), Some(earliest), When::By(_)) if earliest < latest => Self::Between(earliest, latest),
            (Some(latest), ..) => Self::At(latest),
            (None, ..) => Self::Never,
        }
    }

    fn moment(self) -> Option<i64> {
        match self {
            Self::At(due_at) | Self::Between(due_at, _) => Some(due_at),
            Self::Never | Self::Unknown => None,
        }
    }

    fn judge(self, at: When, was_overdue: bool) -> Timing {
        let (earliest, latest) = match self {
            Self::Never => return Timing::OnTime,
            Self::Unknown => return Timing::Unseen,
            Self::At(due_at) => (due_at, due_at),
            Self::Between(earliest, latest) => (earliest, latest),
        };
        match at {
            When::At(at) | When::By(at) if at <= earliest => Timing::OnTime,
            When::At(at) if latest < at => Timing::Late,
            When::By(_) if was_overdue => Timing::Late,
            When::At(_) | When::By(_) => Timing::Unseen,
        }
    }
}

/// Until when a step is on time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// From when on it can be done; for what a clock or people end, the deadline itself. `None` for never.
    pub moment: Option<i64>,
    /// How long a crank may take from then on, or from the end of the step before where that is later; seconds. 0 for what
    /// a clock or people end.
    pub grace: i64,
}

impl Deadline {
    /// The last second on time, of a step that began at `entered_at`.
    fn after(self, entered_at: i64) -> Option<i64> {
        let moment = self.moment?;
        Some(if self.grace == 0 { moment } else { moment.max(entered_at).saturating_add(self.grace) })
    }
}

/// A step that is over, as accounts show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passed {
    /// Which.
    pub step: Step,
    /// When it ended.
    pub at: When,
    /// Until when it was on time; `None` where the account does not tell any more.
    pub deadline: Option<Deadline>,
}

/// A step that is not over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waits {
    /// Which.
    pub step: Step,
    /// Until when it is on time.
    pub deadline: Deadline,
}

/// What a look has found out besides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Finding {
    /// Nothing that was not known: whatever stood goes on standing.
    #[default]
    Unchanged,
    /// This, or that nothing is to be known.
    Is(Option<String>),
}

/// What accounts show of one instance at one look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// Which.
    pub key: Key,
    /// When it began.
    pub began_at: i64,
    /// What is behind it, in the table's order.
    pub passed: Vec<Passed>,
    /// What it waits for; `None` where nothing is left.
    pub waits: Option<Waits>,
    /// Deadlines of steps that may come later.
    pub ahead: Vec<Waits>,
    /// What it came to, as soon as that is decided.
    pub verdict: Option<Verdict>,
    /// What somebody should know.
    pub finding: Finding,
}

/// What has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transition {
    /// It is seen for the first time.
    Began,
    /// A step is over.
    Passed(Mark),
    /// A deadline is missed.
    Overdue {
        /// What it waits for.
        step: Step,
        /// Until when that was on time.
        due_at: i64,
    },
    /// Something stands against it, or nothing does any more.
    Found(Option<String>),
    /// It is over.
    Ended(Verdict),
}

/// Moves an instance on to what a look at `now` shows, and says what has changed. A look that shows less than is known, as
/// from an endpoint that lags behind, changes nothing; neither does any look at what is over.
#[must_use]
pub fn advance(before: Option<&Instance>, sighting: &Sighting, now: i64) -> (Instance, Vec<Transition>) {
    let mut changes = Vec::new();
    let mut it = before.cloned().unwrap_or_else(|| {
        changes.push(Transition::Began);
        begun(sighting)
    });
    if it.ended_at.is_some() || is_older(sighting, &it) {
        return (it, changes);
    }
    // The first event of a batch may turn out to be older than the look that noticed it.
    it.began_at = it.began_at.min(sighting.began_at);
    let marks = it.marks.len();
    for passed in &sighting.passed {
        if it.mark(passed.step).is_none() {
            changes.push(Transition::Passed(it.pass(passed)));
        }
    }
    if !sighting.ahead.is_empty() {
        it.ahead.clone_from(&sighting.ahead);
    }
    it.verdict = sighting.verdict.or(it.verdict);
    if let Finding::Is(finding) = &sighting.finding
        && it.finding != *finding
    {
        it.finding.clone_from(finding);
        changes.push(Transition::Found(finding.clone()));
    }
    if it.verdict == Some(Verdict::Compliant) && it.finding.is_some() {
        it.verdict = Some(Verdict::Breach);
    }
    let has_passed = marks < it.marks.len() || before.is_none();
    wait(&mut it, sighting.waits, has_passed, now, &mut changes);
    (it, changes)
}

fn begun(sighting: &Sighting) -> Instance {
    Instance {
        key: sighting.key,
        began_at: sighting.began_at,
        step: None,
        entered_at: sighting.began_at,
        due_at: None,
        is_overdue: false,
        finding: None,
        marks: Vec::new(),
        ahead: Vec::new(),
        told: Vec::new(),
        verdict: None,
        ended_at: None,
    }
}

fn is_older(sighting: &Sighting, known: &Instance) -> bool {
    let Some(Waits { step, .. }) = sighting.waits else { return false };
    let place = |step| known.key.workflow.place(step);
    known.mark(step).is_some() || known.step.is_some_and(|known| place(step) < place(known))
}

fn wait(it: &mut Instance, waits: Option<Waits>, has_passed: bool, now: i64, changes: &mut Vec<Transition>) {
    let Some(Waits { step, deadline }) = waits else {
        let verdict = it.verdict.unwrap_or(Verdict::Unseen);
        it.ended_at = Some(if it.marks.is_empty() { now } else { it.reached_at().moment() });
        (it.step, it.due_at, it.is_overdue, it.verdict) = (None, None, false, Some(verdict));
        changes.push(Transition::Ended(verdict));
        return;
    };
    if it.step != Some(step) {
        // Nothing of its own ended the step before: a clock did, at the moment from which on this one can be done.
        let by_clock = deadline.moment.map_or(now, |moment| moment.min(now));
        it.entered_at = if has_passed { it.reached_at().moment() } else { by_clock };
        (it.step, it.is_overdue) = (Some(step), false);
    }
    it.due_at = deadline.after(it.entered_at);
    let was_overdue = it.is_overdue;
    it.is_overdue = it.due_at.is_some_and(|due_at| due_at < now);
    if let (true, false, Some(due_at)) = (it.is_overdue, was_overdue, it.due_at) {
        changes.push(Transition::Overdue { step, due_at });
    }
}
