//! What the chain does not say: what is under way, what was spent, what keeps being refused. In SQLite.
//!
//! Losing the file loses no duty: what is due is read from the chain. A transaction that may still land is written here
//! before it is sent, so that not even a crank that is killed and started again signs a second one beside it.

pub mod alerts;
mod attempts;
mod checkpoints;
mod letters;
mod levels;
mod spending;
mod workflows;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior};

pub use attempts::{Attempt, Clearance, Cost, Ending, Fate, Flight};
pub use checkpoints::LastCheckpoint;
pub use letters::{DeadLetter, LetterState};
pub use spending::{DaySpending, SECONDS_PER_DAY};

/// Why the journal could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// SQLite refused.
    #[error("the journal cannot be used")]
    Sqlite(#[from] rusqlite::Error),
    /// Written by a later version of this crate.
    #[error("the journal has layout {found}, and this version knows {known}: install the newer crank again")]
    Newer {
        /// Layout of the file.
        found: u32,
        /// The latest that is known here.
        known: u32,
    },
    /// A row that nothing here writes.
    #[error("the journal's row for {key} cannot be read: move the file away, the chain has all that matters")]
    Unreadable {
        /// The duty that the row is about.
        key: String,
    },
}

/// Result of everything here.
pub type Result<T> = std::result::Result<T, JournalError>;

/// The file. Several connections to it are possible, as of a command beside the daemon.
#[derive(Debug)]
pub struct Journal {
    connection: Mutex<Connection>,
}

/// What each layout adds to the one before, the first to nothing. A file is brought up to date and never thrown away.
const STEPS: [&[&str]; 2] = [&[TABLES], &[workflows::TABLES, levels::TABLES, alerts::TABLES, checkpoints::TABLES]];

// Order of attempts: `rowid`, which grows. At most one of a duty is open: the index refuses a second, whoever writes it.
const TABLES: &str = "
CREATE TABLE attempt (
    key TEXT NOT NULL, kind TEXT NOT NULL, signature TEXT NOT NULL UNIQUE, signed_at INTEGER NOT NULL,
    last_valid INTEGER NOT NULL, fee INTEGER NOT NULL, rent INTEGER NOT NULL, fate TEXT NOT NULL, slot INTEGER
) STRICT;
CREATE UNIQUE INDEX attempt_open ON attempt (key) WHERE fate = 'open';
CREATE INDEX attempt_key ON attempt (key);
CREATE INDEX attempt_signed_at ON attempt (signed_at);
CREATE TABLE spending (
    day INTEGER NOT NULL, kind TEXT NOT NULL, transactions INTEGER NOT NULL, failed INTEGER NOT NULL,
    fee INTEGER NOT NULL, rent INTEGER NOT NULL, PRIMARY KEY (day, kind)
) STRICT;
CREATE TABLE letter (
    key TEXT PRIMARY KEY, constitution TEXT NOT NULL, reason TEXT NOT NULL, logs TEXT NOT NULL, payload TEXT NOT NULL,
    first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, tries INTEGER NOT NULL, state TEXT NOT NULL
) STRICT;
CREATE TABLE refusal (key TEXT NOT NULL, at INTEGER NOT NULL, reason TEXT NOT NULL) STRICT;
CREATE INDEX refusal_key ON refusal (key, at);
";

impl Journal {
    /// Opens the file, which is made where it is not there.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn open(path: &Path) -> Result<Self> {
        Self::prepare(Connection::open(path)?)
    }

    /// A journal that is gone with the process.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn in_memory() -> Result<Self> {
        Self::prepare(Connection::open_in_memory()?)
    }

    /// Bounds the file to so many pages of four kilobytes, or to those that it has where they are more: what would need
    /// another is refused as on a full disk. For as long as it is open.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn set_most_pages(&self, pages: u32) -> Result<()> {
        Ok(self.lock().pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?)
    }

    fn prepare(mut connection: Connection) -> Result<Self> {
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        // Written ahead and synced at each commit: what was promised to be remembered outlives a loss of power.
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        let transaction = writing(&mut connection)?;
        let found: u32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let known = u32::try_from(STEPS.len()).unwrap_or(u32::MAX);
        let missing = usize::try_from(found).ok().and_then(|found| STEPS.get(found..));
        let missing = missing.ok_or(JournalError::Newer { found, known })?;
        for tables in missing.iter().copied().flatten() {
            transaction.execute_batch(tables)?;
        }
        transaction.pragma_update(None, "user_version", known)?;
        transaction.commit()?;
        Ok(Self { connection: Mutex::new(connection) })
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        // A thread that panicked inside a statement has left a transaction that SQLite rolls back.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A transaction that waits for other writers at its beginning. One that began as a reader would be refused at once.
fn writing(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}

#[cfg(test)]
mod tests;
