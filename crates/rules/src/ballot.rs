//! Ballots as two bits a voter, so that a vote costs no account.
//!
//! Voters 0 to 255 vote in the proposal itself, the rest in pages of 4,096. `00` means not voted.

/// Voters whose ballots lie in the proposal account: 256, in 64 bytes.
pub const VOTERS_IN_PROPOSAL: u32 = 256;
/// Voters whose ballots lie in one ballot page: 4,096, in 1,024 bytes.
pub const VOTERS_PER_PAGE: u32 = 4_096;
/// Bytes of ballots in a proposal.
pub const PROPOSAL_BALLOT_BYTES: usize = 64;
/// Bytes of the veto body's ballots in a proposal: one bit each for 256 members.
pub const VETO_BALLOT_BYTES: usize = 32;
/// Bytes of ballots in a page.
pub const PAGE_BALLOT_BYTES: usize = 1_024;

/// What a voter says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Choice {
    /// In favour.
    For = 1,
    /// Against.
    Against = 2,
    /// Present, and for neither: counts for the quorum only.
    Abstain = 3,
}

impl Choice {
    /// The choice stored as these two bits; `None` for 0 (not voted) and for anything above 3.
    #[must_use]
    pub fn from_bits(bits: u8) -> Option<Self> {
        match bits {
            1 => Some(Self::For),
            2 => Some(Self::Against),
            3 => Some(Self::Abstain),
            _ => None,
        }
    }
}

/// Whether a ballot may be changed. Fixed for a proposal when it is created; the two exclude each other, because
/// an outcome that is decided early must not be changeable any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum BallotRule {
    /// A voter may vote again until the end; voting always lasts its whole time.
    Changeable = 0,
    /// A ballot is final; voting ends as soon as no remaining weight can change the outcome.
    Final = 1,
}

impl BallotRule {
    /// The rule with this number, or `None`.
    #[must_use]
    pub fn from_u8(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Changeable),
            1 => Some(Self::Final),
            _ => None,
        }
    }
}

/// Where a voter's two bits lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// In the proposal, at this slot of 0 to 255.
    Proposal {
        /// Position of the two bits.
        slot: usize,
    },
    /// In a ballot page.
    Page {
        /// Number of the page, from 0.
        page: u32,
        /// Position of the two bits, 0 to 4,095.
        slot: usize,
    },
}

/// Where the voter with this index in the electorate votes.
///
/// ```
/// use quantumagi_rules::ballot::{place, Place};
/// assert_eq!(place(255), Place::Proposal { slot: 255 });
/// assert_eq!(place(256), Place::Page { page: 0, slot: 0 });
/// assert_eq!(place(256 + 4_096), Place::Page { page: 1, slot: 0 });
/// ```
#[must_use]
#[allow(clippy::integer_division, reason = "whole pages are meant, and the divisor is a constant")]
pub fn place(index: u32) -> Place {
    match index.checked_sub(VOTERS_IN_PROPOSAL) {
        None => Place::Proposal { slot: index as usize },
        Some(beyond) => Place::Page { page: beyond / VOTERS_PER_PAGE, slot: (beyond % VOTERS_PER_PAGE) as usize },
    }
}

/// Ballot pages that an electorate of `voters` fills.
#[must_use]
pub fn pages_for(voters: u32) -> u32 {
    voters.saturating_sub(VOTERS_IN_PROPOSAL).div_ceil(VOTERS_PER_PAGE)
}

/// The ballot at `slot`, or `None` where nothing was cast or the slot lies outside `ballots`.
#[must_use]
pub fn read(ballots: &[u8], slot: usize) -> Option<Choice> {
    let byte = ballots.get(slot >> 2)?;
    Choice::from_bits((byte >> shift(slot)) & 0b11)
}

/// Writes the ballot at `slot`; `false`, and nothing written, where the slot lies outside `ballots`.
#[must_use]
pub fn write(ballots: &mut [u8], slot: usize, choice: Choice) -> bool {
    let Some(byte) = ballots.get_mut(slot >> 2) else { return false };
    let shift = shift(slot);
    *byte = (*byte & !(0b11 << shift)) | ((choice as u8) << shift);
    true
}

/// Position of a slot's two bits in their byte: 0, 2, 4 or 6.
fn shift(slot: usize) -> usize {
    (slot & 0b11) << 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    #[test]
    fn each_voter_has_a_place_of_their_own() {
        let mut seen = alloc::collections::BTreeSet::new();
        for index in 0..20_000 {
            let key = match place(index) {
                Place::Proposal { slot } => (None, slot),
                Place::Page { page, slot } => (Some(page), slot),
            };
            assert!(seen.insert(key), "index {index} shares {key:?}");
        }
        assert_eq!(pages_for(256), 0);
        assert_eq!(pages_for(257), 1);
        assert_eq!(pages_for(256 + 4_096), 1);
        assert_eq!(pages_for(256 + 4_097), 2);
    }

    #[test]
    fn a_slot_outside_the_ballots_reads_nothing_and_writes_nothing() {
        let mut ballots = [0u8; 2];
        assert_eq!(read(&ballots, 8), None);
        assert!(!write(&mut ballots, 8, Choice::For));
        assert_eq!(ballots, [0, 0]);
    }

    proptest! {
        #[test]
        fn w3_a_page_holds_the_last_ballot_of_each_voter_and_nothing_else(casts in prop::collection::vec((0usize..256, 1u8..4), 0..600)) {
            let mut ballots = [0u8; PROPOSAL_BALLOT_BYTES];
            let mut model: Vec<Option<Choice>> = vec![None; 256];
            for (slot, bits) in casts {
                let choice = Choice::from_bits(bits).expect("1 to 3");
                prop_assert!(write(&mut ballots, slot, choice));
                model[slot] = Some(choice);
            }
            let held: Vec<_> = (0..256).map(|slot| read(&ballots, slot)).collect();
            prop_assert_eq!(held, model);
        }
    }
}
