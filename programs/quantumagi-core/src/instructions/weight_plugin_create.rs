//! Names a voter-weight plugin of SPL Governance: the founder before the seal, anybody after it. Only a vote makes it the
//! electorate then.
//!
//! Specification
//! 1. Program, realm and mint shall be fixed for ever: records of any other count for nothing (W8).
//! 2. The plugin shall not be this program, whose accounts are no records.

use anchor_lang::prelude::*;

use crate::{
    error::GovError,
    events::WeightPluginCreated,
    mandate::now,
    seeds,
    state::{Constitution, WeightPlugin, LAYOUT_VERSION},
};

#[derive(Accounts)]
pub struct WeightPluginCreate {
    /// Pays.
    #[account(mut)]
    pub payer: Signer,
    #[account(mut)]
    pub constitution: Account<Constitution>,
    /// The electorate to be.
    #[account(
        init,
        payer = payer,
        seeds = [seeds::PLUGIN, constitution, &constitution.next_electorate_version.to_le_bytes()],
        bump
    )]
    pub electorate: Account<WeightPlugin>,
    pub system_program: Program<System>,
}

impl WeightPluginCreate {
    pub fn handler(
        &mut self,
        bumps: &WeightPluginCreateBumps,
        program: Address,
        realm: Address,
        mint: Address,
    ) -> Result<()> {
        require!(program != crate::ID && program != Address::default(), GovError::WeightRecordMalformed);
        let (address, electorate) = (*self.constitution.address(), *self.electorate.address());
        let constitution = &mut *self.constitution;
        constitution.check_may_prepare(self.payer.address())?;
        let account = &mut *self.electorate;
        account.constitution = address;
        account.payer = *self.payer.address();
        account.program = program;
        account.realm = realm;
        account.mint = mint;
        account.version = constitution.take_electorate_version()?;
        account.layout_version = LAYOUT_VERSION;
        account.bump = bumps.electorate;
        let event = WeightPluginCreated {
            constitution: address,
            sequence: constitution.chain.sequence,
            at: now()?.0,
            electorate,
            payer: account.payer,
            version: account.version,
            program,
            realm,
            mint,
        };
        constitution.chain.record(&event)
    }
}
