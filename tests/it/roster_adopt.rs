//! `roster_adopt`: the founder before the seal, an approved proposal after it.

use crate::support::*;

/// Three members of a new board.
fn board() -> Vec<types::Member> {
    (0..3).map(|index| types::Member { voter: member_key("board", index), weight: 10 }).collect()
}

fn adopt(community: &Community, version: u32) -> ix::RosterAdopt {
    let constitution = community.constitution;
    let roster = pda::roster(&constitution, version);
    ix::RosterAdopt { authority: community.founder, constitution, roster, proposal: None }
}

fn action(community: &Community, version: u32) -> Action<'static> {
    let members_hash = community.roster(&pda::roster(&community.constitution, version)).members_hash;
    Action::RosterAdopt { roster_version: version, members_hash }
}

#[test]
fn the_founder_adopts_another_roster_before_the_seal() {
    let mut community = Founding::default().unsealed().found();
    let founder = community.founder;
    let roster = community.fill_roster(&founder, 2, &board());
    let before = community.constitution(&community.constitution);
    let adopt = adopt(&community, 2).instruction();
    let done = community.send(adopt);
    let after = community.constitution(&community.constitution);
    assert_eq!(after, accounts::Constitution { electorate: roster, roster_version: 2, chain: after.chain, ..before });
    let Event::RosterAdopted(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.roster, event.version, event.total_weight), (roster, 2, 30));
    assert_eq!((event.mandate, event.members_hash), (Address::default(), community.roster(&roster).members_hash));
}

#[test]
fn t6_t7_a_vote_adopts_a_roster_and_open_proposals_keep_theirs() {
    let mut community = Founding::default().found();
    let stranger = community.stranger();
    let roster = community.fill_roster(&stranger, 2, &board());
    let adoption = action(&community, 2);
    let change = community.propose(&adoption);
    assert_eq!(community.roster(&roster).bound_proposals, 1);
    assert_eq!(community.proposal(&change).subject, roster);
    community.approve(&change);
    let action = Action::TransferLamports { recipient: hash("bob"), lamports: 1 };
    let open = community.propose(&action);
    let accounts = ix::RosterAdopt { authority: stranger, proposal: Some(change), ..adopt(&community, 2) };
    community.send(accounts.instruction());
    assert_eq!(community.constitution(&community.constitution).electorate, roster);

    community.open_voting(&open);
    community.vote(&open, 0, FOR);
    let stored = community.proposal(&open);
    assert_eq!((stored.electorate, stored.voters, stored.total_weight), (community.roster, 8, 10_000));
    assert_eq!(stored.for_weight, community.members[0].weight);
    let newcomer = ix::ProposalVote {
        voter: member_key("board", 0),
        proposal: open,
        roster_page: pda::roster_page(&roster, 0),
        ballot_page: None,
    };
    check_refused(&mut community, newcomer.instruction(0, FOR), GovError::WrongRoster);

    let draft = community.draft(&action);
    check_refused(&mut community, draft.instruction(), GovError::NotTheMember);
    let mut by_the_old = draft.clone();
    by_the_old.accounts.electorate = community.roster;
    by_the_old.accounts.membership = Some(community.page_of(0));
    check_refused(&mut community, by_the_old.instruction(), GovError::WrongElectorate);
}

#[test]
fn roster_adopt_refuses_a_stranger_before_the_seal() {
    let mut community = Founding::default().unsealed().found();
    let accounts = ix::RosterAdopt { authority: community.stranger(), ..adopt(&community, 1) };
    check_refused(&mut community, accounts.instruction(), GovError::NotFounder);
}

#[test]
fn roster_adopt_refuses_a_founder_who_did_not_sign() {
    let mut community = Founding::default().unsealed().found();
    let adopt = unsigned(adopt(&community, 1).instruction(), 0);
    check_refused(&mut community, adopt, InstructionError::MissingRequiredSignature);
}

#[test]
fn roster_adopt_refuses_the_founder_after_the_seal() {
    let mut community = Founding::default().found();
    let founder = community.founder;
    community.fill_roster(&founder, 2, &board());
    let adopt = adopt(&community, 2).instruction();
    check_refused(&mut community, adopt, GovError::MandateMissing);
}

#[test]
fn roster_adopt_refuses_a_roster_that_is_not_full() {
    let mut community = Founding::default().unsealed().found();
    let (payer, constitution) = (community.founder, community.constitution);
    let accounts = adopt(&community, 2);
    community.send(ix::RosterCreate { payer, constitution, roster: accounts.roster }.instruction(2));
    check_refused(&mut community, accounts.instruction(), GovError::RosterNotUsable);
}

#[test]
fn roster_adopt_refuses_a_roster_that_lost_a_page() {
    let mut community = Founding::default().unsealed().found();
    let founder = community.founder;
    let roster = community.fill_roster(&founder, 2, &board());
    let close = ix::RosterPageClose {
        authority: founder,
        constitution: community.constitution,
        roster,
        roster_page: pda::roster_page(&roster, 0),
        payer: founder,
    };
    community.send(close.instruction());
    let adopt = adopt(&community, 2).instruction();
    check_refused(&mut community, adopt, GovError::RosterNotUsable);
}

#[test]
fn x1_a_vote_on_one_roster_adopts_no_other() {
    let mut community = Founding::default().found();
    let stranger = community.stranger();
    community.fill_roster(&stranger, 2, &board());
    community.fill_roster(&stranger, 3, &board());
    let adoption = action(&community, 2);
    let proposal = community.approved(&adoption);
    let other = ix::RosterAdopt { proposal: Some(proposal), ..adopt(&community, 3) };
    check_refused(&mut community, other.instruction(), GovError::DigestMismatch);
}

#[test]
fn a_roster_that_a_proposal_would_adopt_cannot_be_closed_under_it() {
    let mut community = Founding::default().found();
    let stranger = community.stranger();
    let roster = community.fill_roster(&stranger, 2, &board());
    let adoption = action(&community, 2);
    let proposal = community.propose(&adoption);
    let close = ix::RosterPageClose {
        authority: stranger,
        constitution: community.constitution,
        roster,
        roster_page: pda::roster_page(&roster, 0),
        payer: stranger,
    };
    check_refused(&mut community, close.instruction(), GovError::RosterInUse);
    community.defeat(&proposal);
    check_refused(&mut community, close.instruction(), GovError::RosterInUse);
    let close_proposal = ix::ProposalClose { candidate: Some(roster), ..community.close(&proposal) };
    community.send(close_proposal.instruction());
    community.send(close.instruction());
    assert_eq!(community.account(&close.roster_page), None);
}
