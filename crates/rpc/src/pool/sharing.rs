//! What probes find, told to the pools of other processes through Redis.
//!
//! Another's word decides nothing. It brings this pool's own probes forward, which are judged by the same rules as ever:
//! whoever can write to that Redis, or lies, causes at most two rounds of probes in each [`SharingConfig::check_every`],
//! and puts no endpoint out that answers them. Nobody is told of endpoints that come back: each pool lets them in at its
//! own pace.
//!
//! No call waits for Redis. While it does not answer nothing is shared, and everything else goes on.

mod board;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::endpoint::EndpointUrl;
use super::member::{Member, Table};
use super::meters::SharingMeters;
use super::shared::Shared;
use crate::cache::RedisUrl;
use crate::solana::Hash;
use board::{Board, Word};

/// Longest time that Redis is left alone after failures.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How probes of several processes help each other.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SharingConfig {
    /// Through which words go. Whoever can write to it can cause probes, and nothing else.
    pub redis: RedisUrl,
    /// How often others' words are looked for: 100 ms to 1 min. Default 1 s.
    pub look_every: Duration,
    /// Shortest time between two checks that others' words cause: 100 ms to 1 h. Default 10 s.
    pub check_every: Duration,
}

impl SharingConfig {
    /// Default of [`SharingConfig::look_every`].
    pub const LOOK_EVERY: Duration = Duration::from_secs(1);
    /// Default of [`SharingConfig::check_every`].
    pub const CHECK_EVERY: Duration = Duration::from_secs(10);

    /// Through this Redis, at the default times.
    #[must_use]
    pub fn new(redis: RedisUrl) -> Self {
        Self { redis, look_every: Self::LOOK_EVERY, check_every: Self::CHECK_EVERY }
    }
}

impl fmt::Debug for SharingConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { redis, look_every, check_every } = self;
        let mut shown = f.debug_struct("SharingConfig");
        shown.field("redis", redis).field("look_every", look_every).field("check_every", check_every).finish()
    }
}

/// Endpoints about which something is to be done.
#[derive(Default)]
pub(super) struct Waiting {
    members: Mutex<Vec<Arc<Member>>>,
    came: Notify,
}

impl Waiting {
    pub(super) fn add(&self, member: &Arc<Member>) {
        let mut members = self.members.lock().expect("nothing panics while it holds the lock");
        // Bound: a pool's endpoints, each once.
        if !members.iter().any(|other| other.endpoint.name == member.endpoint.name) {
            members.push(Arc::clone(member));
        }
        drop(members);
        self.came.notify_one();
    }

    /// All that wait, once there are some.
    async fn take(&self) -> Vec<Arc<Member>> {
        loop {
            self.came.notified().await;
            let members = std::mem::take(&mut *self.members.lock().expect("nothing panics while it holds the lock"));
            if !members.is_empty() {
                return members;
            }
        }
    }
}

/// Shares for as long as the pool is probed, as its configuration of the moment says.
pub(super) async fn share(shared: Arc<Shared>) {
    let mut reloads = shared.reloads.subscribe();
    loop {
        reloads.borrow_and_update();
        let table = shared.table.load_full();
        match (&table.config.sharing, table.genesis()) {
            (Some(config), Some(genesis)) => {
                let sharing = Sharing { shared: &shared, config, genesis, doubted: Waiting::default() };
                sharing.run(&mut reloads).await;
            }
            // The sender lives as long as what is shared.
            (None, _) | (_, None) => drop(reloads.changed().await),
        }
    }
}

struct Sharing<'a> {
    shared: &'a Shared,
    config: &'a SharingConfig,
    genesis: Hash,
    /// What others say of endpoints that are in here.
    doubted: Waiting,
}

impl Sharing<'_> {
    /// Until the configuration says something else.
    async fn run(&self, reloads: &mut watch::Receiver<u64>) {
        let meters = SharingMeters::new();
        tokio::select! {
            () = self.exchange(&meters) => {}
            () = self.check(&meters) => {}
            () = self.is_changed(reloads) => {}
        }
    }

    async fn is_changed(&self, reloads: &mut watch::Receiver<u64>) {
        while reloads.changed().await.is_ok() {
            if self.shared.table.load().config.sharing.as_ref() != Some(self.config) {
                return;
            }
        }
    }

    /// Probes when somebody says that an endpoint is out which is in here, at most so often.
    async fn check(&self, meters: &SharingMeters) {
        loop {
            let doubted = self.doubted.take().await;
            // Own probes may have found out meanwhile.
            if doubted.iter().all(|member| member.share() == 0) {
                continue;
            }
            let has_found = self.shared.probe_on_a_word().await;
            if has_found { &meters.out } else { &meters.vain }.increment(1);
            sleep(self.config.check_every).await;
        }
    }

    /// Tells and looks, and leaves Redis alone for a while after it failed.
    async fn exchange(&self, meters: &SharingMeters) {
        let mut board = Board::new(&self.config.redis, self.genesis);
        let mut looks = interval(self.config.look_every);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut known = HashMap::new();
        let mut failures = 0_u32;
        loop {
            let result = tokio::select! {
                outs = self.shared.outs.take() => self.tell(&mut board, &outs, &mut known, meters).await,
                _ = looks.tick() => self.look(&mut board, &mut known, meters).await,
            };
            match result {
                Ok(()) => {
                    if 0 < std::mem::take(&mut failures) {
                        tracing::info!("health is shared again");
                    }
                    meters.in_use.set(1.0);
                }
                Err(error) => {
                    // Once for each time that it is lost, however long that lasts.
                    if failures == 0 {
                        tracing::warn!(%error, "health is not shared until Redis answers; own probes go on");
                    }
                    meters.in_use.set(0.0);
                    let pause = self.config.look_every.saturating_mul(1 << failures.min(10));
                    failures = failures.saturating_add(1);
                    sleep(pause.min(LONGEST_PAUSE)).await;
                }
            }
        }
    }

    async fn tell(
        &self,
        board: &mut Board,
        outs: &[Arc<Member>],
        known: &mut HashMap<String, Word>,
        meters: &SharingMeters,
    ) -> Result<(), board::Lost> {
        for member in outs {
            let Some(name) = member.endpoint.url().map(|url| mark(self.genesis, url)) else { continue };
            let word = Word::new(&self.shared.dice);
            board.write(&name, word).await?;
            known.insert(name, word);
            meters.told.increment(1);
        }
        Ok(())
    }

    /// Takes note of each word that is new, whoever said it, and of those about endpoints that are in here.
    async fn look(
        &self,
        board: &mut Board,
        known: &mut HashMap<String, Word>,
        meters: &SharingMeters,
    ) -> Result<(), board::Lost> {
        let table = self.shared.table.load_full();
        let names = names(self.genesis, &table);
        // Endpoints that are gone are forgotten.
        known.retain(|name, _| names.contains_key(name));
        let asked: Vec<&String> = names.keys().collect();
        for (name, found) in asked.iter().zip(board.read(&asked).await?) {
            match found.as_deref().map(Word::read) {
                None => {}
                Some(None) => meters.refused.increment(1),
                Some(Some(word)) => {
                    if known.insert((*name).clone(), word) == Some(word) {
                        continue;
                    }
                    meters.heard.increment(1);
                    let members = names.get(*name).into_iter().flatten();
                    members.filter(|member| member.share() > 0).for_each(|member| self.doubted.add(member));
                }
            }
        }
        Ok(())
    }
}

/// The endpoints by what they are called there. Two keys at one provider are one.
fn names(genesis: Hash, table: &Table) -> HashMap<String, Vec<Arc<Member>>> {
    let mut names: HashMap<_, Vec<_>> = HashMap::new();
    for member in &table.members {
        if let Some(url) = member.endpoint.url() {
            names.entry(mark(genesis, url)).or_default().push(Arc::clone(member));
        }
    }
    names
}

/// What an endpoint is called there: by where it is, so that processes need not have the same names or keys. Nothing of
/// its address that may be a key goes into it.
fn mark(genesis: Hash, url: &EndpointUrl) -> String {
    let url = url.secret();
    let place = format!("{genesis} {}://{}:{:?}", url.scheme(), url.host_str().unwrap_or_default(), url.port());
    blake3::derive_key("quantumagi 2026-11 place of an endpoint", place.as_bytes())
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::mark;
    use crate::pool::EndpointUrl;
    use crate::solana::Hash;

    #[test]
    fn an_endpoint_is_called_after_its_place_and_cluster_alone() {
        let name = |url: &str, genesis: u8| {
            mark(Hash::new_from_array([genesis; 32]), &EndpointUrl::http(url).expect("an address"))
        };
        let one = name("https://user:pass@rpc.example.org/secret?key=secret", 1);
        assert_eq!(one.len(), 32);
        assert_eq!(one, name("https://RPC.example.org:443/another-key", 1));
        for (other, genesis) in [
            ("https://rpc.example.org", 2),
            ("http://rpc.example.org", 1),
            ("https://rpc.example.org:444", 1),
            ("https://rpc.example.com", 1),
        ] {
            assert_ne!(one, name(other, genesis), "{other}");
        }
    }
}
