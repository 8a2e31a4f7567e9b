//! The cluster's slots, as they pass.

use futures_util::stream::{Stream, unfold};
use serde_json::{Value, json};

use super::feed::{Asking, Follow, Told};
use super::{Method, Subscriptions};
use crate::client::Rpc;
use crate::error::Result;

impl Subscriptions {
    /// Slots as the node that is subscribed at reaches them, each higher than the one before. Some are left out:
    /// skipped ones, and those that pass while there is no connection.
    ///
    /// Errors that can pass are waited out. Others are told, and the stream goes on. It never ends.
    pub fn slots(&self) -> impl Stream<Item = Result<u64>> + Send + use<> {
        let follow = Follow::new(self.feed(Method::Slot, json!([])));
        let state = Watched { follow, rpc: self.rpc.clone(), last: None };
        unfold(state, |mut state| async move { Some((state.next().await, state)) })
    }
}

struct Watched {
    follow: Follow<()>,
    rpc: Rpc,
    last: Option<u64>,
}

impl Watched {
    async fn next(&mut self) -> Result<u64> {
        loop {
            let rpc = &self.rpc;
            let ask = || -> Asking<()> {
                let rpc = rpc.clone();
                Box::pin(async move { Ok((rpc.slot().await?, ())) })
            };
            let slot = match self.follow.next(ask).await? {
                Told::Notified(value) => {
                    let slot = value.get("slot").and_then(Value::as_u64);
                    slot.ok_or_else(|| self.rpc.malformed("notification"))?
                }
                Told::Called(slot, ()) => slot,
            };
            if self.last.is_none_or(|last| last < slot) {
                self.last = Some(slot);
                return Ok(slot);
            }
        }
    }
}
