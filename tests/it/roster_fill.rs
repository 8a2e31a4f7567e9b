//! `roster_create`, `roster_page_open` and `roster_extend`: a council, filled once and immutable ever after.

use crate::support::*;

/// A community in the founder's hands, with roster version 2 begun for `size` members and its first page open.
fn begun(size: u32) -> (Community, Address) {
    let mut community = Founding::default().unsealed().found();
    let create = create(&community);
    community.send(create.instruction(size));
    let open = open(&community, create.roster, 0);
    community.send(open.instruction(0));
    (community, create.roster)
}

fn open(community: &Community, roster: Address, page: u32) -> ix::RosterPageOpen {
    let roster_page = pda::roster_page(&roster, page);
    ix::RosterPageOpen { payer: community.founder, constitution: community.constitution, roster, roster_page }
}

fn create(community: &Community) -> ix::RosterCreate {
    let constitution = community.constitution;
    ix::RosterCreate { payer: community.founder, constitution, roster: pda::roster(&constitution, 2) }
}

fn extend(community: &Community, roster: Address, page: u32) -> ix::RosterExtend {
    let roster_page = pda::roster_page(&roster, page);
    ix::RosterExtend { payer: community.founder, constitution: community.constitution, roster, roster_page }
}

fn member(index: u32, weight: u64) -> types::Member {
    types::Member { voter: member_key("board", index), weight }
}

fn members(indices: std::ops::Range<u32>) -> Vec<types::Member> {
    indices.map(|index| member(index, u64::from(index) + 1)).collect()
}

#[test]
fn the_founder_begins_a_roster() {
    let mut community = Founding::default().unsealed().found();
    let accounts = create(&community);
    let before = community.lamports(&community.founder);
    let done = community.send(accounts.instruction(40));
    let stored = community.roster(&accounts.roster);
    let seeds: [&[u8]; 3] = [b"roster", community.constitution.as_ref(), &2u32.to_le_bytes()];
    let expected = accounts::Roster {
        constitution: community.constitution,
        payer: community.founder,
        members_hash: [0; 32],
        last_member: Address::default(),
        total_weight: 0,
        version: 2,
        size: 40,
        count: 0,
        bound_proposals: 0,
        pages: 0,
        layout_version: 1,
        is_closing: 0,
        bump: Address::find_program_address(&seeds, &PROGRAM_ID).1,
        reserved: stored.reserved,
    };
    assert_eq!(stored, expected);
    assert_eq!(before - community.lamports(&community.founder), community.rent(accounts::Roster::LEN));
    assert_eq!(community.constitution(&community.constitution).next_roster_version, 3);
    let Event::RosterCreated(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.roster, event.payer, event.version, event.size), (accounts.roster, community.founder, 2, 40));
}

#[test]
fn anybody_begins_a_roster_after_the_seal_and_pays_for_it() {
    let mut community = Founding::default().found();
    let accounts = ix::RosterCreate { payer: community.stranger(), ..create(&community) };
    community.send(accounts.instruction(1));
    assert_eq!(community.roster(&accounts.roster).payer, community.stranger());
    assert_eq!(
        community.constitution(&community.constitution).electorate,
        community.roster,
        "the electorate is the same"
    );
}

#[test]
fn roster_create_refuses_a_stranger_before_the_seal() {
    let mut community = Founding::default().unsealed().found();
    let accounts = ix::RosterCreate { payer: community.stranger(), ..create(&community) };
    check_refused(&mut community, accounts.instruction(1), GovError::NotFounder);
}

#[test]
fn roster_create_refuses_a_payer_who_did_not_sign() {
    let mut community = Founding::default().found();
    let create = unsigned(create(&community).instruction(1), 0);
    check_refused(&mut community, create, InstructionError::MissingRequiredSignature);
}

#[test]
fn roster_create_refuses_nobody_and_more_than_8448() {
    let mut community = Founding::default().unsealed().found();
    let accounts = create(&community);
    for size in [0, 8_449, u32::MAX] {
        check_refused(&mut community, accounts.instruction(size), GovError::RosterSizeOutOfRange);
    }
    community.send(accounts.instruction(8_448));
}

#[test]
fn roster_create_refuses_a_version_that_is_not_the_next() {
    let mut community = Founding::default().unsealed().found();
    for version in [0, 1, 3] {
        let roster = pda::roster(&community.constitution, version);
        let accounts = ix::RosterCreate { roster, ..create(&community) };
        check_refused(&mut community, accounts.instruction(1), InstructionError::InvalidSeeds);
    }
}

#[test]
fn members_join_in_parts_and_on_pages_of_thirty() {
    let (mut community, roster) = begun(33);
    let next = open(&community, roster, 1);
    let before = community.lamports(&community.founder);
    let done = community.send(next.instruction(1));
    let len = quantumagi_interface::RosterPage::len_for(3);
    assert_eq!(before - community.lamports(&community.founder), community.rent(len), "room for exactly three");
    let Event::RosterPageOpened(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.roster, event.page, event.payer), (roster, 1, community.founder));
    for (page, part) in [(0, 0..10), (0, 10..15), (0, 15..30), (1, 30..33)] {
        let (first_index, part) = (part.start, members(part));
        let extend = extend(&community, roster, page).instruction(&part);
        let done = community.send(extend);
        let Event::RosterExtended(event) = done.event() else { panic!("{:?}", done.events) };
        assert_eq!((event.roster, event.first_index, &event.members), (roster, first_index, &part));
    }
    let (first, last) = (pda::roster_page(&roster, 0), pda::roster_page(&roster, 1));
    assert_eq!(community.roster_page(&first).members, members(0..30));
    let page = community.roster_page(&last);
    assert_eq!(page.members, members(30..33));
    let header = page.header;
    assert_eq!((header.roster, header.payer, header.page, header.layout_version), (roster, community.founder, 1, 1));
    assert_eq!(community.account(&last).unwrap().data.len(), len);

    let stored = community.roster(&roster);
    let mut members_hash = [0; 32];
    for member in members(0..33) {
        use quantumagi_rules::Sha256;
        let parts: [&[u8]; 3] = [&members_hash, member.voter.as_ref(), &member.weight.to_le_bytes()];
        members_hash = quantumagi_interface::digest::Sha2::hashv(&parts);
    }
    assert_eq!((stored.count, stored.size, stored.pages, stored.total_weight), (33, 33, 2, 33 * 34 / 2));
    assert_eq!((stored.members_hash, stored.last_member), (members_hash, member_key("board", 32)));
}

#[test]
fn roster_extend_refuses_everybody_but_who_began_it() {
    let (mut community, roster) = begun(2);
    let accounts = ix::RosterExtend { payer: community.stranger(), ..extend(&community, roster, 0) };
    check_refused(&mut community, accounts.instruction(&members(0..1)), GovError::NotRosterPayer);
}

#[test]
fn roster_extend_refuses_a_payer_who_did_not_sign() {
    let (mut community, roster) = begun(2);
    let extend = unsigned(extend(&community, roster, 0).instruction(&members(0..1)), 0);
    check_refused(&mut community, extend, InstructionError::MissingRequiredSignature);
}

#[test]
fn w3_roster_extend_refuses_members_twice_or_out_of_order() {
    let (mut community, roster) = begun(4);
    let accounts = extend(&community, roster, 0);
    let not_ascending = [
        vec![member(1, 1), member(1, 1)],
        vec![member(2, 1), member(1, 1)],
        vec![types::Member { voter: Address::default(), weight: 1 }],
    ];
    for members in &not_ascending {
        check_refused(&mut community, accounts.instruction(members), GovError::MembersNotAscending);
    }
    community.send(accounts.instruction(&[member(5, 1)]));
    for index in [4, 5] {
        check_refused(&mut community, accounts.instruction(&[member(index, 1)]), GovError::MembersNotAscending);
    }
}

#[test]
fn roster_extend_refuses_a_member_without_weight_and_a_total_past_64_bits() {
    let (mut community, roster) = begun(3);
    let accounts = extend(&community, roster, 0);
    check_refused(&mut community, accounts.instruction(&[member(0, 0)]), GovError::WeightIsZero);
    let overflow = [member(0, u64::MAX), member(1, 1)];
    check_refused(&mut community, accounts.instruction(&overflow), GovError::Overflow);
    community.send(accounts.instruction(&[member(0, u64::MAX)]));
    check_refused(&mut community, accounts.instruction(&[member(1, 1)]), GovError::Overflow);
}

#[test]
fn roster_extend_refuses_nobody_and_more_than_declared() {
    let (mut community, roster) = begun(2);
    let accounts = extend(&community, roster, 0);
    check_refused(&mut community, accounts.instruction(&[]), GovError::RosterSizeOutOfRange);
    check_refused(&mut community, accounts.instruction(&members(0..3)), GovError::TooManyMembers);
}

#[test]
fn roster_extend_refuses_more_members_than_a_page_holds() {
    let (mut community, roster) = begun(40);
    let accounts = extend(&community, roster, 0);
    community.send(accounts.instruction(&members(0..15)));
    check_refused(&mut community, accounts.instruction(&members(15..31)), GovError::TooManyMembers);
}

#[test]
fn a_full_roster_is_immutable() {
    let (mut community, roster) = begun(2);
    let accounts = extend(&community, roster, 0);
    community.send(accounts.instruction(&members(0..2)));
    check_refused(&mut community, accounts.instruction(&members(2..3)), GovError::RosterComplete);
    let next_page = open(&community, roster, 1);
    check_refused(&mut community, next_page.instruction(1), GovError::PageOutOfRange);
}

#[test]
fn roster_extend_refuses_a_page_that_is_not_next() {
    let (mut community, roster) = begun(40);
    let next = open(&community, roster, 1).instruction(1);
    community.send(next);
    let accounts = extend(&community, roster, 1);
    check_refused(&mut community, accounts.instruction(&members(0..1)), GovError::WrongPage);
    let first = extend(&community, roster, 0);
    for part in [0..15, 15..30] {
        community.send(first.instruction(&members(part)));
    }
    check_refused(&mut community, first.instruction(&members(30..31)), GovError::WrongPage);
    community.send(accounts.instruction(&members(30..31)));
}

#[test]
fn roster_page_open_refuses_a_page_that_is_not_next_or_not_needed() {
    let (mut community, roster) = begun(60);
    for page in [2, 3, 143_165_577, u32::MAX] {
        let accounts = open(&community, roster, page);
        check_refused(&mut community, accounts.instruction(page), GovError::WrongPage);
    }
    let again = open(&community, roster, 0);
    check_refused(&mut community, again.instruction(0), ACCOUNT_IN_USE);
    let elsewhere = ix::RosterPageOpen { roster_page: pda::roster_page(&roster, 2), ..open(&community, roster, 1) };
    check_refused(&mut community, elsewhere.instruction(1), InstructionError::InvalidSeeds);
    let second = open(&community, roster, 1);
    community.send(second.instruction(1));
    let third = open(&community, roster, 2);
    check_refused(&mut community, third.instruction(2), GovError::PageOutOfRange);
}

#[test]
fn roster_page_open_refuses_everybody_but_who_began_it() {
    let (mut community, roster) = begun(40);
    let accounts = ix::RosterPageOpen { payer: community.stranger(), ..open(&community, roster, 1) };
    check_refused(&mut community, accounts.instruction(1), GovError::NotRosterPayer);
    let open = unsigned(open(&community, roster, 1).instruction(1), 0);
    check_refused(&mut community, open, InstructionError::MissingRequiredSignature);
}

#[test]
fn roster_extend_refuses_a_roster_that_is_being_closed() {
    let (mut community, roster) = begun(3);
    let accounts = extend(&community, roster, 0);
    community.send(accounts.instruction(&members(0..1)));
    let close = ix::RosterPageClose {
        authority: community.founder,
        constitution: community.constitution,
        roster,
        roster_page: accounts.roster_page,
        payer: community.founder,
    };
    community.send(close.instruction());
    check_refused(&mut community, accounts.instruction(&members(1..2)), InstructionError::AccountDataTooSmall);
    let again = open(&community, roster, 0);
    check_refused(&mut community, again.instruction(0), GovError::RosterNotUsable);
}

#[test]
fn roster_extend_refuses_a_roster_of_which_one_of_two_pages_is_closed() {
    let (mut community, roster) = begun(40);
    let next = open(&community, roster, 1).instruction(1);
    community.send(next);
    let close = ix::RosterPageClose {
        authority: community.founder,
        constitution: community.constitution,
        roster,
        roster_page: pda::roster_page(&roster, 1),
        payer: community.founder,
    };
    community.send(close.instruction());
    let first = extend(&community, roster, 0);
    check_refused(&mut community, first.instruction(&members(0..1)), GovError::RosterNotUsable);
    let again = open(&community, roster, 1);
    check_refused(&mut community, again.instruction(1), GovError::RosterNotUsable);
}
