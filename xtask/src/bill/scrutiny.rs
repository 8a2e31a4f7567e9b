//! What decides besides the voters: parameters, veto body, attestor, deposit.

use anyhow::Result;
use quantumagi_interface::{Address, accounts::Roster, instructions as ix, pda, types};
use quantumagi_rules::action::Action;
use quantumagi_rules::parameters::{MAX_DEPOSIT_LAMPORTS, ParameterChange, Track};
use quantumagi_rules::roster;
use quantumagi_rules::settings::Settings;

use super::community::{AGAINST, Community, FOR, TRACK};
use super::figures::Rows;
use super::people::{crank, hash, person, voter};

/// Members of the veto body: as many as there can be.
const BODY: u32 = 256;
/// Basis points of the body that stop a proposal: all of it, so that every member can be measured.
const ALL: u16 = 10_000;

/// The parameters of a track under scrutiny.
const WATCHED: types::TrackConfig = types::TrackConfig {
    veto_bps: ALL,
    cooloff_seconds: 3_600,
    slash_bps: 1_000,
    deposit_lamports: MAX_DEPOSIT_LAMPORTS,
    ..TRACK
};

/// Measures them in a council of five with the largest veto body.
pub(super) fn measure(rows: &mut Rows) -> Result<()> {
    let mut community = Community::before("scrutiny", BODY)?;
    community.chain.fund(&person("attestor"))?;
    community.send(community.create())?;
    for id in 0..8 {
        community.send(community.principle_add(id))?;
    }
    for (version, size) in [(1, 5), (2, BODY)] {
        community.fill_roster(version, size)?;
    }
    community.send(community.roster_adopt(1))?;
    let (authority, constitution, proposal) = (community.founder, community.constitution, None);
    let adopt = ix::VetoBodyAdopt { authority, constitution, roster: community.roster(2), proposal };
    let cost = community.send(adopt.instruction())?;
    rows.note("256 members, by the founder", cost);
    let settings = ix::SettingsAmend { authority, constitution, proposal };
    let cost = community.send(settings.instruction(person("attestor"), 8_000, 16))?;
    rows.note("by the founder", cost);
    let parameters = ix::ParametersAmend { authority, constitution, proposal, guardrails: None };
    let cost = community.send(parameters.instruction(Track::Policy as u8, &WATCHED))?;
    rows.note("by the founder", cost);
    community.send(community.seal())?;
    community.send(community.proposer_open())?;
    scrutinized(&mut community, rows)?;
    by_vote(&mut community, rows)?;
    candidate(rows)
}

/// Another roster is proposed where everything else decides besides: as many accounts as a proposal is ever bound to.
fn candidate(rows: &mut Rows) -> Result<()> {
    let mut community = Community::before("candidates", 5)?;
    community.send(community.create())?;
    for id in 0..8 {
        community.send(community.principle_add(id))?;
    }
    for version in 1..4 {
        community.fill_roster(version, 5)?;
    }
    community.send(community.roster_adopt(1))?;
    let (authority, constitution, proposal) = (community.founder, community.constitution, None);
    let adopt = ix::VetoBodyAdopt { authority, constitution, roster: community.roster(2), proposal };
    community.send(adopt.instruction())?;
    let settings = ix::SettingsAmend { authority, constitution, proposal };
    community.send(settings.instruction(person("attestor"), 8_000, 16))?;
    let parameters = ix::ParametersAmend { authority, constitution, proposal, guardrails: None };
    community.send(parameters.instruction(Track::Amendment as u8, &WATCHED))?;
    community.send(community.seal())?;
    community.send(community.proposer_open())?;
    let members_hash = Roster::decode(&community.chain.data(&community.roster(3))?)?.members_hash;
    let action = Action::RosterAdopt { roster_version: 3, members_hash };
    let (proposal, create) = community.propose(&action, &[0, 1, 2, 3, 4, 5, 6, 7], false)?;
    let cost = community.send(create)?;
    rows.note("another roster, 8 citations, veto body, attestor, the largest deposit", cost);
    community.open_voting(&proposal)?;
    community.vote(&proposal, 0, AGAINST)?;
    community.end_voting(&proposal)?;
    community.send(Community::finalize(&proposal))?;
    let close = community.close(&proposal)?;
    let cost = community.send(close)?;
    rows.note("of another roster, with a veto body and a deposit that is forfeited", cost);
    Ok(())
}

/// A policy that is attested, vetoed by half the body and wanted by nobody.
fn scrutinized(community: &mut Community, rows: &mut Rows) -> Result<()> {
    let policy = Action::PolicyAdopt { text_hash: hash("be kind"), sunset_at: 0 };
    let cited = [0, 1, 2, 3, 4, 5, 6, 7];
    let (proposal, create) = community.propose(&policy, &cited, true)?;
    let cost = community.send(create)?;
    rows.note("a policy, 8 citations, veto body, attestor, the largest deposit", cost);
    community.open_voting(&proposal)?;
    let cost = community.vote(&proposal, 0, AGAINST)?;
    rows.note("a final ballot on a proposal that is not attested", cost);
    let attest = ix::ProposalAttest { attestor: person("attestor"), proposal };
    let cost = community.send(attest.instruction(9_000, hash("report")))?;
    rows.note("", cost);
    let cost = community.vote(&proposal, 1, AGAINST)?;
    rows.note("a final ballot on a proposal that is attested", cost);
    for (index, case) in [(0, "the first member"), (BODY - 1, "the last of 256 members")] {
        let cost = community.send(veto(community, proposal, index))?;
        rows.note(case, cost);
    }
    community.end_voting(&proposal)?;
    let cost = community.send(Community::finalize(&proposal))?;
    rows.note("defeated, attested", cost);
    let close = community.close(&proposal)?;
    let cost = community.send(close)?;
    rows.note("with a deposit that is forfeited", cost);

    let (proposal, create) = community.propose(&policy, &cited, false)?;
    community.send(create)?;
    community.open_voting(&proposal)?;
    let cost = community.vote(&proposal, 0, FOR)?;
    rows.note("on a proposal that is not attested", cost);
    for index in 0..BODY - 1 {
        community.send(veto(community, proposal, index))?;
    }
    let cost = community.send(veto(community, proposal, BODY - 1))?;
    rows.note("the member who completes it", cost);
    let close = community.close(&proposal)?;
    let cost = community.send(close)?;
    rows.note("vetoed, with a deposit that is returned", cost);
    Ok(())
}

fn veto(community: &Community, proposal: Address, index: u32) -> quantumagi_interface::Instruction {
    let roster_page = pda::roster_page(&community.roster(2), roster::place(index).0);
    let voter = voter(community.name, index);
    ix::ProposalVeto { voter, proposal, roster_page }.instruction(index)
}

fn by_vote(community: &mut Community, rows: &mut Rows) -> Result<()> {
    let (authority, constitution) = (crank(), community.constitution);
    let stored = community.stored()?;
    let before = stored.parameters(Track::Policy);
    let change = ParameterChange { track: Track::Policy, before, after: TRACK.into() };
    let proposal = Some(community.approved(&Action::ParametersAmend(change))?);
    let parameters = ix::ParametersAmend { authority, constitution, proposal, guardrails: None };
    let cost = community.send(parameters.instruction(Track::Policy as u8, &TRACK))?;
    rows.note("by vote", cost);
    let settings = Settings { attestor: [0; 32], attestation_mark: 0, max_open_proposals: 16 };
    let proposal = Some(community.approved(&Action::SettingsAmend(settings))?);
    let amend = ix::SettingsAmend { authority, constitution, proposal };
    let cost = community.send(amend.instruction(Address::default(), 0, 16))?;
    rows.note("by vote", cost);
    let none = Action::VetoBodyAdopt { roster_version: 0, members_hash: [0; 32] };
    let proposal = Some(community.approved(&none)?);
    let cost = community.send(ix::VetoBodyRemove { authority, constitution, proposal }.instruction())?;
    rows.note("by vote", cost);
    let roster = community.roster(2);
    let members_hash = Roster::decode(&community.chain.data(&roster)?)?.members_hash;
    let proposal = Some(community.approved(&Action::VetoBodyAdopt { roster_version: 2, members_hash })?);
    let cost = community.send(ix::VetoBodyAdopt { authority, constitution, roster, proposal }.instruction())?;
    rows.note("256 members, by vote", cost);
    Ok(())
}
