//! Closes a page of a roster that is no longer needed and returns its rent.
//!
//! Specification
//! 1. Same conditions as `roster_close`, except that pages are open.
//! 2. The roster shall never be adopted again.

use anchor_lang::prelude::*;

use crate::{
    error::GovError,
    events::RosterPageClosed,
    mandate::now,
    state::{Constitution, Roster, RosterPage},
};

#[derive(Accounts)]
pub struct RosterPageClose {
    /// Who created the roster, or anybody once a newer one is adopted.
    pub authority: Signer,
    #[account(mut)]
    pub constitution: Account<Constitution>,
    #[account(mut, constraint = roster.constitution == *constitution.address() @ GovError::WrongConstitution)]
    pub roster: Account<Roster>,
    #[account(mut, close = payer, constraint = roster_page.roster == *roster.address() @ GovError::WrongRoster)]
    pub roster_page: RosterPage,
    /// Who paid for the page. May be the authority, which is not written.
    #[account(unsafe(dup), constraint = roster_page.payer == *payer.address() @ GovError::NotPayer)]
    pub payer: UncheckedAccount,
}

impl RosterPageClose {
    pub fn handler(&mut self) -> Result<()> {
        self.roster.check_closable(*self.roster.address(), &self.constitution, self.authority.address())?;
        self.roster.is_closing = 1;
        self.roster.pages = self.roster.pages.checked_sub(1).ok_or(GovError::InvariantBroken)?;
        let event = RosterPageClosed {
            constitution: *self.constitution.address(),
            sequence: self.constitution.chain.sequence,
            at: now()?.0,
            roster: *self.roster.address(),
            page: self.roster_page.page,
            payer: self.roster_page.payer,
        };
        self.constitution.chain.record(&event)
    }
}
