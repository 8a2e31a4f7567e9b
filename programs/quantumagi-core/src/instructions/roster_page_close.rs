//! Closes a page of a roster that is no longer needed and returns its rent.
//!
//! Specification
//! 1. Same conditions as `roster_close`, except that pages are open.
//! 2. The roster shall never be adopted again.

use anchor_lang::prelude::*;

// All of it: a nested list of accounts brings generated modules of its own.
use super::shared::*;
use crate::{error::GovError, events::RosterPageClosed, mandate::now, state::RosterPage};

#[derive(Accounts)]
pub struct RosterPageClose {
    pub closing: Nested<RosterClosing>,
    #[account(mut, close = payer, constraint = roster_page.roster == *closing.roster.address() @ GovError::WrongRoster)]
    pub roster_page: RosterPage,
    /// Who paid for the page. May be the authority, which is not written.
    #[account(unsafe(dup), constraint = roster_page.payer == *payer.address() @ GovError::NotPayer)]
    pub payer: UncheckedAccount,
}

impl RosterPageClose {
    pub fn handler(&mut self) -> Result<()> {
        self.closing.check_closable()?;
        self.closing.roster.is_closing = 1;
        self.closing.roster.pages = self.closing.roster.pages.checked_sub(1).ok_or(GovError::InvariantBroken)?;
        let event = RosterPageClosed {
            constitution: *self.closing.constitution.address(),
            sequence: self.closing.constitution.chain.sequence,
            at: now()?.0,
            roster: *self.closing.roster.address(),
            page: self.roster_page.page,
            payer: self.roster_page.payer,
        };
        self.closing.constitution.chain.record(&event)
    }
}
