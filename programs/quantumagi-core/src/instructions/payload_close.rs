//! The author of a payload closes it and gets the rent back, complete or not.
//!
//! No proposal needs the account itself: what was voted on is a digest, and anybody can write the same bytes again from
//! the log.

use anchor_lang::prelude::*;

use crate::{error::GovError, events::PayloadClosed, state::Payload};

#[derive(Accounts)]
pub struct PayloadClose {
    /// Who created and paid for it, and is paid back.
    #[account(mut)]
    pub author: Signer,
    /// The payload.
    #[account(mut, close = author, constraint = payload.author == *author.address() @ GovError::NotPayloadAuthor)]
    pub payload: Payload,
}

impl PayloadClose {
    pub fn handler(&mut self) -> Result<()> {
        let event = PayloadClosed { payload: *self.payload.address(), author: self.payload.author };
        sol_log_data(&[&event.data()]);
        Ok(())
    }
}
