//! What decides besides the voters: parameters, veto body, attestor.

use quantumagi_interface::{instructions, pda};
use quantumagi_rpc::solana::{Address, Instruction};
use quantumagi_rules::Hash;
use quantumagi_rules::parameters::{Track, TrackParameters};
use quantumagi_rules::roster;
use quantumagi_rules::settings::Settings;

use super::Mandate;

/// Replaces a track's parameters by `parameters`. Those in force are part of what was voted on.
/// `guardrails` are the constitution's, where there are any.
#[must_use]
pub fn parameters_amend(
    constitution: &Address,
    mandate: &Mandate,
    track: Track,
    parameters: TrackParameters,
    guardrails: Option<Address>,
) -> Instruction {
    let (authority, proposal) = (mandate.authority(), mandate.proposal());
    instructions::ParametersAmend { authority, constitution: *constitution, proposal, guardrails }
        .instruction(track as u8, &parameters.into())
}

/// Replaces the attestor, the mark and the cap on open proposals.
#[must_use]
pub fn settings_amend(constitution: &Address, mandate: &Mandate, settings: Settings) -> Instruction {
    let (authority, proposal) = (mandate.authority(), mandate.proposal());
    let Settings { attestor, attestation_mark, max_open_proposals } = settings;
    let attestor = Address::new_from_array(attestor);
    instructions::SettingsAmend { authority, constitution: *constitution, proposal }.instruction(
        attestor,
        attestation_mark,
        max_open_proposals,
    )
}

/// Makes the roster of this version the veto body of later proposals.
#[must_use]
pub fn veto_body_adopt(constitution: &Address, mandate: &Mandate, version: u32) -> Instruction {
    let (authority, proposal) = (mandate.authority(), mandate.proposal());
    let roster = pda::roster(constitution, version);
    instructions::VetoBodyAdopt { authority, constitution: *constitution, proposal, roster }.instruction()
}

/// Leaves later proposals without a veto body.
#[must_use]
pub fn veto_body_remove(constitution: &Address, mandate: &Mandate) -> Instruction {
    let (authority, proposal) = (mandate.authority(), mandate.proposal());
    instructions::VetoBodyRemove { authority, constitution: *constitution, proposal }.instruction()
}

/// Wants to stop a proposal. `member` signs; `veto_roster` is the proposal's, `member_index` the member's index in it.
#[must_use]
pub fn proposal_veto(proposal: &Address, veto_roster: &Address, member: &Address, member_index: u32) -> Instruction {
    let roster_page = pda::roster_page(veto_roster, roster::place(member_index).0);
    instructions::ProposalVeto { voter: *member, proposal: *proposal, roster_page }.instruction(member_index)
}

/// Attests a proposal with a score in basis points and the hash of a report. The attestor signs.
#[must_use]
pub fn proposal_attest(proposal: &Address, attestor: &Address, score: u16, report_hash: Hash) -> Instruction {
    instructions::ProposalAttest { attestor: *attestor, proposal: *proposal }.instruction(score, report_hash)
}
