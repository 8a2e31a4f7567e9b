//! `quantumagi veto-body`: who can stop what the electorate wants.

use clap::Subcommand;
use quantumagi_sdk::words::percent;
use serde::Serialize;

use crate::context::Context;
use crate::order::Order;
use crate::printer::Report;
use crate::table::{facts, table};

/// What to do with the veto body. It is a roster of at most 256 members.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show its members.
    Show,
    /// Make a roster the veto body, before the seal. After it, `proposal create veto-body-adopt` does.
    Adopt {
        /// The roster's version.
        roster: u32,
    },
    /// Do without a veto body, before the seal. After it, `proposal create veto-body-remove` does.
    Remove,
}

impl Command {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let constitution = context.constitution()?;
        let client = &context.client;
        match self {
            Self::Show => context.printer.report(&shown(context).await?),
            Self::Adopt { roster } => {
                let actor = context.actor()?;
                let adopt = client.veto_body_adopt(&constitution, &actor.address(), roster).await?;
                let order = Order::one(format!("roster {roster} is the veto body"), vec![adopt]);
                context.carry_out(&actor, order.with("roster", roster)).await
            }
            Self::Remove => {
                let actor = context.actor()?;
                let remove = client.veto_body_remove(&constitution, &actor.address()).await?;
                context.carry_out(&actor, Order::one("there is no veto body any more", vec![remove])).await
            }
        }
    }
}

async fn shown(context: &Context) -> anyhow::Result<Shown> {
    let account = context.client.constitution(&context.constitution()?).await?.value;
    let Some(address) = account.veto_roster() else { return Ok(Shown::default()) };
    let body = context.client.electorate(&address).await?.value;
    let (names, total) = (context.people(), body.roster.total_weight);
    let members = body.members.iter().map(|member| Member {
        address: member.voter.to_string(),
        weight: member.weight,
        share: percent(u128::from(member.weight), u128::from(total)),
        name: names.address(&member.voter),
    });
    Ok(Shown { roster: Some(body.roster.version), total_weight: total, members: members.collect() })
}

#[derive(Default, Serialize)]
struct Shown {
    roster: Option<u32>,
    total_weight: u64,
    members: Vec<Member>,
}

#[derive(Serialize)]
struct Member {
    address: String,
    weight: u64,
    share: String,
    #[serde(skip)]
    name: String,
}

impl Report for Shown {
    fn words(&self) -> String {
        let Some(version) = self.roster else { return "no veto body".to_owned() };
        let head = facts(&[("roster", version.to_string()), ("total weight", self.total_weight.to_string())]);
        let rows =
            self.members.iter().map(|member| [member.name.clone(), member.weight.to_string(), member.share.clone()]);
        format!("{head}\n{}", table(["member", "weight", "share"], rows))
    }
}
