//! Anybody opens the account that guardians can be adopted into, once. Without it there can be none; with it there are none
//! yet.

use anchor_lang::prelude::*;

use crate::{
    events::GuardiansOpened,
    mandate::now,
    seeds,
    state::{Constitution, Guardians, LAYOUT_VERSION},
};

#[derive(Accounts)]
pub struct GuardiansOpen {
    /// Pays. The account is never closed.
    #[account(mut)]
    pub payer: Signer,
    #[account(mut)]
    pub constitution: Account<Constitution>,
    /// The guardians of this constitution.
    #[account(init, payer = payer, seeds = [seeds::GUARDIANS, constitution], bump)]
    pub guardians: Account<Guardians>,
    pub system_program: Program<System>,
}

impl GuardiansOpen {
    pub fn handler(&mut self, bumps: &GuardiansOpenBumps) -> Result<()> {
        let constitution = *self.constitution.address();
        self.guardians.constitution = constitution;
        self.guardians.layout_version = LAYOUT_VERSION;
        self.guardians.bump = bumps.guardians;
        let sequence = self.constitution.chain.sequence;
        let event = GuardiansOpened { constitution, sequence, at: now()?.0, payer: *self.payer.address() };
        self.constitution.chain.record(&event)
    }
}
