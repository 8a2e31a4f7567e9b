//! One level at work: a task that reads from it and one that writes to it, each taking what has gathered in one go.
//!
//! Readers wait for a level at most as long as its patience, and never for a write.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use metrics::Counter;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::Level;
use super::entry::EntryKey;
use super::gate::{Gate, Pauses, Side};
use super::meters::{Lookups, dropped_writes};
use super::store::{Store, StoreError, Write};

/// Most questions in one go.
const MAX_READS: usize = 100;
/// Most writes in one go.
const MAX_WRITES: usize = 256;
/// Most that waits. What comes above it is not kept, and is not asked for here.
const MAX_WAITING: usize = 8192;
/// Most bytes that wait to be written.
const MAX_WAITING_BYTES: usize = 32 << 20;

/// How a level is used.
#[derive(Clone, Copy, Debug)]
pub(super) struct Usage {
    /// Longest wait of a reader.
    pub(super) patience: Duration,
    /// Longest time of one write of many.
    pub(super) write_limit: Duration,
    pub(super) pauses: Pauses,
}

struct Asked {
    key: EntryKey,
    tell: oneshot::Sender<Option<Vec<u8>>>,
}

enum Order {
    Write(Write),
    /// Tell when everything before it is written or given up.
    Tell(oneshot::Sender<()>),
}

/// One level at work. Its tasks end when it is dropped; what was to be written then is written.
pub(super) struct Desk {
    pub(super) level: Level,
    pub(super) lookups: Lookups,
    patience: Duration,
    reads: Arc<Gate>,
    asked: mpsc::Sender<Asked>,
    orders: mpsc::Sender<Order>,
    waiting: Arc<AtomicUsize>,
    dropped: Counter,
}

/// The level did not answer, or was not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Out;

impl Desk {
    /// Two stores, so that a write under way does not keep a reader waiting.
    pub(super) fn open(level: Level, reading: impl Store, writing: impl Store, usage: Usage) -> Self {
        let reads = Arc::new(Gate::new(level, Side::Read, usage.pauses));
        let (asked, questions) = mpsc::channel(MAX_WAITING);
        let (orders, given) = mpsc::channel(MAX_WAITING);
        tokio::spawn(answer_all(questions, reading, Arc::clone(&reads), usage.patience));
        let waiting = Arc::new(AtomicUsize::new(0));
        let writer = Writer {
            gate: Gate::new(level, Side::Write, usage.pauses),
            limit: usage.write_limit,
            waiting: Arc::clone(&waiting),
            dropped: dropped_writes(level),
        };
        tokio::spawn(writer.write_all(given, writing));
        Self {
            level,
            lookups: Lookups::new(level),
            patience: usage.patience,
            reads,
            asked,
            orders,
            waiting,
            dropped: dropped_writes(level),
        }
    }

    pub(super) async fn read(&self, key: EntryKey) -> Result<Option<Vec<u8>>, Out> {
        if self.reads.is_shut() {
            return Err(Out);
        }
        let (tell, told) = oneshot::channel();
        self.asked.try_send(Asked { key, tell }).map_err(|_| Out)?;
        // Waiting in line counts too: a level that is too busy is no help.
        timeout(self.patience, told).await.map_err(|_| Out)?.map_err(|_| Out)
    }

    pub(super) fn write(&self, write: Write) {
        let len = len(&write);
        let waiting = self.waiting.fetch_add(len, Ordering::Relaxed).saturating_add(len);
        if waiting > MAX_WAITING_BYTES || self.orders.try_send(Order::Write(write)).is_err() {
            self.waiting.fetch_sub(len, Ordering::Relaxed);
            self.dropped.increment(1);
        }
    }

    /// Returns when what was to be written is written or given up.
    pub(super) async fn flush(&self) {
        let (tell, told) = oneshot::channel();
        // A task that is gone has nothing left to write.
        if self.orders.send(Order::Tell(tell)).await.is_ok() {
            let _ = told.await;
        }
    }
}

/// Bytes that a write takes while it waits.
fn len(write: &Write) -> usize {
    write.entry.as_ref().map_or(0, Vec::len)
}

async fn answer_all(mut questions: mpsc::Receiver<Asked>, mut store: impl Store, gate: Arc<Gate>, limit: Duration) {
    let mut gathered = Vec::with_capacity(MAX_READS);
    while questions.recv_many(&mut gathered, MAX_READS).await > 0 {
        gathered.retain(|asked| !asked.tell.is_closed());
        // It went out while these waited: dropped, which says so.
        if gathered.is_empty() || gate.is_shut() {
            gathered.clear();
            continue;
        }
        let keys: Vec<EntryKey> = gathered.iter().map(|asked| asked.key.clone()).collect();
        match within(limit, store.read(&keys)).await {
            Ok(found) => {
                gate.succeeded();
                for (asked, entry) in gathered.drain(..).zip(found) {
                    // Whoever asked has gone on.
                    let _ = asked.tell.send(entry);
                }
            }
            Err(error) => {
                gate.failed(&error);
                gathered.clear();
            }
        }
    }
}

struct Writer {
    gate: Gate,
    limit: Duration,
    waiting: Arc<AtomicUsize>,
    dropped: Counter,
}

impl Writer {
    async fn write_all(self, mut given: mpsc::Receiver<Order>, mut store: impl Store) {
        let mut orders = Vec::with_capacity(MAX_WRITES);
        while given.recv_many(&mut orders, MAX_WRITES).await > 0 {
            let (mut writes, mut waiting) = (Vec::with_capacity(orders.len()), Vec::new());
            for order in orders.drain(..) {
                match order {
                    Order::Write(write) => writes.push(write),
                    Order::Tell(tell) => waiting.push(tell),
                }
            }
            if !writes.is_empty() && !self.write(&mut store, &writes).await {
                self.dropped.increment(writes.len() as u64);
            }
            self.waiting.fetch_sub(writes.iter().map(len).sum(), Ordering::Relaxed);
            for tell in waiting {
                // Whoever waits may have gone.
                let _ = tell.send(());
            }
        }
    }

    async fn write(&self, store: &mut impl Store, writes: &[Write]) -> bool {
        if self.gate.is_shut() {
            return false;
        }
        match within(self.limit, store.write(writes)).await {
            Ok(()) => self.gate.succeeded(),
            Err(error) => {
                self.gate.failed(&error);
                return false;
            }
        }
        true
    }
}

async fn within<T>(limit: Duration, work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    timeout(limit, work).await.unwrap_or(Err(StoreError::Timeout { limit }))
}
