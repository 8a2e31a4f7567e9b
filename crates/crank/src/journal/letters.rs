//! Duties that are refused although they are due: why, how often, and what to do about them.
//!
//! A refusal costs nothing, because a simulation told it. So a letter is tried again by itself, ever more seldom; it is gone
//! as soon as the chain shows that the duty is done or over, whoever did it.

use rusqlite::{OptionalExtension, Row, params};

use super::{Journal, JournalError, Result, writing};
use crate::duty::DutyKey;

/// Between a refusal and the next try; doubles with each.
const FIRST_PAUSE_SECONDS: i64 = 60;
/// Longest pause between two tries.
const LONGEST_PAUSE_SECONDS: i64 = 3_600;

/// What becomes of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetterState {
    /// Tried again when its pause is over.
    Waiting,
    /// Tried again at once.
    Replayed,
    /// Not tried again while the duty stays the same.
    Dropped,
}

impl LetterState {
    /// One word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Replayed => "replayed",
            Self::Dropped => "dropped",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Waiting, Self::Replayed, Self::Dropped].into_iter().find(|state| state.name() == name)
    }
}

/// A duty that is refused although it is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// The duty, as [`DutyKey`] is written.
    pub key: String,
    /// Why it was refused last, in a sentence.
    pub reason: String,
    /// Log lines of that refusal.
    pub logs: String,
    /// The instructions that were refused, as a transaction in base64; empty where none could be built.
    pub payload: String,
    /// When it was refused first, by the chain's clock.
    pub first_at: i64,
    /// When it was refused last.
    pub last_at: i64,
    /// How often it was refused.
    pub tries: u32,
    /// What becomes of it.
    pub state: LetterState,
}

impl DeadLetter {
    /// First second of the next try; `None` for never.
    #[must_use]
    pub fn next_at(&self) -> Option<i64> {
        let doublings = self.tries.saturating_sub(1).min(16);
        let pause = (FIRST_PAUSE_SECONDS << doublings).min(LONGEST_PAUSE_SECONDS);
        match self.state {
            LetterState::Waiting => Some(self.last_at.saturating_add(pause)),
            LetterState::Replayed => Some(self.last_at),
            LetterState::Dropped => None,
        }
    }
}

const COLUMNS: &str = "SELECT key, reason, logs, payload, first_at, last_at, tries, state FROM letter";

impl Journal {
    /// Writes a refusal down.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn refused(&self, duty: &DutyKey, at: i64, reason: &str, logs: &[String], payload: &str) -> Result<()> {
        let mut connection = self.lock();
        let transaction = writing(&mut connection)?;
        let (key, logs) = (duty.to_string(), logs.join("\n"));
        transaction.execute(
            "INSERT INTO letter (key, constitution, reason, logs, payload, first_at, last_at, tries, state)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, 1, 'waiting')
             ON CONFLICT (key) DO UPDATE SET reason = ?3, logs = ?4, payload = ?5, last_at = ?6, tries = tries + 1,
                 state = 'waiting'",
            params![key, duty.constitution.to_string(), reason, logs, payload, at],
        )?;
        transaction.execute("INSERT INTO refusal (key, at, reason) VALUES (?1, ?2, ?3)", params![key, at, reason])?;
        transaction.commit()?;
        Ok(())
    }

    /// All letters, the oldest first.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn letters(&self) -> Result<Vec<DeadLetter>> {
        let connection = self.lock();
        let mut statement = connection.prepare(&format!("{COLUMNS} ORDER BY first_at, key"))?;
        let rows = statement.query_map([], read)?.collect::<rusqlite::Result<Vec<_>>>()?;
        rows.into_iter().map(known).collect()
    }

    /// The letter about a duty.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn letter(&self, key: &str) -> Result<Option<DeadLetter>> {
        let found = self.lock().query_row(&format!("{COLUMNS} WHERE key = ?1"), [key], read).optional()?;
        found.map(known).transpose()
    }

    /// When and why a duty was refused, the oldest first.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn refusals(&self, key: &str) -> Result<Vec<(i64, String)>> {
        let connection = self.lock();
        let mut statement = connection.prepare("SELECT at, reason FROM refusal WHERE key = ?1 ORDER BY at, rowid")?;
        let rows = statement.query_map([key], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Changes what becomes of a letter; false where there is none.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn set_letter(&self, key: &str, state: LetterState) -> Result<bool> {
        let changed = self.lock().execute("UPDATE letter SET state = ?2 WHERE key = ?1", [key, state.name()])?;
        Ok(changed == 1)
    }

    /// Removes the letters of a constitution whose duties are not due any more: done, or over. Their keys.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn settle(&self, constitution: &str, is_due: impl Fn(&str) -> bool) -> Result<Vec<String>> {
        let mut connection = self.lock();
        let transaction = writing(&mut connection)?;
        let all: Vec<String> = {
            let mut statement = transaction.prepare("SELECT key FROM letter WHERE constitution = ?1 ORDER BY key")?;
            statement.query_map([constitution], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?
        };
        let over: Vec<String> = all.into_iter().filter(|key| !is_due(key)).collect();
        for key in &over {
            transaction.execute("DELETE FROM letter WHERE key = ?1", [key])?;
            transaction.execute("DELETE FROM refusal WHERE key = ?1", [key])?;
        }
        transaction.commit()?;
        Ok(over)
    }
}

type Columns = (DeadLetter, String);

fn read(row: &Row<'_>) -> rusqlite::Result<Columns> {
    let letter = DeadLetter {
        key: row.get(0)?,
        reason: row.get(1)?,
        logs: row.get(2)?,
        payload: row.get(3)?,
        first_at: row.get(4)?,
        last_at: row.get(5)?,
        tries: row.get(6)?,
        state: LetterState::Waiting,
    };
    Ok((letter, row.get(7)?))
}

fn known((letter, state): Columns) -> Result<DeadLetter> {
    let state = LetterState::from_name(&state).ok_or_else(|| JournalError::Unreadable { key: letter.key.clone() })?;
    Ok(DeadLetter { state, ..letter })
}
