//! Accounts that a subscription keeps up to date.

use std::pin::pin;
use std::sync::Arc;

use futures_util::StreamExt;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{AccountAt, AccountReader};
use crate::solana::Address;
use crate::subscribe::Subscriptions;

/// Accounts that are kept up to date, for as long as this lives.
#[derive(Debug)]
pub struct Following {
    /// How much news there was.
    news: watch::Receiver<u64>,
    /// Ended with this.
    _tasks: JoinSet<()>,
}

impl AccountReader {
    /// Keeps these accounts as subscriptions tell them: reads of them are answered without a question, and what changes
    /// is known at once instead of when its time is over. What they were before is told to nobody, here or by another
    /// process that shares a level of the cache.
    ///
    /// Each account is one subscription; providers allow some hundreds on a connection.
    ///
    /// # Panics
    /// Outside a Tokio runtime.
    #[must_use]
    pub fn follow(&self, subscriptions: &Subscriptions, addresses: &[Address]) -> Following {
        let (sender, news) = watch::channel(0_u64);
        let sender = Arc::new(sender);
        let mut tasks = JoinSet::new();
        for address in addresses {
            let (address, stream) = (*address, subscriptions.account(address));
            let (reader, sender) = (self.clone(), Arc::clone(&sender));
            tasks.spawn(async move {
                let mut stream = pin!(stream);
                while let Some(seen) = stream.next().await {
                    match seen {
                        Ok(seen) => {
                            let at = AccountAt { account: seen.value.map(Arc::new), slot: seen.slot };
                            if reader.tell(&address, at).await {
                                sender.send_modify(|count| *count = count.wrapping_add(1));
                            }
                        }
                        Err(error) => tracing::warn!(%address, %error, "an account that is followed cannot be read"),
                    }
                }
            });
        }
        Following { news, _tasks: tasks }
    }
}

impl Following {
    /// Waits for news of any of the accounts since the last time this was asked; what each is at first is news, too. Where
    /// it waits no longer, reads tell it.
    pub async fn changed(&mut self) {
        if self.news.changed().await.is_err() {
            // Nothing is followed: there never is any.
            std::future::pending::<()>().await;
        }
    }
}
