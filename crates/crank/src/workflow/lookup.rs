//! What a proposal's own history tells of an instance that went on while nobody looked: when it was finalized. Neither its
//! account nor the constitution's history says that once it is executed.

use quantumagi_interface::events::Event;
use quantumagi_interface::{PROGRAM_ID, pda};
use quantumagi_rpc::{HistoryRange, Result};
use quantumagi_rules::lifecycle::Status;
use quantumagi_sdk::Quantumagi;
use quantumagi_sdk::history::read_logs;

use super::{About, Instance, Step, Workflow};
use crate::survey::Survey;

/// Proposals of one look that are asked for. After an outage the others stay unseen.
const MOST_ASKED: usize = 32;
/// Newest transactions of a proposal among which its finalization is looked for: execution, its steps and closing follow.
const NEWEST: usize = 25;

/// The events of finalizations that were missed.
///
/// # Errors
/// [`quantumagi_rpc::RpcError`].
pub(super) async fn finalizations(client: &Quantumagi, survey: &Survey, open: &[Instance]) -> Result<Vec<Event>> {
    let mut events = Vec::new();
    for id in open.iter().filter_map(|instance| missed(instance, survey)).take(MOST_ASKED) {
        events.extend(finalization(client, survey, id).await?);
    }
    Ok(events)
}

/// The proposal's id, where it was not finalized when it was last seen, and is further than that now.
fn missed(instance: &Instance, survey: &Survey) -> Option<u64> {
    let About::Proposal(id) = instance.key.about else { return None };
    let is_before = instance.key.workflow == Workflow::PolicyCreation
        && matches!(instance.step, Some(Step::Vote | Step::Finalize))
        && instance.told.iter().all(|told| told.step != Step::Finalize);
    let account = survey.proposals.iter().find(|proposal| proposal.id == id);
    let is_further = account
        .is_none_or(|proposal| matches!(Status::from_u8(proposal.status), Some(Status::Executed | Status::Expired)));
    (is_before && is_further).then_some(id)
}

async fn finalization(client: &Quantumagi, survey: &Survey, id: u64) -> Result<Option<Event>> {
    let proposal = pda::proposal(&survey.address, id);
    let newest = client.rpc().signatures_page(&proposal, HistoryRange::default(), NEWEST).await?;
    for record in newest.iter().filter(|record| record.error.is_none()) {
        let Some(transaction) = client.rpc().transaction(&record.signature).await? else { continue };
        let logged = read_logs(&transaction.logs, &PROGRAM_ID).events;
        let mut events = logged.iter().filter_map(|bytes| Event::decode(bytes).ok());
        let is_it = |event: &Event| matches!(event, Event::ProposalFinalized(it) if it.proposal == proposal);
        if let Some(event) = events.find(is_it) {
            return Ok(Some(event));
        }
    }
    Ok(None)
}
