//! What the program would refuse of guardians and emergency acts, with the numbers.

use quantumagi_interface::Address;
use quantumagi_interface::accounts::{EmergencyAction, Guardians};
use quantumagi_rules::UnixSeconds;
use quantumagi_rules::emergency::course::{Phase, Refusal, Step, check_step};
use quantumagi_rules::emergency::power::PowerError;
use quantumagi_rules::emergency::{EFFECT_SECONDS, check_length};

use crate::error::Result;
use crate::words::{duration, utc};

/// Why an order about an emergency is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EmergencyRefusal {
    /// Nobody ever opened the account of guardians, or there are none.
    #[error("there are no guardians; a vote adopts them")]
    NoGuardians,
    /// Not one of them.
    #[error("{address} is none of the {count} guardians")]
    NotAGuardian {
        /// Who asks.
        address: Address,
        /// How many there are.
        count: u8,
    },
    /// They cannot act.
    #[error("{}", disarmed_words(*.why, *.present, *.threshold, *.term_ends_at))]
    Disarmed {
        /// Why.
        why: PowerError,
        /// Guardians that were heard of in time.
        present: u8,
        /// How many must approve.
        threshold: u8,
        /// End of their term.
        term_ends_at: UnixSeconds,
    },
    /// An act that is too short or too long.
    #[error("an act of {}: it must last {} to {}", duration(u64::from(*.seconds)), duration(EFFECT_SECONDS.0.into()),
        duration(EFFECT_SECONDS.1.into()))]
    Length {
        /// What was asked for.
        seconds: u32,
    },
    /// A step that the act's course does not allow now.
    #[error("{}", course_words(*.refusal, *.ratify_by))]
    Course {
        /// The refusal.
        refusal: Refusal,
        /// What holds.
        phase: Phase,
        /// First second at which no vote can confirm it.
        ratify_by: UnixSeconds,
    },
}

/// The index of a guardian.
///
/// # Errors
/// [`EmergencyRefusal::NoGuardians`], [`EmergencyRefusal::NotAGuardian`].
pub fn guardian(guardians: Option<&Guardians>, address: &Address) -> Result<u8> {
    let guardians = guardians.filter(|guardians| guardians.count > 0).ok_or(EmergencyRefusal::NoGuardians)?;
    let found = (0u8..).zip(guardians.members()).find(|(_, member)| *member == address);
    let stranger = EmergencyRefusal::NotAGuardian { address: *address, count: guardians.count };
    Ok(found.map(|(index, _)| index).ok_or(stranger)?)
}

/// Whether guardians may act at all.
///
/// # Errors
/// [`EmergencyRefusal::NoGuardians`], [`EmergencyRefusal::Disarmed`].
pub fn armed(guardians: Option<&Guardians>, now: UnixSeconds) -> Result<()> {
    let guardians = guardians.ok_or(EmergencyRefusal::NoGuardians)?;
    let (power, present) = (guardians.power(), guardians.present(now));
    let (threshold, term_ends_at) = (power.threshold, power.term_ends_at);
    let disarmed = |why| EmergencyRefusal::Disarmed { why, present, threshold, term_ends_at };
    Ok(power.check_armed(present, now).map_err(disarmed)?)
}

/// Whether an act may be so long.
///
/// # Errors
/// [`EmergencyRefusal::Length`].
pub fn act_length(seconds: u32) -> Result<()> {
    Ok(check_length(seconds).map_err(|_| EmergencyRefusal::Length { seconds })?)
}

/// Whether the course of an act allows a step, by the chain's slot and time.
///
/// # Errors
/// [`EmergencyRefusal::Course`]; [`SdkError::Meaningless`](crate::SdkError::Meaningless).
pub fn course(act: &EmergencyAction, step: Step, slot: u64, now: UnixSeconds) -> Result<()> {
    let phase = act.phase(slot, now)?;
    let ratify_by = act.times().ratify_by;
    Ok(check_step(phase, step).map_err(|refusal| EmergencyRefusal::Course { refusal, phase, ratify_by })?)
}

fn disarmed_words(why: PowerError, present: u8, threshold: u8, term_ends_at: UnixSeconds) -> String {
    match why {
        PowerError::NoGuardians => "there are no guardians; a vote adopts them".to_owned(),
        PowerError::TermOver => format!("the guardians' term ended at {}; a vote adopts new ones", utc(term_ends_at)),
        PowerError::StruckOut => "three acts of these guardians were not confirmed: they are disarmed".to_owned(),
        PowerError::HeartbeatMissing => {
            format!("only {present} of the {threshold} guardians who must agree were heard of in the last 30 days")
        }
        PowerError::TooManyActs => "the guardians' three acts in 90 days are spent".to_owned(),
        PowerError::BudgetSpent { left } => {
            format!("of the guardians' 14 days in 90, {} are left", duration(u64::from(left)))
        }
    }
}

fn course_words(refusal: Refusal, ratify_by: UnixSeconds) -> String {
    match refusal {
        Refusal::ApprovalTooLate => "the approvals of an act lie within 150 slots, and these are over".to_owned(),
        Refusal::AlreadyActive => "the act has taken effect already".to_owned(),
        Refusal::NotActive => "the act has not taken effect".to_owned(),
        Refusal::AlreadyRatified => "a vote has confirmed the act already".to_owned(),
        Refusal::RatifyTooLate => format!("a vote could confirm the act until {}", utc(ratify_by)),
        Refusal::NotLapsed if ratify_by == UnixSeconds(0) => "the act has not lapsed".to_owned(),
        Refusal::NotLapsed => format!("the act has not lapsed: a vote can confirm it until {}", utc(ratify_by)),
        Refusal::EffectOver => "the effect of the act is over".to_owned(),
        Refusal::NotOver => "something can still become of the act".to_owned(),
    }
}
