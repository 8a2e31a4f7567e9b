//! `program_upgrade`: a program whose upgrade authority is the vault gets the code that was voted on.

use solana_account::Account;
use solana_sdk_ids::bpf_loader_upgradeable as loader;

use crate::support::till::{SAMPLE, next_sample};
use crate::support::upgrades::Upgrade;
use crate::support::*;

const MEMO: Address = Address::from_str_const("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr");
/// What the sample answers to a fee that its version does not allow.
const FEE_OUT_OF_RANGE: InstructionError = InstructionError::Custom(6_001);

fn approved() -> (Community, Upgrade, Address) {
    let mut community = Founding::default().found();
    let upgrade = Upgrade::prepared(&mut community);
    let proposal = upgrade.approved(&mut community);
    (community, upgrade, proposal)
}

#[test]
fn x4_the_sample_program_is_upgraded_to_the_code_that_was_voted_on_once() {
    let mut community = Founding::default().found();
    let (_, policy) = community.adopt_policy("be kind", 0);
    let till = community.open_till(policy);
    let upgrade = Upgrade::prepared(&mut community);
    let proposal = upgrade.approved(&mut community);
    let stored = community.proposal(&proposal);
    assert_eq!((stored.action, stored.subject, stored.threshold_bps), (14, SAMPLE, 6_500));
    assert_ne!(upgrade.deployed(&community), upgrade.code);
    community.send(till.fee_set(10_000));
    let before = community.account(&till.address);

    let execute = upgrade.execute(&community, proposal);
    let done = community.send(execute.clone());
    let Event::ProposalExecuted(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.proposal, event.digest), (proposal, stored.execution_digest));
    assert_eq!(upgrade.deployed(&community), upgrade.code);
    assert!(community.lamports(&upgrade.spill) > 0, "what the buffer had left");

    // New code runs from the next slot on. The till is what it was, and obeys the next version.
    community.pass_slots(1);
    assert_eq!((community.account(&till.address), community.fee(&till)), (before, 10_000));
    check_refused(&mut community, till.fee_set(10_000), FEE_OUT_OF_RANGE);
    check_refused(&mut community, till.fee_set(5_001), FEE_OUT_OF_RANGE);
    community.send(till.fee_set(5_000));
    assert_eq!(community.fee(&till), 5_000);

    assert_eq!(community.lamports(&upgrade.buffer), 0);
    upgrade.set_buffer(&mut community, &stored.constitution, &upgrade.code);
    check_refused(&mut community, execute, GovError::AlreadyFinal);
}

#[test]
fn a_large_upgrade_costs_half_a_compute_unit_a_byte_and_little_more() {
    const KIB: usize = 1_024;
    let mut padded = next_sample();
    padded.resize(100 * KIB, 0);
    // The largest that a proposal here is likely to be about is the governance program itself.
    for code in [next_sample(), padded, program().to_vec()] {
        let len = code.len();
        let mut community = Founding::default().found();
        let upgrade = Upgrade::prepared_with(&mut community, code);
        let proposal = upgrade.approved(&mut community);
        let execute = upgrade.execute(&community, proposal);
        let compute_units = community.send_with_limit(1_400_000, execute).compute_units;
        println!("an upgrade to {len} bytes: {compute_units} CU");
        assert_eq!(upgrade.deployed(&community), upgrade.code);
        // The hash costs a unit for two bytes; calling the loader, one for each 250 of the buffer and of the program's data.
        let by_length = len as u64 / 2 + len as u64 / 125;
        assert!((by_length..by_length + 8_000).contains(&compute_units), "{len} bytes: {compute_units} CU");
    }
}

#[test]
fn x1_a_buffer_changed_after_the_vote_is_refused() {
    let (mut community, upgrade, proposal) = approved();
    let vault = community.vault;
    let execute = upgrade.execute(&community, proposal);
    for (place, bit) in [(0, 1), (upgrade.code.len() / 2, 128), (upgrade.code.len() - 1, 1)] {
        let mut code = upgrade.code.clone();
        code[place] ^= bit;
        upgrade.set_buffer(&mut community, &vault, &code);
        check_refused(&mut community, execute.clone(), GovError::BufferChanged);
        // Nor does it help to say so: the hash is what was voted on.
        let honest = Upgrade { code, ..upgrade.clone() };
        let execute = honest.execute(&community, proposal);
        check_refused(&mut community, execute, GovError::DigestMismatch);
    }
    let longer = [upgrade.code.as_slice(), &[0]].concat();
    upgrade.set_buffer(&mut community, &vault, &longer);
    check_refused(&mut community, execute.clone(), GovError::BufferChanged);
    community.put(&upgrade.buffer, Account::default());
    check_refused(&mut community, execute.clone(), GovError::BufferChanged);
    upgrade.set_buffer(&mut community, &vault, &upgrade.code);
    let mut not_a_buffer = community.account(&upgrade.buffer).unwrap();
    not_a_buffer.data[0] = 3;
    community.put(&upgrade.buffer, not_a_buffer);
    check_refused(&mut community, execute.clone(), GovError::BufferChanged);
    upgrade.set_buffer(&mut community, &vault, &upgrade.code);
    community.send(execute);
}

#[test]
fn x2_a_program_upgraded_after_the_vote_is_not_upgraded_again() {
    let (mut community, upgrade, proposal) = approved();
    let execute = upgrade.execute(&community, proposal);
    community.redeploy(&upgrade.program_data, 1);
    check_refused(&mut community, execute, GovError::DigestMismatch);
}

#[test]
fn only_a_program_of_the_vault_is_upgraded() {
    let mut community = Founding::default().found();
    let upgrade = Upgrade::prepared(&mut community);
    let vault = community.vault;
    let right = upgrade.draft(&community);
    for authority in [Some(community.stranger()), None] {
        upgrade.set_authority(&mut community, authority);
        check_refused(&mut community, right.instruction(), GovError::NotUpgradeAuthority);
    }
    upgrade.set_authority(&mut community, Some(vault));
    let other = person("callee");
    let others_data = community.deploy_memo(&other);
    for program_data in [others_data, upgrade.program] {
        let draft = Draft { programs: vec![upgrade.program, program_data], ..right.clone() };
        check_refused(&mut community, draft.instruction(), GovError::ProgramNotPinned);
    }
    for programs in [Vec::new(), vec![other, others_data]] {
        let draft = Draft { programs, ..right.clone() };
        check_refused(&mut community, draft.instruction(), GovError::WrongSubject);
    }
    let proposal = upgrade.approved(&mut community);
    let execute = upgrade.execute(&community, proposal);
    upgrade.set_authority(&mut community, Some(person("thief")));
    check_refused(&mut community, execute, GovError::NotUpgradeAuthority);
}

#[test]
fn x1_program_upgrade_refuses_other_accounts() {
    let (mut community, upgrade, proposal) = approved();
    let execute = upgrade.execute(&community, proposal);
    let other_buffer = Upgrade { buffer: person("other buffer"), ..upgrade.clone() };
    let vault = community.vault;
    other_buffer.set_buffer(&mut community, &vault, &upgrade.code);
    let other_spill = Upgrade { spill: person("thief"), ..upgrade.clone() };
    for other in [other_buffer, other_spill] {
        let execute = other.execute(&community, proposal);
        check_refused(&mut community, execute, GovError::DigestMismatch);
    }
    let nobody = person("nobody");
    check_refused(&mut community, swapped(execute.clone(), 3, nobody), GovError::ProgramNotPinned);
    check_refused(&mut community, swapped(execute.clone(), 4, nobody), GovError::ProgramNotPinned);
    check_refused(&mut community, swapped(execute.clone(), 4, PROGRAM_ID), GovError::ProgramNotPinned);
    check_refused(&mut community, swapped(execute.clone(), 2, nobody), GovError::WrongVault);
    check_refused(&mut community, swapped(execute.clone(), 11, MEMO), GovError::WrongSubject);
    let mut fewer = execute;
    fewer.accounts.pop();
    check_refused(&mut community, fewer, GovError::WrongSubject);
}

#[test]
fn x2_an_upgrade_cannot_be_smuggled_in_as_a_call() {
    use quantumagi_rules::action::{FLAG_SIGNER, InvokeAccount};
    let mut community = Founding::default().found();
    let vault = InvokeAccount { address: community.vault.to_bytes(), flags: FLAG_SIGNER };
    for data in [vec![3, 0, 0, 0], vec![3, 0, 0, 0, 9]] {
        let call = Call { program: loader::ID, program_data: None, accounts: vec![vault], data };
        let draft = call.draft(&community);
        check_refused(&mut community, draft.instruction(), GovError::UpgradeUnseen);
        let series = Calls(vec![call]).draft(&community);
        check_refused(&mut community, series.instruction(), GovError::UpgradeUnseen);
    }
}

#[test]
fn replacing_every_rule_takes_the_entrenched_threshold() {
    use quantumagi_rules::action::{FLAG_SIGNER, FLAG_WRITABLE, InvokeAccount};
    let mut community = Founding::default().found();
    let own_code = Address::find_program_address(&[PROGRAM_ID.as_ref()], &loader::ID).0;
    let vault = community.vault;
    let mut upgrade = Upgrade::prepared(&mut community);
    (upgrade.program, upgrade.program_data) = (PROGRAM_ID, own_code);
    // As it is where it can be upgraded at all.
    assert_eq!(community.account(&PROGRAM_ID).unwrap().owner, loader::ID);
    upgrade.set_authority(&mut community, Some(vault));
    let proposal = community.create(&upgrade.draft(&community));
    assert_eq!(community.proposal(&proposal).threshold_bps, 7_600);
    // So does handing the power to do it to somebody else.
    let account = |address: &Address, flags| InvokeAccount { address: address.to_bytes(), flags };
    let accounts = vec![account(&own_code, FLAG_WRITABLE), account(&vault, FLAG_SIGNER), account(&person("thief"), 0)];
    let call = Call { program: loader::ID, program_data: None, accounts, data: vec![4, 0, 0, 0] };
    let proposal = community.create(&call.draft(&community));
    assert_eq!(community.proposal(&proposal).threshold_bps, 7_600);
    let proposal = community.create(&Calls(vec![call]).draft(&community));
    assert_eq!(community.proposal(&proposal).threshold_bps, 7_600);
}
