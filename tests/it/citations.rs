//! The principles a proposal cites.

use crate::support::*;

fn payment() -> Action<'static> {
    Action::TransferLamports { recipient: hash("bob"), lamports: 5 }
}

/// A sealed community with ten principles, of which number 3 is retired.
fn ten_principles() -> (Community, Vec<Address>) {
    let principles = (0..10).map(|id| principle(&format!("principle {id}"), 0)).collect();
    let mut community = Founding { principles, ..Founding::default() }.unsealed().found();
    let (authority, constitution) = (community.founder, community.constitution);
    let addresses = (0..10).map(|id| pda::principle(&constitution, id)).collect::<Vec<_>>();
    let retire =
        ix::PrincipleRetire { authority, constitution, principle: addresses[3], proposal: None, guardrails: None };
    community.send(retire.instruction(1));
    let amend = ix::PrincipleAmend { authority, constitution, principle: addresses[5], proposal: None };
    community.send(amend.instruction(1, hash("amended")));
    community.send(ix::ConstitutionSeal { founder: authority, constitution }.instruction());
    (community, addresses)
}

#[test]
fn a_proposal_cites_eight_principles_in_the_versions_they_have() {
    let (mut community, principles) = ten_principles();
    let ids = [0u32, 1, 2, 4, 5, 6, 8, 9];
    let draft = community.draft(&payment()).citing(ids.map(|id| principles[id as usize]));
    let proposal = community.create(&draft);
    let cited =
        ids.map(|principle_id| types::Citation { principle_id, version: if principle_id == 5 { 2 } else { 1 } });
    assert_eq!(community.proposal(&proposal).citations, cited);
}

#[test]
fn a_proposal_cannot_cite_nine_principles() {
    let (mut community, principles) = ten_principles();
    let draft = community.draft(&payment());
    let nine =
        draft.citing(principles.into_iter().filter(|address| *address != pda::principle(&community.constitution, 3)));
    check_refused(&mut community, nine.instruction(), GovError::TooManyCitations);
}

#[test]
fn a_proposal_cannot_cite_a_retired_principle() {
    let (mut community, principles) = ten_principles();
    for cited in [vec![principles[3]], vec![principles[2], principles[3], principles[4]]] {
        let draft = community.draft(&payment()).citing(cited);
        check_refused(&mut community, draft.instruction(), GovError::PrincipleRetired);
    }
}

#[test]
fn a3_a_proposal_cannot_cite_a_principle_of_another_constitution() {
    let (community, principles) = ten_principles();
    let mut community = community;
    let other = Founding::named("others").found_in(community.world.clone());
    community.world = other.world.clone();
    let foreign = pda::principle(&other.constitution, 0);
    for cited in [vec![foreign], vec![principles[0], foreign]] {
        let draft = community.draft(&payment()).citing(cited);
        check_refused(&mut community, draft.instruction(), GovError::WrongConstitution);
    }
}

#[test]
fn a_proposal_cites_principles_once_and_in_order() {
    let (mut community, principles) = ten_principles();
    for cited in [[1, 1], [2, 1]] {
        let draft = community.draft(&payment()).citing(cited.map(|id: usize| principles[id]));
        check_refused(&mut community, draft.instruction(), GovError::CitationsNotAscending);
    }
}

#[test]
fn policy_and_treasury_proposals_must_cite_and_amendments_need_not() {
    let (mut community, _) = ten_principles();
    for action in [payment(), Action::PolicyAdopt { text_hash: hash("be kind"), sunset_at: 0 }] {
        let draft = community.draft(&action).citing([]);
        check_refused(&mut community, draft.instruction(), GovError::CitationMissing);
    }
    let amendment = Action::ConstitutionAmend { text_hash: hash("version 2"), parent_hash: hash("version 1") };
    let draft = community.draft(&amendment).citing([]);
    let proposal = community.create(&draft);
    let none = types::Citation { principle_id: 0, version: 0 };
    assert_eq!(community.proposal(&proposal).citations, [none; 8]);
}

#[test]
fn what_is_cited_must_be_a_principle() {
    let (mut community, _) = ten_principles();
    let (constitution, roster, page) = (community.constitution, community.roster, community.page_of(0));
    for (cited, error) in [
        (constitution, DUPLICATE),
        (roster, DUPLICATE),
        (page, InstructionError::InvalidAccountData),
        (person("nobody"), InstructionError::UninitializedAccount),
        (community.member(1), InstructionError::IllegalOwner),
    ] {
        let draft = community.draft(&payment()).citing([cited]);
        check_refused(&mut community, draft.instruction(), error);
    }
}
