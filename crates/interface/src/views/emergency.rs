//! What the stored numbers of guardians and emergency acts mean.

use quantumagi_rules::UnixSeconds;
use quantumagi_rules::emergency::course::{self, Outcome, Phase, Times};
use quantumagi_rules::emergency::guardians::is_present;
use quantumagi_rules::emergency::power::{Power, Spent};
use quantumagi_rules::emergency::statement::Statement;
use quantumagi_rules::emergency::{Act, Pause, Subsystem};
use quantumagi_rules::lifecycle::Timetable;
use solana_address::Address;

use super::meaning;
use crate::DecodeError;
use crate::accounts::{Constitution, EmergencyAction, Guardians, Proposal};
use crate::digest::Sha2;

impl Constitution {
    /// When a subsystem was last paused.
    #[must_use]
    pub fn pause(&self, subsystem: Subsystem) -> Pause {
        let place = subsystem as usize;
        Pause { from: UnixSeconds(self.paused_from[place]), until: UnixSeconds(self.paused_until[place]) }
    }
}

impl Proposal {
    /// The moments that divide its life, where a pause of its execution has moved its window.
    ///
    /// # Errors
    /// [`DecodeError::Meaningless`].
    pub fn timetable_under(&self, constitution: &Constitution) -> Result<Timetable, DecodeError> {
        let subsystem = Subsystem::of_execution(self.track()?);
        let pause = subsystem.map_or(Pause::NONE, |subsystem| constitution.pause(subsystem));
        meaning(self.timetable()?.paused(pause), "end of voting", self.ends_at.unsigned_abs())
    }
}

impl Guardians {
    /// Who they are.
    #[must_use]
    pub fn members(&self) -> &[Address] {
        self.members.get(..usize::from(self.count)).unwrap_or(&self.members)
    }

    /// What is left of their power.
    #[must_use]
    pub fn power(&self) -> Power {
        let mut spent = [Spent::default(); 3];
        for (act, (ends_at, seconds)) in spent.iter_mut().zip(self.spent_ends_at.iter().zip(self.spent_seconds)) {
            *act = Spent { ends_at: UnixSeconds(*ends_at), seconds };
        }
        Power { term_ends_at: UnixSeconds(self.term_ends_at), threshold: self.threshold, strikes: self.strikes, spent }
    }

    /// How many of them were heard of in time.
    #[must_use]
    pub fn present(&self, now: UnixSeconds) -> u8 {
        let seen = self.seen_at.iter().take(usize::from(self.count));
        seen.map(|seen_at| u8::from(is_present(UnixSeconds(*seen_at), now))).sum()
    }
}

impl EmergencyAction {
    /// What it does.
    ///
    /// # Errors
    /// [`DecodeError::Meaningless`].
    pub fn act(&self) -> Result<Act, DecodeError> {
        meaning(Act::from_u8(self.act), "emergency act", self.act)
    }

    /// What was last written about it.
    ///
    /// # Errors
    /// [`DecodeError::Meaningless`].
    pub fn outcome(&self) -> Result<Outcome, DecodeError> {
        meaning(Outcome::from_u8(self.outcome), "outcome of the emergency act", self.outcome)
    }

    /// The moments that divide its course.
    #[must_use]
    pub fn times(&self) -> Times {
        Times {
            opened_slot: self.opened_slot,
            activated_at: UnixSeconds(self.activated_at),
            ratify_by: UnixSeconds(self.ratify_by),
            expires_at: UnixSeconds(self.expires_at),
        }
    }

    /// What holds at `slot` and `now`, which are the chain's.
    ///
    /// # Errors
    /// [`DecodeError::Meaningless`].
    pub fn phase(&self, slot: u64, now: UnixSeconds) -> Result<Phase, DecodeError> {
        Ok(course::phase(self.outcome()?, &self.times(), slot, now))
    }

    /// What each guardian signs. Equal to `statement` for an act that is what it says.
    #[must_use]
    pub fn statement_hash(&self) -> [u8; 32] {
        Statement {
            constitution: self.constitution.to_bytes(),
            id: self.id,
            guardians_version: self.guardians_version,
            act: self.act,
            target: self.target.to_bytes(),
            seconds: self.seconds,
            principle_id: self.principle_id,
            reason_hash: self.reason_hash,
            evidence_hash: self.evidence_hash,
        }
        .hash::<Sha2>()
    }
}
