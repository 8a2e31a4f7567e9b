//! The life of a proposal as a table: what the clock has decided, and which step is allowed then.
//!
//! What is stored is a [`Status`], written by an instruction. What holds is a [`Phase`], computed from the status,
//! the times and now. A step that the table does not name for the phase is refused: [`check_step`] is the only
//! place that permits anything.
//!
//! | phase | holds | allowed |
//! |---|---|---|
//! | Draft | open, before voting starts | open ballots, bind the snapshot, attest, cancel |
//! | Voting | open, voting has started and not ended | open ballots, bind the snapshot, attest, vote, veto, cancel |
//! | Finalizing | open, voting has ended | finalize, veto |
//! | `CoolOff` | succeeded, the cool-off runs | veto, hold |
//! | Queued | succeeded, the timelock or a hold runs | hold |
//! | Executable | succeeded, inside the execution window | execute, hold |
//! | Expiring | succeeded, the window is over | expire |
//! | Defeated, Vetoed, Cancelled, Executed, Expired | as stored; final | close ballots, close |

use crate::{emergency::Pause, UnixSeconds};

/// What the last instruction wrote. Everything but [`Status::Open`] and [`Status::Succeeded`] is final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Status {
    /// Created and not decided.
    Open = 0,
    /// Finalized, and the tally passes.
    Succeeded = 1,
    /// Finalized, and the tally fails.
    Defeated = 2,
    /// Stopped by the veto body.
    Vetoed = 3,
    /// Withdrawn by its proposer before the end of voting.
    Cancelled = 4,
    /// Done, once.
    Executed = 5,
    /// Approved and not executed inside its window.
    Expired = 6,
}

impl Status {
    /// All statuses, in the order of their numbers.
    pub const ALL: [Self; 7] =
        [Self::Open, Self::Succeeded, Self::Defeated, Self::Vetoed, Self::Cancelled, Self::Executed, Self::Expired];

    /// The status with this number, or `None`.
    #[must_use]
    pub fn from_u8(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|status| *status as u8 == number)
    }
}

/// What holds now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Discussion: voting has not started.
    Draft,
    /// Ballots are taken.
    Voting,
    /// Voting is over, the tally decides, and finalize writes it down; the veto body may still stop it.
    Contestable,
    /// Voting is over, the tally decides, and finalize writes it down.
    Finalizing,
    /// Approved, and the veto body may still stop it.
    CoolOff,
    /// Approved, and waiting out the timelock or an emergency hold.
    Queued,
    /// Approved, and may be executed now.
    Executable,
    /// Approved, not executed, and too late: expire writes it down.
    Expiring,
    /// Failed. Final.
    Defeated,
    /// Vetoed. Final.
    Vetoed,
    /// Withdrawn. Final.
    Cancelled,
    /// Done. Final.
    Executed,
    /// Too late. Final.
    Expired,
}

/// What an instruction wants to do with a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Open a ballot page.
    OpenBallots,
    /// Write the root and total of a snapshot electorate.
    BindSnapshot,
    /// Write the attestor's score.
    Attest,
    /// Cast or change a ballot.
    Vote,
    /// Cast a ballot of the veto body.
    Veto,
    /// Delay execution by an emergency act.
    Hold,
    /// Withdraw the proposal.
    Cancel,
    /// Write down the outcome of the vote.
    Finalize,
    /// Do what was voted on.
    Execute,
    /// Write down that the window was missed.
    Expire,
    /// Close a ballot page.
    CloseBallots,
    /// Close the proposal.
    Close,
}

impl Step {
    /// All steps.
    pub const ALL: [Self; 12] = [
        Self::OpenBallots,
        Self::BindSnapshot,
        Self::Attest,
        Self::Vote,
        Self::Veto,
        Self::Hold,
        Self::Cancel,
        Self::Finalize,
        Self::Execute,
        Self::Expire,
        Self::CloseBallots,
        Self::Close,
    ];
}

/// The moments that divide a proposal's life. Each belongs to what it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timetable {
    /// First second of voting.
    pub starts_at: UnixSeconds,
    /// First second after voting.
    pub ends_at: UnixSeconds,
    /// First second of the timelock: the end of voting plus the cool-off.
    pub cooled_at: UnixSeconds,
    /// First second of the execution window: the end of the timelock, or of a hold that is longer.
    pub opens_at: UnixSeconds,
    /// First second after the execution window.
    pub closes_at: UnixSeconds,
}

/// What a timetable follows from: the times frozen in a proposal, and what has moved since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// First second of voting.
    pub starts_at: UnixSeconds,
    /// First second after voting.
    pub ends_at: UnixSeconds,
    /// From the end of voting to the timelock, seconds.
    pub cooloff_seconds: u32,
    /// From the end of the cool-off to execution, seconds.
    pub timelock_seconds: u32,
    /// How long it can be executed, seconds.
    pub window_seconds: u32,
    /// An emergency act delays execution until then; 0 for none. It takes nothing from the window.
    pub held_until: UnixSeconds,
}

impl Timetable {
    /// Voting in `[starts_at, ends_at)`, then a cool-off, a timelock and a window.
    ///
    /// `None` past the end of time, which a proposal's creation rules out.
    #[must_use]
    pub fn new(times: &Times) -> Option<Self> {
        let Times { starts_at, ends_at, cooloff_seconds, timelock_seconds, window_seconds, held_until } = *times;
        let cooled_at = ends_at.checked_add(cooloff_seconds)?;
        let opens_at = cooled_at.checked_add(timelock_seconds)?.max(held_until);
        let closes_at = opens_at.checked_add(window_seconds)?;
        Some(Self { starts_at, ends_at, cooled_at, opens_at, closes_at })
    }

    /// With the window given back what a pause of its execution took of it. `None` past the end of time.
    #[must_use]
    pub fn paused(self, pause: Pause) -> Option<Self> {
        Some(Self { closes_at: pause.extends(self.opens_at, self.closes_at)?, ..self })
    }
}

/// What holds at `now`. Pure: the same three answers give the same phase to everybody.
#[must_use]
pub fn phase(status: Status, times: &Timetable, now: UnixSeconds) -> Phase {
    match status {
        Status::Open if now < times.starts_at => Phase::Draft,
        Status::Open if now < times.ends_at => Phase::Voting,
        Status::Open if now < times.cooled_at => Phase::Contestable,
        Status::Open => Phase::Finalizing,
        Status::Succeeded if now < times.cooled_at => Phase::CoolOff,
        Status::Succeeded if now < times.opens_at => Phase::Queued,
        Status::Succeeded if now < times.closes_at => Phase::Executable,
        Status::Succeeded => Phase::Expiring,
        Status::Defeated => Phase::Defeated,
        Status::Vetoed => Phase::Vetoed,
        Status::Cancelled => Phase::Cancelled,
        Status::Executed => Phase::Executed,
        Status::Expired => Phase::Expired,
    }
}

impl Phase {
    /// All phases.
    pub const ALL: [Self; 13] = [
        Self::Draft,
        Self::Voting,
        Self::Contestable,
        Self::Finalizing,
        Self::CoolOff,
        Self::Queued,
        Self::Executable,
        Self::Expiring,
        Self::Defeated,
        Self::Vetoed,
        Self::Cancelled,
        Self::Executed,
        Self::Expired,
    ];

    /// The table's row: the steps this phase allows.
    #[must_use]
    pub const fn allowed(self) -> &'static [Step] {
        match self {
            Self::Draft => &[Step::OpenBallots, Step::BindSnapshot, Step::Attest, Step::Cancel],
            Self::Voting => {
                &[Step::OpenBallots, Step::BindSnapshot, Step::Attest, Step::Vote, Step::Veto, Step::Cancel]
            }
            Self::Contestable => &[Step::Finalize, Step::Veto],
            Self::Finalizing => &[Step::Finalize],
            Self::CoolOff => &[Step::Veto, Step::Hold],
            Self::Queued => &[Step::Hold],
            Self::Executable => &[Step::Execute, Step::Hold],
            Self::Expiring => &[Step::Expire],
            Self::Defeated | Self::Vetoed | Self::Cancelled | Self::Executed | Self::Expired => {
                &[Step::CloseBallots, Step::Close]
            }
        }
    }

    /// Whether nothing can change any more.
    #[must_use]
    pub const fn is_final(self) -> bool {
        match self {
            Self::Defeated | Self::Vetoed | Self::Cancelled | Self::Executed | Self::Expired => true,
            Self::Draft
            | Self::Voting
            | Self::Contestable
            | Self::Finalizing
            | Self::CoolOff
            | Self::Queued
            | Self::Executable
            | Self::Expiring => false,
        }
    }
}

/// Why the table refuses a step, in the terms of who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// A vote before the first second of voting.
    VotingNotStarted,
    /// A vote or a ballot page after the end of voting.
    VotingEnded,
    /// Finalize while ballots can still be cast.
    VotingNotEnded,
    /// Anything that needs an approved proposal, before finalize has written the outcome.
    NotFinalized,
    /// Finalize of an outcome that is already written.
    AlreadyFinalized,
    /// Execute before the timelock is over.
    TimelockActive,
    /// Execute after the window.
    WindowClosed,
    /// Expire while the proposal can still be executed.
    WindowNotClosed,
    /// Cancel after voting has ended.
    TooLateToCancel,
    /// Veto after the cool-off, before voting, or of a proposal that is final.
    VetoNotOpen,
    /// Hold of a proposal that is not approved, or too late.
    NothingToHold,
    /// Close of a proposal that is not final.
    NotFinal,
    /// Any other step on a final proposal.
    AlreadyFinal,
}

/// # Errors
/// The [`Refusal`] that names what is wrong, where the table does not allow `step` in `phase`.
pub fn check_step(phase: Phase, step: Step) -> Result<(), Refusal> {
    if phase.allowed().contains(&step) {
        return Ok(());
    }
    Err(match step {
        Step::Close | Step::CloseBallots => Refusal::NotFinal,
        Step::Vote if phase == Phase::Draft => Refusal::VotingNotStarted,
        Step::Vote | Step::OpenBallots | Step::BindSnapshot | Step::Attest => Refusal::VotingEnded,
        Step::Veto if phase == Phase::Draft => Refusal::VotingNotStarted,
        Step::Veto => Refusal::VetoNotOpen,
        Step::Hold => Refusal::NothingToHold,
        Step::Finalize if matches!(phase, Phase::Draft | Phase::Voting) => Refusal::VotingNotEnded,
        Step::Finalize => Refusal::AlreadyFinalized,
        _ if phase.is_final() => Refusal::AlreadyFinal,
        Step::Cancel => Refusal::TooLateToCancel,
        Step::Execute | Step::Expire
            if matches!(phase, Phase::Draft | Phase::Voting | Phase::Contestable | Phase::Finalizing) =>
        {
            Refusal::NotFinalized
        }
        Step::Execute if matches!(phase, Phase::CoolOff | Phase::Queued) => Refusal::TimelockActive,
        Step::Execute => Refusal::WindowClosed,
        Step::Expire => Refusal::WindowNotClosed,
    })
}

/// The new end of voting where a quorum first met at `now` is late, else `None`.
///
/// Late means within `extension_seconds` of the end. It happens once: the caller passes `was_extended`.
#[must_use]
pub fn extended_end(
    ends_at: UnixSeconds,
    now: UnixSeconds,
    extension_seconds: u32,
    was_extended: bool,
) -> Option<UnixSeconds> {
    let is_late = ends_at.checked_sub(extension_seconds).is_some_and(|late_from| now >= late_from);
    (extension_seconds > 0 && !was_extended && is_late).then(|| ends_at.checked_add(extension_seconds))?
}

/// When voting ends, and whether a late quorum has moved that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VotingEnd {
    /// First second after voting.
    pub ends_at: UnixSeconds,
    /// Whether voting was extended: that happens once.
    pub was_extended: bool,
}

impl VotingEnd {
    /// The end after a ballot at `now`: at once where ballots are final and no further one can change the outcome (T4),
    /// later, once, where this is the ballot with which the quorum was first met and the end is near (T5).
    ///
    /// `meets_quorum` is asked last and only where it matters: on chain the clock is cheaper than the tally.
    #[must_use]
    pub fn after_ballot(
        self,
        is_settled: bool,
        extension_seconds: u32,
        now: UnixSeconds,
        meets_quorum: impl FnOnce() -> bool,
    ) -> Self {
        if is_settled {
            return Self { ends_at: now, ..self };
        }
        match extended_end(self.ends_at, now, extension_seconds, self.was_extended) {
            Some(ends_at) if meets_quorum() => Self { ends_at, was_extended: true },
            Some(_) | None => self,
        }
    }
}

#[cfg(test)]
mod tests;
