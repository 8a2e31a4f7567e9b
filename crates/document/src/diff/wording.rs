//! Edits of words between two texts.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::place::{self, Word};

/// Fewest equal words that keep two edits apart: "was not" between two edits reads better inside one.
const MIN_WORDS_BETWEEN: usize = 3;

/// An insertion or removal of at most this many words is shown with the words beside it.
const MAX_WORDS_WITH_CONTEXT: usize = 3;

/// Longest pair of texts, in words, that is compared word by word; beyond it the whole text is one edit.
/// Bounds the comparison, whose time grows with the square of what differs.
const MAX_WORDS_COMPARED: usize = 20_000;

/// How the words of a text changed. Spaces, line breaks and the numbers of list items do not count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wording {
    /// The edits in the order of the new text.
    pub edits: Vec<Edit>,
    /// Words added.
    pub words_added: usize,
    /// Words removed.
    pub words_removed: usize,
}

/// One passage that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The list item it stands in: `(7)`, `(2)(1)`; empty outside lists. Of the new text, unless words
    /// were only removed.
    pub place: String,
    /// The words before, with single spaces; empty when words were only added.
    pub old: String,
    /// The words after, with single spaces; empty when words were only removed.
    pub new: String,
}

/// Word ranges of both texts that replace each other.
#[derive(Clone, Debug)]
struct Span {
    old: Range<usize>,
    new: Range<usize>,
}

impl Wording {
    /// The edits that lead from one text to the other.
    pub(super) fn between(old: &str, new: &str) -> Self {
        let (old, new) = (place::words(old), place::words(new));
        let spans = settle(differing(&old, &new), &old, &new);
        let words_added = spans.iter().map(|span| span.new.len()).sum();
        let words_removed = spans.iter().map(|span| span.old.len()).sum();
        let edits = merge(spans)
            .into_iter()
            .flat_map(|span| by_item(&span, &old, &new))
            .map(|span| edit(&span, &old, &new))
            .collect();
        Self { edits, words_added, words_removed }
    }
}

/// Number of words in a text.
pub(super) fn count(text: &str) -> usize {
    place::words(text).len()
}

fn differing(old: &[Word<'_>], new: &[Word<'_>]) -> Vec<Span> {
    if MAX_WORDS_COMPARED < old.len() + new.len() {
        return vec![Span { old: 0..old.len(), new: 0..new.len() }];
    }
    let texts = |words: &[Word<'_>]| words.iter().map(|word| word.text.to_owned()).collect::<Vec<_>>();
    capture_diff_slices(Algorithm::Myers, &texts(old), &texts(new))
        .iter()
        .filter(|operation| !matches!(operation, DiffOp::Equal { .. }))
        .map(|operation| Span { old: operation.old_range(), new: operation.new_range() })
        .collect()
}

/// Moves spans that were only added, or only removed, to where they begin an item or a sentence, where the
/// words allow it: after "We build." the words "We test. We" before "share." are the sentence "We test.".
fn settle(mut spans: Vec<Span>, old: &[Word<'_>], new: &[Word<'_>]) -> Vec<Span> {
    for index in 0..spans.len() {
        let (before, rest) = spans.split_at_mut(index);
        let Some((span, after)) = rest.split_first_mut() else { break };
        let (words, inner) = match (span.old.is_empty(), span.new.is_empty()) {
            (true, false) => (new, &span.new),
            (false, true) => (old, &span.old),
            (_, _) => continue,
        };
        let n_left = before.last().map_or(span.new.start, |previous| span.new.start - previous.new.end);
        let n_right = after.first().map_or(new.len(), |next| next.new.start) - span.new.end;
        let text = |index: usize| words.get(index).map(|word| word.text);
        let can_move_left = |by: &usize| text(inner.start - by) == text(inner.end - by);
        let can_move_right = |by: &usize| text(inner.start + by - 1) == text(inner.end + by - 1);
        if begins(words, inner.start) {
            continue;
        }
        let left = (1..=n_left).take_while(can_move_left).find(|by| begins(words, inner.start - by));
        let right = (1..=n_right).take_while(can_move_right).find(|by| begins(words, inner.start + by));
        if let Some(by) = left {
            *span = Span { old: span.old.start - by..span.old.end - by, new: span.new.start - by..span.new.end - by };
        } else if let Some(by) = right {
            *span = Span { old: span.old.start + by..span.old.end + by, new: span.new.start + by..span.new.end + by };
        }
    }
    spans
}

/// Whether the word at `index` begins an item or a sentence.
fn begins(words: &[Word<'_>], index: usize) -> bool {
    let Some(before) = index.checked_sub(1).and_then(|before| words.get(before)) else { return true };
    let is_same_item = words.get(index).is_none_or(|word| word.place == before.place);
    !is_same_item || before.text.ends_with(['.', ';', ':', '!', '?'])
}

/// Joins spans that fewer than [`MIN_WORDS_BETWEEN`] equal words keep apart.
fn merge(spans: Vec<Span>) -> Vec<Span> {
    let mut merged: Vec<Span> = Vec::new();
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.new.start.saturating_sub(last.new.end) < MIN_WORDS_BETWEEN => {
                last.old.end = span.old.end;
                last.new.end = span.new.end;
            }
            Some(_) | None => merged.push(span),
        }
    }
    merged
}

/// Cuts a span at the borders of list items. The items of both sides are paired in order, and those left
/// over on one side were only removed, or only added.
fn by_item(span: &Span, old: &[Word<'_>], new: &[Word<'_>]) -> Vec<Span> {
    let (old_pieces, new_pieces) = (pieces(old, &span.old), pieces(new, &span.new));
    let n_spans = old_pieces.len().max(new_pieces.len());
    let piece = |pieces: &[Range<usize>], index: usize, end: usize| pieces.get(index).cloned().unwrap_or(end..end);
    (0..n_spans)
        .map(|index| Span {
            old: piece(&old_pieces, index, span.old.end),
            new: piece(&new_pieces, index, span.new.end),
        })
        .collect()
}

/// The range cut where the list item changes.
fn pieces(words: &[Word<'_>], range: &Range<usize>) -> Vec<Range<usize>> {
    let place = |index: usize| words.get(index).map(|word| &word.place);
    let mut pieces: Vec<Range<usize>> = Vec::new();
    for index in range.clone() {
        match pieces.last_mut() {
            Some(piece) if place(piece.start) == place(index) => piece.end = index + 1,
            Some(_) | None => pieces.push(index..index + 1),
        }
    }
    pieces
}

fn edit(span: &Span, old: &[Word<'_>], new: &[Word<'_>]) -> Edit {
    let first_new = new.get(span.new.start).filter(|_| !span.new.is_empty());
    let place = first_new.or_else(|| old.get(span.old.start)).map_or("", |word| &word.place);
    let is_one_sided = span.old.is_empty() != span.new.is_empty();
    let is_short = span.old.len() + span.new.len() <= MAX_WORDS_WITH_CONTEXT;
    let span = if is_one_sided && is_short { with_context(span, old, new) } else { span.clone() };
    Edit { place: place.to_owned(), old: join(old.get(span.old)), new: join(new.get(span.new)) }
}

/// The span with the equal word before it and after it, as far as they stand in the same item: "a majority"
/// to "a 3:1 majority" says more than "3:1" added.
fn with_context(span: &Span, old: &[Word<'_>], new: &[Word<'_>]) -> Span {
    let (words, inner) = if span.old.is_empty() { (new, &span.new) } else { (old, &span.old) };
    let place = words.get(inner.start).map(|word| &word.place);
    let is_same_item =
        |index: Option<usize>| index.and_then(|index| words.get(index)).is_some_and(|word| Some(&word.place) == place);
    let before = usize::from(is_same_item(inner.start.checked_sub(1)) && 0 < span.old.start && 0 < span.new.start);
    let after = usize::from(is_same_item(Some(inner.end)) && span.old.end < old.len() && span.new.end < new.len());
    Span { old: span.old.start - before..span.old.end + after, new: span.new.start - before..span.new.end + after }
}

fn join(words: Option<&[Word<'_>]>) -> String {
    words.unwrap_or_default().iter().map(|word| word.text).collect::<Vec<_>>().join(" ")
}
