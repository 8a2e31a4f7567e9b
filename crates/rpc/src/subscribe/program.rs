//! A program's accounts, as they change.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use futures_util::stream::{Stream, unfold};
use serde_json::json;

use super::account::{existing, notified, timeless};
use super::feed::{Asking, Follow, Told};
use super::newest::{Newest, Origin, Worth};
use super::{Method, Seen, Subscriptions};
use crate::accounts::{Account, Filter, WireKeyedAccount};
use crate::client::{AtSlot, Rpc};
use crate::error::Result;
use crate::solana::Address;

/// One account of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramChange {
    /// Which.
    pub address: Address,
    /// What it is now; `None` where it was closed, or passes the filters no more.
    pub account: Option<Account>,
}

impl Subscriptions {
    /// Every account of a program that passes all filters (at most four), now, and whenever one changes. For each
    /// account slots never fall. That one was closed or passes the filters no more is told at the latest by the next
    /// call. The stream keeps the accounts in memory, to know what is news.
    ///
    /// Errors that can pass are waited out. Others are told, and the stream goes on. It never ends.
    pub fn program(
        &self,
        program: &Address,
        filters: &[Filter],
    ) -> impl Stream<Item = Result<Seen<ProgramChange>>> + Send + use<> {
        let mut config = self.rpc.account_config();
        config["filters"] = filters.iter().map(Filter::to_json).collect();
        let state = Watched {
            follow: Follow::new(self.feed(Method::Program, json!([program.to_string(), config]))),
            rpc: self.rpc.clone(),
            program: *program,
            filters: filters.to_vec(),
            known: BTreeMap::new(),
            floor: 0,
            news: VecDeque::new(),
        };
        unfold(state, |mut state| async move { Some((state.next().await, state)) })
    }
}

struct Watched {
    follow: Follow<Vec<(Address, Account)>>,
    rpc: Rpc,
    program: Address,
    filters: Vec<Filter>,
    known: BTreeMap<Address, Newest<Option<Account>>>,
    /// A call read all accounts at this slot: what is not known was not there.
    floor: u64,
    news: VecDeque<Seen<ProgramChange>>,
}

impl Watched {
    async fn next(&mut self) -> Result<Seen<ProgramChange>> {
        loop {
            if let Some(news) = self.news.pop_front() {
                return Ok(Seen { skipped: self.follow.feed.skipped(), ..news });
            }
            let (rpc, program, filters) = (&self.rpc, self.program, &self.filters);
            let ask = || -> Asking<_> {
                let (rpc, filters) = (rpc.clone(), filters.clone());
                Box::pin(async move { rpc.program_at_slot(&program, &filters).await })
            };
            match self.follow.next(ask).await? {
                Told::Notified(value) => {
                    let AtSlot { context, value } = notified::<WireKeyedAccount>(&self.rpc, value)?;
                    let address = value.pubkey.parse().map_err(|_| self.rpc.malformed("account address"))?;
                    let account = value.account.decode(context.slot);
                    let account = account.ok_or_else(|| self.rpc.malformed("account encoding"))?;
                    let account = existing(account).filter(|account| account.owner == self.program);
                    if self.floor <= context.slot || self.known.contains_key(&address) {
                        self.take(context.slot, Origin::Notification, address, account);
                    } else {
                        self.follow.feed.doubts(self.floor);
                    }
                }
                Told::Called(slot, accounts) => self.take_all(slot, accounts),
            }
        }
    }

    fn take_all(&mut self, slot: u64, mut accounts: Vec<(Address, Account)>) {
        if slot < self.floor {
            return;
        }
        // An index can lag behind the accounts.
        accounts.retain(|(_, account)| account.owner == self.program);
        let there: BTreeSet<Address> = accounts.iter().map(|(address, _)| *address).collect();
        let gone: Vec<Address> = self.known.keys().filter(|address| !there.contains(*address)).copied().collect();
        for (address, account) in accounts {
            self.take(slot, Origin::Call, address, Some(account));
        }
        for address in gone {
            self.take(slot, Origin::Call, address, None);
        }
        self.floor = slot;
        // Of an account that is gone, the floor says enough.
        self.known.retain(|_, known| known.value() != Some(&None) || Some(slot) < known.slot());
    }

    fn take(&mut self, slot: u64, origin: Origin, address: Address, account: Option<Account>) {
        let known = self.known.entry(address).or_default();
        let is_first = known.value().is_none();
        // Of an account that was never there nobody needs to hear that it is gone.
        match known.take(slot, origin, account.clone().map(timeless)) {
            Worth::News if is_first && account.is_none() => {}
            Worth::News => self.news.push_back(Seen { slot, value: ProgramChange { address, account }, skipped: 0 }),
            Worth::Old if origin == Origin::Notification => {
                self.follow.feed.doubts(known.slot().unwrap_or_default());
            }
            Worth::Old | Worth::Known => {}
        }
    }
}
