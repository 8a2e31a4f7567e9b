//! `program_upgrade`: a program whose upgrade authority is the vault gets the code that was voted on.

use quantumagi_interface::digest::sha256;
use solana_account::Account;
use solana_instruction::AccountMeta;
use solana_sdk_ids::{bpf_loader_upgradeable as loader, sysvar};

use crate::support::*;

const MEMO: Address = Address::from_str_const("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr");

/// A program of the vault, and a buffer with other code for it.
#[derive(Clone)]
pub struct Upgrade {
    pub program: Address,
    pub program_data: Address,
    pub buffer: Address,
    pub code: Vec<u8>,
    pub spill: Address,
}

/// What the loader keeps of a buffer: tag, authority, code.
fn buffer_data(authority: &Address, code: &[u8]) -> Vec<u8> {
    [&[1, 0, 0, 0, 1][..], authority.as_ref(), code].concat()
}

impl Upgrade {
    /// The program is this one, as large as its code; the new code is SPL Memo.
    pub fn prepared(community: &mut Community) -> Self {
        let program_address = person("the commons' program");
        community.svm.add_program(program_address, program()).expect("the program loads");
        let program_data = Address::find_program_address(&[program_address.as_ref()], &loader::ID).0;
        let code = community.account(&MEMO).expect("LiteSVM comes with SPL Memo").data;
        let (vault, buffer) = (community.vault, person("buffer"));
        let upgrade = Self { program: program_address, program_data, buffer, code, spill: person("bob") };
        upgrade.set_authority(community, Some(vault));
        upgrade.set_buffer(community, &vault, &upgrade.code);
        community.redeploy(&program_data, 0);
        // The loader replaces no code in the slot in which it was deployed.
        community.pass_slots(1);
        upgrade
    }

    fn set_authority(&self, community: &mut Community, authority: Option<Address>) {
        let mut account = community.account(&self.program_data).unwrap();
        account.data[12] = u8::from(authority.is_some());
        account.data[13..45].copy_from_slice(authority.unwrap_or_default().as_ref());
        community.put(&self.program_data, account);
    }

    fn set_buffer(&self, community: &mut Community, authority: &Address, code: &[u8]) {
        let data = buffer_data(authority, code);
        let lamports = community.rent(data.len());
        community.put(&self.buffer, Account { lamports, data, owner: loader::ID, ..Account::default() });
    }

    fn action(&self) -> Action<'static> {
        Action::ProgramUpgrade {
            program: self.program.to_bytes(),
            buffer: self.buffer.to_bytes(),
            buffer_hash: sha256(&self.code),
            spill: self.spill.to_bytes(),
        }
    }

    fn draft(&self, community: &Community) -> Draft {
        let mut draft = community.draft(&self.action());
        draft.programs = vec![self.program, self.program_data];
        draft
    }

    pub fn approved(&self, community: &mut Community) -> Address {
        let proposal = community.create(&self.draft(community));
        community.approve(&proposal);
        proposal
    }

    pub fn execute(&self, community: &Community, proposal: Address) -> Instruction {
        let (constitution, vault) = (community.constitution, community.vault);
        let (program, program_data) = (self.program, Some(self.program_data));
        let accounts = ix::ProgramUpgrade {
            constitution,
            proposal,
            vault,
            program,
            program_data,
            payload: None,
            guardrails: None,
        };
        let mut instruction = accounts.instruction(sha256(&self.code));
        for slot in [3, 4] {
            instruction.accounts[slot].is_writable = true;
        }
        instruction.accounts.extend([
            AccountMeta::new(self.buffer, false),
            AccountMeta::new(self.spill, false),
            AccountMeta::new_readonly(sysvar::rent::ID, false),
            AccountMeta::new_readonly(sysvar::clock::ID, false),
            AccountMeta::new_readonly(loader::ID, false),
        ]);
        instruction
    }

    /// The code that is deployed, as long as the new one.
    fn deployed(&self, community: &Community) -> Vec<u8> {
        community.account(&self.program_data).unwrap().data[45..][..self.code.len()].to_vec()
    }
}

fn approved() -> (Community, Upgrade, Address) {
    let mut community = Founding::default().found();
    let upgrade = Upgrade::prepared(&mut community);
    let proposal = upgrade.approved(&mut community);
    (community, upgrade, proposal)
}

#[test]
fn x4_a_program_of_the_vault_is_upgraded_to_the_code_that_was_voted_on_once() {
    let (mut community, upgrade, proposal) = approved();
    let stored = community.proposal(&proposal);
    assert_eq!((stored.action, stored.subject, stored.threshold_bps), (14, upgrade.program, 6_500));
    assert_ne!(upgrade.deployed(&community), upgrade.code);
    let execute = upgrade.execute(&community, proposal);
    let done = community.send(execute.clone());
    let Event::ProposalExecuted(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.proposal, event.digest), (proposal, stored.execution_digest));
    assert_eq!(upgrade.deployed(&community), upgrade.code);
    assert!(community.lamports(&upgrade.spill) > 0, "what the buffer had left");
    // New code runs from the next slot on: what was no memo program before is one now.
    community.svm.warp_to_slot(3);
    community.send(Instruction { program_id: upgrade.program, accounts: Vec::new(), data: b"we agree".to_vec() });
    assert_eq!(community.account(&upgrade.buffer).map_or(0, |account| account.lamports), 0);
    upgrade.set_buffer(&mut community, &stored.constitution, &upgrade.code);
    check_refused(&mut community, execute, GovError::AlreadyFinal);
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
