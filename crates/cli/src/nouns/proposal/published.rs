//! What was published about a proposal when it was created: above all its action, which the account has only a digest of.

use quantumagi_interface::PROGRAM_ID;
use quantumagi_interface::digest::sha256;
use quantumagi_interface::events::{Event, ProposalCreated};
use quantumagi_rpc::HistoryRange;
use quantumagi_rpc::solana::Address;
use quantumagi_sdk::history::{History, read_logs};

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
        if let Some(mut created) = created {
            if created.action.is_empty() {
                created.action = payload(context, &created.payload).await?;
            }
            return Ok(created);
        }
    }
    let hint = "ask another endpoint with --url: this one does not keep the whole history";
    Err(Mendable::new(format!("the endpoint does not have the creation of proposal {address}"), hint).into())
}

/// The bytes of a payload: from its account, or from the log where it was closed since.
async fn payload(context: &Context, address: &Address) -> anyhow::Result<Vec<u8>> {
    if let Some(payload) = context.client.payload(address).await?.filter(|payload| payload.filling().is_complete()) {
        return Ok(payload.bytes);
    }
    let history = History::fetch(context.client.rpc(), address, HistoryRange::default()).await?;
    let events: Vec<Event> = history.events.into_iter().filter_map(|logged| logged.event.ok()).collect();
    written(address, &events).ok_or_else(|| {
        let hint = "ask another endpoint with --url: this one does not keep the whole history";
        Mendable::new(format!("the endpoint does not have the whole of payload {address}"), hint).into()
    })
}

/// What was written to a payload before it was closed. It proves itself: by its hash, and by the digest in the proposal.
fn written(address: &Address, events: &[Event]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for event in events {
        if matches!(event, Event::PayloadCreated(created) if created.payload == *address) {
            bytes.clear();
        }
        let Event::PayloadWritten(part) = event else { continue };
        if part.payload == *address && part.offset as usize == bytes.len() {
            bytes.extend_from_slice(&part.bytes);
        }
        if bytes.len() == part.size as usize && sha256(&bytes) == part.hash {
            return Some(bytes);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use quantumagi_interface::events::{PayloadCreated, PayloadWritten};

    use super::*;

    #[test]
    fn a_payload_is_put_together_from_what_was_logged_and_proves_itself() {
        let (payload, author) = (Address::new_from_array([1; 32]), Address::new_from_array([2; 32]));
        let hash = sha256(b"one two");
        let begun = Event::PayloadCreated(PayloadCreated { payload, author, hash, size: 7 });
        let part = |payload, offset, bytes: &[u8]| {
            Event::PayloadWritten(PayloadWritten { payload, author, hash, size: 7, offset, bytes: bytes.to_vec() })
        };
        let other = part(author, 4, b"owt");
        let events = [begun.clone(), part(payload, 0, b"one "), begun, part(payload, 0, b"one"), other.clone()];
        assert_eq!(written(&payload, &events), None);
        let events = [&events[..], &[part(payload, 3, b" two"), other]].concat();
        assert_eq!(written(&payload, &events), Some(b"one two".to_vec()));
        let forged = [part(payload, 0, b"owt one")];
        assert_eq!(written(&payload, &forged), None);
    }
}
