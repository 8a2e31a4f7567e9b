//! Instances of the governance workflows, and how far each constitution's events were read.

use std::collections::BTreeSet;

use quantumagi_interface::Address;
use quantumagi_sdk::verify::ChainHead;
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::{Journal, JournalError, Result, writing};
use crate::workflow::reading::Reading;
use crate::workflow::{Instance, Key, Workflow};

/// What layout 2 adds for workflows.
pub(super) const TABLES: &str = "
CREATE TABLE workflow (
    key TEXT PRIMARY KEY, constitution TEXT NOT NULL, workflow TEXT NOT NULL, state TEXT NOT NULL, ended_at INTEGER,
    instance TEXT NOT NULL
) STRICT;
CREATE INDEX workflow_open ON workflow (constitution) WHERE ended_at IS NULL;
CREATE INDEX workflow_ended ON workflow (workflow, ended_at) WHERE ended_at IS NOT NULL;
CREATE TABLE reading (
    constitution TEXT PRIMARY KEY, proved INTEGER NOT NULL, proved_hash BLOB NOT NULL, reached INTEGER NOT NULL,
    reached_hash BLOB NOT NULL, cursor TEXT, noticed_at INTEGER, began_at INTEGER
) STRICT;
";

/// Instances of each workflow that are over and are kept, the newest.
const KEEP: u32 = 1_000;

impl Journal {
    /// Every instance of a constitution that is on its way, by key.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn open_instances(&self, constitution: &Address) -> Result<Vec<Instance>> {
        let sql = "SELECT key, instance FROM workflow WHERE constitution = ?1 AND ended_at IS NULL ORDER BY key";
        self.instances_of(sql, [constitution.to_string()])
    }

    /// Every instance that is kept: those on their way first, then those that are over, the last first.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn instances(&self) -> Result<Vec<Instance>> {
        let sql = "SELECT key, instance FROM workflow ORDER BY ended_at IS NOT NULL, ended_at DESC, key";
        self.instances_of(sql, [])
    }

    /// One instance.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn instance(&self, key: &Key) -> Result<Option<Instance>> {
        let sql = "SELECT key, instance FROM workflow WHERE key = ?1";
        Ok(self.instances_of(sql, [key.to_string()])?.pop())
    }

    fn instances_of(&self, sql: &str, parameters: impl rusqlite::Params) -> Result<Vec<Instance>> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(sql)?;
        let columns = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let rows: Vec<(String, String)> = statement.query_map(parameters, columns)?.collect::<rusqlite::Result<_>>()?;
        let read =
            |(key, text): (String, String)| serde_json::from_str(&text).map_err(|_| JournalError::Unreadable { key });
        rows.into_iter().map(read).collect()
    }

    /// How far a constitution's events were read; `None` before the first reading.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn reading(&self, constitution: &Address) -> Result<Option<Reading>> {
        let sql = "SELECT proved, proved_hash, reached, reached_hash, cursor, noticed_at, began_at FROM reading
                   WHERE constitution = ?1";
        let key = constitution.to_string();
        let found = self.lock().query_row(sql, [&key], |row| {
            let cursor: Option<String> = row.get(4)?;
            let head =
                |at: usize| Ok::<_, rusqlite::Error>(ChainHead { sequence: row.get(at)?, hash: row.get(at + 1)? });
            Ok((head(0)?, head(2)?, cursor, row.get(5)?, row.get(6)?))
        });
        let Some((proved, reached, cursor, noticed_at, began_at)) = found.optional()? else { return Ok(None) };
        let cursor = cursor.map(|text| text.parse()).transpose().map_err(|_| JournalError::Unreadable { key })?;
        Ok(Some(Reading { proved, reached, cursor, noticed_at, began_at }))
    }

    /// Writes down what a look has changed: all of it, or nothing.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn looked(&self, constitution: &Address, changed: &[&Instance], reading: Option<&Reading>) -> Result<()> {
        if changed.is_empty() && reading.is_none() {
            return Ok(());
        }
        let mut connection = self.lock();
        let transaction = writing(&mut connection)?;
        for instance in changed {
            write(&transaction, instance)?;
        }
        let over = changed.iter().filter(|it| it.ended_at.is_some()).map(|it| it.key.workflow);
        for workflow in over.collect::<BTreeSet<_>>() {
            forget(&transaction, workflow)?;
        }
        if let Some(Reading { proved, reached, cursor, noticed_at, began_at }) = reading {
            transaction.execute(
                "INSERT OR REPLACE INTO reading (constitution, proved, proved_hash, reached, reached_hash, cursor,
                     noticed_at, began_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    constitution.to_string(),
                    proved.sequence,
                    proved.hash,
                    reached.sequence,
                    reached.hash,
                    cursor.map(|signature| signature.to_string()),
                    noticed_at,
                    began_at
                ],
            )?;
        }
        transaction.commit()?;
        Ok(())
    }
}

fn write(transaction: &Transaction<'_>, instance: &Instance) -> Result<()> {
    let Key { constitution, workflow, .. } = instance.key;
    let key = instance.key.to_string();
    let text = serde_json::to_string(instance).map_err(|_| JournalError::Unreadable { key: key.clone() })?;
    transaction.execute(
        "INSERT OR REPLACE INTO workflow (key, constitution, workflow, state, ended_at, instance)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![key, constitution.to_string(), workflow.name(), instance.state().name(), instance.ended_at, text],
    )?;
    Ok(())
}

/// Keeps of what is over the newest.
fn forget(transaction: &Transaction<'_>, workflow: Workflow) -> Result<()> {
    transaction.execute(
        "DELETE FROM workflow WHERE key IN (SELECT key FROM workflow WHERE workflow = ?1 AND ended_at IS NOT NULL
             ORDER BY ended_at DESC, key LIMIT -1 OFFSET ?2)",
        params![workflow.name(), KEEP],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workflow::{About, Verdict};

    const CONSTITUTION: Address = Address::new_from_array([1; 32]);

    fn instance(id: u64, ended_at: Option<i64>) -> Instance {
        let key = Key { constitution: CONSTITUTION, workflow: Workflow::PolicyCreation, about: About::Proposal(id) };
        Instance {
            key,
            began_at: 0,
            step: None,
            entered_at: 0,
            due_at: None,
            is_overdue: false,
            finding: None,
            marks: Vec::new(),
            ahead: Vec::new(),
            told: Vec::new(),
            verdict: ended_at.map(|_| Verdict::Enacted),
            ended_at,
        }
    }

    #[test]
    fn what_is_over_is_kept_up_to_a_number_and_what_is_not_for_ever() {
        let journal = Journal::in_memory().expect("a journal");
        let open = instance(0, None);
        journal.looked(&CONSTITUTION, &[&open], None).expect("written");
        for id in 1..=u64::from(KEEP) + 1 {
            let over = instance(id, Some(i64::try_from(id).expect("few")));
            journal.looked(&CONSTITUTION, &[&over], None).expect("written");
        }
        assert_eq!(journal.open_instances(&CONSTITUTION).expect("read"), [open]);
        let kept = journal.instances().expect("read");
        assert_eq!(kept.len(), 1 + 1_000);
        assert_eq!(journal.instance(&instance(1, None).key).expect("read"), None, "the oldest is gone");
        assert_eq!(journal.instance(&instance(2, None).key).expect("read"), Some(instance(2, Some(2))));
    }

    #[test]
    fn a_reading_is_kept_as_it_was_left() {
        let journal = Journal::in_memory().expect("a journal");
        assert_eq!(journal.reading(&CONSTITUTION).expect("read"), None);
        let proved = ChainHead { hash: [3; 32], sequence: 7 };
        let mut reading = Reading::from(proved, None);
        journal.looked(&CONSTITUTION, &[], Some(&reading)).expect("written");
        assert_eq!(journal.reading(&CONSTITUTION).expect("read"), Some(reading));
        reading.reached = ChainHead { hash: [4; 32], sequence: 9 };
        reading.cursor = Some([5; 64].into());
        (reading.noticed_at, reading.began_at) = (Some(100), Some(90));
        journal.looked(&CONSTITUTION, &[], Some(&reading)).expect("written");
        assert_eq!(journal.reading(&CONSTITUTION).expect("read"), Some(reading));
    }
}
