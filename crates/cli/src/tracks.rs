//! The file with a constitution's parameters: one table for each track.
//!
//! ```toml
//! [policy]
//! threshold_bps = 6000
//! voting_seconds = 259200
//! ```
//! What a table leaves out keeps its default.

use std::path::Path;

use anyhow::Context as _;
use quantumagi_rules::parameters::{DAY, TrackParameters};
use serde::Deserialize;

use crate::members::located;

/// Parameters of a track whose file says nothing: 60 % of the votes cast, a fifth of all weight voting, a day of
/// discussion, three of voting, two of timelock and a week to execute. Entrenched principles ask for three to one.
const DEFAULT: TrackParameters = TrackParameters {
    threshold_bps: 6_000,
    quorum_bps: 2_000,
    min_for_bps: 1_000,
    entrenched_threshold_bps: 7_500,
    discussion_seconds: DAY,
    voting_seconds: 3 * DAY,
    extension_seconds: DAY,
    timelock_seconds: 2 * DAY,
    window_seconds: 7 * DAY,
};

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    policy: Track,
    treasury: Track,
    amendment: Track,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Track {
    threshold_bps: Option<u16>,
    quorum_bps: Option<u16>,
    min_for_bps: Option<u16>,
    entrenched_threshold_bps: Option<u16>,
    discussion_seconds: Option<u32>,
    voting_seconds: Option<u32>,
    extension_seconds: Option<u32>,
    timelock_seconds: Option<u32>,
    window_seconds: Option<u32>,
}

/// The parameters of policy, treasury and amendment, in this order; defaults where there is no file.
///
/// # Errors
/// Where the file cannot be read; with line and column of its first fault. Bounds are not checked here: the rules do.
pub(crate) fn read(path: Option<&Path>) -> anyhow::Result<[TrackParameters; 3]> {
    let Some(path) = path else { return Ok([DEFAULT; 3]) };
    let shown = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {shown}"))?;
    let file = toml::from_str::<File>(&text).map_err(|error| located(&text, &error));
    let File { policy, treasury, amendment } = file.with_context(|| format!("{shown} holds no parameters"))?;
    Ok([policy, treasury, amendment].map(Into::into))
}

impl From<Track> for TrackParameters {
    fn from(track: Track) -> Self {
        Self {
            threshold_bps: track.threshold_bps.unwrap_or(DEFAULT.threshold_bps),
            quorum_bps: track.quorum_bps.unwrap_or(DEFAULT.quorum_bps),
            min_for_bps: track.min_for_bps.unwrap_or(DEFAULT.min_for_bps),
            entrenched_threshold_bps: track.entrenched_threshold_bps.unwrap_or(DEFAULT.entrenched_threshold_bps),
            discussion_seconds: track.discussion_seconds.unwrap_or(DEFAULT.discussion_seconds),
            voting_seconds: track.voting_seconds.unwrap_or(DEFAULT.voting_seconds),
            extension_seconds: track.extension_seconds.unwrap_or(DEFAULT.extension_seconds),
            timelock_seconds: track.timelock_seconds.unwrap_or(DEFAULT.timelock_seconds),
            window_seconds: track.window_seconds.unwrap_or(DEFAULT.window_seconds),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_keep_the_bounds() {
        assert_eq!(DEFAULT.check(), Ok(()));
        assert_eq!(read(None).expect("no file"), [DEFAULT; 3]);
    }

    #[test]
    fn what_a_table_leaves_out_keeps_its_default() {
        let file: File = toml::from_str("[treasury]\nquorum_bps = 5000\n").expect("TOML");
        assert_eq!(TrackParameters::from(file.treasury), TrackParameters { quorum_bps: 5_000, ..DEFAULT });
        assert_eq!(TrackParameters::from(file.policy), DEFAULT);
    }

    #[test]
    fn an_unknown_parameter_is_told_with_its_place() {
        let text = "[policy]\nquorum = 20\n";
        let error =
            toml::from_str::<File>(text).map_err(|error| located(text, &error)).map(|_| ()).expect_err("unknown");
        assert!(error.to_string().starts_with("line 2, column 1: unknown field `quorum`, expected one of"), "{error}");
    }
}
