//! The code that is called is the code that was voted on (X2).

use solana_account::Account;
use solana_sdk_ids::bpf_loader;

use crate::support::*;

/// A community, and a program that can be upgraded, deployed in slot 7.
fn with_callee() -> (Community, Call) {
    let mut community = Founding::default().found();
    let program = person("callee");
    let program_data = community.deploy_memo(&program);
    community.redeploy(&program_data, 7);
    let accounts = vec![quantumagi_rules::action::InvokeAccount {
        address: community.vault.to_bytes(),
        flags: quantumagi_rules::action::FLAG_SIGNER,
    }];
    (community, Call { program, program_data: Some(program_data), accounts, data: b"we agree".to_vec() })
}

fn approved() -> (Community, Call, Address) {
    let (mut community, call) = with_callee();
    let proposal = call.approved(&mut community);
    (community, call, proposal)
}

#[test]
fn x2_the_slot_of_the_last_deployment_is_frozen_and_the_call_goes_through() {
    let (mut community, call, proposal) = approved();
    let stored = community.proposal(&proposal);
    assert_eq!((stored.deploy_slot, stored.subject), (7, call.program));
    let execute = call.execute(&community, proposal);
    community.send(execute);
    assert_eq!(community.proposal(&proposal).status, 5);
}

#[test]
fn x2_a_program_upgraded_after_the_vote_is_not_called() {
    let (mut community, call, proposal) = approved();
    let execute = call.execute(&community, proposal);
    for slot in [8, 6, 0, u64::MAX] {
        community.redeploy(&call.program_data.unwrap(), slot);
        check_refused(&mut community, execute.clone(), GovError::DigestMismatch);
    }
}

#[test]
fn x2_the_code_of_the_program_must_be_shown() {
    let (mut community, call, proposal) = approved();
    let other = person("other callee");
    let foreign = community.deploy_memo(&other);
    community.redeploy(&foreign, 7);
    let look_alike = person("look-alike");
    let mut account = community.account(&call.program_data.unwrap()).unwrap();
    account.owner = bpf_loader::ID;
    community.put(&look_alike, account);
    for program_data in [None, Some(foreign), Some(call.program), Some(look_alike), Some(community.stranger())] {
        let wrong = Call { program_data, ..call.clone() };
        let draft = wrong.draft(&community);
        check_refused(&mut community, draft.instruction(), GovError::ProgramNotPinned);
        let execute = wrong.execute(&community, proposal);
        check_refused(&mut community, execute, GovError::ProgramNotPinned);
    }
}

#[test]
fn x2_a_program_whose_code_is_gone_is_not_called() {
    let (mut community, call, proposal) = approved();
    let execute = call.execute(&community, proposal);
    let program_data = call.program_data.unwrap();
    let right = community.account(&program_data).unwrap();
    // What the loader leaves of a closed program: nothing but the tag of an uninitialised account.
    let closed = Account { data: vec![0; 4], ..right.clone() };
    let short = Account { data: right.data[..11].to_vec(), ..right.clone() };
    let elsewhere = Account { owner: solana_sdk_ids::system_program::ID, ..right };
    for account in [closed, short, elsewhere] {
        community.put(&program_data, account);
        check_refused(&mut community, execute.clone(), GovError::ProgramNotPinned);
    }
}

#[test]
fn x2_only_programs_whose_code_can_be_pinned_are_proposed() {
    let (mut community, call) = with_callee();
    // SPL Memo 1 belongs to the first loader, which this program does not know.
    let memo_1 = Address::from_str_const("Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo");
    for program in [memo_1, community.stranger(), person("nobody"), call.program_data.unwrap(), community.page_of(0)] {
        let wrong = Call { program, program_data: None, ..call.clone() };
        let draft = wrong.draft(&community);
        check_refused(&mut community, draft.instruction(), GovError::ProgramNotPinned);
    }
    let mut other_account = call.draft(&community);
    other_account.accounts.subject = Some(memo_1);
    check_refused(&mut community, other_account.instruction(), GovError::WrongSubject);
    other_account.accounts.subject = None;
    check_refused(&mut community, other_account.instruction(), GovError::WrongSubject);
}

#[test]
fn x2_code_that_cannot_change_is_pinned_without_a_slot() {
    let (mut community, call) = with_callee();
    let memo = Address::from_str_const("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr");
    let call = Call { program: memo, program_data: None, ..call };
    let proposal = call.approved(&mut community);
    assert_eq!(community.proposal(&proposal).deploy_slot, 0);
    let execute = call.execute(&community, proposal);
    community.send(execute);
}
