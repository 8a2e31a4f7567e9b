//! What transactions that name an address logged, as they land.

use std::collections::{HashMap, VecDeque};

use futures_util::stream::{Stream, unfold};
use serde::Deserialize;
use serde_json::json;
use solana_rpc_client_api::response::UiTransactionError;

use super::account::notified;
use super::feed::{Asking, Follow, Told};
use super::{Method, Seen, Subscriptions};
use crate::client::{AtSlot, Commitment, Rpc};
use crate::error::Result;
use crate::history::{HistoryRange, SignatureRecord};
use crate::solana::{Address, Signature, TransactionError};

/// Slots after which an endpoint's list of an address's transactions is taken as whole. Nodes write it behind the
/// block; this is some tens of seconds.
const LIST_LAG: u64 = 150;

/// What one transaction logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRecord {
    /// First signature of the transaction.
    pub signature: Signature,
    /// Why it failed; `None` when it succeeded.
    pub error: Option<TransactionError>,
    /// Its log lines; `None` where the endpoint lists the transaction and does not have it.
    pub logs: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct WireLogs {
    signature: String,
    err: Option<UiTransactionError>,
    logs: Vec<String>,
}

impl Subscriptions {
    /// What every transaction that names `address` logged, failed ones included, from the one behind `after` on, or
    /// from now on: from when this returns. Each comes once. One that landed while there was no connection is read by
    /// calls, and so may come behind a later one; slots can fall here, and only here.
    ///
    /// In the stream errors that can pass are waited out. Others are told, and it goes on. It never ends.
    ///
    /// # Errors
    /// As [`Rpc::genesis_hash`], where `after` is not given and the newest transaction cannot be read.
    pub async fn logs(
        &self,
        address: &Address,
        after: Option<Signature>,
    ) -> Result<impl Stream<Item = Result<Seen<LogRecord>>> + Send + use<>> {
        let anchor = match after {
            Some(signature) => Some((0, signature)),
            None => {
                let newest = self.rpc.signatures_page(address, HistoryRange::default(), 1).await?;
                newest.first().map(|record| (record.slot, record.signature))
            }
        };
        // Transactions of a block that may be dropped have no history.
        let commitment = self.rpc.commitment().max(Commitment::Confirmed);
        let params = json!([{ "mentions": [address.to_string()] }, { "commitment": commitment.as_str() }]);
        let state = Watched {
            follow: Follow::new(self.feed(Method::Logs, params)),
            rpc: self.rpc.clone(),
            address: *address,
            anchor,
            given: HashMap::new(),
            news: VecDeque::new(),
        };
        Ok(unfold(state, |mut state| async move { Some((state.next().await, state)) }))
    }
}

struct Watched {
    follow: Follow<Vec<SignatureRecord>>,
    rpc: Rpc,
    address: Address,
    /// The list is read from behind this transaction on: everything up to its slot was given.
    anchor: Option<(u64, Signature)>,
    /// Transactions behind the anchor that were given, with their slots.
    given: HashMap<Signature, u64>,
    /// Transactions that are listed and were not read yet.
    news: VecDeque<SignatureRecord>,
}

impl Watched {
    async fn next(&mut self) -> Result<Seen<LogRecord>> {
        loop {
            if let Some(record) = self.news.front().cloned() {
                match self.rpc.transaction(&record.signature).await {
                    Ok(found) => {
                        self.news.pop_front();
                        let logs = found.map(|transaction| transaction.logs);
                        let value = LogRecord { signature: record.signature, error: record.error, logs };
                        if self.given.insert(record.signature, record.slot).is_none() {
                            return Ok(Seen { slot: record.slot, value, skipped: self.follow.feed.skipped() });
                        }
                    }
                    Err(error) if error.is_retryable() => tokio::time::sleep(self.follow.feed.pause()).await,
                    Err(error) => {
                        self.news.pop_front();
                        return Err(error);
                    }
                }
                continue;
            }
            let (rpc, address) = (&self.rpc, self.address);
            let after = self.anchor.map(|(_, signature)| signature);
            let ask = || -> Asking<_> {
                let rpc = rpc.clone();
                Box::pin(async move { list(&rpc, &address, after).await })
            };
            match self.follow.next(ask).await? {
                Told::Notified(value) => {
                    if let Some(record) = self.notified(value)? {
                        return Ok(record);
                    }
                }
                Told::Called(slot, listed) => self.listed(slot, listed),
            }
        }
    }

    fn notified(&mut self, value: serde_json::Value) -> Result<Option<Seen<LogRecord>>> {
        let AtSlot { context, value } = notified::<WireLogs>(&self.rpc, value)?;
        let signature = value.signature.parse().map_err(|_| self.rpc.malformed("signature"))?;
        if self.given.insert(signature, context.slot).is_some() {
            return Ok(None);
        }
        let record = LogRecord { signature, error: value.err.map(Into::into), logs: Some(value.logs) };
        Ok(Some(Seen { slot: context.slot, value: record, skipped: self.follow.feed.skipped() }))
    }

    /// Takes note of what is listed, oldest first; `slot` is one that the list reached at least.
    fn listed(&mut self, slot: u64, listed: Vec<SignatureRecord>) {
        // An endpoint that does not know the anchor lists everything.
        let begin = self.anchor.map_or(0, |(slot, _)| slot);
        let settled = listed.iter().rev().find(|record| record.slot.saturating_add(LIST_LAG) < slot);
        if let Some(settled) = settled.filter(|settled| begin <= settled.slot) {
            self.anchor = Some((settled.slot, settled.signature));
        }
        let is_news = |record: &SignatureRecord| begin <= record.slot && !self.given.contains_key(&record.signature);
        self.news.extend(listed.into_iter().filter(is_news));
        let from = self.anchor.map_or(0, |(slot, _)| slot);
        self.given.retain(|_, given| from <= *given);
    }
}

/// A slot, and the transactions behind `after` that were listed when the endpoint had reached it.
async fn list(rpc: &Rpc, address: &Address, after: Option<Signature>) -> Result<(u64, Vec<SignatureRecord>)> {
    // Order: the slot before the list.
    let slot = rpc.slot().await?;
    let range = HistoryRange { after, ..HistoryRange::default() };
    Ok((slot, rpc.signatures_for(address, range).await?))
}
