//! The principle operations that lead from one version of a constitution to another.

use crate::{PrincipleText, matching};

/// One operation on a list of principles. Indices name places in the list before any operation, as the
/// identity of a principle on chain does: retiring one moves no other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Add a principle.
    Add(PrincipleText),
    /// Give a principle new words, a new number or another class, category or priority.
    Amend {
        /// Place in the old list.
        index: usize,
        /// What it becomes.
        to: PrincipleText,
    },
    /// Retire a principle.
    Retire {
        /// Place in the old list.
        index: usize,
    },
}

/// Operations that lead from an old list of principles to a new one: first amendments and retirements in
/// the old order, at most one per principle, then additions in the new order. Principles without change
/// are not named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The operations.
    pub operations: Vec<Operation>,
}

/// An operation names a principle that the list does not have, or one twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("operation names principle {index} of {len}, which is not there or was named before")]
pub struct ApplyError {
    /// The index named, from 0.
    pub index: usize,
    /// Length of the list.
    pub len: usize,
}

impl Changes {
    /// The fewest operations under which matched principles keep their identity (see
    /// docs/constitution-files.md for how they are matched).
    ///
    /// Law: `between(old, new).apply(old) == new` for principles of any two documents.
    pub fn between(old: &[PrincipleText], new: &[PrincipleText]) -> Self {
        let pairs = matching::pair(old, new);
        let mut fates: Vec<Option<&PrincipleText>> = vec![None; old.len()];
        let mut additions = Vec::new();
        for (principle, pair) in new.iter().zip(pairs) {
            match pair.and_then(|index| fates.get_mut(index)) {
                Some(fate) => *fate = Some(principle),
                None => additions.push(Operation::Add(principle.clone())),
            }
        }
        let operations = old
            .iter()
            .zip(fates)
            .enumerate()
            .filter_map(|(index, (before, fate))| match fate {
                None => Some(Operation::Retire { index }),
                Some(after) if after == before => None,
                Some(after) => Some(Operation::Amend { index, to: after.clone() }),
            })
            .chain(additions)
            .collect();
        Self { operations }
    }

    /// The list after all operations, ordered by number as in a document.
    ///
    /// # Errors
    /// [`ApplyError`] at the first operation on a principle that is not there.
    pub fn apply(&self, old: &[PrincipleText]) -> Result<Vec<PrincipleText>, ApplyError> {
        let mut kept: Vec<Option<PrincipleText>> = old.iter().cloned().map(Some).collect();
        let mut is_named = vec![false; old.len()];
        let mut added = Vec::new();
        for operation in &self.operations {
            let (index, fate) = match operation {
                Operation::Add(principle) => {
                    added.push(principle.clone());
                    continue;
                }
                Operation::Amend { index, to } => (*index, Some(to.clone())),
                Operation::Retire { index } => (*index, None),
            };
            match (kept.get_mut(index), is_named.get_mut(index)) {
                (Some(slot), Some(is_named)) if !*is_named => {
                    *slot = fate;
                    *is_named = true;
                }
                (_, _) => return Err(ApplyError { index, len: old.len() }),
            }
        }
        let mut principles: Vec<PrincipleText> = kept.into_iter().flatten().chain(added).collect();
        principles.sort_by(|left, right| left.number.cmp(&right.number));
        Ok(principles)
    }
}
