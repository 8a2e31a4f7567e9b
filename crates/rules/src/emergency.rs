//! Emergency powers: what guardians may stop, for how long, how often, and what nothing can stop.
//!
//! Guardians can only stop or delay (E3). What they may do is the closed list [`Act`], without any payload (E1). An effect
//! is a moment written into its target, so the clock ends it and nobody has to (E2); a vote must confirm it in time, or it
//! ends sooner and leaves a strike (E4). How much there is of it: [`power`]. What each step needs: [`course`]. What no pause
//! reaches, checked when this crate is compiled: [`gates`] (E6).
//!
//! The bounds are constants. No vote can widen them, because a bound that a majority can lift in a panic is none.

use crate::{
    action::{GUARDIANS_ADOPT, VETO_BODY_ADOPT},
    parameters::{Track, DAY, HOUR, WINDOW_SECONDS},
    UnixSeconds,
};

pub mod course;
pub mod gates;
pub mod guardians;
pub mod power;
pub mod statement;

/// Bounds of an effect's whole length, in seconds: an hour to 14 days. Long enough to vote (see [`RATIFY_SECONDS`]) and
/// then to mend what is broken by an ordinary proposal; too short to govern by.
pub const EFFECT_SECONDS: (u32, u32) = (HOUR, 14 * DAY);
/// A vote must confirm an act within 7 days, and without one no effect is longer. The ratification track's defaults take
/// less than half of it, so that a late start does not decide.
pub const RATIFY_SECONDS: u32 = 7 * DAY;
/// All approvals of an act lie within this many slots: as long as a recent blockhash lives (`MAX_PROCESSING_AGE`, Agave
/// 4.0), about a minute. A signature given for another day is worth nothing (E7).
pub const APPROVAL_SLOTS: u64 = 150;
/// Most acts in [`BUDGET_WINDOW_SECONDS`].
pub const MAX_ACTS: usize = 3;
/// Most seconds of effect, of all acts together, in [`BUDGET_WINDOW_SECONDS`]: one act of full length.
pub const BUDGET_SECONDS: u32 = EFFECT_SECONDS.1;
/// An act counts against the budget until this long after its latest end, so that any 90 days whatever hold at most
/// [`MAX_ACTS`] acts and [`BUDGET_SECONDS`] of effect.
pub const BUDGET_WINDOW_SECONDS: u32 = 90 * DAY;
/// From the end of one effect on a target to the next on the same: 90 days, the longest execution window there is. So no
/// window is hit twice by pauses, and none is lost to them (see [`Pause::extends`]).
pub const COOLDOWN_SECONDS: u32 = 90 * DAY;
/// Acts that no vote has confirmed before the guardians are disarmed: with three allowed in 90 days, all of them.
pub const MAX_STRIKES: u8 = 3;
/// A guardian not heard of for 30 days counts for nothing until adopted again (E8).
pub const HEARTBEAT_SECONDS: u32 = 30 * DAY;
/// Bounds of the guardians' term, in seconds: a day to a year. Then a vote chooses again, or there are none (E8).
pub const TERM_SECONDS: (u32, u32) = (DAY, 365 * DAY);
/// Most guardians: nine approvals fit one minute, and one account.
pub const MAX_GUARDIANS: usize = 9;
/// Fewest guardians that can act, whatever their number: never one alone.
pub const MIN_APPROVALS: u8 = 2;

const _: () = assert!(COOLDOWN_SECONDS >= WINDOW_SECONDS.1, "or a second pause could take what the first has left");
const _: () = assert!(BUDGET_SECONDS >= EFFECT_SECONDS.1, "or the longest effect could never be used");
const _: () = assert!(RATIFY_SECONDS <= 7 * DAY && EFFECT_SECONDS.1 <= 14 * DAY, "the promise of the design");

/// A part of the system that can be paused. Withdrawals, votes, vetoes, and whatever ends an emergency or removes the
/// guardians belong to none of them: see [`gates`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Subsystem {
    /// New proposals on the policy and the treasury track. Open ones go on.
    Proposals = 0,
    /// Execution on the treasury track.
    Treasury = 1,
    /// Execution on the policy track: adopting, amending, repealing.
    Policies = 2,
    /// Adding to token deposits. Never withdrawing.
    Deposits = 3,
}

impl Subsystem {
    /// All subsystems, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Proposals, Self::Treasury, Self::Policies, Self::Deposits];

    /// The subsystem with this number, or `None`.
    #[must_use]
    pub fn from_u8(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|subsystem| *subsystem as u8 == number)
    }

    /// What stops the execution of proposals on this track; `None` where nothing can: whatever changes the constitution,
    /// chooses who votes, or removes the guardians.
    #[must_use]
    pub const fn of_execution(track: Track) -> Option<Self> {
        match track {
            Track::Policy => Some(Self::Policies),
            Track::Treasury => Some(Self::Treasury),
            Track::Amendment | Track::Ratification => None,
        }
    }

    /// What stops new proposals on this track; `None` where nothing can.
    #[must_use]
    pub const fn of_creation(track: Track) -> Option<Self> {
        match track {
            Track::Policy | Track::Treasury => Some(Self::Proposals),
            Track::Amendment | Track::Ratification => None,
        }
    }
}

/// What guardians may do. The list is closed and nothing in it can approve, pay, call, or change a rule (E1, E3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// Stops a subsystem.
    Pause(Subsystem),
    /// Has one policy authorize nothing for a while.
    SuspendPolicy,
    /// Delays the execution of one approved proposal.
    HoldProposal,
}

impl Act {
    /// All acts.
    pub const ALL: [Self; 6] = [
        Self::Pause(Subsystem::Proposals),
        Self::Pause(Subsystem::Treasury),
        Self::Pause(Subsystem::Policies),
        Self::Pause(Subsystem::Deposits),
        Self::SuspendPolicy,
        Self::HoldProposal,
    ];

    /// Its number: 0 to 3 the pauses, by subsystem; 4 to suspend a policy; 5 to hold a proposal.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Pause(subsystem) => subsystem as u8,
            Self::SuspendPolicy => 4,
            Self::HoldProposal => 5,
        }
    }

    /// The act with this number, or `None`.
    #[must_use]
    pub fn from_u8(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.number() == number)
    }

    /// Whether it is about one account (a policy, a proposal) rather than a subsystem.
    #[must_use]
    pub const fn has_target(self) -> bool {
        match self {
            Self::Pause(_) => false,
            Self::SuspendPolicy | Self::HoldProposal => true,
        }
    }
}

/// When a subsystem was last paused: from its first second to the first after it. Zeros for never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Pause {
    /// First second of it.
    pub from: UnixSeconds,
    /// First second after it.
    pub until: UnixSeconds,
}

impl Pause {
    /// No pause.
    pub const NONE: Self = Self { from: UnixSeconds(0), until: UnixSeconds(0) };

    /// Whether it holds at `now`.
    #[must_use]
    pub fn holds(self, now: UnixSeconds) -> bool {
        // Not by the first second: a clock that was set back before it opens nothing.
        self != Self::NONE && now < self.until
    }

    /// The first second after the execution window `[opens_at, closes_at)`, given back what the pause took of it.
    ///
    /// A pause delays and never kills (E3): a proposal has its whole window, only later. `None` past the end of time.
    ///
    /// ```
    /// use quantumagi_rules::{emergency::Pause, UnixSeconds as At};
    /// let pause = Pause { from: At(150), until: At(250) };
    /// assert_eq!(pause.extends(At(100), At(200)), Some(At(300)), "50 were left, and are left after it");
    /// assert_eq!(pause.extends(At(200), At(210)), Some(At(260)), "all ten were left");
    /// assert_eq!(pause.extends(At(100), At(150)), Some(At(150)), "it came too late to take anything");
    /// ```
    #[must_use]
    pub fn extends(self, opens_at: UnixSeconds, closes_at: UnixSeconds) -> Option<UnixSeconds> {
        let takes_any = self != Self::NONE && self.from < closes_at && opens_at < self.until;
        if !takes_any {
            return Some(closes_at);
        }
        let lost_from = self.from.max(opens_at);
        let lost = self.until.0.checked_sub(lost_from.0)?;
        closes_at.0.checked_add(lost).map(UnixSeconds)
    }
}

/// Whether an approved proposal may be delayed at all: not on the ratification track, and not the choice of guardians or of
/// the veto body. Whoever holds a power cannot hold up who takes it away (E6).
#[must_use]
pub const fn can_hold(track: Track, action: u8) -> bool {
    match track {
        Track::Policy | Track::Treasury => true,
        Track::Amendment => action != GUARDIANS_ADOPT && action != VETO_BODY_ADOPT,
        Track::Ratification => false,
    }
}

/// Why an act's own numbers are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActError {
    /// Its length lies outside [`EFFECT_SECONDS`].
    LengthOutOfRange {
        /// What was asked for.
        seconds: u32,
    },
    /// The last effect on the same target is not over for [`COOLDOWN_SECONDS`].
    CoolingDown {
        /// First second at which the target can be acted on again.
        until: UnixSeconds,
    },
}

/// # Errors
/// [`ActError::LengthOutOfRange`] outside [`EFFECT_SECONDS`].
pub fn check_length(seconds: u32) -> Result<(), ActError> {
    if (EFFECT_SECONDS.0..=EFFECT_SECONDS.1).contains(&seconds) {
        Ok(())
    } else {
        Err(ActError::LengthOutOfRange { seconds })
    }
}

/// Whether a target can be acted on again. `last_until` is the end of the last effect on it; 0 for none yet.
///
/// # Errors
/// [`ActError::CoolingDown`] before [`COOLDOWN_SECONDS`] have passed since.
pub fn check_cooldown(last_until: UnixSeconds, now: UnixSeconds) -> Result<(), ActError> {
    // Bound: ends are moments near now, so saturating at the end of time refuses for ever, which is the safe side.
    let until = last_until.checked_add(COOLDOWN_SECONDS).unwrap_or(UnixSeconds(i64::MAX));
    if last_until == UnixSeconds(0) || now >= until {
        Ok(())
    } else {
        Err(ActError::CoolingDown { until })
    }
}

#[cfg(test)]
mod tests;
