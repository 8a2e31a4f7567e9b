//! Opens the next page of a roster that is being filled.
//!
//! Specification
//! 1. Only who created the roster shall open its pages, in order, and as many as its size needs.
//! 2. The page shall have room for exactly the members that belong on it.

// Anchor decodes `page` once for each use of the account list, and uses it only where an account is created.
#![allow(unused_variables)]

use anchor_lang::prelude::*;
use quantumagi_rules::roster::MEMBERS_PER_PAGE;

use crate::{
    error::GovError,
    events::RosterPageOpened,
    mandate::now,
    seeds,
    state::{Constitution, Roster, RosterPage, LAYOUT_VERSION},
};

#[derive(Accounts)]
#[instruction(page: u32)]
pub struct RosterPageOpen {
    /// Who created the roster. Pays, and is paid back when the page is closed.
    #[account(mut)]
    pub payer: Signer,
    #[account(mut)]
    pub constitution: Account<Constitution>,
    #[account(
        mut,
        constraint = roster.constitution == *constitution.address() @ GovError::WrongConstitution,
        constraint = roster.payer == *payer.address() @ GovError::NotRosterPayer
    )]
    pub roster: Account<Roster>,
    #[account(
        init,
        payer = payer,
        space = RosterPage::space_for(members_on(page, roster.size)),
        seeds = [seeds::ROSTER_PAGE, roster, &page.to_le_bytes()],
        bump
    )]
    pub roster_page: RosterPage,
    pub system_program: Program<System>,
}

/// Members that belong on this page of a roster of `size`.
fn members_on(page: u32, size: u32) -> u32 {
    size.saturating_sub(page.saturating_mul(MEMBERS_PER_PAGE)).min(MEMBERS_PER_PAGE)
}

impl RosterPageOpen {
    pub fn handler(&mut self, bumps: &RosterPageOpenBumps, page: u32) -> Result<()> {
        let address = *self.roster.address();
        let roster = &mut *self.roster;
        require!(roster.is_closing == 0, GovError::RosterNotUsable);
        require!(page == roster.pages, GovError::WrongPage);
        require!(members_on(page, roster.size) > 0, GovError::PageOutOfRange);
        roster.pages = roster.pages.checked_add(1).ok_or(GovError::Overflow)?;
        self.roster_page.roster = address;
        self.roster_page.payer = *self.payer.address();
        self.roster_page.page = page;
        self.roster_page.layout_version = LAYOUT_VERSION;
        self.roster_page.bump = bumps.roster_page;
        let event = RosterPageOpened {
            constitution: *self.constitution.address(),
            sequence: self.constitution.chain.sequence,
            at: now()?.0,
            roster: address,
            page,
            payer: self.roster_page.payer,
        };
        self.constitution.chain.record(&event)
    }
}
