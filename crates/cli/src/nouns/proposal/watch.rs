//! A proposal as it changes, a line for each change.

use std::pin::pin;

use futures_util::StreamExt;
use quantumagi_interface::accounts::Proposal;
use quantumagi_interface::pda;
use quantumagi_rpc::solana::Address;
use quantumagi_rules::lifecycle::Status;
use quantumagi_sdk::SdkError;
use quantumagi_sdk::watch::Change;
use quantumagi_sdk::words::describe_proposal_under;
use serde::Serialize;

use crate::context::Context;
use crate::printer::Report;

/// Prints changes until nothing can change any more.
pub(super) async fn run(context: &Context, constitution: &Address, id: u64) -> anyhow::Result<()> {
    let mut changes = pin!(context.client.watch_proposal(constitution, id));
    let mut is_first = true;
    while let Some(change) = changes.next().await {
        let Change { slot, value, .. } = change?;
        match value {
            Some(proposal) => {
                context.printer.line(&Shown::new(context, constitution, slot, &proposal).await?)?;
                if is_final(proposal.status()?) {
                    return Ok(());
                }
            }
            None if is_first => {
                return Err(SdkError::NotFound { what: "proposal", address: pda::proposal(constitution, id) }.into());
            }
            // Closed between two looks; only what is final is closed.
            None => return Ok(()),
        }
        is_first = false;
    }
    Ok(())
}

fn is_final(status: Status) -> bool {
    match status {
        Status::Open | Status::Succeeded => false,
        Status::Defeated | Status::Vetoed | Status::Cancelled | Status::Executed | Status::Expired => true,
    }
}

#[derive(Serialize)]
struct Shown {
    slot: u64,
    phase: &'static str,
    state: String,
    tally: String,
    for_weight: u64,
    against_weight: u64,
    abstain_weight: u64,
}

impl Shown {
    async fn new(context: &Context, constitution: &Address, slot: u64, proposal: &Proposal) -> anyhow::Result<Self> {
        let account = context.client.constitution(constitution).await?.value;
        let words = describe_proposal_under(&account, proposal, &[], &[], context.client.now().await?)?;
        Ok(Self {
            slot,
            phase: words.phase,
            state: words.state,
            for_weight: words.tally.for_weight,
            against_weight: words.tally.against_weight,
            abstain_weight: words.tally.abstain_weight,
            tally: words.tally.sentence,
        })
    }
}

impl Report for Shown {
    fn words(&self) -> String {
        format!("slot {}: {}; {}", self.slot, self.state, self.tally)
    }
}
