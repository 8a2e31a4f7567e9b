//! `veto_body_adopt` and `veto_body_remove`: the founder before the seal, an approved proposal after it, and never the
//! body itself.

use crate::support::*;

fn adopt(community: &Community, version: u32) -> ix::VetoBodyAdopt {
    let constitution = community.constitution;
    let roster = pda::roster(&constitution, version);
    ix::VetoBodyAdopt { authority: community.founder, constitution, roster, proposal: None }
}

fn remove(community: &Community) -> ix::VetoBodyRemove {
    ix::VetoBodyRemove { authority: community.founder, constitution: community.constitution, proposal: None }
}

fn action(community: &Community, version: u32) -> Action<'static> {
    let members_hash = community.roster(&pda::roster(&community.constitution, version)).members_hash;
    Action::VetoBodyAdopt { roster_version: version, members_hash }
}

const NO_BODY: Action<'static> = Action::VetoBodyAdopt { roster_version: 0, members_hash: [0; 32] };

#[test]
fn the_founder_adopts_and_removes_a_veto_body_before_the_seal() {
    let mut community = Founding::default().unsealed().found();
    community.fill_veto_body(2, &VETO_WEIGHTS);
    let before = community.constitution(&community.constitution);
    let accounts = adopt(&community, 2);
    let done = community.send(accounts.instruction());
    let after = community.constitution(&community.constitution);
    assert_eq!(after, accounts::Constitution { veto_roster: accounts.roster, chain: after.chain, ..before });
    let Event::VetoBodyAdopted(event) = done.event() else { panic!("{:?}", done.events) };
    let members_hash = community.roster(&accounts.roster).members_hash;
    assert_eq!((event.roster, event.version, event.total_weight), (accounts.roster, 2, 100));
    assert_eq!((event.members_hash, event.mandate), (members_hash, Address::default()));

    let gone = remove(&community).instruction();
    let done = community.send(gone);
    let after = community.constitution(&community.constitution);
    assert_eq!(after, accounts::Constitution { chain: after.chain, ..before });
    let Event::VetoBodyAdopted(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.roster, event.version, event.total_weight), (Address::default(), 0, 0));
}

#[test]
fn e6_t6_a_vote_replaces_the_veto_body_which_has_no_say_about_it() {
    let (mut community, body) = Founding::default().found_with_veto_body();
    let policy = community.propose(&Action::PolicyAdopt { text_hash: hash("be kind"), sunset_at: 0 });
    let next = community.fill_veto_body(3, &[1, 1, 1]);
    let change = action(&community, 3);
    let proposal = community.propose(&change);
    let roster = pda::roster(&community.constitution, 3);
    let stored = community.proposal(&proposal);
    assert_eq!((stored.veto_roster, stored.veto_total, stored.veto_bps), (Address::default(), 0, 0));
    assert_eq!((stored.subject, stored.threshold_bps), (roster, 8_000));
    assert_eq!(community.roster(&roster).bound_proposals, 1);
    community.open_voting(&policy);
    let vetoed = ix::ProposalVeto { voter: body[0].voter, proposal, roster_page: community.page_of(0) };
    check_refused(&mut community, vetoed.instruction(0), GovError::NoVetoBody);
    community.approve(&proposal);
    let accounts =
        ix::VetoBodyAdopt { authority: community.stranger(), proposal: Some(proposal), ..adopt(&community, 3) };
    community.send(accounts.instruction());
    assert_eq!(community.constitution(&community.constitution).veto_roster, roster);

    // What was open keeps the body that it froze: its members, and nobody else.
    let stored = community.proposal(&policy);
    let starts_at = stored.starts_at;
    community.set_time(starts_at);
    let newcomer =
        ix::ProposalVeto { voter: next[0].voter, proposal: policy, roster_page: pda::roster_page(&roster, 0) };
    check_refused(&mut community, newcomer.instruction(0), GovError::WrongRoster);
    for index in [0, 1] {
        let veto = community.veto(&policy, &body, index);
        community.send(veto);
    }
    assert_eq!(community.proposal(&policy).status, 3);
    for proposal in [proposal, policy] {
        let close = community.close(&proposal).instruction();
        community.send(close);
    }
    assert_eq!(community.roster(&roster).bound_proposals, 0);
    assert_eq!(community.roster(&pda::roster(&community.constitution, 2)).bound_proposals, 0);
}

#[test]
fn e6_a_vote_removes_a_veto_body_that_would_not_go() {
    let (mut community, body) = Founding::default().found_with_veto_body();
    let proposal = community.propose(&NO_BODY);
    community.open_voting(&proposal);
    let veto = ix::ProposalVeto {
        voter: body[0].voter,
        proposal,
        roster_page: pda::roster_page(&pda::roster(&community.constitution, 2), 0),
    };
    check_refused(&mut community, veto.instruction(0), GovError::NoVetoBody);
    community.approve(&proposal);
    let accounts =
        ix::VetoBodyRemove { authority: community.stranger(), proposal: Some(proposal), ..remove(&community) };
    community.send(accounts.instruction());
    assert_eq!(community.constitution(&community.constitution).veto_roster, Address::default());
    let free = community.propose(&Action::PolicyAdopt { text_hash: hash("be kind"), sunset_at: 0 });
    assert_eq!(community.proposal(&free).veto_bps, 0);
    let close = community.close(&proposal).instruction();
    community.send(close);
}

#[test]
fn one_roster_is_never_both_electorate_and_veto_body() {
    let mut community = Founding::default().unsealed().found();
    let electorate = adopt(&community, 1).instruction();
    check_refused(&mut community, electorate, GovError::VetoBodyIsElectorate);
    community.adopt_veto_body(2, &VETO_WEIGHTS);
    let (authority, constitution) = (community.founder, community.constitution);
    let roster = pda::roster(&constitution, 2);
    let swap = ix::RosterAdopt { authority, constitution, roster, proposal: None };
    check_refused(&mut community, swap.instruction(), GovError::VetoBodyIsElectorate);

    // Nor by two votes that were each legal when they began.
    let mut community = Founding::default().found();
    community.fill_veto_body(2, &VETO_WEIGHTS);
    let RosterAdoption { roster_version, members_hash } = adoption(&community);
    let as_electorate = Action::RosterAdopt { roster_version, members_hash };
    let first = community.propose(&action(&community, 2));
    let second = community.propose(&as_electorate);
    for proposal in [first, second] {
        community.open_voting(&proposal);
        for index in 0..7 {
            community.vote(&proposal, index, FOR);
        }
    }
    for proposal in [first, second] {
        community.finalize(&proposal);
    }
    let opens_at = community.opens_at(&first);
    community.set_time(opens_at);
    let accounts = ix::RosterAdopt {
        authority: community.stranger(),
        constitution: community.constitution,
        roster: pda::roster(&community.constitution, 2),
        proposal: Some(second),
    };
    community.send(accounts.instruction());
    let late = ix::VetoBodyAdopt { proposal: Some(first), ..adopt(&community, 2) };
    check_refused(&mut community, late.instruction(), GovError::VetoBodyIsElectorate);
}

struct RosterAdoption {
    roster_version: u32,
    members_hash: [u8; 32],
}

fn adoption(community: &Community) -> RosterAdoption {
    let members_hash = community.roster(&pda::roster(&community.constitution, 2)).members_hash;
    RosterAdoption { roster_version: 2, members_hash }
}

#[test]
fn l8_a_veto_body_has_at_most_256_members() {
    let mut community = Founding::default().unsealed().found();
    community.fill_veto_body(2, &[1; 257]);
    let large = adopt(&community, 2).instruction();
    check_refused(&mut community, large, GovError::VetoBodyTooLarge);
    community.adopt_veto_body(3, &[1; 256]);
    community.seal();
    let draft = community.draft(&action(&community, 2));
    check_refused(&mut community, draft.instruction(), GovError::VetoBodyTooLarge);
}

#[test]
fn a_veto_body_in_force_or_bound_cannot_be_closed_under_its_proposals() {
    let (mut community, _) = Founding::default().found_with_veto_body();
    let (authority, constitution) = (community.founder, community.constitution);
    let roster = pda::roster(&constitution, 2);
    let roster_page = pda::roster_page(&roster, 0);
    let close = ix::RosterPageClose { authority, constitution, roster, roster_page, payer: authority };
    check_refused(&mut community, close.instruction(), GovError::RosterInUse);
    let policy = community.propose(&Action::PolicyAdopt { text_hash: hash("be kind"), sunset_at: 0 });
    let removal = community.approved(&NO_BODY);
    let accounts = ix::VetoBodyRemove { proposal: Some(removal), ..remove(&community) };
    community.send(accounts.instruction());
    check_refused(&mut community, close.instruction(), GovError::RosterInUse);
    community.defeat(&policy);
    let close_policy = community.close(&policy).instruction();
    community.send(close_policy);
    community.send(close.instruction());
}

#[test]
fn veto_body_adopt_refuses_whoever_may_not_and_a_roster_that_is_not_full() {
    let mut community = Founding::default().unsealed().found();
    let (payer, constitution) = (community.founder, community.constitution);
    let roster = pda::roster(&constitution, 2);
    community.send(ix::RosterCreate { payer, constitution, roster }.instruction(2));
    let unfinished = adopt(&community, 2).instruction();
    check_refused(&mut community, unfinished, GovError::RosterNotUsable);
    community.fill_veto_body(3, &VETO_WEIGHTS);
    let accounts = adopt(&community, 3);
    let stranger = ix::VetoBodyAdopt { authority: community.stranger(), ..accounts };
    check_refused(&mut community, stranger.instruction(), GovError::NotFounder);
    check_refused(&mut community, unsigned(accounts.instruction(), 0), InstructionError::MissingRequiredSignature);
    let by_stranger = ix::VetoBodyRemove { authority: community.stranger(), ..remove(&community) };
    check_refused(&mut community, by_stranger.instruction(), GovError::NotFounder);
    community.seal();
    check_refused(&mut community, accounts.instruction(), GovError::MandateMissing);
    let sealed = remove(&community).instruction();
    check_refused(&mut community, sealed, GovError::MandateMissing);
}

#[test]
fn x1_a_vote_on_one_veto_body_adopts_no_other() {
    let mut community = Founding::default().found();
    community.fill_veto_body(2, &VETO_WEIGHTS);
    community.fill_veto_body(3, &VETO_WEIGHTS);
    let proposal = community.approved(&action(&community, 2));
    let other = ix::VetoBodyAdopt { proposal: Some(proposal), ..adopt(&community, 3) };
    check_refused(&mut community, other.instruction(), GovError::DigestMismatch);
    let none = ix::VetoBodyRemove { proposal: Some(proposal), ..remove(&community) };
    check_refused(&mut community, none.instruction(), GovError::DigestMismatch);
    let as_electorate = ix::RosterAdopt {
        authority: community.founder,
        constitution: community.constitution,
        roster: pda::roster(&community.constitution, 2),
        proposal: Some(proposal),
    };
    check_refused(&mut community, as_electorate.instruction(), GovError::DigestMismatch);
}

#[test]
fn a_proposal_of_a_veto_body_names_the_roster_that_is_meant() {
    let mut community = Founding::default().found();
    community.fill_veto_body(2, &VETO_WEIGHTS);
    let mut without = community.draft(&action(&community, 2));
    without.accounts.candidate = None;
    check_refused(&mut community, without.instruction(), GovError::WrongSubject);
    let mut none = community.draft(&NO_BODY);
    none.accounts.candidate = Some(pda::roster(&community.constitution, 2));
    check_refused(&mut community, none.instruction(), GovError::WrongSubject);
    let other = Action::VetoBodyAdopt { roster_version: 2, members_hash: hash("others") };
    let draft = community.draft(&other);
    check_refused(&mut community, draft.instruction(), GovError::WrongSubject);
    let half = Action::VetoBodyAdopt { roster_version: 0, members_hash: hash("others") };
    let draft = community.draft(&half);
    check_refused(&mut community, draft.instruction(), GovError::ActionOutOfRange);
}
