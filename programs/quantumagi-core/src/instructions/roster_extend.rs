//! Adds members to a roster that is not full, on the page that is next to fill.
//!
//! Specification
//! 1. Only who created the roster shall fill it.
//! 2. Members shall come in ascending order of address, weigh at least 1, and be no more than declared (W3).
//! 3. The page shall be the one that the next member belongs on.

use anchor_lang::prelude::*;
use quantumagi_rules::{roster::place, Weight};

extern crate alloc;
use alloc::vec::Vec;

use crate::{
    error::GovError,
    events::RosterExtended,
    mandate::now,
    state::{Constitution, Member, Roster, RosterPage},
};

#[derive(Accounts)]
pub struct RosterExtend {
    /// Who created the roster.
    pub payer: Signer,
    #[account(mut)]
    pub constitution: Account<Constitution>,
    #[account(
        mut,
        constraint = roster.constitution == *constitution.address() @ GovError::WrongConstitution,
        constraint = roster.payer == *payer.address() @ GovError::NotRosterPayer
    )]
    pub roster: Account<Roster>,
    /// The page the members go on.
    #[account(mut, constraint = roster_page.roster == *roster.address() @ GovError::WrongRoster)]
    pub roster_page: RosterPage,
}

impl RosterExtend {
    pub fn handler(&mut self, members: Vec<Member>) -> Result<()> {
        require!(!self.roster.filling().is_complete(), GovError::RosterComplete);
        require!(self.roster.is_closing == 0, GovError::RosterNotUsable);
        require!(!members.is_empty(), GovError::RosterSizeOutOfRange);
        let first_index = self.roster.count;
        require!(place(first_index).0 == self.roster_page.page, GovError::WrongPage);
        for member in &members {
            let filled = self.roster.filling().with_member(&member.voter.to_bytes(), Weight(member.weight));
            self.roster.add(member, filled.map_err(GovError::from)?);
            self.roster_page.try_push(*member).map_err(|_| GovError::TooManyMembers)?;
        }
        let event = RosterExtended {
            constitution: *self.constitution.address(),
            sequence: self.constitution.chain.sequence,
            at: now()?.0,
            roster: *self.roster.address(),
            first_index,
            members,
        };
        self.constitution.chain.record(&event)
    }
}
