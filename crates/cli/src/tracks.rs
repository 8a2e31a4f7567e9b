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
use clap::Args;
use quantumagi_rules::parameters::{DAY, HOUR, TrackParameters};
use serde::{Deserialize, Serialize};

use crate::members::located;

/// Parameters of a track whose file says nothing: 60 % of the votes cast, a fifth of all weight voting, a day of
/// discussion, three of voting, two of timelock and a week to execute. Entrenched principles ask for three to one.
const DEFAULT: TrackParameters = TrackParameters {
    threshold_bps: 6_000,
    quorum_bps: 2_000,
    min_for_bps: 1_000,
    entrenched_threshold_bps: 7_500,
    veto_bps: 0,
    slash_bps: 0,
    discussion_seconds: DAY,
    voting_seconds: 3 * DAY,
    extension_seconds: DAY,
    cooloff_seconds: 0,
    timelock_seconds: 2 * DAY,
    window_seconds: 7 * DAY,
    deposit_lamports: 0,
};

/// Parameters of a ratification track whose file says nothing: an emergency does not wait for weeks.
const RATIFICATION: TrackParameters = TrackParameters {
    discussion_seconds: HOUR,
    voting_seconds: 2 * DAY,
    extension_seconds: DAY,
    timelock_seconds: HOUR,
    ..DEFAULT
};

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    policy: Track,
    treasury: Track,
    amendment: Track,
    ratification: Track,
}

/// Parameters of a track, as typed or as a file has them; what is left out stays as it is.
#[derive(Args, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Track {
    /// Least share of for in for and against, in basis points: 6000 to 10000.
    #[arg(long, value_name = "BPS")]
    threshold_bps: Option<u16>,
    /// Least turnout in the total weight, in basis points: 500 to 10000, 1000 at least but for policies.
    #[arg(long, value_name = "BPS")]
    quorum_bps: Option<u16>,
    /// Least share of for in the total weight, in basis points: 100 to 10000.
    #[arg(long, value_name = "BPS")]
    min_for_bps: Option<u16>,
    /// Threshold where something entrenched is touched, in basis points: 7500 to 10000.
    #[arg(long, value_name = "BPS")]
    entrenched_threshold_bps: Option<u16>,
    /// Share of the veto body that stops a proposal, in basis points: 2500 to 10000, or 0 for none.
    #[arg(long, value_name = "BPS")]
    veto_bps: Option<u16>,
    /// A defeated proposal forfeits its deposit below this share for it, in basis points: 0 to 1000.
    #[arg(long, value_name = "BPS")]
    slash_bps: Option<u16>,
    /// From creation to the first vote: 60 to 2592000.
    #[arg(long, value_name = "SECONDS")]
    discussion_seconds: Option<u32>,
    /// Voting time: 3600 to 2592000.
    #[arg(long, value_name = "SECONDS")]
    voting_seconds: Option<u32>,
    /// Added once after a late quorum: 0 to 604800.
    #[arg(long, value_name = "SECONDS")]
    extension_seconds: Option<u32>,
    /// After voting, for the veto body: 0 to 1209600, 3600 at least where there is a veto.
    #[arg(long, value_name = "SECONDS")]
    cooloff_seconds: Option<u32>,
    /// From the cool-off to execution: 3600 to 7776000.
    #[arg(long, value_name = "SECONDS")]
    timelock_seconds: Option<u32>,
    /// How long an approved proposal can be executed: 3600 to 7776000.
    #[arg(long, value_name = "SECONDS")]
    window_seconds: Option<u32>,
    /// What a proposer puts down against spam: 890880 to 2500000, or 0.
    #[arg(long, value_name = "LAMPORTS")]
    deposit_lamports: Option<u32>,
}

/// What a constitution starts with where there is no file.
const DEFAULTS: [TrackParameters; 4] = [DEFAULT, DEFAULT, DEFAULT, RATIFICATION];

/// The parameters of policy, treasury, amendment and ratification, in this order; defaults where there is no file.
///
/// # Errors
/// Where the file cannot be read; with line and column of its first fault. Bounds are not checked here: the rules do.
pub(crate) fn read(path: Option<&Path>) -> anyhow::Result<[TrackParameters; 4]> {
    let Some(path) = path else { return Ok(DEFAULTS) };
    let shown = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {shown}"))?;
    let file = toml::from_str::<File>(&text).map_err(|error| located(&text, &error));
    let file = file.with_context(|| format!("{shown} holds no parameters"))?;
    Ok(file.parameters())
}

impl File {
    fn parameters(self) -> [TrackParameters; 4] {
        let Self { policy, treasury, amendment, ratification } = self;
        let [by_policy, by_treasury, by_amendment, by_ratification] = DEFAULTS;
        [policy.or(by_policy), treasury.or(by_treasury), amendment.or(by_amendment), ratification.or(by_ratification)]
    }
}

impl Track {
    /// These parameters, and those of `default` where they are left out.
    pub(crate) fn or(self, default: TrackParameters) -> TrackParameters {
        let track = self;
        TrackParameters {
            threshold_bps: track.threshold_bps.unwrap_or(default.threshold_bps),
            quorum_bps: track.quorum_bps.unwrap_or(default.quorum_bps),
            min_for_bps: track.min_for_bps.unwrap_or(default.min_for_bps),
            entrenched_threshold_bps: track.entrenched_threshold_bps.unwrap_or(default.entrenched_threshold_bps),
            veto_bps: track.veto_bps.unwrap_or(default.veto_bps),
            slash_bps: track.slash_bps.unwrap_or(default.slash_bps),
            discussion_seconds: track.discussion_seconds.unwrap_or(default.discussion_seconds),
            voting_seconds: track.voting_seconds.unwrap_or(default.voting_seconds),
            extension_seconds: track.extension_seconds.unwrap_or(default.extension_seconds),
            cooloff_seconds: track.cooloff_seconds.unwrap_or(default.cooloff_seconds),
            timelock_seconds: track.timelock_seconds.unwrap_or(default.timelock_seconds),
            window_seconds: track.window_seconds.unwrap_or(default.window_seconds),
            deposit_lamports: track.deposit_lamports.unwrap_or(default.deposit_lamports),
        }
    }
}

/// A track's parameters for machines.
#[derive(Serialize)]
pub(crate) struct Parameters {
    pub(crate) threshold_bps: u16,
    pub(crate) quorum_bps: u16,
    pub(crate) min_for_bps: u16,
    pub(crate) entrenched_threshold_bps: u16,
    pub(crate) veto_bps: u16,
    pub(crate) slash_bps: u16,
    pub(crate) discussion_seconds: u32,
    pub(crate) voting_seconds: u32,
    pub(crate) extension_seconds: u32,
    pub(crate) cooloff_seconds: u32,
    pub(crate) timelock_seconds: u32,
    pub(crate) window_seconds: u32,
    pub(crate) deposit_lamports: u32,
}

impl From<TrackParameters> for Parameters {
    fn from(parameters: TrackParameters) -> Self {
        Self {
            threshold_bps: parameters.threshold_bps,
            quorum_bps: parameters.quorum_bps,
            min_for_bps: parameters.min_for_bps,
            entrenched_threshold_bps: parameters.entrenched_threshold_bps,
            veto_bps: parameters.veto_bps,
            slash_bps: parameters.slash_bps,
            discussion_seconds: parameters.discussion_seconds,
            voting_seconds: parameters.voting_seconds,
            extension_seconds: parameters.extension_seconds,
            cooloff_seconds: parameters.cooloff_seconds,
            timelock_seconds: parameters.timelock_seconds,
            window_seconds: parameters.window_seconds,
            deposit_lamports: parameters.deposit_lamports,
        }
    }
}

#[cfg(test)]
mod tests {
    use quantumagi_rules::parameters as rules;

    use super::*;

    #[test]
    fn the_defaults_keep_the_bounds() {
        for (track, parameters) in rules::Track::ALL.into_iter().zip(DEFAULTS) {
            assert_eq!(parameters.check_for(track), Ok(()));
        }
        assert_eq!(read(None).expect("no file"), DEFAULTS);
    }

    #[test]
    fn what_a_table_leaves_out_keeps_its_default() {
        let file: File = toml::from_str("[treasury]\nquorum_bps = 5000\n").expect("TOML");
        let asked = TrackParameters { quorum_bps: 5_000, ..DEFAULT };
        assert_eq!(file.parameters(), [DEFAULT, asked, DEFAULT, RATIFICATION]);
    }

    #[test]
    fn an_unknown_parameter_is_told_with_its_place() {
        let text = "[policy]\nquorum = 20\n";
        let error =
            toml::from_str::<File>(text).map_err(|error| located(text, &error)).map(|_| ()).expect_err("unknown");
        assert!(error.to_string().starts_with("line 2, column 1: unknown field `quorum`, expected one of"), "{error}");
    }
}
