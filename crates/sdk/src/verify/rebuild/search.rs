//! The times that no line says: guessed, then varied until the chain of hashes fits.
//!
//! A block's time, where an endpoint says it, is the time that programs read in it. Where it does not say or is wrong,
//! the seconds around the guess are tried. How long, is bounded: a lying endpoint can make a proof fail, not hang.

use std::collections::BTreeMap;

use quantumagi_interface::events::Event;
use quantumagi_interface::pda;

use super::super::{Chain, ChainHead, Ledger, Verification, prove, verify_chain};
use super::{Lines, Source, Teller, Told, lines_of};

/// Seconds around a guess that are tried.
const RADIUS: i64 = 150;
/// Guesses that are varied one by one; more are only moved together, like a clock that is off.
const MAX_VARIED: usize = 2;
/// Events that are told at most while times are tried: less than a second of work.
const MAX_TOLD: usize = 1 << 14;

/// The best proof of `ledger` from its instructions: where they agree with the lines, else against them.
pub(in super::super) fn rebuilt(ledger: &Ledger, logged: Verification) -> Verification {
    let lines = lines_of(ledger);
    let mut best = logged;
    for source in [Source::Lines, Source::Instructions, Source::InstructionsAndBlocks] {
        let mut search = Search { ledger, lines: &lines, source, told_so_far: 0 };
        let found = search.run();
        if merit(&best) < merit(&found) {
            best = found;
        } else if best.stuck.is_none() {
            best.stuck = found.stuck;
        }
        if is_all_told(&best) {
            break;
        }
    }
    best
}

/// Whether no other way of telling can prove more.
fn is_all_told(verification: &Verification) -> bool {
    let (whole, is_replayed, is_same) = merit(verification);
    whole == verification.proposals.len() + 1 && is_replayed && is_same && verification.lost.is_empty()
}

/// How much is proved.
fn merit(verification: &Verification) -> (usize, bool, bool) {
    let whole = usize::from(verification.constitution.is_ok());
    let whole = whole + verification.proposals.values().filter(|proved| proved.is_ok()).count();
    (whole, matches!(verification.replayed, Some(Ok(_))), verification.differences.is_empty())
}

struct Search<'a> {
    ledger: &'a Ledger,
    lines: &'a Lines<'a>,
    source: Source,
    told_so_far: usize,
}

impl Search<'_> {
    fn run(&mut self) -> Verification {
        let mut times = BTreeMap::new();
        let mut told = self.tell(&times);
        // A proposal's chain first: where its account is closed, the constitution's chain depends on it.
        let mut chains: Vec<Chain> = told.guesses.values().flat_map(|(_, chains)| chains).copied().collect();
        chains.sort_by_key(|chain| (matches!(chain, Chain::Constitution(_)), *chain));
        chains.dedup();
        for chain in chains {
            let Some(head) = self.head_of(chain) else { continue };
            if is_whole(chain, &told, head) {
                continue;
            }
            if let Some(found) = self.vary(&told, &times, chain, head) {
                times = found;
                told = self.tell(&times);
            }
        }
        let mut verification = prove(self.ledger, &told.events.iter().collect::<Vec<_>>());
        (verification.recovered, verification.stuck) = (told.recovered, told.stuck);
        verification
    }

    fn tell(&self, times: &BTreeMap<u64, i64>) -> Told {
        let mut teller = Teller::new(self.ledger, self.lines, self.source);
        teller.tell_before(u64::MAX, times);
        teller.told
    }

    /// Where the account of a chain stands, or stood when a line says that it was closed.
    fn head_of(&self, chain: Chain) -> Option<ChainHead> {
        let Chain::Proposal(address) = chain else { return Some(self.ledger.constitution.chain.into()) };
        let mut accounts = self.ledger.proposals.iter().filter_map(|(id, account)| Some((*id, account.as_ref()?)));
        let account = accounts.find(|(id, _)| pda::proposal(&self.ledger.address, *id) == address);
        let mut events = self.ledger.history.events.iter().filter_map(|logged| logged.event.as_ref().ok());
        let closed = events.find_map(|event| {
            let Event::ProposalClosed(e) = event else { return None };
            let head = ChainHead { hash: e.final_hash, sequence: e.final_sequence };
            (e.proposal == address).then_some(head)
        });
        account.map(|(_, account)| account.chain.into()).or(closed)
    }

    /// Times with which `chain` is whole: the guesses that matter to it, moved by up to [`RADIUS`] seconds, first
    /// together, then one by one, small moves first.
    fn vary(
        &mut self,
        told: &Told,
        known: &BTreeMap<u64, i64>,
        chain: Chain,
        head: ChainHead,
    ) -> Option<BTreeMap<u64, i64>> {
        let is_last = matches!(chain, Chain::Constitution(_));
        let guesses: Vec<(u64, i64)> = told
            .guesses
            .iter()
            .filter(|(slot, (_, chains))| !known.contains_key(slot) && (is_last || chains.contains(&chain)))
            .map(|(slot, (at, _))| (*slot, *at))
            .collect();
        // What comes before the first guess is told once.
        let mut beginning = Teller::new(self.ledger, self.lines, self.source);
        beginning.tell_before(guesses.first()?.0, known);
        let together = (1..=RADIUS).flat_map(|by| [vec![by; guesses.len()], vec![-by; guesses.len()]]);
        let n_varied = if guesses.len() <= MAX_VARIED { guesses.len() } else { 0 };
        let one_by_one = (1..=RADIUS).flat_map(|radius| moves(n_varied, radius));
        for moves in together.chain(one_by_one) {
            if self.told_so_far > MAX_TOLD {
                return None;
            }
            let mut times = known.clone();
            times.extend(guesses.iter().zip(&moves).map(|((slot, at), by)| (*slot, at.saturating_add(*by))));
            let mut teller = beginning.clone();
            teller.tell_before(u64::MAX, &times);
            // At least one, so that a search among nothing ends, too.
            self.told_so_far += 1 + teller.told.events.len() - beginning.told.events.len();
            if is_whole(chain, &teller.told, head) {
                return Some(times);
            }
        }
        None
    }
}

fn is_whole(chain: Chain, told: &Told, head: ChainHead) -> bool {
    verify_chain(chain, &chain.select(&told.events, head), head).is_ok()
}

/// All moves of `len` guesses of which the longest is exactly `radius`.
fn moves(len: usize, radius: i64) -> impl Iterator<Item = Vec<i64>> {
    let mut next = Some(vec![-radius; len]);
    let all = std::iter::from_fn(move || {
        let current = next.take()?;
        // Counts up like an odometer.
        if let Some(digit) = current.iter().rposition(|by| *by < radius) {
            let mut following = current.clone();
            following[digit] += 1;
            following[digit + 1..].fill(-radius);
            next = Some(following);
        }
        Some(current)
    });
    all.filter(move |moves| moves.iter().any(|by| by.abs() == radius))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_are_all_with_one_at_the_radius() {
        assert_eq!(moves(1, 2).collect::<Vec<_>>(), [vec![-2], vec![2]]);
        assert_eq!(moves(2, 1).count(), 8);
        assert_eq!(moves(2, 2).count(), 16);
    }
}
