//! Anybody gives a voter of a weight plugin an index, which its ballots lie by.
//!
//! Specification
//! 1. A voter shall have one seat of a plugin at a time; indexes shall never be used again (W3).

use anchor_lang::prelude::*;

use super::shared::*;
use crate::{
    error::GovError,
    events::SeatOpened,
    mandate::now,
    seeds,
    state::{Seat, LAYOUT_VERSION},
};

#[derive(Accounts)]
pub struct SeatOpen {
    /// Pays.
    #[account(mut)]
    pub payer: Signer,
    pub of: Nested<PluginOfConstitution>,
    /// Who will vote.
    pub voter: UncheckedAccount,
    /// The voter's seat.
    #[account(init, payer = payer, seeds = [seeds::SEAT, of.electorate.address().as_ref(), voter], bump)]
    pub seat: Account<Seat>,
    pub system_program: Program<System>,
}

impl SeatOpen {
    pub fn handler(&mut self, bumps: &SeatOpenBumps) -> Result<()> {
        let address = *self.of.electorate.address();
        let plugin = &mut *self.of.electorate;
        let seat = &mut *self.seat;
        seat.plugin = address;
        seat.voter = *self.voter.address();
        seat.payer = *self.payer.address();
        seat.index = plugin.next_seat;
        seat.layout_version = LAYOUT_VERSION;
        seat.bump = bumps.seat;
        plugin.next_seat = plugin.next_seat.checked_add(1).ok_or(GovError::Overflow)?;
        plugin.seats = plugin.seats.checked_add(1).ok_or(GovError::Overflow)?;
        let event = SeatOpened {
            constitution: *self.of.constitution.address(),
            sequence: self.of.constitution.chain.sequence,
            at: now()?.0,
            electorate: address,
            voter: seat.voter,
            payer: seat.payer,
            index: seat.index,
        };
        self.of.constitution.chain.record(&event)
    }
}
