//! Service levels: what [`crate::sla`] counted, for the next process.

use rusqlite::{OptionalExtension, params};

use super::{Journal, JournalError, Result, writing};
use crate::sla::{Changes, Counts, Ending, Life, Minute, Minutes, Span, Spans, Stored, Track};

// Bound: four tracks of 4,096 spans and the minutes of thirty days, about 3 MB.
pub(super) const TABLES: &str = "
CREATE TABLE sla_life (
    id INTEGER PRIMARY KEY CHECK (id = 1), begun INTEGER NOT NULL, at INTEGER NOT NULL, wall INTEGER NOT NULL,
    is_stopped INTEGER NOT NULL
) STRICT;
CREATE TABLE sla_span (
    track TEXT NOT NULL, from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL, PRIMARY KEY (track, from_ms)
) STRICT;
CREATE TABLE sla_minute (
    minute INTEGER PRIMARY KEY, looks_good INTEGER NOT NULL, looks_bad INTEGER NOT NULL, duties_good INTEGER NOT NULL,
    duties_bad INTEGER NOT NULL, calls_good INTEGER NOT NULL, calls_bad INTEGER NOT NULL
) STRICT;
";

impl Journal {
    /// Writes down what has changed.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn write_levels(&self, changes: &Changes) -> Result<()> {
        let mut connection = self.lock();
        let transaction = writing(&mut connection)?;
        let Life { begun, at, wall, ending } = changes.life;
        transaction.execute(
            "INSERT INTO sla_life (id, begun, at, wall, is_stopped) VALUES (1, ?1, ?2, ?3, ?4)
             ON CONFLICT (id) DO UPDATE SET begun = excluded.begun, at = excluded.at, wall = excluded.wall,
                 is_stopped = excluded.is_stopped",
            params![begun, at, wall, ending == Ending::Stopped],
        )?;
        for (track, from, spans) in &changes.tracks {
            let sql = "DELETE FROM sla_span WHERE track = ?1 AND ?2 <= to_ms";
            transaction.execute(sql, params![track.name(), from])?;
            for span in spans {
                let sql = "INSERT INTO sla_span (track, from_ms, to_ms) VALUES (?1, ?2, ?3)";
                transaction.execute(sql, params![track.name(), span.from, span.to])?;
            }
        }
        if changes.is_whole {
            transaction.execute("DELETE FROM sla_minute", [])?;
        }
        for (number, minute) in &changes.minutes {
            let Minute { looks, duties, calls } = minute;
            let sql = "INSERT OR REPLACE INTO sla_minute VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
            let row = params![number, looks.good, looks.bad, duties.good, duties.bad, calls.good, calls.bad];
            transaction.execute(sql, row)?;
        }
        let keep_from = changes.keep_from;
        transaction.execute("DELETE FROM sla_span WHERE to_ms <= ?1", [keep_from])?;
        transaction.execute("DELETE FROM sla_minute WHERE minute < ?1 / 60000", [keep_from])?;
        Ok(transaction.commit()?)
    }

    /// What was written down; `None` where nothing was.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn levels(&self) -> Result<Option<Stored>> {
        let mut connection = self.lock();
        // One reading of all tables, while another process may write.
        let transaction = connection.transaction()?;
        let sql = "SELECT begun, at, wall, is_stopped FROM sla_life";
        let life = transaction.query_row(sql, [], |row| {
            let ending = if row.get(3)? { Ending::Stopped } else { Ending::None };
            Ok(Life { begun: row.get(0)?, at: row.get(1)?, wall: row.get(2)?, ending })
        });
        let Some(life) = life.optional()? else { return Ok(None) };
        let mut tracks = [const { Vec::new() }; Track::ALL.len()];
        let mut statement = transaction.prepare("SELECT track, from_ms, to_ms FROM sla_span ORDER BY from_ms")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let name: String = row.get(0)?;
            let of_track = Track::ALL.iter().position(|track| track.name() == name).and_then(|it| tracks.get_mut(it));
            let of_track = of_track.ok_or(JournalError::Unreadable { key: format!("sla_span {name}") })?;
            of_track.push(Span { from: row.get(1)?, to: row.get(2)? });
        }
        let mut statement = transaction.prepare("SELECT * FROM sla_minute ORDER BY minute")?;
        let minutes = statement.query_map([], |row| {
            let counts = |at: usize| Ok::<_, rusqlite::Error>(Counts { good: row.get(at)?, bad: row.get(at + 1)? });
            Ok((row.get(0)?, Minute { looks: counts(1)?, duties: counts(3)?, calls: counts(5)? }))
        })?;
        let minutes = minutes.collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(Some(Stored { life, tracks: tracks.map(Spans::of), minutes: Minutes::of(minutes) }))
    }
}
