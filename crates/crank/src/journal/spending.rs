//! What actions cost, day by day.

use rusqlite::{Connection, Transaction, params};

use super::attempts::{Cost, Ending};
use super::{Journal, Result};

/// A day of the chain's clock, seconds.
pub const SECONDS_PER_DAY: i64 = 86_400;

/// What one kind of duty cost on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DaySpending {
    /// Days since 1970, by the chain's clock.
    pub day: i64,
    /// Name of the instruction.
    pub kind: String,
    /// Transactions in blocks, failed ones included.
    pub transactions: u64,
    /// Those that failed there.
    pub failed: u64,
    /// What all of them cost.
    pub cost: Cost,
}

impl Journal {
    /// Everything that was spent since a day, by day and kind.
    ///
    /// # Errors
    /// [`JournalError`](super::JournalError).
    pub fn spending_since(&self, day: i64) -> Result<Vec<DaySpending>> {
        let connection = self.lock();
        let sql = "SELECT day, kind, transactions, failed, fee, rent FROM spending WHERE day >= ?1 ORDER BY day, kind";
        let mut statement = connection.prepare(sql)?;
        let rows = statement.query_map([day], |row| {
            Ok(DaySpending {
                day: row.get(0)?,
                kind: row.get(1)?,
                transactions: row.get(2)?,
                failed: row.get(3)?,
                cost: Cost { fee_lamports: row.get(4)?, rent_lamports: row.get(5)? },
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// What landed and failed transactions cost as fees that were signed since a moment, and when the first of all that is
    /// known was signed.
    ///
    /// # Errors
    /// [`JournalError`](super::JournalError).
    pub fn fees_since(&self, at: i64) -> Result<(u64, Option<i64>)> {
        let connection = self.lock();
        let sql = "SELECT coalesce(sum(fee), 0) FROM attempt WHERE ?1 <= signed_at AND fate IN ('landed', 'failed')";
        let fees = connection.query_row(sql, [at], |row| row.get(0))?;
        let first = connection.query_row("SELECT min(signed_at) FROM attempt", [], |row| row.get(0))?;
        Ok((fees, first))
    }

    /// What was spent on the day of a moment of the chain's clock, and what is under way.
    ///
    /// # Errors
    /// [`JournalError`](super::JournalError).
    pub fn spent_on_day_of(&self, at: i64) -> Result<Cost> {
        Ok(of_day_and_open(&self.lock(), day(at))?)
    }
}

/// The day of a moment.
pub(super) fn day(at: i64) -> i64 {
    at.div_euclid(SECONDS_PER_DAY)
}

pub(super) fn of_day_and_open(connection: &Connection, day: i64) -> rusqlite::Result<Cost> {
    let sql = "SELECT coalesce(sum(fee), 0), coalesce(sum(rent), 0) FROM (
        SELECT fee, rent FROM spending WHERE day = ?1 UNION ALL SELECT fee, rent FROM attempt WHERE fate = 'open')";
    connection.query_row(sql, [day], |row| Ok(Cost { fee_lamports: row.get(0)?, rent_lamports: row.get(1)? }))
}

/// Adds what the open transaction of this duty cost.
pub(super) fn add_open(transaction: &Transaction<'_>, key: &str, ending: Ending, day: i64) -> rusqlite::Result<()> {
    let failed = match ending {
        Ending::Landed { .. } => 0,
        Ending::Failed { .. } => 1,
        Ending::Expired => return Ok(()),
    };
    transaction.execute(
        "INSERT INTO spending (day, kind, transactions, failed, fee, rent)
         SELECT ?2, kind, 1, ?3, fee, rent * (1 - ?3) FROM attempt WHERE key = ?1 AND fate = 'open'
         ON CONFLICT (day, kind) DO UPDATE SET transactions = transactions + 1, failed = failed + excluded.failed,
             fee = fee + excluded.fee, rent = rent + excluded.rent",
        params![key, day, failed],
    )?;
    Ok(())
}
