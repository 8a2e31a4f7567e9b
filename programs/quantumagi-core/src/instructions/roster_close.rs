//! Closes a roster that is no longer needed and returns its rent.
//!
//! Specification
//! 1. It shall be neither the electorate in force nor bound to a proposal, and its pages shall be closed.
//! 2. Who created it may close it; once a newer roster is adopted, anybody may (L7). The rent goes to the payer (A6).

use anchor_lang::prelude::*;

use crate::{
    error::GovError,
    events::RosterClosed,
    mandate::now,
    state::{Constitution, Roster},
};

#[derive(Accounts)]
pub struct RosterClose {
    /// Who created the roster, or anybody once a newer one is adopted.
    pub authority: Signer,
    #[account(mut)]
    pub constitution: Account<Constitution>,
    #[account(mut, close = payer, constraint = roster.constitution == *constitution.address() @ GovError::WrongConstitution)]
    pub roster: Account<Roster>,
    /// Who paid for the roster. May be the authority, which is not written.
    #[account(unsafe(dup), constraint = roster.payer == *payer.address() @ GovError::NotPayer)]
    pub payer: UncheckedAccount,
}

impl RosterClose {
    pub fn handler(&mut self) -> Result<()> {
        self.roster.check_closable(*self.roster.address(), &self.constitution, self.authority.address())?;
        require!(self.roster.pages == 0, GovError::PagesOpen);
        let event = RosterClosed {
            constitution: *self.constitution.address(),
            sequence: self.constitution.chain.sequence,
            at: now()?.0,
            roster: *self.roster.address(),
            payer: self.roster.payer,
        };
        self.constitution.chain.record(&event)
    }
}
