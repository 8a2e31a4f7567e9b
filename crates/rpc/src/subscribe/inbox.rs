//! What the driver holds for one stream until it is read: notifications up to a bound, and how the subscription stands.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use tokio::sync::{mpsc, watch};

/// Notifications that a stream may be behind before it is told to read by a call instead.
const MAX_UNREAD: usize = 1_024;
/// The same, in bytes of what came. A single longer one is let through.
const MAX_UNREAD_BYTES: usize = 16 << 20;

/// How a subscription stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) is_live: bool,
    /// How often it came to stand, or fell behind: what happened before each may be missing.
    pub(super) lives: u64,
    /// The slot that the node had reached by the last of them.
    pub(super) slot: u64,
    /// Notifications dropped because too many were unread.
    pub(super) dropped: u64,
}

/// The driver's side. Waits for nobody.
pub(super) struct Outbox {
    values: mpsc::Sender<(Value, usize)>,
    standing: watch::Sender<Standing>,
    unread_bytes: Arc<AtomicUsize>,
    /// Whether the stream must be told to read by a call what it missed.
    owes_live: bool,
}

/// The stream's side. Two parts, so that it can wait for both.
pub(super) struct Inbox {
    pub(super) standings: Standings,
    pub(super) values: Values,
}

pub(super) struct Standings(watch::Receiver<Standing>);

pub(super) struct Values {
    unread: mpsc::Receiver<(Value, usize)>,
    unread_bytes: Arc<AtomicUsize>,
}

/// Both sides.
pub(super) fn outbox() -> (Outbox, Inbox) {
    let (values, unread) = mpsc::channel(MAX_UNREAD);
    let (standing, standings) = watch::channel(Standing::default());
    let unread_bytes = Arc::new(AtomicUsize::new(0));
    let outbox = Outbox { values, standing, unread_bytes: Arc::clone(&unread_bytes), owes_live: true };
    (outbox, Inbox { standings: Standings(standings), values: Values { unread, unread_bytes } })
}

impl Outbox {
    /// A notification that came as so many bytes. Where too many are unread it is dropped and counted.
    pub(super) fn tell(&mut self, value: Value, bytes: usize) {
        let unread = self.unread_bytes.load(Ordering::Relaxed);
        let has_room = unread == 0 || unread + bytes <= MAX_UNREAD_BYTES;
        // Order: counted before it can be read and counted off.
        self.unread_bytes.fetch_add(bytes, Ordering::Relaxed);
        if !has_room || self.values.try_send((value, bytes)).is_err() {
            self.unread_bytes.fetch_sub(bytes, Ordering::Relaxed);
            self.owes_live = true;
            self.standing.send_modify(|standing| standing.dropped += 1);
            metrics::counter!(super::meters::NOTIFICATIONS_DROPPED).increment(1);
        }
    }

    /// The subscription stands at a node that has reached this slot.
    pub(super) fn live(&mut self, slot: u64) {
        if std::mem::take(&mut self.owes_live) {
            self.standing.send_modify(|standing| {
                (standing.is_live, standing.slot) = (true, slot);
                standing.lives += 1;
            });
        }
    }

    /// The subscription does not stand.
    pub(super) fn lost(&mut self) {
        self.owes_live = true;
        self.standing.send_if_modified(|standing| std::mem::take(&mut standing.is_live));
    }
}

impl Standings {
    /// How the subscription stands, once that has changed; never where there is no driver.
    pub(super) async fn next(&mut self) -> Standing {
        if self.0.changed().await.is_err() {
            return pending().await;
        }
        *self.0.borrow_and_update()
    }
}

impl Values {
    /// The next notification; never where there is no driver.
    pub(super) async fn next(&mut self) -> Value {
        let Some((value, bytes)) = self.unread.recv().await else { return pending().await };
        self.unread_bytes.fetch_sub(bytes, Ordering::Relaxed);
        value
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use serde_json::json;

    use super::*;

    #[test]
    fn unread_notifications_are_bounded_in_bytes_and_the_rest_is_counted() {
        let (mut outbox, mut inbox) = outbox();
        // However long, one is let through.
        outbox.tell(json!("long"), MAX_UNREAD_BYTES + 1);
        outbox.tell(json!("dropped"), 1);
        assert_eq!(inbox.values.next().now_or_never(), Some(json!("long")));
        outbox.tell(json!("room"), MAX_UNREAD_BYTES - 1);
        outbox.tell(json!("again"), 1);
        outbox.tell(json!("dropped"), 1);
        assert_eq!(inbox.values.next().now_or_never(), Some(json!("room")));
        assert_eq!(inbox.values.next().now_or_never(), Some(json!("again")));
        assert_eq!(inbox.values.next().now_or_never(), None);
        assert_eq!(inbox.standings.next().now_or_never().map(|standing| standing.dropped), Some(2));
    }
}
