//! What the program would refuse of guardians and emergency acts, with the numbers.

use quantumagi_interface::Address;
use quantumagi_interface::accounts::{EmergencyAction, Guardians};
use quantumagi_rules::UnixSeconds;
use quantumagi_rules::emergency::course::{Phase, Refusal, Step, check_step};
use quantumagi_rules::emergency::guardians::{Approvals, GuardiansError, Mandate};
use quantumagi_rules::emergency::power::PowerError;
use quantumagi_rules::emergency::{ActError, EFFECT_SECONDS, TERM_SECONDS, check_cooldown, check_length};

use crate::error::Result;
use crate::words::{between, duration, utc};

/// Why an order about an emergency is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EmergencyRefusal {
    /// Nobody ever opened the account of guardians, or there are none.
    #[error("there are no guardians; a vote adopts them")]
    NoGuardians,
    /// Nobody opened the account that guardians are adopted into.
    #[error("the account of the guardians is not open")]
    NotOpen,
    /// The account that guardians are adopted into is there.
    #[error("the account of the guardians is open already")]
    AlreadyOpen,
    /// Guardians that cannot be adopted, or one whose approval does not count.
    #[error("{}", guardians_words(*.0))]
    Guardians(GuardiansError),
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
    /// The last effect on the same target is too recent.
    #[error("the last effect on the same target is too recent: the next begins at {} or later, in {}", utc(*.until),
        between(*.now, *.until))]
    CoolingDown {
        /// First second at which the target can be acted on again.
        until: UnixSeconds,
        /// The chain's time.
        now: UnixSeconds,
    },
    /// A step that the act's course does not allow now.
    #[error("{}", course_words(*.refusal, *.phase, *.ratify_by, *.expires_at))]
    Course {
        /// The refusal.
        refusal: Refusal,
        /// What holds.
        phase: Phase,
        /// First second at which no vote can confirm it.
        ratify_by: UnixSeconds,
        /// First second after its effect, where a vote confirms it.
        expires_at: UnixSeconds,
    },
}

/// Whether these guardians can be adopted. `guardians` is `None` where their account was never opened.
///
/// # Errors
/// [`EmergencyRefusal::NotOpen`], [`EmergencyRefusal::Guardians`].
pub fn adoptable(guardians: Option<&Guardians>, mandate: Mandate, members: &[Address]) -> Result<()> {
    guardians.ok_or(EmergencyRefusal::NotOpen)?;
    Ok(mandate.check(members.iter().map(Address::as_array)).map_err(EmergencyRefusal::Guardians)?)
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
    let (ratify_by, expires_at) = (act.times().ratify_by, act.times().expires_at);
    Ok(check_step(phase, step).map_err(|refusal| EmergencyRefusal::Course { refusal, phase, ratify_by, expires_at })?)
}

/// Whether the guardian with this index can approve an act at `now`, the chain's time. `last_until` is the end of the last
/// effect on the same target, 0 for none: it counts for the approval that the act takes effect with.
///
/// # Errors
/// [`EmergencyRefusal::Guardians`], [`EmergencyRefusal::Disarmed`], [`EmergencyRefusal::CoolingDown`].
pub fn approval(
    guardians: &Guardians,
    index: u8,
    act: &EmergencyAction,
    last_until: UnixSeconds,
    now: UnixSeconds,
) -> Result<()> {
    let approvals = Approvals(act.approvals).with(index).map_err(EmergencyRefusal::Guardians)?;
    let (power, present) = (guardians.power(), guardians.present(now));
    if approvals.count() < u32::from(power.threshold) {
        return Ok(());
    }
    let (threshold, term_ends_at) = (power.threshold, power.term_ends_at);
    let disarmed = |why| EmergencyRefusal::Disarmed { why, present, threshold, term_ends_at };
    power.with_act(present, act.seconds, now).map_err(disarmed)?;
    match check_cooldown(last_until, now) {
        Err(ActError::CoolingDown { until }) => Err(EmergencyRefusal::CoolingDown { until, now })?,
        // The length was checked when the act was opened.
        Ok(()) | Err(ActError::LengthOutOfRange { .. }) => Ok(()),
    }
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

fn course_words(refusal: Refusal, phase: Phase, ratify_by: UnixSeconds, expires_at: UnixSeconds) -> String {
    let confirmable = || format!("a vote can confirm it until {}", utc(ratify_by));
    match (refusal, phase) {
        (Refusal::ApprovalTooLate, _) => "the approvals of an act lie within 150 slots, and these are over".to_owned(),
        (Refusal::AlreadyActive, _) => "the act has taken effect already".to_owned(),
        (Refusal::NotActive, _) => "the act has not taken effect: too few guardians have approved it".to_owned(),
        (Refusal::AlreadyRatified, _) => "a vote has confirmed the act already".to_owned(),
        (Refusal::RatifyTooLate | Refusal::NotLapsed, Phase::Ended) => "a vote has ended the act".to_owned(),
        (Refusal::RatifyTooLate, _) => format!("a vote could confirm the act until {}", utc(ratify_by)),
        (Refusal::NotLapsed, Phase::InForce | Phase::Served) => format!("the act has not lapsed: {}", confirmable()),
        (Refusal::NotLapsed, Phase::Lapsed) => "the lapse of the act is written down already".to_owned(),
        (Refusal::NotLapsed, _) => "the act does not lapse: a vote has confirmed it".to_owned(),
        (Refusal::EffectOver, _) => "the effect of the act is over".to_owned(),
        (Refusal::NotOver, Phase::Collecting) => "the act is not over: guardians can still approve it".to_owned(),
        (Refusal::NotOver, Phase::InForce | Phase::Served) => format!("the act is not over: {}", confirmable()),
        (Refusal::NotOver, Phase::Lapsing) => {
            "no vote has confirmed the act, and nobody has written that down".to_owned()
        }
        (Refusal::NotOver, _) => format!("the act is not over: it is in effect until {}", utc(expires_at)),
    }
}

fn guardians_words(error: GuardiansError) -> String {
    match error {
        GuardiansError::CountOutOfRange { count } => format!("there are 2 to 9 guardians, not {count}"),
        GuardiansError::NotAscending => "a guardian is named twice, or is the zero address".to_owned(),
        GuardiansError::ThresholdOutOfRange { threshold, min, max } => {
            format!("{threshold} of {max} guardians cannot act: it takes {min} to {max} of them")
        }
        GuardiansError::TermOutOfRange { seconds } => {
            let (shortest, longest) = (duration(TERM_SECONDS.0.into()), duration(TERM_SECONDS.1.into()));
            format!("a term of {}: it lasts {shortest} to {longest}", duration(seconds.into()))
        }
        GuardiansError::AlreadyApproved => "this guardian has approved the act already".to_owned(),
        GuardiansError::HeartbeatMissed => {
            "this guardian was not heard of for 30 days, and stays out until adopted again".to_owned()
        }
    }
}
