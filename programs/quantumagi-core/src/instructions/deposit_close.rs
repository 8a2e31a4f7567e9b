//! Closes an empty deposit and returns its rent.
//!
//! Specification
//! 1. It shall hold nothing and back no vote that can change (W5). Opened again it gets a new index when it matures (W3).
//! 2. Its payer or its owner shall sign; the rent shall go to the payer (A6).

use anchor_lang::prelude::*;

use super::deposit_accounts::*;
use crate::{error::GovError, events::DepositClosed, mandate::now};

#[derive(Accounts)]
pub struct DepositClose {
    pub change: Nested<DepositChange>,
    /// Who paid for it. May be the authority, which is not written.
    #[account(unsafe(dup), constraint = change.deposit.payer == *payer.address() @ GovError::NotPayer)]
    pub payer: UncheckedAccount,
}

impl DepositClose {
    pub fn handler(&mut self) -> Result<()> {
        let now = now()?;
        let DepositChange { authority, constitution, deposit } = &mut *self.change;
        let may_close = *authority.address() == deposit.payer || *authority.address() == deposit.owner;
        require!(may_close, GovError::NotDepositOwner);
        deposit.holding().check_closable(now).map_err(GovError::from)?;
        let event = DepositClosed {
            constitution: deposit.constitution,
            sequence: constitution.chain.sequence,
            at: now.0,
            deposit: *deposit.address(),
            payer: deposit.payer,
        };
        constitution.chain.record(&event)?;
        deposit.close(*self.payer.account())
    }
}
