//! What a constitution's stored numbers mean.

use quantumagi_rules::parameters::{Track, TrackParameters};
use solana_address::Address;

use crate::accounts::Constitution;
use crate::types::TrackConfig;

impl Constitution {
    /// Whether the founder has given up all power.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.is_sealed != 0
    }

    /// The electorate of new proposals, once there is one.
    #[must_use]
    pub fn roster(&self) -> Option<Address> {
        (self.roster_version != 0).then_some(self.roster)
    }

    /// A track's parameters.
    #[must_use]
    pub fn parameters(&self, track: Track) -> TrackParameters {
        let [policy, treasury, amendment] = self.tracks;
        match track {
            Track::Policy => policy.into(),
            Track::Treasury => treasury.into(),
            Track::Amendment => amendment.into(),
        }
    }
}

impl From<TrackConfig> for TrackParameters {
    fn from(stored: TrackConfig) -> Self {
        let TrackConfig {
            threshold_bps,
            quorum_bps,
            min_for_bps,
            entrenched_threshold_bps,
            discussion_seconds,
            voting_seconds,
            extension_seconds,
            timelock_seconds,
            window_seconds,
        } = stored;
        Self {
            threshold_bps,
            quorum_bps,
            min_for_bps,
            entrenched_threshold_bps,
            discussion_seconds,
            voting_seconds,
            extension_seconds,
            timelock_seconds,
            window_seconds,
        }
    }
}

impl From<TrackParameters> for TrackConfig {
    fn from(parameters: TrackParameters) -> Self {
        let TrackParameters {
            threshold_bps,
            quorum_bps,
            min_for_bps,
            entrenched_threshold_bps,
            discussion_seconds,
            voting_seconds,
            extension_seconds,
            timelock_seconds,
            window_seconds,
        } = parameters;
        Self {
            threshold_bps,
            quorum_bps,
            min_for_bps,
            entrenched_threshold_bps,
            discussion_seconds,
            voting_seconds,
            extension_seconds,
            timelock_seconds,
            window_seconds,
        }
    }
}
