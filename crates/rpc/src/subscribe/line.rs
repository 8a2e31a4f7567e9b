//! A connection with subscriptions on it, and one that is made ready while another still carries them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use super::Method;
use super::link::{Link, LinkFault};
use super::policy::SubscribePolicy;
use super::source::Source;
use super::wire::{self, Incoming};

/// The connection's own subscription, whose notifications show that it lives.
pub(super) const SLOTS: u64 = 0;

/// Notifications that are kept while a connection is made ready. What comes above them is read by calls.
const MAX_KEPT: usize = 1_024;
/// The same, in bytes of what came.
const MAX_KEPT_BYTES: usize = 16 << 20;

/// A subscription as it is asked for.
pub(super) type Wish = (u64, Method, Value);

/// A connection with subscriptions on it.
pub(super) struct Line {
    pub(super) source: Source,
    pub(super) link: Link,
    /// Our numbers of subscriptions, by the node's.
    pub(super) ids: HashMap<u64, u64>,
    /// Subscriptions nobody wants any more, asked for and not yet answered.
    pub(super) unwanted: HashMap<u64, Method>,
    pub(super) reached: Option<u64>,
    pub(super) heard: Instant,
}

impl Line {
    /// Connects and asks for these subscriptions.
    pub(super) async fn open(source: Source, policy: SubscribePolicy, wishes: &[Wish]) -> Result<Self, LinkFault> {
        source.check().await?;
        let mut link = Link::open(&source, policy.connect_timeout, policy.silence).await?;
        link.send(wire::request(SLOTS, Method::Slot.subscribe(), &json!([]))).await?;
        for (id, method, params) in wishes {
            link.send(wire::request(*id, method.subscribe(), params)).await?;
        }
        let (ids, unwanted) = (HashMap::new(), HashMap::new());
        Ok(Self { source, link, ids, unwanted, reached: None, heard: Instant::now() })
    }

    /// Asks for one more.
    pub(super) async fn subscribe(&mut self, id: u64, method: Method, params: &Value) -> Result<(), LinkFault> {
        self.link.send(wire::request(id, method.subscribe(), params)).await
    }

    /// Ends one that the node knows by `remote`.
    pub(super) async fn unsubscribe(&mut self, id: u64, method: Method, remote: u64) -> Result<(), LinkFault> {
        self.ids.remove(&remote);
        self.link.send(wire::request(id, method.unsubscribe(), &json!([remote]))).await
    }
}

/// A connection whose subscriptions stand, and everything that came over it so far.
pub(super) struct Ready {
    pub(super) line: Line,
    pub(super) wishes: Vec<Wish>,
    pub(super) came: Vec<(Incoming, usize)>,
}

/// Makes a connection ready: every subscription is answered, and a slot was told that is not far behind `highest`.
pub(super) async fn make_ready(
    source: Source,
    policy: SubscribePolicy,
    wishes: Vec<Wish>,
    highest: Arc<AtomicU64>,
) -> Result<Ready, LinkFault> {
    let mut line = Line::open(source, policy, &wishes).await?;
    let mut unanswered: BTreeSet<u64> = wishes.iter().map(|(id, ..)| *id).collect();
    let until = Instant::now() + policy.silence;
    let (mut came, mut kept_bytes, mut slots, mut has_slot) = (Vec::new(), 0_usize, None, false);
    while !(unanswered.is_empty() && has_slot) {
        let next = timeout_at(until, line.link.next()).await;
        let (incoming, bytes) = next.map_err(|_| LinkFault::Timeout { limit: policy.silence })??;
        match &incoming {
            Incoming::Subscribed { id: SLOTS, remote } => slots = Some(*remote),
            Incoming::Refused { id: SLOTS, code, message } => {
                return Err(LinkFault::NoSlots { code: *code, message: message.clone() });
            }
            Incoming::Subscribed { id, .. } | Incoming::Refused { id, .. } => drop(unanswered.remove(id)),
            Incoming::Notified { remote, result } if Some(*remote) == slots => {
                let slot = result.get("slot").and_then(Value::as_u64).ok_or(LinkFault::Unreadable)?;
                let known = highest.load(Ordering::Relaxed);
                if slot.saturating_add(policy.max_lag) < known {
                    return Err(LinkFault::Behind { slot, known });
                }
                has_slot = true;
            }
            Incoming::Notified { .. } if came.len() >= MAX_KEPT || kept_bytes >= MAX_KEPT_BYTES => continue,
            Incoming::Notified { .. } => kept_bytes += bytes,
            Incoming::Other => {}
        }
        came.push((incoming, bytes));
    }
    Ok(Ready { line, wishes, came })
}
