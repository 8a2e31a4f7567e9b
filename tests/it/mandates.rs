//! Who orders a change: the founder before the seal, an approved proposal ever after, never both.

use crate::support::*;

/// The five instructions that take a mandate, as the founder would send them.
fn changes(community: &Community, proposal: Option<Address>) -> Vec<Instruction> {
    let (authority, constitution) = (community.founder, community.constitution);
    let principle = pda::principle(&constitution, 0);
    let new = pda::principle(&constitution, 2);
    let args = types::PrincipleAddArgs { text_hash: hash("new"), class: 0, category: 0, priority: 0 };
    let roster = community.roster;
    vec![
        ix::ConstitutionAmend { authority, constitution, proposal }.instruction(hash("version 2"), hash("version 1")),
        ix::PrincipleAdd { authority, constitution, principle: new, proposal }.instruction(&args),
        ix::PrincipleAmend { authority, constitution, principle, proposal }.instruction(1, hash("new")),
        ix::PrincipleRetire { authority, constitution, principle, proposal, guardrails: None }.instruction(1),
        ix::RosterAdopt { authority, constitution, roster, proposal }.instruction(),
    ]
}

#[test]
fn before_the_seal_the_founder_acts_without_a_proposal() {
    let unsealed = Founding::default().unsealed().found();
    let mut others = Founding::named("others").found_in(unsealed.world.clone());
    let foreign = others.approved(&Action::TransferLamports { recipient: hash("bob"), lamports: 1 });
    for change in changes(&unsealed, Some(foreign)) {
        check_refused(&mut others.world.clone(), change, GovError::MandateNotNeeded);
    }
}

#[test]
fn after_the_seal_the_founder_is_a_stranger() {
    let mut community = Founding::default().found();
    for change in changes(&community, None) {
        check_refused(&mut community, change, GovError::MandateMissing);
    }
}

#[test]
fn after_the_seal_a_mandate_is_this_constitutions_approved_and_for_this_change() {
    let mut community = Founding::default().found();
    let payment = Action::TransferLamports { recipient: hash("bob"), lamports: 1 };
    let undecided = community.propose(&payment);
    for change in changes(&community, Some(undecided)) {
        check_refused(&mut community, change, GovError::NotFinalized);
    }
    community.approve(&undecided);
    for change in changes(&community, Some(undecided)) {
        check_refused(&mut community, change, GovError::DigestMismatch);
    }
    let mut others = Founding::named("others").found_in(community.world.clone());
    let foreign = others.approved(&payment);
    for change in changes(&community, Some(foreign)) {
        check_refused(&mut others.world.clone(), change, GovError::WrongConstitution);
    }
}
