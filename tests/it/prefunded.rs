//! Lamports that somebody sent to an address before it was created keep nobody from creating it (A4), and go to whoever
//! is recorded as its payer.

use crate::support::*;

/// Sends `lamports` to the address first, then creates it, then asserts what the payer has paid.
#[track_caller]
fn check(community: &Community, address: Address, payer: Address, create: &Instruction) {
    let mut plain = community.clone();
    plain.send(create.clone());
    let right = plain.account(&address).expect("it was created");
    assert_eq!(right.lamports, plain.rent(right.data.len()));
    for lamports in [1, right.lamports - 1, right.lamports, right.lamports + 12_345] {
        let mut community = community.clone();
        community.fund(&address, lamports);
        let before = community.lamports(&payer);
        community.send(create.clone());
        let created = community.account(&address).expect("it was created");
        assert_eq!((created.owner, &created.data), (right.owner, &right.data), "with {lamports} lamports before");
        assert_eq!(created.lamports, right.lamports.max(lamports));
        assert_eq!(before - community.lamports(&payer), right.lamports.saturating_sub(lamports));
    }
}

#[test]
fn a4_constitution() {
    let community = Founding::default().found();
    let founder = community.stranger();
    let create_key = person("another create key");
    let constitution = pda::constitution(&create_key);
    let accounts = ix::ConstitutionCreate { founder, create_key, constitution, vault: pda::vault(&constitution) };
    let tracks = Founding::default().tracks;
    let create = accounts.instruction(&types::ConstitutionCreateArgs { text_hash: hash("text"), tracks });
    check(&community, constitution, founder, &create);
}

#[test]
fn a4_principle() {
    let community = Founding::default().unsealed().found();
    let (authority, constitution) = (community.founder, community.constitution);
    let address = pda::principle(&constitution, 2);
    let add = ix::PrincipleAdd { authority, constitution, principle: address, proposal: None };
    check(&community, address, authority, &add.instruction(&principle("new", 0)));
}

#[test]
fn a4_roster_and_roster_page() {
    let mut community = Founding::default().found();
    let (payer, constitution) = (community.stranger(), community.constitution);
    let roster = pda::roster(&constitution, 2);
    let create = ix::RosterCreate { payer, constitution, roster }.instruction(30);
    check(&community, roster, payer, &create);
    community.send(create);
    let roster_page = pda::roster_page(&roster, 0);
    let open = ix::RosterPageOpen { payer, constitution, roster, roster_page }.instruction(0);
    check(&community, roster_page, payer, &open);
}

#[test]
fn a4_proposal() {
    let community = Founding::default().found();
    let draft = community.draft(&Action::TransferLamports { recipient: hash("bob"), lamports: 1 });
    check(&community, draft.accounts.proposal, community.member(0), &draft.instruction());
}

#[test]
fn a4_ballot_page() {
    let mut community = Founding::default().with_weights(1..=257).found();
    let proposal = community.propose(&Action::TransferLamports { recipient: hash("bob"), lamports: 1 });
    let (payer, ballot_page) = (community.stranger(), pda::ballot_page(&proposal, 0));
    let open = ix::BallotPageOpen { payer, proposal, ballot_page }.instruction(0);
    check(&community, ballot_page, payer, &open);
}

#[test]
fn a4_policy() {
    let mut community = Founding::default().found();
    let text_hash = hash("be kind");
    let proposal = community.approved(&Action::PolicyAdopt { text_hash, sunset_at: 0 });
    let (payer, constitution) = (community.stranger(), community.constitution);
    let policy = pda::policy(&constitution, 0);
    let adopt = ix::PolicyAdopt { payer, constitution, proposal, policy }.instruction(text_hash, 0);
    check(&community, policy, payer, &adopt);
}

#[test]
fn a6_a_gift_to_a_proposal_goes_to_its_proposer_when_it_is_closed() {
    let mut community = Founding::default().found();
    let proposal = community.propose(&Action::TransferLamports { recipient: hash("bob"), lamports: 1 });
    let gift = solana_system_interface::instruction::transfer(&community.stranger(), &proposal, 777);
    community.send(gift);
    community.defeat(&proposal);
    let proposer = community.member(0);
    let (before, rent) = (community.lamports(&proposer), community.rent(accounts::Proposal::LEN));
    let close = community.close(&proposal).instruction();
    community.send(close);
    assert_eq!(community.lamports(&proposer) - before, rent + 777);
}
