//! `vault_transfer`: the payment that was voted on, exactly and once.

use crate::support::*;

const AMOUNT: u64 = 1_234_567_890;

fn action() -> Action<'static> {
    Action::TransferLamports { recipient: hash("bob"), lamports: AMOUNT }
}

fn approved() -> (Community, ix::VaultTransfer) {
    let mut community = Founding::default().found();
    let proposal = community.approved(&action());
    let recipient = Address::new_from_array(hash("bob"));
    let accounts = ix::VaultTransfer {
        constitution: community.constitution,
        proposal,
        vault: community.vault,
        recipient,
        guardrails: None,
    };
    (community, accounts)
}

#[test]
fn x4_the_vault_pays_what_was_voted_on_once() {
    let (mut community, accounts) = approved();
    let before = community.lamports(&community.vault);
    let stored = community.proposal(&accounts.proposal);
    let done = community.send(accounts.instruction(AMOUNT));
    assert_eq!(community.lamports(&accounts.recipient), AMOUNT);
    assert_eq!(community.lamports(&community.vault), before - AMOUNT);
    let after = community.proposal(&accounts.proposal);
    let now = community.now();
    let expected =
        accounts::Proposal { status: 5, pending_digest: [0; 32], updated_at: now, chain: after.chain, ..stored };
    assert_eq!(after, expected);
    let Event::ProposalExecuted(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.proposal, event.at, event.digest), (accounts.proposal, now, after.execution_digest));
    check_refused(&mut community, accounts.instruction(AMOUNT), GovError::AlreadyFinal);
}

#[test]
fn x1_vault_transfer_refuses_another_amount_or_recipient() {
    let (mut community, accounts) = approved();
    for lamports in [AMOUNT - 1, AMOUNT + 1, 0, u64::MAX] {
        check_refused(&mut community, accounts.instruction(lamports), GovError::DigestMismatch);
    }
    let to_stranger = ix::VaultTransfer { recipient: community.stranger(), ..accounts };
    check_refused(&mut community, to_stranger.instruction(AMOUNT), GovError::DigestMismatch);
}

#[test]
fn vault_transfer_refuses_early_and_late() {
    let (mut community, accounts) = approved();
    let (opens_at, closes_at) = (community.opens_at(&accounts.proposal), community.closes_at(&accounts.proposal));
    for (now, refusal) in [(opens_at - 1, GovError::TimelockActive), (closes_at, GovError::WindowClosed)] {
        community.set_time(now);
        check_refused(&mut community, accounts.instruction(AMOUNT), refusal);
    }
    community.set_time(closes_at - 1);
    community.send(accounts.instruction(AMOUNT));
}

#[test]
fn vault_transfer_refuses_another_vault() {
    let (mut community, accounts) = approved();
    let other = person("another vault");
    community.fund(&other, 10 * AMOUNT);
    let wrong = ix::VaultTransfer { vault: other, ..accounts };
    check_refused(&mut community, wrong.instruction(AMOUNT), GovError::WrongVault);
}

#[test]
fn vault_transfer_refuses_more_than_there_is_and_can_be_tried_again() {
    let (mut community, accounts) = approved();
    let vault = community.vault;
    community.fund(&vault, AMOUNT - 1);
    // What the System program says where the payer has too little.
    check_refused(&mut community, accounts.instruction(AMOUNT), InstructionError::Custom(1));
    community.fund(&vault, AMOUNT);
    community.send(accounts.instruction(AMOUNT));
    assert_eq!(community.account(&vault), None, "a vault may be emptied");
}

#[test]
fn x9_an_approval_in_one_constitution_is_worth_nothing_in_another() {
    let (community, accounts) = approved();
    let other = Founding::named("others").found_in(community.world.clone());
    let mut world = other.world.clone();
    let in_other = ix::VaultTransfer { constitution: other.constitution, vault: other.vault, ..accounts };
    check_refused(&mut world, in_other.instruction(AMOUNT), GovError::WrongConstitution);
    let others_vault = ix::VaultTransfer { vault: other.vault, ..accounts };
    check_refused(&mut world, others_vault.instruction(AMOUNT), GovError::WrongVault);
    let others_constitution = ix::VaultTransfer { constitution: other.constitution, ..accounts };
    check_refused(&mut world, others_constitution.instruction(AMOUNT), GovError::WrongVault);
}

#[test]
fn a_payment_is_no_other_action() {
    let (mut community, accounts) = approved();
    let (proposal, authority) = (accounts.proposal, community.stranger());
    let amend = ix::ConstitutionAmend { authority, constitution: community.constitution, proposal: Some(proposal) };
    let amend = amend.instruction(hash("version 2"), hash("version 1"));
    check_refused(&mut community, amend, GovError::DigestMismatch);
    let policy = pda::policy(&community.constitution, 0);
    let adopt = ix::PolicyAdopt { payer: authority, constitution: community.constitution, proposal, policy };
    check_refused(&mut community, adopt.instruction(hash("bob"), AMOUNT as i64 + START), GovError::DigestMismatch);
}

#[test]
fn a_payment_to_the_vault_its_constitution_or_the_proposal_cannot_be_proposed() {
    let mut community = Founding::default().found();
    let proposal = pda::proposal(&community.constitution, 0);
    for recipient in [community.vault, community.constitution, proposal] {
        let draft = community.draft(&Action::TransferLamports { recipient: recipient.to_bytes(), lamports: 1 });
        check_refused(&mut community, draft.instruction(), GovError::RecipientRefused);
    }
}
