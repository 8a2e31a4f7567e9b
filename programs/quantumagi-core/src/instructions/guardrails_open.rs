//! Anybody opens the account of a constitution's guardrails, once. Empty, it forbids nothing and nobody needs to pass it.

use anchor_lang::prelude::*;

use crate::{
    events::GuardrailsOpened,
    mandate::now,
    seeds,
    state::{Constitution, Guardrails, LAYOUT_VERSION},
};

#[derive(Accounts)]
pub struct GuardrailsOpen {
    /// Pays. The account stays as long as the constitution does.
    #[account(mut)]
    pub payer: Signer,
    #[account(mut)]
    pub constitution: Account<Constitution>,
    /// The guardrails.
    #[account(init, payer = payer, seeds = [seeds::GUARDRAILS, constitution], bump)]
    pub guardrails: Account<Guardrails>,
    pub system_program: Program<System>,
}

impl GuardrailsOpen {
    pub fn handler(&mut self, bumps: &GuardrailsOpenBumps) -> Result<()> {
        let constitution = *self.constitution.address();
        let guardrails = &mut *self.guardrails;
        guardrails.constitution = constitution;
        guardrails.payer = *self.payer.address();
        guardrails.layout_version = LAYOUT_VERSION;
        guardrails.bump = bumps.guardrails;
        let sequence = self.constitution.chain.sequence;
        let event = GuardrailsOpened { constitution, sequence, at: now()?.0, payer: guardrails.payer };
        self.constitution.chain.record(&event)
    }
}
