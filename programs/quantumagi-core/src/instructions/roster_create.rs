//! Begins a roster: the founder before the seal, anybody after it. Only a vote makes it the electorate then.
//!
//! Specification
//! 1. The version shall be the constitution's next.
//! 2. The size shall be 1 to 8,448 members. The roster is immutable once it has that many.

use anchor_lang::prelude::*;
use quantumagi_rules::roster::check_size;

use crate::{
    error::GovError,
    events::RosterCreated,
    mandate::now,
    seeds,
    state::{Constitution, Roster, LAYOUT_VERSION},
};

#[derive(Accounts)]
pub struct RosterCreate {
    /// Creates, fills and pays for the roster.
    #[account(mut)]
    pub payer: Signer,
    #[account(mut)]
    pub constitution: Account<Constitution>,
    #[account(
        init,
        payer = payer,
        seeds = [seeds::ROSTER, constitution, &constitution.next_roster_version.to_le_bytes()],
        bump
    )]
    pub roster: Account<Roster>,
    pub system_program: Program<System>,
}

impl RosterCreate {
    pub fn handler(&mut self, bumps: &RosterCreateBumps, size: u32) -> Result<()> {
        check_size(size).map_err(GovError::from)?;
        let (address, roster_address) = (*self.constitution.address(), *self.roster.address());
        let constitution = &mut *self.constitution;
        let is_allowed = constitution.is_sealed == 1 || *self.payer.address() == constitution.founder;
        require!(is_allowed, GovError::NotFounder);
        let roster = &mut *self.roster;
        roster.constitution = address;
        roster.payer = *self.payer.address();
        roster.version = constitution.take_roster_version()?;
        roster.size = size;
        roster.layout_version = LAYOUT_VERSION;
        roster.bump = bumps.roster;
        let event = RosterCreated {
            constitution: address,
            sequence: constitution.chain.sequence,
            at: now()?.0,
            roster: roster_address,
            payer: roster.payer,
            version: roster.version,
            size,
        };
        constitution.chain.record(&event)
    }
}
