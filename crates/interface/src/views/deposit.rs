//! What a deposit's and a pool's stored numbers mean.

use quantumagi_rules::deposit::{Checkpoint, Holding, NO_INDEX, PoolTotals, electorate_weight, is_delegation_valid};
use quantumagi_rules::{UnixSeconds, Weight};
use solana_address::Address;

use crate::accounts::{Deposit, DepositPool};
use crate::types::DepositCheckpoint;

impl Deposit {
    /// As the rules see it.
    #[must_use]
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

    /// Writes what the rules computed, as the program does.
    pub fn set_holding(&mut self, holding: &Holding) {
        let Holding { fresh, fresh_at, checkpoints, locked_until } = holding;
        (self.fresh, self.fresh_at, self.locked_until) = (fresh.0, fresh_at.0, locked_until.0);
        self.checkpoints = checkpoints.map(|checkpoint| DepositCheckpoint {
            from_proposal_id: checkpoint.from_proposal,
            amount: checkpoint.amount.0,
        });
    }

    /// Its index in the electorate; `None` before it has matured for the first time.
    #[must_use]
    pub fn index(&self) -> Option<u32> {
        (self.index != NO_INDEX).then_some(self.index)
    }

    /// What it weighs on the proposal with this id.
    #[must_use]
    pub fn weight_for(&self, proposal: u64) -> u64 {
        self.holding().weight_for(proposal).0
    }

    /// Who may vote with it at `now` beside its owner.
    #[must_use]
    pub fn delegate(&self, now: UnixSeconds) -> Option<Address> {
        let holds = is_delegation_valid(UnixSeconds(self.delegate_expires_at), now);
        (holds && self.delegate != Address::default()).then_some(self.delegate)
    }
}

impl DepositPool {
    /// What all its deposits add up to.
    #[must_use]
    pub fn totals(&self) -> PoolTotals {
        PoolTotals { total: Weight(self.total), matured: Weight(self.matured_total) }
    }

    /// What a proposal created now would be counted against.
    #[must_use]
    pub fn electorate_weight(&self) -> u64 {
        electorate_weight(Weight(self.matured_total), Weight(self.floor)).0
    }
}
