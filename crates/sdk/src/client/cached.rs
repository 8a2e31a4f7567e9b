//! Accounts read through a reader that keeps them for a moment.

use std::sync::Arc;

use quantumagi_interface::Address;
use quantumagi_rpc::reader::{AccountAt, AccountReader, Following};
use quantumagi_rpc::{Account, RpcError};

use super::Quantumagi;
use crate::error::Result;

impl Quantumagi {
    /// The same client with typed reads that go through this reader, which must be of the same cluster and commitment:
    /// one question however many ask at a time, answers for as long as its policy says, and with a
    /// [`CacheConfig`](quantumagi_rpc::cache::CacheConfig) kept in Redis and a database. What this client sends it reads
    /// back at once: the accounts that its confirmed transactions write are read anew.
    ///
    /// What a cached read says may be a moment old; that a proposal can be voted on is for the program to say.
    #[must_use]
    pub fn with_reader(&self, reader: AccountReader) -> Self {
        Self { reader: Some(reader), ..self.clone() }
    }

    /// Keeps these accounts up to date in the client's reader, over the client's subscriptions, for as long as what comes
    /// back lives; `None` where the client has no reader and reads everything anew.
    ///
    /// # Panics
    /// Outside a Tokio runtime.
    #[must_use]
    pub fn follow(&self, addresses: &[Address]) -> Option<Following> {
        self.reader.as_ref().map(|reader| reader.follow(self.subscriptions(), addresses))
    }

    /// Waits until the levels of the client's cache have written what was read so far, or have given it up: before a process
    /// ends that wants the next one to find it. At once where there is no cache.
    pub async fn flush(&self) {
        if let Some(reader) = &self.reader {
            reader.flush().await;
        }
    }

    pub(super) async fn account(&self, address: &Address) -> Result<Option<Account>> {
        match &self.reader {
            Some(reader) => Ok(owned(reader.account(address).await.map_err(RpcError::from)?)),
            None => Ok(self.rpc.account(address).await?),
        }
    }

    pub(super) async fn accounts(&self, addresses: &[Address]) -> Result<Vec<Option<Account>>> {
        let Some(reader) = &self.reader else { return Ok(self.rpc.accounts(addresses).await?) };
        let read = reader.accounts(addresses).await.into_iter();
        Ok(read.map(|at| at.map(owned)).collect::<std::result::Result<_, _>>().map_err(RpcError::from)?)
    }

    /// Takes note that a transaction at `slot` may have changed these.
    pub(crate) fn note_written(&self, addresses: &[Address], slot: u64) {
        for (address, reader) in addresses.iter().zip(self.reader.iter().cycle()) {
            reader.note(address, slot);
        }
    }
}

fn owned(at: AccountAt) -> Option<Account> {
    at.account.map(Arc::unwrap_or_clone)
}
