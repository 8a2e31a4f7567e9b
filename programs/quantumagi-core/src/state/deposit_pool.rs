//! A token electorate: who may deposit what, and what all deposits add up to.

use anchor_lang::prelude::*;
use quantumagi_rules::{
    deposit::{electorate_weight, Holding, PoolTotals},
    Weight,
};

use super::Deposit;
use crate::error::GovError;

/// A deposit pool. Created by the founder before the seal and by anybody after it, adopted by the founder or by vote,
/// closed by its payer when it is empty and not needed. Its terms never change.
///
/// Seeds: `"pool"`, constitution, version (u32, little endian).
#[account]
pub struct DepositPool {
    /// The constitution it belongs to.
    pub constitution: Address,
    /// Who created and paid for it, and is paid back when it is closed.
    pub payer: Address,
    /// Whose tokens weigh.
    pub mint: Address,
    /// The program of that mint: SPL Token or Token-2022.
    pub token_program: Address,
    /// The token account that holds all deposits. Seeds: `"pool_vault"`, pool. The pool signs for it.
    pub vault: Address,
    /// Tokens in all deposits, base units. The vault holds at least as many.
    pub total: u64,
    /// Of these, what counts for proposals created now.
    pub matured_total: u64,
    /// What a proposal's shares are counted against at least, base units: a pool that most have left decides nothing.
    pub floor: u64,
    /// Its version among the constitution's electorates that are no rosters, from 1.
    pub version: u32,
    /// Index of the next deposit that matures for the first time. Never reused.
    pub next_index: u32,
    /// How long fresh tokens wait, seconds: 3,600 to 7,776,000.
    pub maturity_seconds: u32,
    /// Proposals that this electorate votes on and that are not closed.
    pub bound_proposals: u32,
    /// The mint's decimals.
    pub decimals: u8,
    /// Layout of this account.
    pub layout_version: u8,
    /// Canonical bump of this address.
    pub bump: u8,
    /// Zero. Fills the last eight bytes.
    pub reserved: [u8; 5],
}

impl DepositPool {
    /// Writes a deposit that the rules changed, and what that changes in the totals.
    ///
    /// # Errors
    /// [`GovError::InvariantBroken`] where the deposit was never part of the totals.
    pub fn apply(&mut self, deposit: &mut Deposit, after: &Holding) -> Result<()> {
        let totals = PoolTotals { total: Weight(self.total), matured: Weight(self.matured_total) };
        let totals = totals.with_change(&deposit.holding(), after).ok_or(GovError::InvariantBroken)?;
        (self.total, self.matured_total) = (totals.total.0, totals.matured.0);
        deposit.set_holding(after);
        Ok(())
    }

    /// What a proposal created now is counted against.
    pub fn electorate_weight(&self) -> u64 {
        electorate_weight(Weight(self.matured_total), Weight(self.floor)).0
    }

    /// Takes the index of a deposit that matures for the first time.
    ///
    /// # Errors
    /// [`GovError::Overflow`] after 2^32 - 1 deposits: the last number means none.
    pub fn take_index(&mut self) -> Result<u32> {
        let index = self.next_index;
        self.next_index = index.checked_add(1).ok_or(GovError::Overflow)?;
        Ok(index)
    }
}
