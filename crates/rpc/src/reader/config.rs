//! A reader as the configuration of a pool says.

use super::{AccountReader, MOST_SPREAD, ReadPolicy, spread};
use crate::cache::{CacheConfig, Class, Levels};
use crate::client::{Commitment, Rpc};
use crate::error::Result;
use crate::pool::Pool;

/// How accounts are read, and where they are kept: `[cache]` of a configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReaderConfig {
    /// How accounts are read and kept in memory.
    pub policy: ReadPolicy,
    /// Where they are kept beyond memory.
    pub cache: CacheConfig,
}

impl ReaderConfig {
    /// Keys of `[cache]` that differ from `other` and are read once, when a reader is made. The times for which answers are
    /// told again are not among them: they change while a reader is at work.
    pub(crate) fn fixed_keys_that_differ(&self, other: &Self) -> Vec<&'static str> {
        let (mine, theirs) = (&self.cache, &other.cache);
        let differs = [
            ("cache.memory_bytes", self.policy.capacity != other.policy.capacity),
            ("cache.remembered", self.policy.remembered != other.policy.remembered),
            ("cache.window", self.policy.window != other.policy.window),
            ("cache.redis_url", mine.redis != theirs.redis),
            ("cache.sqlite or cache.postgres_url", mine.database != theirs.database),
            ("cache.secret_from_env", mine.secret != theirs.secret),
            ("cache.patience", mine.patience != theirs.patience),
            ("cache.first_pause", mine.first_pause != theirs.first_pause),
            ("cache.longest_pause", mine.longest_pause != theirs.longest_pause),
            ("cache.max_data_bytes", mine.max_data != theirs.max_data),
            ("cache.sqlite_max_bytes", mine.max_file != theirs.max_file),
        ];
        differs.into_iter().filter(|(_, differs)| *differs).map(|(key, _)| key).collect()
    }

    /// How long the levels keep anything: as long as any class is told again, and the spread above it.
    fn keep_for(&self) -> std::time::Duration {
        let longest = Class::ALL.into_iter().map(|class| self.policy.of_class(class)).max().unwrap_or_default();
        spread(longest, MOST_SPREAD)
    }
}

impl AccountReader {
    /// A reader over this pool as its configuration says, which follows the times of `[cache.ttl]` when the pool is given
    /// another one; everything else of `[cache]` holds from its making to its end. `None` where the configuration has no
    /// `[cache]`. Asks the cluster for its slot where there are levels beyond memory, which need not be there yet.
    ///
    /// # Errors
    /// As [`Rpc::genesis_hash`].
    ///
    /// # Panics
    /// Outside a Tokio runtime.
    pub async fn of_pool(pool: &Pool, commitment: Commitment) -> Result<Option<Self>> {
        let Some(config) = pool.reader_config() else { return Ok(None) };
        let rpc = Rpc::with_pool(pool.clone(), commitment);
        let has_levels = config.cache.redis.is_some() || config.cache.database.is_some();
        let levels = if has_levels { Some(Levels::open(&rpc, &config.cache, config.keep_for()).await?) } else { None };
        Ok(Some(Self::following(rpc, config.policy, levels, Some(pool.clone()))))
    }

    /// As [`AccountReader::of_pool`], in memory alone: nothing is asked.
    #[must_use]
    pub fn in_memory_of_pool(pool: &Pool, commitment: Commitment) -> Option<Self> {
        let config = pool.reader_config()?;
        let rpc = Rpc::with_pool(pool.clone(), commitment);
        Some(Self::following(rpc, config.policy, None, Some(pool.clone())))
    }
}
