//! `quantumagi electorate`: who votes, whatever kind of electorate it is.

use clap::Subcommand;
use quantumagi_interface::pda;
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
    Adopt {
        /// Version of a deposit pool: who deposits tokens in it votes.
        #[arg(long, value_name = "VERSION")]
        pool: u32,
    },
    /// Show the electorate in force.
    Show,
}

impl Command {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let constitution = context.constitution()?;
        let client = &context.client;
        match self {
            Self::Adopt { pool } => {
                let actor = context.actor()?;
                let electorate = pda::deposit_pool(&constitution, pool);
                let kind = ElectorateKind::Deposit;
                let adopt = client.electorate_adopt(&constitution, &actor.address(), kind, &electorate).await?;
                let order = Order::one(format!("deposit pool {pool} adopted"), vec![adopt]);
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
