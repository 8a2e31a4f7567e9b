//! Anybody opens the count of somebody's open proposals, once; without it nobody can propose.
// The seeds are the only ones to read the owner, and not in every function that is generated from the list.
#![allow(unused_variables)]

use anchor_lang::prelude::*;

use crate::{
    events::ProposerOpened,
    mandate::now,
    seeds,
    state::{Constitution, Proposer, LAYOUT_VERSION},
};

#[derive(Accounts)]
#[instruction(owner: Address)]
pub struct ProposerOpen {
    /// Pays.
    #[account(mut)]
    pub payer: Signer,
    #[account(mut)]
    pub constitution: Account<Constitution>,
    /// The count.
    #[account(init, payer = payer, seeds = [seeds::PROPOSER, constitution, owner.as_ref()], bump)]
    pub record: Account<Proposer>,
    pub system_program: Program<System>,
}

impl ProposerOpen {
    pub fn handler(&mut self, bumps: &ProposerOpenBumps, owner: Address) -> Result<()> {
        let constitution = *self.constitution.address();
        let record = &mut *self.record;
        record.constitution = constitution;
        record.owner = owner;
        record.payer = *self.payer.address();
        record.layout_version = LAYOUT_VERSION;
        record.bump = bumps.record;
        let sequence = self.constitution.chain.sequence;
        let event = ProposerOpened { constitution, sequence, at: now()?.0, owner: record.owner, payer: record.payer };
        self.constitution.chain.record(&event)
    }
}
