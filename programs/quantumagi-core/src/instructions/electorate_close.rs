//! Closes snapshot operators or a weight plugin that nobody needs; the rent goes back to who paid it.
//!
//! Specification
//! 1. It shall be neither the electorate in force nor bound to a proposal; a plugin shall have no seats.
//! 2. Its payer shall sign, and be paid (A6). Versions are never used again, so it cannot come back (A5).

use anchor_lang::prelude::*;

use crate::{
    error::GovError,
    events::ElectorateClosed,
    mandate::now,
    state::{load_mut, Constitution, SnapshotOperators, WeightPlugin},
};

#[derive(Accounts)]
pub struct ElectorateClose {
    /// Who paid for it.
    #[account(mut)]
    pub payer: Signer,
    #[account(mut)]
    pub constitution: Account<Constitution>,
    /// The operators or the plugin.
    #[account(mut)]
    pub electorate: UncheckedAccount,
}

impl ElectorateClose {
    pub fn handler(&mut self) -> Result<()> {
        let (view, payer) = (*self.electorate.account(), *self.payer.account());
        let plugin = load_mut::<Account<WeightPlugin>>(&view);
        if let Ok(mut plugin) = plugin {
            self.check(plugin.constitution, plugin.payer, plugin.bound_proposals)?;
            require!(plugin.seats == 0, GovError::SeatsOpen);
            self.tell()?;
            return plugin.close(payer);
        }
        let mut operators: Account<SnapshotOperators> = load_mut(&view)?;
        self.check(operators.constitution, operators.payer, operators.bound_proposals)?;
        self.tell()?;
        operators.close(payer)
    }

    fn check(&self, constitution: Address, payer: Address, bound_proposals: u32) -> Result<()> {
        require!(constitution == *self.constitution.address(), GovError::WrongConstitution);
        require!(payer == *self.payer.address(), GovError::NotPayer);
        let is_needed = self.constitution.electorate == *self.electorate.address() || bound_proposals > 0;
        require!(!is_needed, GovError::ElectorateInUse);
        Ok(())
    }

    fn tell(&mut self) -> Result<()> {
        let event = ElectorateClosed {
            constitution: *self.constitution.address(),
            sequence: self.constitution.chain.sequence,
            at: now()?.0,
            electorate: *self.electorate.address(),
            payer: *self.payer.address(),
        };
        self.constitution.chain.record(&event)
    }
}
