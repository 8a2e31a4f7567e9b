//! One stream's side: what it is told, when it must read by a call, and both at one time.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::Value;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{Instant, sleep_until};

use super::driver::Order;
use super::inbox::{Inbox, Standing};
use super::policy::SubscribePolicy;
use crate::error::Result;

/// Before the second call where an endpoint is behind the connection: about a slot. Doubled with each further one.
const BEHIND: Duration = Duration::from_millis(200);

/// Why a stream wakes up.
#[derive(Debug, PartialEq)]
pub(super) enum Wake {
    /// It is told something.
    Value(Value),
    /// It must read by a call.
    Call,
}

/// One stream's side of a subscription. Ends it when dropped.
pub(super) struct Feed {
    id: u64,
    policy: SubscribePolicy,
    orders: UnboundedSender<Order>,
    inbox: Inbox,
    /// The highest slot that any stream read by a call.
    highest: Arc<AtomicU64>,
    standing: Standing,
    /// A call must read a slot behind this one before the stream has missed nothing: this one may not have been whole.
    owed: Option<u64>,
    next_call: Instant,
    last_call: Instant,
    failed: u32,
    behind: u32,
    skipped: u64,
}

impl Feed {
    pub(super) fn new(
        id: u64,
        policy: SubscribePolicy,
        orders: UnboundedSender<Order>,
        inbox: Inbox,
        highest: Arc<AtomicU64>,
    ) -> Self {
        let (standing, now) = (Standing::default(), Instant::now());
        let (next_call, last_call) = (now, now);
        let (owed, failed, behind, skipped) = (None, 0, 0, 0);
        Self { id, policy, orders, inbox, highest, standing, owed, next_call, last_call, failed, behind, skipped }
    }

    /// Waits for something to do; for no call while one is under way. May be dropped and asked again.
    pub(super) async fn wake(&mut self, is_calling: bool) -> Wake {
        loop {
            tokio::select! {
                biased;
                standing = self.inbox.standings.next() => self.stands(standing),
                // Order: a call that is due before notifications, which may never pause.
                () = sleep_until(self.next_call), if !is_calling => return Wake::Call,
                value = self.inbox.values.next() => return Wake::Value(value),
            }
        }
    }

    fn stands(&mut self, standing: Standing) {
        self.skipped += standing.dropped - self.standing.dropped;
        if self.standing.lives < standing.lives {
            self.owed = Some(self.owed.map_or(standing.slot, |owed| owed.max(standing.slot)));
            (self.behind, self.next_call) = (0, Instant::now());
        }
        if !standing.is_live {
            self.next_call = self.next_call.min(Instant::now() + self.policy.poll_every);
        }
        self.standing = standing;
    }

    /// Takes note of a call that read this slot.
    pub(super) fn called(&mut self, slot: u64) {
        (self.failed, self.last_call) = (0, Instant::now());
        self.highest.fetch_max(slot, Ordering::Relaxed);
        let pause = match self.owed {
            Some(owed) if slot <= owed => {
                self.behind = self.behind.saturating_add(1);
                let doubled = 1_u32.checked_shl(self.behind - 1).unwrap_or(u32::MAX);
                BEHIND.saturating_mul(doubled).min(self.policy.poll_every.max(BEHIND))
            }
            _ => {
                self.owed = None;
                if self.standing.is_live { self.policy.reconcile_every } else { self.policy.poll_every }
            }
        };
        self.next_call = Instant::now() + pause;
    }

    /// Takes note of a notification that is said to be older than what was told at this slot, and says something else:
    /// a call will tell. At most one a slot, whatever comes.
    pub(super) fn doubts(&mut self, slot: u64) {
        self.owed = Some(self.owed.map_or(slot, |owed| owed.max(slot)));
        self.next_call = self.next_call.min(self.last_call + BEHIND);
    }

    /// Takes note of a call without an answer.
    pub(super) fn failed(&mut self) {
        self.next_call = Instant::now() + self.pause();
    }

    /// How long to wait after one more call without an answer.
    pub(super) fn pause(&mut self) -> Duration {
        self.failed = self.failed.saturating_add(1);
        self.policy.pause(self.failed).max(self.policy.pause_base)
    }

    /// How many notifications were dropped since this was asked.
    pub(super) fn skipped(&mut self) -> u64 {
        std::mem::take(&mut self.skipped)
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        // Where the driver is gone, so is the subscription.
        let _ = self.orders.send(Order::Remove(self.id));
    }
}

/// What a stream learns.
pub(super) enum Told<R> {
    /// By a notification.
    Notified(Value),
    /// By a call that read this slot.
    Called(u64, R),
}

/// A call under way: the slot that it reads, and what is there.
pub(super) type Asking<R> = BoxFuture<'static, Result<(u64, R)>>;

/// A feed and the call that belongs to it. A call that hangs holds no notification up.
pub(super) struct Follow<R> {
    pub(super) feed: Feed,
    asking: Option<Asking<R>>,
}

impl<R> Follow<R> {
    pub(super) fn new(feed: Feed) -> Self {
        Self { feed, asking: None }
    }

    /// What is learnt next, from a notification or from the call that `ask` makes. Errors that can pass are waited out.
    pub(super) async fn next(&mut self, ask: impl Fn() -> Asking<R>) -> Result<Told<R>> {
        loop {
            let is_calling = self.asking.is_some();
            tokio::select! {
                biased;
                answer = answered(&mut self.asking) => {
                    self.asking = None;
                    match answer {
                        Ok((slot, read)) => {
                            self.feed.called(slot);
                            return Ok(Told::Called(slot, read));
                        }
                        Err(error) => {
                            self.feed.failed();
                            if !error.is_retryable() {
                                return Err(error);
                            }
                        }
                    }
                }
                wake = self.feed.wake(is_calling) => match wake {
                    Wake::Value(value) => return Ok(Told::Notified(value)),
                    Wake::Call => self.asking = Some(ask()),
                },
            }
        }
    }
}

async fn answered<R>(asking: &mut Option<Asking<R>>) -> Result<(u64, R)> {
    match asking {
        Some(asking) => asking.await,
        None => pending().await,
    }
}

#[cfg(test)]
mod tests;
