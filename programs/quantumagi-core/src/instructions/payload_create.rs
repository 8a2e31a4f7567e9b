//! Anybody begins a payload: a place for an action that does not fit a transaction.
//!
//! Specification
//! 1. A payload shall have 1 to 10,240 bytes, and its address shall be made of its author and the hash of its bytes.
//! 2. It shall begin without any of them, so that no instruction costs 0.01 SOL.

// Anchor decodes the arguments once for each use of the account list.
#![allow(unused_variables)]

use anchor_lang::prelude::*;
use quantumagi_rules::payload::Filling;

use crate::{
    error::GovError,
    events::PayloadCreated,
    seeds,
    state::{Payload, LAYOUT_VERSION},
};

#[derive(Accounts)]
#[instruction(hash: [u8; 32])]
pub struct PayloadCreate {
    /// Pays, fills it, and is paid back when it is closed.
    #[account(mut)]
    pub author: Signer,
    /// The payload.
    #[account(
        init,
        payer = author,
        space = Payload::space_for(0),
        seeds = [seeds::PAYLOAD, author.address().as_ref(), &hash],
        bump
    )]
    pub payload: Payload,
    pub system_program: Program<System>,
}

impl PayloadCreate {
    pub fn handler(&mut self, bumps: &PayloadCreateBumps, hash: [u8; 32], size: u32) -> Result<()> {
        let Filling { size, written } = Filling::new(size).map_err(GovError::from)?;
        self.payload.author = *self.author.address();
        self.payload.hash = hash;
        self.payload.size = size;
        self.payload.written = written;
        self.payload.layout_version = LAYOUT_VERSION;
        self.payload.bump = bumps.payload;
        let event = PayloadCreated { payload: *self.payload.address(), author: self.payload.author, hash, size };
        sol_log_data(&[&event.data()]);
        Ok(())
    }
}
