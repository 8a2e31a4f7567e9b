//! `quantumagi roster`: who votes, with what weight.

use std::path::PathBuf;

use clap::Subcommand;
use quantumagi_interface::pda;
use quantumagi_sdk::Electorate;
use quantumagi_sdk::words::{hex, percent};
use serde::Serialize;

use crate::context::Context;
use crate::members;
use crate::order::Order;
use crate::printer::Report;
use crate::table::{facts, table};

mod fill;

/// What to do with rosters.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a roster of members with weights: the founder before the seal, anybody after it. It becomes the electorate
    /// when it is adopted.
    ///
    /// One that stopped half way goes on where it stopped when the same command is run again by the same payer.
    Create {
        /// Members: TOML with a table member for each (address, weight, name), or lines of address,weight,name. Names stay here.
        #[arg(long, value_name = "FILE")]
        members: PathBuf,
    },
    /// Make a roster the electorate, before the seal. After it, `proposal create roster-adopt` does.
    Adopt {
        /// Its version.
        version: u32,
    },
    /// Show a roster's members.
    Show {
        /// Its version [default: the electorate in force].
        version: Option<u32>,
    },
    /// List the rosters that are not closed.
    List,
    /// Close a roster that is not in use; the rent goes back to whoever paid it.
    Close {
        /// Its version.
        version: u32,
    },
}

impl Command {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let constitution = context.constitution()?;
        let client = &context.client;
        match self {
            Self::Create { members } => {
                let members = members::members(&members::read(&members)?);
                let actor = context.actor()?;
                let (version, transactions) =
                    fill::transactions(client, &constitution, &actor.address(), &members).await?;
                let order = Order::many(format!("roster {version} made"), transactions)
                    .with("roster", version)
                    .with("address", pda::roster(&constitution, version).to_string())
                    .with("members", members.len());
                context.carry_out(&actor, order).await
            }
            Self::Adopt { version } => {
                let actor = context.actor()?;
                let instruction = client.roster_adopt(&constitution, &actor.address(), version).await?;
                let order = Order::one(format!("roster {version} adopted"), vec![instruction]);
                context.carry_out(&actor, order.with("roster", version)).await
            }
            Self::Show { version } => {
                let account = client.constitution(&constitution).await?.value;
                let address = match version {
                    Some(version) => pda::roster(&constitution, version),
                    None => account
                        .roster()
                        .ok_or(quantumagi_sdk::SdkError::from(quantumagi_sdk::check::CheckError::RosterMissing))?,
                };
                let electorate = client.electorate(&address).await?.value;
                let is_adopted = account.roster() == Some(address);
                context.printer.report(&Shown::new(context, &electorate, is_adopted))
            }
            Self::List => {
                let adopted = client.constitution(&constitution).await?.value.roster_version;
                let read = client.rosters(&constitution).await?;
                let rosters = read.iter().map(|read| Row {
                    version: read.value.version,
                    members: read.value.count,
                    size: read.value.size,
                    total_weight: read.value.total_weight,
                    bound_proposals: read.value.bound_proposals,
                    is_adopted: read.value.version == adopted,
                });
                context.printer.report(&Listed { rosters: rosters.collect() })
            }
            Self::Close { version } => {
                let actor = context.actor()?;
                let transactions = client.roster_close(&constitution, &actor.address(), version).await?;
                let order = Order::many(format!("roster {version} closed"), transactions);
                context.carry_out(&actor, order.with("roster", version)).await
            }
        }
    }
}

#[derive(Serialize)]
struct Shown {
    roster: u32,
    address: String,
    is_adopted: bool,
    total_weight: u64,
    members_hash: String,
    members: Vec<MemberRow>,
}

#[derive(Serialize)]
struct MemberRow {
    index: usize,
    address: String,
    name: Option<String>,
    weight: u64,
    share: String,
}

impl Shown {
    fn new(context: &Context, electorate: &Electorate, is_adopted: bool) -> Self {
        let Electorate { address, roster, members, .. } = electorate;
        let names = context.people().addresses;
        let total = u128::from(roster.total_weight);
        let members = members.iter().enumerate().map(|(index, member)| MemberRow {
            index,
            address: member.voter.to_string(),
            name: names.get(&member.voter).cloned(),
            weight: member.weight,
            share: percent(u128::from(member.weight), total),
        });
        Self {
            roster: roster.version,
            address: address.to_string(),
            is_adopted,
            total_weight: roster.total_weight,
            members_hash: hex(&roster.members_hash),
            members: members.collect(),
        }
    }
}

impl Report for Shown {
    fn words(&self) -> String {
        let state = if self.is_adopted { "the electorate in force" } else { "not the electorate in force" };
        let head = facts(&[
            ("roster", format!("{} ({state})", self.roster)),
            ("address", self.address.clone()),
            ("total weight", self.total_weight.to_string()),
        ]);
        let rows = self.members.iter().map(|row| {
            let name = row.name.clone().unwrap_or_default();
            [row.index.to_string(), row.address.clone(), name, row.weight.to_string(), row.share.clone()]
        });
        format!("{head}\n{}", table(["index", "member", "name", "weight", "share"], rows))
    }
}

#[derive(Serialize)]
struct Listed {
    rosters: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    version: u32,
    members: u32,
    size: u32,
    total_weight: u64,
    bound_proposals: u32,
    is_adopted: bool,
}

impl Report for Listed {
    fn words(&self) -> String {
        if self.rosters.is_empty() {
            return "no rosters".to_owned();
        }
        let rows = self.rosters.iter().map(|row| {
            let state = match row {
                Row { is_adopted: true, .. } => "electorate in force",
                Row { members, size, .. } if members < size => "not complete",
                Row { bound_proposals: 0, .. } => "not in use",
                Row { .. } => "in use by proposals",
            };
            let members = format!("{} of {}", row.members, row.size);
            [row.version.to_string(), members, row.total_weight.to_string(), state.to_owned()]
        });
        table(["version", "members", "total weight", "state"], rows)
    }
}
