//! Questions that come within a window go out together.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use metrics::Histogram;
use solana_rpc_client_api::request::MAX_MULTIPLE_ACCOUNTS;
use tokio::sync::oneshot;
use tokio::time::sleep;

use super::{AccountAt, ReadResult};
use crate::client::Rpc;
use crate::error::{Result, RpcError};
use crate::pool::{Cause, Fault};
use crate::solana::Address;

/// One question.
struct Asked {
    address: Address,
    least: u64,
    tell: oneshot::Sender<ReadResult>,
}

#[derive(Default)]
struct Open {
    asked: Vec<Asked>,
    /// Counts batches, so that the end of a window closes the batch that it was begun for.
    number: u64,
}

/// Questions on their way to becoming a call. Cloning shares them.
#[derive(Clone)]
pub(super) struct Batches {
    shared: Arc<Shared>,
}

struct Shared {
    rpc: Rpc,
    window: Duration,
    open: Mutex<Open>,
    sizes: Histogram,
}

impl Batches {
    pub(super) fn new(rpc: Rpc, window: Duration, sizes: Histogram) -> Self {
        Self { shared: Arc::new(Shared { rpc, window, open: Mutex::default(), sizes }) }
    }

    /// Asks for one account at `least` or later, together with others.
    pub(super) async fn read(&self, address: Address, least: u64) -> ReadResult {
        let (tell, told) = oneshot::channel();
        self.shared.add(Asked { address, least, tell });
        told.await.expect("every question of a batch is answered, or its runtime is gone")
    }
}

impl Shared {
    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().expect("nothing panics while it holds the lock")
    }

    /// Calls are made by tasks of their own: whoever asked may go away without taking the others' answers along.
    fn add(self: &Arc<Self>, asked: Asked) {
        let (len, number) = {
            let mut open = self.open();
            open.asked.push(asked);
            (open.asked.len(), open.number)
        };
        if len >= MAX_MULTIPLE_ACCOUNTS {
            let shared = Arc::clone(self);
            if let Some(batch) = shared.take(number) {
                tokio::spawn(async move { shared.answer(batch).await });
            }
        } else if len == 1 {
            let shared = Arc::clone(self);
            tokio::spawn(async move {
                sleep(shared.window).await;
                if let Some(batch) = shared.take(number) {
                    shared.answer(batch).await;
                }
            });
        }
    }

    /// The open batch, if it is this one.
    fn take(&self, number: u64) -> Option<Vec<Asked>> {
        let mut open = self.open();
        if open.number != number {
            return None;
        }
        open.number = open.number.wrapping_add(1);
        Some(mem::take(&mut open.asked))
    }

    /// Asks for these, and for each half on its own where together they are too much.
    fn answer(self: &Arc<Self>, mut batch: Vec<Asked>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let shared = Arc::clone(self);
        Box::pin(async move {
            batch.retain(|asked| !asked.tell.is_closed());
            if batch.is_empty() {
                return;
            }
            #[allow(clippy::cast_precision_loss, reason = "at most a hundred")]
            shared.sizes.record(batch.len() as f64);
            let addresses: Vec<Address> = batch.iter().map(|asked| asked.address).collect();
            let least = batch.iter().map(|asked| asked.least).max().unwrap_or(0);
            match shared.rpc.accounts_since(&addresses, least).await {
                Ok((slot, accounts)) => tell_each(batch, slot, accounts),
                Err(error) if batch.len() > 1 && is_too_much(&error) => {
                    let rest = batch.split_off(batch.len() / 2);
                    futures_util::future::join(shared.answer(batch), shared.answer(rest)).await;
                }
                Err(error) => {
                    let error = Arc::new(error);
                    for asked in batch {
                        // Nobody waits any more: then nobody is told.
                        let _ = asked.tell.send(Err(Arc::clone(&error)));
                    }
                }
            }
        })
    }
}

fn tell_each(batch: Vec<Asked>, slot: u64, accounts: Vec<Result<Option<crate::Account>>>) {
    for (asked, account) in batch.into_iter().zip(accounts) {
        let result = account.map(|account| AccountAt { account: account.map(Arc::new), slot }).map_err(Arc::new);
        let _ = asked.tell.send(result);
    }
}

/// Whether fewer accounts at once may be answered where these were not.
fn is_too_much(error: &RpcError) -> bool {
    let RpcError::Unanswered(error) = error else { return false };
    matches!(error.cause, Cause::Fault(Fault::TooLarge { .. } | Fault::Timeout { .. }))
}
