//! What changed between two documents, in words.

mod display;
mod place;
mod wording;

pub use wording::{Edit, Wording};

use crate::{Document, PrincipleText, matching};

/// The differences between two documents.
///
/// Displayed, it has one line per change and an indented line per edit where there are several, long
/// passages shortened; `{:#}` shortens nothing. [`Diff::summary`] is the whole in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diff {
    /// Old and new title, when they differ.
    pub title: Option<(String, String)>,
    /// Old and new version, when they differ.
    pub version: Option<(Option<String>, Option<String>)>,
    /// Changes of the preamble, when it differs.
    pub preamble: Option<Wording>,
    /// One entry per principle that changed: those of the new document in its order, then those removed
    /// in the order of the old one.
    pub principles: Vec<PrincipleChange>,
}

/// What happened to one principle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrincipleChange {
    /// It is new.
    Added(PrincipleText),
    /// It is gone.
    Removed(PrincipleText),
    /// It has another number and is otherwise the same.
    Renumbered {
        /// As it was.
        from: PrincipleText,
        /// As it is.
        to: PrincipleText,
    },
    /// Its heading, words, class, category or priority changed, perhaps its number too.
    Amended {
        /// As it was.
        from: PrincipleText,
        /// As it is.
        to: PrincipleText,
        /// How its words changed; without edits when only line breaks or list numbers moved.
        wording: Wording,
    },
}

impl Diff {
    /// Compares two documents. Principles are matched by number and heading first and by likeness then, so
    /// that renumbering is no removal.
    pub fn between(old: &Document, new: &Document) -> Self {
        let differing = |before: &str, after: &str| before != after;
        let mut principles = Vec::new();
        let mut is_kept = vec![false; old.principles.len()];
        for (to, pair) in new.principles.iter().zip(matching::pair(&old.principles, &new.principles)) {
            let Some((index, from)) = pair.and_then(|index| Some((index, old.principles.get(index)?))) else {
                principles.push(PrincipleChange::Added(to.clone()));
                continue;
            };
            if let Some(is_kept) = is_kept.get_mut(index) {
                *is_kept = true;
            }
            principles.extend(compare(from, to));
        }
        let removed = old.principles.iter().zip(is_kept).filter(|(_, is_kept)| !is_kept);
        principles.extend(removed.map(|(principle, _)| PrincipleChange::Removed(principle.clone())));
        Self {
            title: differing(&old.title, &new.title).then(|| (old.title.clone(), new.title.clone())),
            version: (old.version != new.version).then(|| (old.version.clone(), new.version.clone())),
            preamble: differing(&old.preamble, &new.preamble).then(|| Wording::between(&old.preamble, &new.preamble)),
            principles,
        }
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        let Self { title, version, preamble, principles } = self;
        title.is_none() && version.is_none() && preamble.is_none() && principles.is_empty()
    }

    /// Words added to principles, those of added principles included. Headings and preamble do not count.
    pub fn words_added(&self) -> usize {
        self.principles.iter().map(|change| change.n_words().0).sum()
    }

    /// Words removed from principles, those of removed principles included. Headings and preamble do not
    /// count.
    pub fn words_removed(&self) -> usize {
        self.principles.iter().map(|change| change.n_words().1).sum()
    }
}

impl PrincipleChange {
    /// Words added and removed.
    fn n_words(&self) -> (usize, usize) {
        match self {
            Self::Added(principle) => (wording::count(&principle.text), 0),
            Self::Removed(principle) => (0, wording::count(&principle.text)),
            Self::Renumbered { .. } => (0, 0),
            Self::Amended { wording, .. } => (wording.words_added, wording.words_removed),
        }
    }
}

fn compare(from: &PrincipleText, to: &PrincipleText) -> Option<PrincipleChange> {
    if from == to {
        return None;
    }
    let renumbered = PrincipleText { number: to.number.clone(), ..from.clone() };
    let (from, to) = (from.clone(), to.clone());
    if renumbered == to {
        return Some(PrincipleChange::Renumbered { from, to });
    }
    let wording = Wording::between(&from.text, &to.text);
    Some(PrincipleChange::Amended { from, to, wording })
}
