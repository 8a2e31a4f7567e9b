//! Transactions that were signed for a duty: those that may still land, and what became of the others.

use quantumagi_rpc::solana::Signature;
use rusqlite::{Connection, Row, params};

use super::{Journal, JournalError, Result, spending, writing};
use crate::duty::DutyKey;

/// A transaction that was signed for a duty and may still land.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flight {
    /// First signature.
    pub signature: Signature,
    /// Last block in which it can land.
    pub last_valid_block_height: u64,
    /// What it costs if it lands; its fee even where it fails there.
    pub cost: Cost,
}

/// What leaves the wallet, or may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// As fees, lamports.
    pub fee_lamports: u64,
    /// As rent of accounts that are made, lamports. It comes back when they are closed.
    pub rent_lamports: u64,
}

impl Cost {
    /// Both parts together with another's.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            fee_lamports: self.fee_lamports.saturating_add(other.fee_lamports),
            rent_lamports: self.rent_lamports.saturating_add(other.rent_lamports),
        }
    }

    /// Whether neither part is above the limit's.
    #[must_use]
    pub fn is_within(&self, limit: &Self) -> bool {
        self.fee_lamports <= limit.fee_lamports && self.rent_lamports <= limit.rent_lamports
    }

    /// What is paid where the transaction fails in a block.
    #[must_use]
    pub fn of_failure(self) -> Self {
        Self { rent_lamports: 0, ..self }
    }
}

/// Whether a transaction may be paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clearance {
    /// It is written down as under way.
    Cleared,
    /// The day's limit would be exceeded.
    DayLimit {
        /// Fees and rent, spent and promised today.
        spent: Cost,
    },
    /// Another one for the same duty may still land.
    UnderWay {
        /// Its first signature.
        signature: Signature,
    },
}

/// How a transaction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// In a block, and it succeeded.
    Landed {
        /// The block's slot.
        slot: u64,
    },
    /// In a block, where it failed: its fee is paid.
    Failed {
        /// The block's slot.
        slot: u64,
    },
    /// In no block, and never will be: nothing was paid.
    Expired,
}

/// What is known of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It may still land.
    Open,
    /// It has ended.
    Ended(Ending),
}

/// One transaction in the account of what each duty cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The duty, as [`DutyKey`] is written.
    pub key: String,
    /// When it was signed, by the chain's clock.
    pub signed_at: i64,
    /// What was signed.
    pub flight: Flight,
    /// What became of it.
    pub fate: Fate,
}

const COLUMNS: &str = "SELECT key, signed_at, signature, last_valid, fee, rent, fate, slot FROM attempt";

impl Journal {
    /// Writes down that a transaction is about to be sent, unless that would exceed the day's limit or another one is
    /// under way for the same duty. What is under way counts as spent.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn clear(&self, duty: &DutyKey, flight: &Flight, at: i64, limit: &Cost) -> Result<Clearance> {
        let mut connection = self.lock();
        let transaction = writing(&mut connection)?;
        let key = duty.to_string();
        if let Some(other) = open(&transaction, &key)? {
            return Ok(Clearance::UnderWay { signature: other.flight.signature });
        }
        let spent = spending::of_day_and_open(&transaction, spending::day(at))?;
        if !spent.plus(flight.cost).is_within(limit) {
            return Ok(Clearance::DayLimit { spent });
        }
        transaction.execute(
            "INSERT INTO attempt (key, kind, signature, signed_at, last_valid, fee, rent, fate)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'open')",
            params![
                key,
                duty.kind.name(),
                flight.signature.to_string(),
                at,
                flight.last_valid_block_height,
                flight.cost.fee_lamports,
                flight.cost.rent_lamports
            ],
        )?;
        transaction.commit()?;
        Ok(Clearance::Cleared)
    }

    /// The transaction that is under way for a duty.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn flight(&self, duty: &DutyKey) -> Result<Option<Flight>> {
        Ok(open(&self.lock(), &duty.to_string())?.map(|attempt| attempt.flight))
    }

    /// Every transaction that may be under way, the oldest first.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn flights(&self) -> Result<Vec<Attempt>> {
        select(&self.lock(), &format!("{COLUMNS} WHERE fate = 'open' ORDER BY rowid"), [])
    }

    /// Every transaction that was signed for a duty, the oldest first.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn attempts(&self, key: &str) -> Result<Vec<Attempt>> {
        select(&self.lock(), &format!("{COLUMNS} WHERE key = ?1 ORDER BY rowid"), [key])
    }

    /// Every transaction that was signed since a moment of the chain's clock, the oldest first.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn attempts_since(&self, at: i64) -> Result<Vec<Attempt>> {
        select(&self.lock(), &format!("{COLUMNS} WHERE signed_at >= ?1 ORDER BY rowid"), [at])
    }

    /// The transactions that were signed last, the latest first.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn latest(&self, most: u32) -> Result<Vec<Attempt>> {
        select(&self.lock(), &format!("{COLUMNS} ORDER BY rowid DESC LIMIT ?1"), [most])
    }

    /// The transaction that was signed last for a duty.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn latest_of(&self, duty: &DutyKey) -> Result<Option<Attempt>> {
        let sql = format!("{COLUMNS} WHERE key = ?1 ORDER BY rowid DESC LIMIT 1");
        Ok(select(&self.lock(), &sql, [duty.to_string()])?.pop())
    }

    /// How many transactions for a duty have expired since one was last in a block: the price doubles with each.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn expiries(&self, duty: &DutyKey) -> Result<u32> {
        let sql = "SELECT count(*) FROM attempt WHERE key = ?1 AND fate = 'expired' AND rowid > coalesce(
            (SELECT max(rowid) FROM attempt WHERE key = ?1 AND fate IN ('landed', 'failed')), 0)";
        Ok(self.lock().query_row(sql, [duty.to_string()], |row| row.get(0))?)
    }

    /// How many transactions for a duty have failed in a block since one last succeeded.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn failures(&self, duty: &DutyKey) -> Result<u32> {
        let sql = "SELECT count(*) FROM attempt WHERE key = ?1 AND fate = 'failed' AND rowid > coalesce(
            (SELECT max(rowid) FROM attempt WHERE key = ?1 AND fate = 'landed'), 0)";
        Ok(self.lock().query_row(sql, [duty.to_string()], |row| row.get(0))?)
    }

    /// Slot in which a transaction for this duty last succeeded: what was read before it says nothing about the duty.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn landed_in(&self, duty: &DutyKey) -> Result<Option<u64>> {
        let sql = "SELECT max(slot) FROM attempt WHERE key = ?1 AND fate = 'landed'";
        Ok(self.lock().query_row(sql, [duty.to_string()], |row| row.get(0))?)
    }

    /// Writes down how the open transaction of a duty ended; where there is none, nothing. What was paid belongs to the day
    /// of `at`.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn end(&self, key: &str, ending: Ending, at: i64) -> Result<()> {
        let mut connection = self.lock();
        let transaction = writing(&mut connection)?;
        spending::add_open(&transaction, key, ending, spending::day(at))?;
        let (fate, slot) = columns(ending);
        transaction.execute(
            "UPDATE attempt SET fate = ?2, slot = ?3 WHERE key = ?1 AND fate = 'open'",
            params![key, fate, slot],
        )?;
        transaction.commit()?;
        Ok(())
    }

    /// Forgets what was signed before a moment and has ended. What was spent each day stays.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn forget_before(&self, at: i64) -> Result<()> {
        self.lock().execute("DELETE FROM attempt WHERE signed_at < ?1 AND fate <> 'open'", [at])?;
        Ok(())
    }
}

fn open(connection: &Connection, key: &str) -> Result<Option<Attempt>> {
    Ok(select(connection, &format!("{COLUMNS} WHERE key = ?1 AND fate = 'open'"), [key])?.pop())
}

fn columns(ending: Ending) -> (&'static str, Option<u64>) {
    match ending {
        Ending::Landed { slot } => ("landed", Some(slot)),
        Ending::Failed { slot } => ("failed", Some(slot)),
        Ending::Expired => ("expired", None),
    }
}

fn fate(name: &str, slot: Option<u64>) -> Option<Fate> {
    Some(match (name, slot) {
        ("open", _) => Fate::Open,
        ("landed", Some(slot)) => Fate::Ended(Ending::Landed { slot }),
        ("failed", Some(slot)) => Fate::Ended(Ending::Failed { slot }),
        ("expired", _) => Fate::Ended(Ending::Expired),
        _ => return None,
    })
}

fn select(connection: &Connection, sql: &str, parameters: impl rusqlite::Params) -> Result<Vec<Attempt>> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query(parameters)?;
    let mut attempts = Vec::new();
    while let Some(row) = rows.next()? {
        attempts.push(read(row)?);
    }
    Ok(attempts)
}

fn read(row: &Row<'_>) -> Result<Attempt> {
    let (key, signature, name): (String, String, String) = (row.get(0)?, row.get(2)?, row.get(6)?);
    let unreadable = || JournalError::Unreadable { key: key.clone() };
    let flight = Flight {
        signature: signature.parse().map_err(|_| unreadable())?,
        last_valid_block_height: row.get(3)?,
        cost: Cost { fee_lamports: row.get(4)?, rent_lamports: row.get(5)? },
    };
    let fate = fate(&name, row.get(7)?).ok_or_else(unreadable)?;
    Ok(Attempt { signed_at: row.get(1)?, flight, fate, key })
}
