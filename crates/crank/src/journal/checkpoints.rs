//! How far each constitution's history was proved, and when that was last written on chain.
//!
//! Losing it costs one proof from the first event, in which the checkpoints that landed are found again.

use quantumagi_rpc::solana::Signature;
use quantumagi_sdk::checkpoint::Known;
use quantumagi_sdk::verify::ChainHead;
use rusqlite::{OptionalExtension, params};

use super::{Journal, JournalError, Result, writing};
use crate::duty::DutyKey;

// A head is 64 digits of hexadecimal. `at` is the last checkpoint, by whomever; `prepared` what the newest own one covers,
// which counts once it has landed.
pub(super) const TABLES: &str = "
CREATE TABLE checkpoint (
    key TEXT PRIMARY KEY, constitution TEXT NOT NULL, since INTEGER NOT NULL, sequence INTEGER NOT NULL, at INTEGER,
    prepared INTEGER NOT NULL, proved INTEGER NOT NULL, head TEXT NOT NULL, signature TEXT, unproved TEXT
) STRICT;
";

/// The last checkpoint of a constitution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastCheckpoint {
    /// Events that it covers; 0 where there is none.
    pub sequence: u64,
    /// When it was anchored, by the chain's clock; `None` where there is none.
    pub at: Option<i64>,
    /// When this journal first asked.
    pub since: i64,
}

impl Journal {
    /// The last checkpoint that is known, own ones as soon as they have landed.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn last_checkpoint(&self, duty: &DutyKey, now: i64) -> Result<LastCheckpoint> {
        let mut connection = self.lock();
        let transaction = writing(&mut connection)?;
        let key = duty.to_string();
        let start = Known::NOTHING.head;
        transaction.execute(
            "INSERT INTO checkpoint (key, constitution, since, sequence, prepared, proved, head)
             VALUES (?1, ?2, ?3, 0, 0, ?4, ?5) ON CONFLICT (key) DO NOTHING",
            params![key, duty.constitution.to_string(), now, start.sequence, quantumagi_sdk::words::hex(&start.hash)],
        )?;
        // Whoever was killed after it landed has not said so here.
        transaction.execute(
            "UPDATE checkpoint SET sequence = prepared, at = landed.at
             FROM (SELECT max(signed_at) AS at FROM attempt WHERE key = ?1 AND fate = 'landed') AS landed
             WHERE key = ?1 AND landed.at > coalesce(checkpoint.at, landed.at - 1)",
            [&key],
        )?;
        let sql = "SELECT sequence, at, since FROM checkpoint WHERE key = ?1";
        let last = transaction.query_row(sql, [&key], |row| {
            Ok(LastCheckpoint { sequence: row.get(0)?, at: row.get(1)?, since: row.get(2)? })
        })?;
        transaction.commit()?;
        Ok(last)
    }

    /// Writes down what the checkpoint covers that is about to be signed. After [`Journal::last_checkpoint`], which takes
    /// the one before into account.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn prepare_checkpoint(&self, duty: &DutyKey, sequence: u64) -> Result<()> {
        let sql = "UPDATE checkpoint SET prepared = ?2 WHERE key = ?1";
        self.lock().execute(sql, params![duty.to_string(), sequence])?;
        Ok(())
    }

    /// Writes down a checkpoint that was found on chain, if it is later than the last.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn found_checkpoint(&self, duty: &DutyKey, sequence: u64, at: i64) -> Result<()> {
        let sql = "UPDATE checkpoint SET sequence = ?2, at = ?3 WHERE key = ?1 AND coalesce(at < ?3, 1)";
        self.lock().execute(sql, params![duty.to_string(), sequence, at])?;
        Ok(())
    }

    /// How far the history was read, and proved unless it was left off in between: where to go on.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn proved(&self, duty: &DutyKey) -> Result<Known> {
        let key = duty.to_string();
        let sql = "SELECT proved, head, signature FROM checkpoint WHERE key = ?1";
        let found = self.lock().query_row(sql, [&key], |row| {
            Ok((row.get::<_, u64>(0)?, row.get::<_, String>(1)?, row.get::<_, Option<String>>(2)?))
        });
        let Some((sequence, head, signature)) = found.optional()? else { return Ok(Known::NOTHING) };
        let unreadable = || JournalError::Unreadable { key: key.clone() };
        let last: Option<Signature> = signature.map(|it| it.parse().map_err(|_| unreadable())).transpose()?;
        let mut hash = [0; 32];
        for (byte, place) in hash.iter_mut().zip((0..).step_by(2)) {
            let digits = head.get(place..place + 2).ok_or_else(unreadable)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| unreadable())?;
        }
        Ok(Known { head: ChainHead { hash, sequence }, last })
    }

    /// Writes down how far the history was proved, and that nothing is wrong with it.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn keep_proved(&self, duty: &DutyKey, known: &Known) -> Result<()> {
        self.keep_followed(duty, known)?;
        self.lock().execute("UPDATE checkpoint SET unproved = NULL WHERE key = ?1", [duty.to_string()])?;
        Ok(())
    }

    /// Writes down how far the history was read. What it is worth, the rest of it shows.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn keep_followed(&self, duty: &DutyKey, known: &Known) -> Result<()> {
        let Known { head: ChainHead { hash, sequence }, last } = known;
        let (head, last) = (quantumagi_sdk::words::hex(hash), last.map(|signature| signature.to_string()));
        let sql = "UPDATE checkpoint SET proved = ?2, head = ?3, signature = ?4 WHERE key = ?1";
        self.lock().execute(sql, params![duty.to_string(), sequence, head, last])?;
        Ok(())
    }

    /// Writes down why the history is not proved. What was proved before stays.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn keep_unproved(&self, duty: &DutyKey, reason: &str) -> Result<()> {
        let sql = "UPDATE checkpoint SET unproved = ?2 WHERE key = ?1";
        self.lock().execute(sql, [&duty.to_string(), reason])?;
        Ok(())
    }

    /// Constitutions whose history does not verify, by address, and why.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn unproved(&self) -> Result<Vec<(String, String)>> {
        let connection = self.lock();
        let sql = "SELECT constitution, unproved FROM checkpoint WHERE unproved IS NOT NULL ORDER BY constitution";
        let mut statement = connection.prepare(sql)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Forgets everything about checkpoints: of a crank that anchors none any more.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn forget_checkpoints(&self) -> Result<()> {
        self.lock().execute("DELETE FROM checkpoint", [])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use quantumagi_interface::Address;

    use super::*;
    use crate::duty::{Kind, Subject};
    use crate::journal::{Clearance, Cost, Ending, Flight};

    const ANCHOR: DutyKey = DutyKey {
        constitution: Address::new_from_array([1; 32]),
        kind: Kind::CheckpointAnchor,
        subject: Subject::History,
    };

    fn sign(journal: &Journal, byte: u8, at: i64) {
        let cost = Cost { fee_lamports: 1, rent_lamports: 0 };
        let flight = Flight { signature: Signature::from([byte; 64]), last_valid_block_height: 5, cost };
        let limit = Cost { fee_lamports: 100, rent_lamports: 0 };
        assert_eq!(journal.clear(&ANCHOR, &flight, at, &limit).expect("written"), Clearance::Cleared);
    }

    #[track_caller]
    fn check(journal: &Journal, sequence: u64, at: Option<i64>) {
        let expected = LastCheckpoint { sequence, at, since: 50 };
        assert_eq!(journal.last_checkpoint(&ANCHOR, 900).expect("read"), expected);
    }

    #[test]
    fn a_checkpoint_counts_once_it_has_landed_whoever_was_killed_meanwhile() {
        let journal = Journal::in_memory().expect("a journal");
        let none = LastCheckpoint { sequence: 0, at: None, since: 50 };
        assert_eq!(journal.last_checkpoint(&ANCHOR, 50).expect("read"), none);
        journal.prepare_checkpoint(&ANCHOR, 7).expect("written");
        sign(&journal, 1, 100);
        check(&journal, 0, None);
        journal.end(&ANCHOR.to_string(), Ending::Expired, 100).expect("written");
        check(&journal, 0, None);
        journal.prepare_checkpoint(&ANCHOR, 8).expect("written");
        sign(&journal, 2, 200);
        journal.end(&ANCHOR.to_string(), Ending::Landed { slot: 3 }, 210).expect("written");
        check(&journal, 8, Some(200));
        // The next is prepared and never sent.
        journal.prepare_checkpoint(&ANCHOR, 9).expect("written");
        check(&journal, 8, Some(200));
    }

    #[test]
    fn of_what_is_found_on_chain_the_latest_counts() {
        let journal = Journal::in_memory().expect("a journal");
        journal.last_checkpoint(&ANCHOR, 50).expect("read");
        for (sequence, at, expected) in [(4, 100, (4, 100)), (3, 90, (4, 100)), (5, 100, (4, 100)), (6, 101, (6, 101))]
        {
            journal.found_checkpoint(&ANCHOR, sequence, at).expect("written");
            check(&journal, expected.0, Some(expected.1));
        }
        journal.forget_checkpoints().expect("written");
        let none = LastCheckpoint { sequence: 0, at: None, since: 950 };
        assert_eq!(journal.last_checkpoint(&ANCHOR, 950).expect("read"), none);
    }

    #[test]
    fn what_was_proved_is_kept_and_what_is_wrong_is_told_until_it_is_right() {
        let journal = Journal::in_memory().expect("a journal");
        assert_eq!(journal.proved(&ANCHOR).expect("read"), Known::NOTHING);
        journal.last_checkpoint(&ANCHOR, 50).expect("read");
        assert_eq!(journal.proved(&ANCHOR).expect("read"), Known::NOTHING);
        let head = ChainHead { hash: [0xa7; 32], sequence: 12 };
        let known = Known { head, last: Some(Signature::from([3; 64])) };
        journal.keep_proved(&ANCHOR, &known).expect("written");
        journal.keep_unproved(&ANCHOR, "event 12 is missing").expect("written");
        let told = vec![(ANCHOR.constitution.to_string(), "event 12 is missing".to_owned())];
        assert_eq!((journal.proved(&ANCHOR).expect("read"), journal.unproved().expect("read")), (known, told));
        let known = Known { last: None, ..known };
        journal.keep_proved(&ANCHOR, &known).expect("written");
        assert_eq!((journal.proved(&ANCHOR).expect("read"), journal.unproved().expect("read")), (known, vec![]));
    }
}
