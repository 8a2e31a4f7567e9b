//! Whether a tally passes, and whether more votes could change that.
//!
//! Decides from numbers alone; who may vote and when is [`crate::lifecycle`]'s and [`crate::roster`]'s business. What
//! a tally still lacks is in [`missing`].

use crate::{ballot::Choice, Bps, Weight};

pub mod capture;
pub mod missing;

/// What the voters said, by weight. The sum never exceeds the electorate's frozen total.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tally {
    /// Weight in favour.
    pub for_weight: Weight,
    /// Weight against.
    pub against_weight: Weight,
    /// Weight abstaining: counts for the quorum and for nothing else.
    pub abstain_weight: Weight,
}

/// A tally that no honest sequence of votes can produce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TallyError {
    /// The sum of votes would exceed 64 bits.
    Overflow,
    /// The ballot to be replaced weighs more than the tally holds for its choice.
    Underflow,
}

impl Tally {
    /// Weight of all ballots cast, abstentions included.
    #[must_use]
    pub fn turnout(self) -> u128 {
        // Bound: three u64 sum to less than 2^66.
        u128::from(self.for_weight.0)
            .saturating_add(u128::from(self.against_weight.0))
            .saturating_add(u128::from(self.abstain_weight.0))
    }

    /// The tally after a voter of `weight` replaces `previous` (or casts a first ballot) with `choice`.
    ///
    /// # Errors
    /// [`TallyError::Underflow`] if `previous` was never counted with this weight, [`TallyError::Overflow`] past 64 bits.
    pub fn with_ballot(mut self, previous: Option<Choice>, choice: Choice, weight: Weight) -> Result<Self, TallyError> {
        if let Some(previous) = previous {
            let side = self.side_mut(previous);
            *side = side.checked_sub(weight).ok_or(TallyError::Underflow)?;
        }
        let side = self.side_mut(choice);
        *side = side.checked_add(weight).ok_or(TallyError::Overflow)?;
        Ok(self)
    }

    fn side_mut(&mut self, choice: Choice) -> &mut Weight {
        match choice {
            Choice::For => &mut self.for_weight,
            Choice::Against => &mut self.against_weight,
            Choice::Abstain => &mut self.abstain_weight,
        }
    }
}

/// The shares a tally must reach, frozen in each proposal when it is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApprovalRule {
    /// Least share of `for` in `for + against`.
    pub threshold: Bps,
    /// Least share of the turnout, abstentions included, in the electorate's total weight.
    pub quorum: Bps,
    /// Least share of `for` in the electorate's total weight: abstentions cannot let a handful decide.
    pub min_for: Bps,
}

/// Why a tally fails. Tested in this order, so that a proposal has one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Defeat {
    /// Turnout is below the quorum.
    QuorumNotMet = 1,
    /// Nobody voted for it.
    NothingFor = 2,
    /// `for` is below the threshold of `for + against`.
    BelowThreshold = 3,
    /// `for` is below its least share of the total weight.
    BelowMinimumFor = 4,
}

impl Defeat {
    /// The reason with this number, or `None`.
    #[must_use]
    pub fn from_u8(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::QuorumNotMet),
            2 => Some(Self::NothingFor),
            3 => Some(Self::BelowThreshold),
            4 => Some(Self::BelowMinimumFor),
            _ => None,
        }
    }
}

impl ApprovalRule {
    /// Whether `tally` passes out of a total of `total`.
    ///
    /// Ties fail, exactly the threshold passes: with 6,000 bps, 60 for and 40 against pass, 5,999 for and 4,001
    /// against do not. Nothing is rounded.
    ///
    /// # Errors
    /// The first [`Defeat`] that applies.
    pub fn check(self, tally: Tally, total: Weight) -> Result<(), Defeat> {
        let (for_weight, against) = (u128::from(tally.for_weight.0), u128::from(tally.against_weight.0));
        if !self.is_quorum_met(tally, total) {
            return Err(Defeat::QuorumNotMet);
        }
        if for_weight == 0 {
            return Err(Defeat::NothingFor);
        }
        if !self.threshold.is_met_by(for_weight, for_weight.saturating_add(against)) {
            return Err(Defeat::BelowThreshold);
        }
        if !self.min_for.is_met_by(for_weight, u128::from(total.0)) {
            return Err(Defeat::BelowMinimumFor);
        }
        Ok(())
    }

    /// Whether enough weight has voted, abstentions included.
    #[must_use]
    pub fn is_quorum_met(self, tally: Tally, total: Weight) -> bool {
        self.quorum.is_met_by(tally.turnout(), u128::from(total.0))
    }

    /// Whether the ballot between `before` and `after` is the one with which the quorum is met.
    #[must_use]
    pub fn meets_quorum(self, before: Tally, after: Tally, total: Weight) -> bool {
        !self.is_quorum_met(before, total) && self.is_quorum_met(after, total)
    }

    /// Whether no further first ballot can change the outcome. Meaningful only where ballots cannot be changed.
    ///
    /// It passes whatever comes if it passes now and still passes with all remaining weight against; it fails
    /// whatever comes if it fails even with all remaining weight for.
    #[must_use]
    pub fn is_settled(self, tally: Tally, total: Weight) -> bool {
        self.is_lost(tally, total) || self.is_won(tally, total)
    }

    /// Whether it passes whatever first ballots still come.
    #[must_use]
    pub fn is_won(self, tally: Tally, total: Weight) -> bool {
        // Of what passes now, votes against can only take the threshold from it. Asked first: it fails most often.
        let for_weight = u128::from(tally.for_weight.0);
        let cast = for_weight.saturating_add(u128::from(tally.against_weight.0));
        self.threshold.is_met_by(for_weight, cast.saturating_add(remaining(tally, total)))
            && self.check(tally, total).is_ok()
    }

    /// Whether it fails whatever first ballots still come: even if all of them are for it.
    #[must_use]
    pub fn is_lost(self, tally: Tally, total: Weight) -> bool {
        let (best, against) = (remaining(tally, total), u128::from(tally.against_weight.0));
        let best = best.saturating_add(u128::from(tally.for_weight.0));
        // Not asked here: the quorum, which everybody together meets.
        best == 0
            || !self.threshold.is_met_by(best, best.saturating_add(against))
            || !self.min_for.is_met_by(best, u128::from(total.0))
    }
}

/// Weight that has not voted.
fn remaining(tally: Tally, total: Weight) -> u128 {
    u128::from(total.0).saturating_sub(tally.turnout())
}

#[cfg(test)]
mod tests;
