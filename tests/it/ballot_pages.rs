//! `ballot_page_open`, `ballot_page_close`, and votes of the members beyond the first 256.

use crate::support::*;

fn policy() -> Action<'static> {
    Action::PolicyAdopt { text_hash: hash("be kind"), sunset_at: 0 }
}

/// A council of 300 who weigh their index plus one, and a proposal in discussion.
fn council_of_300() -> (Community, Address) {
    let mut community = Founding::default().with_weights(1..=300).found();
    let proposal = community.propose(&policy());
    (community, proposal)
}

fn open(community: &Community, proposal: Address, page: u32) -> ix::BallotPageOpen {
    ix::BallotPageOpen { payer: community.stranger(), proposal, ballot_page: pda::ballot_page(&proposal, page) }
}

/// The same in its first second of voting, with its ballot page open.
fn voting() -> (Community, Address, Address) {
    let (mut community, proposal) = council_of_300();
    let open = open(&community, proposal, 0);
    community.send(open.instruction(0));
    community.open_voting(&proposal);
    (community, proposal, open.ballot_page)
}

fn close(community: &Community, proposal: Address) -> ix::BallotPageClose {
    let ballot_page = pda::ballot_page(&proposal, 0);
    ix::BallotPageClose { proposal, ballot_page, payer: community.stranger() }
}

#[test]
fn anybody_opens_the_ballot_page_and_is_paid_back_when_it_is_closed() {
    let (mut community, proposal) = council_of_300();
    let stranger = community.stranger();
    let before = community.lamports(&stranger);
    let accounts = open(&community, proposal, 0);
    let done = community.send(accounts.instruction(0));
    let seeds: [&[u8]; 3] = [b"ballots", proposal.as_ref(), &0u32.to_le_bytes()];
    let expected = accounts::BallotPage {
        proposal,
        payer: stranger,
        page: 0,
        layout_version: 1,
        bump: Address::find_program_address(&seeds, &PROGRAM_ID).1,
        reserved: [0; 2],
        ballots: [0; 1024],
    };
    assert_eq!(community.ballot_page(&accounts.ballot_page), expected);
    assert_eq!(community.proposal(&proposal).ballot_pages, 1);
    assert_eq!(before - community.lamports(&stranger), community.rent(accounts::BallotPage::LEN));
    let Event::BallotPageOpened(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.proposal, event.page, event.payer), (proposal, 0, stranger));

    community.defeat(&proposal);
    let close_proposal = community.close(&proposal).instruction();
    check_refused(&mut community, close_proposal.clone(), GovError::PagesOpen);
    let close = close(&community, proposal).instruction();
    let done = community.send(close);
    let Event::BallotPageClosed(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.proposal, event.page, event.payer), (proposal, 0, stranger));
    assert_eq!((community.account(&accounts.ballot_page), community.lamports(&stranger)), (None, before));
    assert_eq!(community.proposal(&proposal).ballot_pages, 0);
    community.send(close_proposal);
}

#[test]
fn members_beyond_256_vote_on_the_page_and_those_before_in_the_proposal() {
    let (mut community, proposal, page) = voting();
    for (index, choice) in [(255, FOR), (256, AGAINST), (257, ABSTAIN), (299, FOR)] {
        let done = community.vote(&proposal, index, choice);
        let Event::ProposalVoted(event) = done.event() else { panic!("{:?}", done.events) };
        assert_eq!((event.voter_index, event.weight), (index, u64::from(index) + 1));
    }
    let stored = community.proposal(&proposal);
    assert_eq!((stored.for_weight, stored.against_weight, stored.abstain_weight), (256 + 300, 257, 258));
    assert_eq!(stored.ballots_cast, 4);
    let mut in_proposal = [0; 64];
    in_proposal[63] = FOR << 6;
    assert_eq!(stored.ballots, in_proposal);
    let mut on_page = [0; 1024];
    on_page[0] = AGAINST | (ABSTAIN << 2);
    on_page[10] = FOR << 6;
    assert_eq!(community.ballot_page(&page).ballots, on_page);
}

#[test]
fn w3_a_voter_on_a_page_votes_once_and_changes() {
    let (mut community, proposal, _) = voting();
    community.vote(&proposal, 299, FOR);
    let again = community.ballot(&proposal, 299, FOR);
    check_refused(&mut community, again, GovError::BallotUnchanged);
    let done = community.vote(&proposal, 299, AGAINST);
    let Event::ProposalVoted(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.choice, event.previous_choice), (AGAINST, FOR));
    let stored = community.proposal(&proposal);
    assert_eq!((stored.for_weight, stored.against_weight, stored.ballots_cast), (0, 300, 1));
}

#[test]
fn w3_nobody_votes_twice_over_another_page() {
    let (mut community, proposal, page) = voting();
    // Voter 10 has voted in the proposal; neither roster page, ballot page nor index gives a second ballot.
    community.vote(&proposal, 10, FOR);
    let right = community.ballot_accounts(&proposal, 10);
    let over_the_page = ix::ProposalVote { ballot_page: Some(page), ..right };
    check_refused(&mut community, over_the_page.instruction(10, AGAINST), GovError::BallotPageNotNeeded);
    for (index, refusal) in [(266, GovError::WrongPage), (40, GovError::WrongPage), (0, GovError::NotTheMember)] {
        check_refused(&mut community, over_the_page.instruction(index, AGAINST), refusal);
        check_refused(&mut community, right.instruction(index, AGAINST), refusal);
    }
    let other_roster_page = ix::ProposalVote { roster_page: community.page_of(266), ..over_the_page };
    check_refused(&mut community, other_roster_page.instruction(266, AGAINST), GovError::NotTheMember);

    // Voter 256 votes on the page and nowhere else.
    let right = community.ballot_accounts(&proposal, 256);
    let without = ix::ProposalVote { ballot_page: None, ..right };
    check_refused(&mut community, without.instruction(256, FOR), GovError::BallotPageMissing);
    check_refused(&mut community, without.instruction(0, FOR), GovError::WrongPage);
    community.send(right.instruction(256, FOR));
    let other = community.propose(&policy());
    let foreign = open(&community, other, 0);
    community.send(foreign.instruction(0));
    let over_another = ix::ProposalVote { ballot_page: Some(foreign.ballot_page), ..right };
    check_refused(&mut community, over_another.instruction(256, AGAINST), GovError::WrongProposal);
}

#[test]
fn ballot_page_open_refuses_pages_the_electorate_does_not_have() {
    let (mut community, proposal) = council_of_300();
    for page in [1, 2, u32::MAX] {
        let accounts = open(&community, proposal, page);
        check_refused(&mut community, accounts.instruction(page), GovError::PageOutOfRange);
    }
    let elsewhere = ix::BallotPageOpen { ballot_page: pda::ballot_page(&proposal, 1), ..open(&community, proposal, 0) };
    check_refused(&mut community, elsewhere.instruction(0), InstructionError::InvalidSeeds);

    let mut small = Founding::default().found();
    let proposal = small.propose(&policy());
    let accounts = open(&small, proposal, 0);
    check_refused(&mut small, accounts.instruction(0), GovError::PageOutOfRange);
}

#[test]
fn a1_ballot_page_open_refuses_a_page_that_is_open() {
    let (mut community, proposal, _) = voting();
    community.vote(&proposal, 256, FOR);
    let again = open(&community, proposal, 0).instruction(0);
    check_refused(&mut community, again, ACCOUNT_IN_USE);
}

#[test]
fn ballot_page_open_refuses_a_payer_who_did_not_sign() {
    let (mut community, proposal) = council_of_300();
    let open = unsigned(open(&community, proposal, 0).instruction(0), 0);
    check_refused(&mut community, open, InstructionError::MissingRequiredSignature);
}

#[test]
fn ballot_page_open_refuses_after_voting() {
    let (mut community, proposal) = council_of_300();
    let open = open(&community, proposal, 0).instruction(0);
    let ends_at = community.proposal(&proposal).ends_at;
    community.set_time(ends_at);
    check_refused(&mut community, open.clone(), GovError::VotingEnded);
    community.defeat(&proposal);
    check_refused(&mut community, open.clone(), GovError::VotingEnded);
    // A page of a proposal that is closed cannot come back either.
    let close = community.close(&proposal).instruction();
    community.send(close);
    check_refused(&mut community, open, InstructionError::AccountDataTooSmall);
}

#[test]
fn ballot_page_close_refuses_before_the_proposal_is_final() {
    let (mut community, proposal, _) = voting();
    let close = close(&community, proposal).instruction();
    check_refused(&mut community, close.clone(), GovError::NotFinal);
    for index in 270..300 {
        community.vote(&proposal, index, FOR);
    }
    let ends_at = community.proposal(&proposal).ends_at;
    community.set_time(ends_at);
    check_refused(&mut community, close.clone(), GovError::NotFinal);
}

#[test]
fn a6_ballot_page_close_refuses_to_pay_anybody_else() {
    let (mut community, proposal, _) = voting();
    community.defeat(&proposal);
    let accounts = ix::BallotPageClose { payer: community.member(0), ..close(&community, proposal) };
    check_refused(&mut community, accounts.instruction(), GovError::NotPayer);
}

#[test]
fn ballot_page_close_refuses_a_page_of_another_proposal() {
    let (mut community, proposal, page) = voting();
    let other = community.propose(&policy());
    community.defeat(&proposal);
    let proposer = community.member(0);
    community.send(ix::ProposalCancel { proposer, proposal: other }.instruction());
    let accounts = ix::BallotPageClose { proposal: other, ballot_page: page, ..close(&community, proposal) };
    check_refused(&mut community, accounts.instruction(), GovError::WrongProposal);
}
