//! `proposal_execute`: the one instruction of another program that was voted on, signed by the vault.

use quantumagi_rules::action::{FLAG_SIGNER, FLAG_WRITABLE};
use solana_system_interface::instruction as system;

use crate::support::*;

const AMOUNT: u64 = 5_000_000;

fn payment(community: &Community) -> Call {
    Call::of(&system::transfer(&community.vault, &person("bob"), AMOUNT))
}

fn approved() -> (Community, Call, Address) {
    let mut community = Founding::default().found();
    let call = payment(&community);
    let proposal = call.approved(&mut community);
    (community, call, proposal)
}

#[test]
fn x4_x7_the_vault_signs_the_call_that_was_voted_on_once() {
    let (mut community, call, proposal) = approved();
    let stored = community.proposal(&proposal);
    assert_eq!((stored.action, stored.subject, stored.deploy_slot), (11, call.program, 0));
    let before = community.lamports(&community.vault);
    let execute = call.execute(&community, proposal);
    let done = community.send(execute.clone());
    assert_eq!(community.lamports(&person("bob")), AMOUNT);
    assert_eq!(community.lamports(&community.vault), before - AMOUNT);
    let after = community.proposal(&proposal);
    let expected = accounts::Proposal {
        status: 5,
        steps_done: 1,
        pending_digest: [0; 32],
        updated_at: community.now(),
        chain: after.chain,
        ..stored
    };
    assert_eq!(after, expected);
    let Event::ProposalExecuted(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.proposal, event.digest), (proposal, after.execution_digest));
    check_refused(&mut community, execute, GovError::AlreadyFinal);
}

#[test]
fn x4_proposal_execute_refuses_early_and_late() {
    let (mut community, call, proposal) = approved();
    let execute = call.execute(&community, proposal);
    let (opens_at, closes_at) = (community.opens_at(&proposal), community.closes_at(&proposal));
    for (now, refusal) in [(opens_at - 1, GovError::TimelockActive), (closes_at, GovError::WindowClosed)] {
        community.set_time(now);
        check_refused(&mut community, execute.clone(), refusal);
    }
    community.set_time(closes_at - 1);
    community.send(execute);
}

#[test]
fn x1_proposal_execute_refuses_every_byte_that_differs() {
    let (mut community, call, proposal) = approved();
    for index in 0..call.data.len() {
        for bit in [1, 128] {
            let mut other = call.clone();
            other.data[index] ^= bit;
            let execute = other.execute(&community, proposal);
            check_refused(&mut community, execute, GovError::DigestMismatch);
        }
    }
    let shorter = Call { data: call.data[..11].to_vec(), ..call.clone() };
    let longer = Call { data: [call.data.as_slice(), &[0]].concat(), ..call.clone() };
    for other in [shorter, longer] {
        let execute = other.execute(&community, proposal);
        check_refused(&mut community, execute, GovError::DigestMismatch);
    }
}

#[test]
fn x1_x6_proposal_execute_refuses_every_flag_that_differs() {
    let (mut community, call, proposal) = approved();
    for index in 0..call.accounts.len() {
        for flag in [FLAG_WRITABLE, FLAG_SIGNER, FLAG_WRITABLE | FLAG_SIGNER] {
            let mut other = call.clone();
            other.accounts[index].flags ^= flag;
            let execute = other.execute(&community, proposal);
            check_refused(&mut community, execute, GovError::DigestMismatch);
        }
        let mut meaningless = call.clone();
        meaningless.accounts[index].flags |= 4;
        let execute = meaningless.execute(&community, proposal);
        check_refused(&mut community, execute, GovError::ActionOutOfRange);
    }
}

#[test]
fn x1_proposal_execute_refuses_every_account_that_differs() {
    let (mut community, call, proposal) = approved();
    for index in 0..call.accounts.len() {
        let mut other = call.clone();
        other.accounts[index].address = community.stranger().to_bytes();
        let execute = other.execute(&community, proposal);
        check_refused(&mut community, execute, GovError::DigestMismatch);
        let mut fewer = call.clone();
        fewer.accounts.remove(index);
        let execute = fewer.execute(&community, proposal);
        check_refused(&mut community, execute, GovError::DigestMismatch);
    }
    let mut reordered = call.clone();
    reordered.accounts.reverse();
    let mut longer = call.clone();
    longer.accounts.push(call.accounts[1]);
    for other in [reordered, longer] {
        let execute = other.execute(&community, proposal);
        check_refused(&mut community, execute, GovError::DigestMismatch);
    }
    let mut one_more_view = call.execute(&community, proposal);
    one_more_view.accounts.push(one_more_view.accounts[8].clone());
    check_refused(&mut community, one_more_view, GovError::DigestMismatch);
}

#[test]
fn x1_proposal_execute_refuses_another_program() {
    let (mut community, call, proposal) = approved();
    let memo = Address::from_str_const("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr");
    for (program, refusal) in [
        (memo, GovError::DigestMismatch),
        (PROGRAM_ID, GovError::ProgramNotPinned),
        (community.stranger(), GovError::ProgramNotPinned),
        (person("nobody"), GovError::ProgramNotPinned),
    ] {
        let other = Call { program, ..call.clone() };
        let execute = other.execute(&community, proposal);
        check_refused(&mut community, execute, refusal);
    }
}

#[test]
fn x6_the_executors_signature_goes_nowhere() {
    let mut community = Founding::default().found();
    let stranger = community.stranger();
    let mut call = Call::of(&system::transfer(&stranger, &person("bob"), AMOUNT));
    call.accounts[0].flags = FLAG_WRITABLE;
    let proposal = call.approved(&mut community);
    let mut execute = call.execute(&community, proposal);
    execute.accounts[7].is_signer = true;
    check_refused(&mut community, execute, InstructionError::MissingRequiredSignature);
}

#[test]
fn x6_only_the_vault_can_be_asked_to_sign() {
    let mut community = Founding::default().found();
    let strangers = Call::of(&system::transfer(&community.stranger(), &person("bob"), AMOUNT));
    let members = Call::of(&system::transfer(&community.member(0), &person("bob"), AMOUNT));
    let mut two = payment(&community);
    two.accounts[1].flags |= FLAG_SIGNER;
    for call in [strangers, members, two] {
        let draft = call.draft(&community);
        check_refused(&mut community, draft.instruction(), GovError::InvokeSigner);
    }
}

#[test]
fn x6_the_program_itself_cannot_be_called() {
    let mut community = Founding::default().found();
    let seal = ix::ConstitutionSeal { founder: community.vault, constitution: community.constitution }.instruction();
    let draft = Call::of(&seal).draft(&community);
    check_refused(&mut community, draft.instruction(), GovError::InvokeSelf);
}

#[test]
fn x6_a_call_that_names_its_proposal_or_writes_the_constitution_cannot_be_proposed() {
    let mut community = Founding::default().found();
    let proposal = pda::proposal(&community.constitution, 0);
    let constitution = community.constitution;
    for (address, flags) in [(proposal, FLAG_WRITABLE), (proposal, 0), (constitution, FLAG_WRITABLE)] {
        let mut call = payment(&community);
        call.accounts.push(quantumagi_rules::action::InvokeAccount { address: address.to_bytes(), flags });
        let draft = call.draft(&community);
        check_refused(&mut community, draft.instruction(), GovError::InvokeProtected);
    }
}

#[test]
fn x8_a_call_that_would_seize_the_vault_is_undone() {
    let community = Founding::default().found();
    let vault = community.vault;
    let assign = system::assign(&vault, &person("thief"));
    let assign_to_the_program = system::assign(&vault, &PROGRAM_ID);
    let allocate = system::allocate(&vault, 1);
    for instruction in [assign, assign_to_the_program, allocate] {
        let mut community = community.clone();
        let call = Call::of(&instruction);
        let proposal = call.approved(&mut community);
        let execute = call.execute(&community, proposal);
        check_refused(&mut community, execute, GovError::VaultSeized);
    }
}

#[test]
fn proposal_execute_refuses_another_vault_or_constitution() {
    let (community, call, proposal) = approved();
    let other = Founding::named("others").found_in(community.world.clone());
    let mut world = other.world.clone();
    let execute = call.execute(&community, proposal);
    check_refused(&mut world, swapped(execute.clone(), 2, other.vault), GovError::WrongVault);
    check_refused(&mut world, swapped(execute.clone(), 0, other.constitution), GovError::WrongConstitution);
    let both = swapped(swapped(execute, 0, other.constitution), 2, other.vault);
    check_refused(&mut world, both, GovError::WrongConstitution);
}

#[test]
fn a_call_may_name_one_account_twice_and_the_constitution_to_read() {
    let mut community = Founding::default().found();
    let mut call = Call::of(&system::transfer(&community.vault, &community.vault, AMOUNT));
    let constitution = community.constitution.to_bytes();
    call.accounts.push(quantumagi_rules::action::InvokeAccount { address: constitution, flags: 0 });
    let proposal = call.approved(&mut community);
    let execute = call.execute(&community, proposal);
    community.send(execute);
    assert_eq!(community.proposal(&proposal).status, 5);
}

#[test]
fn x6_an_account_that_the_call_writes_must_be_passed_writable() {
    let (mut community, call, proposal) = approved();
    for slot in [7, 8] {
        let execute = read_only(call.execute(&community, proposal), slot);
        check_refused(&mut community, execute, InstructionError::PrivilegeEscalation);
    }
}

#[test]
fn a_call_is_bounded() {
    use quantumagi_rules::action::InvokeAccount;
    let mut community = Founding::default().found();
    let read = |index: u8| InvokeAccount { address: [index; 32], flags: 0 };
    let call = Call { accounts: (0..27).map(read).collect(), data: vec![0; 20], ..payment(&community) };
    let mut draft = call.draft(&community);
    let legal = draft.args.action.clone();
    let mut many = legal[..34].to_vec();
    many[33] = 49;
    many.extend_from_slice(&[0; 33 * 49 + 2]);
    let mut flags = legal.clone();
    flags[34] = 4;
    let mut long = legal[..34 + 27 * 33].to_vec();
    long.extend_from_slice(&9_217u16.to_le_bytes());
    long.extend_from_slice(&[0; 20]);
    for (action, refusal) in
        [(many, GovError::InvokeTooLarge), (flags, GovError::ActionOutOfRange), (long, GovError::InvokeTooLarge)]
    {
        draft.args.action = action;
        check_refused(&mut community, draft.instruction(), refusal);
    }
    draft.args.action = legal;
    community.create(&draft);
}
