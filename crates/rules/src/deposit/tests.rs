//! Deposits against the naive model that remembers every change, and the laws of weight.

use super::*;
use alloc::vec;
use alloc::vec::Vec;
use proptest::prelude::*;

const HOUR: u32 = MIN_MATURITY_SECONDS;

fn at(seconds: i64) -> UnixSeconds {
    UnixSeconds(seconds)
}

fn added(holding: Holding, amount: u64, now: i64) -> Holding {
    holding.with_added(Weight(amount), HOUR, at(now)).expect("can be added")
}

fn matured(holding: Holding, next_proposal: u64, now: i64) -> Holding {
    holding.with_matured(next_proposal, HOUR, Asker::Stranger, at(now)).expect("is ripe and has a place")
}

/// Four checkpoints: 10 from proposal 1, 20 from 2, 30 from 3, 40 from 4.
fn full() -> Holding {
    (1..=4).fold(Holding::default(), |holding, id| {
        let came = i64::try_from(id).expect("small") * 10_000;
        matured(added(holding, 10, came), id, came + 3_600)
    })
}

#[track_caller]
fn check_weights(holding: Holding, expected: [u64; 6]) {
    let weights: Vec<u64> = (0..6).map(|id| holding.weight_for(id).0).collect();
    assert_eq!(weights, expected);
}

#[test]
fn w2_fresh_tokens_weigh_nothing() {
    let holding = added(Holding::default(), 100, 0);
    check_weights(holding, [0; 6]);
    assert_eq!(holding.matured(), Weight(0));
    assert_eq!(holding.with_matured(0, HOUR, Asker::Owner, at(3_599)), Err(DepositError::NotRipe));
    assert_eq!(holding.with_matured(0, HOUR, Asker::Owner, at(-1)), Err(DepositError::NotRipe));
}

#[test]
fn w1_tokens_count_only_for_proposals_created_after_they_matured() {
    check_weights(matured(added(Holding::default(), 100, 0), 3, 3_600), [0, 0, 0, 100, 100, 100]);
    check_weights(full(), [0, 10, 20, 30, 40, 40]);
}

#[test]
fn tokens_added_later_wait_by_themselves() {
    let holding = added(matured(added(Holding::default(), 100, 0), 0, 3_600), 50, 4_000);
    check_weights(holding, [100; 6]);
    assert_eq!(holding.with_matured(1, HOUR, Asker::Owner, at(7_599)), Err(DepositError::NotRipe));
    check_weights(matured(holding, 1, 7_600), [100, 150, 150, 150, 150, 150]);
}

#[test]
fn tokens_added_to_fresh_ones_begin_their_wait_anew_unless_it_is_over() {
    let holding = added(added(Holding::default(), 100, 0), 1, 3_000);
    assert_eq!(holding.with_matured(0, HOUR, Asker::Owner, at(6_599)), Err(DepositError::NotRipe));
    assert_eq!(holding.with_added(Weight(1), HOUR, at(6_600)), Err(DepositError::FreshIsRipe));
    assert_eq!(matured(holding, 0, 6_600).matured(), Weight(101));
}

#[test]
fn what_matures_between_two_proposals_shares_a_checkpoint() {
    let once = matured(added(Holding::default(), 100, 0), 2, 3_600);
    let twice = matured(added(once, 50, 4_000), 2, 9_000);
    check_weights(twice, [0, 0, 150, 150, 150, 150]);
    assert_eq!(twice.checkpoints[1], Checkpoint::default());
}

#[test]
fn the_oldest_checkpoint_gives_way_only_for_the_owner_and_only_unlocked() {
    let holding = added(full().with_lock(at(60_000)), 10, 50_000);
    let mature = |asker, now| holding.with_matured(5, HOUR, asker, at(now));
    assert_eq!(mature(Asker::Stranger, 60_000), Err(DepositError::CheckpointsFull));
    assert_eq!(mature(Asker::Owner, 59_999), Err(DepositError::Locked { until: at(60_000) }));
    check_weights(mature(Asker::Owner, 60_000).expect("unlocked"), [0, 0, 20, 30, 40, 50]);
    // Nothing has been proposed since the last one: there is a place without anything giving way.
    check_weights(holding.with_matured(4, HOUR, Asker::Stranger, at(59_999)).expect("place"), [0, 10, 20, 30, 50, 50]);
}

#[test]
fn w5_matured_tokens_stay_while_a_vote_they_back_can_change() {
    let holding = added(full().with_lock(at(60_000)), 5, 50_000);
    assert_eq!(holding.with_withdrawn(Weight(6), at(59_999)), Err(DepositError::Locked { until: at(60_000) }));
    check_weights(holding.with_withdrawn(Weight(5), at(59_999)).expect("fresh"), [0, 10, 20, 30, 40, 40]);
    check_weights(holding.with_withdrawn(Weight(6), at(60_000)).expect("unlocked"), [0, 10, 20, 30, 39, 39]);
}

#[test]
fn taking_out_lowers_every_checkpoint_and_raises_none() {
    let rest = full().with_withdrawn(Weight(15), at(0)).expect("is there");
    check_weights(rest, [0, 10, 20, 25, 25, 25]);
    assert_eq!(rest.checkpoints[3], Checkpoint::default(), "what says nothing new is dropped");
    let nothing = full().with_withdrawn(Weight(40), at(0)).expect("is there");
    assert_eq!(nothing, Holding::default());
    assert_eq!(full().with_withdrawn(Weight(41), at(0)), Err(DepositError::Insufficient { held: 40 }));
}

#[test]
fn amounts_are_something_and_do_not_wrap() {
    assert_eq!(Holding::default().with_added(Weight(0), HOUR, at(0)), Err(DepositError::AmountIsZero));
    assert_eq!(Holding::default().with_withdrawn(Weight(0), at(0)), Err(DepositError::AmountIsZero));
    assert_eq!(Holding::default().with_matured(0, HOUR, Asker::Owner, at(0)), Err(DepositError::NothingFresh));
    let most = added(Holding::default(), u64::MAX, 0);
    assert_eq!(most.with_added(Weight(1), HOUR, at(0)), Err(DepositError::Overflow));
    let both = added(matured(most, 0, 3_600), u64::MAX, 4_000);
    assert_eq!(both.with_matured(1, HOUR, Asker::Owner, at(9_000)), Err(DepositError::Overflow));
    assert_eq!(both.with_withdrawn(Weight(u64::MAX), at(0)).map(|left| left.matured()), Ok(Weight(u64::MAX)));
}

#[test]
fn an_account_closes_when_it_is_empty_and_unlocked() {
    assert_eq!(Holding::default().check_closable(at(0)), Ok(()));
    assert_eq!(added(Holding::default(), 1, 0).check_closable(at(0)), Err(DepositError::NotEmpty));
    assert_eq!(full().check_closable(at(0)), Err(DepositError::NotEmpty));
    let locked = Holding::default().with_lock(at(10));
    assert_eq!(locked.check_closable(at(9)), Err(DepositError::Locked { until: at(10) }));
    assert_eq!(locked.check_closable(at(10)), Ok(()));
}

#[test]
fn a_lock_lasts_until_the_latest_end_and_never_becomes_shorter() {
    assert_eq!(lock_end(at(100), 50, false), Some(at(150)));
    assert_eq!(lock_end(at(150), 50, true), Some(at(150)));
    assert_eq!(lock_end(at(i64::MAX), 1, false), None);
    assert_eq!(Holding::default().with_lock(at(9)).with_lock(at(5)).locked_until, at(9));
}

#[test]
fn w3_a_delegate_speaks_once_and_the_owner_always_has_the_last_word() {
    use BallotRule::{Changeable, Final};
    for previous in [None, Some(Choice::For), Some(Choice::Abstain)] {
        assert_eq!(check_caster(Caster::Owner, Changeable, previous), Ok(()));
        assert_eq!(check_caster(Caster::Owner, Final, previous), Ok(()), "the ballot's own rule decides");
        assert_eq!(check_caster(Caster::Delegate, Final, previous), Err(DelegateError::BallotsAreFinal));
    }
    assert_eq!(check_caster(Caster::Delegate, Changeable, None), Ok(()));
    let again = check_caster(Caster::Delegate, Changeable, Some(Choice::For));
    assert_eq!(again, Err(DelegateError::BallotStands));
}

#[test]
fn a_delegation_ends_by_itself_within_a_season() {
    let season = i64::from(MAX_DELEGATION_SECONDS);
    let cases = [(100, false), (101, true), (100 + season, true), (101 + season, false)];
    for (expires_at, expected) in cases {
        assert_eq!(is_legal_delegation(at(expires_at), at(100)), expected, "until {expires_at}");
    }
    assert!(is_delegation_valid(at(101), at(100)) && !is_delegation_valid(at(100), at(100)));
}

#[test]
fn terms_have_bounds_and_the_floor_can_be_reached() {
    let terms = |maturity, floor, supply| check_terms(maturity, Weight(floor), Weight(supply));
    assert_eq!(terms(3_600, 1, 1), Ok(()));
    assert_eq!(terms(7_776_000, 10, 10), Ok(()));
    assert_eq!(terms(3_599, 1, 1), Err(PoolError::MaturityOutOfRange));
    assert_eq!(terms(7_776_001, 1, 1), Err(PoolError::MaturityOutOfRange));
    assert_eq!(terms(3_600, 0, 1), Err(PoolError::FloorOutOfRange));
    assert_eq!(terms(3_600, 11, 10), Err(PoolError::FloorOutOfRange));
}

#[test]
fn t3_a_pool_that_most_have_left_still_counts_its_floor() {
    assert_eq!(electorate_weight(Weight(5), Weight(100)), Weight(100));
    assert_eq!(electorate_weight(Weight(500), Weight(100)), Weight(500));
}

// === The model ===

/// Somebody's tokens, token by token: since which proposal each counts. Knows no checkpoints.
#[derive(Clone, Debug, Default)]
struct Purse {
    fresh: u64,
    fresh_at: i64,
    /// For each matured token, the first proposal it counts for. Ascending.
    tokens: Vec<u64>,
}

impl Purse {
    fn weight_for(&self, proposal: u64) -> u64 {
        self.tokens.iter().filter(|from| **from <= proposal).count() as u64
    }
}

#[derive(Clone, Debug)]
enum Move {
    Add { who: usize, amount: u64 },
    Mature { who: usize },
    Withdraw { who: usize, amount: u64 },
    Propose,
    Vote { who: usize, proposal: usize, length: u32 },
    Wait { seconds: u32 },
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let who = || 0usize..3;
    let one = prop_oneof![
        3 => (who(), 1u64..40).prop_map(|(who, amount)| Move::Add { who, amount }),
        4 => who().prop_map(|who| Move::Mature { who }),
        2 => (who(), 1u64..60).prop_map(|(who, amount)| Move::Withdraw { who, amount }),
        3 => Just(Move::Propose),
        2 => (who(), 0usize..20, 1u32..9_000).prop_map(|(who, proposal, length)| Move::Vote { who, proposal, length }),
        4 => (1u32..5_000).prop_map(|seconds| Move::Wait { seconds }),
    ];
    prop::collection::vec(one, 0..120)
}

proptest! {
    /// Each proposal's total is what had matured when it was created; whatever is added, matured, taken out, moved to
    /// somebody else or put in again later, the weights for it never exceed that total, none of them rises, and none
    /// changes that has voted.
    #[test]
    fn w1_w3_w4_w7_weights_for_a_proposal_never_exceed_its_total(moves in moves()) {
        let (mut holdings, mut purses) = ([Holding::default(); 3], vec![Purse::default(); 3]);
        let (mut now, mut pool) = (0i64, PoolTotals::default());
        let mut totals: Vec<u64> = Vec::new();
        // Who voted on what, with what weight, and until when that can change.
        let mut votes: Vec<(usize, u64, u64, i64)> = Vec::new();
        for step in moves {
            let next = totals.len() as u64;
            let before = holdings;
            let sums = pool;
            match step {
                Move::Add { who, amount } => {
                    if let Ok(holding) = holdings[who].with_added(Weight(amount), HOUR, at(now)) {
                        holdings[who] = holding;
                        purses[who].fresh += amount;
                        purses[who].fresh_at = now;
                    }
                }
                Move::Mature { who } => {
                    if let Ok(holding) = holdings[who].with_matured(next, HOUR, Asker::Owner, at(now)) {
                        prop_assert!(now - purses[who].fresh_at >= 3_600);
                        holdings[who] = holding;
                        let amount = core::mem::take(&mut purses[who].fresh);
                        purses[who].tokens.extend((0..amount).map(|_| next));
                    }
                }
                Move::Withdraw { who, amount } => {
                    if let Ok(holding) = holdings[who].with_withdrawn(Weight(amount), at(now)) {
                        holdings[who] = holding;
                        let purse = &mut purses[who];
                        let fresh = purse.fresh.min(amount);
                        purse.fresh -= fresh;
                        // The youngest leave first, so that the oldest keep their weight.
                        let left = purse.tokens.len() - usize::try_from(amount - fresh).expect("small");
                        purse.tokens.truncate(left);
                    }
                }
                Move::Propose => totals.push(holdings.iter().map(|holding| holding.matured().0).sum()),
                Move::Vote { who, proposal, length } => {
                    let weight = holdings[who].weight_for(proposal as u64).0;
                    if proposal < totals.len() && weight > 0 {
                        let end = now + i64::from(length);
                        holdings[who] = holdings[who].with_lock(at(end));
                        votes.push((who, proposal as u64, weight, end));
                    }
                }
                Move::Wait { seconds } => now += i64::from(seconds),
            }
            for (old, new) in before.iter().zip(&holdings) {
                pool = pool.with_change(old, new).expect("a deposit is part of its pool");
            }
            let (fresh, matured) = purses.iter().fold((0, 0), |(fresh, matured), purse| {
                (fresh + purse.fresh, matured + purse.tokens.len() as u64)
            });
            prop_assert_eq!((pool.total, pool.matured), (Weight(fresh + matured), Weight(matured)));
            prop_assert!(before != holdings || sums == pool);
            let next = totals.len() as u64;
            for (holding, purse) in holdings.iter().zip(&purses) {
                prop_assert!(holding.is_sound());
                prop_assert_eq!(holding.fresh.0, purse.fresh);
                prop_assert_eq!(holding.matured().0, purse.tokens.len() as u64);
                for id in 0..=next {
                    // Less only where a checkpoint gave way; from the oldest that is left on, exactly.
                    prop_assert!(holding.weight_for(id).0 <= purse.weight_for(id));
                    if holding.checkpoints[0].from_proposal <= id {
                        prop_assert_eq!(holding.weight_for(id).0, purse.weight_for(id));
                    }
                }
            }
            for (id, total) in totals.iter().enumerate() {
                let sum: u64 = holdings.iter().map(|holding| holding.weight_for(id as u64).0).sum();
                prop_assert!(sum <= *total, "proposal {id}");
                for (old, new) in before.iter().zip(&holdings) {
                    prop_assert!(new.weight_for(id as u64) <= old.weight_for(id as u64));
                }
            }
            for (who, proposal, weight, end) in &votes {
                prop_assert!(*end <= now || holdings[*who].weight_for(*proposal).0 == *weight);
            }
        }
    }
}
