//! Whether the accounts on the chain are those that the events lead to.

use quantumagi_interface::accounts::{
    Authorization, Constitution, Deposit, DepositPool, EmergencyAction, Guardians, Guardrails, Policy, Principle,
    Proposal, Proposer, Roster,
};
use quantumagi_interface::{Address, pda};

use super::ledger::Ledger;
use super::replay::Replayed;

/// An account that is not what the events lead to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} {address}: {deviation}")]
pub struct Difference {
    /// What it is: `constitution`, `principle`, `policy`, `roster`, `proposer`, `guardians`, `emergency`, `guardrails`,
    /// `authorization` or `proposal`.
    pub kind: &'static str,
    /// Its address.
    pub address: Address,
    /// How it differs.
    pub deviation: Deviation,
}

/// How an account differs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Deviation {
    /// It does not exist, though no event closed it.
    #[error("does not exist, though no event closed it")]
    Gone,
    /// It exists, though an event closed it or none created it.
    #[error("exists, though by the events it does not")]
    Unexplained,
    /// Some of its fields hold something else.
    #[error("differs in {}", .0.join(", "))]
    Fields(Vec<&'static str>),
}

/// Names the fields in which two accounts differ. Destructures both, so that a new field cannot be forgotten.
macro_rules! differing {
    ($account:ident { $($field:ident),* $(,)? } but { $($ignored:ident),* $(,)? }, $left:expr, $right:expr) => {{
        let $account { $($field,)* $($ignored: _,)* } = $left;
        let mut fields: Vec<&'static str> = Vec::new();
        $(if *$field != $right.$field { fields.push(stringify!($field)); })*
        fields
    }};
}

// Behind the macro, which it uses.
mod snapshots;

impl Replayed {
    /// Every account of `ledger` that is not what these events lead to. Bumps are left out: no event tells them.
    #[must_use]
    pub fn differences(&self, ledger: &Ledger) -> Vec<Difference> {
        let address = self.address;
        let mut found = Vec::new();
        let mut note = |kind, address, deviation: Option<Deviation>| {
            found.extend(deviation.map(|deviation| Difference { kind, address, deviation }));
        };
        note("constitution", address, fields(constitution(&self.constitution, &ledger.constitution)));
        for (id, stored) in &ledger.principles {
            let replayed = self.principles.get(id).map(|principle| (principle, false));
            note("principle", pda::principle(&address, *id), deviation(replayed, stored.as_ref(), principle));
        }
        for (id, stored) in &ledger.policies {
            let replayed = self.policies.get(id).map(|record| (&record.account, record.is_closed));
            note("policy", pda::policy(&address, *id), deviation(replayed, stored.as_ref(), policy));
        }
        for (version, stored) in &ledger.rosters {
            let replayed = self.rosters.get(version).map(|record| (&record.account, record.is_closed));
            note("roster", pda::roster(&address, *version), deviation(replayed, stored.as_ref(), roster));
        }
        for (address, stored) in &ledger.pools {
            let replayed = self.pools.get(address).map(|record| (&record.account, record.is_closed));
            if replayed.is_none() && stored.is_none() {
                // Electorates of other kinds take versions, too.
                continue;
            }
            note("deposit pool", *address, deviation(replayed, stored.as_ref(), deposit_pool));
        }
        for (address, stored) in &ledger.deposits {
            let replayed = self.deposits.get(address).map(|record| (&record.account, record.is_closed));
            note("deposit", *address, deviation(replayed, stored.as_ref(), deposit));
        }
        for (kind, address, deviation) in snapshots::deviations(&self.snapshots, &ledger.snapshots) {
            note(kind, address, deviation);
        }
        for (id, stored) in &ledger.proposals {
            let replayed = self.proposals.get(id).map(|record| (&record.account, record.is_closed));
            note("proposal", pda::proposal(&address, *id), deviation(replayed, stored.as_ref(), proposal));
        }
        let replayed = self.guardians.as_ref().map(|guardians| (guardians, false));
        if replayed.is_some() || ledger.guardians.is_some() {
            note("guardians", pda::guardians(&address), deviation(replayed, ledger.guardians.as_ref(), guardians));
        }
        for (id, stored) in &ledger.emergencies {
            let replayed = self.emergencies.get(id).map(|record| (&record.account, record.is_closed));
            note("emergency", pda::emergency(&address, *id), deviation(replayed, stored.as_ref(), emergency));
        }
        for (owner, stored) in &ledger.proposers {
            let replayed = self.proposers.get(owner).map(|record| (&record.account, record.is_closed));
            note("proposer", pda::proposer(&address, owner), deviation(replayed, stored.as_ref(), proposer));
        }
        let stored = ledger.guardrails.as_ref();
        // As many changes as the account had seen when it was read: a payment may have come since.
        let replayed = self.guardrails_after(stored.map_or(u64::MAX, |stored| stored.changes)).ok().flatten();
        if replayed.is_some() || stored.is_some() {
            let replayed = replayed.as_ref().map(|guardrails| (guardrails, false));
            note("guardrails", pda::guardrails(&address), deviation(replayed, stored, guardrails));
        }
        for (record, stored) in &ledger.authorizations {
            let replayed = self.authorizations.get(record).map(|record| (&record.account, record.is_closed));
            note("authorization", *record, deviation(replayed, stored.as_ref(), authorization));
        }
        found
    }
}

fn deviation<T>(
    replayed: Option<(&T, bool)>,
    stored: Option<&T>,
    differing: fn(&T, &T) -> Vec<&'static str>,
) -> Option<Deviation> {
    match (replayed, stored) {
        (Some((replayed, false)), Some(stored)) => fields(differing(replayed, stored)),
        (Some((_, false)), None) => Some(Deviation::Gone),
        (Some((_, true)) | None, Some(_)) => Some(Deviation::Unexplained),
        (Some((_, true)), None) => None,
        // The constitution has counted it, but no event tells of it.
        (None, None) => Some(Deviation::Gone),
    }
}

fn fields(fields: Vec<&'static str>) -> Option<Deviation> {
    (!fields.is_empty()).then_some(Deviation::Fields(fields))
}

fn constitution(replayed: &Constitution, stored: &Constitution) -> Vec<&'static str> {
    differing!(Constitution {
        create_key, founder, electorate, vault, veto_roster, attestor, text_hash, parent_hash, chain, next_proposal_id,
        next_policy_id, paused_from, paused_until, version, next_principle_id, next_roster_version, roster_version,
        next_electorate_version, next_emergency_id, required_delays, policy_life_seconds, guardrails, tracks, attestation_mark, max_open_proposals, electorate_kind,
        layout_version, is_sealed,
    } but { bump, vault_bump }, replayed, stored)
}

fn principle(replayed: &Principle, stored: &Principle) -> Vec<&'static str> {
    differing!(Principle {
        constitution, payer, text_hash, id, version, class, category, priority, is_retired, layout_version,
        has_guardrail, reserved,
    } but { bump }, replayed, stored)
}

fn policy(replayed: &Policy, stored: &Policy) -> Vec<&'static str> {
    differing!(Policy {
        constitution, payer, text_hash, id, proposal_id, adopted_at, sunset_at, suspended_until, version, status,
        layout_version, reserved,
    } but { bump }, replayed, stored)
}

fn guardrails(replayed: &Guardrails, stored: &Guardrails) -> Vec<&'static str> {
    differing!(Guardrails { constitution, payer, changes, slots, layout_version, reserved } but { bump },
        replayed, stored)
}

fn authorization(replayed: &Authorization, stored: &Authorization) -> Vec<&'static str> {
    differing!(Authorization {
        constitution, policy, authority, payer, use_key, action_hash, used_at, layout_version, reserved,
    } but { bump }, replayed, stored)
}

fn proposer(replayed: &Proposer, stored: &Proposer) -> Vec<&'static str> {
    differing!(Proposer { constitution, owner, payer, open_proposals, layout_version, reserved } but { bump },
        replayed, stored)
}

fn deposit_pool(replayed: &DepositPool, stored: &DepositPool) -> Vec<&'static str> {
    differing!(DepositPool {
        constitution, payer, mint, token_program, vault, total, matured_total, floor, version, next_index,
        maturity_seconds, bound_proposals, decimals, layout_version, reserved,
    } but { bump }, replayed, stored)
}

fn deposit(replayed: &Deposit, stored: &Deposit) -> Vec<&'static str> {
    let mut fields = differing!(Deposit {
        constitution, pool, owner, payer, delegate, delegate_expires_at, fresh, fresh_at, checkpoints, index,
        layout_version, reserved,
    } but { bump, locked_until }, replayed, stored);
    // A vote that is newer than the proposals' accounts may have locked it for longer; for less, none can have.
    if stored.locked_until < replayed.locked_until {
        fields.push("locked_until");
    }
    fields
}

fn guardians(replayed: &Guardians, stored: &Guardians) -> Vec<&'static str> {
    differing!(Guardians {
        constitution, members, seen_at, adopted_at, term_ends_at, spent_ends_at, spent_seconds, version, threshold,
        count, strikes, layout_version, reserved,
    } but { bump }, replayed, stored)
}

fn emergency(replayed: &EmergencyAction, stored: &EmergencyAction) -> Vec<&'static str> {
    differing!(EmergencyAction {
        constitution, payer, target, statement, reason_hash, evidence_hash, ratified_by, opened_slot, opened_at,
        activated_at, ratify_by, expires_at, id, principle_id, guardians_version, seconds, approvals, act, outcome,
        layout_version, reserved,
    } but { bump }, replayed, stored)
}

fn roster(replayed: &Roster, stored: &Roster) -> Vec<&'static str> {
    differing!(Roster {
        constitution, payer, members_hash, last_member, total_weight, version, size, count, bound_proposals, pages,
        layout_version, is_closing, reserved,
    } but { bump }, replayed, stored)
}

fn proposal(replayed: &Proposal, stored: &Proposal) -> Vec<&'static str> {
    differing!(Proposal {
        constitution, proposer, electorate, veto_roster, attestor, subject, content_hash, execution_digest, pending_digest,
        snapshot_root, attestation_hash, chain, id, total_weight, for_weight, against_weight, abstain_weight, veto_total,
        veto_weight, snapshot_slot, deposit_lamports, created_at, starts_at, ends_at, updated_at, held_until,
        deploy_slot, citations, constitution_version, voters, ballots_cast, ballot_pages, extension_seconds,
        cooloff_seconds, timelock_seconds, window_seconds, threshold_bps, quorum_bps, min_for_bps, veto_bps, slash_bps,
        unattested_threshold_bps, attestation_mark, attestation_score, steps, steps_done, electorate_kind, is_attested,
        track, action, status, defeat, ballot_rule, was_extended, layout_version, reserved, veto_ballots, ballots,
    } but { bump }, replayed, stored)
}
