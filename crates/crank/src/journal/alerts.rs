//! Alerts and what is still to be told about them. A state and the notices of its change are written in one transaction: a
//! crank that is killed in between has done neither, and one that is killed later tells what it owes.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{Journal, JournalError, Result, writing};
use crate::alert::{Ack, Alert, Notice, Phase, Severity, Step};

/// Notices that wait for one sink at most; beyond it the oldest is dropped, and counted.
pub const MOST_WAITING: u64 = 256;

pub(super) const TABLES: &str = "
CREATE TABLE alert (key TEXT PRIMARY KEY, state TEXT NOT NULL) STRICT;
CREATE TABLE notice (id TEXT PRIMARY KEY, sink TEXT NOT NULL, notice TEXT NOT NULL) STRICT;
CREATE INDEX notice_sink ON notice (sink);
CREATE TABLE sink (
    name TEXT PRIMARY KEY, success_at INTEGER, failure_at INTEGER, failure TEXT, dropped INTEGER NOT NULL
) STRICT;
";

/// Whom to tell, and from which severity on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Name of the sink.
    pub sink: String,
    /// What is less severe is not told there.
    pub min_severity: Severity,
}

/// A notice that waits for its sink.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// Names it for good: a receiver that knows it already can drop it.
    pub id: String,
    /// What to tell.
    pub notice: Notice,
}

/// What is known of a sink.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SinkRecord {
    /// When it last took a notice, by the host's clock.
    pub success_at: Option<i64>,
    /// When it last did not.
    pub failure_at: Option<i64>,
    /// Why not.
    pub failure: Option<String>,
    /// Notices that were given up, since the journal began.
    pub dropped: u64,
    /// Notices that wait for it.
    pub waiting: u64,
}

impl SinkRecord {
    /// Whether the last thing that is known is a failure.
    #[must_use]
    pub fn is_failing(&self) -> bool {
        self.failure.is_some()
    }
}

impl Journal {
    /// Takes all alerts to their next state, and puts what is to be told into every sink's queue. What was dropped for want
    /// of room, by sink.
    ///
    /// # Errors
    /// [`JournalError`]; then nothing has changed.
    pub fn step_alerts(
        &self,
        addresses: &[Address],
        next: impl FnOnce(&BTreeMap<String, Alert>) -> Step,
    ) -> Result<(Step, BTreeMap<String, u64>)> {
        let mut connection = self.lock();
        let transaction = writing(&mut connection)?;
        let before = all(&transaction)?;
        let step = next(&before);
        for key in before.keys().filter(|key| !step.alerts.contains_key(*key)) {
            transaction.execute("DELETE FROM alert WHERE key = ?1", [key])?;
        }
        for (key, alert) in step.alerts.iter().filter(|(key, alert)| before.get(*key) != Some(*alert)) {
            put(&transaction, key, alert)?;
        }
        for notice in &step.notices {
            for address in addresses.iter().filter(|it| it.min_severity <= notice.alert.severity) {
                transaction.execute(
                    "INSERT INTO notice (id, sink, notice) VALUES (lower(hex(randomblob(16))), ?1, ?2)",
                    params![address.sink, written(notice)],
                )?;
            }
        }
        let mut dropped = BTreeMap::new();
        for Address { sink, .. } in addresses {
            let many = give_up_oldest(&transaction, sink)?;
            if 0 < many {
                dropped.insert(sink.clone(), many);
            }
        }
        transaction.commit()?;
        Ok((step, dropped))
    }

    /// Puts back what was kept elsewhere while the file could not be written: states, and what was not told.
    ///
    /// # Errors
    /// [`JournalError`]; then nothing has changed.
    pub fn restore_alerts(&self, alerts: &BTreeMap<String, Alert>, waiting: &[(String, Waiting)]) -> Result<()> {
        let mut connection = self.lock();
        let transaction = writing(&mut connection)?;
        transaction.execute("DELETE FROM alert", [])?;
        for (key, alert) in alerts {
            put(&transaction, key, alert)?;
        }
        for (sink, Waiting { id, notice }) in waiting {
            let sql = "INSERT OR IGNORE INTO notice (id, sink, notice) VALUES (?1, ?2, ?3)";
            transaction.execute(sql, params![id, sink, written(notice)])?;
            give_up_oldest(&transaction, sink)?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// Every alert, by its key.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn alerts(&self) -> Result<BTreeMap<String, Alert>> {
        all(&self.lock())
    }

    /// Acknowledges a firing alert, or takes that back. As it is then; `None` where no such alert fires.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn acknowledge(&self, key: &str, ack: Option<Ack>) -> Result<Option<Alert>> {
        let mut connection = self.lock();
        let transaction = writing(&mut connection)?;
        let found = all(&transaction)?.remove(key).filter(|alert| alert.phase == Phase::Firing);
        let Some(alert) = found else { return Ok(None) };
        let alert = Alert { ack, ..alert };
        put(&transaction, key, &alert)?;
        transaction.commit()?;
        Ok(Some(alert))
    }

    /// The notice that has waited longest for a sink.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn next_notice(&self, sink: &str) -> Result<Option<Waiting>> {
        let sql = "SELECT id, notice FROM notice WHERE sink = ?1 ORDER BY rowid LIMIT 1";
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get::<_, String>(1)?));
        let found = self.lock().query_row(sql, [sink], row).optional()?;
        found.map(|(id, text)| read_notice(id, &text)).transpose()
    }

    /// Every notice that waits, with its sink, the oldest first.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn notices(&self) -> Result<Vec<(String, Waiting)>> {
        let connection = self.lock();
        let mut statement = connection.prepare("SELECT sink, id, notice FROM notice ORDER BY rowid")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?)))?;
        let rows = rows.collect::<rusqlite::Result<Vec<(String, String, String)>>>()?;
        rows.into_iter().map(|(sink, id, text)| Ok((sink, read_notice(id, &text)?))).collect()
    }

    /// The sink has the notice.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn notice_delivered(&self, sink: &str, id: &str, at: i64) -> Result<()> {
        let mut connection = self.lock();
        let transaction = writing(&mut connection)?;
        transaction.execute("DELETE FROM notice WHERE id = ?1", [id])?;
        transaction.execute(
            "INSERT INTO sink (name, success_at, dropped) VALUES (?1, ?2, 0)
             ON CONFLICT (name) DO UPDATE SET success_at = ?2, failure = NULL",
            params![sink, at],
        )?;
        transaction.commit()?;
        Ok(())
    }

    /// The sink did not take a notice, which waits on.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn notice_failed(&self, sink: &str, at: i64, why: &str) -> Result<()> {
        let connection = self.lock();
        record_failure(&connection, sink, at, why, 0)
    }

    /// The sink will never take this notice.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn notice_refused(&self, sink: &str, id: &str, at: i64, why: &str) -> Result<()> {
        let mut connection = self.lock();
        let transaction = writing(&mut connection)?;
        let gone = transaction.execute("DELETE FROM notice WHERE id = ?1", [id])?;
        record_failure(&transaction, sink, at, why, gone as u64)?;
        transaction.commit()?;
        Ok(())
    }

    /// What is known of a sink.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn sink(&self, sink: &str) -> Result<SinkRecord> {
        let connection = self.lock();
        let waiting = connection.query_row("SELECT count(*) FROM notice WHERE sink = ?1", [sink], |row| row.get(0))?;
        let sql = "SELECT success_at, failure_at, failure, dropped FROM sink WHERE name = ?1";
        let found = connection.query_row(sql, [sink], |row| {
            let (success_at, failure_at) = (row.get(0)?, row.get(1)?);
            Ok(SinkRecord { success_at, failure_at, failure: row.get(2)?, dropped: row.get(3)?, waiting })
        });
        Ok(found.optional()?.unwrap_or(SinkRecord { waiting, ..SinkRecord::default() }))
    }

    /// Forgets sinks that are not among these, with what waits for them. How much that was.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn keep_sinks(&self, names: &[&str]) -> Result<u64> {
        let mut connection = self.lock();
        let transaction = writing(&mut connection)?;
        let known = "SELECT name FROM sink UNION SELECT sink FROM notice";
        let known: Vec<String> = {
            let mut statement = transaction.prepare(known)?;
            statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?
        };
        let mut gone = 0_u64;
        for name in known.iter().filter(|name| !names.contains(&name.as_str())) {
            gone = gone.saturating_add(transaction.execute("DELETE FROM notice WHERE sink = ?1", [name])? as u64);
            transaction.execute("DELETE FROM sink WHERE name = ?1", [name])?;
        }
        transaction.commit()?;
        Ok(gone)
    }

    /// Fees of transactions that were signed since a moment of the chain's clock, and those of them that failed, lamports.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn fees_and_waste_since(&self, at: i64) -> Result<(u64, u64)> {
        let sql = "SELECT coalesce(sum(fee), 0), coalesce(sum(fee) FILTER (WHERE fate = 'failed'), 0) FROM attempt
            WHERE signed_at >= ?1 AND fate IN ('landed', 'failed')";
        Ok(self.lock().query_row(sql, [at], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }
}

fn record_failure(connection: &Connection, sink: &str, at: i64, why: &str, dropped: u64) -> Result<()> {
    connection.execute(
        "INSERT INTO sink (name, failure_at, failure, dropped) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (name) DO UPDATE SET failure_at = ?2, failure = ?3, dropped = dropped + ?4",
        params![sink, at, why, dropped],
    )?;
    Ok(())
}

fn give_up_oldest(transaction: &Transaction<'_>, sink: &str) -> Result<u64> {
    let sql = "DELETE FROM notice WHERE sink = ?1 AND rowid NOT IN (
        SELECT rowid FROM notice WHERE sink = ?1 ORDER BY rowid DESC LIMIT ?2)";
    let gone = transaction.execute(sql, params![sink, MOST_WAITING])? as u64;
    if 0 < gone {
        transaction.execute(
            "INSERT INTO sink (name, dropped) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET dropped = dropped + ?2",
            params![sink, gone],
        )?;
    }
    Ok(gone)
}

fn all(connection: &Connection) -> Result<BTreeMap<String, Alert>> {
    let mut statement = connection.prepare("SELECT key, state FROM alert")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
    let rows = rows.collect::<rusqlite::Result<Vec<(String, String)>>>()?;
    let read = |(key, text): (String, String)| match serde_json::from_str(&text) {
        Ok(alert) => Ok((key, alert)),
        Err(_) => Err(JournalError::Unreadable { key }),
    };
    rows.into_iter().map(read).collect()
}

fn put(connection: &Connection, key: &str, alert: &Alert) -> Result<()> {
    let text = serde_json::to_string(alert).expect("it has texts and numbers only");
    let sql = "INSERT INTO alert (key, state) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET state = ?2";
    connection.execute(sql, [key, &text])?;
    Ok(())
}

fn written(notice: &Notice) -> String {
    serde_json::to_string(notice).expect("it has texts and numbers only")
}

fn read_notice(id: String, text: &str) -> Result<Waiting> {
    let notice = serde_json::from_str(text).map_err(|_| JournalError::Unreadable { key: id.clone() })?;
    Ok(Waiting { id, notice })
}

#[cfg(test)]
mod tests;
