//! What a transaction may use and pays for.

use quantumagi_rpc::Rpc;
use quantumagi_rpc::solana::{Address, Instruction, ids};

use crate::error::Result;

/// Fee for each signature, lamports. Source: the default fee structure of every Solana cluster, 2026.
pub const SIGNATURE_FEE_LAMPORTS: u64 = 5_000;
/// Most compute units that the runtime gives one transaction.
pub(super) const MAX_UNITS: u32 = 1_400_000;
/// Least limit that is asked for: the compute-budget instructions themselves take 150 each, and a state that changes
/// between simulation and landing moves small transactions by more than a tenth.
const LEAST_UNITS: u32 = 5_000;
const MICRO_PER_LAMPORT: u128 = 1_000_000;

/// Tags of the compute-budget program's instructions.
const SET_UNIT_LIMIT: u8 = 2;
const SET_UNIT_PRICE: u8 = 3;

/// How a transaction is priced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pricing {
    /// Added to the simulated compute units, percent. Default 10.
    pub margin_percent: u8,
    /// Which of the recent priority fees is paid, percentile. Default 50.
    pub percentile: u8,
    /// Most that is paid, micro-lamports per compute unit. Default 100,000: 0.00002 SOL for 200,000 units.
    pub max_unit_price: u64,
    /// Least that is paid, micro-lamports per compute unit, where the cap does not lie below. Default 0. Endpoints tell a
    /// price of 0 for accounts that nobody has written lately, which governance's are.
    pub min_unit_price: u64,
}

impl Default for Pricing {
    fn default() -> Self {
        Self { margin_percent: 10, percentile: 50, max_unit_price: 100_000, min_unit_price: 0 }
    }
}

impl Pricing {
    /// The same with another cap on the priority fee, micro-lamports per compute unit; 0 for none.
    #[must_use]
    pub fn with_max_unit_price(mut self, max_unit_price: u64) -> Self {
        self.max_unit_price = max_unit_price;
        self
    }

    /// The same with a floor of the priority fee, micro-lamports per compute unit.
    #[must_use]
    pub fn with_min_unit_price(mut self, min_unit_price: u64) -> Self {
        self.min_unit_price = min_unit_price;
        self
    }

    /// The same with another percentile of the recent priority fees.
    #[must_use]
    pub fn with_percentile(mut self, percentile: u8) -> Self {
        self.percentile = percentile;
        self
    }

    pub(super) async fn unit_price(&self, rpc: &Rpc, written: &[Address]) -> Result<u64> {
        if self.max_unit_price == 0 {
            return Ok(0);
        }
        let asked = rpc.recent_priority_fee(written, self.percentile).await?;
        Ok(self.bounded(asked))
    }

    fn bounded(&self, asked: u64) -> u64 {
        asked.max(self.min_unit_price).min(self.max_unit_price)
    }

    /// The limit for a transaction that used `units` in simulation.
    pub(super) fn unit_limit(&self, units: u64) -> u32 {
        let margin = units.saturating_mul(u64::from(self.margin_percent)).div_ceil(100);
        let limit = u32::try_from(units.saturating_add(margin)).unwrap_or(MAX_UNITS);
        limit.clamp(LEAST_UNITS, MAX_UNITS)
    }
}

/// Whole fee: for the signatures, and for the limit at its price, rounded up as the runtime does.
pub(super) fn fee_lamports(n_signatures: u64, unit_limit: u32, unit_price: u64) -> u64 {
    let micro = u128::from(unit_limit).saturating_mul(u128::from(unit_price));
    let priority = u64::try_from(micro.div_ceil(MICRO_PER_LAMPORT)).unwrap_or(u64::MAX);
    n_signatures.saturating_mul(SIGNATURE_FEE_LAMPORTS).saturating_add(priority)
}

/// The instructions that tell the runtime; the price only where there is one.
pub(super) fn instructions(unit_limit: u32, unit_price: u64) -> impl Iterator<Item = Instruction> {
    let limit = instruction(SET_UNIT_LIMIT, &unit_limit.to_le_bytes());
    let price = (unit_price > 0).then(|| instruction(SET_UNIT_PRICE, &unit_price.to_le_bytes()));
    [Some(limit), price].into_iter().flatten()
}

fn instruction(tag: u8, value: &[u8]) -> Instruction {
    let data = [&[tag], value].concat();
    Instruction { program_id: ids::compute_budget::ID, accounts: Vec::new(), data }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_what_was_used_and_a_tenth_within_bounds() {
        let pricing = Pricing::default();
        for (units, limit) in [(0, 5_000), (10_000, 11_000), (10_001, 11_002), (1_400_000, 1_400_000)] {
            assert_eq!(pricing.unit_limit(units), limit, "{units}");
        }
        assert_eq!(pricing.unit_limit(u64::MAX), MAX_UNITS);
    }

    #[test]
    fn the_price_is_at_least_its_floor_and_never_above_its_cap() {
        let pricing = Pricing::default().with_min_unit_price(50).with_max_unit_price(200);
        assert_eq!([0, 50, 120, 201].map(|asked| pricing.bounded(asked)), [50, 50, 120, 200]);
        let above = Pricing::default().with_min_unit_price(300).with_max_unit_price(200);
        assert_eq!(above.bounded(0), 200);
    }

    #[test]
    fn the_priority_fee_is_rounded_up() {
        assert_eq!(fee_lamports(2, 11_000, 0), 10_000);
        assert_eq!(fee_lamports(1, 11_000, 1), 5_001);
        assert_eq!(fee_lamports(1, 1_000_000, 3), 5_003);
    }

    #[test]
    fn a_price_of_nothing_is_not_mentioned() {
        let data: Vec<_> = instructions(258, 0).map(|instruction| instruction.data).collect();
        assert_eq!(data, [[2, 2, 1, 0, 0]]);
        assert_eq!(instructions(1, 7).nth(1).expect("a price").data, [3, 7, 0, 0, 0, 0, 0, 0, 0]);
    }
}
