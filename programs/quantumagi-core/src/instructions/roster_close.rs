//! Closes a roster that is no longer needed and returns its rent.
//!
//! Specification
//! 1. It shall be neither the electorate in force nor bound to a proposal, and its pages shall be closed.
//! 2. Who created it may close it; once a newer roster is adopted, anybody may (L7). The rent goes to the payer (A6).

use anchor_lang::prelude::*;

// All of it: a nested list of accounts brings generated modules of its own.
use super::shared::*;
use crate::{error::GovError, events::RosterClosed, mandate::now};

#[derive(Accounts)]
pub struct RosterClose {
    pub closing: Nested<RosterClosing>,
    /// Who paid for the roster. May be the authority, which is not written.
    #[account(unsafe(dup), constraint = closing.roster.payer == *payer.address() @ GovError::NotPayer)]
    pub payer: UncheckedAccount,
}

impl RosterClose {
    pub fn handler(&mut self) -> Result<()> {
        self.closing.check_closable()?;
        require!(self.closing.roster.pages == 0, GovError::PagesOpen);
        let event = RosterClosed {
            constitution: *self.closing.constitution.address(),
            sequence: self.closing.constitution.chain.sequence,
            at: now()?.0,
            roster: *self.closing.roster.address(),
            payer: self.closing.roster.payer,
        };
        self.closing.constitution.chain.record(&event)?;
        self.closing.roster.close(*self.payer.account())
    }
}
