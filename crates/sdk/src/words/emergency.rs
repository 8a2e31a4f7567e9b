//! Guardians and emergency acts, in words.

use quantumagi_interface::Address;
use quantumagi_interface::events::{EmergencyApproved, EmergencyOpened};
use quantumagi_rules::UnixSeconds;
use quantumagi_rules::emergency::{Act, Subsystem};

use super::amount::{counted, hash};
use super::moment::{duration, utc};
use super::names::Names;

/// A subsystem, in words.
#[must_use]
pub fn subsystem_name(subsystem: Subsystem) -> &'static str {
    match subsystem {
        Subsystem::Proposals => "new proposals on the policy and treasury tracks",
        Subsystem::Treasury => "the treasury",
        Subsystem::Policies => "changes of policies",
        Subsystem::Deposits => "new deposits",
    }
}

/// What an act does, as the rest of a sentence about it: `pauses the treasury`.
#[must_use]
pub fn act_words(number: u8, target: &Address, names: &Names) -> String {
    match Act::from_u8(number) {
        Some(Act::Pause(subsystem)) => format!("pauses {}", subsystem_name(subsystem)),
        Some(Act::SuspendPolicy) => format!("suspends the policy {}", names.address(target)),
        Some(Act::HoldProposal) => format!("holds up the proposal {}", names.address(target)),
        None => format!("is act {number}, which is not understood here"),
    }
}

/// A moment that events write as 0 where there is none.
pub(super) fn moment(at: i64) -> String {
    utc(UnixSeconds(at))
}

pub(super) fn opened(e: &EmergencyOpened, names: &Names) -> String {
    let (guardian, act) = (names.address(&e.guardian), act_words(e.act, &e.target, names));
    let principle = names.principle(e.principle_id);
    let why = format!("reason {}, evidence {}", hash(&e.reason_hash), hash(&e.evidence_hash));
    let seconds = duration(u64::from(e.seconds));
    format!(
        "emergency act {} opened by guardian {guardian}: {act} for {seconds}, by {principle}, {why}",
        e.emergency_id
    )
}

pub(super) fn approved(e: &EmergencyApproved, names: &Names) -> String {
    let (guardian, count) = (names.address(&e.guardian), counted(u64::from(e.approvals.count_ones()), "approval"));
    let so_far = format!("emergency act {} approved by guardian {guardian}, {count}", e.emergency_id);
    if e.effect_until == 0 {
        return so_far;
    }
    let (until, by) = (moment(e.effect_until), moment(e.ratify_by));
    let expires = moment(e.expires_at);
    format!("{so_far}: in effect until {until}; a vote can confirm it before {by}, until {expires}")
}
