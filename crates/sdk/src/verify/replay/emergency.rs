//! The events of guardians and of emergency acts, carried out again.

use quantumagi_interface::accounts::{EmergencyAction, Guardians};
use quantumagi_interface::events::{
    EmergencyApproved, EmergencyEnded, EmergencyOpened, EmergencyRatified, Event, GuardiansAdopted,
};
use quantumagi_interface::{Address, pda};
use quantumagi_rules::UnixSeconds;
use quantumagi_rules::action::Action;
use quantumagi_rules::emergency::Act;
use quantumagi_rules::emergency::course::Outcome;
use quantumagi_rules::emergency::guardians::Approvals;
use quantumagi_rules::emergency::power::Power;

use super::constitution::Replaying;
use super::{Contradiction, LAYOUT_VERSION, Record, check_hash, check_number, unexpected};

/// Whether `event` is one of these; then it is carried out.
///
/// # Errors
/// The [`Contradiction`] between it and those before it.
#[allow(clippy::wildcard_enum_match_arm, reason = "the other events are carried out elsewhere")]
pub(super) fn apply(replaying: &mut Replaying, event: &Event) -> Result<bool, Contradiction> {
    match event {
        Event::GuardiansOpened(e) => {
            let before = replaying.state.guardians.replace(opened_guardians(e.constitution));
            if before.is_some() {
                return Err(unexpected(event));
            }
        }
        Event::GuardiansAdopted(e) => adopted(replaying, e, event)?,
        Event::GuardiansRemoved(e) => {
            replaying.ordered(e.mandate, &Action::GuardiansRemove)?;
            let guardians = guardians(replaying, event)?;
            replace(guardians, &[], 0, 0, e.at, event)?;
            check_number("number of the guardians", e.version, guardians.version)?;
        }
        Event::GuardianSeen(e) => {
            let guardians = guardians(replaying, event)?;
            check_guardian(guardians, e.index, &e.guardian, event)?;
            let seen_at = guardians.seen_at.get_mut(usize::from(e.index)).ok_or_else(|| unexpected(event))?;
            *seen_at = e.at;
        }
        Event::EmergencyOpened(e) => opened(replaying, e, event)?,
        Event::EmergencyApproved(e) => approved(replaying, e, event)?,
        Event::EmergencyRatified(e) => ratified(replaying, e, event)?,
        Event::EmergencyEnded(e) => ended(replaying, e, event)?,
        Event::EmergencyLapsed(e) => {
            let act = &mut act(replaying, e.emergency_id, event)?.account;
            check_number("outcome of the act", act.outcome, Outcome::Active as u8)?;
            act.outcome = Outcome::Lapsed as u8;
        }
        Event::EmergencyClosed(e) => act(replaying, e.emergency_id, event)?.is_closed = true,
        _ => return Ok(false),
    }
    Ok(true)
}

fn opened_guardians(constitution: Address) -> Guardians {
    Guardians {
        constitution,
        members: [Address::default(); 9],
        seen_at: [0; 9],
        adopted_at: 0,
        term_ends_at: 0,
        spent_ends_at: [0; 3],
        spent_seconds: [0; 3],
        version: 0,
        threshold: 0,
        count: 0,
        strikes: 0,
        layout_version: LAYOUT_VERSION,
        bump: 0,
        reserved: [0; 3],
    }
}

fn adopted(replaying: &mut Replaying, e: &GuardiansAdopted, event: &Event) -> Result<(), Contradiction> {
    let members: Vec<[u8; 32]> = e.members.iter().map(Address::to_bytes).collect();
    let (threshold, term_seconds) = (e.threshold, e.term_seconds);
    replaying.ordered(e.mandate, &Action::GuardiansAdopt { threshold, term_seconds, members: &members })?;
    let guardians = guardians(replaying, event)?;
    replace(guardians, &e.members, threshold, term_seconds, e.at, event)?;
    check_number("number of the guardians", e.version, guardians.version)
}

fn replace(
    guardians: &mut Guardians,
    members: &[Address],
    threshold: u8,
    term_seconds: u32,
    at: i64,
    event: &Event,
) -> Result<(), Contradiction> {
    guardians.members = [Address::default(); 9];
    let places = guardians.members.get_mut(..members.len()).ok_or_else(|| unexpected(event))?;
    places.copy_from_slice(members);
    guardians.seen_at = [0; 9];
    guardians.adopted_at = at;
    guardians.term_ends_at = at.checked_add(i64::from(term_seconds)).ok_or_else(|| unexpected(event))?;
    guardians.version += 1;
    guardians.threshold = threshold;
    guardians.count = u8::try_from(members.len()).map_err(|_| unexpected(event))?;
    guardians.strikes = 0;
    Ok(())
}

fn opened(replaying: &mut Replaying, e: &EmergencyOpened, event: &Event) -> Result<(), Contradiction> {
    let constitution = &mut replaying.state.constitution;
    check_number("id of the act", e.emergency_id, constitution.next_emergency_id)?;
    constitution.next_emergency_id += 1;
    let guardians = guardians(replaying, event)?;
    check_guardian(guardians, e.index, &e.guardian, event)?;
    check_number("number of the guardians", e.guardians_version, guardians.version)?;
    let account = EmergencyAction {
        constitution: e.constitution,
        payer: e.guardian,
        target: e.target,
        statement: e.statement,
        reason_hash: e.reason_hash,
        evidence_hash: e.evidence_hash,
        ratified_by: Address::default(),
        opened_slot: e.slot,
        opened_at: e.at,
        activated_at: 0,
        ratify_by: 0,
        expires_at: 0,
        id: e.emergency_id,
        principle_id: e.principle_id,
        guardians_version: e.guardians_version,
        seconds: e.seconds,
        approvals: Approvals::default().with(e.index).map_err(|_| unexpected(event))?.0,
        act: e.act,
        outcome: Outcome::Open as u8,
        layout_version: LAYOUT_VERSION,
        bump: 0,
        reserved: [0; 2],
    };
    check_hash("statement of the act", e.statement, account.statement_hash())?;
    replaying.state.emergencies.insert(e.emergency_id, Record { account, is_closed: false });
    Ok(())
}

fn approved(replaying: &mut Replaying, e: &EmergencyApproved, event: &Event) -> Result<(), Contradiction> {
    let mut account = act(replaying, e.emergency_id, event)?.account.clone();
    let holders = guardians(replaying, event)?;
    check_guardian(holders, e.index, &e.guardian, event)?;
    check_number("number of the guardians", account.guardians_version, holders.version)?;
    let approvals = Approvals(account.approvals).with(e.index).map_err(|_| unexpected(event))?;
    check_number("approvals of the act", e.approvals, approvals.0)?;
    account.approvals = approvals.0;
    let (mut effect_until, now) = (0, UnixSeconds(e.at));
    if approvals.count() >= u32::from(holders.threshold) {
        let present = holders.present(now);
        let power = holders.power().with_act(present, account.seconds, now).map_err(|_| unexpected(event))?;
        set_power(holders, power);
        let times = account.times().activated(now, account.seconds).ok_or_else(|| unexpected(event))?;
        (account.activated_at, account.ratify_by, account.expires_at) =
            (times.activated_at.0, times.ratify_by.0, times.expires_at.0);
        account.outcome = Outcome::Active as u8;
        effect_until = times.effect_until(false).0;
        if let Act::Pause(subsystem) = account.act().map_err(|_| unexpected(event))? {
            replaying.state.constitution.paused_from[subsystem as usize] = e.at;
        }
        write(replaying, &account, effect_until, event)?;
    }
    let unsigned = |moment: i64| moment.cast_unsigned();
    check_number("end of the effect", unsigned(e.effect_until), unsigned(effect_until))?;
    check_number("end of the time to confirm", unsigned(e.ratify_by), unsigned(account.ratify_by))?;
    check_number("end of the act", unsigned(e.expires_at), unsigned(account.expires_at))?;
    act(replaying, e.emergency_id, event)?.account = account;
    Ok(())
}

fn ratified(replaying: &mut Replaying, e: &EmergencyRatified, event: &Event) -> Result<(), Contradiction> {
    replaying.ordered(e.mandate, &Action::EmergencyRatify { emergency_id: e.emergency_id })?;
    let account = &mut act(replaying, e.emergency_id, event)?.account;
    check_number("outcome of the act", account.outcome, Outcome::Active as u8)?;
    (account.outcome, account.ratified_by) = (Outcome::Ratified as u8, e.mandate);
    let account = account.clone();
    let guardians = guardians(replaying, event)?;
    if account.guardians_version == guardians.version {
        let power = guardians.power().confirmed();
        set_power(guardians, power);
    }
    // 0 where nothing was longer, or its target was gone.
    let written = if e.effect_until == 0 { 0 } else { account.times().effect_until(true).0 };
    check_number("end of the effect", e.effect_until.cast_unsigned(), written.cast_unsigned())?;
    if written == 0 { Ok(()) } else { write(replaying, &account, written, event) }
}

fn ended(replaying: &mut Replaying, e: &EmergencyEnded, event: &Event) -> Result<(), Contradiction> {
    replaying.ordered(e.mandate, &Action::EmergencyEnd { emergency_id: e.emergency_id })?;
    let account = &mut act(replaying, e.emergency_id, event)?.account;
    let has_begun = account.outcome == Outcome::Active as u8 || account.outcome == Outcome::Ratified as u8;
    if !has_begun {
        return Err(unexpected(event));
    }
    account.outcome = Outcome::Ended as u8;
    let account = account.clone();
    let written = if e.effect_until == 0 { 0 } else { e.at };
    check_number("end of the effect", e.effect_until.cast_unsigned(), written.cast_unsigned())?;
    if written == 0 { Ok(()) } else { write(replaying, &account, written, event) }
}

/// Writes where an effect ends into what it is about. A held proposal's own chain tells it.
fn write(replaying: &mut Replaying, act: &EmergencyAction, until: i64, event: &Event) -> Result<(), Contradiction> {
    let (address, state) = (replaying.state.address, &mut replaying.state);
    match act.act().map_err(|_| unexpected(event))? {
        Act::Pause(subsystem) => state.constitution.paused_until[subsystem as usize] = until,
        Act::SuspendPolicy => {
            let policy = state.policies.iter_mut().find(|(id, _)| pda::policy(&address, **id) == act.target);
            policy.ok_or_else(|| unexpected(event))?.1.account.suspended_until = until;
        }
        Act::HoldProposal => {}
    }
    Ok(())
}

fn set_power(guardians: &mut Guardians, power: Power) {
    guardians.strikes = power.strikes;
    guardians.spent_ends_at = power.spent.map(|act| act.ends_at.0);
    guardians.spent_seconds = power.spent.map(|act| act.seconds);
}

fn check_guardian(guardians: &Guardians, index: u8, address: &Address, event: &Event) -> Result<(), Contradiction> {
    let is_guardian = guardians.members().get(usize::from(index)) == Some(address);
    if is_guardian { Ok(()) } else { Err(unexpected(event)) }
}

fn guardians<'a>(replaying: &'a mut Replaying, event: &Event) -> Result<&'a mut Guardians, Contradiction> {
    replaying.state.guardians.as_mut().ok_or_else(|| unexpected(event))
}

fn act<'a>(
    replaying: &'a mut Replaying,
    id: u32,
    event: &Event,
) -> Result<&'a mut Record<EmergencyAction>, Contradiction> {
    let act = replaying.state.emergencies.get_mut(&id);
    act.filter(|act| !act.is_closed).ok_or_else(|| unexpected(event))
}
