//! Where answers are kept beyond memory.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use redis::Client;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

use crate::endpoint::shown_host;

/// An address of Redis: `redis://` or `rediss://` (with TLS), with user and password where it needs them. `Debug` shows
/// the host alone.
#[derive(Clone)]
pub struct RedisUrl {
    pub(crate) client: Client,
    host: String,
    /// As it was given. Compared, never shown.
    text: String,
}

/// An address of the durable level: `sqlite:` with a path, or `postgres://`. `Debug` shows no password.
#[derive(Clone)]
pub struct DatabaseUrl {
    pub(super) options: DatabaseOptions,
    shown: String,
    /// As it was given. Compared, never shown.
    text: String,
}

#[derive(Clone)]
pub(super) enum DatabaseOptions {
    Sqlite(Box<SqliteConnectOptions>),
    Postgres(Box<PgConnectOptions>),
}

/// Not an address of a level. Says nothing of the address itself, which may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an address of {what}; write it as {example}")]
pub struct BadStoreUrl {
    what: &'static str,
    example: &'static str,
}

impl FromStr for RedisUrl {
    type Err = BadStoreUrl;

    fn from_str(text: &str) -> Result<Self, BadStoreUrl> {
        let bad = BadStoreUrl { what: "Redis", example: "redis://user:password@host:6379/0" };
        let client = Client::open(text).map_err(|_| bad)?;
        Ok(Self { client, host: shown_host(text), text: text.to_owned() })
    }
}

impl PartialEq for RedisUrl {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for RedisUrl {}

impl PartialEq for DatabaseUrl {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for DatabaseUrl {}

impl DatabaseUrl {
    /// An SQLite file at this path, which is made where there is none.
    ///
    /// # Errors
    /// [`BadStoreUrl`] for an empty path.
    pub fn sqlite_file(path: &str) -> Result<Self, BadStoreUrl> {
        if path.is_empty() {
            return Err(BadStoreUrl { what: "an SQLite file", example: "/var/lib/quantumagi/cache.db" });
        }
        let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
        let text = format!("sqlite:{path}");
        Ok(Self { options: DatabaseOptions::Sqlite(Box::new(options)), shown: text.clone(), text })
    }

    /// A database of Postgres.
    ///
    /// # Errors
    /// [`BadStoreUrl`].
    pub fn postgres(text: &str) -> Result<Self, BadStoreUrl> {
        let bad = BadStoreUrl { what: "a Postgres database", example: "postgres://user:password@host:5432/name" };
        if !is_postgres(text) {
            return Err(bad);
        }
        let options: PgConnectOptions = text.parse().map_err(|_| bad)?;
        let shown = format!("postgres://{}", shown_host(text));
        Ok(Self { options: DatabaseOptions::Postgres(Box::new(options)), shown, text: text.to_owned() })
    }
}

fn is_postgres(text: &str) -> bool {
    text.starts_with("postgres://") || text.starts_with("postgresql://")
}

impl FromStr for DatabaseUrl {
    type Err = BadStoreUrl;

    fn from_str(text: &str) -> Result<Self, BadStoreUrl> {
        if text.starts_with("sqlite:") {
            let bad = BadStoreUrl { what: "an SQLite file", example: "sqlite:/var/lib/quantumagi/cache.db" };
            let options: SqliteConnectOptions = text.parse().map_err(|_| bad)?;
            // Unless the address says in which mode to open it.
            let options = if text.contains("mode=") { options } else { options.create_if_missing(true) };
            let (shown, text) = (text.to_owned(), text.to_owned());
            return Ok(Self { options: DatabaseOptions::Sqlite(Box::new(options)), shown, text });
        }
        if is_postgres(text) {
            return Self::postgres(text);
        }
        Err(BadStoreUrl {
            what: "a database",
            example: "sqlite:/var/lib/quantumagi/cache.db or postgres://user:password@host:5432/name",
        })
    }
}

impl fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "redis://{}", self.host)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// Where answers are kept beyond memory, and how long a reader waits for it. Each level is optional; whoever can write
/// to one can make up accounts, unless the entries are sealed with a secret.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheConfig {
    /// Redis, shared with other processes. Default none.
    pub redis: Option<RedisUrl>,
    /// SQLite or Postgres, which outlive the process. Default none.
    pub database: Option<DatabaseUrl>,
    /// With it nobody can forge an entry who does not know it. All processes that share a level need the same. Default
    /// none: entries are checked against damage only.
    pub secret: Option<[u8; 32]>,
    /// Longest wait of a reader for one level. Default 100 ms.
    pub patience: Duration,
    /// How long a level that failed is left out at first; doubled with each further failure. Default 500 ms.
    pub first_pause: Duration,
    /// How long a level that failed is left out at most. Default 10 s.
    pub longest_pause: Duration,
    /// Accounts with more data than this are kept in memory alone, bytes. Default 256 KiB.
    pub max_data: usize,
    /// Bound on an SQLite file, bytes. Default 256 MiB.
    pub max_file: u64,
}

impl Default for CacheConfig {
    fn default() -> Self {
        Self {
            redis: None,
            database: None,
            secret: None,
            patience: Duration::from_millis(100),
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(10),
            max_data: 256 << 10,
            max_file: 256 << 20,
        }
    }
}

impl CacheConfig {
    /// The same with this Redis.
    #[must_use]
    pub fn with_redis(mut self, url: RedisUrl) -> Self {
        self.redis = Some(url);
        self
    }

    /// The same with this durable level.
    #[must_use]
    pub fn with_database(mut self, url: DatabaseUrl) -> Self {
        self.database = Some(url);
        self
    }

    /// The same with entries that nobody can forge who does not know this.
    #[must_use]
    pub fn with_secret(mut self, secret: [u8; 32]) -> Self {
        self.secret = Some(secret);
        self
    }

    /// The same with another bound on an SQLite file.
    #[must_use]
    pub fn with_max_file(mut self, bytes: u64) -> Self {
        self.max_file = bytes;
        self
    }

    /// The same with another bound on a reader's wait for one level.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }
}

impl fmt::Debug for CacheConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { redis, database, secret, patience, first_pause, longest_pause, max_data, max_file } = self;
        f.debug_struct("CacheConfig")
            .field("redis", redis)
            .field("database", database)
            .field("is_sealed", &secret.is_some())
            .field("patience", patience)
            .field("pauses", &(first_pause, longest_pause))
            .field("max_data", max_data)
            .field("max_file", max_file)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{CacheConfig, DatabaseUrl, RedisUrl};

    #[test]
    fn no_password_is_shown() {
        let config = CacheConfig::default()
            .with_redis("redis://ana:sesame@redis.example.org:6379/1".parse().expect("an address"))
            .with_database("postgres://ana:sesame@db.example.org/cache?password=sesame".parse().expect("an address"))
            .with_secret(*b"sesamesesamesesamesesamesesames!");
        let shown = format!("{config:?}");
        assert!(shown.contains("redis://redis.example.org:6379") && shown.contains("postgres://db.example.org"));
        assert!(!shown.contains("sesame") && !shown.contains("115, 101"), "{shown}");
    }

    #[test]
    fn an_address_of_another_kind_is_refused_without_being_repeated() {
        for text in ["http://sesame", "sesame", "", "mysql://ana:sesame@host/x", "sqlite:x?mode=sesame", "redis//x"] {
            let error = text.parse::<DatabaseUrl>().expect_err(text).to_string();
            assert!(error.starts_with("not an address of ") && !error.contains("sesame"), "{error}");
            let error = text.parse::<RedisUrl>().expect_err(text).to_string();
            assert_eq!(error, "not an address of Redis; write it as redis://user:password@host:6379/0");
        }
    }
}
