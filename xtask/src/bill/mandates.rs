//! Instructions that carry out what was voted on, besides payments and calls.

use anyhow::Result;
use quantumagi_interface::{accounts::Roster, instructions as ix, pda, types};
use quantumagi_rules::action::Action;
use quantumagi_rules::principle::{Category, Class};

use super::community::Community;
use super::figures::Rows;
use super::people::{crank, hash};

/// Measures them in a council of five.
pub(super) fn measure(rows: &mut Rows) -> Result<()> {
    let mut community = Community::founded("mandates", 5, 1)?;
    policies(&mut community, rows)?;
    amendments(&mut community, rows)?;
    principles(&mut community, rows)?;
    electorate(&mut community, rows)
}

fn policies(community: &mut Community, rows: &mut Rows) -> Result<()> {
    let constitution = community.constitution;
    let text_hash = hash("be kind");
    let far = community.chain.now() + 100 * 86_400;
    for (id, sunset_at) in [(0, 0), (1, far)] {
        let proposal = community.approved(&Action::PolicyAdopt { text_hash, sunset_at })?;
        let policy = pda::policy(&constitution, id);
        let adopt = ix::PolicyAdopt { payer: crank(), constitution, proposal, policy };
        let cost = community.send(adopt.instruction(text_hash, sunset_at))?;
        rows.note(if sunset_at == 0 { "for ever" } else { "with a sunset" }, cost);
    }
    let policy = pda::policy(&constitution, 0);
    let proposal =
        community.approved(&Action::PolicyAmend { policy_id: 0, text_hash: hash("be kinder"), sunset_at: far })?;
    let cost =
        community.send(ix::PolicyAmend { constitution, policy, proposal }.instruction(hash("be kinder"), far))?;
    rows.note("", cost);
    let proposal = community.approved(&Action::PolicyRepeal { policy_id: 0 })?;
    let cost = community.send(ix::PolicyRepeal { constitution, policy, proposal }.instruction())?;
    rows.note("", cost);
    let cost = community.send(ix::PolicyClose { constitution, policy, payer: crank() }.instruction())?;
    rows.note("", cost);
    community.chain.set_time(far);
    let cost =
        community.send(ix::PolicySunset { constitution, policy: pda::policy(&constitution, 1) }.instruction())?;
    rows.note("", cost);
    Ok(())
}

fn amendments(community: &mut Community, rows: &mut Rows) -> Result<()> {
    let (text_hash, parent_hash) = (hash("version 2"), hash("version 1"));
    let proposal = community.approved(&Action::ConstitutionAmend { text_hash, parent_hash })?;
    let amend =
        ix::ConstitutionAmend { authority: crank(), constitution: community.constitution, proposal: Some(proposal) };
    let cost = community.send(amend.instruction(text_hash, parent_hash))?;
    rows.note("by vote", cost);
    Ok(())
}

fn principles(community: &mut Community, rows: &mut Rows) -> Result<()> {
    let constitution = community.constitution;
    let text_hash = hash("nobody is sold");
    let (class, category) = (Class::Ordinary, Category::Rights);
    let proposal = community.approved(&Action::PrincipleAdd { text_hash, class, category, priority: 1 })?;
    let add = ix::PrincipleAdd {
        authority: crank(),
        constitution,
        principle: pda::principle(&constitution, 1),
        proposal: Some(proposal),
    };
    let args = types::PrincipleAddArgs { text_hash, class: class as u8, category: category as u8, priority: 1 };
    let cost = community.send(add.instruction(&args))?;
    rows.note("by vote", cost);

    let (authority, principle, text_hash) = (crank(), pda::principle(&constitution, 1), hash("nobody is bought"));
    let proposal = community.approved(&Action::PrincipleAmend { principle_id: 1, version: 1, text_hash })?;
    let amend = ix::PrincipleAmend { authority, constitution, proposal: Some(proposal), principle };
    let cost = community.send(amend.instruction(1, text_hash))?;
    rows.note("by vote", cost);
    let proposal = community.approved(&Action::PrincipleRetire { principle_id: 1, version: 2 })?;
    let retire = ix::PrincipleRetire { authority, constitution, proposal: Some(proposal), principle, guardrails: None };
    let cost = community.send(retire.instruction(2))?;
    rows.note("by vote", cost);
    Ok(())
}

fn electorate(community: &mut Community, rows: &mut Rows) -> Result<()> {
    community.fill_roster(2, 5)?;
    let roster = community.roster(2);
    let members_hash = Roster::decode(&community.chain.data(&roster)?)?.members_hash;
    let (proposal, create) =
        community.propose(&Action::RosterAdopt { roster_version: 2, members_hash }, &[0], false)?;
    let cost = community.send(create)?;
    rows.note("another roster, 1 citation", cost);
    community.approve(&proposal)?;
    let adopt =
        ix::RosterAdopt { authority: crank(), constitution: community.constitution, proposal: Some(proposal), roster };
    let cost = community.send(adopt.instruction())?;
    rows.note("by vote", cost);
    let close = community.close(&proposal)?;
    let cost = community.send(close)?;
    rows.note("of another roster", cost);
    Ok(())
}
