//! The veto body: who can stop what the electorate wants, and when enough of them do.
//!
//! The body can only stop. It has its own quorum, a share of its own weight that each track sets, and it cannot shield
//! itself or the guardians: [`crate::action::Action::can_be_vetoed`] says what it has no say about.

use crate::{ballot::VETO_BALLOT_BYTES, Bps, Weight};

/// Most members of a veto body: one bit each in the proposal.
pub const MAX_VETO_MEMBERS: u32 = 256;

/// A ballot of the veto body that does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VetoError {
    /// No body has more than [`MAX_VETO_MEMBERS`] members.
    NoSuchMember {
        /// The index asked for.
        index: u32,
    },
    /// This member has vetoed already: one weight counts once (W3).
    AlreadyVetoed {
        /// The member's index.
        index: u32,
    },
    /// The sum exceeds 64 bits, which a body's total rules out.
    Overflow,
}

/// Marks the ballot of the member at `index` and returns the weight for a veto with it.
///
/// A veto is not taken back: until it is complete it does nothing, and complete it is final.
///
/// # Errors
/// [`VetoError`]; nothing is then marked.
pub fn with_ballot(
    ballots: &mut [u8; VETO_BALLOT_BYTES],
    index: u32,
    so_far: Weight,
    weight: Weight,
) -> Result<Weight, VetoError> {
    let no_such_member = VetoError::NoSuchMember { index };
    let byte = usize::try_from(index >> 3).ok().and_then(|byte| ballots.get_mut(byte)).ok_or(no_such_member)?;
    let bit = 1u8 << (index & 7);
    if *byte & bit != 0 {
        return Err(VetoError::AlreadyVetoed { index });
    }
    let sum = so_far.checked_add(weight).ok_or(VetoError::Overflow)?;
    *byte |= bit;
    Ok(sum)
}

/// Whether `weight` of a body of `total` stops a proposal that freezes `share`. A share of zero gives it no say.
///
/// Exactly the share suffices: with 5,000 bps, 50 of 100 stop it and 49 do not.
#[must_use]
pub fn is_vetoed(weight: Weight, total: Weight, share: Bps) -> bool {
    share.0 > 0 && weight.0 > 0 && share.is_met_by(u128::from(weight.0), u128::from(total.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(weight: u64, total: u64, share: u16, expected: bool) {
        assert_eq!(is_vetoed(Weight(weight), Weight(total), Bps(share)), expected, "{weight} of {total} at {share}");
    }

    #[test]
    fn exactly_the_share_stops_it_and_a_hair_less_does_not() {
        check(50, 100, 5_000, true);
        check(49, 100, 5_000, false);
        check(1, 3, 3_334, false);
        check(1, 3, 3_333, true);
        check(u64::MAX, u64::MAX, 10_000, true);
        check(u64::MAX - 1, u64::MAX, 10_000, false);
    }

    #[test]
    fn without_a_share_or_without_a_veto_nothing_is_stopped() {
        check(100, 100, 0, false);
        check(0, 100, 5_000, false);
        check(0, 0, 5_000, false);
        check(0, 0, 0, false);
    }

    #[test]
    fn w3_a_member_vetoes_once() {
        let mut ballots = [0; VETO_BALLOT_BYTES];
        assert_eq!(with_ballot(&mut ballots, 255, Weight(1), Weight(2)), Ok(Weight(3)));
        let before = ballots;
        assert_eq!(with_ballot(&mut ballots, 255, Weight(3), Weight(2)), Err(VetoError::AlreadyVetoed { index: 255 }));
        assert_eq!(with_ballot(&mut ballots, 256, Weight(3), Weight(2)), Err(VetoError::NoSuchMember { index: 256 }));
        assert_eq!(
            with_ballot(&mut ballots, u32::MAX, Weight(3), Weight(2)),
            Err(VetoError::NoSuchMember { index: u32::MAX })
        );
        assert_eq!(with_ballot(&mut ballots, 0, Weight(3), Weight(u64::MAX)), Err(VetoError::Overflow));
        assert_eq!(ballots, before);
    }

    proptest! {
        #[test]
        fn w3_w4_each_member_has_a_bit_of_its_own(indices in prop::collection::vec(0u32..300, 0..400)) {
            let mut ballots = [0; VETO_BALLOT_BYTES];
            let mut known = alloc::collections::BTreeSet::new();
            let mut weight = Weight(0);
            for index in indices {
                match with_ballot(&mut ballots, index, weight, Weight(1)) {
                    Ok(sum) => {
                        prop_assert!(index < 256 && known.insert(index));
                        weight = sum;
                    }
                    Err(VetoError::AlreadyVetoed { .. }) => prop_assert!(known.contains(&index)),
                    Err(VetoError::NoSuchMember { .. }) => prop_assert!(index >= 256),
                    Err(VetoError::Overflow) => prop_assert!(false, "256 ones fit"),
                }
            }
            let bits = ballots.iter().map(|byte| u64::from(byte.count_ones())).sum::<u64>();
            prop_assert_eq!(bits, weight.0);
            prop_assert_eq!(known.len() as u64, weight.0);
        }
    }
}
