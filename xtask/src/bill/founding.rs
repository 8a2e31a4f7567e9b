//! Instructions of the founder: constitution, principles, rosters, and texts.

use anyhow::Result;
use quantumagi_interface::{Address, digest::sha256, instructions as ix, pda};
use quantumagi_rules::roster::MEMBERS_PER_PAGE;

use super::community::Community;
use super::figures::Rows;
use super::people::{hash, person};

/// Measures them in the order in which a community meets them.
pub(super) fn measure(rows: &mut Rows) -> Result<()> {
    let mut community = Community::before("founding", 60)?;
    let (founder, constitution) = (community.founder, community.constitution);

    let cost = community.send(community.create())?;
    rows.note("four tracks", cost);
    let amend = ix::ConstitutionAmend { authority: founder, constitution, proposal: None };
    let cost = community.send(amend.instruction(hash("version 2"), hash("version 1")))?;
    rows.note("by the founder", cost);

    let cost = community.send(community.principle_add(0))?;
    rows.note("by the founder", cost);
    let principle = pda::principle(&constitution, 0);
    let amend = ix::PrincipleAmend { authority: founder, constitution, proposal: None, principle };
    let cost = community.send(amend.instruction(1, hash("people decide together")))?;
    rows.note("by the founder", cost);
    let retire = ix::PrincipleRetire { authority: founder, constitution, proposal: None, principle, guardrails: None };
    let cost = community.send(retire.instruction(2))?;
    rows.note("by the founder", cost);

    rosters(&mut community, rows)?;
    let cost = community.send(community.seal())?;
    rows.note("", cost);
    let cost = community.send(community.proposer_open())?;
    rows.note("", cost);
    let cost = community.send(community.proposer_close())?;
    rows.note("", cost);
    texts(&mut community, rows)
}

fn rosters(community: &mut Community, rows: &mut Rows) -> Result<()> {
    let cost = community.send(community.roster_create(1, 60))?;
    rows.note("", cost);
    let cost = community.send(community.roster_page_open(1, 0))?;
    rows.note("30 members, the largest", cost);
    let cost = community.send(community.roster_extend(1, 0, 1))?;
    rows.note("1 member", cost);
    let mut most = 2;
    while most < MEMBERS_PER_PAGE && community.chain.fits(community.roster_extend(1, 1, most + 1))? {
        most += 1;
    }
    let cost = community.send(community.roster_extend(1, 1, most))?;
    rows.note(&format!("{} members, as many as fit", most - 1), cost);

    community.send(community.roster_create(2, 5))?;
    let cost = community.send(community.roster_page_open(2, 0))?;
    rows.note("5 members", cost);
    let cost = community.send(community.roster_extend(2, 0, 5))?;
    rows.note("5 members", cost);
    let cost = community.send(community.roster_adopt(2))?;
    rows.note("by the founder", cost);

    let Community { founder, constitution, .. } = *community;
    let roster = community.roster(1);
    let roster_page = pda::roster_page(&roster, 0);
    let close = ix::RosterPageClose { authority: founder, constitution, roster, roster_page, payer: founder };
    let cost = community.send(close.instruction())?;
    rows.note("30 members", cost);
    let cost =
        community.send(ix::RosterClose { authority: founder, constitution, roster, payer: founder }.instruction())?;
    rows.note("", cost);
    Ok(())
}

fn texts(community: &mut Community, rows: &mut Rows) -> Result<()> {
    let publish = |text: &[u8], total_len: u32| {
        let publisher = person("founding: founder");
        let text_address = Address::new_from_array(sha256(text));
        ix::TextPublish { publisher, text: text_address }.instruction(total_len, 0, text)
    };
    let whole = |len: usize| "a".repeat(len).into_bytes();
    let cost = community.send(publish(&whole(300), 300))?;
    rows.note("300 bytes, whole", cost);
    let mut most = 300;
    while community.chain.fits(publish(&whole(most + 1), 0))? {
        most += 1;
    }
    let len = u32::try_from(most)?;
    let cost = community.send(publish(&whole(most), len))?;
    rows.note(&format!("{most} bytes, whole, the largest"), cost);
    let cost = community.send(publish(&whole(most), len + 1))?;
    rows.note(&format!("{most} bytes, a part, the largest"), cost);
    Ok(())
}
