//! Landing transactions that come one by one: all that are under way share one question about their status.

use std::collections::BTreeMap;
use std::fmt;

use futures_util::future::{BoxFuture, FutureExt};
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Duration, Instant, sleep_until};
use tracing::{Instrument, Span};

use super::fate::Seen;
use super::flight::Flight;
use super::inquiry::Life;
use super::status::Search;
use super::{ConfirmOptions, Confirmed, PARALLEL_SENDS, SendProgress, meters};
use crate::client::Rpc;
use crate::error::{Result, RpcError};
use crate::solana::{Signature, VersionedTransaction};

/// Between two looks at the status of all that is under way, after a new one and at most: it doubles between the two.
const LOOK_AT_FIRST: Duration = Duration::from_millis(50);
const LOOK_AT_MOST: Duration = Duration::from_millis(400);
/// Between two questions for the height of the last block: a transaction has half a minute or more until its last one.
const ASK_HEIGHT_EVERY: Duration = Duration::from_secs(2);

/// Takes signed transactions, and says how each ended. Cloning shares what is under way.
#[derive(Clone)]
pub struct Lander {
    inbox: mpsc::UnboundedSender<Order>,
    options: ConfirmOptions,
}

/// What a [`Lander`] was given, under way. It is the caller's to run, and everything ends where it is dropped.
pub struct Landing {
    rpc: Rpc,
    options: ConfirmOptions,
    inbox: mpsc::UnboundedReceiver<Order>,
    under_way: BTreeMap<u64, UnderWay>,
    taken: u64,
    /// Of a block that the cluster is known to have made.
    height: u64,
    /// When to ask for it again.
    next_height: Instant,
}

struct Order {
    flight: Flight,
    last_valid_block_height: u64,
    progress: Box<dyn FnMut(SendProgress) + Send>,
    outcome: oneshot::Sender<Result<Confirmed>>,
    /// Whose: log lines and traces of its sendings are told there.
    span: Span,
}

struct UnderWay {
    order: Order,
    began: Instant,
    is_sending: bool,
    /// Whether its last block is past: nodes may have forgotten it, so the next look goes through their history.
    is_past: bool,
}

type Sending = BoxFuture<'static, (u64, Result<()>)>;
type Looking = BoxFuture<'static, Looked>;

/// The answer to one question about all that was under way.
struct Looked {
    ids: Vec<u64>,
    search: Search,
    height: u64,
    seen: Result<Vec<Seen>>,
}

impl Lander {
    /// A lander, and what it gives its transactions to: nothing happens unless [`Landing::run`] is awaited.
    #[must_use]
    pub fn new(rpc: Rpc, options: ConfirmOptions) -> (Self, Landing) {
        let (sender, inbox) = mpsc::unbounded_channel();
        let (under_way, next_height) = (BTreeMap::new(), Instant::now());
        let landing = Landing { rpc, options, inbox, under_way, taken: 0, height: 0, next_height };
        (Self { inbox: sender, options }, landing)
    }

    /// Sends a signed transaction until it lands, and waits until it is as settled as the connection's commitment.
    ///
    /// # Errors
    /// As [`Rpc::send_and_confirm`]; [`RpcError::Timeout`] too where the landing was dropped.
    pub async fn land(
        &self,
        transaction: &VersionedTransaction,
        last_valid_block_height: u64,
        progress: impl FnMut(SendProgress) + Send + 'static,
    ) -> Result<Confirmed> {
        let flight = Flight::new(transaction, self.options.preflight)?;
        let (signature, began, span) = (flight.signature, Instant::now(), Span::current());
        let (outcome, ended) = oneshot::channel();
        let order = Order { flight, last_valid_block_height, progress: Box::new(progress), outcome, span };
        let nobody = |()| Err(RpcError::Timeout { signature, waited: began.elapsed() });
        if self.inbox.send(order).is_err() {
            return nobody(());
        }
        ended.await.unwrap_or_else(|_| nobody(()))
    }
}

impl Landing {
    /// Sends, and sends again, and looks, until every [`Lander`] is gone and nothing is under way.
    pub async fn run(mut self) {
        let mut sending: FuturesUnordered<Sending> = FuturesUnordered::new();
        let mut looking: Option<Looking> = None;
        let mut pause = LOOK_AT_FIRST;
        let mut next_look = Instant::now();
        let mut is_open = true;
        while is_open || !self.under_way.is_empty() {
            self.give_up_late();
            self.send_due(&mut sending);
            if looking.is_none() && !self.under_way.is_empty() && next_look <= Instant::now() {
                looking = Some(self.look());
            }
            let wake = self.next_wake(next_look, looking.is_some());
            tokio::select! {
                order = self.inbox.recv(), if is_open => match order {
                    Some(order) => {
                        self.take(order);
                        pause = LOOK_AT_FIRST;
                        next_look = next_look.min(Instant::now() + pause);
                    }
                    None => is_open = false,
                },
                Some((id, sent)) = sending.next() => self.take_sent(id, sent),
                looked = pending_or(&mut looking) => {
                    looking = None;
                    self.height = looked.height.max(self.height);
                    self.take_seen(&looked.ids, looked.search, looked.seen).await;
                    next_look = Instant::now() + pause;
                    pause = (pause * 2).min(LOOK_AT_MOST);
                }
                () = sleep_until(wake) => {}
            }
        }
    }

    fn take(&mut self, order: Order) {
        self.taken += 1;
        self.under_way.insert(self.taken, UnderWay { order, began: Instant::now(), is_sending: false, is_past: false });
    }

    fn send_due(&mut self, sending: &mut FuturesUnordered<Sending>) {
        for (id, it) in &mut self.under_way {
            if sending.len() < PARALLEL_SENDS && !it.is_sending && it.order.flight.is_due() {
                it.is_sending = true;
                let (id, rpc, bytes, preflight) =
                    (*id, self.rpc.clone(), it.order.flight.bytes.clone(), it.order.flight.preflight);
                let of = &it.order.span;
                let span = tracing::info_span!(target: crate::SPANS, parent: of, "send");
                // Within the caller's own span as well: the one of the sending is for traces only.
                let sent = async move { (id, rpc.send_encoded(&bytes, preflight).await) }.instrument(span);
                sending.push(sent.instrument(of.clone()).boxed());
            }
        }
    }

    fn take_sent(&mut self, id: u64, sent: Result<()>) {
        // It may have landed, and be known to have, before the endpoint answered.
        let Some(it) = self.under_way.get_mut(&id) else { return };
        it.is_sending = false;
        match it.order.flight.take_sent(sent, self.options.rebroadcast_every) {
            Some(step) => (it.order.progress)(step),
            None => self.finish(id),
        }
    }

    /// One question about all that is under way.
    fn look(&mut self) -> Looking {
        let ids: Vec<u64> = self.under_way.keys().copied().collect();
        let life = |order: &Order| Life {
            last_valid_block_height: order.last_valid_block_height,
            blockhash: Some(order.flight.blockhash),
        };
        let asked: Vec<(Signature, Life)> =
            self.under_way.values().map(|it| (it.order.flight.signature, life(&it.order))).collect();
        let any_past = self.under_way.values().any(|it| it.is_past);
        let search = if any_past { Search::History } else { Search::Recent };
        let (rpc, known, now) = (self.rpc.clone(), self.height, Instant::now());
        let asks_height = search == Search::Recent && self.next_height <= now;
        if asks_height {
            self.next_height = now + ASK_HEIGHT_EVERY;
        }
        async move {
            // Order: the height before the status, or what lands in its last block between the two would seem not to have.
            let height = if asks_height { rpc.block_height().await.unwrap_or(known).max(known) } else { known };
            let seen = rpc.seen(&asked, search, height).await;
            Looked { ids, search, height, seen }
        }
        .boxed()
    }

    async fn take_seen(&mut self, ids: &[u64], search: Search, seen: Result<Vec<Seen>>) {
        let seen = match seen {
            Ok(seen) => seen,
            Err(error) => {
                tracing::debug!(%error, under_way = ids.len(), "the statuses are not known");
                return;
            }
        };
        for (id, Seen { status, is_past }) in ids.iter().zip(seen) {
            let Some(it) = self.under_way.get_mut(id) else { continue };
            match status {
                Some(status) if self.rpc.commitment() <= status.settled => {
                    it.order.flight.outcome = Some(self.rpc.outcome(it.order.flight.signature, status).await);
                }
                Some(status) => {
                    if it.order.flight.landed_in.replace(status.slot) != Some(status.slot) {
                        let signature = it.order.flight.signature;
                        (it.order.progress)(SendProgress::Landed { signature, slot: status.slot });
                    }
                }
                None if is_past && search == Search::History => {
                    it.order.flight.expire(it.order.last_valid_block_height);
                }
                None => {
                    it.is_past = is_past;
                    it.order.flight.landed_in = None;
                }
            }
            if it.order.flight.outcome.is_some() {
                self.finish(*id);
            }
        }
    }

    fn give_up_late(&mut self) {
        let limit = self.options.give_up_after;
        let late: Vec<u64> =
            self.under_way.iter().filter(|(_, it)| limit <= it.began.elapsed()).map(|(id, _)| *id).collect();
        for id in late {
            if let Some(it) = self.under_way.get_mut(&id) {
                it.order.flight.give_up(it.began.elapsed());
            }
            self.finish(id);
        }
    }

    fn finish(&mut self, id: u64) {
        let Some(it) = self.under_way.remove(&id) else { return };
        if let Some(outcome) = it.order.flight.outcome {
            meters::count(meters::outcome(&outcome));
            // Whoever asked may have gone.
            let _ = it.order.outcome.send(outcome);
        }
    }

    /// When there is something to do although nothing was answered.
    fn next_wake(&self, next_look: Instant, is_looking: bool) -> Instant {
        let far = Instant::now() + self.options.give_up_after;
        let each = self.under_way.values().map(|it| {
            let late = it.began + self.options.give_up_after;
            let send = it.order.flight.next_send().filter(|_| !it.is_sending);
            send.map_or(late, |send| send.min(late))
        });
        let look = (!is_looking && !self.under_way.is_empty()).then_some(next_look);
        // Not at once: a due sending may have to wait until another one is answered.
        each.chain(look).min().unwrap_or(far).max(Instant::now() + Duration::from_millis(5))
    }
}

async fn pending_or(looking: &mut Option<Looking>) -> Looked {
    match looking {
        Some(looking) => looking.await,
        None => std::future::pending().await,
    }
}

impl fmt::Debug for Lander {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lander").field("options", &self.options).finish_non_exhaustive()
    }
}

impl fmt::Debug for Landing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Landing").field("under_way", &self.under_way.len()).finish_non_exhaustive()
    }
}
