//! Alerts and queues in the journal; in memory while the journal cannot be written, which is when alerts matter most.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use quantumagi_crank::alert::{Alert, Facts, Policy, Step, step};
use quantumagi_crank::journal::alerts::{Address, SinkRecord, Waiting};
use quantumagi_crank::{Journal, JournalError};

use crate::report::words_of;

/// The journal, and what stands in for it.
pub(crate) struct Book {
    file: Arc<Journal>,
    other: Mutex<Other>,
}

#[derive(Default)]
struct Other {
    /// Alerts as they were last written.
    last: BTreeMap<String, Alert>,
    /// What is written to instead of the file.
    spare: Option<Arc<Journal>>,
}

impl Book {
    /// On this journal.
    pub(crate) fn new(file: Arc<Journal>) -> Self {
        let last = file.alerts().unwrap_or_default();
        Self { file, other: Mutex::new(Other { last, spare: None }) }
    }

    fn other(&self) -> MutexGuard<'_, Other> {
        // Whatever a thread that panicked left behind is as good as what was written last.
        self.other.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where is written now.
    fn now(&self) -> Arc<Journal> {
        self.other().spare.clone().unwrap_or_else(|| Arc::clone(&self.file))
    }

    /// Asks every rule about the facts. What came of it, and what was dropped for want of room, by sink.
    pub(crate) fn step(&self, addresses: &[Address], facts: &Facts, policy: &Policy) -> (Step, BTreeMap<String, u64>) {
        let readings = facts.readings();
        let next = |before: &BTreeMap<String, Alert>| step(before, &readings, facts.now, policy);
        let mut other = self.other();
        if let Some(spare) = &other.spare
            && carry_over(spare, &self.file).is_ok()
        {
            tracing::info!("alerts are written into the journal again");
            other.spare = None;
        }
        if other.spare.is_none() {
            match self.file.step_alerts(addresses, next) {
                Ok((step, dropped)) => {
                    other.last.clone_from(&step.alerts);
                    return (step, dropped);
                }
                Err(error) => {
                    tracing::error!(
                        error = words_of(&error),
                        "alerts are kept in memory: the journal cannot be written"
                    );
                    other.spare = seeded(&other.last).map(Arc::new);
                }
            }
        }
        let stepped = other.spare.as_ref().map(|spare| spare.step_alerts(addresses, next));
        // Nothing is written to a disk there, so nothing fails but for want of memory.
        stepped.and_then(Result::ok).unwrap_or_default()
    }

    /// Forgets sinks that are not among these. How many notifications that were.
    pub(crate) fn keep_sinks(&self, names: &[&str]) -> u64 {
        self.file.keep_sinks(names).unwrap_or_default()
    }

    /// What has waited longest for a sink.
    pub(crate) fn next_notice(&self, sink: &str) -> Result<Option<Waiting>, JournalError> {
        self.now().next_notice(sink)
    }

    /// The sink has it.
    pub(crate) fn delivered(&self, sink: &str, id: &str, at: i64) -> Result<(), JournalError> {
        self.now().notice_delivered(sink, id, at)
    }

    /// The sink did not take it, and may later.
    pub(crate) fn failed(&self, sink: &str, at: i64, why: &str) -> Result<(), JournalError> {
        self.now().notice_failed(sink, at, why)
    }

    /// The sink never will take it.
    pub(crate) fn refused(&self, sink: &str, id: &str, at: i64, why: &str) -> Result<(), JournalError> {
        self.now().notice_refused(sink, id, at, why)
    }

    /// What is known of a sink.
    pub(crate) fn sink(&self, sink: &str) -> Result<SinkRecord, JournalError> {
        self.now().sink(sink)
    }
}

fn seeded(alerts: &BTreeMap<String, Alert>) -> Option<Journal> {
    let spare = Journal::in_memory().ok()?;
    spare.restore_alerts(alerts, &[]).ok()?;
    Some(spare)
}

fn carry_over(spare: &Journal, file: &Journal) -> Result<(), JournalError> {
    file.restore_alerts(&spare.alerts()?, &spare.notices()?)
}

#[cfg(test)]
mod tests {
    use quantumagi_crank::alert::{Severity, Told};

    use super::*;

    fn poor(now: i64, balance: u64) -> Facts {
        let unread = BTreeMap::new();
        Facts {
            now,
            started_at: 0,
            last_success: Some(now),
            balance: Some(balance),
            min_balance: 10,
            unread,
            ..Facts::default()
        }
    }

    fn told(book: &Book) -> Vec<Told> {
        book.now().notices().expect("it reads").into_iter().map(|(_, it)| it.notice.told).collect()
    }

    #[test]
    fn while_the_journal_cannot_be_written_alerts_are_kept_in_memory_and_then_in_it() {
        let folder = std::env::temp_dir().join(format!("quantumagi-crank-book-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        let path = folder.join("journal.sqlite");
        let file = Arc::new(Journal::open(&path).expect("it opens"));
        let book = Book::new(Arc::clone(&file));
        let addresses = [Address { sink: "ops".to_owned(), min_severity: Severity::Warning }];
        let policy = Policy { hold: [("QuantumagiCrankPoor".to_owned(), 0)].into(), ..Policy::default() };
        let step = |now, balance| book.step(&addresses, &poor(now, balance), &policy).0.notices.len();
        assert_eq!(step(1, 5), 1);
        let first = book.next_notice("ops").expect("it reads").expect("it waits");
        book.delivered("ops", &first.id, 1).expect("it writes");

        // Another connection holds the tables away.
        let beside = rusqlite::Connection::open(&path).expect("it opens");
        beside.execute_batch("ALTER TABLE alert RENAME TO away").expect("it can be renamed");
        assert_eq!(step(2, 5), 0, "it was told, and that is not forgotten");
        assert_eq!(step(3, 15), 1);
        assert_eq!(told(&book), [Told::Resolved]);
        assert_eq!(file.notices().expect("it reads"), [], "the file has nothing of it");

        beside.execute_batch("ALTER TABLE away RENAME TO alert").expect("it can be renamed");
        let owed = book.next_notice("ops").expect("it reads");
        assert_eq!(step(4, 15), 0);
        assert_eq!(told(&book), [Told::Resolved]);
        assert_eq!(file.next_notice("ops").expect("it reads"), owed, "under the same name");
        assert_eq!(step(5, 5), 1);
        assert_eq!(file.notices().expect("it reads").len(), 2);
        std::fs::remove_dir_all(&folder).expect("it was made here");
    }
}
