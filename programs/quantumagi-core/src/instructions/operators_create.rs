//! Names snapshot operators: the founder before the seal, anybody after it. Only a vote makes them the electorate then.
//!
//! Specification
//! 1. There shall be 1 to 16 operators, ascending by address, so that nobody counts twice (L8).
//! 2. Approvals shall have to exceed challenges by 1 to all of them; the challenge window shall be 10 minutes to 14 days
//!    (W10, L2).
//! 3. The list shall never change: whoever is voted on is who publishes.

extern crate alloc;
use alloc::vec::Vec;

use anchor_lang::prelude::*;
use quantumagi_rules::snapshot::review::check_operators;

use crate::{
    error::GovError,
    events::OperatorsCreated,
    mandate::now,
    seeds,
    state::{Constitution, SnapshotOperators, LAYOUT_VERSION},
};

#[derive(Accounts)]
pub struct OperatorsCreate {
    /// Pays.
    #[account(mut)]
    pub payer: Signer,
    #[account(mut)]
    pub constitution: Account<Constitution>,
    /// The electorate to be.
    #[account(
        init,
        payer = payer,
        seeds = [seeds::OPERATORS, constitution, &constitution.next_electorate_version.to_le_bytes()],
        bump
    )]
    pub electorate: Account<SnapshotOperators>,
    pub system_program: Program<System>,
}

impl OperatorsCreate {
    pub fn handler(
        &mut self,
        bumps: &OperatorsCreateBumps,
        needed: u8,
        challenge_seconds: u32,
        operators: Vec<Address>,
    ) -> Result<()> {
        check_operators(bytemuck::cast_slice(&operators), needed, challenge_seconds).map_err(GovError::from)?;
        let (address, electorate) = (*self.constitution.address(), *self.electorate.address());
        let constitution = &mut *self.constitution;
        constitution.check_may_prepare(self.payer.address())?;
        let account = &mut *self.electorate;
        account.constitution = address;
        account.payer = *self.payer.address();
        account.operators[..operators.len()].copy_from_slice(&operators);
        account.version = constitution.take_electorate_version()?;
        account.challenge_seconds = challenge_seconds;
        // Bound: at most 16, checked above.
        account.count = operators.len() as u8;
        account.needed = needed;
        account.layout_version = LAYOUT_VERSION;
        account.bump = bumps.electorate;
        let event = OperatorsCreated {
            constitution: address,
            sequence: constitution.chain.sequence,
            at: now()?.0,
            electorate,
            payer: account.payer,
            version: account.version,
            challenge_seconds,
            needed,
            operators,
        };
        constitution.chain.record(&event)
    }
}
