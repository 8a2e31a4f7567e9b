//! The level in Redis, which several processes share.

use std::time::Duration;

use async_trait::async_trait;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client};

use super::entry::EntryKey;
use super::store::{Store, StoreError, Write};

/// Digits of the slot before each entry: as many as the largest has, so that texts compare as numbers do.
const SLOT_DIGITS: usize = 20;

/// ARGV: slot and entry, longest time to keep it in ms.
const KEEP_LATEST: &str = "
local old = redis.call('GETRANGE', KEYS[1], 0, 19)
local new = string.sub(ARGV[1], 1, 20)
if old > new or (old == new and redis.call('STRLEN', KEYS[1]) == 20) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1";

/// One connection, made when it is needed and made anew after a failure.
pub(super) struct RedisStore {
    client: Client,
    config: AsyncConnectionConfig,
    connection: Option<MultiplexedConnection>,
    keep_for: Duration,
    max_len: usize,
}

impl RedisStore {
    /// `limit` bounds connecting and each answer, `max_len` an entry in bytes.
    pub(super) fn new(client: Client, limit: Duration, keep_for: Duration, max_len: usize) -> Self {
        let config = AsyncConnectionConfig::new().set_connection_timeout(Some(limit)).set_response_timeout(Some(limit));
        Self { client, config, connection: None, keep_for, max_len }
    }

    /// Taken out, so that a call that fails or is dropped leaves none behind.
    async fn take(&mut self) -> Result<MultiplexedConnection, StoreError> {
        match self.connection.take() {
            Some(connection) => Ok(connection),
            None => Ok(self.client.get_multiplexed_async_connection_with_config(&self.config).await?),
        }
    }
}

fn name(key: &EntryKey) -> Vec<u8> {
    [b"quantumagi:account:".as_slice(), key.as_bytes()].concat()
}

#[async_trait]
impl Store for RedisStore {
    async fn read(&mut self, keys: &[EntryKey]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        let mut connection = self.take().await?;
        let mut pipe = redis::pipe();
        // One byte more than the longest, so that a longer one is seen to be one.
        let last = SLOT_DIGITS.saturating_add(self.max_len);
        for key in keys {
            pipe.cmd("GETRANGE").arg(name(key)).arg(SLOT_DIGITS).arg(last);
        }
        let found: Vec<Vec<u8>> = pipe.query_async(&mut connection).await?;
        if found.len() != keys.len() {
            return Err(StoreError::Answer);
        }
        self.connection = Some(connection);
        Ok(found.into_iter().map(|bytes| Some(bytes).filter(|bytes| !bytes.is_empty())).collect())
    }

    async fn write(&mut self, writes: &[Write]) -> Result<(), StoreError> {
        let mut connection = self.take().await?;
        let mut pipe = redis::pipe();
        let keep_for = u64::try_from(self.keep_for.as_millis()).unwrap_or(u64::MAX).max(1);
        for write in writes {
            let mut value = format!("{:0SLOT_DIGITS$}", write.slot).into_bytes();
            value.extend_from_slice(write.entry.as_deref().unwrap_or_default());
            pipe.cmd("EVAL").arg(KEEP_LATEST).arg(1).arg(name(&write.key)).arg(value).arg(keep_for).ignore();
        }
        pipe.query_async::<()>(&mut connection).await?;
        self.connection = Some(connection);
        Ok(())
    }
}
