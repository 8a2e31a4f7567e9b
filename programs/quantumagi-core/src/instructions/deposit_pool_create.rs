//! Creates a token electorate: the founder before the seal, anybody after it. Only a vote makes it the electorate then.
//!
//! Specification
//! 1. Nobody shall have power over the mint's tokens but their holders: see `quantumagi_rules::mint`. A mint keeps the
//!    extensions it was made with, and a freeze authority that is given up never returns.
//! 2. Maturity and floor shall lie within their bounds, and never change (L2, W2).

use anchor_lang::{create_account_with_signers, prelude::*};
use anchor_spl::token_interface::{initialize_account3, InitializeAccount3, Mint, TokenInterface};
use quantumagi_rules::{
    deposit::check_terms,
    mint::{check_mint, MintError},
    Weight,
};

use crate::{
    error::GovError,
    events::DepositPoolCreated,
    mandate::now,
    seeds,
    state::{Constitution, DepositPool, LAYOUT_VERSION},
};

/// Length of a token account without extensions.
const TOKEN_ACCOUNT_BYTES: usize = 165;

#[derive(Accounts)]
pub struct DepositPoolCreate {
    /// Creates and pays.
    #[account(mut)]
    pub payer: Signer,
    #[account(mut)]
    pub constitution: Account<Constitution>,
    /// Whose tokens will weigh.
    pub mint: InterfaceAccount<Mint>,
    /// The pool.
    #[account(
        init,
        payer = payer,
        seeds = [seeds::POOL, constitution, &constitution.next_electorate_version.to_le_bytes()],
        bump
    )]
    pub pool: Account<DepositPool>,
    /// Will hold all deposits; the pool signs for it. Created by the handler, once the mint has been looked at.
    #[account(mut, seeds = [seeds::POOL_VAULT, pool], bump)]
    pub pool_vault: UncheckedAccount,
    /// The mint's program: SPL Token or Token-2022.
    pub token_program: Interface<'static, TokenInterface>,
    pub system_program: Program<System>,
}

impl DepositPoolCreate {
    pub fn handler(&mut self, bumps: &DepositPoolCreateBumps, maturity_seconds: u32, floor: u64) -> Result<()> {
        self.check_mint()?;
        self.create_vault(bumps.pool_vault)?;
        check_terms(maturity_seconds, Weight(floor), Weight(self.mint.supply())).map_err(GovError::from)?;
        let (address, pool_address) = (*self.constitution.address(), *self.pool.address());
        let constitution = &mut *self.constitution;
        let is_allowed = constitution.is_sealed == 1 || *self.payer.address() == constitution.founder;
        require!(is_allowed, GovError::NotFounder);
        let pool = &mut *self.pool;
        pool.constitution = address;
        pool.payer = *self.payer.address();
        pool.mint = *self.mint.address();
        pool.token_program = *self.token_program.address();
        pool.vault = *self.pool_vault.address();
        pool.floor = floor;
        pool.version = constitution.take_electorate_version()?;
        pool.maturity_seconds = maturity_seconds;
        pool.decimals = self.mint.decimals();
        pool.layout_version = LAYOUT_VERSION;
        pool.bump = bumps.pool;
        let event = DepositPoolCreated {
            constitution: address,
            sequence: constitution.chain.sequence,
            at: now()?.0,
            pool: pool_address,
            payer: pool.payer,
            mint: pool.mint,
            token_program: pool.token_program,
            vault: pool.vault,
            floor,
            version: pool.version,
            maturity_seconds,
            decimals: pool.decimals,
        };
        constitution.chain.record(&event)
    }

    /// No mint that [`Self::check_mint`] lets through asks for a longer token account than the plain one.
    fn create_vault(&mut self, bump: u8) -> Result<()> {
        let pool = *self.pool.address();
        let seeds: &[&[u8]] = &[seeds::POOL_VAULT, pool.as_ref(), &[bump]];
        let (payer, vault) = (self.payer.account(), self.pool_vault.account());
        create_account_with_signers(
            payer,
            vault,
            TOKEN_ACCOUNT_BYTES,
            self.token_program.address(),
            Some(seeds),
            None,
        )?;
        let accounts = InitializeAccount3 {
            account: self.pool_vault.cpi_handle_mut(),
            mint: self.mint.cpi_handle(),
            authority: self.pool.cpi_handle(),
        };
        initialize_account3(CpiContext::new(self.token_program.address(), accounts))
    }

    fn check_mint(&self) -> Result<()> {
        require!(self.mint.account().owned_by(self.token_program.address()), GovError::WrongTokenAccount);
        require!(!self.mint.has_freeze_authority(), GovError::from(MintError::CanFreeze));
        let data = self.mint.account().try_borrow()?;
        check_mint(&data).map_err(|error| GovError::from(error).into())
    }
}
