//! Closes a seat and returns its rent to who paid it.
//!
//! Specification
//! 1. Its voter may close it; its payer may while the plugin is neither the electorate nor bound to a proposal, so that
//!    nobody can take a voter's ballot away (W5).
//! 2. The rent shall go to the payer (A6).

use anchor_lang::prelude::*;

use super::shared::*;
use crate::{error::GovError, events::SeatClosed, mandate::now, state::Seat};

#[derive(Accounts)]
pub struct SeatClose {
    /// The voter or the payer.
    pub authority: Signer,
    pub of: Nested<PluginOfConstitution>,
    /// The seat.
    #[account(mut, constraint = seat.plugin == *of.electorate.address() @ GovError::WrongElectorate)]
    pub seat: Account<Seat>,
    /// Who paid for it. May be the authority, which is not written.
    #[account(unsafe(dup), constraint = seat.payer == *payer.address() @ GovError::NotPayer)]
    pub payer: UncheckedAccount,
}

impl SeatClose {
    pub fn handler(&mut self) -> Result<()> {
        let (authority, address) = (*self.authority.address(), *self.of.electorate.address());
        let is_in_force = self.of.constitution.electorate == address;
        let plugin = &mut *self.of.electorate;
        let is_idle = !is_in_force && plugin.bound_proposals == 0;
        let may_close = authority == self.seat.voter || (is_idle && authority == self.seat.payer);
        require!(may_close, GovError::NotTheVoter);
        plugin.seats = plugin.seats.checked_sub(1).ok_or(GovError::InvariantBroken)?;
        let event = SeatClosed {
            constitution: *self.of.constitution.address(),
            sequence: self.of.constitution.chain.sequence,
            at: now()?.0,
            electorate: address,
            voter: self.seat.voter,
            payer: self.seat.payer,
            index: self.seat.index,
        };
        self.of.constitution.chain.record(&event)?;
        self.seat.close(*self.payer.account())
    }
}
