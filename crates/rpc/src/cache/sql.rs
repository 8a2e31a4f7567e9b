//! The durable level in SQLite or Postgres: one table, the same statements.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};

use super::entry::EntryKey;
use super::store::{Store, StoreError, Write};

const SQLITE_TABLE: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS quantumagi_account (
        key BLOB PRIMARY KEY, slot INTEGER NOT NULL, read_at INTEGER NOT NULL, entry BLOB) STRICT",
    "CREATE INDEX IF NOT EXISTS quantumagi_account_read_at ON quantumagi_account (read_at)",
];
const POSTGRES_TABLE: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS quantumagi_account (
        key BYTEA PRIMARY KEY, slot BIGINT NOT NULL, read_at BIGINT NOT NULL, entry BYTEA)",
    "CREATE INDEX IF NOT EXISTS quantumagi_account_read_at ON quantumagi_account (read_at)",
];
const READ: &str = "SELECT entry FROM quantumagi_account WHERE key = $1 AND entry IS NOT NULL AND length(entry) <= $2";
const KEEP_LATEST: &str = "
    INSERT INTO quantumagi_account AS old (key, slot, read_at, entry) VALUES ($1, $2, $3, $4)
    ON CONFLICT (key) DO UPDATE SET slot = excluded.slot, read_at = excluded.read_at, entry = excluded.entry
    WHERE old.slot < excluded.slot OR (old.slot = excluded.slot AND old.entry IS NOT NULL)";
const FORGET_OLD: &str = "DELETE FROM quantumagi_account WHERE read_at < $1";
/// A quarter of what is there, the oldest first.
const MAKE_ROOM: &str = "
    DELETE FROM quantumagi_account WHERE key IN (SELECT key FROM quantumagi_account ORDER BY read_at
        LIMIT (SELECT count(*) / 4 + 1 FROM quantumagi_account))";

/// Writes between two times that old entries are looked for.
const WRITES_TO_A_CLEANING: usize = 1_000;
/// Bytes of a page of a new SQLite file.
const PAGE_LEN: u64 = 4096;

/// When the oldest entries that are worth keeping were read, and how long an entry may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keeping {
    pub(super) keep_for: Duration,
    pub(super) max_len: usize,
}

impl Keeping {
    fn max_len(self) -> i64 {
        i64::try_from(self.max_len).unwrap_or(i64::MAX)
    }

    /// The time before which nothing needs to be kept, judged by the latest of these.
    fn oldest(self, writes: &[Write]) -> i64 {
        let latest = writes.iter().map(|write| write.read_at).max().unwrap_or(0);
        stored(latest.saturating_sub(u64::try_from(self.keep_for.as_millis()).unwrap_or(u64::MAX)))
    }
}

/// A number as the table has it. What does not fit is no slot and no time.
fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// One connection to a SQLite file, made when it is needed and made anew after a failure.
pub(super) struct SqliteStore {
    options: SqliteConnectOptions,
    connection: Option<SqliteConnection>,
    keeping: Keeping,
    uncleaned: usize,
}

impl SqliteStore {
    /// `limit` bounds waiting for a lock, `max_bytes` the file.
    pub(super) fn new(options: SqliteConnectOptions, limit: Duration, max_bytes: u64, keeping: Keeping) -> Self {
        let options = options
            .busy_timeout(limit)
            // Losing the last entries with the power is no loss; a damaged file would be.
            .synchronous(SqliteSynchronous::Normal)
            .pragma("max_page_count", (max_bytes / PAGE_LEN).max(16).to_string())
            .disable_statement_logging();
        Self { options, connection: None, keeping, uncleaned: 0 }
    }

    async fn take(&mut self, purpose: Purpose) -> Result<SqliteConnection, StoreError> {
        if let Some(connection) = self.connection.take() {
            return Ok(connection);
        }
        let mut options = self.options.clone();
        if purpose == Purpose::Write {
            options = options.journal_mode(SqliteJournalMode::Wal);
        }
        let mut connection = options.connect().await?;
        for statement in SQLITE_TABLE {
            let made = sqlx::query(statement).execute(&mut connection).await;
            // A file that cannot be written may hold the table already.
            if purpose == Purpose::Write {
                made?;
            }
        }
        Ok(connection)
    }

    async fn keep(&mut self, connection: &mut SqliteConnection, writes: &[Write]) -> Result<(), StoreError> {
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        for write in writes {
            let query = sqlx::query(KEEP_LATEST).bind(write.key.as_bytes()).bind(stored(write.slot));
            query.bind(stored(write.read_at)).bind(write.entry.as_deref()).execute(&mut *transaction).await?;
        }
        self.uncleaned = self.uncleaned.saturating_add(writes.len());
        if self.uncleaned >= WRITES_TO_A_CLEANING {
            sqlx::query(FORGET_OLD).bind(self.keeping.oldest(writes)).execute(&mut *transaction).await?;
            self.uncleaned = 0;
        }
        Ok(transaction.commit().await?)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Read,
    Write,
}

#[async_trait]
impl Store for SqliteStore {
    async fn read(&mut self, keys: &[EntryKey]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        let mut connection = self.take(Purpose::Read).await?;
        let mut found = Vec::with_capacity(keys.len());
        for key in keys {
            let query = sqlx::query_scalar(READ).bind(key.as_bytes()).bind(self.keeping.max_len());
            found.push(query.fetch_optional(&mut connection).await?);
        }
        self.connection = Some(connection);
        Ok(found)
    }

    async fn write(&mut self, writes: &[Write]) -> Result<(), StoreError> {
        let mut connection = self.take(Purpose::Write).await?;
        let kept = self.keep(&mut connection, writes).await;
        if kept.as_ref().is_err_and(is_full) {
            // Helps where the file's own bound was met, and changes nothing where the disk is full.
            sqlx::query(MAKE_ROOM).execute(&mut connection).await?;
        }
        kept?;
        self.connection = Some(connection);
        Ok(())
    }
}

fn is_full(error: &StoreError) -> bool {
    // Source: https://sqlite.org/rescode.html, SQLITE_FULL.
    let StoreError::Sql(sqlx::Error::Database(error)) = error else { return false };
    error.code().is_some_and(|code| code == "13")
}

/// One connection to Postgres, made when it is needed and made anew after a failure.
pub(super) struct PostgresStore {
    options: PgConnectOptions,
    connection: Option<PgConnection>,
    keeping: Keeping,
    uncleaned: usize,
}

impl PostgresStore {
    pub(super) fn new(options: PgConnectOptions, keeping: Keeping) -> Self {
        Self { options: options.disable_statement_logging(), connection: None, keeping, uncleaned: 0 }
    }

    async fn take(&mut self) -> Result<PgConnection, StoreError> {
        if let Some(connection) = self.connection.take() {
            return Ok(connection);
        }
        let mut connection = self.options.connect().await?;
        let made = "SELECT to_regclass('quantumagi_account_read_at') IS NOT NULL";
        // An account that may not create tables can use one that is there.
        if !sqlx::query_scalar::<_, bool>(made).fetch_one(&mut connection).await? {
            for statement in POSTGRES_TABLE {
                sqlx::query(statement).execute(&mut connection).await?;
            }
        }
        Ok(connection)
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn read(&mut self, keys: &[EntryKey]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        // In one question: each goes over the network.
        const READ_ALL: &str = "
            SELECT (SELECT entry FROM quantumagi_account WHERE key = asked.key AND length(entry) <= $2)
            FROM unnest($1) WITH ORDINALITY AS asked (key, number) ORDER BY number";
        let mut connection = self.take().await?;
        let asked: Vec<&[u8]> = keys.iter().map(EntryKey::as_bytes).collect();
        let query = sqlx::query_scalar(READ_ALL).bind(asked).bind(self.keeping.max_len());
        let found: Vec<Option<Vec<u8>>> = query.fetch_all(&mut connection).await?;
        if found.len() != keys.len() {
            return Err(StoreError::Answer);
        }
        self.connection = Some(connection);
        Ok(found)
    }

    async fn write(&mut self, writes: &[Write]) -> Result<(), StoreError> {
        let mut connection = self.take().await?;
        // Two processes that write the same rows take them in the same order, so neither waits for the other forever.
        let mut ordered: Vec<&Write> = writes.iter().collect();
        ordered.sort_by(|one, other| one.key.as_bytes().cmp(other.key.as_bytes()));
        let mut transaction = connection.begin().await?;
        for write in ordered {
            let query = sqlx::query(KEEP_LATEST).bind(write.key.as_bytes()).bind(stored(write.slot));
            query.bind(stored(write.read_at)).bind(write.entry.as_deref()).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        self.uncleaned = self.uncleaned.saturating_add(writes.len());
        if self.uncleaned >= WRITES_TO_A_CLEANING {
            sqlx::query(FORGET_OLD).bind(self.keeping.oldest(writes)).execute(&mut connection).await?;
            self.uncleaned = 0;
        }
        self.connection = Some(connection);
        Ok(())
    }
}
