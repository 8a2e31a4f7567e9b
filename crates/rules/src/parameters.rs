//! The numbers of a track, and the bounds that no vote can leave.

use crate::{approval::ApprovalRule, Bps, UnixSeconds, BPS_PER_WHOLE};

mod bytes;
mod change;
mod tracks;

pub use bytes::TRACK_PARAMETERS_BYTES;
pub use change::{ChangeError, ParameterChange};
pub use tracks::{MIN_GRAVE_QUORUM_BPS, RATIFICATION_CEILINGS};

/// Lowest threshold any track can have: 60 % of the votes cast.
pub const MIN_THRESHOLD_BPS: u16 = 6_000;
/// Lowest threshold for touching an entrenched principle: three to one.
pub const MIN_ENTRENCHED_THRESHOLD_BPS: u16 = 7_500;
/// Lowest quorum: 5 % of the total weight, the higher of the two that Arbitrum's governor uses (2025).
pub const MIN_QUORUM_BPS: u16 = 500;
/// Lowest share of the total weight that must be in favour: 1 %.
pub const MIN_MIN_FOR_BPS: u16 = 100;
/// Seconds in an hour.
pub const HOUR: u32 = 3_600;
/// Seconds in a day.
pub const DAY: u32 = 86_400;
/// Bounds of the discussion before voting, in seconds: a minute to 30 days.
pub const DISCUSSION_SECONDS: (u32, u32) = (60, 30 * DAY);
/// Bounds of the voting time, in seconds: an hour to 30 days.
pub const VOTING_SECONDS: (u32, u32) = (HOUR, 30 * DAY);
/// Bounds of the one extension after a late quorum, in seconds: none to 7 days.
pub const EXTENSION_SECONDS: (u32, u32) = (0, 7 * DAY);
/// Bounds of the cool-off after voting, in which the veto body can still speak, in seconds: none to 14 days.
pub const COOLOFF_SECONDS: (u32, u32) = (0, 14 * DAY);
/// Bounds of the timelock, in seconds: an hour to 90 days. Never zero.
pub const TIMELOCK_SECONDS: (u32, u32) = (HOUR, 90 * DAY);
/// Bounds of the execution window, in seconds: an hour to 90 days.
pub const WINDOW_SECONDS: (u32, u32) = (HOUR, 90 * DAY);
/// Lowest share of the veto body's weight that stops a proposal, where it can stop any: a quarter, so that no handful
/// can.
pub const MIN_VETO_BPS: u16 = 2_500;
/// Highest share of `for` in the total weight below which a defeated proposal forfeits its deposit: 10 %.
pub const MAX_SLASH_BPS: u16 = 1_000;
/// Shortest cool-off where there can be a veto, in seconds: an hour.
pub const MIN_VETO_COOLOFF_SECONDS: u32 = HOUR;
/// Smallest deposit against spam where there is one, in lamports: what an empty account must hold at 6,960 lamports a
/// byte, so that a vault that holds nothing can receive one that is forfeited.
pub const MIN_DEPOSIT_LAMPORTS: u32 = 890_880;
/// Largest deposit against spam, in lamports: with the rent of a proposal, creating one stays below 0.01 SOL.
pub const MAX_DEPOSIT_LAMPORTS: u32 = 2_500_000;

/// Which kind of decision, and so whose parameters apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Track {
    /// Adopt, amend or repeal a policy.
    Policy = 0,
    /// Spend from, or sign with, the vault.
    Treasury = 1,
    /// Change the constitution, a principle or the electorate.
    Amendment = 2,
    /// Ratify or end emergency acts, and remove the guardians. Nobody can pause, hold or veto it.
    Ratification = 3,
}

impl Track {
    /// All tracks, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Policy, Self::Treasury, Self::Amendment, Self::Ratification];

    /// The track with this number, or `None`.
    #[must_use]
    pub fn from_u8(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|track| *track as u8 == number)
    }
}

/// One track's parameters. Shares in basis points, times in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TrackParameters {
    /// Least share of `for` in `for + against`: 6,000 to 10,000.
    pub threshold_bps: u16,
    /// Least turnout as a share of the total weight: 500 to 10,000.
    pub quorum_bps: u16,
    /// Least share of `for` in the total weight: 100 to 10,000.
    pub min_for_bps: u16,
    /// Threshold where an entrenched principle is touched: 7,500 to 10,000 and at least `threshold_bps`.
    pub entrenched_threshold_bps: u16,
    /// Share of the veto body's weight that stops a proposal: 2,500 to 10,000, or 0 where the body has no say.
    pub veto_bps: u16,
    /// A defeated proposal forfeits its deposit where `for` is below this share of the total weight: 0 (never) to 1,000.
    pub slash_bps: u16,
    /// From creation to the first vote: 60 to 2,592,000.
    pub discussion_seconds: u32,
    /// From the first to the last vote: 3,600 to 2,592,000.
    pub voting_seconds: u32,
    /// Added once when the quorum is first met within this time of the end: 0 to 604,800, at most `voting_seconds`.
    pub extension_seconds: u32,
    /// From the end of voting to the timelock, for the veto body alone: 0 to 1,209,600, and at least 3,600 where
    /// `veto_bps` is not 0.
    pub cooloff_seconds: u32,
    /// From the end of the cool-off to execution: 3,600 to 7,776,000.
    pub timelock_seconds: u32,
    /// How long an approved proposal can be executed: 3,600 to 7,776,000.
    pub window_seconds: u32,
    /// What a proposer puts down against spam, and gets back unless it is forfeited, in lamports: 890,880 to
    /// 2,500,000, or 0.
    pub deposit_lamports: u32,
}

/// A parameter outside its bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParameterError {
    /// The field's name.
    pub field: &'static str,
    /// What was asked for.
    pub value: u32,
    /// Lowest allowed value.
    pub min: u32,
    /// Highest allowed value.
    pub max: u32,
}

impl core::fmt::Display for ParameterError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { field, value, min, max } = self;
        write!(f, "{field} is {value}, but must lie between {min} and {max}")
    }
}

impl core::error::Error for ParameterError {}

impl TrackParameters {
    /// Whether these can be the parameters of `track`: within the bounds that all share, and within its own.
    ///
    /// # Errors
    /// The first field outside its bounds, with the bounds.
    pub fn check_for(&self, track: Track) -> Result<(), ParameterError> {
        tracks::check(track, self)?;
        self.check()
    }

    /// # Errors
    /// The first field outside the bounds that all tracks share.
    pub fn check(&self) -> Result<(), ParameterError> {
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
        let entrenched_floor = MIN_ENTRENCHED_THRESHOLD_BPS.max(threshold_bps);
        let extension_ceiling = EXTENSION_SECONDS.1.min(voting_seconds);
        share("threshold_bps", threshold_bps, MIN_THRESHOLD_BPS)?;
        share("quorum_bps", quorum_bps, MIN_QUORUM_BPS)?;
        share("min_for_bps", min_for_bps, MIN_MIN_FOR_BPS)?;
        share("entrenched_threshold_bps", entrenched_threshold_bps, entrenched_floor)?;
        // A vote can end early, within seconds: whoever can stop what it decided needs a time of its own.
        let cooloff_floor = if veto_bps == 0 { COOLOFF_SECONDS.0 } else { MIN_VETO_COOLOFF_SECONDS };
        if veto_bps != 0 {
            share("veto_bps", veto_bps, MIN_VETO_BPS)?;
        }
        range("slash_bps", u32::from(slash_bps), (0, u32::from(MAX_SLASH_BPS)))?;
        range("discussion_seconds", discussion_seconds, DISCUSSION_SECONDS)?;
        range("voting_seconds", voting_seconds, VOTING_SECONDS)?;
        range("extension_seconds", extension_seconds, (EXTENSION_SECONDS.0, extension_ceiling))?;
        range("cooloff_seconds", cooloff_seconds, (cooloff_floor, COOLOFF_SECONDS.1))?;
        range("timelock_seconds", timelock_seconds, TIMELOCK_SECONDS)?;
        range("window_seconds", window_seconds, WINDOW_SECONDS)?;
        if deposit_lamports == 0 {
            return Ok(());
        }
        range("deposit_lamports", deposit_lamports, (MIN_DEPOSIT_LAMPORTS, MAX_DEPOSIT_LAMPORTS))
    }

    /// The shares a proposal freezes: the entrenched threshold where it touches an entrenched principle.
    #[must_use]
    pub fn approval_rule(&self, touches_entrenched: bool) -> ApprovalRule {
        let threshold = if touches_entrenched { self.entrenched_threshold_bps } else { self.threshold_bps };
        ApprovalRule { threshold: Bps(threshold), quorum: Bps(self.quorum_bps), min_for: Bps(self.min_for_bps) }
    }

    /// First and last second of voting for a proposal created at `now`: `[starts_at, ends_at)`.
    ///
    /// `None` past the end of time, which bounds rule out for any clock below the year 292 billion.
    #[must_use]
    pub fn voting_times(&self, now: UnixSeconds) -> Option<(UnixSeconds, UnixSeconds)> {
        let starts_at = now.checked_add(self.discussion_seconds)?;
        let ends_at = starts_at.checked_add(self.voting_seconds)?;
        // Everything later must exist as well, so that no later step can fail on it.
        ends_at
            .checked_add(self.extension_seconds)?
            .checked_add(self.cooloff_seconds)?
            .checked_add(self.timelock_seconds)?
            .checked_add(self.window_seconds)?;
        Some((starts_at, ends_at))
    }
}

fn share(field: &'static str, value: u16, min: u16) -> Result<(), ParameterError> {
    range(field, u32::from(value), (u32::from(min), u32::from(BPS_PER_WHOLE)))
}

fn range(field: &'static str, value: u32, (min, max): (u32, u32)) -> Result<(), ParameterError> {
    if (min..=max).contains(&value) {
        Ok(())
    } else {
        Err(ParameterError { field, value, min, max })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use alloc::string::ToString;

    pub(crate) const LEGAL: TrackParameters = TrackParameters {
        threshold_bps: 6_000,
        quorum_bps: 2_000,
        min_for_bps: 1_000,
        entrenched_threshold_bps: 7_500,
        discussion_seconds: DAY,
        voting_seconds: 3 * DAY,
        extension_seconds: DAY,
        timelock_seconds: 2 * DAY,
        window_seconds: 7 * DAY,
        veto_bps: 0,
        slash_bps: 0,
        cooloff_seconds: 0,
        deposit_lamports: 0,
    };

    #[track_caller]
    fn check(change: impl Fn(&mut TrackParameters, u32), field: &str, min: u32, max: u32) {
        for (value, is_legal) in [(min, true), (max, true), (max + 1, false)] {
            let mut parameters = LEGAL;
            change(&mut parameters, value);
            assert_eq!(parameters.check().is_ok(), is_legal, "{field} = {value}");
        }
        if let Some(below) = min.checked_sub(1) {
            let mut parameters = LEGAL;
            change(&mut parameters, below);
            let error = parameters.check().expect_err("below the minimum");
            assert_eq!((error.field, error.value, error.min), (field, below, min));
        }
    }

    #[test]
    fn l2_l3_t8_each_parameter_has_a_hard_floor_and_ceiling() {
        let narrow = |value: u32| u16::try_from(value).expect("shares fit 16 bits");
        let whole = u32::from(BPS_PER_WHOLE);
        check(
            |p, v| (p.threshold_bps, p.entrenched_threshold_bps) = (narrow(v), 10_000),
            "threshold_bps",
            6_000,
            whole,
        );
        check(|p, v| p.quorum_bps = narrow(v), "quorum_bps", 500, whole);
        check(|p, v| p.min_for_bps = narrow(v), "min_for_bps", 100, whole);
        check(|p, v| p.entrenched_threshold_bps = narrow(v), "entrenched_threshold_bps", 7_500, whole);
        check(|p, v| p.discussion_seconds = v, "discussion_seconds", 60, 30 * DAY);
        check(|p, v| (p.voting_seconds, p.extension_seconds) = (v, 0), "voting_seconds", HOUR, 30 * DAY);
        check(|p, v| p.extension_seconds = v, "extension_seconds", 0, 3 * DAY);
        check(|p, v| p.slash_bps = narrow(v), "slash_bps", 0, 1_000);
        check(|p, v| p.cooloff_seconds = v, "cooloff_seconds", 0, 14 * DAY);
        check(|p, v| p.timelock_seconds = v, "timelock_seconds", HOUR, 90 * DAY);
        check(|p, v| p.window_seconds = v, "window_seconds", HOUR, 90 * DAY);
    }

    #[test]
    fn entrenchment_is_never_weaker_than_the_ordinary_threshold() {
        let parameters = TrackParameters { threshold_bps: 8_000, ..LEGAL };
        let error = parameters.check().expect_err("7,500 is below 8,000");
        assert_eq!(error.to_string(), "entrenched_threshold_bps is 7500, but must lie between 8000 and 10000");
    }

    #[test]
    fn a_veto_takes_a_quarter_or_there_is_none() {
        for (veto_bps, is_legal) in
            [(0, true), (1, false), (2_499, false), (2_500, true), (10_000, true), (10_001, false)]
        {
            assert_eq!(
                TrackParameters { veto_bps, cooloff_seconds: HOUR, ..LEGAL }.check().is_ok(),
                is_legal,
                "veto_bps = {veto_bps}"
            );
        }
    }

    #[test]
    fn t4_who_can_veto_has_an_hour_after_voting_at_least() {
        for (cooloff_seconds, is_legal) in [(0, false), (HOUR - 1, false), (HOUR, true), (14 * DAY, true)] {
            let parameters = TrackParameters { veto_bps: 5_000, cooloff_seconds, ..LEGAL };
            assert_eq!(parameters.check().is_ok(), is_legal, "cooloff_seconds = {cooloff_seconds}");
        }
    }

    #[test]
    fn a_deposit_can_start_an_empty_vault_or_there_is_none() {
        let legal = [(0, true), (1, false), (890_879, false), (890_880, true), (2_500_000, true), (2_500_001, false)];
        for (deposit_lamports, is_legal) in legal {
            let parameters = TrackParameters { deposit_lamports, ..LEGAL };
            assert_eq!(parameters.check().is_ok(), is_legal, "deposit_lamports = {deposit_lamports}");
        }
    }

    #[test]
    fn l9_times_past_the_end_of_the_clock_are_refused() {
        assert_eq!(LEGAL.voting_times(UnixSeconds(i64::MAX - 10)), None);
        let (starts_at, ends_at) = LEGAL.voting_times(UnixSeconds(0)).expect("early enough");
        assert_eq!((starts_at.0, ends_at.0), (i64::from(DAY), i64::from(4 * DAY)));
    }
}
