//! Keeps a connection alive and carries all subscriptions over it.

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, sleep_until};

use super::Method;
use super::inbox::Outbox;
use super::link::{Link, LinkFault};
use super::meters::LOSSES;
use super::policy::SubscribePolicy;
use super::source::Source;
use super::wire::{self, Incoming};

/// The connection's own subscription, whose notifications show that it lives.
const SLOTS: u64 = 0;

/// What a stream asks of the driver.
pub(super) enum Order {
    Add(u64, Entry),
    Remove(u64),
}

/// A subscription that is wanted.
pub(super) struct Entry {
    method: Method,
    params: Value,
    outbox: Outbox,
    remote: Option<u64>,
}

impl Entry {
    pub(super) fn new(method: Method, params: Value, outbox: Outbox) -> Self {
        Self { method, params, outbox, remote: None }
    }
}

/// Why a connection is not used any more.
enum Ended {
    Fault(LinkFault),
    /// There is nothing to subscribe to.
    Idle,
    /// Every handle and every stream is gone.
    NobodyLeft,
}

impl From<LinkFault> for Ended {
    fn from(fault: LinkFault) -> Self {
        Self::Fault(fault)
    }
}

pub(super) struct Driver {
    sources: Arc<[Source]>,
    policy: SubscribePolicy,
    orders: UnboundedReceiver<Order>,
    /// The highest slot that a stream read by a call.
    highest: Arc<AtomicU64>,
    entries: BTreeMap<u64, Entry>,
    /// Tries in a row that told no slot.
    failed: u32,
}

impl Driver {
    pub(super) fn new(
        sources: Arc<[Source]>,
        policy: SubscribePolicy,
        orders: UnboundedReceiver<Order>,
        highest: Arc<AtomicU64>,
    ) -> Self {
        Self { sources, policy, orders, highest, entries: BTreeMap::new(), failed: 0 }
    }

    /// Runs until every handle and every stream is gone.
    pub(super) async fn run(mut self) {
        let sources = Arc::clone(&self.sources);
        let mut turns = sources.iter().cycle();
        // Without an endpoint streams go by calls alone.
        let Some(mut source) = turns.next() else { return };
        loop {
            while self.entries.is_empty() {
                let Some(order) = self.orders.recv().await else { return };
                self.note(order);
            }
            let Err(ended) = self.carry(source).await;
            for entry in self.entries.values_mut() {
                entry.remote = None;
                entry.outbox.lost();
            }
            match ended {
                Ended::NobodyLeft => return,
                Ended::Idle => {}
                Ended::Fault(fault) => {
                    tracing::info!(endpoint = %source.name, %fault, "subscriptions lost");
                    metrics::counter!(LOSSES, "endpoint" => source.name.to_string()).increment(1);
                    self.failed = self.failed.saturating_add(1);
                    if !self.rest().await {
                        return;
                    }
                    source = turns.next().unwrap_or(source);
                }
            }
        }
    }

    /// The pause before the next try; whether anybody is left after it.
    async fn rest(&mut self) -> bool {
        let until = Instant::now() + self.policy.pause(self.failed);
        loop {
            tokio::select! {
                order = self.orders.recv() => match order {
                    Some(order) => self.note(order),
                    None => return false,
                },
                () = sleep_until(until) => return true,
            }
        }
    }

    fn note(&mut self, order: Order) {
        match order {
            Order::Add(id, entry) => drop(self.entries.insert(id, entry)),
            Order::Remove(id) => drop(self.entries.remove(&id)),
        }
    }

    /// One connection from its beginning to its end.
    async fn carry(&mut self, source: &Source) -> Result<Infallible, Ended> {
        source.check().await?;
        let mut link = Link::open(source, self.policy.connect_timeout, self.policy.silence).await?;
        link.send(wire::request(SLOTS, Method::Slot.subscribe(), &json!([]))).await?;
        for (id, entry) in &self.entries {
            link.send(wire::request(*id, entry.method.subscribe(), &entry.params)).await?;
        }
        let mut ids: HashMap<u64, u64> = HashMap::new();
        // Subscriptions nobody wants any more, asked for and not yet answered.
        let mut unwanted: HashMap<u64, Method> = HashMap::new();
        let (mut reached, mut heard) = (None, Instant::now());
        loop {
            tokio::select! {
                order = self.orders.recv() => match order {
                    Some(Order::Add(id, entry)) => {
                        link.send(wire::request(id, entry.method.subscribe(), &entry.params)).await?;
                        self.entries.insert(id, entry);
                    }
                    Some(Order::Remove(id)) => {
                        match self.entries.remove(&id) {
                            Some(Entry { method, remote: Some(remote), .. }) => {
                                ids.remove(&remote);
                                link.send(wire::request(id, method.unsubscribe(), &json!([remote]))).await?;
                            }
                            Some(Entry { method, remote: None, .. }) => drop(unwanted.insert(id, method)),
                            None => {}
                        }
                        if self.entries.is_empty() {
                            return Err(Ended::Idle);
                        }
                    }
                    None => return Err(Ended::NobodyLeft),
                },
                incoming = link.next() => {
                    let (incoming, bytes) = incoming?;
                    if let Incoming::Subscribed { id, remote } = incoming
                        && let Some(method) = unwanted.remove(&id)
                    {
                        link.send(wire::request(id, method.unsubscribe(), &json!([remote]))).await?;
                        continue;
                    }
                    let Some(slot) = self.take(incoming, bytes, &mut ids)? else { continue };
                    let known = self.highest.load(Ordering::Relaxed);
                    if slot.saturating_add(self.policy.max_lag) < known {
                        return Err(LinkFault::Behind { slot, known }.into());
                    }
                    // A frozen node repeats itself.
                    if reached < Some(slot) {
                        (reached, heard) = (Some(slot), Instant::now());
                        self.failed = 0;
                    }
                    for entry in self.entries.values_mut().filter(|entry| entry.remote.is_some()) {
                        entry.outbox.live(slot);
                    }
                }
                () = sleep_until(heard + self.policy.silence) => {
                    return Err(LinkFault::Timeout { limit: self.policy.silence }.into());
                }
            }
        }
    }

    /// The slot, where that is what came.
    fn take(
        &mut self,
        incoming: Incoming,
        bytes: usize,
        ids: &mut HashMap<u64, u64>,
    ) -> Result<Option<u64>, LinkFault> {
        match incoming {
            Incoming::Subscribed { id, remote } => {
                ids.insert(remote, id);
                if let Some(entry) = self.entries.get_mut(&id) {
                    entry.remote = Some(remote);
                }
            }
            Incoming::Refused { id: SLOTS, code, message } => return Err(LinkFault::NoSlots { code, message }),
            // The stream goes on by calls. An answer to a cancelled subscription finds nobody.
            Incoming::Refused { id, code, message } => {
                if let Some(entry) = self.entries.get_mut(&id) {
                    tracing::warn!(method = entry.method.subscribe(), code, message, "subscription refused");
                    entry.outbox.lost();
                }
            }
            Incoming::Notified { remote, result } => match ids.get(&remote) {
                Some(&SLOTS) => {
                    let slot = result.get("slot").and_then(Value::as_u64);
                    return slot.ok_or(LinkFault::Unreadable).map(Some);
                }
                Some(id) => {
                    if let Some(entry) = self.entries.get_mut(id) {
                        entry.outbox.tell(result, bytes);
                    }
                }
                None => {}
            },
            Incoming::Other => {}
        }
        Ok(None)
    }
}
