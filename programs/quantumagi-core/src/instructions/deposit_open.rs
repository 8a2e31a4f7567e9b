//! Anybody opens a deposit for somebody, once a pool; without it nothing can be put in.
// The seeds are the only ones to read the owner, and not in every function that is generated from the list.
#![allow(unused_variables)]

use anchor_lang::prelude::*;
use quantumagi_rules::deposit::NO_INDEX;

use crate::{
    error::GovError,
    events::DepositOpened,
    mandate::now,
    seeds,
    state::{Constitution, Deposit, DepositPool, LAYOUT_VERSION},
};

#[derive(Accounts)]
#[instruction(owner: Address)]
pub struct DepositOpen {
    /// Pays.
    #[account(mut)]
    pub payer: Signer,
    #[account(mut)]
    pub constitution: Account<Constitution>,
    /// The pool.
    #[account(constraint = pool.constitution == *constitution.address() @ GovError::WrongConstitution)]
    pub pool: Account<DepositPool>,
    /// The deposit.
    #[account(init, payer = payer, seeds = [seeds::DEPOSIT, pool, owner.as_ref()], bump)]
    pub deposit: Account<Deposit>,
    pub system_program: Program<System>,
}

impl DepositOpen {
    pub fn handler(&mut self, bumps: &DepositOpenBumps, owner: Address) -> Result<()> {
        let (constitution, address) = (*self.constitution.address(), *self.deposit.address());
        let deposit = &mut *self.deposit;
        deposit.constitution = constitution;
        deposit.pool = *self.pool.address();
        deposit.owner = owner;
        deposit.payer = *self.payer.address();
        // Indices are given out when tokens mature, so that opening and closing accounts cannot use them up.
        deposit.index = NO_INDEX;
        deposit.layout_version = LAYOUT_VERSION;
        deposit.bump = bumps.deposit;
        let event = DepositOpened {
            constitution,
            sequence: self.constitution.chain.sequence,
            at: now()?.0,
            deposit: address,
            pool: deposit.pool,
            owner: deposit.owner,
            payer: deposit.payer,
        };
        self.constitution.chain.record(&event)
    }
}
