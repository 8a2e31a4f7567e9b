//! The payer closes a token electorate that is empty and not needed, and gets the rent back.
//!
//! Specification
//! 1. It shall be neither the electorate in force nor bound to a proposal, and no deposit shall hold anything (A5).
//! 2. The rent of pool and vault shall go to the payer (A6). Tokens that somebody sent to the vault without depositing
//!    them cannot hold that up (L7): they go to the treasury.

use anchor_lang::prelude::*;
use anchor_spl::token_interface::{close_account, CloseAccount, TokenAccount};

// All of it: a nested list of accounts brings generated modules of its own.
use super::deposit_accounts::*;
use crate::{error::GovError, events::DepositPoolClosed, mandate::now};

#[derive(Accounts)]
pub struct DepositPoolClose {
    /// Created the pool, and is paid back.
    #[account(mut, constraint = *payer.address() == tokens.pool.payer @ GovError::NotPayer)]
    pub payer: Signer,
    pub tokens: Nested<PoolTokens>,
    /// A token account of the constitution's vault, for tokens that nobody deposited.
    #[account(mut, constraint = *treasury.owner() == tokens.constitution.vault @ GovError::WrongVault)]
    pub treasury: Option<InterfaceAccount<TokenAccount>>,
}

impl DepositPoolClose {
    pub fn handler(&mut self) -> Result<()> {
        let PoolTokens { constitution, pool, pool_vault, .. } = &mut *self.tokens;
        let address = *pool.address();
        let is_needed = constitution.electorate == address || pool.bound_proposals > 0;
        require!(!is_needed, GovError::PoolInUse);
        require!(pool.total == 0, GovError::PoolNotEmpty);
        let surplus = pool_vault.amount();
        let event = DepositPoolClosed {
            constitution: pool.constitution,
            sequence: constitution.chain.sequence,
            at: now()?.0,
            pool: address,
            payer: pool.payer,
            surplus,
        };
        constitution.chain.record(&event)?;
        if surplus > 0 {
            let treasury = self.treasury.as_mut().ok_or(GovError::TreasuryAccountMissing)?;
            self.tokens.pay(treasury.cpi_handle_mut(), surplus)?;
        }
        let tokens = &mut *self.tokens;
        let seeds = PoolSeeds::new(&tokens.pool);
        let call = CpiContext::new(
            tokens.token_program.address(),
            CloseAccount {
                account: tokens.pool_vault.cpi_handle_mut(),
                destination: self.payer.cpi_handle_mut(),
                authority: tokens.pool.cpi_handle(),
            },
        );
        close_account(call.with_signer(&[&seeds.as_slices()]))?;
        tokens.pool.close(*self.payer.account())
    }
}
