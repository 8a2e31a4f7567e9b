//! Who says that a snapshot is the right one: operators who each read the weights themselves.
//!
//! One operator publishes a root, the others approve or challenge it, each once. After the challenge window it holds if
//! its approvals exceed its challenges by at least `needed`. With `n` operators of whom `f` are faulty:
//!
//! - a false root is never bound while `f < needed`, even if no honest operator looks at it;
//! - a true one is bound while `n - 2f >= needed`, even if every faulty operator challenges it.
//!
//! So four operators of whom two are needed stand one faulty one, and `3f + 1` stand `f` ([`tolerated`]).

use crate::{parameters::DAY, UnixSeconds};

/// Most operators of a constitution.
pub const MAX_SNAPSHOT_OPERATORS: usize = 16;
/// Bounds of the challenge window, in seconds: 10 minutes to 14 days.
pub const CHALLENGE_SECONDS: (u32, u32) = (600, 14 * DAY);

/// What an operator says of a root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Verdict {
    /// It is not what the operator computed.
    Challenge = 0,
    /// It is what the operator computed, too.
    Approve = 1,
}

impl Verdict {
    /// The verdict with this number, or `None`.
    #[must_use]
    pub fn from_u8(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Challenge),
            1 => Some(Self::Approve),
            _ => None,
        }
    }
}

/// A set of operators, or a verdict, that is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReviewError {
    /// No operator, or more than [`MAX_SNAPSHOT_OPERATORS`].
    OperatorsOutOfRange,
    /// Operators are not in ascending order of address, or one is repeated: one who counts twice could approve alone.
    NotAscending,
    /// Needs nobody's approval, or that of more operators than there are.
    NeededOutOfRange,
    /// The window lies outside [`CHALLENGE_SECONDS`].
    ChallengeOutOfRange,
    /// The operator has spoken on this root.
    AlreadyReviewed,
}

/// What the operators have said of one root, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Review {
    /// Operators who approve.
    pub approvals: u16,
    /// Operators who challenge.
    pub challenges: u16,
}

/// # Errors
/// [`ReviewError`] where the operators, their number or their window are not allowed.
pub fn check_operators(operators: &[crate::Address], needed: u8, challenge_seconds: u32) -> Result<(), ReviewError> {
    if operators.is_empty() || operators.len() > MAX_SNAPSHOT_OPERATORS {
        return Err(ReviewError::OperatorsOutOfRange);
    }
    // The zero address is the System program, which never signs.
    let is_ascending = operators.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
    if !is_ascending || operators.first() == Some(&[0; 32]) {
        return Err(ReviewError::NotAscending);
    }
    if needed == 0 || usize::from(needed) > operators.len() {
        return Err(ReviewError::NeededOutOfRange);
    }
    if !(CHALLENGE_SECONDS.0..=CHALLENGE_SECONDS.1).contains(&challenge_seconds) {
        return Err(ReviewError::ChallengeOutOfRange);
    }
    Ok(())
}

/// Faulty operators that neither pass a false root nor block a true one: the lesser of `needed - 1` and
/// `(operators - needed) / 2`.
///
/// ```
/// use quantumagi_rules::snapshot::review::tolerated;
/// assert_eq!((tolerated(1, 1), tolerated(3, 2), tolerated(4, 2), tolerated(16, 6)), (0, 0, 1, 5));
/// ```
#[must_use]
pub fn tolerated(operators: u8, needed: u8) -> u8 {
    needed.saturating_sub(1).min(operators.saturating_sub(needed) >> 1)
}

impl Review {
    /// The review after this operator has spoken.
    ///
    /// # Errors
    /// [`ReviewError::AlreadyReviewed`] where the operator has spoken before, one way or the other;
    /// [`ReviewError::OperatorsOutOfRange`] for an operator that no list can have.
    pub fn with(self, operator: usize, verdict: Verdict) -> Result<Self, ReviewError> {
        if operator >= MAX_SNAPSHOT_OPERATORS {
            return Err(ReviewError::OperatorsOutOfRange);
        }
        let bit = 1u16 << operator;
        if (self.approvals | self.challenges) & bit != 0 {
            return Err(ReviewError::AlreadyReviewed);
        }
        Ok(match verdict {
            Verdict::Approve => Self { approvals: self.approvals | bit, ..self },
            Verdict::Challenge => Self { challenges: self.challenges | bit, ..self },
        })
    }

    /// Whether approvals exceed challenges by at least `needed`.
    #[must_use]
    pub fn is_accepted(self, needed: u8) -> bool {
        // Bound: at most 16 bits each, plus 255.
        self.approvals.count_ones() >= self.challenges.count_ones().saturating_add(u32::from(needed))
    }
}

/// First second at which a root published at `published_at` can be bound; `None` past the end of time.
#[must_use]
pub fn challenge_ends_at(published_at: UnixSeconds, challenge_seconds: u32) -> Option<UnixSeconds> {
    published_at.checked_add(challenge_seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn operators(count: u8) -> Vec<crate::Address> {
        (1..=count).map(|byte| [byte; 32]).collect()
    }

    #[track_caller]
    fn check(count: u8, needed: u8, seconds: u32, expected: Result<(), ReviewError>) {
        assert_eq!(check_operators(&operators(count), needed, seconds), expected, "{needed} of {count}, {seconds} s");
    }

    #[test]
    fn l8_operators_approvals_and_window_have_bounds() {
        let (shortest, longest) = CHALLENGE_SECONDS;
        for count in [1, 16] {
            check(count, 1, shortest, Ok(()));
            check(count, count, longest, Ok(()));
            check(count, 0, shortest, Err(ReviewError::NeededOutOfRange));
            check(count, count + 1, shortest, Err(ReviewError::NeededOutOfRange));
        }
        check(0, 0, shortest, Err(ReviewError::OperatorsOutOfRange));
        check(17, 1, shortest, Err(ReviewError::OperatorsOutOfRange));
        check(1, 1, shortest - 1, Err(ReviewError::ChallengeOutOfRange));
        check(1, 1, longest + 1, Err(ReviewError::ChallengeOutOfRange));
    }

    #[test]
    fn an_operator_is_on_the_list_once() {
        let twice = [[1; 32], [1; 32]];
        assert_eq!(check_operators(&twice, 2, 600), Err(ReviewError::NotAscending));
        assert_eq!(check_operators(&[[2; 32], [1; 32]], 1, 600), Err(ReviewError::NotAscending));
        assert_eq!(check_operators(&[[0; 32], [1; 32]], 1, 600), Err(ReviewError::NotAscending));
    }

    #[test]
    fn an_operator_speaks_once() {
        let approved = Review::default().with(3, Verdict::Approve).expect("first");
        for verdict in [Verdict::Approve, Verdict::Challenge] {
            assert_eq!(approved.with(3, verdict), Err(ReviewError::AlreadyReviewed));
        }
        let challenged = Review::default().with(15, Verdict::Challenge).expect("first");
        for verdict in [Verdict::Approve, Verdict::Challenge] {
            assert_eq!(challenged.with(15, verdict), Err(ReviewError::AlreadyReviewed));
        }
        assert_eq!(Review::default().with(16, Verdict::Approve), Err(ReviewError::OperatorsOutOfRange));
    }

    fn review(approvals: u8, challenges: u8) -> Review {
        let mut review = Review::default();
        for operator in 0..approvals {
            review = review.with(usize::from(operator), Verdict::Approve).expect("new");
        }
        for operator in approvals..approvals + challenges {
            review = review.with(usize::from(operator), Verdict::Challenge).expect("new");
        }
        review
    }

    /// Every number of operators, every need, every number of faulty ones within the bound, and every number of honest
    /// ones who look.
    #[test]
    fn w10_tolerated_operators_neither_pass_a_false_root_nor_block_a_true_one() {
        for operators in 1..=16u8 {
            for needed in 1..=operators {
                for faulty in 0..=tolerated(operators, needed) {
                    let honest = operators - faulty;
                    for watching in 0..=honest {
                        assert!(!review(faulty, watching).is_accepted(needed), "{needed} of {operators}, {faulty}");
                    }
                    assert!(review(honest, faulty).is_accepted(needed), "{needed} of {operators}, {faulty}");
                }
            }
        }
    }

    #[test]
    fn w10_the_bound_is_sharp() {
        for operators in 1..=16u8 {
            for needed in 1..=operators {
                let one_more = tolerated(operators, needed) + 1;
                let passes_a_false_one = one_more <= operators && review(one_more, 0).is_accepted(needed);
                let blocks_a_true_one =
                    one_more <= operators && !review(operators - one_more, one_more).is_accepted(needed);
                assert!(passes_a_false_one || blocks_a_true_one, "{needed} of {operators} stand {one_more}");
            }
        }
    }
}
