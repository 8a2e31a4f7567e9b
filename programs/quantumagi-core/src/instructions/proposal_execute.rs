//! Anybody calls the next instruction of other programs that was voted on; the vault signs it.
//!
//! Policies, principles, rosters, the text and payments are executed by the instruction of their own name, which takes
//! the proposal as its mandate. This one is for everything else: one instruction, or one after the other of a series, in
//! as many transactions as it takes. What is still to be done is a digest in the proposal; the caller shows the next
//! instruction and the digest of the rest.
//!
//! Specification
//! 1. Program, accounts, flags, order, data and the called program's deploy slot shall be what was voted on (X1, X2).
//! 2. Each instruction shall be called once and in order, inside the window (X4); it shall be spent before the call (X5).
//! 3. Only the vault shall sign; the executor's signature goes nowhere (X6, X7).
//! 4. No guardrail shall forbid the program or a writable account, and what the call took from the vault, measured before
//!    and after it, shall stay within every guardrail (M3).
//! 5. The vault and its token accounts shall be as free afterwards as they were before (X8).

use anchor_lang::prelude::*;
use pinocchio::instruction::InstructionAccount;
use quantumagi_rules::{
    action::{Action, Invocation, InvokeAccounts, FLAG_SIGNER, FLAG_WRITABLE, INVOKE_ACCOUNT_BYTES},
    emergency::gates::Gate,
    guardrail::Deed,
};

extern crate alloc;
use alloc::vec::Vec;

use crate::{
    custody::Custody,
    error::GovError,
    guard::Guarded,
    instructions::VaultOrder,
    mandate::now,
    program_pin::deploy_slot,
    state::{bytes_of, Payload},
    vault::call_signed,
};

impl VaultOrder {
    /// The accounts behind the declared ones are those of the called instruction, in its order.
    pub fn call_step(&mut self, rest: [u8; 32], flags: &[u8], data: &[u8], views: &[AccountView]) -> Result<()> {
        let deploy_slot = deploy_slot(self.program.account(), self.program_data.as_ref().map(|data| data.account()))?;
        let shown;
        let invocation = match &self.payload {
            None => {
                shown = accounts_shown(views, flags)?;
                let accounts = InvokeAccounts::new(&shown).map_err(GovError::from)?;
                Invocation { program: self.program.address().to_bytes(), accounts, data }
            }
            Some(payload) => {
                require!(flags.is_empty() && data.is_empty(), GovError::PayloadNotNeeded);
                let step = usize::from(self.proposal.steps_done);
                step_in(payload, step, self.program.address(), views)?
            }
        };
        let flags = || invocation.accounts.as_bytes().iter().copied().step_by(INVOKE_ACCOUNT_BYTES);
        let custody = Custody::before(self.vault.account(), views, flags())?;
        let proposal_address = *self.proposal.address();
        let now = now()?;
        self.constitution.check_open::<{ Gate::ProposalExecute as u8 }>(now)?;
        self.proposal.execute_step(proposal_address, &invocation, deploy_slot, rest, &self.constitution, now)?;

        let metas: Vec<InstructionAccount> = views
            .iter()
            .zip(flags())
            .map(|(view, flags)| {
                InstructionAccount::new(view.address(), flags & FLAG_WRITABLE != 0, flags & FLAG_SIGNER != 0)
            })
            .collect();
        let deed = Deed::Call { program: &invocation.program, accounts: invocation.accounts };
        let guarded =
            Guarded::begin(&self.constitution, self.guardrails.as_mut(), self.vault.account(), views, &[deed])?;
        call_signed(&self.constitution, self.program.address(), &metas, views, invocation.data)?;
        custody.check_after(views)?;
        guarded.settle(&mut self.proposal, now)
    }
}

/// The accounts passed, with the flags given for them, in canonical bytes.
fn accounts_shown(views: &[AccountView], flags: &[u8]) -> Result<Vec<u8>> {
    require!(flags.len() == views.len(), GovError::DigestMismatch);
    let mut bytes = Vec::with_capacity(views.len().saturating_mul(INVOKE_ACCOUNT_BYTES));
    for (view, flags) in views.iter().zip(flags) {
        bytes.push(*flags);
        bytes.extend_from_slice(view.address().as_ref());
    }
    Ok(bytes)
}

/// The instruction that comes next in a payload, where it is one of this program with these accounts.
#[inline(never)]
fn step_in<'a>(payload: &'a Payload, step: usize, program: &Address, views: &[AccountView]) -> Result<Invocation<'a>> {
    let action = Action::decode(bytes_of(payload)).map_err(GovError::from)?;
    let invocation = action.invocations().nth(step).ok_or(GovError::DigestMismatch)?;
    let Invocation { program: called, accounts, .. } = &invocation;
    let mut pairs = views.iter().zip(accounts.iter());
    let is_shown = accounts.len() == views.len()
        && *called == program.to_bytes()
        && pairs.all(|(view, account)| view.address().to_bytes() == account.address);
    require!(is_shown, GovError::DigestMismatch);
    Ok(invocation)
}
