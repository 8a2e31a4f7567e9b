//! What is logged about guardians and about emergency acts.

use quantumagi_interface::accounts::EmergencyAction;
use quantumagi_interface::calls::Call;
use quantumagi_interface::events::{
    EmergencyApproved, EmergencyClosed, EmergencyEnded, EmergencyLapsed, EmergencyOpened, EmergencyRatified, Event,
    GuardianSeen, GuardiansAdopted, GuardiansOpened, GuardiansRemoved, ProposalHeld,
};
use quantumagi_interface::types::EmergencyOpenArgs;
use quantumagi_interface::{Address, instructions, pda};
use quantumagi_rules::UnixSeconds;
use quantumagi_rules::emergency::Act;
use quantumagi_rules::emergency::guardians::Approvals;
use quantumagi_rules::lifecycle::Status;
use quantumagi_rules::policy::PolicyStatus;

use super::super::super::Chain;
use super::super::live::Live;
use super::community::Next;
use super::{Asked, Logged, spent};

/// The events of a call about guardians or an act; `None` for any other.
#[allow(clippy::wildcard_enum_match_arm, reason = "the families divide the calls among themselves")]
pub(super) fn guarded(live: &Live, asked: Asked<'_>, next: Next) -> Logged {
    let Next { constitution, sequence, at } = next;
    let state = live.state()?;
    let version = || state.guardians.as_ref().map(|guardians| guardians.version);
    let mut events = Vec::new();
    let event = match asked.call {
        Call::GuardiansOpen { accounts } => {
            Event::GuardiansOpened(GuardiansOpened { constitution, sequence, at, payer: accounts.payer })
        }
        Call::GuardiansAdopt { accounts, threshold, term_seconds, members } => {
            events = spent(live, accounts.proposal, at)?;
            Event::GuardiansAdopted(GuardiansAdopted {
                constitution,
                sequence,
                at,
                mandate: accounts.proposal.unwrap_or_default(),
                version: version()?.checked_add(1)?,
                threshold: *threshold,
                term_seconds: *term_seconds,
                members: members.clone(),
            })
        }
        Call::GuardiansRemove { accounts } => {
            events = spent(live, accounts.proposal, at)?;
            let (mandate, version) = (accounts.proposal.unwrap_or_default(), version()?.checked_add(1)?);
            Event::GuardiansRemoved(GuardiansRemoved { constitution, sequence, at, mandate, version })
        }
        Call::GuardiansHeartbeat { accounts, index } => {
            let (guardian, index) = (accounts.guardian, *index);
            Event::GuardianSeen(GuardianSeen { constitution, sequence, at, guardian, index })
        }
        Call::EmergencyOpen { accounts, args } => opened(live, accounts, args, (asked.slot, next))?,
        Call::EmergencyApprove { accounts, index, .. } => {
            let act = act_at(live, &accounts.emergency)?;
            let guardians = state.guardians.as_ref()?;
            let approvals = Approvals(act.approvals).with(*index).ok()?;
            let (mut times, mut effect_until) = (act.times(), 0);
            if approvals.count() >= u32::from(guardians.threshold) {
                times = times.activated(UnixSeconds(at), act.seconds)?;
                effect_until = times.effect_until(false).0;
                if act.act().ok()? == Act::HoldProposal {
                    events.push(held(live, act, &accounts.emergency, effect_until, at)?);
                }
            }
            Event::EmergencyApproved(EmergencyApproved {
                constitution,
                sequence,
                at,
                emergency_id: act.id,
                guardian: accounts.guardian,
                index: *index,
                approvals: approvals.0,
                slot: asked.slot,
                effect_until,
                ratify_by: times.ratify_by.0,
                expires_at: times.expires_at.0,
            })
        }
        Call::EmergencyRatify { accounts } => {
            events = spent(live, Some(accounts.proposal), at)?;
            let act = act_at(live, &accounts.emergency)?;
            let times = act.times();
            let mut effect_until = 0;
            if times.needs_longer() {
                effect_until = changed(live, act, times.effect_until(true).0)?;
                events.extend(moved(live, act, &accounts.emergency, effect_until, at)?);
            }
            let (mandate, emergency_id) = (accounts.proposal, act.id);
            Event::EmergencyRatified(EmergencyRatified {
                constitution,
                sequence,
                at,
                mandate,
                emergency_id,
                effect_until,
            })
        }
        Call::EmergencyEnd { accounts } => {
            events = spent(live, Some(accounts.proposal), at)?;
            let act = act_at(live, &accounts.emergency)?;
            let effect_until = changed(live, act, at)?;
            events.extend(moved(live, act, &accounts.emergency, effect_until, at)?);
            let (mandate, emergency_id) = (accounts.proposal, act.id);
            Event::EmergencyEnded(EmergencyEnded { constitution, sequence, at, mandate, emergency_id, effect_until })
        }
        Call::EmergencyLapse { accounts } => {
            let emergency_id = act_at(live, &accounts.emergency)?.id;
            Event::EmergencyLapsed(EmergencyLapsed { constitution, sequence, at, emergency_id })
        }
        Call::EmergencyClose { accounts } => {
            let (emergency_id, payer) = (act_at(live, &accounts.emergency)?.id, accounts.payer);
            Event::EmergencyClosed(EmergencyClosed { constitution, sequence, at, emergency_id, payer })
        }
        _ => return None,
    };
    events.push((Chain::Constitution(constitution), event));
    Some(events)
}

fn opened(
    live: &Live,
    accounts: &instructions::EmergencyOpen,
    args: &EmergencyOpenArgs,
    (slot, Next { constitution, sequence, at }): (u64, Next),
) -> Option<Event> {
    let EmergencyOpenArgs { index, act, target, seconds, reason_hash, evidence_hash } = *args;
    let mut event = EmergencyOpened {
        constitution,
        sequence,
        at,
        emergency: accounts.emergency,
        emergency_id: live.constitution()?.next_emergency_id,
        guardian: accounts.guardian,
        index,
        act,
        target,
        seconds,
        principle_id: live.principle(&accounts.principle)?.id,
        reason_hash,
        evidence_hash,
        statement: [0; 32],
        guardians_version: live.state()?.guardians.as_ref()?.version,
        slot,
    };
    let mut account = EmergencyAction::decode(&zeros::<{ EmergencyAction::LEN }>()).ok()?;
    (account.constitution, account.target, account.id) = (constitution, target, event.emergency_id);
    (account.act, account.seconds, account.principle_id) = (act, seconds, event.principle_id);
    (account.reason_hash, account.evidence_hash) = (reason_hash, evidence_hash);
    account.guardians_version = event.guardians_version;
    event.statement = account.statement_hash();
    Some(Event::EmergencyOpened(event))
}

/// An account of zeros, to be filled in.
fn zeros<const LEN: usize>() -> [u8; LEN] {
    let mut bytes = [0; LEN];
    bytes[..8].copy_from_slice(&EmergencyAction::DISCRIMINATOR);
    bytes
}

fn act_at<'a>(live: &'a Live, address: &Address) -> Option<&'a EmergencyAction> {
    let mut acts = live.state()?.emergencies.iter();
    acts.find(|(id, _)| pda::emergency(&live.address, **id) == *address).map(|(_, record)| &record.account)
}

/// Where the effect ends from now on: 0 where its target is gone.
fn changed(live: &Live, act: &EmergencyAction, until: i64) -> Option<i64> {
    let is_there = match act.act().ok()? {
        Act::Pause(_) => true,
        Act::SuspendPolicy => {
            live.open_policy(&act.target).is_some_and(|policy| policy.status == PolicyStatus::Active as u8)
        }
        Act::HoldProposal => {
            let record = live.proposal(&act.target).filter(|record| !record.is_closed);
            record.is_some_and(|record| record.account.status == Status::Succeeded as u8)
        }
    };
    Some(if is_there { until } else { 0 })
}

/// The event of a held proposal's own chain, where the end of its hold was moved.
fn moved(
    live: &Live,
    act: &EmergencyAction,
    emergency: &Address,
    until: i64,
    at: i64,
) -> Option<Option<(Chain, Event)>> {
    let is_held = act.act().ok()? == Act::HoldProposal && until != 0;
    if is_held { Some(Some(held(live, act, emergency, until, at)?)) } else { Some(None) }
}

fn held(live: &Live, act: &EmergencyAction, emergency: &Address, held_until: i64, at: i64) -> Option<(Chain, Event)> {
    let (proposal, emergency) = (act.target, *emergency);
    let sequence = live.proposal(&proposal)?.account.chain.sequence;
    let event = Event::ProposalHeld(ProposalHeld { proposal, sequence, at, emergency, held_until });
    Some((Chain::Proposal(proposal), event))
}
