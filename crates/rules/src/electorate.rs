//! Who votes: the kinds of electorate, and how many proposals one of its people may have open.

/// How weight is known. Never from an argument that nothing checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum ElectorateKind {
    /// None adopted yet: only before the seal.
    None = 0,
    /// The members of a roster, each with the weight it gives them.
    Council = 1,
    /// Who has deposited tokens that matured before the proposal was created.
    Deposit = 2,
    /// Who is in a Merkle snapshot that operators published for the proposal.
    Snapshot = 3,
    /// Whom a voter-weight plugin of SPL Governance gives weight.
    WeightRecord = 4,
}

impl ElectorateKind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Self; 5] = [Self::None, Self::Council, Self::Deposit, Self::Snapshot, Self::WeightRecord];

    /// The kind with this number, or `None`.
    #[must_use]
    pub fn from_u8(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == number)
    }
}

/// Bounds of the number of proposals that one proposer may have open: 1 to 16.
pub const MAX_OPEN_PROPOSALS: (u8, u8) = (1, 16);
/// What a constitution starts with: the most. A vote can lower it where proposals are made to tire voters.
pub const DEFAULT_OPEN_PROPOSALS: u8 = 16;

/// A proposer who has too many proposals open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyOpen {
    /// Proposals open now.
    pub open: u16,
    /// Most allowed.
    pub most: u8,
}

/// The number of open proposals after one more.
///
/// # Errors
/// [`TooManyOpen`] at the constitution's cap.
pub fn with_one_more(open: u16, most: u8) -> Result<u16, TooManyOpen> {
    open.checked_add(1).filter(|after| *after <= u16::from(most)).ok_or(TooManyOpen { open, most })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l4_the_cap_is_the_last_that_is_allowed() {
        assert_eq!(with_one_more(3, 4), Ok(4));
        assert_eq!(with_one_more(4, 4), Err(TooManyOpen { open: 4, most: 4 }));
        assert_eq!(with_one_more(9, 4), Err(TooManyOpen { open: 9, most: 4 }));
    }

    #[test]
    fn every_kind_has_its_number() {
        for kind in ElectorateKind::ALL {
            assert_eq!(ElectorateKind::from_u8(kind as u8), Some(kind));
        }
        assert_eq!(ElectorateKind::from_u8(5), None);
    }
}
