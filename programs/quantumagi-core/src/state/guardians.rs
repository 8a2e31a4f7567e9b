//! The guardians: who may act in an emergency, and how much of that power is left.

use anchor_lang::prelude::*;
use quantumagi_rules::{
    emergency::{
        guardians::is_present,
        power::{Power, Spent},
    },
    UnixSeconds,
};

use crate::error::GovError;

/// The guardians of a constitution. Opened once by anybody, without power; given members by the founder before the seal and
/// by vote after it, and emptied the same way. Never closed: it remembers what was spent, so that no removal and new
/// adoption makes a new budget.
///
/// Seeds: `"guardians"`, constitution.
#[account]
pub struct Guardians {
    /// The constitution it belongs to.
    pub constitution: Address,
    /// Who they are, in ascending order; zeros behind the last.
    pub members: [Address; 9],
    /// When each of them was last heard of, Unix seconds; 0 for not since the adoption.
    pub seen_at: [i64; 9],
    /// When they were adopted, Unix seconds.
    pub adopted_at: i64,
    /// First second after their term, Unix seconds.
    pub term_ends_at: i64,
    /// Latest possible end of each act that counts against the budget, Unix seconds. Kept when guardians change.
    pub spent_ends_at: [i64; 3],
    /// Length of each of them, seconds; 0 for an unused place.
    pub spent_seconds: [u32; 3],
    /// Counts adoptions and removals. An act belongs to the guardians that opened it, by this number.
    pub version: u32,
    /// How many must approve an act; 0 where there are no guardians.
    pub threshold: u8,
    /// How many there are: 0 to 9.
    pub count: u8,
    /// Acts of theirs that no vote has confirmed.
    pub strikes: u8,
    /// Layout of this account.
    pub layout_version: u8,
    /// Canonical bump of this address.
    pub bump: u8,
    /// Zero. Fills the last eight bytes.
    pub reserved: [u8; 3],
}

impl Guardians {
    /// What is left of their power, as the rules ask.
    pub fn power(&self) -> Power {
        let mut spent = [Spent::default(); 3];
        for (place, act) in spent.iter_mut().enumerate() {
            *act = Spent { ends_at: UnixSeconds(self.spent_ends_at[place]), seconds: self.spent_seconds[place] };
        }
        Power { term_ends_at: UnixSeconds(self.term_ends_at), threshold: self.threshold, strikes: self.strikes, spent }
    }

    /// Writes what an act took of it, or a vote gave back.
    pub fn set_power(&mut self, power: Power) {
        self.strikes = power.strikes;
        self.spent_ends_at = power.spent.map(|act| act.ends_at.0);
        self.spent_seconds = power.spent.map(|act| act.seconds);
    }

    /// How many of them were heard of in time.
    pub fn present(&self, now: UnixSeconds) -> u8 {
        let seen = self.seen_at.iter().take(usize::from(self.count));
        let present = seen.filter(|seen_at| is_present(UnixSeconds(**seen_at), now)).count();
        // Bound: at most nine.
        u8::try_from(present).unwrap_or(u8::MAX)
    }

    /// Replaces them, by nobody where `members` is empty. The budget stays.
    ///
    /// # Errors
    /// [`GovError::Overflow`] after 2^32 times, and past the end of time.
    pub fn replace(&mut self, members: &[Address], threshold: u8, term_seconds: u32, now: UnixSeconds) -> Result<()> {
        self.members = [Address::default(); 9];
        for (place, member) in self.members.iter_mut().zip(members) {
            *place = *member;
        }
        self.seen_at = [0; 9];
        self.adopted_at = now.0;
        self.term_ends_at = now.checked_add(term_seconds).ok_or(GovError::Overflow)?.0;
        self.version = self.version.checked_add(1).ok_or(GovError::Overflow)?;
        self.threshold = threshold;
        self.count = u8::try_from(members.len()).map_err(|_| GovError::GuardiansOutOfRange)?;
        self.strikes = 0;
        Ok(())
    }

    /// # Errors
    /// [`GovError::NotGuardian`] where the guardian at `index` is somebody else.
    pub fn check_guardian(&self, index: u8, signer: &Address) -> Result<()> {
        let is_guardian = index < self.count && self.members.get(usize::from(index)) == Some(signer);
        require!(is_guardian, GovError::NotGuardian);
        Ok(())
    }
}
