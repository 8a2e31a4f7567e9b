//! Adds members to a roster that is not full, on its next page or the one begun.
//!
//! Specification
//! 1. Only who created the roster shall fill it.
//! 2. Members shall come in ascending order of address, weigh at least 1, and be no more than declared (W3).
//! 3. A page shall hold the members from `page * 30` on and have room for exactly those that belong to it.

use anchor_lang::prelude::*;
use quantumagi_rules::{
    roster::{place, MEMBERS_PER_PAGE},
    Weight,
};

extern crate alloc;
use alloc::vec::Vec;

use crate::{
    error::GovError,
    events::RosterExtended,
    mandate::now,
    seeds,
    state::{Constitution, Member, Roster, RosterPage, LAYOUT_VERSION},
};

#[derive(Accounts)]
#[instruction(page: u32)]
pub struct RosterExtend {
    /// Who created the roster.
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
    /// The page the members go on; created by the first of them.
    #[account(
        init_if_needed,
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

impl RosterExtend {
    pub fn handler(&mut self, bumps: &RosterExtendBumps, page: u32, members: Vec<Member>) -> Result<()> {
        require!(!self.roster.filling().is_complete(), GovError::RosterComplete);
        require!(self.roster.is_closing == 0, GovError::RosterNotUsable);
        require!(!members.is_empty(), GovError::RosterSizeOutOfRange);
        let first_index = self.roster.count;
        require!(place(first_index).0 == page, GovError::WrongPage);
        let roster_address = *self.roster.address();
        if self.roster_page.layout_version == 0 {
            self.roster_page.roster = roster_address;
            self.roster_page.payer = *self.payer.address();
            self.roster_page.page = page;
            self.roster_page.layout_version = LAYOUT_VERSION;
            self.roster_page.bump = bumps.roster_page;
            self.roster.pages = self.roster.pages.checked_add(1).ok_or(GovError::Overflow)?;
        }
        for member in &members {
            let filled = self.roster.filling().with_member(&member.voter.to_bytes(), Weight(member.weight));
            self.roster.add(member, filled.map_err(GovError::from)?);
            self.roster_page.try_push(*member).map_err(|_| GovError::TooManyMembers)?;
        }
        let event = RosterExtended {
            constitution: *self.constitution.address(),
            sequence: self.constitution.chain.sequence,
            at: now()?.0,
            roster: roster_address,
            first_index,
            members,
        };
        self.constitution.chain.record(&event)
    }
}
