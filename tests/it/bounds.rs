//! Every list at its cap, with what it costs (L8): a transaction has 200,000 compute units unless it asks for more.

use crate::support::*;

const BUDGET: u64 = 100_000;

#[test]
fn l8_the_longest_proposal_can_be_made_voted_on_and_closed() {
    use quantumagi_rules::action::InvokeAccount;
    let principles = (0..8).map(|id| principle(&format!("principle {id}"), 0)).collect();
    let mut community = Founding { principles, ..Founding::default() }.found();
    let memo = Address::from_str_const("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr");
    let accounts = vec![InvokeAccount { address: community.vault.to_bytes(), flags: 2 }];
    let call = Call { program: memo, program_data: None, accounts, data: vec![b'x'; 512] };
    let draft = call.draft(&community).citing((0..8).map(|id| pda::principle(&community.constitution, id)));
    let done = community.send(draft.instruction());
    assert!(done.compute_units < BUDGET, "{}", done.compute_units);
    let proposal = draft.accounts.proposal;
    community.open_voting(&proposal);
    for index in 0..8 {
        let done = community.vote(&proposal, index, FOR);
        assert!(done.compute_units < BUDGET, "{}", done.compute_units);
    }
    let done = community.finalize(&proposal);
    assert!(done.compute_units < BUDGET, "{}", done.compute_units);
}

#[test]
fn l8_a_whole_page_of_members_joins_at_once() {
    let mut community = Founding::default().found();
    let (payer, constitution) = (community.stranger(), community.constitution);
    let roster = pda::roster(&constitution, 2);
    let roster_page = pda::roster_page(&roster, 0);
    community.send(ix::RosterCreate { payer, constitution, roster }.instruction(30));
    community.send(ix::RosterPageOpen { payer, constitution, roster, roster_page }.instruction(0));
    // More than a packet holds today; what counts here is what the program makes of it.
    let members = (0..30).map(|index| types::Member { voter: member_key("board", index), weight: 1 });
    let members = members.collect::<Vec<_>>();
    let extend = ix::RosterExtend { payer, constitution, roster, roster_page };
    let done = community.send(extend.instruction(&members));
    assert!(done.compute_units < BUDGET, "{}", done.compute_units);
    assert_eq!(community.roster_page(&roster_page).members, members);
}

#[test]
fn l8_the_last_of_8448_members_votes_on_the_last_page() {
    // A roster of 8,448 takes 282 pages and 564 transactions to fill; the last member's ballot lies on ballot page 1.
    let mut community = Founding::default().with_weights((0..8_448).map(|_| 1)).found();
    let action = Action::TransferLamports { recipient: hash("bob"), lamports: 1 };
    let proposal = community.propose(&action);
    let payer = community.stranger();
    let ballot_page = pda::ballot_page(&proposal, 1);
    let third = ix::BallotPageOpen { payer, proposal, ballot_page: pda::ballot_page(&proposal, 2) };
    check_refused(&mut community, third.instruction(2), GovError::PageOutOfRange);
    community.send(ix::BallotPageOpen { payer, proposal, ballot_page }.instruction(1));
    community.open_voting(&proposal);
    let last = community.ballot_accounts(&proposal, 8_447);
    assert_eq!(last.ballot_page, Some(ballot_page));
    let done = community.send(last.instruction(8_447, FOR));
    assert!(done.compute_units < BUDGET, "{}", done.compute_units);
    let mut ballots = [0; 1024];
    ballots[1_023] = FOR << 6;
    assert_eq!(community.ballot_page(&ballot_page).ballots, ballots);
    let stored = community.proposal(&proposal);
    assert_eq!((stored.for_weight, stored.total_weight, stored.voters), (1, 8_448, 8_448));
    let page_zero = ix::ProposalVote { ballot_page: Some(pda::ballot_page(&proposal, 0)), ..last };
    check_refused(&mut community, page_zero.instruction(8_447, AGAINST), InstructionError::AccountDataTooSmall);
    community.send(ix::BallotPageOpen { payer, proposal, ballot_page: pda::ballot_page(&proposal, 0) }.instruction(0));
    check_refused(&mut community, page_zero.instruction(8_447, AGAINST), GovError::WrongPage);
}
