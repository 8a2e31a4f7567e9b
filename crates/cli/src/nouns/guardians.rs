//! `quantumagi guardians`: who may act in an emergency, and for how long.

use clap::Subcommand;
use quantumagi_interface::accounts::Guardians;
use quantumagi_rpc::solana::Address;
use quantumagi_rules::UnixSeconds;
use quantumagi_rules::emergency::guardians::is_present;
use quantumagi_sdk::check;
use quantumagi_sdk::words::utc;
use serde::Serialize;

use crate::context::Context;
use crate::moment;
use crate::order::Order;
use crate::printer::Report;
use crate::table::{facts, table};

/// What to do with guardians. After the seal votes adopt and remove them: `proposal create guardians-adopt` and
/// `guardians-remove`.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the guardians, who of them was heard of, and what is left of their power.
    Show,
    /// Open the account that guardians are adopted into, once. It gives nobody power.
    Open,
    /// Adopt guardians as the founder, before the seal.
    Adopt {
        /// How many of them must approve an act: a majority, and at least 2.
        #[arg(long)]
        threshold: u8,
        /// How long they may act: 180d. A day to a year.
        #[arg(long, value_parser = moment::duration)]
        term: u32,
        /// Who they are: 2 to 9 addresses.
        #[arg(required = true)]
        members: Vec<Address>,
    },
    /// Show to be there, as a guardian. Who is silent for 30 days stays out until adopted again.
    Heartbeat,
}

impl Command {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let constitution = context.constitution()?;
        let client = &context.client;
        match self {
            Self::Show => {
                let now = client.now().await?;
                let shown = client
                    .guardians(&constitution)
                    .await?
                    .map(|read| read.value)
                    .map(|guardians| Shown::new(&guardians, now));
                context.printer.report(&Found { guardians: shown })
            }
            Self::Open => {
                let actor = context.actor()?;
                let open = client.guardians_open(&constitution, &actor.address()).await?;
                context.carry_out(&actor, Order::one("guardians can be adopted", vec![open])).await
            }
            Self::Adopt { threshold, term, members } => {
                let actor = context.actor()?;
                let adopt =
                    client.guardians_adopt(&constitution, &actor.address(), threshold, term, &sorted(members)).await?;
                context.carry_out(&actor, Order::one("guardians adopted", vec![adopt])).await
            }
            Self::Heartbeat => {
                let actor = context.actor()?;
                let heartbeat = client.guardians_heartbeat(&constitution, &actor.address()).await?;
                context.carry_out(&actor, Order::one("heard of", vec![heartbeat])).await
            }
        }
    }
}

/// In the order that the program asks for.
pub(super) fn sorted(mut members: Vec<Address>) -> Vec<Address> {
    members.sort_unstable();
    members
}

#[derive(Serialize)]
struct Found {
    guardians: Option<Shown>,
}

#[derive(Serialize)]
struct Shown {
    threshold: u8,
    strikes: u8,
    term_ends_at: i64,
    /// Why they cannot act; none where they can.
    disarmed: Option<String>,
    members: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    index: usize,
    address: String,
    seen_at: Option<i64>,
    is_present: bool,
}

impl Shown {
    fn new(guardians: &Guardians, now: UnixSeconds) -> Self {
        let seen = guardians.members().iter().zip(guardians.seen_at).enumerate();
        let members = seen.map(|(index, (address, seen_at))| Row {
            index,
            address: address.to_string(),
            seen_at: (seen_at != 0).then_some(seen_at),
            is_present: is_present(UnixSeconds(seen_at), now),
        });
        Self {
            threshold: guardians.threshold,
            strikes: guardians.strikes,
            term_ends_at: guardians.term_ends_at,
            disarmed: check::armed(Some(guardians), now).err().map(|error| error.to_string()),
            members: members.collect(),
        }
    }
}

impl Report for Found {
    fn words(&self) -> String {
        let Some(shown) = &self.guardians else { return "no guardians".to_owned() };
        let can_act = shown.disarmed.clone().unwrap_or_else(|| "yes".to_owned());
        let head = facts(&[
            ("must agree", shown.threshold.to_string()),
            ("can act", can_act),
            ("strikes", shown.strikes.to_string()),
            ("term ends", utc(UnixSeconds(shown.term_ends_at))),
        ]);
        let rows = shown.members.iter().map(|row| {
            let seen = row.seen_at.map_or_else(|| "never".to_owned(), |at| utc(UnixSeconds(at)));
            let here = if row.is_present { "yes" } else { "no" };
            [row.index.to_string(), row.address.clone(), seen, here.to_owned()]
        });
        format!("{head}\n\n{}", table(["index", "guardian", "heard of", "present"], rows))
    }
}
