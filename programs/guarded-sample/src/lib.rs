//! A till whose fee and payments depend on a policy of a constitution: an example to copy.
//!
//! The operator runs the till. What the operator may not do alone is to set the fee or to pay out: both need the policy
//! that the till was opened with to be in force, and each payment is authorized once. The questions are in `guard.rs`;
//! everything else is an ordinary program.
#![cfg_attr(target_os = "solana", allow(unexpected_cfgs))]

#[cfg(target_arch = "bpf")]
use solana_compiler_builtins as _;

use anchor_lang::prelude::*;

mod guard;

use guard::{Guard, GuardOnce};

declare_id!("A2E2uqkSv4tA9C7KcssCR8euBGnsnaFHgV4wH5o132ho");

/// Highest fee: the whole; half of it in the version to which tests upgrade.
const MAX_FEE_BPS: u16 = if cfg!(feature = "next-version") { 5_000 } else { 10_000 };

#[program]
pub mod guarded_sample {
    use super::*;

    /// Opens a till that obeys `policy`. Whoever opens it operates it.
    pub fn till_open(ctx: &mut Context<TillOpen>, policy: Address) -> Result<()> {
        ctx.accounts.handler(&ctx.bumps, policy)
    }

    /// Sets the fee, while the policy is in force.
    pub fn fee_set(ctx: &mut Context<FeeSet>, fee_bps: u16) -> Result<()> {
        ctx.accounts.handler(fee_bps)
    }

    /// Pays from the till, once for each key, while the policy is in force.
    pub fn pay_out(ctx: &mut Context<PayOut>, lamports: u64, use_key: [u8; 32]) -> Result<()> {
        ctx.accounts.handler(lamports, &use_key)
    }
}

/// Why the till refuses. What the governance program refuses has its own numbers.
#[error_code]
#[derive(Debug, PartialEq, Eq)]
pub enum TillError {
    #[msg("only the till's operator may do this")]
    NotOperator = 0,
    #[msg("the fee is higher than this version of the program allows")]
    FeeOutOfRange = 1,
    #[msg("the till would fall below its rent")]
    TillEmpty = 2,
}

/// A till. Lamports beyond its rent are what it can pay out.
///
/// Seeds: `"till"`, operator.
#[account]
pub struct Till {
    /// Who runs it.
    pub operator: Address,
    /// The policy that it obeys. Written once.
    pub policy: Address,
    /// The fee, basis points: 0 to 10,000.
    pub fee_bps: u16,
    /// Canonical bump of the address that asks the governance program for the till.
    pub authority_bump: u8,
    /// Zero. Fills the last eight bytes.
    pub reserved: [u8; 5],
}

#[derive(Accounts)]
pub struct TillOpen {
    /// Opens, pays, and operates from then on.
    #[account(mut)]
    pub operator: Signer,
    #[account(init, payer = operator, seeds = [b"till", operator], bump)]
    pub till: Account<Till>,
    /// Asks the governance program for the till.
    #[account(seeds = [b"authority", till], bump)]
    pub authority: UncheckedAccount,
    pub system_program: Program<System>,
}

impl TillOpen {
    pub fn handler(&mut self, bumps: &TillOpenBumps, policy: Address) -> Result<()> {
        self.till.operator = *self.operator.address();
        self.till.policy = policy;
        self.till.authority_bump = bumps.authority;
        Ok(())
    }
}

#[derive(Accounts)]
pub struct FeeSet {
    #[account(constraint = *operator.address() == till.operator @ TillError::NotOperator)]
    pub operator: Signer,
    #[account(mut)]
    pub till: Account<Till>,
    /// Asks for the till. That it is the till's own, its signature shows.
    pub authority: UncheckedAccount,
    pub constitution: UncheckedAccount,
    pub policy: UncheckedAccount,
    /// The governance program.
    pub governance: UncheckedAccount,
}

impl FeeSet {
    pub fn handler(&mut self, fee_bps: u16) -> Result<()> {
        require!(fee_bps <= MAX_FEE_BPS, TillError::FeeOutOfRange);
        let guard = Guard {
            till: &self.till,
            authority: self.authority.account(),
            constitution: self.constitution.account(),
            policy: self.policy.account(),
        };
        guard.authorize(&[b"fee_set", &fee_bps.to_le_bytes()])?;
        self.till.fee_bps = fee_bps;
        Ok(())
    }
}

#[derive(Accounts)]
pub struct PayOut {
    /// Pays the rent of the record that this payment was authorized.
    #[account(mut, constraint = *operator.address() == till.operator @ TillError::NotOperator)]
    pub operator: Signer,
    #[account(mut)]
    pub till: Account<Till>,
    /// Who is paid.
    #[account(mut)]
    pub recipient: UncheckedAccount,
    /// Asks for the till. That it is the till's own, its signature shows.
    pub authority: UncheckedAccount,
    #[account(mut)]
    pub constitution: UncheckedAccount,
    pub policy: UncheckedAccount,
    /// The record of this use.
    #[account(mut)]
    pub authorization: UncheckedAccount,
    /// The governance program.
    pub governance: UncheckedAccount,
    pub system_program: Program<System>,
}

impl PayOut {
    pub fn handler(&mut self, lamports: u64, use_key: &[u8; 32]) -> Result<()> {
        let guard = Guard {
            till: &self.till,
            authority: self.authority.account(),
            constitution: self.constitution.account(),
            policy: self.policy.account(),
        };
        let once = GuardOnce {
            payer: self.operator.account(),
            authorization: self.authorization.account(),
            system_program: self.system_program.account(),
        };
        let act: [&[u8]; 3] = [b"pay_out", self.recipient.address().as_ref(), &lamports.to_le_bytes()];
        guard.authorize_once(&once, &act, use_key)?;
        let rent = Rent::get()?.try_minimum_balance(self.till.account().data_len())?;
        let left = self.till.get_lamports().checked_sub(lamports).ok_or(TillError::TillEmpty)?;
        require!(left >= rent, TillError::TillEmpty);
        self.till.sub_lamports(lamports)?;
        self.recipient.add_lamports(lamports)?;
        Ok(())
    }
}
