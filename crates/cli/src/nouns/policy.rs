//! `quantumagi policy`: what was adopted.

use clap::Subcommand;
use quantumagi_interface::accounts::Policy;
use quantumagi_rules::UnixSeconds;
use quantumagi_rules::policy::PolicyStatus;
use quantumagi_sdk::words::{hex, utc};
use serde::Serialize;

use crate::context::Context;
use crate::library::title;
use crate::order::Order;
use crate::printer::Report;
use crate::table::{facts, table};

/// What to do with policies.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the policies that are not closed.
    List,
    /// Show a policy with its text.
    Show {
        /// Its id.
        id: u64,
    },
    /// Write down that a policy's end has come. It has ended without that, too. Anybody may.
    Sunset {
        /// Its id.
        id: u64,
    },
    /// Close a policy that has ended; the rent goes back to whoever paid it. Anybody may.
    Close {
        /// Its id.
        id: u64,
    },
}

impl Command {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let constitution = context.constitution()?;
        let client = &context.client;
        match self {
            Self::List => {
                let now = client.now().await?;
                let mut policies = Vec::new();
                for read in client.policies(&constitution).await? {
                    policies.push(Row::new(context, &read.value, now).await?);
                }
                context.printer.report(&Listed { policies })
            }
            Self::Show { id } => {
                let policy = client.policy(&constitution, id).await?.value;
                let row = Row::new(context, &policy, client.now().await?).await?;
                let text = context.library.wanted(&policy.text_hash).await;
                context.printer.report(&Shown { policy: row, text })
            }
            Self::Sunset { id } => {
                let instruction = client.policy_sunset(&constitution, id).await?;
                let order = Order::one(format!("the end of policy {id} is written down"), vec![instruction]);
                context.carry_out(&context.actor()?, order.with("policy", id)).await
            }
            Self::Close { id } => {
                let instruction = client.policy_close(&constitution, id).await?;
                let order = Order::one(format!("policy {id} closed"), vec![instruction]);
                context.carry_out(&context.actor()?, order.with("policy", id)).await
            }
        }
    }
}

/// A policy as it stands.
#[derive(Serialize)]
struct Row {
    id: u64,
    title: Option<String>,
    text_hash: String,
    version: u32,
    status: &'static str,
    is_in_force: bool,
    adopted_at: i64,
    sunset_at: Option<i64>,
    /// First second at which it authorizes again, where an emergency act has suspended it.
    suspended_until: Option<i64>,
    proposal: u64,
}

impl Row {
    async fn new(context: &Context, policy: &Policy, now: UnixSeconds) -> anyhow::Result<Self> {
        let is_in_force = policy.is_in_force(now)?;
        let is_suspended = is_in_force && now.0 < policy.suspended_until;
        let status = match policy.status()? {
            PolicyStatus::Active if is_suspended => "suspended",
            PolicyStatus::Active if is_in_force => "in force",
            PolicyStatus::Active | PolicyStatus::Sunset => "ended",
            PolicyStatus::Repealed => "repealed",
        };
        Ok(Self {
            id: policy.id,
            title: context.library.wanted(&policy.text_hash).await.map(|text| title(&text)),
            text_hash: hex(&policy.text_hash),
            version: policy.version,
            status,
            is_in_force,
            adopted_at: policy.adopted_at,
            sunset_at: policy.sunset().map(|moment| moment.0),
            suspended_until: is_suspended.then_some(policy.suspended_until),
            proposal: policy.proposal_id,
        })
    }

    fn until(&self) -> String {
        self.sunset_at.map_or_else(|| "without end".to_owned(), |moment| utc(UnixSeconds(moment)))
    }

    fn standing(&self) -> String {
        let until = self.suspended_until.map(|moment| utc(UnixSeconds(moment)));
        until.map_or_else(|| self.status.to_owned(), |until| format!("{} until {until}", self.status))
    }

    fn name(&self) -> &str {
        self.title.as_deref().unwrap_or(&self.text_hash)
    }
}

#[derive(Serialize)]
struct Listed {
    policies: Vec<Row>,
}

impl Report for Listed {
    fn words(&self) -> String {
        if self.policies.is_empty() {
            return "no policies".to_owned();
        }
        let rows = self.policies.iter().map(|row| {
            let adopted = utc(UnixSeconds(row.adopted_at));
            [row.id.to_string(), row.name().to_owned(), row.standing(), adopted, row.until()]
        });
        table(["id", "policy", "status", "adopted", "until"], rows)
    }
}

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    policy: Row,
    text: Option<String>,
}

impl Report for Shown {
    fn words(&self) -> String {
        let Self { policy, text } = self;
        let head = facts(&[
            ("policy", policy.id.to_string()),
            ("status", policy.standing()),
            ("adopted", format!("{} by proposal {}", utc(UnixSeconds(policy.adopted_at)), policy.proposal)),
            ("until", policy.until()),
            ("version", policy.version.to_string()),
            ("text", policy.text_hash.clone()),
        ]);
        format!("{head}\n\n{}", text.as_deref().unwrap_or("(nobody published the text)"))
    }
}
