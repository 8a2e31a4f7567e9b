//! Pools and deposits as they stand.

use quantumagi_interface::accounts::{Deposit, DepositPool};
use quantumagi_rpc::solana::Address;
use quantumagi_rules::UnixSeconds;
use quantumagi_sdk::words::{decimal, duration, utc};
use serde::Serialize;

use crate::context::Context;
use crate::printer::Report;
use crate::table::{facts, table};

/// Prints all pools.
pub(super) async fn pools(context: &Context, constitution: &Address) -> anyhow::Result<()> {
    let in_force = context.client.constitution(constitution).await?.value.electorate;
    let pools = context.client.deposit_pools(constitution).await?;
    let pools = pools.iter().map(|(address, pool)| PoolRow::new(address, &pool.value, in_force == *address));
    context.printer.report(&Pools { pools: pools.collect() })
}

/// Prints one deposit of a pool, or all.
pub(super) async fn deposits(
    context: &Context,
    address: &Address,
    pool: &DepositPool,
    owner: Option<Address>,
) -> anyhow::Result<()> {
    let deposits = match owner {
        Some(owner) => vec![context.client.deposit(address, &owner).await?],
        None => context.client.deposits(address).await?,
    };
    let now = context.client.now().await?;
    let in_force = context.client.constitution(&pool.constitution).await?.value.electorate;
    let deposits = deposits.iter().map(|deposit| DepositRow::new(&deposit.value, pool, now)).collect();
    context.printer.report(&Deposits { pool: PoolRow::new(address, pool, in_force == *address), deposits })
}

/// A pool as it stands. Amounts are base units; `decimals` says where the point is.
#[derive(Serialize)]
pub(crate) struct PoolRow {
    version: u32,
    address: String,
    mint: String,
    decimals: u8,
    maturity_seconds: u32,
    total: u64,
    matured: u64,
    floor: u64,
    bound_proposals: u32,
    is_adopted: bool,
}

impl PoolRow {
    pub(crate) fn new(address: &Address, pool: &DepositPool, is_adopted: bool) -> Self {
        Self {
            version: pool.version,
            address: address.to_string(),
            mint: pool.mint.to_string(),
            decimals: pool.decimals,
            maturity_seconds: pool.maturity_seconds,
            total: pool.total,
            matured: pool.matured_total,
            floor: pool.floor,
            bound_proposals: pool.bound_proposals,
            is_adopted,
        }
    }

    fn tokens(&self, units: u64) -> String {
        decimal(units, self.decimals)
    }

    /// The pool in lines.
    pub(crate) fn words(&self) -> String {
        let state = if self.is_adopted { "the electorate in force" } else { "not the electorate in force" };
        facts(&[
            ("pool", format!("{} ({state})", self.version)),
            ("address", self.address.clone()),
            ("mint", self.mint.clone()),
            ("matured", format!("{} of {} tokens", self.tokens(self.matured), self.tokens(self.total))),
            ("floor", format!("{} tokens: what shares are counted against at least", self.tokens(self.floor))),
            ("maturity", duration(u64::from(self.maturity_seconds))),
        ])
    }
}

#[derive(Serialize)]
struct Pools {
    pools: Vec<PoolRow>,
}

impl Report for Pools {
    fn words(&self) -> String {
        if self.pools.is_empty() {
            return "no deposit pools".to_owned();
        }
        let rows = self.pools.iter().map(|row| {
            let state = match row {
                PoolRow { is_adopted: true, .. } => "electorate in force",
                PoolRow { bound_proposals: 0, .. } => "not in use",
                PoolRow { .. } => "in use by proposals",
            };
            let matured = format!("{} of {}", row.tokens(row.matured), row.tokens(row.total));
            let waits = duration(u64::from(row.maturity_seconds));
            [row.version.to_string(), row.mint.clone(), matured, row.tokens(row.floor), waits, state.to_owned()]
        });
        table(["version", "mint", "matured", "floor", "maturity", "state"], rows)
    }
}

/// A deposit as it stands.
#[derive(Serialize)]
struct DepositRow {
    owner: String,
    index: Option<u32>,
    matured: u64,
    fresh: u64,
    ripe_at: Option<i64>,
    locked_until: Option<i64>,
    delegate: Option<String>,
    delegate_expires_at: Option<i64>,
}

impl DepositRow {
    fn new(deposit: &Deposit, pool: &DepositPool, now: UnixSeconds) -> Self {
        let ripe_at = UnixSeconds(deposit.fresh_at).checked_add(pool.maturity_seconds);
        let delegate = deposit.delegate(now);
        Self {
            owner: deposit.owner.to_string(),
            index: deposit.index(),
            matured: deposit.holding().matured().0,
            fresh: deposit.fresh,
            ripe_at: ripe_at.filter(|_| deposit.fresh > 0).map(|moment| moment.0),
            locked_until: (now.0 < deposit.locked_until).then_some(deposit.locked_until),
            delegate: delegate.map(|delegate| delegate.to_string()),
            delegate_expires_at: delegate.map(|_| deposit.delegate_expires_at),
        }
    }
}

#[derive(Serialize)]
struct Deposits {
    pool: PoolRow,
    deposits: Vec<DepositRow>,
}

impl Report for Deposits {
    fn words(&self) -> String {
        let moment = |moment: Option<i64>| moment.map(|moment| utc(UnixSeconds(moment))).unwrap_or_default();
        let rows = self.deposits.iter().map(|row| {
            let fresh = match row.ripe_at {
                Some(_) => format!("{} (ripe at {})", self.pool.tokens(row.fresh), moment(row.ripe_at)),
                None => String::new(),
            };
            let matured = self.pool.tokens(row.matured);
            let delegate = row.delegate.clone().unwrap_or_default();
            [row.owner.clone(), matured, fresh, moment(row.locked_until), delegate]
        });
        format!("{}\n{}", self.pool.words(), table(["owner", "matured", "fresh", "locked until", "delegate"], rows))
    }
}
