//! The owner puts tokens into the deposit. They are fresh: they weigh nothing before they mature.
//!
//! Specification
//! 1. The owner shall sign: somebody else's tokens would make the owner's fresh ones wait anew.
//! 2. Fresh tokens that could mature now shall mature first, because adding begins the wait anew (W2).
//! 3. The vault shall hold at least what all deposits add up to.

use anchor_lang::prelude::*;
use anchor_spl::token_interface::{transfer_checked, TransferChecked};
use quantumagi_rules::{emergency::gates::Gate, Weight};

use super::deposit_accounts::*;
use crate::{error::GovError, events::DepositAdded, mandate::now};

impl DepositTransfer {
    /// `deposit_add`.
    pub fn add(&mut self, amount: u64) -> Result<()> {
        let now = now()?;
        self.tokens.constitution.check_open::<{ Gate::DepositAdd as u8 }>(now)?;
        let tokens = &mut *self.tokens;
        let maturity = tokens.pool.maturity_seconds;
        let after = self.deposit.holding().with_added(Weight(amount), maturity, now).map_err(GovError::from)?;
        tokens.pool.apply(&mut self.deposit, &after)?;
        let event = DepositAdded {
            constitution: *tokens.constitution.address(),
            sequence: tokens.constitution.chain.sequence,
            at: now.0,
            deposit: *self.deposit.address(),
            amount,
        };
        tokens.constitution.chain.record(&event)?;
        let call = CpiContext::new(
            tokens.token_program.address(),
            TransferChecked {
                from: self.token_account.cpi_handle_mut(),
                mint: tokens.mint.cpi_handle(),
                to: tokens.pool_vault.cpi_handle_mut(),
                authority: self.owner.cpi_handle(),
            },
        );
        transfer_checked(call, amount, tokens.pool.decimals)?;
        tokens.check_covered()
    }
}
