//! Numbers of a constitution that belong to no track.

use crate::{electorate::MAX_OPEN_PROPOSALS, Address, BPS_PER_WHOLE};

/// Who attests, from which score on that counts, and how many proposals one proposer may have open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Settings {
    /// Who attests proposals; zeros for nobody.
    pub attestor: Address,
    /// Least score that keeps the ordinary threshold: 0 to 10,000; 0 where nobody attests.
    pub attestation_mark: u16,
    /// Most proposals that one proposer may have open: 1 to 16.
    pub max_open_proposals: u8,
}

/// Settings without meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingsError {
    /// A mark above 10,000, which no score reaches, or one that nobody's score is held against.
    Mark {
        /// The mark.
        mark: u16,
    },
    /// A cap outside 1 to 16.
    OpenProposals {
        /// The cap.
        most: u8,
    },
}

impl Settings {
    /// # Errors
    /// [`SettingsError`]. A mark without an attestor is refused so that one meaning has one encoding.
    pub fn check(&self) -> Result<(), SettingsError> {
        let Self { attestor, attestation_mark: mark, max_open_proposals: most } = *self;
        if mark > BPS_PER_WHOLE || (attestor == [0; 32] && mark > 0) {
            return Err(SettingsError::Mark { mark });
        }
        let (least, highest) = MAX_OPEN_PROPOSALS;
        if (least..=highest).contains(&most) {
            Ok(())
        } else {
            Err(SettingsError::OpenProposals { most })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEGAL: Settings = Settings { attestor: [1; 32], attestation_mark: 8_000, max_open_proposals: 4 };

    #[test]
    fn a_mark_lies_within_reach_and_needs_an_attestor() {
        let with = |attestor: u8, attestation_mark| Settings { attestor: [attestor; 32], attestation_mark, ..LEGAL };
        assert_eq!(with(1, 0).check(), Ok(()));
        assert_eq!(with(1, 10_000).check(), Ok(()));
        assert_eq!(with(1, 10_001).check(), Err(SettingsError::Mark { mark: 10_001 }));
        assert_eq!(with(0, 0).check(), Ok(()));
        assert_eq!(with(0, 1).check(), Err(SettingsError::Mark { mark: 1 }));
    }

    #[test]
    fn l4_a_proposer_may_have_one_to_sixteen_proposals_open() {
        for (most, is_legal) in [(0, false), (1, true), (16, true), (17, false)] {
            let expected = if is_legal { Ok(()) } else { Err(SettingsError::OpenProposals { most }) };
            assert_eq!(Settings { max_open_proposals: most, ..LEGAL }.check(), expected);
        }
    }
}
