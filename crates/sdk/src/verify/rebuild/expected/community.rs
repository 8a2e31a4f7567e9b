//! What the constitution's chain logs about its text, its principles, its rosters, its policies and the end of its
//! proposals.

use quantumagi_interface::calls::Call;
use quantumagi_interface::events::*;
use quantumagi_interface::instructions::PrincipleRetire;
use quantumagi_interface::{Address, pda};

use super::super::super::Chain;
use super::super::live::Live;
use super::{Asked, Logged, deposits, emergency, guardrails, snapshots, spent, tracks};

/// What every event of the chain begins with.
#[derive(Clone, Copy)]
pub(super) struct Next {
    pub(super) constitution: Address,
    pub(super) sequence: u64,
    pub(super) at: i64,
}

/// The events of a call that changes the community; `None` for a call that is not known here.
pub(super) fn changed(live: &Live, asked: Asked<'_>) -> Logged {
    let (named, proposal) = about(asked.call)?;
    if named != live.address {
        return Some(Vec::new());
    }
    let chain = Chain::Constitution(named);
    let next = Next { constitution: named, sequence: live.next_number(chain), at: asked.at };
    if let Some(events) = emergency::guarded(live, asked, next) {
        return Some(events);
    }
    if let Call::PrincipleRetire { accounts, .. } = asked.call {
        return retired(live, accounts, asked.call, next);
    }
    let event = text(live, asked.call, next)
        .or_else(|| principle(live, asked.call, next))
        .or_else(|| roster(live, asked.call, next))
        .or_else(|| policy(live, asked.call, next))
        .or_else(|| tracks::steered(live, asked.call, next))
        .or_else(|| deposits::deposited(live, asked, next))
        .or_else(|| snapshots::prepared(live, asked.call, next))
        .or_else(|| guardrails::bound(live, asked.call, next))?;
    let mut events = spent(live, proposal, asked.at)?;
    events.push((chain, event));
    Some(events)
}

/// A principle that is retired takes its guardrail along: two events.
fn retired(live: &Live, accounts: &PrincipleRetire, call: &Call, next: Next) -> Logged {
    let chain = Chain::Constitution(next.constitution);
    let mut events = spent(live, accounts.proposal, next.at)?;
    let account = live.principle(&accounts.principle)?;
    let mut after = next;
    if account.has_guardrail == 1 {
        events.push((chain, guardrails::cleared(live, accounts.proposal, account, next)?));
        after.sequence = next.sequence.checked_add(1)?;
    }
    events.push((chain, principle(live, call, after)?));
    Some(events)
}

/// The constitution that a call is about, and the proposal that orders it.
#[allow(clippy::wildcard_enum_match_arm, reason = "a call of a later program is not known here")]
fn about(call: &Call) -> Option<(Address, Option<Address>)> {
    Some(match call {
        Call::ConstitutionCreate { accounts, .. } => (accounts.constitution, None),
        Call::ConstitutionAmend { accounts, .. } => (accounts.constitution, accounts.proposal),
        Call::ConstitutionSeal { accounts } => (accounts.constitution, None),
        Call::PrincipleAdd { accounts, .. } => (accounts.constitution, accounts.proposal),
        Call::PrincipleAmend { accounts, .. } => (accounts.constitution, accounts.proposal),
        Call::PrincipleRetire { accounts, .. } => (accounts.constitution, accounts.proposal),
        Call::RosterCreate { accounts, .. } => (accounts.constitution, None),
        Call::RosterPageOpen { accounts, .. } => (accounts.constitution, None),
        Call::RosterExtend { accounts, .. } => (accounts.constitution, None),
        Call::RosterAdopt { accounts } => (accounts.constitution, accounts.proposal),
        Call::RosterPageClose { accounts } => (accounts.constitution, None),
        Call::RosterClose { accounts } => (accounts.constitution, None),
        Call::ProposalClose { accounts } => (accounts.constitution, None),
        Call::ProposerOpen { accounts, .. } => (accounts.constitution, None),
        Call::ProposerClose { accounts } => (accounts.constitution, None),
        Call::PolicyAdopt { accounts, .. } => (accounts.constitution, Some(accounts.proposal)),
        Call::PolicyAmend { accounts, .. } => (accounts.constitution, Some(accounts.proposal)),
        Call::PolicyRepeal { accounts } => (accounts.constitution, Some(accounts.proposal)),
        Call::PolicySunset { accounts } => (accounts.constitution, None),
        Call::PolicyClose { accounts } => (accounts.constitution, None),
        Call::ParametersAmend { accounts, .. } => (accounts.constitution, accounts.proposal),
        Call::SettingsAmend { accounts, .. } => (accounts.constitution, accounts.proposal),
        Call::VetoBodyAdopt { accounts } => (accounts.constitution, accounts.proposal),
        Call::VetoBodyRemove { accounts } => (accounts.constitution, accounts.proposal),
        Call::GuardiansOpen { accounts } => (accounts.constitution, None),
        Call::GuardiansAdopt { accounts, .. } => (accounts.constitution, None),
        Call::GuardiansRemove { accounts } => (accounts.constitution, None),
        Call::GuardiansHeartbeat { accounts, .. } => (accounts.constitution, None),
        Call::EmergencyOpen { accounts, .. } => (accounts.constitution, None),
        Call::EmergencyApprove { accounts, .. } => (accounts.constitution, None),
        Call::EmergencyRatify { accounts } => (accounts.constitution, None),
        Call::EmergencyEnd { accounts } => (accounts.constitution, None),
        Call::EmergencyLapse { accounts } => (accounts.constitution, None),
        Call::EmergencyClose { accounts } => (accounts.constitution, None),
        Call::ElectorateAdopt { accounts, .. } => (accounts.constitution, accounts.proposal),
        Call::DepositPoolCreate { accounts, .. } => (accounts.constitution, None),
        Call::DepositPoolClose { accounts } => (accounts.constitution, None),
        Call::DepositOpen { accounts, .. } => (accounts.constitution, None),
        Call::DepositAdd { accounts, .. } => (accounts.constitution, None),
        Call::DepositMature { accounts } => (accounts.constitution, None),
        Call::DepositWithdraw { accounts, .. } => (accounts.constitution, None),
        Call::DepositDelegate { accounts, .. } => (accounts.constitution, None),
        Call::DepositClose { accounts } => (accounts.constitution, None),
        Call::OperatorsCreate { accounts, .. } => (accounts.constitution, None),
        Call::WeightPluginCreate { accounts, .. } => (accounts.constitution, None),
        Call::ElectorateClose { accounts } => (accounts.constitution, None),
        Call::SeatOpen { accounts } => (accounts.constitution, None),
        Call::SeatClose { accounts } => (accounts.constitution, None),
        Call::SnapshotClose { accounts } => (accounts.constitution, None),
        Call::GuardrailsOpen { accounts } => (accounts.constitution, None),
        Call::GuardrailSet { accounts, .. } => (accounts.constitution, accounts.proposal),
        Call::GuardrailClear { accounts, .. } => (accounts.constitution, accounts.proposal),
        Call::PolicyUse { accounts, .. } => (accounts.constitution, None),
        Call::AuthorizationClose { accounts } => (accounts.constitution, None),
        _ => return None,
    })
}

#[allow(clippy::wildcard_enum_match_arm, reason = "the families divide the calls among themselves")]
fn text(live: &Live, call: &Call, next: Next) -> Option<Event> {
    let Next { constitution, sequence, at } = next;
    Some(match call {
        Call::ConstitutionCreate { accounts, args } => Event::ConstitutionCreated(ConstitutionCreated {
            constitution,
            sequence,
            at,
            create_key: accounts.create_key,
            founder: accounts.founder,
            text_hash: args.text_hash,
            tracks: args.tracks,
        }),
        Call::ConstitutionAmend { accounts, text_hash, parent_hash } => {
            Event::ConstitutionAmended(ConstitutionAmended {
                constitution,
                sequence,
                at,
                mandate: accounts.proposal.unwrap_or_default(),
                version: live.constitution()?.version.checked_add(1)?,
                text_hash: *text_hash,
                parent_hash: *parent_hash,
            })
        }
        Call::ConstitutionSeal { .. } => {
            let electorate = live.constitution()?.electorate;
            Event::ConstitutionSealed(ConstitutionSealed { constitution, sequence, at, electorate })
        }
        Call::ProposerOpen { accounts, owner } => {
            let (owner, payer) = (*owner, accounts.payer);
            Event::ProposerOpened(ProposerOpened { constitution, sequence, at, owner, payer })
        }
        Call::ProposerClose { accounts } => {
            let owner = live.proposer_at(&accounts.record)?;
            let payer = accounts.payer;
            Event::ProposerClosed(ProposerClosed { constitution, sequence, at, owner, payer })
        }
        Call::ProposalClose { accounts } => {
            let account = &live.proposal(&accounts.proposal)?.account;
            Event::ProposalClosed(ProposalClosed {
                constitution,
                sequence,
                at,
                proposal: accounts.proposal,
                payer: accounts.proposer,
                forfeited_lamports: account.forfeited_lamports().ok()?,
                status: account.status,
                final_sequence: account.chain.sequence,
                final_hash: account.chain.hash,
            })
        }
        _ => return None,
    })
}

#[allow(clippy::wildcard_enum_match_arm, reason = "the families divide the calls among themselves")]
fn principle(live: &Live, call: &Call, next: Next) -> Option<Event> {
    let Next { constitution, sequence, at } = next;
    Some(match call {
        Call::PrincipleAdd { accounts, args } => Event::PrincipleAdded(PrincipleAdded {
            constitution,
            sequence,
            at,
            mandate: accounts.proposal.unwrap_or_default(),
            payer: accounts.authority,
            principle_id: live.constitution()?.next_principle_id,
            class: args.class,
            category: args.category,
            priority: args.priority,
            text_hash: args.text_hash,
        }),
        Call::PrincipleAmend { accounts, version, text_hash } => Event::PrincipleAmended(PrincipleAmended {
            constitution,
            sequence,
            at,
            mandate: accounts.proposal.unwrap_or_default(),
            principle_id: live.principle(&accounts.principle)?.id,
            version: version.checked_add(1)?,
            text_hash: *text_hash,
        }),
        Call::PrincipleRetire { accounts, version } => Event::PrincipleRetired(PrincipleRetired {
            constitution,
            sequence,
            at,
            mandate: accounts.proposal.unwrap_or_default(),
            principle_id: live.principle(&accounts.principle)?.id,
            version: *version,
        }),
        _ => return None,
    })
}

#[allow(clippy::wildcard_enum_match_arm, reason = "the families divide the calls among themselves")]
fn roster(live: &Live, call: &Call, next: Next) -> Option<Event> {
    let Next { constitution, sequence, at } = next;
    Some(match call {
        Call::RosterCreate { accounts, size } => Event::RosterCreated(RosterCreated {
            constitution,
            sequence,
            at,
            roster: accounts.roster,
            payer: accounts.payer,
            version: live.constitution()?.next_roster_version,
            size: *size,
        }),
        Call::RosterPageOpen { accounts, page } => {
            let (roster, page, payer) = (accounts.roster, *page, accounts.payer);
            Event::RosterPageOpened(RosterPageOpened { constitution, sequence, at, roster, page, payer })
        }
        Call::RosterExtend { accounts, members } => {
            let first_index = live.roster(&accounts.roster)?.account.count;
            let (roster, members) = (accounts.roster, members.clone());
            Event::RosterExtended(RosterExtended { constitution, sequence, at, roster, first_index, members })
        }
        Call::RosterAdopt { accounts } => {
            let account = &live.roster(&accounts.roster)?.account;
            Event::RosterAdopted(RosterAdopted {
                constitution,
                sequence,
                at,
                mandate: accounts.proposal.unwrap_or_default(),
                roster: accounts.roster,
                version: account.version,
                total_weight: account.total_weight,
                members_hash: account.members_hash,
            })
        }
        Call::RosterPageClose { accounts } => {
            let (roster, payer) = (accounts.roster, accounts.payer);
            let mut pages = 0..live.roster(&roster)?.account.page_count();
            let page = pages.find(|page| pda::roster_page(&roster, *page) == accounts.roster_page)?;
            Event::RosterPageClosed(RosterPageClosed { constitution, sequence, at, roster, page, payer })
        }
        Call::RosterClose { accounts } => {
            let (roster, payer) = (accounts.roster, accounts.payer);
            Event::RosterClosed(RosterClosed { constitution, sequence, at, roster, payer })
        }
        _ => return None,
    })
}

#[allow(clippy::wildcard_enum_match_arm, reason = "the families divide the calls among themselves")]
fn policy(live: &Live, call: &Call, next: Next) -> Option<Event> {
    let Next { constitution, sequence, at } = next;
    Some(match call {
        Call::PolicyAdopt { accounts, text_hash, sunset_at } => Event::PolicyAdopted(PolicyAdopted {
            constitution,
            sequence,
            at,
            mandate: accounts.proposal,
            payer: accounts.payer,
            policy_id: live.constitution()?.next_policy_id,
            proposal_id: live.proposal(&accounts.proposal)?.account.id,
            text_hash: *text_hash,
            sunset_at: *sunset_at,
        }),
        Call::PolicyAmend { accounts, text_hash, sunset_at } => {
            let account = live.policy(&accounts.policy)?;
            Event::PolicyAmended(PolicyAmended {
                constitution,
                sequence,
                at,
                mandate: accounts.proposal,
                policy_id: account.id,
                version: account.version.checked_add(1)?,
                text_hash: *text_hash,
                sunset_at: *sunset_at,
            })
        }
        Call::PolicyRepeal { accounts } => {
            let (mandate, policy_id) = (accounts.proposal, live.policy(&accounts.policy)?.id);
            Event::PolicyRepealed(PolicyRepealed { constitution, sequence, at, mandate, policy_id })
        }
        Call::PolicySunset { accounts } => {
            let account = live.policy(&accounts.policy)?;
            let (policy_id, sunset_at) = (account.id, account.sunset_at);
            Event::PolicySunsetRecorded(PolicySunsetRecorded { constitution, sequence, at, policy_id, sunset_at })
        }
        Call::PolicyClose { accounts } => {
            let (policy_id, payer) = (live.policy(&accounts.policy)?.id, accounts.payer);
            Event::PolicyClosed(PolicyClosed { constitution, sequence, at, policy_id, payer })
        }
        _ => return None,
    })
}
