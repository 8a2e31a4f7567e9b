//! What a constitution's stored numbers mean.

use quantumagi_rules::action::Action;
use quantumagi_rules::electorate::ElectorateKind;
use quantumagi_rules::parameters::{Track, TrackParameters};
use quantumagi_rules::settings::Settings;
use solana_address::Address;

use super::meaning;
use crate::DecodeError;
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
    pub fn electorate(&self) -> Option<Address> {
        (self.electorate_kind != ElectorateKind::None as u8).then_some(self.electorate)
    }

    /// The kind of that electorate.
    ///
    /// # Errors
    /// [`DecodeError::Meaningless`].
    pub fn electorate_kind(&self) -> Result<ElectorateKind, DecodeError> {
        let kind = ElectorateKind::from_u8(self.electorate_kind);
        meaning(kind, "kind of the electorate", self.electorate_kind)
    }

    /// The roster in force, where the electorate is a council.
    #[must_use]
    pub fn roster(&self) -> Option<Address> {
        (self.electorate_kind == ElectorateKind::Council as u8).then_some(self.electorate)
    }

    /// The roster whose members can veto; `None` where nobody can.
    #[must_use]
    pub fn veto_roster(&self) -> Option<Address> {
        (self.veto_roster != Address::default()).then_some(self.veto_roster)
    }

    /// The attestor, the mark and the cap on open proposals.
    #[must_use]
    pub fn settings(&self) -> Settings {
        Settings {
            attestor: self.attestor.to_bytes(),
            attestation_mark: self.attestation_mark,
            max_open_proposals: self.max_open_proposals,
        }
    }

    /// The roster that a proposal of this action must pass as the one that can veto it; `None` where nobody can.
    #[must_use]
    pub fn veto_roster_for(&self, action: &Action<'_>) -> Option<Address> {
        let has_say = action.can_be_vetoed() && self.parameters(action.track()).veto_bps > 0;
        self.veto_roster().filter(|_| has_say)
    }

    /// Where the guardrails are, where there are any: the account that whatever they limit has to name.
    #[must_use]
    pub fn guardrails(&self, address: &Address) -> Option<Address> {
        (self.guardrails > 0).then(|| crate::pda::guardrails(address))
    }

    /// A track's parameters.
    #[must_use]
    pub fn parameters(&self, track: Track) -> TrackParameters {
        let [policy, treasury, amendment, ratification] = self.tracks;
        match track {
            Track::Policy => policy.into(),
            Track::Treasury => treasury.into(),
            Track::Amendment => amendment.into(),
            Track::Ratification => ratification.into(),
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
            veto_bps,
            slash_bps,
            discussion_seconds,
            voting_seconds,
            extension_seconds,
            cooloff_seconds,
            timelock_seconds,
            window_seconds,
            deposit_lamports,
        } = stored;
        Self {
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
            veto_bps,
            slash_bps,
            discussion_seconds,
            voting_seconds,
            extension_seconds,
            cooloff_seconds,
            timelock_seconds,
            window_seconds,
            deposit_lamports,
        } = parameters;
        Self {
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
        }
    }
}
