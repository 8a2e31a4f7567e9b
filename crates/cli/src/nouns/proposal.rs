//! `quantumagi proposal`: from the first draft to what was done.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use quantumagi_interface::digest::sha256;
use quantumagi_interface::pda;
use quantumagi_rpc::solana::Address;
use quantumagi_rules::ballot::Choice;
use quantumagi_sdk::words::hex;

use super::snapshot;
use crate::context::Context;
use crate::library::read_text;
use crate::order::Order;

mod action;
mod check;
mod create;
mod executed;
mod list;
mod payload;
mod published;
mod show;
mod watch;

/// What to do with proposals. They are named by their number.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Propose something. A member of the electorate may, once the constitution is sealed.
    Create(create::Create),
    /// List proposals.
    List {
        /// With those that were closed, from the history.
        #[arg(long)]
        closed: bool,
    },
    /// Tell what happens if it passes, who can still vote, and what is missing. Closed ones come from the history.
    Show {
        /// Its number.
        id: u64,
    },
    /// Print a line whenever it changes, until nothing can change any more; with --json an object on each line. Goes on
    /// however often the connection breaks.
    Watch {
        /// Its number.
        id: u64,
    },
    /// Vote, or change a vote where the proposal allows it.
    Vote {
        /// Its number.
        id: u64,
        /// What to say.
        choice: Ballot,
        /// Vote with the deposit of this owner, as its delegate, where the owner has not voted yet.
        #[arg(long, value_name = "OWNER")]
        with_deposit_of: Option<Address>,
        /// The file with the voters, where the proposal is voted on by snapshot.
        #[arg(long, value_name = "FILE", conflicts_with = "with_deposit_of")]
        snapshot: Option<PathBuf>,
    },
    /// Stop it, as a member of the veto body. It is stopped once enough of them do.
    Veto {
        /// Its number.
        id: u64,
    },
    /// Attest it with a score and a report, as its attestor.
    Attest {
        /// Its number.
        id: u64,
        /// The score in basis points: 0 to 10000.
        #[arg(long, value_name = "BPS")]
        score_bps: u16,
        /// The report: a text. The score binds to it.
        #[arg(long, value_name = "FILE")]
        report: PathBuf,
        /// Keep the report here and do not publish it.
        #[arg(long)]
        no_publish: bool,
    },
    /// Write down the outcome once voting has ended. Anybody may.
    Finalize {
        /// Its number.
        id: u64,
    },
    /// Do what was approved, or what is left of it, once the timelock is over. Anybody may.
    Execute {
        /// Its number.
        id: u64,
        /// Name accounts by this address table where that makes them fit. Repeat it.
        #[arg(long = "lookup-table", value_name = "ADDRESS")]
        tables: Vec<Address>,
    },
    /// Write down that an approved proposal was not executed in time. Anybody may.
    Expire {
        /// Its number.
        id: u64,
    },
    /// Withdraw a proposal before voting ends. Its proposer may.
    Cancel {
        /// Its number.
        id: u64,
    },
    /// Close a proposal that is final; the rent goes back to whoever paid it. Anybody may.
    Close {
        /// Its number.
        id: u64,
    },
    /// Show a payload, in which an action is kept that does not fit a transaction.
    Payload {
        /// Its address.
        address: Address,
        /// Close it and return its rent; only who wrote it can.
        #[arg(long)]
        close: bool,
    },
    /// Check that what was published is what is voted on, and try what can be done next without doing it.
    Check {
        /// Its number.
        id: u64,
    },
}

/// What a ballot says.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Ballot {
    /// In favour.
    For,
    /// Against.
    Against,
    /// Present, and for neither.
    Abstain,
}

impl From<Ballot> for Choice {
    fn from(ballot: Ballot) -> Self {
        match ballot {
            Ballot::For => Self::For,
            Ballot::Against => Self::Against,
            Ballot::Abstain => Self::Abstain,
        }
    }
}

impl Ballot {
    fn word(self) -> &'static str {
        match self {
            Self::For => "for",
            Self::Against => "against",
            Self::Abstain => "abstain",
        }
    }
}

impl Command {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let constitution = context.constitution()?;
        let at = |id| pda::proposal(&constitution, id);
        let client = &context.client;
        match self {
            Self::Create(create) => create.run(context, &constitution).await,
            Self::Payload { address, close } => payload::run(context, &address, close).await,
            Self::List { closed } => list::run(context, &constitution, closed).await,
            Self::Show { id } => show::run(context, &constitution, id).await,
            Self::Watch { id } => watch::run(context, &constitution, id).await,
            Self::Check { id } => check::run(context, &constitution, id).await,
            Self::Execute { id, tables } => executed::run(context, &constitution, id, &tables).await,
            Self::Vote { id, choice, with_deposit_of, snapshot } => {
                let actor = context.actor()?;
                let voter = actor.address();
                let instructions = match (with_deposit_of, snapshot) {
                    (Some(owner), _) => client.deposit_vote(&at(id), &owner, &voter, choice.into()).await?,
                    (None, Some(file)) => {
                        let voters = snapshot::read(&file)?;
                        client.snapshot_vote(&at(id), &voter, choice.into(), &voters).await?
                    }
                    (None, None) => client.proposal_vote(&at(id), &voter, choice.into()).await?,
                };
                let order = Order::one(format!("voted {} proposal {id}", preposition(choice)), instructions);
                context.carry_out(&actor, named(order, id, &at(id)).with("ballot", choice.word())).await
            }
            Self::Veto { id } => {
                let actor = context.actor()?;
                let veto = client.proposal_veto(&at(id), &actor.address()).await?;
                context
                    .carry_out(&actor, named(Order::one(format!("vetoed proposal {id}"), vec![veto]), id, &at(id)))
                    .await
            }
            Self::Attest { id, score_bps, report, no_publish } => {
                let actor = context.actor()?;
                let report = read_text(&report)?;
                let report_hash = sha256(report.as_bytes());
                let attest = client.proposal_attest(&at(id), &actor.address(), score_bps, report_hash).await?;
                context.library.keep(&report)?;
                let parts = match no_publish {
                    true => Vec::new(),
                    false => context.library.publication(&actor.address(), &[&report]).await?,
                };
                let order = Order::one(format!("attested proposal {id}"), vec![attest]).with("score_bps", score_bps);
                let order = order.with("report_hash", hex(&report_hash)).with_aside(parts);
                context.carry_out(&actor, named(order, id, &at(id))).await
            }
            Self::Finalize { id } => {
                let outcome = client.proposal_at(&at(id)).await?.value.outcome();
                let instruction = client.proposal_finalize(&at(id)).await?;
                let outcome = if outcome.is_ok() { "approved" } else { "defeated" };
                let order = Order::one(format!("proposal {id} is {outcome}"), vec![instruction]);
                context.carry_out(&context.actor()?, named(order, id, &at(id)).with("outcome", outcome)).await
            }
            Self::Expire { id } => {
                let instruction = client.proposal_expire(&at(id)).await?;
                let order = Order::one(format!("proposal {id} expired"), vec![instruction]);
                context.carry_out(&context.actor()?, named(order, id, &at(id))).await
            }
            Self::Cancel { id } => {
                let actor = context.actor()?;
                let instruction = client.proposal_cancel(&at(id), &actor.address()).await?;
                let order = Order::one(format!("proposal {id} withdrawn"), vec![instruction]);
                context.carry_out(&actor, named(order, id, &at(id))).await
            }
            Self::Close { id } => {
                let actor = context.actor()?;
                let instructions = client.proposal_close(&at(id)).await?;
                let packed = quantumagi_sdk::transaction::pack(&actor.address(), instructions)?;
                let order = Order::many(format!("proposal {id} closed"), packed);
                context.carry_out(&actor, named(order, id, &at(id))).await
            }
        }
    }
}

fn named(order: Order, id: u64, address: &Address) -> Order {
    order.with("proposal", id).with("address", address.to_string())
}

fn preposition(choice: Ballot) -> &'static str {
    match choice {
        Ballot::For => "for",
        Ballot::Against => "against",
        Ballot::Abstain => "neither for nor against",
    }
}
