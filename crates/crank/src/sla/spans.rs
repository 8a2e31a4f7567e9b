//! Spans of time, as milliseconds of the tracker's timeline.

/// Most spans that one set holds. Beyond it the two that are nearest to each other become one with the gap between them:
/// an outage that flickers for weeks is told a little too long rather than forgotten.
pub const MOST_SPANS: usize = 4_096;

/// From its first millisecond to before its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its beginning.
    pub from: u64,
    /// Its end, which does not belong to it.
    pub to: u64,
}

impl Span {
    /// What it has in common with another.
    #[must_use]
    pub fn common(self, other: Self) -> u64 {
        self.to.min(other.to).saturating_sub(self.from.max(other.from))
    }
}

/// A set of moments: spans in order, of which no two touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spans {
    spans: Vec<Span>,
    changed_from: Option<u64>,
}

impl Spans {
    /// From spans as [`Spans::iter`] tells them.
    #[must_use]
    pub fn of(spans: impl IntoIterator<Item = Span>) -> Self {
        let mut all = Self::default();
        spans.into_iter().for_each(|span| all.insert(span));
        Self { changed_from: None, ..all }
    }

    /// Adds every moment of a span.
    pub fn insert(&mut self, span: Span) {
        if span.to <= span.from {
            return;
        }
        let first = self.spans.partition_point(|it| it.to < span.from);
        let last = self.spans.partition_point(|it| it.from <= span.to);
        let touched = self.spans.get(first..last).unwrap_or_default();
        if touched.iter().any(|it| it.from <= span.from && span.to <= it.to) {
            return;
        }
        let from = touched.first().map_or(span.from, |it| it.from.min(span.from));
        let to = touched.last().map_or(span.to, |it| it.to.max(span.to));
        self.spans.splice(first..last, [Span { from, to }]);
        self.change(from);
        if MOST_SPANS < self.spans.len() {
            self.join_nearest();
        }
    }

    fn join_nearest(&mut self) {
        let gaps = self.spans.windows(2).map(|pair| match pair {
            [one, next] => next.from.saturating_sub(one.to),
            _ => u64::MAX,
        });
        let Some((place, _)) = gaps.enumerate().min_by_key(|(_, gap)| *gap) else { return };
        let next = self.spans.remove(place.saturating_add(1));
        if let Some(one) = self.spans.get_mut(place) {
            one.to = next.to;
            let from = one.from;
            self.change(from);
        }
    }

    fn change(&mut self, from: u64) {
        self.changed_from = Some(self.changed_from.map_or(from, |earliest| earliest.min(from)));
    }

    /// How much of a span belongs to it, milliseconds.
    #[must_use]
    pub fn within(&self, span: Span) -> u64 {
        let first = self.spans.partition_point(|it| it.to <= span.from);
        let from_first = self.spans.iter().skip(first);
        from_first.take_while(|it| it.from < span.to).map(|it| it.common(span)).fold(0, u64::saturating_add)
    }

    /// How much of a span belongs to it and not to another.
    #[must_use]
    pub fn within_but(&self, span: Span, other: &Self) -> u64 {
        let own = |it: &Span| {
            let both = Span { from: it.from.max(span.from), to: it.to.min(span.to) };
            it.common(span).saturating_sub(if both.from < both.to { other.within(both) } else { 0 })
        };
        self.spans.iter().map(own).fold(0, u64::saturating_add)
    }

    /// Forgets what was over before a moment.
    pub fn forget_before(&mut self, moment: u64) {
        let over = self.spans.partition_point(|it| it.to <= moment);
        self.spans.drain(..over);
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = Span> + '_ {
        self.spans.iter().copied()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Since when they differ from what was saved: what ended before it is as it was.
    #[must_use]
    pub fn changed_from(&self) -> Option<u64> {
        self.changed_from
    }

    /// All of it is saved.
    pub fn saved(&mut self) {
        self.changed_from = None;
    }
}
