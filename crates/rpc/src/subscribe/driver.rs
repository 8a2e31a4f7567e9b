//! Keeps a connection alive and carries all subscriptions over it.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::future::BoxFuture;
use serde_json::Value;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, sleep_until};

use super::Method;
use super::inbox::Outbox;
use super::line::{Line, Ready, SLOTS, Wish, make_ready};
use super::link::LinkFault;
use super::meters::LOSSES;
use super::policy::SubscribePolicy;
use super::source::Sources;
use super::wire::Incoming;

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
    /// Its endpoint is no longer configured, and this one takes its place.
    Moved(Box<Ready>),
    /// Its endpoint is no longer configured, and none takes its place.
    Removed,
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

/// A connection that is made ready while another carries the subscriptions, and how many endpoints are left to try.
struct Move {
    making: BoxFuture<'static, Result<Ready, LinkFault>>,
    left: usize,
}

pub(super) struct Driver {
    sources: Sources,
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
        sources: Sources,
        policy: SubscribePolicy,
        orders: UnboundedReceiver<Order>,
        highest: Arc<AtomicU64>,
    ) -> Self {
        Self { sources, policy, orders, highest, entries: BTreeMap::new(), failed: 0 }
    }

    /// Runs until every handle and every stream is gone.
    pub(super) async fn run(mut self) {
        let mut ready = None;
        loop {
            while self.entries.is_empty() {
                let Some(order) = self.orders.recv().await else { return };
                self.note(order);
            }
            self.sources.refresh();
            let taken = ready.take().filter(|ready: &Ready| self.sources.stay_at(&ready.line.source));
            let Some(source) = self.sources.current() else {
                // Without an endpoint streams go by calls alone.
                if !self.sources.can_change() || !self.wait_for_a_source().await {
                    return;
                }
                continue;
            };
            let name = source.name.clone();
            let line = match taken {
                Some(ready) => self.take_over(ready).await,
                None => Line::open(source, self.policy, &self.wishes()).await.map_err(Ended::from),
            };
            let ended = match line {
                Ok(line) => {
                    let Err(ended) = self.carry(line).await;
                    ended
                }
                Err(ended) => ended,
            };
            for entry in self.entries.values_mut() {
                entry.remote = None;
                entry.outbox.lost();
            }
            match ended {
                Ended::NobodyLeft => return,
                Ended::Moved(next) => {
                    tracing::info!(from = %name, to = %next.line.source.name, "subscriptions moved");
                    ready = Some(*next);
                }
                Ended::Removed => tracing::warn!(endpoint = %name, "subscriptions left a removed endpoint for none"),
                Ended::Idle => {}
                Ended::Fault(fault) => {
                    tracing::info!(endpoint = %name, %fault, "subscriptions lost");
                    metrics::counter!(LOSSES, "endpoint" => name.to_string()).increment(1);
                    self.failed = self.failed.saturating_add(1);
                    if !self.rest().await {
                        return;
                    }
                    self.sources.advance();
                }
            }
        }
    }

    /// Whether anybody is left when the configuration has changed.
    async fn wait_for_a_source(&mut self) -> bool {
        loop {
            tokio::select! {
                order = self.orders.recv() => match order {
                    Some(order) => self.note(order),
                    None => return false,
                },
                () = self.sources.changed() => return true,
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

    fn wishes(&self) -> Vec<Wish> {
        self.entries.iter().map(|(id, entry)| (*id, entry.method, entry.params.clone())).collect()
    }

    /// Takes a connection that was made ready, with what came over it, and brings its subscriptions up to those that are
    /// wanted now.
    async fn take_over(&mut self, ready: Ready) -> Result<Line, Ended> {
        let Ready { mut line, wishes, came } = ready;
        for (id, entry) in &self.entries {
            if !wishes.iter().any(|(asked, ..)| asked == id) {
                line.subscribe(*id, entry.method, &entry.params).await?;
            }
        }
        let gone = wishes.iter().filter(|(id, ..)| !self.entries.contains_key(id));
        line.unwanted = gone.map(|(id, method, _)| (*id, *method)).collect();
        for (incoming, bytes) in came {
            self.hear(&mut line, incoming, bytes).await?;
        }
        Ok(line)
    }

    /// One connection from its beginning to its end. Where its endpoint is no longer configured it goes on until another
    /// stands, or each of the others was tried.
    async fn carry(&mut self, mut line: Line) -> Result<Infallible, Ended> {
        let mut moving: Option<Move> = None;
        loop {
            tokio::select! {
                order = self.orders.recv() => match order {
                    Some(Order::Add(id, entry)) => {
                        line.subscribe(id, entry.method, &entry.params).await?;
                        self.entries.insert(id, entry);
                    }
                    Some(Order::Remove(id)) => {
                        match self.entries.remove(&id) {
                            Some(Entry { method, remote: Some(remote), .. }) => {
                                line.unsubscribe(id, method, remote).await?;
                            }
                            Some(Entry { method, remote: None, .. }) => drop(line.unwanted.insert(id, method)),
                            None => {}
                        }
                        if self.entries.is_empty() {
                            return Err(Ended::Idle);
                        }
                    }
                    None => return Err(Ended::NobodyLeft),
                },
                incoming = line.link.next() => {
                    let (incoming, bytes) = incoming?;
                    self.hear(&mut line, incoming, bytes).await?;
                }
                () = self.sources.changed() => {
                    moving = if self.sources.stay_at(&line.source) { None } else { Some(self.begin_move()?) };
                }
                made = made(&mut moving) => match made {
                    Ok(ready) => return Err(Ended::Moved(Box::new(ready))),
                    Err(fault) => {
                        tracing::info!(%fault, "subscriptions cannot move there");
                        moving = Some(self.go_on(moving)?);
                    }
                },
                () = sleep_until(line.heard + self.policy.silence) => {
                    return Err(LinkFault::Timeout { limit: self.policy.silence }.into());
                }
            }
        }
    }

    fn begin_move(&self) -> Result<Move, Ended> {
        let source = self.sources.current().ok_or(Ended::Removed)?;
        let making = make_ready(source, self.policy, self.wishes(), Arc::clone(&self.highest));
        Ok(Move { making: Box::pin(making), left: self.sources.len().saturating_sub(1) })
    }

    /// The next endpoint, where one is left to try.
    fn go_on(&mut self, moving: Option<Move>) -> Result<Move, Ended> {
        let left = moving.map_or(0, |moving| moving.left).checked_sub(1).ok_or(Ended::Removed)?;
        self.sources.advance();
        Ok(Move { left, ..self.begin_move()? })
    }

    async fn hear(&mut self, line: &mut Line, incoming: Incoming, bytes: usize) -> Result<(), Ended> {
        if let Incoming::Subscribed { id, remote } = incoming
            && let Some(method) = line.unwanted.remove(&id)
        {
            line.unsubscribe(id, method, remote).await?;
            return Ok(());
        }
        let Some(slot) = self.take(line, incoming, bytes)? else { return Ok(()) };
        let known = self.highest.load(Ordering::Relaxed);
        if slot.saturating_add(self.policy.max_lag) < known {
            return Err(LinkFault::Behind { slot, known }.into());
        }
        // A frozen node repeats itself.
        if line.reached < Some(slot) {
            (line.reached, line.heard) = (Some(slot), Instant::now());
            self.failed = 0;
        }
        for entry in self.entries.values_mut().filter(|entry| entry.remote.is_some()) {
            entry.outbox.live(slot);
        }
        Ok(())
    }

    /// The slot, where that is what came.
    fn take(&mut self, line: &mut Line, incoming: Incoming, bytes: usize) -> Result<Option<u64>, LinkFault> {
        match incoming {
            Incoming::Subscribed { id, remote } => {
                line.ids.insert(remote, id);
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
            Incoming::Notified { remote, result } => match line.ids.get(&remote) {
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

/// What came of the move that is under way; never where none is.
async fn made(moving: &mut Option<Move>) -> Result<Ready, LinkFault> {
    match moving {
        Some(moving) => (&mut moving.making).await,
        None => pending().await,
    }
}
