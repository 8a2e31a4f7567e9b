//! One account, as it changes.

use futures_util::stream::{Stream, unfold};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::feed::{Asking, Follow, Told};
use super::newest::{Newest, Origin, Worth};
use super::{Method, Seen, Subscriptions};
use crate::accounts::{Account, WireAccount};
use crate::client::{AtSlot, Rpc};
use crate::error::Result;
use crate::solana::Address;

impl Subscriptions {
    /// An account now, and whenever it changes; `None` while there is none. Changes within one slot are one, and what
    /// happens while there is no connection is told as one change. Slots never fall.
    ///
    /// Errors that can pass are waited out. Others are told, and the stream goes on. It never ends.
    pub fn account(&self, address: &Address) -> impl Stream<Item = Result<Seen<Option<Account>>>> + Send + use<> {
        let params = json!([address.to_string(), self.rpc.account_config()]);
        let state = Watched {
            follow: Follow::new(self.feed(Method::Account, params)),
            rpc: self.rpc.clone(),
            address: *address,
            newest: Newest::default(),
        };
        unfold(state, |mut state| async move { Some((state.next().await, state)) })
    }
}

struct Watched {
    follow: Follow<Option<Account>>,
    rpc: Rpc,
    address: Address,
    newest: Newest<Option<Account>>,
}

impl Watched {
    async fn next(&mut self) -> Result<Seen<Option<Account>>> {
        loop {
            let (rpc, address) = (&self.rpc, self.address);
            let ask = || -> Asking<_> {
                let rpc = rpc.clone();
                Box::pin(async move { rpc.account_at_slot(&address).await })
            };
            let (slot, origin, value) = match self.follow.next(ask).await? {
                Told::Notified(value) => {
                    let AtSlot { context, value } = notified::<WireAccount>(&self.rpc, value)?;
                    let account = value.decode(context.slot).ok_or_else(|| self.rpc.malformed("account encoding"))?;
                    (context.slot, Origin::Notification, existing(account))
                }
                Told::Called(slot, account) => (slot, Origin::Call, account),
            };
            match self.newest.take(slot, origin, value.clone().map(timeless)) {
                Worth::News => return Ok(Seen { slot, value, skipped: self.follow.feed.skipped() }),
                Worth::Old if origin == Origin::Notification => {
                    self.follow.feed.doubts(self.newest.slot().unwrap_or_default());
                }
                Worth::Old | Worth::Known => {}
            }
        }
    }
}

/// Nodes tell of a closed account as one without lamports.
pub(super) fn existing(account: Account) -> Option<Account> {
    (account.lamports > 0).then_some(account)
}

/// The account without the slot at which it was read: what makes two of them the same.
pub(super) fn timeless(account: Account) -> Account {
    Account { slot: 0, ..account }
}

/// What a notification holds.
pub(super) fn notified<T: DeserializeOwned>(rpc: &Rpc, value: Value) -> Result<AtSlot<T>> {
    serde_json::from_value(value).map_err(|_| rpc.malformed("notification"))
}
