//! Tokens locked away as voting weight: what counts for which proposal, and when they can be taken out again.
//!
//! Tokens that come in are *fresh* and weigh nothing. After the pool's maturity they can be *matured*: from then on they
//! count, but only for proposals that are created later. What counted when is kept in at most four [`Checkpoint`]s, so a
//! weight is read, never guessed from a balance (W1, W2). A vote locks the deposit until that vote can change no more, so
//! tokens that voted cannot leave and come back as somebody else's (W3, W5).
//!
//! What a mint must be like is in [`crate::mint`].

use crate::{
    ballot::{BallotRule, Choice},
    UnixSeconds, Weight,
};

/// Checkpoints in a deposit. Four let a holder add three more times while the first proposals are still open.
pub const MAX_CHECKPOINTS: usize = 4;
/// Least time before tokens can mature: one hour, so that no loan within a transaction, and none that must be repaid
/// before the next meal, ever votes.
pub const MIN_MATURITY_SECONDS: u32 = 3_600;
/// Most: 90 days.
pub const MAX_MATURITY_SECONDS: u32 = 7_776_000;
/// Longest delegation: a season of 365 days. What nobody renews ends by itself.
pub const MAX_DELEGATION_SECONDS: u32 = 31_536_000;
/// The index of a deposit that has never matured: no proposal counts that many voters.
pub const NO_INDEX: u32 = u32::MAX;

/// Matured tokens, and since which proposal they count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Checkpoint {
    /// First proposal they count for, by id.
    pub from_proposal: u64,
    /// How many, in the mint's base units; 0 marks an unused place.
    pub amount: Weight,
}

/// What somebody holds in a pool.
///
/// Checkpoints that are used come first and rise strictly, in both fields: see [`Holding::is_sound`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Holding {
    /// Tokens that do not count yet.
    pub fresh: Weight,
    /// When the last of them came in; 0 where there are none.
    pub fresh_at: UnixSeconds,
    /// Tokens that count, oldest checkpoint first.
    pub checkpoints: [Checkpoint; MAX_CHECKPOINTS],
    /// First second at which they can be taken out: when no vote they back can change any more.
    pub locked_until: UnixSeconds,
}

/// Why a deposit cannot do what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DepositError {
    /// Nothing was to be added or taken out.
    AmountIsZero,
    /// More than 64 bits hold.
    Overflow,
    /// Fresh tokens could mature now; adding would begin their wait anew.
    FreshIsRipe,
    /// There are no fresh tokens.
    NothingFresh,
    /// The fresh tokens have not waited long enough.
    NotRipe,
    /// All checkpoints are used, and the oldest may still be needed.
    CheckpointsFull,
    /// A vote these tokens back can still change.
    Locked {
        /// When it cannot any more.
        until: UnixSeconds,
    },
    /// More was asked for than is there.
    Insufficient {
        /// What is there.
        held: u128,
    },
    /// There are tokens left.
    NotEmpty,
}

/// Who asks for tokens to mature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Asker {
    /// Whose tokens they are. May give up the weight for proposals older than the second checkpoint.
    Owner,
    /// Anybody else: may help, but never at that price.
    Stranger,
}

impl Holding {
    /// Tokens that count for proposals created now.
    #[must_use]
    pub fn matured(&self) -> Weight {
        // Unused places hold nothing, and amounts rise: the greatest is the latest.
        self.checkpoints.iter().map(|checkpoint| checkpoint.amount).max().unwrap_or_default()
    }

    /// What the deposit weighs on the proposal with this id: the checkpoint with the greatest `from_proposal` that is not
    /// later. Zero where the proposal is older than them all.
    ///
    /// ```
    /// use quantumagi_rules::{deposit::{Checkpoint, Holding}, Weight};
    /// let mut holding = Holding::default();
    /// holding.checkpoints[0] = Checkpoint { from_proposal: 3, amount: Weight(50) };
    /// holding.checkpoints[1] = Checkpoint { from_proposal: 7, amount: Weight(80) };
    /// assert_eq!([2, 3, 6, 7].map(|id| holding.weight_for(id).0), [0, 50, 50, 80]);
    /// ```
    #[must_use]
    pub fn weight_for(&self, proposal: u64) -> Weight {
        let counts = |checkpoint: &&Checkpoint| checkpoint.from_proposal <= proposal;
        self.checkpoints.iter().filter(counts).map(|checkpoint| checkpoint.amount).max().unwrap_or_default()
    }

    /// The deposit after more tokens came in. Only the fresh ones wait anew.
    ///
    /// # Errors
    /// [`DepositError::AmountIsZero`]; [`DepositError::FreshIsRipe`], because the wait that is over would begin again;
    /// [`DepositError::Overflow`].
    pub fn with_added(mut self, amount: Weight, maturity_seconds: u32, now: UnixSeconds) -> Result<Self, DepositError> {
        if amount == Weight(0) {
            return Err(DepositError::AmountIsZero);
        }
        if self.is_ripe(maturity_seconds, now) {
            return Err(DepositError::FreshIsRipe);
        }
        self.fresh = self.fresh.checked_add(amount).ok_or(DepositError::Overflow)?;
        self.fresh_at = now;
        Ok(self)
    }

    /// The deposit after its fresh tokens have matured: they count for `next_proposal` and later ones.
    ///
    /// Where all checkpoints are used the oldest gives way, and with it the weight for proposals that are older than the
    /// second. Only its owner may ask for that, and not while a vote can change that was cast with it.
    ///
    /// # Errors
    /// [`DepositError::NothingFresh`], [`DepositError::NotRipe`], [`DepositError::CheckpointsFull`] for a stranger,
    /// [`DepositError::Locked`] for the owner, [`DepositError::Overflow`].
    pub fn with_matured(
        mut self,
        next_proposal: u64,
        maturity_seconds: u32,
        asker: Asker,
        now: UnixSeconds,
    ) -> Result<Self, DepositError> {
        if self.fresh == Weight(0) {
            return Err(DepositError::NothingFresh);
        }
        if !self.is_ripe(maturity_seconds, now) {
            return Err(DepositError::NotRipe);
        }
        let amount = self.matured().checked_add(self.fresh).ok_or(DepositError::Overflow)?;
        let is_place = |place: &&mut Checkpoint| place.amount == Weight(0) || place.from_proposal == next_proposal;
        if let Some(place) = self.checkpoints.iter_mut().find(is_place) {
            *place = Checkpoint { from_proposal: next_proposal, amount };
        } else {
            if asker == Asker::Stranger {
                return Err(DepositError::CheckpointsFull);
            }
            self.check_unlocked(now)?;
            self.checkpoints.rotate_left(1);
            self.checkpoints[MAX_CHECKPOINTS.saturating_sub(1)] = Checkpoint { from_proposal: next_proposal, amount };
        }
        (self.fresh, self.fresh_at) = (Weight(0), UnixSeconds(0));
        Ok(self)
    }

    /// The deposit after tokens were taken out: fresh ones first, then from every checkpoint what lies above the rest.
    ///
    /// # Errors
    /// [`DepositError::AmountIsZero`]; [`DepositError::Insufficient`]; [`DepositError::Locked`] while a vote that matured
    /// ones back can change. Fresh ones back none and are never locked.
    pub fn with_withdrawn(mut self, amount: Weight, now: UnixSeconds) -> Result<Self, DepositError> {
        if amount == Weight(0) {
            return Err(DepositError::AmountIsZero);
        }
        // Bound: at most two u64, below 2^65.
        let held = u128::from(self.fresh.0).saturating_add(u128::from(self.matured().0));
        let from_fresh = self.fresh.min(amount);
        // Bound: from_fresh is at most either side.
        self.fresh = Weight(self.fresh.0.saturating_sub(from_fresh.0));
        if self.fresh == Weight(0) {
            self.fresh_at = UnixSeconds(0);
        }
        let from_matured = Weight(amount.0.saturating_sub(from_fresh.0));
        let rest = self.matured().checked_sub(from_matured).ok_or(DepositError::Insufficient { held })?;
        if from_matured > Weight(0) {
            self.check_unlocked(now)?;
            self.cap(rest);
        }
        Ok(self)
    }

    /// The deposit after a vote that can change until `end`. A lock never becomes shorter.
    #[must_use]
    pub fn with_lock(mut self, end: UnixSeconds) -> Self {
        self.locked_until = self.locked_until.max(end);
        self
    }

    /// # Errors
    /// [`DepositError::NotEmpty`] or [`DepositError::Locked`] where the account must stay.
    pub fn check_closable(&self, now: UnixSeconds) -> Result<(), DepositError> {
        if self.fresh != Weight(0) || self.matured() != Weight(0) {
            return Err(DepositError::NotEmpty);
        }
        self.check_unlocked(now)
    }

    /// Whether the fresh tokens have waited long enough. False where there are none.
    #[must_use]
    pub fn is_ripe(&self, maturity_seconds: u32, now: UnixSeconds) -> bool {
        let ripe_at = self.fresh_at.checked_add(maturity_seconds);
        self.fresh != Weight(0) && ripe_at.is_some_and(|ripe_at| ripe_at <= now)
    }

    /// Whether the checkpoints rise strictly and unused places come last. Holds after every operation.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let unused = Checkpoint::default();
        let rises = |pair: &[Checkpoint]| match pair {
            [_, later] if *later == unused => true,
            [earlier, later] => {
                earlier.amount > Weight(0)
                    && earlier.amount < later.amount
                    && earlier.from_proposal < later.from_proposal
            }
            _ => false,
        };
        let is_empty_first = self.checkpoints[0].amount == Weight(0);
        self.checkpoints.windows(2).all(rises)
            && (!is_empty_first || self.checkpoints == [unused; MAX_CHECKPOINTS])
            && (self.fresh != Weight(0) || self.fresh_at == UnixSeconds(0))
    }

    fn check_unlocked(&self, now: UnixSeconds) -> Result<(), DepositError> {
        if now < self.locked_until {
            return Err(DepositError::Locked { until: self.locked_until });
        }
        Ok(())
    }

    /// Lowers every checkpoint to `rest` and drops those that then say nothing new. No weight for any proposal rises.
    fn cap(&mut self, rest: Weight) {
        let mut kept = [Checkpoint::default(); MAX_CHECKPOINTS];
        let mut places = kept.iter_mut();
        let mut last = Weight(0);
        for checkpoint in self.checkpoints {
            let amount = checkpoint.amount.min(rest);
            if amount > last {
                if let Some(place) = places.next() {
                    *place = Checkpoint { amount, ..checkpoint };
                }
                last = amount;
            }
        }
        self.checkpoints = kept;
    }
}

/// What all deposits of a pool add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PoolTotals {
    /// All tokens in the pool.
    pub total: Weight,
    /// Of these, what counts for proposals created now.
    pub matured: Weight,
}

impl PoolTotals {
    /// The totals after one deposit went from `before` to `after`. `None` where that is impossible.
    #[must_use]
    pub fn with_change(self, before: &Holding, after: &Holding) -> Option<Self> {
        let moved = |sum: Weight, from: Weight, to: Weight| sum.checked_sub(from)?.checked_add(to);
        let matured = moved(self.matured, before.matured(), after.matured())?;
        let total = moved(moved(self.total, before.fresh, after.fresh)?, before.matured(), after.matured())?;
        Some(Self { total, matured })
    }
}

/// The last moment up to which a vote cast now can still be changed: its end, and the one extension it may get.
///
/// `None` past the end of time, which a proposal's creation rules out.
#[must_use]
pub fn lock_end(ends_at: UnixSeconds, extension_seconds: u32, was_extended: bool) -> Option<UnixSeconds> {
    if was_extended {
        return Some(ends_at);
    }
    ends_at.checked_add(extension_seconds)
}

/// What a proposal's shares are counted against: what has matured, but never less than the pool's floor. A pool that
/// most have left cannot be taken over by who is left.
#[must_use]
pub fn electorate_weight(matured_total: Weight, floor: Weight) -> Weight {
    matured_total.max(floor)
}

/// A pool whose terms make no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PoolError {
    /// Outside [`MIN_MATURITY_SECONDS`] to [`MAX_MATURITY_SECONDS`].
    MaturityOutOfRange,
    /// Nothing, or more than there are tokens.
    FloorOutOfRange,
}

/// # Errors
/// [`PoolError`]; a floor above the supply would be a quorum that nobody can reach.
pub fn check_terms(maturity_seconds: u32, floor: Weight, supply: Weight) -> Result<(), PoolError> {
    if !(MIN_MATURITY_SECONDS..=MAX_MATURITY_SECONDS).contains(&maturity_seconds) {
        return Err(PoolError::MaturityOutOfRange);
    }
    if floor == Weight(0) || supply < floor {
        return Err(PoolError::FloorOutOfRange);
    }
    Ok(())
}

/// Who casts a ballot with a deposit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Caster {
    /// Whose tokens they are.
    Owner,
    /// Who votes for the owner until the owner votes.
    Delegate,
}

/// A ballot that a delegate may not cast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DelegateError {
    /// A ballot stands already: the owner's word, or the delegate's own, which only the owner may change.
    BallotStands,
    /// Ballots of this proposal are final: the owner could not replace it.
    BallotsAreFinal,
}

/// Whether `caster` may cast where `previous` stands.
///
/// A delegate speaks once and only where the owner keeps the last word; so whose ballot it is need not be stored, and
/// the weight counts once whoever casts it (W3).
///
/// # Errors
/// [`DelegateError`], for a delegate only.
pub fn check_caster(caster: Caster, rule: BallotRule, previous: Option<Choice>) -> Result<(), DelegateError> {
    match (caster, rule) {
        (Caster::Owner, _) => Ok(()),
        (Caster::Delegate, BallotRule::Final) => Err(DelegateError::BallotsAreFinal),
        (Caster::Delegate, BallotRule::Changeable) if previous.is_some() => Err(DelegateError::BallotStands),
        (Caster::Delegate, BallotRule::Changeable) => Ok(()),
    }
}

/// Whether a delegation may end at `expires_at`: later than now, and within a season.
#[must_use]
pub fn is_legal_delegation(expires_at: UnixSeconds, now: UnixSeconds) -> bool {
    now < expires_at && now.checked_add(MAX_DELEGATION_SECONDS).is_some_and(|latest| expires_at <= latest)
}

/// Whether a delegation holds at `now`. Its last second is the one before `expires_at`.
#[must_use]
pub fn is_delegation_valid(expires_at: UnixSeconds, now: UnixSeconds) -> bool {
    now < expires_at
}

#[cfg(test)]
mod tests;
