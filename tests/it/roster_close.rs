//! `roster_page_close` and `roster_close`: rosters that nobody needs give their rent back.

use crate::support::*;

/// A sealed community with a complete roster of `size` members, version 2, that Ada paid for.
fn idle(size: u32) -> (Community, Address) {
    let mut community = Founding::default().found();
    let ada = person("ada");
    community.fund(&ada, 1_000_000_000);
    let members = (0..size).map(|index| types::Member { voter: member_key("board", index), weight: 1 });
    let roster = community.fill_roster(&ada, 2, &members.collect::<Vec<_>>());
    (community, roster)
}

fn page_close(community: &Community, roster: Address, page: u32) -> ix::RosterPageClose {
    let ada = person("ada");
    let roster_page = pda::roster_page(&roster, page);
    ix::RosterPageClose { authority: ada, constitution: community.constitution, roster, roster_page, payer: ada }
}

fn close(community: &Community, roster: Address) -> ix::RosterClose {
    let ada = person("ada");
    ix::RosterClose { authority: ada, constitution: community.constitution, roster, payer: ada }
}

#[test]
fn a6_a_roster_and_its_pages_return_all_their_rent() {
    let (mut community, roster) = idle(31);
    let ada = person("ada");
    for page in [0, 1] {
        let accounts = page_close(&community, roster, page);
        let done = community.send(accounts.instruction());
        assert_eq!(community.account(&accounts.roster_page), None);
        let Event::RosterPageClosed(event) = done.event() else { panic!("{:?}", done.events) };
        assert_eq!((event.roster, event.page, event.payer), (roster, page, ada));
        let stored = community.roster(&roster);
        assert_eq!((stored.pages, stored.is_closing), (1 - page, 1));
    }
    let close = close(&community, roster).instruction();
    let done = community.send(close);
    assert_eq!(community.account(&roster), None);
    let Event::RosterClosed(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.roster, event.payer), (roster, ada));
    assert_eq!(community.lamports(&ada), 1_000_000_000);
}

#[test]
fn roster_closes_refuse_a_stranger_before_a_newer_roster_is_adopted() {
    let (mut community, roster) = idle(1);
    let authority = community.stranger();
    let page = ix::RosterPageClose { authority, ..page_close(&community, roster, 0) };
    check_refused(&mut community, page.instruction(), GovError::NotRosterPayer);
    let close_page = page_close(&community, roster, 0).instruction();
    community.send(close_page);
    let header = ix::RosterClose { authority, ..close(&community, roster) };
    check_refused(&mut community, header.instruction(), GovError::NotRosterPayer);
}

#[test]
fn l7_anybody_closes_a_superseded_roster_and_the_payer_is_paid() {
    let mut community = Founding::default().unsealed().found();
    let (founder, authority, constitution) = (community.founder, community.stranger(), community.constitution);
    let (old, old_page) = (community.roster, community.page_of(0));
    let members = community.members.clone();
    let roster = community.fill_roster(&founder, 2, &members);
    community.send(ix::RosterAdopt { authority: founder, constitution, roster, proposal: None }.instruction());
    let (before, strangers) = (community.lamports(&founder), community.lamports(&authority));
    let rent = community.lamports(&old) + community.lamports(&old_page);
    let page = ix::RosterPageClose { authority, constitution, roster: old, roster_page: old_page, payer: founder };
    community.send(page.instruction());
    community.send(ix::RosterClose { authority, constitution, roster: old, payer: founder }.instruction());
    assert_eq!(community.lamports(&founder) - before, rent);
    assert_eq!(community.lamports(&authority), strangers);
}

#[test]
fn roster_closes_refuse_an_authority_that_did_not_sign() {
    let (mut community, roster) = idle(1);
    // Another account is paid, so that clearing the flag of the first does not meet the second's.
    let page = unsigned(page_close(&community, roster, 0).instruction(), 0);
    check_refused(&mut community, page, InstructionError::MissingRequiredSignature);
    let header = unsigned(close(&community, roster).instruction(), 0);
    check_refused(&mut community, header, InstructionError::MissingRequiredSignature);
}

#[test]
fn roster_closes_refuse_the_electorate_in_force() {
    let mut community = Founding::default().found();
    let (founder, constitution, roster) = (community.founder, community.constitution, community.roster);
    let roster_page = community.page_of(0);
    let page = ix::RosterPageClose { authority: founder, constitution, roster, roster_page, payer: founder };
    check_refused(&mut community, page.instruction(), GovError::RosterInUse);
    let header = ix::RosterClose { authority: founder, constitution, roster, payer: founder };
    check_refused(&mut community, header.instruction(), GovError::RosterInUse);
}

#[test]
fn roster_close_refuses_while_pages_are_open() {
    let (mut community, roster) = idle(1);
    let close = close(&community, roster).instruction();
    check_refused(&mut community, close, GovError::PagesOpen);
}

#[test]
fn a6_roster_closes_refuse_to_pay_anybody_else() {
    let (mut community, roster) = idle(1);
    let payer = community.stranger();
    let page = ix::RosterPageClose { payer, ..page_close(&community, roster, 0) };
    check_refused(&mut community, page.instruction(), GovError::NotPayer);
    let close_page = page_close(&community, roster, 0).instruction();
    community.send(close_page.clone());
    let header = ix::RosterClose { payer, ..close(&community, roster) };
    check_refused(&mut community, header.instruction(), GovError::NotPayer);
    check_refused(&mut community, close_page, InstructionError::AccountDataTooSmall);
}

#[test]
fn a5_a_closed_roster_cannot_come_back() {
    let (mut community, roster) = idle(1);
    let page = page_close(&community, roster, 0).instruction();
    community.send(page);
    let header = close(&community, roster).instruction();
    community.send(header.clone());
    check_refused(&mut community, header, InstructionError::AccountDataTooSmall);
    let again = ix::RosterCreate { payer: person("ada"), constitution: community.constitution, roster };
    check_refused(&mut community, again.instruction(1), InstructionError::InvalidSeeds);
}

#[test]
fn l7_a_candidate_older_than_the_roster_in_force_is_safe_only_once_it_is_proposed() {
    // Ada's candidate has version 2; version 3 was adopted meanwhile. From then on anybody may close Ada's, and pays her.
    let (mut community, candidate) = idle(3);
    let (stranger, constitution, members) = (community.stranger(), community.constitution, community.members.clone());
    let roster = community.fill_roster(&stranger, 3, &members);
    let members_hash = community.roster(&roster).members_hash;
    let change = community.approved(&Action::RosterAdopt { roster_version: 3, members_hash });
    let adopt = ix::RosterAdopt { authority: stranger, constitution, roster, proposal: Some(change) };
    community.send(adopt.instruction());
    let close = ix::RosterPageClose { authority: stranger, ..page_close(&community, candidate, 0) }.instruction();
    let mut proposed = community.clone();
    let members_hash = community.roster(&candidate).members_hash;
    proposed.propose(&Action::RosterAdopt { roster_version: 2, members_hash });
    check_refused(&mut proposed, close.clone(), GovError::RosterInUse);
    let before = community.lamports(&person("ada"));
    let rent = community.lamports(&pda::roster_page(&candidate, 0));
    community.send(close);
    assert_eq!(community.lamports(&person("ada")), before + rent);
}
