//! The parameters of a track, by number.

use crate::parameters::TrackParameters;

/// A parameter of a track. Unit and bounds: [`TrackParameters`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Parameter {
    /// `threshold_bps`.
    Threshold = 0,
    /// `quorum_bps`.
    Quorum = 1,
    /// `min_for_bps`.
    MinFor = 2,
    /// `entrenched_threshold_bps`.
    EntrenchedThreshold = 3,
    /// `veto_bps`.
    Veto = 4,
    /// `slash_bps`.
    Slash = 5,
    /// `discussion_seconds`.
    Discussion = 6,
    /// `voting_seconds`.
    Voting = 7,
    /// `extension_seconds`.
    Extension = 8,
    /// `cooloff_seconds`.
    Cooloff = 9,
    /// `timelock_seconds`.
    Timelock = 10,
    /// `window_seconds`.
    Window = 11,
    /// `deposit_lamports`.
    Deposit = 12,
}

impl Parameter {
    /// All parameters, in the order of their numbers, which is that of the fields.
    pub const ALL: [Self; 13] = [
        Self::Threshold,
        Self::Quorum,
        Self::MinFor,
        Self::EntrenchedThreshold,
        Self::Veto,
        Self::Slash,
        Self::Discussion,
        Self::Voting,
        Self::Extension,
        Self::Cooloff,
        Self::Timelock,
        Self::Window,
        Self::Deposit,
    ];

    /// The parameter with this number, or `None`.
    #[must_use]
    pub fn from_u8(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// The field's name in [`TrackParameters`].
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Threshold => "threshold_bps",
            Self::Quorum => "quorum_bps",
            Self::MinFor => "min_for_bps",
            Self::EntrenchedThreshold => "entrenched_threshold_bps",
            Self::Veto => "veto_bps",
            Self::Slash => "slash_bps",
            Self::Discussion => "discussion_seconds",
            Self::Voting => "voting_seconds",
            Self::Extension => "extension_seconds",
            Self::Cooloff => "cooloff_seconds",
            Self::Timelock => "timelock_seconds",
            Self::Window => "window_seconds",
            Self::Deposit => "deposit_lamports",
        }
    }

    /// Its value.
    #[must_use]
    pub fn of(self, parameters: &TrackParameters) -> u32 {
        match self {
            Self::Threshold => parameters.threshold_bps.into(),
            Self::Quorum => parameters.quorum_bps.into(),
            Self::MinFor => parameters.min_for_bps.into(),
            Self::EntrenchedThreshold => parameters.entrenched_threshold_bps.into(),
            Self::Veto => parameters.veto_bps.into(),
            Self::Slash => parameters.slash_bps.into(),
            Self::Discussion => parameters.discussion_seconds,
            Self::Voting => parameters.voting_seconds,
            Self::Extension => parameters.extension_seconds,
            Self::Cooloff => parameters.cooloff_seconds,
            Self::Timelock => parameters.timelock_seconds,
            Self::Window => parameters.window_seconds,
            Self::Deposit => parameters.deposit_lamports,
        }
    }
}
