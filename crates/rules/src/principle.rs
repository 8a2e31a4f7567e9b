//! Principles: the numbered sentences a constitution stands on, and how proposals cite them.

/// How hard a principle is to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Class {
    /// Changed by the amendment track's threshold.
    Ordinary = 0,
    /// Changed only by the entrenched threshold, never below 75 %.
    Entrenched = 1,
}

impl Class {
    /// The class with this number, or `None`.
    #[must_use]
    pub fn from_u8(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Ordinary),
            1 => Some(Self::Entrenched),
            _ => None,
        }
    }
}

/// What a principle is about. For people and filters; no rule depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Category {
    /// How decisions are made and by whom.
    Governance = 0,
    /// What members may always do.
    Rights = 1,
    /// How things are done.
    Process = 2,
    /// Money and assets.
    Treasury = 3,
    /// What protects the community.
    Safety = 4,
    /// How systems are built and run.
    Technical = 5,
    /// Anything else.
    Other = 6,
}

impl Category {
    /// All categories, in the order of their numbers.
    pub const ALL: [Self; 7] =
        [Self::Governance, Self::Rights, Self::Process, Self::Treasury, Self::Safety, Self::Technical, Self::Other];

    /// The category with this number, or `None`.
    #[must_use]
    pub fn from_u8(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|category| *category as u8 == number)
    }
}

/// Highest priority of a principle; the lowest is 0. A higher one weighs more where two principles pull apart.
pub const MAX_PRIORITY: u8 = 100;

/// Most principles a proposal can cite.
pub const MAX_CITATIONS: usize = 8;

/// A list of citations that is not allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CitationError {
    /// More than [`MAX_CITATIONS`].
    TooMany {
        /// How many were given.
        count: usize,
    },
    /// A policy or treasury proposal that rests on no principle.
    Missing,
    /// Ids that are not strictly ascending: a repeated principle, or one out of order.
    NotAscending {
        /// The id before.
        previous: u32,
        /// The id that should have been higher.
        id: u32,
    },
}

/// # Errors
/// More than [`MAX_CITATIONS`], none where `is_required`, or ids that are not strictly ascending.
pub fn check_citations(ids: &[u32], is_required: bool) -> Result<(), CitationError> {
    if ids.len() > MAX_CITATIONS {
        return Err(CitationError::TooMany { count: ids.len() });
    }
    if is_required && ids.is_empty() {
        return Err(CitationError::Missing);
    }
    for pair in ids.windows(2) {
        if let [previous, id] = *pair {
            if id <= previous {
                return Err(CitationError::NotAscending { previous, id });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn citations_are_few_sorted_and_where_needed_present() {
        assert_eq!(check_citations(&[1, 2, 9], true), Ok(()));
        assert_eq!(check_citations(&[], false), Ok(()));
        assert_eq!(check_citations(&[], true), Err(CitationError::Missing));
        assert_eq!(check_citations(&[2, 2], true), Err(CitationError::NotAscending { previous: 2, id: 2 }));
        assert_eq!(check_citations(&[0; 9], true), Err(CitationError::TooMany { count: 9 }));
        assert_eq!(check_citations(&[0, 1, 2, 3, 4, 5, 6, 7], true), Ok(()));
    }
}
