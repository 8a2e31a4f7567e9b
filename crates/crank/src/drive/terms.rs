//! What an operator allows.

use std::time::Duration;

use quantumagi_sdk::Pricing;

use crate::journal::Cost;
use crate::plan::Habits;
use crate::workflow::sight::Patience;

/// What a crank does with what is due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Carries it out.
    #[default]
    Act,
    /// Builds, runs on trial and prices it, and sends nothing.
    Rehearse,
}

/// What an operator allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// When something is due.
    pub habits: Habits,
    /// What is done about it.
    pub mode: Mode,
    /// Floor of the priority fee, micro-lamports per compute unit. Doubles each time a transaction expires. Default 1,000.
    pub min_unit_price: u64,
    /// Cap of the priority fee, micro-lamports per compute unit. Default 1,000,000.
    pub max_unit_price: u64,
    /// Most that one transaction may cost, lamports. Default 50,000 as its fee and 10,000,000 as rent, which comes back.
    pub max_cost: Cost,
    /// Most that all transactions of a day of the chain's clock may cost, lamports. Default 10,000,000 as fees, which is
    /// 0.01 SOL, and 100,000,000 as rent.
    pub max_cost_per_day: Cost,
    /// Ranks over which a crank spreads by itself that knows of no other. Default 1: it does not wait, and learns of
    /// others from the first race that it loses.
    pub ranks: u32,
    /// How long a crank waits for each that goes before it and does not get on. Default 3 s.
    pub rank_delay: Duration,
    /// Duties carried out at one time, at least 1. Default 8.
    pub parallel: usize,
    /// When to stop waiting for an outcome; what is open then is looked up again in the next round. Default 60 s.
    pub wait: Duration,
    /// Longest pause between two rounds: what no moment foretells, like a new proposal, is seen after it. Default 60 s, at
    /// which a hundred open proposals cost less than 300 calls an hour.
    pub look_every: Duration,
    /// How long after its moment a step of a workflow that somebody has to do is still on time. Default 15 min.
    pub late_after: Duration,
    /// How often how far the history was proved is written on chain, where something has happened since, seconds. Default
    /// `None`: never. It reads every transaction about the constitution, once, and costs a fee.
    pub checkpoint_every_seconds: Option<u32>,
    /// Transactions about a constitution that one attempt at a checkpoint reads: a long history takes several. Default 1,000.
    pub history_step: usize,
    /// How long a stop waits for what is under way. What is still open then, the next start looks up. Default 10 s.
    pub grace: Duration,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            habits: Habits::default(),
            mode: Mode::default(),
            min_unit_price: 1_000,
            max_unit_price: 1_000_000,
            max_cost: Cost { fee_lamports: 50_000, rent_lamports: 10_000_000 },
            max_cost_per_day: Cost { fee_lamports: 10_000_000, rent_lamports: 100_000_000 },
            ranks: 1,
            rank_delay: Duration::from_secs(3),
            parallel: 8,
            wait: Duration::from_secs(60),
            look_every: Duration::from_secs(60),
            late_after: Duration::from_secs(900),
            checkpoint_every_seconds: None,
            history_step: 1_000,
            grace: Duration::from_secs(10),
        }
    }
}

impl Terms {
    /// Until when steps of workflows are on time.
    #[must_use]
    pub fn patience(&self) -> Patience {
        let late_after = i64::try_from(self.late_after.as_secs()).unwrap_or(i64::MAX);
        Patience { close_after: i64::from(self.habits.close_after), late_after }
    }

    /// The price of a duty whose transaction has expired so often.
    pub(super) fn pricing(&self, expired: u32) -> Pricing {
        let factor = 1u64.checked_shl(expired).unwrap_or(u64::MAX);
        let floor = self.min_unit_price.saturating_mul(factor).min(self.max_unit_price);
        Pricing::default().with_max_unit_price(self.max_unit_price).with_min_unit_price(floor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floor_doubles_with_each_expiry_up_to_the_cap() {
        let terms = Terms { min_unit_price: 100, max_unit_price: 1_000, ..Terms::default() };
        let floors = [0, 1, 2, 3, 4, 63, 64].map(|expired| terms.pricing(expired).min_unit_price);
        assert_eq!(floors, [100, 200, 400, 800, 1_000, 1_000, 1_000]);
        assert_eq!(terms.pricing(9).max_unit_price, 1_000);
    }
}
