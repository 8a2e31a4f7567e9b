//! What was published about a proposal when it was created: above all its action, which the account has only a digest of.

use quantumagi_interface::PROGRAM_ID;
use quantumagi_interface::events::{Event, ProposalCreated};
use quantumagi_rpc::HistoryRange;
use quantumagi_rpc::solana::Address;
use quantumagi_sdk::history::read_logs;

use crate::context::Context;
use crate::exit::Mendable;

/// The event that created the proposal at `address`.
///
/// Whoever uses its action checks it against the digest in the account: no endpoint is believed.
///
/// # Errors
/// Where the endpoint does not have it.
pub(super) async fn creation(context: &Context, address: &Address) -> anyhow::Result<ProposalCreated> {
    let rpc = context.client.rpc();
    // Oldest first: the creation is the first transaction that succeeded there, unless somebody named the address
    // before there was anything at it.
    let mut records = rpc.signatures_for(address, HistoryRange::default()).await?;
    records.sort_by_key(|record| record.slot);
    for record in records.iter().filter(|record| record.error.is_none()) {
        let Some(transaction) = rpc.transaction(&record.signature).await? else { continue };
        let events = read_logs(&transaction.logs, &PROGRAM_ID).events;
        let created = events.iter().find_map(|bytes| match Event::decode(bytes) {
            Ok(Event::ProposalCreated(created)) if created.proposal == *address => Some(created),
            _ => None,
        });
        if let Some(created) = created {
            return Ok(created);
        }
    }
    let hint = "ask another endpoint with --url: this one does not keep the whole history";
    Err(Mendable::new(format!("the endpoint does not have the creation of proposal {address}"), hint).into())
}
