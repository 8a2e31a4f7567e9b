//! What a level outside the process can do.

use std::time::Duration;

use async_trait::async_trait;

use super::entry::EntryKey;

/// Something to be kept.
#[derive(Clone, Debug)]
pub(super) struct Write {
    pub(super) key: EntryKey,
    pub(super) slot: u64,
    /// `None` says only that nothing before `slot` may be told.
    pub(super) entry: Option<Vec<u8>>,
    /// When it was read, milliseconds since 1970.
    pub(super) read_at: u64,
}

/// Why a level did not do what it was asked. The texts of its libraries name no password.
#[derive(Debug, thiserror::Error)]
pub(super) enum StoreError {
    #[error(transparent)]
    Redis(#[from] redis::RedisError),
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
    #[error("no answer within {} ms", limit.as_millis())]
    Timeout { limit: Duration },
    #[error("an answer that was not asked for")]
    Answer,
    #[cfg(test)]
    #[error("made up")]
    MadeUp,
}

/// A level outside the process. Any call may be dropped before it ends, and the next one works.
#[async_trait]
pub(super) trait Store: Send + 'static {
    /// What is kept under each of these keys, at most a hundred, in their order.
    async fn read(&mut self, keys: &[EntryKey]) -> Result<Vec<Option<Vec<u8>>>, StoreError>;

    /// Keeps these. What is there and of a later slot stays, and so does a mere slot where the new one is the same: an
    /// entry of the slot of a change may be from before it.
    async fn write(&mut self, writes: &[Write]) -> Result<(), StoreError>;
}
