//! A council: its members, in order, and what they weigh.
//!
//! A roster is filled in ascending order of address and never changes once it is full. The order makes members
//! distinct without a search and gives every roster one canonical form.

use crate::{Address, Weight};

/// Members on one roster page: 30 of 40 bytes each, so that a page costs less than 0.01 SOL.
pub const MEMBERS_PER_PAGE: u32 = 30;
/// Most members of a roster: those of the proposal's own ballots and of two ballot pages.
pub const MAX_MEMBERS_PER_ROSTER: u32 = 8_448;
/// Bytes of a member: address, then weight, little endian.
pub const MEMBER_BYTES: usize = 40;

/// A member that may not join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RosterError {
    /// Not above the member before: twice the same, or out of order.
    NotAscending,
    /// A member that weighs nothing.
    WeightIsZero,
    /// The total no longer fits 64 bits.
    TotalOverflow,
    /// More members than the roster was made for.
    TooManyMembers {
        /// What the roster was made for.
        declared: u32,
    },
    /// A roster of nobody, or of more than [`MAX_MEMBERS_PER_ROSTER`].
    SizeOutOfRange {
        /// What was asked for.
        size: u32,
    },
}

/// # Errors
/// [`RosterError::SizeOutOfRange`] outside 1 to [`MAX_MEMBERS_PER_ROSTER`].
pub fn check_size(size: u32) -> Result<(), RosterError> {
    if (1..=MAX_MEMBERS_PER_ROSTER).contains(&size) {
        Ok(())
    } else {
        Err(RosterError::SizeOutOfRange { size })
    }
}

/// A roster being filled: what has to be known to add the next member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filling {
    /// Members it will have.
    pub declared: u32,
    /// Members it has.
    pub count: u32,
    /// Weight of those it has.
    pub total: Weight,
    /// Address of the last one; all zeros before the first.
    pub last: Address,
}

impl Filling {
    /// The roster after this member.
    ///
    /// # Errors
    /// [`RosterError`] where the member is out of order, repeated, weightless, or one too many.
    pub fn with_member(self, voter: &Address, weight: Weight) -> Result<Self, RosterError> {
        if self.count >= self.declared {
            return Err(RosterError::TooManyMembers { declared: self.declared });
        }
        // The zero address is the System program, which never signs: it marks the empty roster and cannot be a member.
        if *voter <= self.last {
            return Err(RosterError::NotAscending);
        }
        if weight == Weight(0) {
            return Err(RosterError::WeightIsZero);
        }
        let total = self.total.checked_add(weight).ok_or(RosterError::TotalOverflow)?;
        Ok(Self { count: self.count.saturating_add(1), total, last: *voter, ..self })
    }

    /// Whether all declared members have joined. From then on the roster is immutable.
    #[must_use]
    pub fn is_complete(self) -> bool {
        self.count == self.declared
    }
}

/// Page and position of the member with this index.
#[must_use]
#[allow(clippy::integer_division, reason = "whole pages are meant, and the divisor is a constant")]
pub fn place(index: u32) -> (u32, usize) {
    (index / MEMBERS_PER_PAGE, (index % MEMBERS_PER_PAGE) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: Filling = Filling { declared: 2, count: 0, total: Weight(0), last: [0; 32] };

    #[test]
    fn w3_a_member_joins_once_and_in_order() {
        let one = EMPTY.with_member(&[5; 32], Weight(1)).expect("first");
        assert_eq!(one.with_member(&[5; 32], Weight(1)), Err(RosterError::NotAscending));
        assert_eq!(one.with_member(&[4; 32], Weight(1)), Err(RosterError::NotAscending));
        let two = one.with_member(&[6; 32], Weight(2)).expect("second");
        assert!(two.is_complete() && !one.is_complete());
        assert_eq!(two.total, Weight(3));
        assert_eq!(two.with_member(&[7; 32], Weight(1)), Err(RosterError::TooManyMembers { declared: 2 }));
    }

    #[test]
    fn nobody_weighs_nothing_and_totals_do_not_wrap() {
        assert_eq!(EMPTY.with_member(&[1; 32], Weight(0)), Err(RosterError::WeightIsZero));
        assert_eq!(EMPTY.with_member(&[0; 32], Weight(1)), Err(RosterError::NotAscending));
        let full = EMPTY.with_member(&[1; 32], Weight(u64::MAX)).expect("fits");
        assert_eq!(full.with_member(&[2; 32], Weight(1)), Err(RosterError::TotalOverflow));
        assert_eq!(check_size(0), Err(RosterError::SizeOutOfRange { size: 0 }));
        assert_eq!(check_size(8_449), Err(RosterError::SizeOutOfRange { size: 8_449 }));
        assert_eq!(check_size(8_448), Ok(()));
    }

    #[test]
    fn members_fill_pages_of_thirty() {
        assert_eq!(place(0), (0, 0));
        assert_eq!(place(29), (0, 29));
        assert_eq!(place(30), (1, 0));
    }
}
