//! What is logged about what decides besides the voters: parameters, veto body, attestor.

use quantumagi_interface::Address;
use quantumagi_interface::calls::Call;
use quantumagi_interface::events::{
    Event, ParametersAmended, ProposalAttested, ProposalVetoed, SettingsAmended, VetoBodyAdopted,
};
use quantumagi_interface::instructions::{ProposalAttest, ProposalVeto};
use quantumagi_rules::lifecycle::Status;
use quantumagi_rules::veto::{is_vetoed, with_ballot};
use quantumagi_rules::{Bps, Weight};

use super::super::super::replay::ProposalRecord;
use super::super::live::Live;
use super::community::Next;

/// The event of a call that changes who else decides.
#[allow(clippy::wildcard_enum_match_arm, reason = "the families divide the calls among themselves")]
pub(super) fn steered(live: &Live, call: &Call, next: Next) -> Option<Event> {
    let Next { constitution, sequence, at } = next;
    Some(match call {
        Call::ParametersAmend { accounts, track, parameters } => {
            let (mandate, track, parameters) = (accounts.proposal.unwrap_or_default(), *track, *parameters);
            Event::ParametersAmended(ParametersAmended { constitution, sequence, at, mandate, track, parameters })
        }
        Call::SettingsAmend { accounts, attestor, attestation_mark, max_open_proposals } => {
            Event::SettingsAmended(SettingsAmended {
                constitution,
                sequence,
                at,
                mandate: accounts.proposal.unwrap_or_default(),
                attestor: *attestor,
                attestation_mark: *attestation_mark,
                max_open_proposals: *max_open_proposals,
            })
        }
        Call::VetoBodyAdopt { accounts } => {
            let account = &live.roster(&accounts.roster)?.account;
            Event::VetoBodyAdopted(VetoBodyAdopted {
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
        Call::VetoBodyRemove { accounts } => Event::VetoBodyAdopted(VetoBodyAdopted {
            constitution,
            sequence,
            at,
            mandate: accounts.proposal.unwrap_or_default(),
            roster: Address::default(),
            version: 0,
            total_weight: 0,
            members_hash: [0; 32],
        }),
        _ => return None,
    })
}

/// A ballot of the veto body.
pub(super) fn vetoed(
    live: &Live,
    accounts: &ProposalVeto,
    record: &ProposalRecord,
    member_index: u32,
    at: i64,
) -> Option<Event> {
    let account = &record.account;
    let member = live.roster(&account.veto_roster)?.members.get(member_index as usize)?;
    let mut ballots = account.veto_ballots;
    let sum = with_ballot(&mut ballots, member_index, Weight(account.veto_weight), Weight(member.weight)).ok()?;
    let is_stopped = is_vetoed(sum, Weight(account.veto_total), Bps(account.veto_bps));
    Some(Event::ProposalVetoed(ProposalVetoed {
        proposal: accounts.proposal,
        sequence: account.chain.sequence,
        at,
        member: member.voter,
        weight: member.weight,
        veto_weight: sum.0,
        member_index,
        status: if is_stopped { Status::Vetoed as u8 } else { account.status },
        reserved: [0; 3],
    }))
}

/// The attestor's score.
pub(super) fn attested(
    accounts: &ProposalAttest,
    record: &ProposalRecord,
    (score, report_hash): (u16, [u8; 32]),
    at: i64,
) -> Event {
    Event::ProposalAttested(ProposalAttested {
        proposal: accounts.proposal,
        sequence: record.account.chain.sequence,
        at,
        attestor: accounts.attestor,
        report_hash,
        score,
        reserved: [0; 6],
    })
}
