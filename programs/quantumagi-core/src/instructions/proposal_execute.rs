//! Anybody calls the one instruction of another program that was voted on; the vault signs it.
//!
//! Policies, principles, rosters, the text and payments are executed by the instruction of their own name, which takes
//! the proposal as its mandate. This one is for everything else.
//!
//! Specification
//! 1. Program, accounts, flags, order, data and the called program's deploy slot shall be what was voted on (X1, X2).
//! 2. The proposal shall be spent before the call (X5), and once (X4).
//! 3. Only the vault shall sign; the executor's signature goes nowhere (X6, X7).
//! 4. No guardrail shall forbid the program or a writable account, and what the call took from the vault, measured before
//!    and after it, shall stay within every guardrail (M3).
//! 5. The vault shall still be a plain account afterwards (X8).

use anchor_lang::prelude::*;
use quantumagi_rules::{
    action::{encode_accounts, Action, InvokeAccount, InvokeAccounts, FLAG_SIGNER, FLAG_WRITABLE},
    emergency::gates::Gate,
    guardrail::Deed,
};

extern crate alloc;
use alloc::vec::Vec;

use crate::{
    error::GovError,
    guard::{in_force, Holdings},
    mandate::now,
    program_pin::deploy_slot,
    state::{Constitution, Guardrails, Proposal},
    vault::VaultSeeds,
};

/// The accounts behind the declared ones are those of the called instruction, in its order.
#[derive(Accounts)]
pub struct ProposalExecute {
    #[account(constraint = proposal.constitution == *constitution.address() @ GovError::WrongConstitution)]
    pub constitution: Account<Constitution>,
    #[account(mut)]
    pub proposal: Account<Proposal>,
    /// Signs. Read-only here, because the called instruction may list it as writable.
    #[account(constraint = *vault.address() == constitution.vault @ GovError::WrongVault)]
    pub vault: UncheckedAccount,
    /// The program that is called.
    pub program: UncheckedAccount,
    /// The account that holds the program's code, where the program can be upgraded.
    pub program_data: Option<UncheckedAccount>,
    /// The guardrails, where there are any.
    #[account(mut)]
    pub guardrails: Option<Account<Guardrails>>,
}

impl ProposalExecute {
    pub fn handler(&mut self, flags: &[u8], data: &[u8], mut views: Vec<AccountView>) -> Result<()> {
        require!(flags.len() == views.len(), GovError::DigestMismatch);
        let deploy_slot = deploy_slot(self.program.account(), self.program_data.as_ref().map(|data| data.account()))?;
        let accounts: Vec<InvokeAccount> = views
            .iter()
            .zip(flags)
            .map(|(view, flags)| InvokeAccount { address: view.address().to_bytes(), flags: *flags })
            .collect();
        let bytes = encode_accounts(&accounts);
        let invoked = InvokeAccounts::new(&bytes).map_err(GovError::from)?;
        let action = Action::Invoke { program: self.program.address().to_bytes(), accounts: invoked, data };
        let now = now()?;
        self.constitution.check_open::<{ Gate::ProposalExecute as u8 }>(now)?;
        let proposal = *self.proposal.address();
        self.proposal.execute(proposal, &action, deploy_slot, &self.constitution, now)?;
        let guarded = match in_force(&self.constitution, self.guardrails.as_mut())? {
            Some(guardrails) => {
                let call = Deed::Call { program: self.program.address().as_array(), accounts: invoked };
                guardrails.check_each(|guardrail| guardrail.check_proposed(call))?;
                let before = Holdings::now(guardrails, self.vault.account(), &views)?;
                Some((guardrails, before))
            }
            None => None,
        };

        let instruction = anchor_lang::solana_program::instruction::Instruction {
            program_id: *self.program.address(),
            accounts: accounts.iter().map(meta).collect(),
            data: data.to_vec(),
        };
        let mut handles: Vec<CpiHandle> = Vec::with_capacity(views.len());
        for (view, account) in views.iter_mut().zip(&accounts) {
            handles.push(if account.flags & FLAG_WRITABLE == 0 {
                CpiHandle::readonly(view)
            } else {
                view.try_to_cpi_handle_mut()?.into()
            });
        }
        let seeds = VaultSeeds::new(&self.constitution);
        anchor_lang::solana_program::program::invoke_signed(&instruction, &handles, &[&seeds.as_slices()])?;
        let vault = self.vault.account();
        let is_plain = vault.owned_by(&System::id()) && vault.data_len() == 0;
        require!(is_plain, GovError::VaultSeized);
        let Some((guardrails, before)) = guarded else { return Ok(()) };
        before.settle(guardrails, &mut self.proposal, now)
    }
}

fn meta(account: &InvokeAccount) -> AnchorAccountMeta {
    AnchorAccountMeta {
        pubkey: Address::new_from_array(account.address),
        is_signer: account.flags & FLAG_SIGNER != 0,
        is_writable: account.flags & FLAG_WRITABLE != 0,
    }
}
