//! `quantumagi vault`: what the community owns.

use clap::Subcommand;
use quantumagi_interface::pda;
use quantumagi_rpc::solana::{AccountMeta, Address, Instruction, ids};
use quantumagi_sdk::words::sol;
use serde::Serialize;

use crate::amount;
use crate::context::Context;
use crate::order::Order;
use crate::printer::Report;
use crate::table::facts;

/// Number of `Transfer` in the System program's instructions.
const SYSTEM_TRANSFER: u32 = 2;

/// What to do with the vault.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what is in it.
    Show,
    /// Print its address, to which anybody can pay.
    Address,
    /// Pay into it.
    Fund {
        /// How much, in SOL: 1.5.
        #[arg(value_name = "SOL", value_parser = amount::lamports)]
        lamports: u64,
    },
}

impl Command {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let constitution = context.constitution()?;
        let vault = pda::vault(&constitution);
        match self {
            Self::Show => {
                context.client.constitution(&constitution).await?;
                let lamports = context.client.vault_balance(&constitution).await?.value;
                context.printer.report(&Shown { address: vault.to_string(), lamports })
            }
            Self::Address => context.printer.report(&Location { address: vault.to_string() }),
            Self::Fund { lamports } => {
                // Asked first, so that nobody pays to a vault that nobody can ever pay from.
                context.client.constitution(&constitution).await?;
                let actor = context.actor()?;
                let order = Order::one(
                    format!("{} paid into the vault", sol(lamports)),
                    vec![transfer(&actor.address(), &vault, lamports)],
                );
                context.carry_out(&actor, order.with("vault", vault.to_string()).with("lamports", lamports)).await
            }
        }
    }
}

/// Pays lamports from a wallet.
fn transfer(from: &Address, to: &Address, lamports: u64) -> Instruction {
    let data = [&SYSTEM_TRANSFER.to_le_bytes()[..], &lamports.to_le_bytes()].concat();
    let accounts = vec![AccountMeta::new(*from, true), AccountMeta::new(*to, false)];
    Instruction { program_id: ids::system_program::ID, accounts, data }
}

#[derive(Serialize)]
struct Shown {
    address: String,
    lamports: u64,
}

impl Report for Shown {
    fn words(&self) -> String {
        facts(&[("address", self.address.clone()), ("balance", sol(self.lamports))])
    }
}

#[derive(Serialize)]
struct Location {
    address: String,
}

impl Report for Location {
    fn words(&self) -> String {
        self.address.clone()
    }
}
