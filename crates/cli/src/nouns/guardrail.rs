//! `quantumagi guardrail`: what principles forbid in numbers.

mod typed;

use clap::Subcommand;
use quantumagi_rules::UnixSeconds;
use quantumagi_rules::guardrail::Guardrail;
use quantumagi_sdk::words::{describe_guardrail, guarded_amount};
use serde::Serialize;

pub(crate) use self::typed::Typed;
use crate::context::Context;
use crate::order::Order;
use crate::printer::Report;
use crate::table::table;

/// What to do with guardrails. Before the seal the founder orders changes; after it `proposal create` does.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Bind a guardrail to a principle, in place of the one it had, before the seal.
    Set {
        /// The principle's id.
        principle: u32,
        /// What it says.
        #[command(subcommand)]
        guardrail: Typed,
    },
    /// Take a principle's guardrail away, before the seal.
    Clear {
        /// The principle's id.
        principle: u32,
    },
    /// Open the account that a constitution's guardrails lie in, once; anybody may. Needed before a vote can bind one.
    Open,
    /// List the guardrails in force, with what was spent lately.
    List,
}

impl Command {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let constitution = context.constitution()?;
        let client = &context.client;
        match self {
            Self::Set { principle, guardrail } => {
                let actor = context.actor()?;
                let guardrail = Guardrail::from(guardrail);
                let set = client.guardrail_set(&constitution, &actor.address(), principle, &guardrail).await?;
                let order = Order::one(format!("guardrail of principle {principle} set"), set);
                context.carry_out(&actor, order.with("principle", principle)).await
            }
            Self::Clear { principle } => {
                let actor = context.actor()?;
                let clear = client.guardrail_clear(&constitution, &actor.address(), principle).await?;
                let order = Order::one(format!("guardrail of principle {principle} taken away"), vec![clear]);
                context.carry_out(&actor, order.with("principle", principle)).await
            }
            Self::Open => {
                let actor = context.actor()?;
                let open = client.guardrails_open(&constitution, &actor.address()).await?;
                context.carry_out(&actor, Order::one("account of the guardrails opened", vec![open])).await
            }
            Self::List => {
                let account = client.constitution(&constitution).await?.value;
                let names = context.names(&constitution, &account, &[]).await?;
                let now = client.now().await?;
                let in_force = match client.guardrails(&constitution).await?.map(|read| read.value) {
                    Some(guardrails) => guardrails.in_force()?,
                    None => Vec::new(),
                };
                let rows = in_force.iter().map(|it| Row {
                    principle: it.principle_id,
                    guardrail: describe_guardrail(&it.guardrail, &names),
                    left: left(&it.guardrail, it.spending, now),
                    told: left(&it.guardrail, it.spending, now).map(|left| guarded_amount(&it.guardrail, left)),
                });
                context.printer.report(&Listed { guardrails: rows.collect() })
            }
        }
    }
}

/// What may still be spent within the window, in lamports or base units.
fn left(guardrail: &Guardrail, spending: quantumagi_rules::guardrail::Spending, now: UnixSeconds) -> Option<u64> {
    match *guardrail {
        Guardrail::LamportsPerWindow { limit, window_seconds }
        | Guardrail::TokensPerWindow { limit, window_seconds, .. } => {
            Some(spending.left_at(limit, window_seconds, now))
        }
        Guardrail::ForbiddenProgram { .. }
        | Guardrail::RequiredDelay { .. }
        | Guardrail::ParameterRange { .. }
        | Guardrail::PolicySunset { .. }
        | Guardrail::NeverWritable { .. } => None,
    }
}

#[derive(Serialize)]
struct Row {
    principle: u32,
    guardrail: String,
    /// What may still be spent within the window, in lamports or base units.
    left: Option<u64>,
    /// The same in words.
    #[serde(skip)]
    told: Option<String>,
}

#[derive(Serialize)]
struct Listed {
    guardrails: Vec<Row>,
}

impl Report for Listed {
    fn words(&self) -> String {
        if self.guardrails.is_empty() {
            return "no guardrails".to_owned();
        }
        let rows = self
            .guardrails
            .iter()
            .map(|row| [row.principle.to_string(), row.guardrail.clone(), row.told.clone().unwrap_or_default()]);
        table(["principle", "guardrail", "left"], rows)
    }
}
