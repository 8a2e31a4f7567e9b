//! The guardians: who they are, how many must agree, and who of them is there.
//!
//! They are named in ascending order of address, which makes them different without a search; each approves by the bit of
//! their own index, so nobody counts twice (E7).

use super::{HEARTBEAT_SECONDS, MAX_GUARDIANS, MIN_APPROVALS, TERM_SECONDS};
use crate::{Address, UnixSeconds};

/// Guardians that cannot be adopted, or an approval that cannot be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GuardiansError {
    /// Fewer than [`MIN_APPROVALS`] or more than [`MAX_GUARDIANS`].
    CountOutOfRange {
        /// How many.
        count: usize,
    },
    /// Not above the one before: twice the same, or out of order.
    NotAscending,
    /// No majority, fewer than [`MIN_APPROVALS`], or more than there are.
    ThresholdOutOfRange {
        /// What was asked for.
        threshold: u8,
        /// Fewest there must be.
        min: u8,
        /// Guardians there are.
        max: u8,
    },
    /// A term outside [`TERM_SECONDS`].
    TermOutOfRange {
        /// What was asked for, in seconds.
        seconds: u32,
    },
    /// The guardian has approved already.
    AlreadyApproved,
    /// The guardian was not heard of in time, and stays out until adopted again.
    HeartbeatMissed,
}

/// What a vote decides about the guardians.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mandate {
    /// How many of them must approve an act.
    pub threshold: u8,
    /// How long they may act from their adoption on, seconds.
    pub term_seconds: u32,
}

impl Mandate {
    /// # Errors
    /// The first [`GuardiansError`] of a set that may not be adopted.
    pub fn check<'a>(self, members: impl ExactSizeIterator<Item = &'a Address>) -> Result<(), GuardiansError> {
        let count = members.len();
        let max = u8::try_from(count).unwrap_or(u8::MAX);
        if max < MIN_APPROVALS || count > MAX_GUARDIANS {
            return Err(GuardiansError::CountOutOfRange { count });
        }
        // Above half: two disjoint groups of guardians can never both act.
        let min = ((max >> 1).saturating_add(1)).max(MIN_APPROVALS);
        if !(min..=max).contains(&self.threshold) {
            return Err(GuardiansError::ThresholdOutOfRange { threshold: self.threshold, min, max });
        }
        if !(TERM_SECONDS.0..=TERM_SECONDS.1).contains(&self.term_seconds) {
            return Err(GuardiansError::TermOutOfRange { seconds: self.term_seconds });
        }
        // The zero address is the System program, which never signs: the first comparison keeps it out.
        let mut last = &[0; 32];
        for member in members {
            if member <= last {
                return Err(GuardiansError::NotAscending);
            }
            last = member;
        }
        Ok(())
    }
}

/// Who has approved: one bit a guardian, by index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Approvals(pub u16);

impl Approvals {
    /// With the approval of the guardian with this index, below [`MAX_GUARDIANS`].
    ///
    /// # Errors
    /// [`GuardiansError::AlreadyApproved`] where the bit is set: one guardian counts once, however often they sign.
    pub fn with(self, index: u8) -> Result<Self, GuardiansError> {
        // Bound: an index is below 9; a shift past 16 would give no bit, which is refused like a set one.
        let bit = 1u16.checked_shl(u32::from(index)).unwrap_or(0);
        if bit == 0 || self.0 & bit != 0 {
            return Err(GuardiansError::AlreadyApproved);
        }
        Ok(Self(self.0 | bit))
    }

    /// How many have approved.
    #[must_use]
    pub fn count(self) -> u32 {
        self.0.count_ones()
    }
}

/// Whether a guardian was heard of: at `seen_at`, Unix seconds, 0 for never since the adoption.
#[must_use]
pub fn is_present(seen_at: UnixSeconds, now: UnixSeconds) -> bool {
    let until = seen_at.checked_add(HEARTBEAT_SECONDS);
    seen_at != UnixSeconds(0) && until.is_some_and(|until| now < until)
}

/// Whether a guardian may still be heard of: within [`HEARTBEAT_SECONDS`] of the last time, the first time of the adoption.
///
/// Who was silent for longer stays out until a vote adopts them again: a key that lay forgotten is not woken by whoever
/// finds it.
///
/// # Errors
/// [`GuardiansError::HeartbeatMissed`] after that.
pub fn check_heartbeat(adopted_at: UnixSeconds, seen_at: UnixSeconds, now: UnixSeconds) -> Result<(), GuardiansError> {
    if is_present(adopted_at.max(seen_at), now) {
        Ok(())
    } else {
        Err(GuardiansError::HeartbeatMissed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::DAY;
    use alloc::vec::Vec;

    #[track_caller]
    fn check(members: &[u8], threshold: u8, term_seconds: u32, expected: Result<(), GuardiansError>) {
        let members: Vec<Address> = members.iter().map(|byte| [*byte; 32]).collect();
        assert_eq!(Mandate { threshold, term_seconds }.check(members.iter()), expected);
    }

    #[test]
    fn e7_guardians_are_different_few_and_act_only_as_a_majority_of_at_least_two() {
        let out_of_range = |threshold, min, max| Err(GuardiansError::ThresholdOutOfRange { threshold, min, max });
        check(&[1, 2], 2, 365 * DAY, Ok(()));
        check(&[1, 2, 3, 4, 5, 6, 7, 8, 9], 5, DAY, Ok(()));
        check(&[1, 2, 3, 4, 5, 6, 7, 8, 9], 9, DAY, Ok(()));
        check(&[1, 2, 3, 4, 5, 6, 7, 8, 9], 4, DAY, out_of_range(4, 5, 9));
        check(&[1, 2, 3, 4], 2, DAY, out_of_range(2, 3, 4));
        check(&[1, 2], 1, DAY, out_of_range(1, 2, 2));
        check(&[1, 2, 3], 4, DAY, out_of_range(4, 2, 3));
        check(&[1], 1, DAY, Err(GuardiansError::CountOutOfRange { count: 1 }));
        check(&[], 0, DAY, Err(GuardiansError::CountOutOfRange { count: 0 }));
        check(&[1; 10], 9, DAY, Err(GuardiansError::CountOutOfRange { count: 10 }));
        check(&[1, 1, 2], 2, DAY, Err(GuardiansError::NotAscending));
        check(&[2, 1, 3], 2, DAY, Err(GuardiansError::NotAscending));
        check(&[0, 1, 3], 2, DAY, Err(GuardiansError::NotAscending));
    }

    #[test]
    fn e8_a_term_is_a_day_to_a_year() {
        for seconds in [0, DAY - 1, 365 * DAY + 1, u32::MAX] {
            check(&[1, 2], 2, seconds, Err(GuardiansError::TermOutOfRange { seconds }));
        }
        check(&[1, 2], 2, DAY, Ok(()));
    }

    #[test]
    fn e7_a_guardian_counts_once() {
        let one = Approvals::default().with(8).expect("first");
        assert_eq!((one, one.count()), (Approvals(1 << 8), 1));
        assert_eq!(one.with(8), Err(GuardiansError::AlreadyApproved));
        assert_eq!(one.with(16), Err(GuardiansError::AlreadyApproved), "there is no such bit");
        assert_eq!(one.with(0).map(Approvals::count), Ok(2));
    }

    #[test]
    fn e8_a_guardian_must_be_heard_of_every_30_days() {
        let month = i64::from(HEARTBEAT_SECONDS);
        let at = |seconds: i64| UnixSeconds(1_000 + seconds);
        assert!(!is_present(UnixSeconds(0), UnixSeconds(1)), "never heard of");
        assert!(is_present(at(0), at(month - 1)));
        assert!(!is_present(at(0), at(month)));
        let never = UnixSeconds(0);
        assert_eq!(check_heartbeat(at(0), never, at(month - 1)), Ok(()));
        assert_eq!(check_heartbeat(at(0), never, at(month)), Err(GuardiansError::HeartbeatMissed));
        assert_eq!(check_heartbeat(at(0), at(20), at(month + 19)), Ok(()));
        assert_eq!(check_heartbeat(at(0), at(20), at(month + 20)), Err(GuardiansError::HeartbeatMissed));
    }
}
