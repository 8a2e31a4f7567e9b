//! What was published about a proposal when it was created: above all its action, which the account has only a digest of.

use quantumagi_interface::digest::sha256;
use quantumagi_interface::events::{Event, ProposalCreated};
use quantumagi_interface::{Address, PROGRAM_ID};
use quantumagi_rpc::HistoryRange;

use super::Quantumagi;
use crate::error::Result;
use crate::history::{History, read_logs};

impl Quantumagi {
    /// The event that created the proposal at `address`, its action filled in from the payload that holds it. `None` where
    /// the endpoint does not have the event; its action is empty where the endpoint does not have the whole payload.
    ///
    /// Whoever uses the action checks it against the digest in the account, as [`Quantumagi::proposal_steps`] does: no
    /// endpoint is believed.
    ///
    /// # Errors
    /// [`SdkError::Rpc`](crate::SdkError::Rpc).
    pub async fn published(&self, address: &Address) -> Result<Option<ProposalCreated>> {
        // Oldest first: the creation is the first transaction that succeeded there, unless somebody named the address
        // before there was anything at it.
        let mut records = self.rpc.signatures_for(address, HistoryRange::default()).await?;
        records.sort_by_key(|record| record.slot);
        for record in records.iter().filter(|record| record.error.is_none()) {
            let Some(transaction) = self.rpc.transaction(&record.signature).await? else { continue };
            let events = read_logs(&transaction.logs, &PROGRAM_ID).events;
            let created = events.iter().find_map(|bytes| match Event::decode(bytes) {
                Ok(Event::ProposalCreated(created)) if created.proposal == *address => Some(created),
                _ => None,
            });
            if let Some(mut created) = created {
                if created.action.is_empty() {
                    created.action = self.published_payload(&created.payload).await?.unwrap_or_default();
                }
                return Ok(Some(created));
            }
        }
        Ok(None)
    }

    /// The bytes of a payload: from its account, or from the log where it was closed since.
    async fn published_payload(&self, address: &Address) -> Result<Option<Vec<u8>>> {
        let kept =
            self.payload(address).await?.map(|read| read.value).filter(|payload| payload.filling().is_complete());
        if let Some(payload) = kept {
            return Ok(Some(payload.bytes));
        }
        let history = History::fetch(&self.rpc, address, HistoryRange::default()).await?;
        let events: Vec<Event> = history.events.into_iter().filter_map(|logged| logged.event.ok()).collect();
        Ok(written(address, &events))
    }
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
