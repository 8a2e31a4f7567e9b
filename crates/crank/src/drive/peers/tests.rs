use quantumagi_rules::UnixSeconds;

use super::*;
use crate::duty::{Kind, Subject};

const SECOND: Duration = Duration::from_secs(1);

fn crank(byte: u8) -> Address {
    Address::new_from_array([byte; 32])
}

fn duty(proposal: u64) -> Duty {
    let (constitution, kind, due_at) = (crank(1), Kind::ProposalFinalize, UnixSeconds(0));
    Duty { constitution, kind, subject: Subject::Proposal(proposal), due_at }
}

/// Two duties of which the other crank does the one first, and this one the other.
fn its_own_and_mine(other: &Address, own: &Address) -> (Duty, Duty) {
    let of = |first: &Address, second: &Address| {
        let is_first = |it: &Duty| rank::order(&it.key(), first) < rank::order(&it.key(), second);
        (0..).map(duty).find(is_first).expect("half of them are")
    };
    (of(other, own), of(own, other))
}

fn terms() -> Terms {
    Terms { ranks: 1, rank_delay: SECOND, ..Terms::default() }
}

#[test]
fn who_is_alone_goes_at_once_and_spreads_over_ranks_where_told_to() {
    let (mut peers, now) = (Peers::default(), Instant::now());
    let key = duty(1).key();
    assert_eq!(peers.turn(&key, &crank(2), &terms(), now), Turn { place: 0, at: now });
    let spread = Terms { ranks: 1_000, ..terms() };
    let Turn { place, at } = peers.turn(&key, &crank(2), &spread, now + SECOND);
    assert!(0 < place && place < 1_000);
    assert_eq!(at, now + SECOND * place, "since it was seen first");
}

#[test]
fn a_share_is_taken_over_a_delay_after_its_crank_was_last_at_work() {
    let (own, other, now) = (crank(2), crank(3), Instant::now());
    let (its_own, mine) = its_own_and_mine(&other, &own);
    let (also_its_own, _) = {
        let is_its_own = |it: &Duty| rank::order(&it.key(), &other) < rank::order(&it.key(), &own) && *it != its_own;
        ((0..).map(duty).find(is_its_own).expect("half of them are"), ())
    };
    let mut peers = Peers::default();
    peers.met(other, now);
    let due = [its_own, also_its_own, mine];
    peers.look(&due, now);
    let turns = due.map(|duty| peers.turn(&duty.key(), &own, &terms(), now));
    let (later, at_once) = (Turn { place: 1, at: now + SECOND }, Turn { place: 0, at: now });
    assert_eq!(turns, [later, later, at_once]);
    // One of its share is gone, and this crank has not done it: the other is at work.
    let then = now + SECOND / 2;
    peers.look(&[also_its_own, mine], then);
    assert_eq!(peers.turn(&also_its_own.key(), &own, &terms(), then), Turn { place: 1, at: then + SECOND });
    // What this crank did says nothing about it.
    let last = then + SECOND;
    peers.did(&also_its_own.key());
    peers.look(&[its_own], last);
    assert_eq!(peers.turn(&its_own.key(), &own, &terms(), last).at, last + SECOND);
    peers.look(&[], last + SECOND);
    assert!(peers.waited_for.is_empty(), "what is not due needs no memory");
}

#[test]
fn peers_are_few_and_forgotten_a_day_after_they_were_met() {
    let (mut peers, now) = (Peers::default(), Instant::now());
    for byte in 10..40 {
        peers.met(crank(byte), now + SECOND * byte.into());
    }
    let mut known: Vec<Address> = peers.known.keys().copied().collect();
    known.sort_unstable();
    assert_eq!(known, (24..40).map(crank).collect::<Vec<Address>>(), "those that were met last");
    peers.look(&[], now + FORGET_AFTER + SECOND * 38);
    assert_eq!(peers.known.keys().collect::<Vec<_>>(), [&crank(39)]);
    peers.name(crank(2));
    peers.look(&[], now + FORGET_AFTER * 2);
    assert_eq!(peers.known.keys().collect::<Vec<_>>(), [&crank(2)], "who was named stays");
}
