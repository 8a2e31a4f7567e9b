//! The count of a proposer's open proposals, and the cap on it.

use crate::support::*;

fn policy() -> Action<'static> {
    Action::PolicyAdopt { text_hash: hash("be kind"), sunset_at: 0 }
}

fn close(community: &Community, authority: Address) -> ix::ProposerClose {
    let (constitution, payer) = (community.constitution, community.founder);
    let record = pda::proposer(&constitution, &community.member(0));
    ix::ProposerClose { authority, constitution, record, payer }
}

/// Lets the constitution allow this many open proposals.
fn cap(community: &mut Community, max_open_proposals: u8) {
    let address = community.constitution;
    let changed = accounts::Constitution { max_open_proposals, ..community.constitution(&address) };
    let account = community.account(&address).unwrap();
    community.put(&address, solana_account::Account { data: changed.to_bytes(), ..account });
}

#[test]
fn anybody_opens_the_count_of_anybody_and_pays_for_it() {
    let mut community = Founding::default().found();
    let (payer, owner, constitution) = (community.stranger(), person("newcomer"), community.constitution);
    let before = community.lamports(&payer);
    let record = pda::proposer(&constitution, &owner);
    let done = community.send(ix::ProposerOpen { payer, constitution, record }.instruction(owner));
    let stored = community.proposer(&record);
    let (_, bump) = Address::find_program_address(&[b"proposer", constitution.as_ref(), owner.as_ref()], &PROGRAM_ID);
    let expected =
        accounts::Proposer { constitution, owner, payer, open_proposals: 0, layout_version: 1, bump, reserved: [0; 4] };
    assert_eq!(stored, expected);
    assert_eq!(before - community.lamports(&payer), community.rent(accounts::Proposer::LEN));
    let Event::ProposerOpened(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.constitution, event.owner, event.payer), (constitution, owner, payer));
    let again = ix::ProposerOpen { payer, constitution, record }.instruction(owner);
    check_refused(&mut community, again, ACCOUNT_IN_USE);
}

#[test]
fn l4_a_proposer_has_no_more_open_than_the_constitution_allows() {
    let mut community = Founding::default().found();
    cap(&mut community, 2);
    let first = community.propose(&policy());
    community.propose(&policy());
    let third = community.draft(&policy());
    check_refused(&mut community, third.instruction(), GovError::TooManyOpenProposals);
    // Somebody else still may.
    let other = third.by(community.member(1), 1);
    community.create(&other);
    // A final proposal counts until it is closed.
    let proposer = community.member(0);
    community.send(ix::ProposalCancel { proposer, proposal: first }.instruction());
    let third = community.draft(&policy());
    check_refused(&mut community, third.instruction(), GovError::TooManyOpenProposals);
    let closing = community.close(&first).instruction();
    community.send(closing);
    community.create(&third);
}

#[test]
fn l4_proposal_create_refuses_the_count_of_somebody_else() {
    let mut community = Founding::default().found();
    let mut draft = community.draft(&policy());
    draft.accounts.record = pda::proposer(&community.constitution, &community.member(1));
    check_refused(&mut community, draft.instruction(), GovError::NotProposer);
}

#[test]
fn proposal_close_refuses_the_count_of_somebody_else() {
    let mut community = Founding::default().found();
    let proposal = community.propose(&policy());
    let proposer = community.member(0);
    community.send(ix::ProposalCancel { proposer, proposal }.instruction());
    let right = community.close(&proposal);
    let record = pda::proposer(&community.constitution, &community.member(1));
    let wrong = ix::ProposalClose { record, ..right };
    check_refused(&mut community, wrong.instruction(), GovError::NotProposer);
}

#[test]
fn l4_a_count_that_stands_above_zero_cannot_be_closed_and_opened_again() {
    let mut community = Founding::default().found();
    let proposal = community.propose(&policy());
    let member = community.member(0);
    let closing = close(&community, member).instruction();
    check_refused(&mut community, closing.clone(), GovError::ProposalsOpen);
    community.send(ix::ProposalCancel { proposer: member, proposal }.instruction());
    check_refused(&mut community, closing.clone(), GovError::ProposalsOpen);
    let proposal_close = community.close(&proposal).instruction();
    community.send(proposal_close);
    community.send(closing);
}

#[test]
fn a6_the_payer_or_the_owner_closes_it_and_the_payer_is_paid() {
    let mut community = Founding::default().found();
    let (owner, payer) = (community.member(0), community.founder);
    let by_stranger = close(&community, community.stranger()).instruction();
    check_refused(&mut community, by_stranger, GovError::NotPayer);
    let to_owner = ix::ProposerClose { payer: owner, ..close(&community, payer) }.instruction();
    check_refused(&mut community, to_owner, GovError::NotPayer);
    let (before, rent) = (community.lamports(&payer), community.rent(accounts::Proposer::LEN));
    let by_owner = close(&community, owner);
    let done = community.send(by_owner.instruction());
    assert_eq!(community.lamports(&payer), before + rent);
    assert_eq!(community.account(&by_owner.record), None);
    let Event::ProposerClosed(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.owner, event.payer), (owner, payer));
    let draft = community.draft(&policy());
    check_refused(&mut community, draft.instruction(), InstructionError::AccountDataTooSmall);
}
