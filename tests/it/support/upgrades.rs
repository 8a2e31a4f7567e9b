//! A program handed to the vault, and new code for it in a buffer.

use quantumagi_interface::{Address, Instruction, digest::sha256, instructions as ix};
use quantumagi_rules::action::Action;
use solana_account::Account;
use solana_instruction::AccountMeta;
use solana_sdk_ids::{bpf_loader_upgradeable as loader, sysvar};

use super::till::{SAMPLE, next_sample, sample};
use super::{Community, Draft, person};

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
    /// The program is the sample under programs/, the new code its next version.
    pub fn prepared(community: &mut Community) -> Self {
        Self::prepared_with(community, next_sample())
    }

    /// The same with other code for it. The sample was deployed with room for it.
    pub fn prepared_with(community: &mut Community, code: Vec<u8>) -> Self {
        let mut deployed = sample();
        deployed.resize(code.len().max(deployed.len()), 0);
        community.svm.add_program(SAMPLE, &deployed).expect("the program loads");
        let program_data = Address::find_program_address(&[SAMPLE.as_ref()], &loader::ID).0;
        let (vault, buffer) = (community.vault, person("buffer"));
        let upgrade = Self { program: SAMPLE, program_data, buffer, code, spill: person("spill") };
        upgrade.set_authority(community, Some(vault));
        upgrade.set_buffer(community, &vault, &upgrade.code);
        community.redeploy(&program_data, 0);
        // The loader replaces no code in the slot in which it was deployed.
        community.pass_slots(1);
        upgrade
    }

    pub fn set_authority(&self, community: &mut Community, authority: Option<Address>) {
        let mut account = community.account(&self.program_data).unwrap();
        account.data[12] = u8::from(authority.is_some());
        account.data[13..45].copy_from_slice(authority.unwrap_or_default().as_ref());
        community.put(&self.program_data, account);
    }

    pub fn set_buffer(&self, community: &mut Community, authority: &Address, code: &[u8]) {
        let data = buffer_data(authority, code);
        let lamports = community.rent(data.len());
        community.put(&self.buffer, Account { lamports, data, owner: loader::ID, ..Account::default() });
    }

    pub fn action(&self) -> Action<'static> {
        Action::ProgramUpgrade {
            program: self.program.to_bytes(),
            buffer: self.buffer.to_bytes(),
            buffer_hash: sha256(&self.code),
            spill: self.spill.to_bytes(),
        }
    }

    pub fn draft(&self, community: &Community) -> Draft {
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
    pub fn deployed(&self, community: &Community) -> Vec<u8> {
        community.account(&self.program_data).unwrap().data[45..][..self.code.len()].to_vec()
    }
}
