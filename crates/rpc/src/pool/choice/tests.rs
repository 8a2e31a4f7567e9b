//! Who is asked: never who may not be, and mostly who answers fast.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use proptest::prelude::*;
use tokio::time::Instant;

use super::{Wanted, choose};
use crate::pool::breaker::{Breaker, BreakerState};
use crate::pool::config::PoolConfig;
use crate::pool::dice::Dice;
use crate::pool::endpoint::{Cluster, Endpoint, EndpointUrl, Label};
use crate::pool::fallback::Fallback;
use crate::pool::member::{Members, Table};
use crate::pool::method::MethodClass::Read;
use crate::solana::Hash;

fn label(text: &str) -> Label {
    text.parse().expect("a label")
}

fn table(tags: &[&str], chain: &[&str], now: Instant) -> Table {
    let url = EndpointUrl::http("http://rpc.example.org").expect("an address");
    let endpoints = tags
        .iter()
        .enumerate()
        .map(|(index, tag)| Endpoint::new(label(&format!("e{index}")), url.clone()).with_tags([label(tag)]))
        .collect();
    let mut config = PoolConfig::of(Cluster::with_genesis(Hash::default()), endpoints);
    config.fallback = Fallback { read: chain.iter().map(|tag| label(tag)).collect(), ..Fallback::default() };
    Table::new(config, now)
}

fn all(table: &Table) -> Members {
    table.those(|_| true)
}

fn open(breaker: &Breaker, now: Instant) {
    for _ in 0..5 {
        breaker.admit(now).expect("closed").fail(now);
    }
}

/// How often each endpoint is asked in a thousand calls that end before the next begins.
fn shares(table: &Table, allowed: Members, tried: Members, now: Instant) -> Vec<u32> {
    let dice = Dice::seeded(11);
    let mut counts = vec![0; table.members.len()];
    for _ in 0..1_000 {
        if let Some(chosen) = choose(table, Wanted { class: Read, allowed, tried }, &dice, now) {
            counts[chosen.index] += 1;
        }
    }
    counts
}

#[test]
fn the_faster_of_two_is_asked() {
    let now = Instant::now();
    let table = table(&["a", "a"], &[], now);
    table.members[0].load.observe(Read, Duration::from_millis(50), now);
    table.members[1].load.observe(Read, Duration::from_millis(20), now);
    assert_eq!(shares(&table, all(&table), Members::NONE, now), [0, 1_000]);
}

#[test]
fn of_three_the_slowest_is_never_asked_and_the_fastest_most() {
    let now = Instant::now();
    let table = table(&["a"; 3], &[], now);
    for (member, millis) in table.members.iter().zip([50, 20, 30]) {
        member.load.observe(Read, Duration::from_millis(millis), now);
    }
    let counts = shares(&table, all(&table), Members::NONE, now);
    assert_eq!(counts[0], 0);
    // Two of the three pairs have the fastest in them.
    assert!((600..730).contains(&counts[1]), "{counts:?}");
}

#[test]
fn groups_are_asked_in_their_order() {
    let now = Instant::now();
    let table = table(&["paid", "own", "spare"], &["own", "paid", "spare"], now);
    assert_eq!(shares(&table, all(&table), Members::NONE, now), [0, 1_000, 0]);
    open(&table.members[1].breakers[Read], now);
    assert_eq!(shares(&table, all(&table), Members::NONE, now), [1_000, 0, 0]);
    table.members[0].load.rest(None, now);
    assert_eq!(shares(&table, all(&table), Members::NONE, now), [0, 0, 1_000], "who rests is spared where possible");
    open(&table.members[2].breakers[Read], now);
    assert_eq!(shares(&table, all(&table), Members::NONE, now), [1_000, 0, 0], "and asked where not");
}

#[test]
fn who_failed_this_call_is_asked_again_only_when_nobody_is_left() {
    let now = Instant::now();
    let table = table(&["a", "a"], &[], now);
    let tried = Members::NONE.with(0);
    assert_eq!(shares(&table, all(&table), tried, now), [0, 1_000]);
    assert_eq!(shares(&table, tried, tried, now), [1_000, 0]);
}

#[test]
fn who_comes_back_gets_its_quarter_and_all_where_it_is_alone() {
    let now = Instant::now();
    let table = table(&["a", "a"], &[], now);
    table.members[1].load.observe(Read, Duration::from_millis(20), now);
    for (quarters, low, high) in [(1, 200, 300), (2, 440, 560), (3, 700, 800), (4, 1_000, 1_001)] {
        table.members[0].set_share(quarters, None);
        let counts = shares(&table, all(&table), Members::NONE, now);
        assert!((low..high).contains(&counts[0]), "{quarters}: {counts:?}");
    }
    table.members[0].set_share(1, None);
    assert_eq!(shares(&table, Members::NONE.with(0), Members::NONE, now), [1_000, 0]);
}

#[test]
fn half_open_places_are_all_there_is_to_give() {
    let start = Instant::now();
    let table = table(&["a", "a"], &[], start);
    table.members.iter().for_each(|member| open(&member.breakers[Read], start));
    let now = start + Duration::from_secs(60);
    let dice = Dice::seeded(5);
    let wanted = Wanted { class: Read, allowed: all(&table), tried: Members::NONE };
    let chosen: Vec<_> = (0..10).filter_map(|_| choose(&table, wanted, &dice, now)).collect();
    assert_eq!(chosen.len(), 6, "three at each");
    assert!(table.members.iter().all(|member| member.breakers[Read].state(now) == BreakerState::HalfOpen));
}

/// Latency that 99 of 100 calls stay below, with an arrival each millisecond and one endpoint of eight slow.
fn p99(pick: impl Fn(&Table, usize, Instant) -> usize) -> Duration {
    let start = Instant::now();
    let table = table(&["a"; 8], &[], start);
    let latency = |index: usize| Duration::from_millis(if index == 3 { 1_000 } else { 10 });
    let mut ends: BinaryHeap<Reverse<(Instant, usize, usize)>> = BinaryHeap::new();
    let mut latencies = Vec::new();
    let mut guards: Vec<Option<_>> = Vec::new();
    for call in 0..20_000_usize {
        let now = start + Duration::from_millis(call as u64);
        while let Some(Reverse((end, index, guard))) = ends.pop() {
            if end > now {
                ends.push(Reverse((end, index, guard)));
                break;
            }
            guards[guard] = None;
            table.members[index].load.observe(Read, latency(index), end);
        }
        let index = pick(&table, call, now);
        guards.push(Some(table.members[index].load.begin()));
        ends.push(Reverse((now + latency(index), index, call)));
        latencies.push(latency(index));
    }
    latencies.sort_unstable();
    latencies[latencies.len() * 99 / 100]
}

#[test]
fn one_slow_endpoint_of_eight_is_not_felt_by_99_of_100_calls() {
    let dice = Dice::seeded(2);
    let by_two = p99(|table, _, now| {
        let wanted = Wanted { class: Read, allowed: all(table), tried: Members::NONE };
        choose(table, wanted, &dice, now).expect("all are well").index
    });
    let in_turn = p99(|table, call, _| call % table.members.len());
    assert_eq!((by_two, in_turn), (Duration::from_millis(10), Duration::from_secs(1)));
}

proptest! {
    #[test]
    fn nobody_is_asked_who_may_not_be(
        allowed in 0..256_usize, tried in 0..256_usize, opened in 0..256_usize, resting in 0..256_usize,
        shares in prop::collection::vec(1..=4_u8, 8), seed: u64,
    ) {
        let now = Instant::now();
        let groups = ["x", "y", "z"];
        let tags: Vec<&str> = (0..8).map(|index| groups[index % 3]).collect();
        let table = table(&tags, &groups, now);
        let set = |bits: usize| Members::from_fn(8, |index| bits >> index & 1 == 1);
        let (allowed, tried, opened, resting) = (set(allowed), set(tried), set(opened), set(resting));
        for (index, member) in table.members.iter().enumerate() {
            member.set_share(shares[index], None);
            if opened.has(index) { open(&member.breakers[Read], now); }
            if resting.has(index) { member.load.rest(None, now); }
        }
        let chosen = choose(&table, Wanted { class: Read, allowed, tried }, &Dice::seeded(seed), now);
        // The best rank that anybody has; whoever is asked must have it.
        let rank = |index: usize| (tried.has(index), resting.has(index), index % 3);
        let best = (0..8).filter(|index| allowed.has(*index) && !opened.has(*index)).map(rank).min();
        prop_assert_eq!(chosen.map(|chosen| rank(chosen.index)), best);
    }
}
