//! A track's parameters as 40 bytes: the fields in the order they are stored, integers little endian.

use super::TrackParameters;

/// Length of the bytes.
pub const TRACK_PARAMETERS_BYTES: usize = 40;

impl TrackParameters {
    /// The canonical bytes: six shares, then seven numbers of 32 bits.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; TRACK_PARAMETERS_BYTES] {
        let Self {
            threshold_bps,
            quorum_bps,
            min_for_bps,
            entrenched_threshold_bps,
            veto_bps,
            slash_bps,
            discussion_seconds,
            voting_seconds,
            extension_seconds,
            cooloff_seconds,
            timelock_seconds,
            window_seconds,
            deposit_lamports,
        } = *self;
        let shares = [threshold_bps, quorum_bps, min_for_bps, entrenched_threshold_bps, veto_bps, slash_bps];
        let words = [
            discussion_seconds,
            voting_seconds,
            extension_seconds,
            cooloff_seconds,
            timelock_seconds,
            window_seconds,
            deposit_lamports,
        ];
        let mut bytes = [0; TRACK_PARAMETERS_BYTES];
        let (head, tail) = bytes.split_at_mut(SHARES_BYTES);
        for (place, share) in head.chunks_exact_mut(2).zip(shares) {
            place.copy_from_slice(&share.to_le_bytes());
        }
        for (place, word) in tail.chunks_exact_mut(4).zip(words) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        bytes
    }

    /// Reads the canonical bytes. Any 40 bytes are some parameters; whether they are legal is
    /// [`TrackParameters::check_for`]'s to say.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; TRACK_PARAMETERS_BYTES]) -> Self {
        let share = |index: usize| {
            let at = index.saturating_mul(2);
            bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |field| u16::from_le_bytes(*field))
        };
        let word = |index: usize| {
            let at = SHARES_BYTES.saturating_add(index.saturating_mul(4));
            bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |field| u32::from_le_bytes(*field))
        };
        Self {
            threshold_bps: share(0),
            quorum_bps: share(1),
            min_for_bps: share(2),
            entrenched_threshold_bps: share(3),
            veto_bps: share(4),
            slash_bps: share(5),
            discussion_seconds: word(0),
            voting_seconds: word(1),
            extension_seconds: word(2),
            cooloff_seconds: word(3),
            timelock_seconds: word(4),
            window_seconds: word(5),
            deposit_lamports: word(6),
        }
    }
}

/// Six shares of two bytes.
const SHARES_BYTES: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_field_has_its_place() {
        let parameters = TrackParameters {
            threshold_bps: 0x0201,
            quorum_bps: 0x0403,
            min_for_bps: 0x0605,
            entrenched_threshold_bps: 0x0807,
            veto_bps: 0x0a09,
            slash_bps: 0x0c0b,
            discussion_seconds: 0x100f_0e0d,
            voting_seconds: 0x1413_1211,
            extension_seconds: 0x1817_1615,
            cooloff_seconds: 0x1c1b_1a19,
            timelock_seconds: 0x201f_1e1d,
            window_seconds: 0x2423_2221,
            deposit_lamports: 0x2827_2625,
        };
        let bytes: [u8; TRACK_PARAMETERS_BYTES] =
            core::array::from_fn(|index| u8::try_from(index + 1).expect("40 bytes"));
        assert_eq!(parameters.to_bytes(), bytes);
    }

    proptest! {
        #[test]
        fn any_bytes_are_parameters_and_become_the_same_bytes(bytes: [u8; 32], rest: [u8; 8]) {
            let mut all = [0; TRACK_PARAMETERS_BYTES];
            all[..32].copy_from_slice(&bytes);
            all[32..].copy_from_slice(&rest);
            prop_assert_eq!(TrackParameters::from_bytes(&all).to_bytes(), all);
        }
    }
}
