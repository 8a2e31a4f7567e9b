//! Somebody's tokens in a pool, and what they weigh on which proposal.

use anchor_lang::prelude::*;
use quantumagi_rules::{
    deposit::{is_delegation_valid, Caster, Checkpoint, Holding, MAX_CHECKPOINTS},
    UnixSeconds, Weight,
};

use crate::error::GovError;

/// Matured tokens, and since which proposal they count.
#[derive(Clone, Copy, Default, bytemuck::Pod, bytemuck::Zeroable, AnchorSerialize, AnchorDeserialize, IdlType)]
#[bytemuck(crate = "anchor_lang::bytemuck")]
#[repr(C)]
pub struct DepositCheckpoint {
    /// First proposal they count for, by id.
    pub from_proposal_id: u64,
    /// How many, base units; 0 marks an unused place.
    pub amount: u64,
}

/// A deposit. Opened by anyone for anyone, filled and emptied by its owner alone, closed by its payer or owner when it is
/// empty. What its fields mean together is in `quantumagi_rules::deposit`.
///
/// Seeds: `"deposit"`, pool, owner.
#[account]
pub struct Deposit {
    /// The constitution its pool belongs to.
    pub constitution: Address,
    /// The pool it is part of.
    pub pool: Address,
    /// Whose tokens they are.
    pub owner: Address,
    /// Who paid for this account, and is paid back when it is closed.
    pub payer: Address,
    /// Who votes for the owner until the owner votes; zeros for nobody.
    pub delegate: Address,
    /// When the delegation ends, Unix seconds; 0 for none.
    pub delegate_expires_at: i64,
    /// Tokens that do not count yet, base units.
    pub fresh: u64,
    /// When the last of them came in, Unix seconds; 0 where there are none.
    pub fresh_at: i64,
    /// First second at which matured tokens can be taken out, Unix seconds. A vote moves it later, nothing moves it back.
    pub locked_until: i64,
    /// Matured tokens, oldest first.
    pub checkpoints: [DepositCheckpoint; MAX_CHECKPOINTS],
    /// Its index in the electorate, since it first matured; 2^32 - 1 before.
    pub index: u32,
    /// Layout of this account.
    pub layout_version: u8,
    /// Canonical bump of this address.
    pub bump: u8,
    /// Zero. Fills the last eight bytes.
    pub reserved: [u8; 2],
}

impl Deposit {
    /// As the rules see it.
    pub fn holding(&self) -> Holding {
        Holding {
            fresh: Weight(self.fresh),
            fresh_at: UnixSeconds(self.fresh_at),
            checkpoints: self.checkpoints.map(|DepositCheckpoint { from_proposal_id, amount }| Checkpoint {
                from_proposal: from_proposal_id,
                amount: Weight(amount),
            }),
            locked_until: UnixSeconds(self.locked_until),
        }
    }

    /// Writes what the rules computed. Through [`super::DepositPool::apply`] alone where amounts change.
    pub fn set_holding(&mut self, holding: &Holding) {
        let Holding { fresh, fresh_at, checkpoints, locked_until } = holding;
        (self.fresh, self.fresh_at, self.locked_until) = (fresh.0, fresh_at.0, locked_until.0);
        self.checkpoints = checkpoints.map(|checkpoint| DepositCheckpoint {
            from_proposal_id: checkpoint.from_proposal,
            amount: checkpoint.amount.0,
        });
    }

    /// As whom `signer` votes with it.
    ///
    /// # Errors
    /// [`GovError::NotDepositVoter`] for a stranger, and for a delegate whose time is over.
    pub fn caster(&self, signer: &Address, now: UnixSeconds) -> Result<Caster> {
        if *signer == self.owner {
            return Ok(Caster::Owner);
        }
        let holds = *signer == self.delegate && is_delegation_valid(UnixSeconds(self.delegate_expires_at), now);
        require!(holds, GovError::NotDepositVoter);
        Ok(Caster::Delegate)
    }
}
