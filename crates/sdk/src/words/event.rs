//! What happened, one line for each event.
//!
//! The line leaves out what tells events of one list apart from others (the constitution, the sequence number, the
//! moment): whoever lists them has columns for that.

mod deposits;
mod snapshots;

use quantumagi_interface::Address;
use quantumagi_interface::events::{
    Event, GuardrailSet, PolicyAdopted, PrincipleAdded, ProposalClosed, ProposalCreated, ProposalFinalized,
    ProposalVoted, RosterExtended, SpendingCounted, TextPublished,
};
use quantumagi_rules::approval::Defeat;
use quantumagi_rules::ballot::Choice;
use quantumagi_rules::guardrail::Guardrail;
use quantumagi_rules::lifecycle::Status;
use quantumagi_rules::parameters::Track;
use quantumagi_rules::principle::{Category, Class};
use quantumagi_rules::{Bps, UnixSeconds, action::Action};

use super::action::{category_name, class_name, describe_action, until};
use super::amount::{bps, counted, hash, hex, percent, sol};
use super::emergency;
use super::guardrail::describe_guardrail;
use super::moment::{duration, utc};
use super::names::Names;
use super::tracks;

/// An event in one line. A number without meaning is shown as it is: `status 9`.
#[must_use]
#[allow(clippy::wildcard_enum_match_arm, reason = "each theme describes its own events")]
pub fn describe_event(event: &Event, names: &Names) -> String {
    match event {
        Event::ConstitutionCreated(e) => {
            format!("constitution founded by {} with {}", names.address(&e.founder), names.text(&e.text_hash))
        }
        Event::ConstitutionAmended(e) => {
            let text = names.text(&e.text_hash);
            format!("constitution amended to version {}, {text}, {}", e.version, by(&e.mandate, names))
        }
        Event::ConstitutionSealed(_) => "constitution sealed: the founder gave up all power".to_owned(),
        Event::PrincipleAdded(e) => principle_added(e, names),
        Event::PrincipleAmended(e) => {
            let (text, by) = (names.text(&e.text_hash), by(&e.mandate, names));
            format!("principle {} amended to version {}, {text}, {by}", e.principle_id, e.version)
        }
        Event::PrincipleRetired(e) => {
            format!("principle {} retired at version {}, {}", e.principle_id, e.version, by(&e.mandate, names))
        }
        Event::GuardrailsOpened(e) => format!("account of the guardrails opened by {}", names.address(&e.payer)),
        Event::GuardrailSet(e) => guardrail_set(e, names),
        Event::GuardrailCleared(e) => {
            format!("guardrail of principle {} taken away, {}", e.principle_id, by(&e.mandate, names))
        }
        Event::SpendingCounted(e) => spending_counted(e),
        Event::PolicyUsed(e) => format!(
            "{} carried an action of {}, version {}, action {}",
            names.policy(e.policy_id),
            names.address(&e.authority),
            e.version,
            hash(&e.action_hash)
        ),
        Event::AuthorizationClosed(e) => {
            format!(
                "record of a use by {} closed; rent returned to {}",
                names.address(&e.authority),
                names.address(&e.payer)
            )
        }
        Event::RosterCreated(e) => format!("roster {} begun for {}", e.version, counted(u64::from(e.size), "member")),
        Event::RosterExtended(e) => roster_extended(e),
        Event::RosterAdopted(e) => {
            format!("roster {} adopted, total weight {}, {}", e.version, e.total_weight, by(&e.mandate, names))
        }
        Event::RosterPageOpened(e) => {
            format!("page {} of roster {} opened by {}", e.page, e.roster, names.address(&e.payer))
        }
        Event::RosterPageClosed(e) => {
            format!("page {} of roster {} closed; rent returned to {}", e.page, e.roster, names.address(&e.payer))
        }
        Event::RosterClosed(e) => format!("roster {} closed; rent returned to {}", e.roster, names.address(&e.payer)),
        Event::ProposalCreated(e) => proposal_created(e, names),
        Event::ProposalClosed(e) => proposal_closed(e, names),
        Event::ProposalVoted(e) => proposal_voted(e, names),
        Event::ProposalFinalized(e) => proposal_finalized(e),
        Event::ProposalCancelled(_) => "withdrawn by its proposer".to_owned(),
        Event::ProposalExecuted(e) => format!("executed what was voted on, digest {}", hash(&e.digest)),
        Event::ProposalStepExecuted(e) => {
            format!("step {} of {} executed, digest {}", e.steps_done, e.steps, hash(&e.step_digest))
        }
        Event::PayloadCreated(e) => {
            let size = counted(u64::from(e.size), "byte");
            format!("payload {} begun for {size} with hash {}", e.payload, hash(&e.hash))
        }
        Event::PayloadWritten(e) => {
            // Bound: a part is at most as long as its payload, whose size is a u32.
            let end = u64::from(e.offset) + e.bytes.len() as u64;
            format!("payload {} written up to byte {end} of {}", e.payload, e.size)
        }
        Event::PayloadClosed(e) => {
            format!("payload {} closed; rent returned to {}", e.payload, names.address(&e.author))
        }
        Event::ProposalExpired(_) => "expired: approved, and not executed in time".to_owned(),
        Event::PolicyAdopted(e) => policy_adopted(e, names),
        Event::PolicyAmended(e) => {
            let (text, by) = (names.text(&e.text_hash), by(&e.mandate, names));
            format!("policy {} amended to version {}, {text}, {}, {by}", e.policy_id, e.version, until(e.sunset_at))
        }
        Event::PolicyRepealed(e) => format!("policy {} repealed, {}", e.policy_id, by(&e.mandate, names)),
        Event::PolicySunsetRecorded(e) => {
            format!("policy {} ended by its own clock on {}", e.policy_id, utc(UnixSeconds(e.sunset_at)))
        }
        Event::PolicyClosed(e) => {
            format!("policy {} closed; rent returned to {}", e.policy_id, names.address(&e.payer))
        }
        Event::GuardiansOpened(_) => "guardians can be adopted from now on".to_owned(),
        Event::GuardiansAdopted(e) => {
            let (count, by) = (counted(e.members.len() as u64, "guardian"), by(&e.mandate, names));
            format!(
                "{count} adopted, of whom {} must agree, for {}, {by}",
                e.threshold,
                duration(e.term_seconds.into())
            )
        }
        Event::GuardiansRemoved(e) => format!("guardians removed, {}", by(&e.mandate, names)),
        Event::GuardianSeen(e) => format!("guardian {} is there", names.address(&e.guardian)),
        Event::EmergencyOpened(e) => emergency::opened(e, names),
        Event::EmergencyApproved(e) => emergency::approved(e, names),
        Event::EmergencyRatified(e) => {
            let until = if e.effect_until == 0 {
                String::new()
            } else {
                format!(", in effect until {}", emergency::moment(e.effect_until))
            };
            format!("emergency act {} confirmed{until}, {}", e.emergency_id, by(&e.mandate, names))
        }
        Event::EmergencyEnded(e) => format!("emergency act {} ended, {}", e.emergency_id, by(&e.mandate, names)),
        Event::EmergencyLapsed(e) => format!("emergency act {} lapsed: no vote confirmed it", e.emergency_id),
        Event::EmergencyClosed(e) => {
            format!("emergency act {} closed; rent returned to {}", e.emergency_id, names.address(&e.payer))
        }
        Event::ProposalHeld(e) => {
            format!("held until {} by emergency act {}", emergency::moment(e.held_until), names.address(&e.emergency))
        }
        Event::BallotPageOpened(e) => format!("ballot page {} opened by {}", e.page, names.address(&e.payer)),
        Event::BallotPageClosed(e) => {
            format!("ballot page {} closed; rent returned to {}", e.page, names.address(&e.payer))
        }
        Event::ProposerOpened(e) => {
            format!("count of {}'s open proposals begun by {}", names.address(&e.owner), names.address(&e.payer))
        }
        Event::ProposerClosed(e) => {
            let (owner, payer) = (names.address(&e.owner), names.address(&e.payer));
            format!("count of {owner}'s open proposals closed; rent returned to {payer}")
        }
        Event::ParametersAmended(e) => tracks::parameters_amended(e, &by(&e.mandate, names)),
        Event::VetoBodyAdopted(e) => tracks::veto_body_adopted(e, &by(&e.mandate, names)),
        Event::SettingsAmended(e) => tracks::settings_amended(e, &by(&e.mandate, names), names),
        Event::ProposalVetoed(e) => tracks::proposal_vetoed(e, names),
        Event::ProposalAttested(e) => tracks::proposal_attested(e, names),
        Event::TextPublished(e) => text_published(e, names),
        other => deposits::describe(other, names)
            .or_else(|| snapshots::describe(other, names))
            // Only an event that a later version of the interface knows gets here.
            .unwrap_or_else(|| format!("{}: {}", other.name(), hex(&other.to_bytes()))),
    }
}

/// Who ordered a change: zeros stand for the founder.
fn by(mandate: &Address, names: &Names) -> String {
    if *mandate == Address::default() {
        "by the founder".to_owned()
    } else {
        format!("ordered by proposal {}", names.address(mandate))
    }
}

fn guardrail_set(e: &GuardrailSet, names: &Names) -> String {
    let (id, by) = (e.principle_id, by(&e.mandate, names));
    match Guardrail::from_stored(&e.guardrail) {
        Ok(guardrail) => format!("guardrail of principle {id}: {}, {by}", describe_guardrail(&guardrail, names)),
        Err(_) => format!("guardrail of principle {id}: {}, {by}", hex(&e.guardrail)),
    }
}

fn spending_counted(e: &SpendingCounted) -> String {
    let charges: Vec<String> =
        e.charges.iter().map(|charge| format!("{} against principle {}", charge.amount, charge.principle_id)).collect();
    format!("counted {}", charges.join(", "))
}

fn principle_added(e: &PrincipleAdded, names: &Names) -> String {
    let class = Class::from_u8(e.class).map_or_else(|| format!("class {}", e.class), |class| class_name(class).into());
    let category = Category::from_u8(e.category)
        .map_or_else(|| format!("category {}", e.category), |category| category_name(category).into());
    let (text, by) = (names.text(&e.text_hash), by(&e.mandate, names));
    format!("principle {} added: {text}, {class}, {category}, priority {}, {by}", e.principle_id, e.priority)
}

fn roster_extended(e: &RosterExtended) -> String {
    let weight: u128 = e.members.iter().map(|member| u128::from(member.weight)).sum();
    let joined = counted(e.members.len() as u64, "member");
    format!("{joined} joined roster {} from index {}, weighing {weight} together", e.roster, e.first_index)
}

fn proposal_created(e: &ProposalCreated, names: &Names) -> String {
    let track = Track::from_u8(e.track)
        .map_or_else(|| format!("track {}", e.track), |track| format!("{} track", tracks::track_name(track)));
    let what = match Action::decode(&e.action) {
        _ if e.payload != Address::default() => format!("does what is written in payload {}", e.payload),
        Ok(action) => describe_action(&action, names).sentence,
        Err(_) => format!("holds no action that is understood here: {}", hex(&e.action)),
    };
    let (proposer, threshold) = (names.address(&e.proposer), bps(Bps(e.threshold_bps)));
    let (starts, ends) = (utc(UnixSeconds(e.starts_at)), utc(UnixSeconds(e.ends_at)));
    format!(
        "proposal {} by {proposer} on the {track}, which {what}; passes with {threshold}; \
         voting from {starts} to {ends}",
        e.proposal_id
    )
}

fn proposal_closed(e: &ProposalClosed, names: &Names) -> String {
    let status = match Status::from_u8(e.status) {
        Some(Status::Open) => "open".to_owned(),
        Some(Status::Succeeded) => "approved".to_owned(),
        Some(Status::Defeated) => "defeated".to_owned(),
        Some(Status::Vetoed) => "vetoed".to_owned(),
        Some(Status::Cancelled) => "withdrawn".to_owned(),
        Some(Status::Executed) => "executed".to_owned(),
        Some(Status::Expired) => "expired".to_owned(),
        None => format!("status {}", e.status),
    };
    let (payer, events) = (names.address(&e.payer), counted(e.final_sequence, "event"));
    let forfeited = match e.forfeited_lamports {
        0 => String::new(),
        lamports => format!("; {} of deposit forfeited to the vault", sol(lamports)),
    };
    format!("proposal {} closed: {status}, after {events}; rent returned to {payer}{forfeited}", e.proposal)
}

fn proposal_voted(e: &ProposalVoted, names: &Names) -> String {
    let (voter, weight) = (names.address(&e.voter), e.weight);
    let choice = choice_name(e.choice);
    let change =
        if e.previous_choice == 0 { String::new() } else { format!(", instead of {}", choice_name(e.previous_choice)) };
    format!("{voter} voted {choice} with weight {weight}{change}")
}

fn choice_name(bits: u8) -> String {
    match Choice::from_bits(bits) {
        Some(Choice::For) => "for".to_owned(),
        Some(Choice::Against) => "against".to_owned(),
        Some(Choice::Abstain) => "to abstain".to_owned(),
        None => format!("choice {bits}"),
    }
}

fn proposal_finalized(e: &ProposalFinalized) -> String {
    let (for_weight, against) = (e.for_weight, e.against_weight);
    let share = percent(u128::from(for_weight), u128::from(for_weight) + u128::from(against));
    let tally = format!("{for_weight} for, {against} against ({share} for), {} abstaining", e.abstain_weight);
    let outcome = match (Status::from_u8(e.status), Defeat::from_u8(e.defeat)) {
        (Some(Status::Succeeded), None) => {
            let (opens, closes) = (utc(UnixSeconds(e.opens_at)), utc(UnixSeconds(e.closes_at)));
            return format!("approved: {tally}, of {}; can be executed from {opens} to {closes}", e.total_weight);
        }
        (Some(Status::Defeated), Some(Defeat::QuorumNotMet)) => "too few voted",
        (Some(Status::Defeated), Some(Defeat::NothingFor)) => "nobody was for it",
        (Some(Status::Defeated), Some(Defeat::BelowThreshold)) => "too little of for and against was for",
        (Some(Status::Defeated), Some(Defeat::BelowMinimumFor)) => "too little of the total weight was for",
        _ => return format!("finalized with status {}, defeat {}: {tally}, of {}", e.status, e.defeat, e.total_weight),
    };
    format!("defeated, {outcome}: {tally}, of {}", e.total_weight)
}

fn policy_adopted(e: &PolicyAdopted, names: &Names) -> String {
    let text = names.text(&e.text_hash);
    format!("policy {} adopted: {text} {}, ordered by proposal {}", e.policy_id, until(e.sunset_at), e.proposal_id)
}

fn text_published(e: &TextPublished, names: &Names) -> String {
    let (text, publisher) = (names.text(&e.text_hash), names.address(&e.publisher));
    let end = u64::from(e.offset).saturating_add(e.bytes.len() as u64);
    format!("bytes {} to {end} of {} of {text} published by {publisher}", e.offset, e.total_len)
}

#[cfg(test)]
mod tests;
