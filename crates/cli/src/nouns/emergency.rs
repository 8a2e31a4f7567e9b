//! `quantumagi emergency`: what guardians stop, for how long, and what a vote makes of it.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use quantumagi_interface::accounts::EmergencyAction;
use quantumagi_interface::digest::sha256;
use quantumagi_interface::pda;
use quantumagi_rpc::solana::Address;
use quantumagi_rules::UnixSeconds;
use quantumagi_rules::emergency::course::Phase;
use quantumagi_rules::emergency::{Act, Subsystem};
use quantumagi_sdk::EmergencyDraft;
use quantumagi_sdk::words::{Names, act_words, hex, utc};
use serde::Serialize;

use crate::context::Context;
use crate::library::read_text;
use crate::moment;
use crate::order::Order;
use crate::printer::Report;
use crate::table::{facts, table};

/// What to do about emergencies. Votes confirm and end acts: `proposal create emergency-ratify` and `emergency-end`.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the acts that are not closed.
    List,
    /// Show an act.
    Show {
        /// Its id.
        id: u32,
    },
    /// Propose an act as a guardian, and approve it. It has no effect before enough others have.
    Open(Opened),
    /// Approve an act as a guardian, within 150 slots of its opening.
    Approve {
        /// Its id.
        id: u32,
    },
    /// Write down that no vote has confirmed an act in time. Anybody may.
    Lapse {
        /// Its id.
        id: u32,
    },
    /// Close an act that is over; the rent goes back to whoever opened it. Anybody may.
    Close {
        /// Its id.
        id: u32,
    },
}

/// An act to open.
#[derive(Debug, Args)]
pub(crate) struct Opened {
    #[command(flatten)]
    act: What,
    /// How long it holds if a vote confirms it: 7d, 12h. An hour to 14 days; seven days at most without a vote.
    #[arg(long = "for", value_name = "TIME", value_parser = moment::duration)]
    seconds: u32,
    /// Id of the principle it rests on.
    #[arg(long, value_name = "ID")]
    principle: u32,
    /// Why: a text, which is published.
    #[arg(long, value_name = "FILE")]
    reason: PathBuf,
    /// The evidence: any file. Only its SHA-256 goes on the chain.
    #[arg(long, value_name = "FILE")]
    evidence: PathBuf,
}

/// What an act does.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct What {
    /// Pause a part of the system.
    #[arg(long, value_name = "PART")]
    pause: Option<Part>,
    /// Suspend the policy with this id: it authorizes nothing.
    #[arg(long, value_name = "ID")]
    suspend_policy: Option<u64>,
    /// Delay the execution of the approved proposal with this id, once.
    #[arg(long, value_name = "ID")]
    hold_proposal: Option<u64>,
}

/// A part of the system.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Part {
    /// New proposals on the policy and treasury tracks.
    Proposals,
    /// Payments and calls of the vault.
    Treasury,
    /// Changes of policies.
    Policies,
    /// New deposits; never withdrawals.
    Deposits,
}

impl From<Part> for Subsystem {
    fn from(part: Part) -> Self {
        match part {
            Part::Proposals => Self::Proposals,
            Part::Treasury => Self::Treasury,
            Part::Policies => Self::Policies,
            Part::Deposits => Self::Deposits,
        }
    }
}

impl What {
    fn resolved(&self, constitution: &Address) -> (Act, Option<Address>) {
        if let Some(id) = self.suspend_policy {
            (Act::SuspendPolicy, Some(pda::policy(constitution, id)))
        } else if let Some(id) = self.hold_proposal {
            (Act::HoldProposal, Some(pda::proposal(constitution, id)))
        } else {
            let part = self.pause.expect("the arguments require one of the three");
            (Act::Pause(part.into()), None)
        }
    }
}

impl Command {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let constitution = context.constitution()?;
        let client = &context.client;
        let names = context.people();
        match self {
            Self::List => {
                let now = client.now().await?;
                let read = client.emergencies(&constitution).await?;
                let rows = read.iter().map(|read| Row::new(&read.value, read.slot, now, &names));
                context.printer.report(&Listed { acts: rows.collect::<anyhow::Result<_>>()? })
            }
            Self::Show { id } => {
                let read = client.emergency(&constitution, id).await?;
                let row = Row::new(&read.value, read.slot, client.now().await?, &names)?;
                context.printer.report(&row)
            }
            Self::Open(opened) => opened.run(context, &constitution).await,
            Self::Approve { id } => {
                let actor = context.actor()?;
                let approve = client.emergency_approve(&constitution, &actor.address(), id).await?;
                let order = Order::one(format!("emergency act {id} approved"), vec![approve]);
                context.carry_out(&actor, order.with("emergency", id)).await
            }
            Self::Lapse { id } => {
                let lapse = client.emergency_lapse(&constitution, id).await?;
                let order = Order::one(format!("the lapse of emergency act {id} is written down"), vec![lapse]);
                context.carry_out(&context.actor()?, order.with("emergency", id)).await
            }
            Self::Close { id } => {
                let close = client.emergency_close(&constitution, id).await?;
                let order = Order::one(format!("emergency act {id} closed"), vec![close]);
                context.carry_out(&context.actor()?, order.with("emergency", id)).await
            }
        }
    }
}

impl Opened {
    async fn run(self, context: &Context, constitution: &Address) -> anyhow::Result<()> {
        let actor = context.actor()?;
        let (act, target) = self.act.resolved(constitution);
        let reason = read_text(&self.reason)?;
        let evidence = std::fs::read(&self.evidence)?;
        let draft = EmergencyDraft {
            act,
            target,
            seconds: self.seconds,
            principle_id: self.principle,
            reason_hash: sha256(reason.as_bytes()),
            evidence_hash: sha256(&evidence),
        };
        let (id, open) = context.client.emergency_open(constitution, &actor.address(), &draft).await?;
        let parts = context.library.publication(&actor.address(), &[&reason]).await?;
        let order = Order::one(format!("emergency act {id} opened"), vec![open]).with_aside(parts);
        context.carry_out(&actor, order.with("emergency", id)).await
    }
}

/// An act as it stands.
#[derive(Serialize)]
struct Row {
    id: u32,
    does: String,
    phase: &'static str,
    approvals: u32,
    seconds: u32,
    principle: u32,
    reason_hash: String,
    evidence_hash: String,
    ratify_by: Option<i64>,
    expires_at: Option<i64>,
}

impl Row {
    fn new(act: &EmergencyAction, slot: u64, now: UnixSeconds, names: &Names) -> anyhow::Result<Self> {
        let course = act.phase(slot, now)?;
        let phase = match course {
            Phase::Collecting => "waiting for approvals",
            Phase::Missed => "too few approved it",
            Phase::InForce => "in effect, unconfirmed",
            Phase::Served => "over, unconfirmed",
            Phase::Lapsing | Phase::Lapsed => "lapsed",
            Phase::Confirmed => "in effect, confirmed",
            Phase::Over => "over, confirmed",
            Phase::Ended => "ended by a vote",
        };
        // Nothing is left to confirm or to wait for, though the account keeps the times it was written with.
        let is_done = matches!(course, Phase::Lapsing | Phase::Lapsed | Phase::Ended);
        let moment = |at: i64| (at != 0 && !is_done).then_some(at);
        Ok(Self {
            id: act.id,
            does: act_words(act.act, &act.target, names),
            phase,
            approvals: act.approvals.count_ones(),
            seconds: act.seconds,
            principle: act.principle_id,
            reason_hash: hex(&act.reason_hash),
            evidence_hash: hex(&act.evidence_hash),
            ratify_by: moment(act.ratify_by),
            expires_at: moment(act.expires_at),
        })
    }
}

fn until(at: Option<i64>) -> String {
    at.map_or_else(|| "not in effect".to_owned(), |at| utc(UnixSeconds(at)))
}

impl Report for Row {
    fn words(&self) -> String {
        facts(&[
            ("act", self.id.to_string()),
            ("does", self.does.clone()),
            ("stands", self.phase.to_owned()),
            ("approvals", self.approvals.to_string()),
            ("confirm before", until(self.ratify_by)),
            ("ends at the latest", until(self.expires_at)),
            ("principle", self.principle.to_string()),
            ("reason", self.reason_hash.clone()),
            ("evidence", self.evidence_hash.clone()),
        ])
    }
}

#[derive(Serialize)]
struct Listed {
    acts: Vec<Row>,
}

impl Report for Listed {
    fn words(&self) -> String {
        if self.acts.is_empty() {
            return "no emergency acts".to_owned();
        }
        let rows = self.acts.iter().map(|row| {
            let approvals = row.approvals.to_string();
            [row.id.to_string(), row.does.clone(), row.phase.to_owned(), approvals, until(row.expires_at)]
        });
        table(["id", "does", "stands", "approvals", "ends at the latest"], rows)
    }
}
