//! What goes wrong in a day, and when.

use std::sync::Arc;
use std::time::Duration;

use quantumagi_crank::Journal;
use rusqlite::Connection;
use tokio::time::{Instant, sleep, sleep_until};

use super::network::{Network, Way};
use super::notes::Notes;

pub(crate) const ENDPOINTS: [&str; 3] = ["own", "rented", "spare"];
/// One that is always of another cluster.
pub(crate) const STRANGER: &str = "stranger";

const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const HOUR: Duration = Duration::from_secs(3_600);
/// Between two faults of endpoints, and how long each lasts: only one at a time, but for an endpoint that asked to be left
/// alone for an hour.
const FAULT_EVERY: Duration = Duration::from_secs(7 * 60);
const FAULT_LASTS: Duration = Duration::from_secs(5 * 60);
/// How long after the last endpoint is back the breakers may keep the crank from it.
const RECOVERY: Duration = Duration::from_secs(120);

/// A time in which nobody could have done anything, milliseconds of the chain.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outage {
    pub(crate) what: &'static str,
    pub(crate) from: u64,
    pub(crate) until: u64,
}

/// Everything that goes wrong but endpoints one at a time: until each is over.
pub(crate) struct Weather {
    pub(crate) network: Network,
    pub(crate) notes: Arc<Notes>,
    pub(crate) journal: Arc<Journal>,
    pub(crate) began: Instant,
}

impl Weather {
    /// One endpoint after the other is unwell, in one way after the other, but for hours that have their own weather.
    pub(crate) async fn endpoints(network: Network, began: Instant, from: Duration, until: Duration) {
        let mut at = from;
        for round in 0.. {
            if until <= at {
                return;
            }
            sleep_until(began + at).await;
            let endpoint = ENDPOINTS[round % ENDPOINTS.len()];
            let way = Way::FAULTS[round % Way::FAULTS.len()];
            if !is_of_its_own(at) {
                network.set(endpoint, way);
                sleep(FAULT_LASTS).await;
                network.set(endpoint, Way::Well);
            }
            at += FAULT_EVERY;
        }
    }

    /// The rest of the day's misfortunes. `other` is of another user of the journal's file.
    pub(crate) async fn misfortunes(self, other: Connection) -> (Vec<Outage>, Connection) {
        let mut outages = Vec::new();
        sleep_until(self.began + 4 * HOUR + 5 * MINUTE).await;
        outages.push(self.jump(20).await);
        sleep_until(self.began + 6 * HOUR).await;
        outages.push(self.all("every endpoint is dead", Way::Dead, 10 * MINUTE).await);
        sleep_until(self.began + 9 * HOUR).await;
        let (outage, other) = self.locked(other).await;
        outages.push(outage);
        sleep_until(self.began + 11 * HOUR).await;
        outages.push(self.full().await);
        sleep_until(self.began + 14 * HOUR).await;
        outages.push(self.all("every endpoint hangs", Way::Hung, 10 * MINUTE).await);
        sleep_until(self.began + 16 * HOUR + 5 * MINUTE).await;
        outages.push(self.jump(45).await);
        (outages, other)
    }

    fn millis(&self) -> u64 {
        self.network.chain(|chain| chain.millis())
    }

    /// The chain's clock is set ahead: what falls due in between cannot be foreseen, and is found at the next look.
    async fn jump(&self, seconds: u64) -> Outage {
        let from = self.millis();
        self.network.chain(|chain| chain.jump(Duration::from_secs(seconds)));
        sleep(2 * MINUTE).await;
        Outage { what: "the clock jumps", from, until: self.millis() }
    }

    async fn all(&self, what: &'static str, way: Way, lasts: Duration) -> Outage {
        let from = self.millis();
        ENDPOINTS.iter().for_each(|endpoint| self.network.set(endpoint, way));
        sleep(lasts).await;
        ENDPOINTS.iter().for_each(|endpoint| self.network.set(endpoint, Way::Well));
        sleep(RECOVERY).await;
        Outage { what, from, until: self.millis() }
    }

    /// Somebody else keeps the journal for itself: each use waits its five real seconds, and fails.
    async fn locked(&self, other: Connection) -> (Outage, Connection) {
        let (from, before) = (self.millis(), self.notes.journal_failures().len());
        other.execute_batch("BEGIN IMMEDIATE").expect("nobody else writes now");
        self.until_failures(before + 2).await;
        other.execute_batch("ROLLBACK").expect("it is its own");
        let told = self.notes.journal_failures();
        assert!(told[before..].iter().all(|error| error.contains("DatabaseBusy")), "{told:?}");
        sleep(MINUTE).await;
        (Outage { what: "the journal is locked", from, until: self.millis() }, other)
    }

    /// The journal can take nothing more.
    async fn full(&self) -> Outage {
        let (from, before) = (self.millis(), self.notes.journal_failures().len());
        self.journal.set_most_pages(1).expect("it has more, and keeps them");
        self.until_failures(before + 3).await;
        self.journal.set_most_pages(u32::MAX).expect("there is room again");
        let told = self.notes.journal_failures();
        assert!(told[before..].iter().all(|error| error.contains("DiskFull")), "{told:?}");
        sleep(2 * MINUTE).await;
        Outage { what: "the disk is full", from, until: self.millis() }
    }

    async fn until_failures(&self, count: usize) {
        while self.notes.journal_failures().len() < count {
            sleep(Duration::from_secs(1)).await;
        }
    }
}

/// Whether the hour has misfortunes of its own.
fn is_of_its_own(at: Duration) -> bool {
    [4, 6, 9, 11, 12, 14, 16].contains(&(at.as_secs() / 3_600))
}
