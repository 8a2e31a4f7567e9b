//! The course of one emergency action, as a table: what the clock has decided, and which step is allowed then.
//!
//! | phase | holds | allowed |
//! |---|---|---|
//! | Collecting | approvals are missing, and there is time for them | approve |
//! | Missed | approvals are missing, and it is too late | close |
//! | InForce | the effect holds; no vote has confirmed it, and one still can | ratify, end |
//! | Served | the effect is over; no vote has confirmed it, and one still can | ratify |
//! | Lapsing | no vote has confirmed it, and none can | lapse |
//! | Confirmed | a vote has confirmed it, and the effect holds | end |
//! | Over | a vote has confirmed it, and the effect is over | close |
//! | Lapsed, Ended | as stored; final | close |
//!
//! No phase allows anything that makes an effect longer than what was asked for when it was opened.

use super::{APPROVAL_SLOTS, RATIFY_SECONDS};
use crate::UnixSeconds;

/// What the last instruction wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Outcome {
    /// Opened by one guardian, and without effect.
    Open = 0,
    /// Enough guardians have approved it; it took effect.
    Active = 1,
    /// A vote has confirmed it.
    Ratified = 2,
    /// No vote has confirmed it in time. Final.
    Lapsed = 3,
    /// A vote has ended it. Final.
    Ended = 4,
}

impl Outcome {
    /// All outcomes, in the order of their numbers.
    pub const ALL: [Self; 5] = [Self::Open, Self::Active, Self::Ratified, Self::Lapsed, Self::Ended];

    /// The outcome with this number, or `None`.
    #[must_use]
    pub fn from_u8(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| *outcome as u8 == number)
    }
}

/// The moments that divide an action's course. Zeros for what has not come: nothing but `opened_slot` is known before it
/// takes effect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Times {
    /// Slot of the first approval.
    pub opened_slot: u64,
    /// First second of the effect.
    pub activated_at: UnixSeconds,
    /// First second at which no vote can confirm it any more.
    pub ratify_by: UnixSeconds,
    /// First second after the effect, where a vote confirms it.
    pub expires_at: UnixSeconds,
}

impl Times {
    /// The moments of an action that takes effect at `now`, for `seconds` if it is confirmed.
    ///
    /// `None` past the end of time.
    #[must_use]
    pub fn activated(self, now: UnixSeconds, seconds: u32) -> Option<Self> {
        let ratify_by = now.checked_add(RATIFY_SECONDS)?;
        Some(Self { activated_at: now, ratify_by, expires_at: now.checked_add(seconds)?, ..self })
    }

    /// First second after the effect, as it is written into the target: at activation, and when a vote confirms it.
    #[must_use]
    pub fn effect_until(self, is_ratified: bool) -> UnixSeconds {
        if is_ratified {
            self.expires_at
        } else {
            self.expires_at.min(self.ratify_by)
        }
    }

    /// Whether confirming it makes the effect longer, so that its target has to be written.
    #[must_use]
    pub fn needs_longer(self) -> bool {
        self.ratify_by < self.expires_at
    }
}

/// What holds now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Guardians may approve.
    Collecting,
    /// Too few have approved in time. Nothing has happened and nothing will.
    Missed,
    /// In effect, unconfirmed.
    InForce,
    /// No longer in effect, unconfirmed, and not too late for it.
    Served,
    /// Unconfirmed, and too late: lapse writes it down.
    Lapsing,
    /// In effect, confirmed by a vote.
    Confirmed,
    /// Confirmed, and over.
    Over,
    /// Never confirmed. Final.
    Lapsed,
    /// Ended by a vote. Final.
    Ended,
}

/// What an instruction wants to do with an emergency action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Another guardian approves it.
    Approve,
    /// A vote confirms it.
    Ratify,
    /// A vote ends it.
    End,
    /// Write down that no vote has confirmed it.
    Lapse,
    /// Close it.
    Close,
}

impl Step {
    /// All steps.
    pub const ALL: [Self; 5] = [Self::Approve, Self::Ratify, Self::End, Self::Lapse, Self::Close];
}

/// What holds at `slot` and `now`. Pure: the same answers give the same phase to everybody.
#[must_use]
pub fn phase(outcome: Outcome, times: &Times, slot: u64, now: UnixSeconds) -> Phase {
    let is_in_time = slot.checked_sub(times.opened_slot).is_some_and(|passed| passed <= APPROVAL_SLOTS);
    match outcome {
        Outcome::Open if is_in_time => Phase::Collecting,
        Outcome::Open => Phase::Missed,
        Outcome::Active if now >= times.ratify_by => Phase::Lapsing,
        Outcome::Active if now < times.effect_until(false) => Phase::InForce,
        Outcome::Active => Phase::Served,
        Outcome::Ratified if now < times.effect_until(true) => Phase::Confirmed,
        Outcome::Ratified => Phase::Over,
        Outcome::Lapsed => Phase::Lapsed,
        Outcome::Ended => Phase::Ended,
    }
}

impl Phase {
    /// All phases.
    pub const ALL: [Self; 9] = [
        Self::Collecting,
        Self::Missed,
        Self::InForce,
        Self::Served,
        Self::Lapsing,
        Self::Confirmed,
        Self::Over,
        Self::Lapsed,
        Self::Ended,
    ];

    /// The table's row: the steps this phase allows.
    #[must_use]
    pub const fn allowed(self) -> &'static [Step] {
        match self {
            Self::Collecting => &[Step::Approve],
            Self::InForce => &[Step::Ratify, Step::End],
            Self::Served => &[Step::Ratify],
            Self::Lapsing => &[Step::Lapse],
            Self::Confirmed => &[Step::End],
            Self::Missed | Self::Over | Self::Lapsed | Self::Ended => &[Step::Close],
        }
    }

    /// Whether the effect holds in this phase.
    #[must_use]
    pub const fn is_in_effect(self) -> bool {
        match self {
            Self::InForce | Self::Confirmed => true,
            Self::Collecting
            | Self::Missed
            | Self::Served
            | Self::Lapsing
            | Self::Over
            | Self::Lapsed
            | Self::Ended => false,
        }
    }
}

/// Why the table refuses a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// An approval after [`APPROVAL_SLOTS`].
    ApprovalTooLate,
    /// An approval of what has taken effect already.
    AlreadyActive,
    /// Anything that needs an effect, before there is one.
    NotActive,
    /// A confirmation of what is confirmed.
    AlreadyRatified,
    /// A confirmation after [`RATIFY_SECONDS`].
    RatifyTooLate,
    /// Lapse while a vote can still confirm it, or after one has.
    NotLapsed,
    /// End of an effect that is over.
    EffectOver,
    /// Close while something can still become of it.
    NotOver,
}

/// # Errors
/// The [`Refusal`] that names what is wrong, where the table does not allow `step` in `phase`.
pub fn check_step(phase: Phase, step: Step) -> Result<(), Refusal> {
    if phase.allowed().contains(&step) {
        return Ok(());
    }
    let has_begun = !matches!(phase, Phase::Collecting | Phase::Missed);
    Err(match step {
        Step::Close => Refusal::NotOver,
        Step::Approve if has_begun => Refusal::AlreadyActive,
        Step::Approve => Refusal::ApprovalTooLate,
        Step::Ratify | Step::End | Step::Lapse if !has_begun => Refusal::NotActive,
        Step::Ratify if matches!(phase, Phase::Confirmed | Phase::Over) => Refusal::AlreadyRatified,
        Step::Ratify => Refusal::RatifyTooLate,
        Step::Lapse => Refusal::NotLapsed,
        Step::End => Refusal::EffectOver,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::{DAY, HOUR};

    const LONG: u32 = 14 * DAY;

    fn times(seconds: u32) -> Times {
        Times { opened_slot: 1_000, ..Times::default() }.activated(UnixSeconds(0), seconds).expect("early enough")
    }

    #[track_caller]
    fn check(outcome: Outcome, seconds: u32, now: u32, expected: Phase) {
        assert_eq!(phase(outcome, &times(seconds), 0, UnixSeconds(i64::from(now))), expected, "{outcome:?} at {now}");
    }

    #[test]
    fn e2_the_clock_ends_what_no_vote_confirms_and_later_what_one_does() {
        check(Outcome::Active, LONG, 0, Phase::InForce);
        check(Outcome::Active, LONG, 7 * DAY - 1, Phase::InForce);
        check(Outcome::Active, LONG, 7 * DAY, Phase::Lapsing);
        check(Outcome::Ratified, LONG, 14 * DAY - 1, Phase::Confirmed);
        check(Outcome::Ratified, LONG, 14 * DAY, Phase::Over);
        check(Outcome::Active, HOUR, HOUR - 1, Phase::InForce);
        check(Outcome::Active, HOUR, HOUR, Phase::Served);
        check(Outcome::Active, HOUR, 7 * DAY, Phase::Lapsing);
        check(Outcome::Ratified, HOUR, HOUR, Phase::Over);
    }

    #[test]
    fn e2_a_confirmation_gives_what_was_asked_for_and_not_a_second_more() {
        for (seconds, before, after) in [(HOUR, HOUR, HOUR), (7 * DAY, 7 * DAY, 7 * DAY), (LONG, 7 * DAY, LONG)] {
            let times = times(seconds);
            let ends = [false, true].map(|is_ratified| times.effect_until(is_ratified).0);
            assert_eq!(ends, [i64::from(before), i64::from(after)]);
            assert_eq!(times.needs_longer(), before < after);
        }
    }

    #[test]
    fn e7_approvals_lie_within_150_slots() {
        let open = |slot| phase(Outcome::Open, &times(HOUR), slot, UnixSeconds(0));
        assert_eq!([open(1_000), open(1_150)], [Phase::Collecting; 2]);
        assert_eq!([open(999), open(1_151)], [Phase::Missed; 2]);
    }

    #[test]
    fn every_pair_that_the_table_lacks_is_refused() {
        let mut allowed = 0;
        for phase in Phase::ALL {
            for step in Step::ALL {
                let is_allowed = phase.allowed().contains(&step);
                assert_eq!(check_step(phase, step).is_ok(), is_allowed, "{phase:?} {step:?}");
                allowed += usize::from(is_allowed);
            }
        }
        assert_eq!(allowed, 10);
        assert_eq!(check_step(Phase::Missed, Step::Approve), Err(Refusal::ApprovalTooLate));
        assert_eq!(check_step(Phase::InForce, Step::Approve), Err(Refusal::AlreadyActive));
        assert_eq!(check_step(Phase::Collecting, Step::Ratify), Err(Refusal::NotActive));
        assert_eq!(check_step(Phase::Confirmed, Step::Ratify), Err(Refusal::AlreadyRatified));
        assert_eq!(check_step(Phase::Lapsing, Step::Ratify), Err(Refusal::RatifyTooLate));
        assert_eq!(check_step(Phase::Served, Step::Lapse), Err(Refusal::NotLapsed));
        assert_eq!(check_step(Phase::Served, Step::End), Err(Refusal::EffectOver));
        assert_eq!(check_step(Phase::InForce, Step::Close), Err(Refusal::NotOver));
    }

    #[test]
    fn numbers_read_back() {
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::from_u8(outcome as u8), Some(outcome));
        }
        assert_eq!(Outcome::from_u8(5), None);
        assert_eq!(Times::default().activated(UnixSeconds(i64::MAX), 1), None);
    }
}
