//! Lists of accounts that more than one instruction about deposits takes.

use anchor_lang::prelude::*;
use anchor_spl::token_interface::{transfer_checked, TokenAccount, TransferChecked};

use crate::{
    error::GovError,
    seeds,
    state::{Constitution, Deposit, DepositPool},
};

/// A deposit, and who wants something of it.
#[derive(Accounts)]
pub struct DepositChange {
    /// The owner, the payer or anybody, as the instruction says.
    pub authority: Signer,
    #[account(mut)]
    pub constitution: Account<Constitution>,
    /// The deposit.
    #[account(mut, constraint = deposit.constitution == *constitution.address() @ GovError::WrongConstitution)]
    pub deposit: Account<Deposit>,
}

/// A pool with what moves its tokens.
#[derive(Accounts)]
pub struct PoolTokens {
    #[account(mut)]
    pub constitution: Account<Constitution>,
    /// The pool.
    #[account(mut, constraint = pool.constitution == *constitution.address() @ GovError::WrongConstitution)]
    pub pool: Account<DepositPool>,
    /// Holds all deposits.
    #[account(mut, constraint = *pool_vault.address() == pool.vault @ GovError::WrongTokenAccount)]
    pub pool_vault: InterfaceAccount<TokenAccount>,
    /// The pool's mint. The token program reads it.
    #[account(constraint = *mint.address() == pool.mint @ GovError::WrongTokenAccount)]
    pub mint: UncheckedAccount,
    /// The mint's program.
    #[account(constraint = *token_program.address() == pool.token_program @ GovError::WrongTokenAccount)]
    pub token_program: UncheckedAccount,
}

impl PoolTokens {
    /// Sends tokens out of the vault. State is written before.
    ///
    /// # Errors
    /// What the token program refuses.
    #[inline(never)]
    pub fn pay(&mut self, to: CpiHandleMut, amount: u64) -> Result<()> {
        let seeds = PoolSeeds::new(&self.pool);
        let call = CpiContext::new(
            self.token_program.address(),
            TransferChecked {
                from: self.pool_vault.cpi_handle_mut(),
                mint: self.mint.cpi_handle(),
                to,
                authority: self.pool.cpi_handle(),
            },
        );
        transfer_checked(call.with_signer(&[&seeds.as_slices()]), amount, self.pool.decimals)
    }

    /// # Errors
    /// [`GovError::InvariantBroken`] where the vault holds less than what was deposited.
    pub fn check_covered(&self) -> Result<()> {
        require!(self.pool_vault.amount() >= self.pool.total, GovError::InvariantBroken);
        Ok(())
    }
}

/// Tokens between the owner of a deposit and its pool.
#[derive(Accounts)]
pub struct DepositTransfer {
    /// The deposit's owner.
    pub owner: Signer,
    pub tokens: Nested<PoolTokens>,
    /// The deposit.
    #[account(
        mut,
        constraint = deposit.pool == *tokens.pool.address() @ GovError::WrongPool,
        constraint = deposit.owner == *owner.address() @ GovError::NotDepositOwner
    )]
    pub deposit: Account<Deposit>,
    /// Where the tokens come from or go to. The token program checks whose it is.
    #[account(mut)]
    pub token_account: UncheckedAccount,
}

/// Seeds with which a pool signs for its vault.
pub struct PoolSeeds {
    constitution: Address,
    version: [u8; 4],
    bump: [u8; 1],
}

impl PoolSeeds {
    /// Of this pool.
    pub fn new(pool: &DepositPool) -> Self {
        Self { constitution: pool.constitution, version: pool.version.to_le_bytes(), bump: [pool.bump] }
    }

    /// As the runtime wants them.
    pub fn as_slices(&self) -> [&[u8]; 4] {
        [seeds::POOL, self.constitution.as_ref(), &self.version, &self.bump]
    }
}
