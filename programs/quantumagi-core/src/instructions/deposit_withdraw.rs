//! The owner takes tokens out of the deposit, at any time but while a vote they back can still change.
//!
//! Specification
//! 1. Fresh tokens shall be free at all times; matured ones when no vote they back can change any more (W5).
//! 2. Weight for no proposal shall rise. Nothing but the lock shall stop it: no pause, no vote, no authority (E6).

use anchor_lang::prelude::*;
use quantumagi_rules::Weight;

use super::deposit_accounts::*;
use crate::{error::GovError, events::DepositWithdrawn, mandate::now};

impl DepositTransfer {
    /// `deposit_withdraw`.
    pub fn withdraw(&mut self, amount: u64) -> Result<()> {
        let now = now()?;
        let tokens = &mut *self.tokens;
        let after = self.deposit.holding().with_withdrawn(Weight(amount), now).map_err(GovError::from)?;
        tokens.pool.apply(&mut self.deposit, &after)?;
        let event = DepositWithdrawn {
            constitution: *tokens.constitution.address(),
            sequence: tokens.constitution.chain.sequence,
            at: now.0,
            deposit: *self.deposit.address(),
            amount,
            destination: *self.token_account.address(),
        };
        tokens.constitution.chain.record(&event)?;
        tokens.pay(self.token_account.cpi_handle_mut(), amount)?;
        tokens.check_covered()
    }
}
