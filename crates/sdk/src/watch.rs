//! What changes, as it happens: accounts and events as streams that outlive connections.
//!
//! A stream begins with how things are, then tells every change with the slot at which it was so; slots never fall. It
//! goes over websockets where the client was made from a configuration, and by calls alone where it was made from a
//! connection. [`quantumagi_rpc::subscribe`] says what happens when a connection breaks.

use std::future::ready;

use futures_util::stream::{Stream, StreamExt};
use quantumagi_interface::accounts::{Constitution, EmergencyAction, Policy, Proposal};
use quantumagi_interface::{Address, DecodeError, pda};
use quantumagi_rpc::solana::Signature;

use crate::client::{Quantumagi, decoded};
use crate::error::Result;
use crate::history::LoggedTransaction;

/// How an account is from one slot on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change<T> {
    /// Slot at which it was so.
    pub slot: u64,
    /// What it holds; `None` where it was never made, or was closed.
    pub value: Option<T>,
    /// Notifications dropped since the change before because this stream was not read: values in between may be missing.
    pub skipped: u64,
}

impl Quantumagi {
    /// A constitution, now and whenever it changes.
    ///
    /// Errors that can pass are waited out. Others, such as an account that cannot be read, are told, and the stream goes
    /// on. It never ends, nor do the others.
    ///
    /// # Panics
    /// Outside a Tokio runtime, as every watch.
    pub fn watch_constitution(
        &self,
        address: &Address,
    ) -> impl Stream<Item = Result<Change<Constitution>>> + Send + use<> {
        self.watch("constitution", address, Constitution::decode)
    }

    /// A proposal by its id, now and whenever it changes: votes, outcome, execution, its end.
    pub fn watch_proposal(
        &self,
        constitution: &Address,
        id: u64,
    ) -> impl Stream<Item = Result<Change<Proposal>>> + Send + use<> {
        self.watch("proposal", &pda::proposal(constitution, id), Proposal::decode)
    }

    /// A policy by its id, now and whenever it changes.
    pub fn watch_policy(
        &self,
        constitution: &Address,
        id: u64,
    ) -> impl Stream<Item = Result<Change<Policy>>> + Send + use<> {
        self.watch("policy", &pda::policy(constitution, id), Policy::decode)
    }

    /// An emergency act by its id, now and whenever it changes.
    pub fn watch_emergency(
        &self,
        constitution: &Address,
        id: u32,
    ) -> impl Stream<Item = Result<Change<EmergencyAction>>> + Send + use<> {
        self.watch("emergency act", &pda::emergency(constitution, id), EmergencyAction::decode)
    }

    /// What every transaction that mentions `address` and succeeds logs, from the one behind `after` on, or from now on:
    /// from when this returns. What is about a proposal need not mention its constitution; everything mentions the
    /// program. Each comes once; one that landed while there was no connection can come behind a later one.
    ///
    /// # Errors
    /// [`SdkError::Rpc`](crate::SdkError::Rpc) where `after` is not given and the newest transaction cannot be read.
    pub async fn watch_events(
        &self,
        address: &Address,
        after: Option<Signature>,
    ) -> Result<impl Stream<Item = Result<LoggedTransaction>> + Send + use<>> {
        let records = self.subscriptions().logs(address, after).await?;
        Ok(records.filter_map(|record| {
            ready(match record {
                Ok(record) if record.value.error.is_some() => None,
                Ok(record) => {
                    let (signature, slot) = (record.value.signature, record.slot);
                    Some(Ok(LoggedTransaction::of_logs(signature, slot, record.value.logs.as_deref())))
                }
                Err(error) => Some(Err(error.into())),
            })
        }))
    }

    fn watch<T: Clone + PartialEq + Send + 'static>(
        &self,
        what: &'static str,
        address: &Address,
        decode: fn(&[u8]) -> std::result::Result<T, DecodeError>,
    ) -> impl Stream<Item = Result<Change<T>>> + Send + use<T> {
        let address = *address;
        let (mut last, mut unsaid) = (None, 0);
        self.subscriptions().account(&address).filter_map(move |seen| {
            let change = seen.map_err(Into::into).and_then(|seen| {
                unsaid += seen.skipped;
                let value = decoded(what, &address, seen.value, decode)?.map(|read| read.value);
                Ok(Change { slot: seen.slot, value, skipped: unsaid })
            });
            // Anybody can send lamports to any account: that is no change.
            if let Ok(Change { value, .. }) = &change {
                if last.as_ref() == Some(value) {
                    return ready(None);
                }
                last = Some(value.clone());
                unsaid = 0;
            }
            ready(Some(change))
        })
    }
}
