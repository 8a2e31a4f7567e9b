//! Anybody makes the payment from the vault that was voted on, exactly and once.
//!
//! Specification
//! 1. Recipient and amount shall be what was voted on (X1), inside the window, once (X4).
//! 2. The proposal shall be spent before the payment (X5).
//! 3. What leaves the vault shall stay within every guardrail (M3).

use anchor_lang::prelude::*;
use pinocchio::cpi::{Seed, Signer as CpiSigner};
use pinocchio_system::instructions::Transfer;
use quantumagi_rules::{action::Action, emergency::gates::Gate};

use crate::{
    error::GovError,
    guard::{in_force, Holdings},
    mandate::{execute, now},
    state::{Constitution, Guardrails, Proposal},
    vault::VaultSeeds,
};

#[derive(Accounts)]
pub struct VaultTransfer {
    pub constitution: Account<Constitution>,
    /// The approved proposal that orders the payment.
    #[account(mut)]
    pub proposal: Account<Proposal>,
    #[account(mut, constraint = *vault.address() == constitution.vault @ GovError::WrongVault)]
    pub vault: UncheckedAccount,
    /// Who is paid.
    #[account(mut)]
    pub recipient: UncheckedAccount,
    /// The guardrails, where there are any.
    #[account(mut)]
    pub guardrails: Option<Account<Guardrails>>,
    pub system_program: Program<System>,
}

impl VaultTransfer {
    pub fn handler(&mut self, lamports: u64) -> Result<()> {
        let action = Action::TransferLamports { recipient: self.recipient.address().to_bytes(), lamports };
        let now = now()?;
        self.constitution.check_open::<{ Gate::VaultTransfer as u8 }>(now)?;
        execute(&mut self.proposal, &self.constitution, &action, now)?;
        let guarded = match in_force(&self.constitution, self.guardrails.as_mut())? {
            Some(guardrails) => {
                guardrails.check_write(self.vault.address())?;
                guardrails.check_write(self.recipient.address())?;
                let before = Holdings::now(guardrails, self.vault.account(), &[])?;
                Some((guardrails, before))
            }
            None => None,
        };
        let seeds = VaultSeeds::new(&self.constitution);
        // Pinocchio's call, not Anchor's: the same instruction, built on the stack for fewer compute units.
        Transfer { from: self.vault.account(), to: self.recipient.account(), lamports }
            .invoke_signed(&[CpiSigner::from(&seeds.as_slices().map(Seed::from))])?;
        let Some((guardrails, before)) = guarded else { return Ok(()) };
        before.settle(guardrails, &mut self.proposal, now)
    }
}
