//! Closes a count of open proposals that stands at zero, and returns its rent.
//!
//! Specification
//! 1. No proposal of the owner shall be open, so that closing and opening cannot reset the count (L4).
//! 2. Its payer or its owner shall sign; the rent shall go to the payer (A6).

use anchor_lang::prelude::*;

use crate::{
    error::GovError,
    events::ProposerClosed,
    mandate::now,
    state::{Constitution, Proposer},
};

#[derive(Accounts)]
pub struct ProposerClose {
    /// The payer or the owner.
    pub authority: Signer,
    #[account(mut)]
    pub constitution: Account<Constitution>,
    /// The count.
    #[account(mut, constraint = record.constitution == *constitution.address() @ GovError::WrongConstitution)]
    pub record: Account<Proposer>,
    /// Who paid for it. May be the authority, which is not written.
    #[account(unsafe(dup), constraint = record.payer == *payer.address() @ GovError::NotPayer)]
    pub payer: UncheckedAccount,
}

impl ProposerClose {
    pub fn handler(&mut self) -> Result<()> {
        let authority = self.authority.address();
        let may_close = *authority == self.record.payer || *authority == self.record.owner;
        require!(may_close, GovError::NotPayer);
        require!(self.record.open_proposals == 0, GovError::ProposalsOpen);
        let event = ProposerClosed {
            constitution: *self.constitution.address(),
            sequence: self.constitution.chain.sequence,
            at: now()?.0,
            owner: self.record.owner,
            payer: self.record.payer,
        };
        self.constitution.chain.record(&event)?;
        self.record.close(*self.payer.account())
    }
}
