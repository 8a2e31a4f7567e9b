//! Requests, counted by the minute.

use std::collections::BTreeMap;

use super::MINUTE;
use super::spans::Span;

/// Requests, by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// As they should.
    pub good: u32,
    /// Otherwise.
    pub bad: u32,
}

impl Counts {
    pub(super) fn add(&mut self, good: u64, bad: u64) {
        let add = |count: u32, more: u64| count.saturating_add(u32::try_from(more).unwrap_or(u32::MAX));
        *self = Self { good: add(self.good, good), bad: add(self.bad, bad) };
    }
}

/// Requests of one minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Minute {
    /// Looks: good where every constitution was read.
    pub looks: Counts,
    /// Duties that this crank has done: good where soon enough.
    pub duties: Counts,
    /// Calls to endpoints: good where one was answered, after whatever retries.
    pub calls: Counts,
}

/// Minutes in which there was anything, by their number on the tracker's timeline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Minutes {
    by_number: BTreeMap<u64, Minute>,
    changed_from: Option<u64>,
}

impl Minutes {
    /// From minutes as [`Minutes::iter`] tells them.
    #[must_use]
    pub fn of(minutes: impl IntoIterator<Item = (u64, Minute)>) -> Self {
        Self { by_number: minutes.into_iter().collect(), changed_from: None }
    }

    pub(super) fn at(&mut self, moment: u64) -> &mut Minute {
        let number = moment.div_euclid(MINUTE);
        self.changed_from = Some(self.changed_from.map_or(number, |first| first.min(number)));
        self.by_number.entry(number).or_default()
    }

    /// Minutes that have a moment in common with a span, each with its own span.
    pub fn within(&self, span: Span) -> impl Iterator<Item = (Span, Minute)> + '_ {
        let first = span.from.div_euclid(MINUTE);
        let found = self.by_number.range(first..).map(|(number, minute)| {
            let from = number.saturating_mul(MINUTE);
            (Span { from, to: from.saturating_add(MINUTE) }, *minute)
        });
        found.take_while(move |(minute, _)| minute.from <= span.to)
    }

    /// Forgets minutes that were over before a moment.
    pub(super) fn forget_before(&mut self, moment: u64) {
        let first = moment.div_euclid(MINUTE);
        while self.by_number.first_key_value().is_some_and(|(number, _)| *number < first) {
            self.by_number.pop_first();
        }
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = (u64, Minute)> + '_ {
        self.by_number.iter().map(|(number, minute)| (*number, *minute))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_number.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_number.is_empty()
    }

    /// Those that differ from what was saved.
    pub(super) fn changed(&self) -> Vec<(u64, Minute)> {
        let changed = self.changed_from.map(|first| self.by_number.range(first..));
        changed.into_iter().flatten().map(|(number, minute)| (*number, *minute)).collect()
    }

    pub(super) fn saved(&mut self) {
        self.changed_from = None;
    }
}
