//! Proposals in a table.

use quantumagi_interface::accounts::{Constitution, Proposal};
use quantumagi_rpc::solana::Address;
use quantumagi_rules::UnixSeconds;
use quantumagi_sdk::words::describe_proposal_under;
use serde::Serialize;

use super::show::proved;
use crate::context::Context;
use crate::library::title;
use crate::printer::Report;
use crate::table::table;

/// Reads and prints them.
pub(super) async fn run(context: &Context, constitution: &Address, with_closed: bool) -> anyhow::Result<()> {
    let now = context.client.now().await?;
    let account = context.client.constitution(constitution).await?.value;
    let mut proposals = Vec::new();
    if with_closed {
        let replayed = proved(context, constitution).await?;
        for record in replayed.proposals.values() {
            proposals.push(Row::new(context, &account, &record.account, record.is_closed, now).await?);
        }
    } else {
        for read in context.client.proposals(constitution).await? {
            proposals.push(Row::new(context, &account, &read.value, false, now).await?);
        }
    }
    context.printer.report(&Listed { proposals })
}

#[derive(Serialize)]
struct Listed {
    proposals: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    id: u64,
    title: Option<String>,
    phase: &'static str,
    state: String,
    tally: String,
    is_closed: bool,
}

impl Row {
    async fn new(
        context: &Context,
        constitution: &Constitution,
        proposal: &Proposal,
        is_closed: bool,
        now: UnixSeconds,
    ) -> anyhow::Result<Self> {
        let summary = describe_proposal_under(constitution, proposal, &[], &[], now)?;
        let explanation = context.library.wanted(&proposal.content_hash).await;
        Ok(Self {
            id: summary.id,
            title: explanation.map(|text| title(&text)),
            phase: summary.phase,
            state: summary.state,
            tally: summary.tally.sentence,
            is_closed,
        })
    }
}

impl Report for Listed {
    fn words(&self) -> String {
        if self.proposals.is_empty() {
            return "no proposals".to_owned();
        }
        let rows = self.proposals.iter().map(|row| {
            let phase = if row.is_closed { format!("{} (closed)", row.phase) } else { row.phase.to_owned() };
            [row.id.to_string(), row.title.clone().unwrap_or_default(), phase, row.state.clone()]
        });
        table(["id", "proposal", "phase", "state"], rows)
    }
}
