//! Makes fresh tokens count for proposals that are created from now on. Anybody may, so that nobody needs to be awake.
//!
//! Specification
//! 1. The tokens shall have waited the pool's maturity (W2), and count for later proposals only (W1).
//! 2. Where a checkpoint gives way, the owner shall ask, and no vote that the deposit backs shall still be open (W4).
//! 3. A deposit that matures for the first time shall get the next index, which is never given out again (W3).

use anchor_lang::prelude::*;
use quantumagi_rules::deposit::{Asker, NO_INDEX};

use super::deposit_accounts::*;
use crate::{error::GovError, events::DepositMatured, mandate::now, state::DepositPool};

#[derive(Accounts)]
pub struct DepositMature {
    pub change: Nested<DepositChange>,
    /// The deposit's pool.
    #[account(mut, constraint = *pool.address() == change.deposit.pool @ GovError::WrongPool)]
    pub pool: Account<DepositPool>,
}

impl DepositMature {
    pub fn handler(&mut self) -> Result<()> {
        let now = now()?;
        let DepositChange { authority, constitution, deposit } = &mut *self.change;
        let asker = if *authority.address() == deposit.owner { Asker::Owner } else { Asker::Stranger };
        let (before, next) = (deposit.holding(), constitution.next_proposal_id);
        let after = before.with_matured(next, self.pool.maturity_seconds, asker, now).map_err(GovError::from)?;
        self.pool.apply(deposit, &after)?;
        if deposit.index == NO_INDEX {
            deposit.index = self.pool.take_index()?;
        }
        let event = DepositMatured {
            constitution: deposit.constitution,
            sequence: constitution.chain.sequence,
            at: now.0,
            deposit: *deposit.address(),
            authority: *authority.address(),
            amount: before.fresh.0,
            from_proposal_id: next,
            index: deposit.index,
        };
        constitution.chain.record(&event)
    }
}
