//! Changes as they happen: subscriptions over websockets that lose nothing when a connection does.
//!
//! A websocket forgets: it breaks without a word, and a new one begins at "now". So each stream here is a
//! subscription and a question. One connection carries all subscriptions; a slot subscription beside them shows that
//! it lives. When it breaks or falls silent, another endpoint is taken after a pause, everything is subscribed anew,
//! and each stream reads by an ordinary call what it may have missed, until it reads a slot behind the one that the new
//! connection had reached when it took the subscription. Meanwhile, and at intervals in any case, streams read by calls alone.
//!
//! Every value comes with its slot, and never one of an older slot than the one before it. An endpoint that tells old
//! slots, or the same one again and again, is left for another. What waits to be read is bounded; a reader that is too
//! slow is told how much was dropped ([`Seen::skipped`]).
//!
//! `link` is one connection, `line` one with subscriptions on it, `driver` keeps one alive, `inbox` is what waits to be read, `feed` says when to call,
//! `newest` what is news.

mod account;
mod driver;
mod feed;
mod inbox;
mod line;
mod link;
mod logs;
pub(crate) mod meters;
mod newest;
mod policy;
mod program;
mod signature;
mod slot;
mod source;
mod wire;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;
use tokio::sync::mpsc;

use crate::client::{Commitment, Rpc};
use crate::pool::{Pool, PoolConfig};
use driver::{Driver, Entry, Order};
use feed::Feed;
use source::Sources;

pub use logs::LogRecord;
pub use policy::SubscribePolicy;
pub use program::ProgramChange;
pub use signature::SignatureOutcome;

/// What one value was at one slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen<T> {
    /// Slot at which it was so.
    pub slot: u64,
    /// What it was.
    pub value: T,
    /// Notifications since the one before that were dropped because the stream was not read and too many waited: more
    /// than 1,024, or 16 MiB. It then reads by a call, so the newest value comes all the same; what was in between
    /// does not, except for logs.
    pub skipped: u64,
}

/// Subscriptions of one cluster. Cloning shares the connection, which is made with the first stream and ends with
/// the last.
#[derive(Clone)]
pub struct Subscriptions {
    rpc: Rpc,
    policy: SubscribePolicy,
    orders: mpsc::UnboundedSender<Order>,
    last_id: Arc<AtomicU64>,
    /// The highest slot that a stream read by a call.
    highest: Arc<AtomicU64>,
}

impl Subscriptions {
    /// Subscriptions at these endpoints, with `rpc` for everything that is read by calls. Nothing is sent yet.
    ///
    /// Endpoints of the role websocket are taken; where there is none, all are. An endpoint without a websocket
    /// address is asked at its own, as Solana has it: the next port where one is named, the same host otherwise. One
    /// whose calls come from another cluster than `config` names is never subscribed at; one that has only a
    /// websocket cannot be asked, and is believed.
    ///
    /// # Panics
    /// Outside a Tokio runtime.
    #[must_use]
    pub fn new(config: &PoolConfig, rpc: Rpc, policy: SubscribePolicy) -> Self {
        Self::at(Sources::fixed(config, policy.connect_timeout), rpc, policy)
    }

    /// Subscriptions at the endpoints of this pool, as its configuration of the moment has them, and calls through it.
    /// Where an endpoint is taken out of the configuration, its subscriptions move to another: that one's connection
    /// stands before the old one is given up, and what happened in between is read by calls. One that is added is taken
    /// in its turn. A removed endpoint is left even where no other can be reached, once each was tried.
    ///
    /// Which endpoints are taken is as with [`Subscriptions::new`].
    ///
    /// # Panics
    /// Outside a Tokio runtime.
    #[must_use]
    pub fn of_pool(pool: &Pool, commitment: Commitment, policy: SubscribePolicy) -> Self {
        let rpc = Rpc::with_pool(pool.clone(), commitment);
        Self::at(Sources::of_pool(pool, policy.connect_timeout), rpc, policy)
    }

    /// The same streams by calls alone, every [`SubscribePolicy::poll_every`]: where no endpoint is known that can be
    /// subscribed at.
    ///
    /// # Panics
    /// Outside a Tokio runtime.
    #[must_use]
    pub fn by_calls(rpc: Rpc, policy: SubscribePolicy) -> Self {
        Self::at(Sources::none(), rpc, policy)
    }

    fn at(sources: Sources, rpc: Rpc, policy: SubscribePolicy) -> Self {
        let (orders, received) = mpsc::unbounded_channel();
        let highest = Arc::new(AtomicU64::new(0));
        tokio::spawn(Driver::new(sources, policy, received, Arc::clone(&highest)).run());
        Self { rpc, policy, orders, last_id: Arc::new(AtomicU64::new(0)), highest }
    }

    fn feed(&self, method: Method, params: Value) -> Feed {
        // 0 is the connection's own slot subscription.
        let id = self.last_id.fetch_add(1, Ordering::Relaxed) + 1;
        let (outbox, inbox) = inbox::outbox();
        // Where the driver is gone there is no endpoint, or no runtime.
        let _ = self.orders.send(Order::Add(id, Entry::new(method, params, outbox)));
        Feed::new(id, self.policy, self.orders.clone(), inbox, Arc::clone(&self.highest))
    }
}

impl fmt::Debug for Subscriptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscriptions").field("rpc", &self.rpc).finish_non_exhaustive()
    }
}

/// What can be subscribed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    Account,
    Program,
    Slot,
    Signature,
    Logs,
}

impl Method {
    fn subscribe(self) -> &'static str {
        match self {
            Self::Account => "accountSubscribe",
            Self::Program => "programSubscribe",
            Self::Slot => "slotSubscribe",
            Self::Signature => "signatureSubscribe",
            Self::Logs => "logsSubscribe",
        }
    }

    fn unsubscribe(self) -> &'static str {
        match self {
            Self::Account => "accountUnsubscribe",
            Self::Program => "programUnsubscribe",
            Self::Slot => "slotUnsubscribe",
            Self::Signature => "signatureUnsubscribe",
            Self::Logs => "logsUnsubscribe",
        }
    }
}
