//! Other cranks: who they are, learnt from lost races, and whether they are at work.
//!
//! A lost race shows who won it. From then on both leave each other's share alone, as long as it goes on being done: what a
//! peer does not get on with is taken over after a delay. A peer that nobody meets any more is forgotten.

use std::collections::HashMap;
use std::time::Duration;

use quantumagi_interface::Address;
use quantumagi_rpc::{HistoryRange, Rpc};
use tokio::time::Instant;

use super::Terms;
use crate::duty::{Duty, DutyKey};
use crate::rank;

/// Most peers that are kept, besides those that are named: whoever wins a race becomes one, and each may cost a delay.
const MAX_PEERS: usize = 16;
/// After it a peer that was not met is forgotten.
const FORGET_AFTER: Duration = Duration::from_secs(86_400);
/// Transactions that are looked through for the winner of a race.
const LOOK_BACK: usize = 4;

/// What a crank knows of the others, and what it waits for.
#[derive(Debug, Default)]
pub(super) struct Peers {
    known: HashMap<Address, Peer>,
    /// Duties that were due at the last look.
    waited_for: HashMap<DutyKey, Waiting>,
}

#[derive(Clone, Copy, Debug)]
struct Peer {
    /// When it last won a race, or a duty of its share was done; `None` where it was only named.
    at_work: Option<Instant>,
    /// Whether an operator named it: then it is not forgotten.
    is_named: bool,
}

#[derive(Clone, Debug)]
struct Waiting {
    since: Instant,
    /// Who goes first.
    first: Option<Address>,
}

/// When a duty's turn comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Turn {
    /// How many go before this crank.
    pub(super) place: u32,
    /// When it may go.
    pub(super) at: Instant,
}

impl Peers {
    /// Notes whom an operator names.
    pub(super) fn name(&mut self, peer: Address) {
        self.known.insert(peer, Peer { at_work: None, is_named: true });
    }

    /// Those whom an operator names.
    pub(super) fn named(&self) -> impl Iterator<Item = Address> + '_ {
        self.known.iter().filter(|(_, it)| it.is_named).map(|(peer, _)| *peer)
    }

    /// Notes who won a race.
    pub(super) fn met(&mut self, peer: Address, now: Instant) {
        let known = self.known.entry(peer).or_insert(Peer { at_work: None, is_named: false });
        known.at_work = Some(now);
        let strangers = |known: &HashMap<Address, Peer>| known.values().filter(|it| !it.is_named).count();
        while MAX_PEERS < strangers(&self.known) {
            let of_strangers = self.known.iter().filter(|(_, it)| !it.is_named);
            let idlest = of_strangers.min_by_key(|(peer, it)| (it.at_work, **peer)).map(|(peer, _)| *peer);
            self.known.retain(|peer, _| Some(*peer) != idlest);
        }
    }

    /// Notes what is due, and so what others have done meanwhile. What is not due any more needs no memory.
    pub(super) fn look(&mut self, due: &[Duty], now: Instant) {
        let is_recent = |it: &Peer| it.at_work.is_some_and(|moment| now.duration_since(moment) < FORGET_AFTER);
        self.known.retain(|_, peer| peer.is_named || is_recent(peer));
        let due: std::collections::HashSet<DutyKey> = due.iter().map(Duty::key).collect();
        let gone: Vec<Address> =
            self.waited_for.iter().filter(|(key, _)| !due.contains(key)).filter_map(|(_, it)| it.first).collect();
        for peer in gone {
            if let Some(peer) = self.known.get_mut(&peer) {
                peer.at_work = Some(now);
            }
        }
        self.waited_for.retain(|key, _| due.contains(key));
    }

    /// What this crank did itself says nothing about others.
    pub(super) fn did(&mut self, duty: &DutyKey) {
        self.waited_for.remove(duty);
    }

    /// When a duty's turn comes.
    pub(super) fn turn(&mut self, duty: &DutyKey, own: &Address, terms: &Terms, now: Instant) -> Turn {
        if self.known.is_empty() {
            let since = self.wait_for(*duty, None, now);
            let place = rank::rank(rank::order(duty, own), terms.ranks);
            return Turn { place, at: since + terms.rank_delay.saturating_mul(place) };
        }
        let peers: Vec<Address> = self.known.keys().copied().collect();
        let before = rank::before(duty, own, &peers);
        let since = self.wait_for(*duty, before.first().copied(), now);
        let at_work = before.iter().filter_map(|peer| self.known.get(peer)?.at_work).max();
        let place = u32::try_from(before.len()).unwrap_or(u32::MAX);
        let from = at_work.map_or(since, |moment| moment.max(since));
        Turn { place, at: if place == 0 { since } else { from + terms.rank_delay.saturating_mul(place) } }
    }

    fn wait_for(&mut self, duty: DutyKey, first: Option<Address>, now: Instant) -> Instant {
        let waiting = self.waited_for.entry(duty).or_insert(Waiting { since: now, first });
        waiting.first = first;
        waiting.since
    }
}

/// Who did what this crank was about to do: the payer of the newest transaction about it that succeeded. `None` where the
/// endpoint does not tell: then the next race does.
pub(super) async fn winner(rpc: &Rpc, duty: &Duty) -> Option<Address> {
    let about = duty.subject.address(&duty.constitution);
    let newest = rpc.signatures_page(&about, HistoryRange::default(), LOOK_BACK).await.ok()?;
    let succeeded = newest.into_iter().find(|record| record.error.is_none())?;
    let record = rpc.transaction(&succeeded.signature).await.ok()??;
    record.accounts.first().copied()
}

#[cfg(test)]
mod tests;
