//! `quantumagi electorate`: who votes, whatever kind of electorate it is.

use clap::{Args, Subcommand};
use quantumagi_interface::pda;
use quantumagi_rpc::solana::Address;
use quantumagi_rules::electorate::ElectorateKind;
use quantumagi_sdk::words::electorate_name;
use serde::Serialize;

use super::deposit::PoolRow;
use crate::context::Context;
use crate::order::Order;
use crate::printer::Report;
use crate::table::facts;

/// What to do with electorates. Councils are rosters, and have a noun of their own.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make an electorate that is no council the one in force, before the seal. After it, `proposal create
    /// electorate-adopt` does.
    Adopt(Candidate),
    /// Show the electorate in force.
    Show,
}

/// One of the electorates that are no councils.
#[derive(Args, Clone, Copy, Debug)]
#[group(required = true, multiple = false)]
pub(crate) struct Candidate {
    /// Version of a deposit pool: who deposits tokens in it votes.
    #[arg(long, value_name = "VERSION")]
    pool: Option<u32>,
    /// Version of a list of snapshot operators: whom their snapshots name votes.
    #[arg(long, value_name = "VERSION")]
    operators: Option<u32>,
    /// Version of a weight plugin: whom its records give weight votes.
    #[arg(long, value_name = "VERSION")]
    plugin: Option<u32>,
}

impl Candidate {
    /// Its kind, address and name.
    pub(crate) fn find(self, constitution: &Address) -> (ElectorateKind, Address, String) {
        match self {
            Self { operators: Some(version), .. } => {
                let name = format!("snapshot operators {version}");
                (ElectorateKind::Snapshot, pda::operators(constitution, version), name)
            }
            Self { plugin: Some(version), .. } => {
                let name = format!("weight plugin {version}");
                (ElectorateKind::WeightRecord, pda::weight_plugin(constitution, version), name)
            }
            Self { pool, .. } => {
                let version = pool.unwrap_or_default();
                (ElectorateKind::Deposit, pda::deposit_pool(constitution, version), format!("deposit pool {version}"))
            }
        }
    }
}

impl Command {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let constitution = context.constitution()?;
        let client = &context.client;
        match self {
            Self::Adopt(candidate) => {
                let actor = context.actor()?;
                let (kind, electorate, name) = candidate.find(&constitution);
                let adopt = client.electorate_adopt(&constitution, &actor.address(), kind, &electorate).await?;
                let order = Order::one(format!("{name} adopted"), vec![adopt]);
                context.carry_out(&actor, order.with("electorate", electorate.to_string())).await
            }
            Self::Show => {
                let account = client.constitution(&constitution).await?.value;
                let kind = account.electorate_kind()?;
                let address = account.electorate();
                let pool = match address {
                    Some(address) if kind == ElectorateKind::Deposit => {
                        Some(PoolRow::new(&address, &client.deposit_pool(&address).await?.value, true))
                    }
                    _ => None,
                };
                let address = address.map(|address| address.to_string());
                context.printer.report(&Shown { kind: kind as u8, electorate: electorate_name(kind), address, pool })
            }
        }
    }
}

#[derive(Serialize)]
struct Shown {
    kind: u8,
    electorate: &'static str,
    address: Option<String>,
    pool: Option<PoolRow>,
}

impl Report for Shown {
    fn words(&self) -> String {
        let address = self.address.clone().unwrap_or_else(|| "none adopted yet".to_owned());
        let head = facts(&[("electorate", self.electorate.to_owned()), ("address", address)]);
        match &self.pool {
            Some(pool) => format!("{head}\n{}", pool.words()),
            None => head,
        }
    }
}
