//! Anybody replaces the code of a program by what was voted on; the vault, its upgrade authority, signs.
//!
//! Specification
//! 1. Program, buffer and the recipient of what the buffer has left shall be what was voted on (X1), inside the window,
//!    once (X4).
//! 2. The buffer shall hold the code that was voted on: a buffer changed after the vote is refused.
//! 3. The program shall still be the one that was there when the vote began: one upgraded since is refused (X2).
//! 4. The proposal shall be spent before the upgrade (X5).

use anchor_lang::prelude::*;
use pinocchio::instruction::InstructionAccount;
use quantumagi_rules::{
    action::{Action, InvokeAccounts},
    emergency::gates::Gate,
    guardrail::Deed,
};

use crate::{
    error::GovError,
    guard::Guarded,
    instructions::VaultOrder,
    mandate::now,
    program_pin::{hash_in_buffer, upgradeable, LOADER_UPGRADEABLE},
    vault::call_signed,
};

/// Tag of `Upgrade`. Source: `solana_loader_v3_interface::instruction::UpgradeableLoaderInstruction`.
const UPGRADE: [u8; 4] = [3, 0, 0, 0];

impl VaultOrder {
    /// The program is the one that is upgraded. Behind the declared accounts: the buffer with the new code, whose authority
    /// is the vault, too; who gets the lamports that it has left; the rent and the clock, which the loader wants to see; and
    /// the loader.
    pub fn upgrade(&mut self, buffer_hash: [u8; 32], views: &[AccountView]) -> Result<()> {
        let [buffer, spill, rent, clock, loader] = views else { return Err(GovError::WrongSubject.into()) };
        require!(*loader.address() == LOADER_UPGRADEABLE && self.payload.is_none(), GovError::WrongSubject);
        let (program, vault) = (self.program.account(), self.vault.account());
        let program_data = self.program_data.as_ref().ok_or(GovError::ProgramNotPinned)?.account();
        let deploy_slot = upgradeable(program, program_data, vault.address())?;
        let action = Action::ProgramUpgrade {
            program: program.address().to_bytes(),
            buffer: buffer.address().to_bytes(),
            buffer_hash,
            spill: spill.address().to_bytes(),
        };
        let proposal_address = *self.proposal.address();
        let now = now()?;
        self.constitution.check_open::<{ Gate::ProgramUpgrade as u8 }>(now)?;
        self.proposal.execute(proposal_address, &action, deploy_slot, &self.constitution, now)?;
        require!(hash_in_buffer(buffer)? == buffer_hash, GovError::BufferChanged);

        let accounts = [
            InstructionAccount::writable(program_data.address()),
            InstructionAccount::writable(program.address()),
            InstructionAccount::writable(buffer.address()),
            InstructionAccount::writable(spill.address()),
            InstructionAccount::readonly(rent.address()),
            InstructionAccount::readonly(clock.address()),
            InstructionAccount::readonly_signer(vault.address()),
        ];
        let views = [*program_data, *program, *buffer, *spill, *rent, *clock, *vault];
        let deeds = [
            Deed::Call { program: LOADER_UPGRADEABLE.as_array(), accounts: InvokeAccounts::default() },
            Deed::Write { account: program.address().as_array() },
            Deed::Write { account: program_data.address().as_array() },
            Deed::Write { account: buffer.address().as_array() },
            Deed::Write { account: spill.address().as_array() },
        ];
        let guarded = Guarded::begin(&self.constitution, self.guardrails.as_mut(), vault, &views, &deeds)?;
        call_signed(&self.constitution, &LOADER_UPGRADEABLE, &accounts, &views, &UPGRADE)?;
        guarded.settle(&mut self.proposal, now)
    }
}
