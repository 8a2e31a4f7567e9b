//! The 60 % rule against big integers, exhaustively over small totals and at the edges of 64 bits.

use super::*;
use num_bigint::BigUint;
use proptest::prelude::*;

const RULE: ApprovalRule = ApprovalRule { threshold: Bps(6_000), quorum: Bps(2_500), min_for: Bps(1_000) };

fn tally(for_weight: u64, against: u64, abstain: u64) -> Tally {
    Tally { for_weight: Weight(for_weight), against_weight: Weight(against), abstain_weight: Weight(abstain) }
}

/// The rule as its definition reads, in integers that cannot overflow: shares are compared as fractions.
fn model(rule: ApprovalRule, tally: Tally, total: u64) -> Result<(), Defeat> {
    let big = |n: u64| BigUint::from(n);
    let (f, a, b) = (big(tally.for_weight.0), big(tally.against_weight.0), big(tally.abstain_weight.0));
    let at_least = |part: &BigUint, whole: &BigUint, bps: Bps| part * 10_000u32 >= whole * u32::from(bps.0);
    let cast = &f + &a;
    if !at_least(&(&cast + &b), &big(total), rule.quorum) {
        Err(Defeat::QuorumNotMet)
    } else if f == big(0) {
        Err(Defeat::NothingFor)
    } else if !at_least(&f, &cast, rule.threshold) {
        Err(Defeat::BelowThreshold)
    } else if !at_least(&f, &big(total), rule.min_for) {
        Err(Defeat::BelowMinimumFor)
    } else {
        Ok(())
    }
}

#[track_caller]
fn check(given: Tally, total: u64, expected: Result<(), Defeat>) {
    assert_eq!(RULE.check(given, Weight(total)), expected, "{given:?} of {total}");
}

#[test]
fn t1_sixty_percent_passes_and_a_hair_less_fails() {
    check(tally(60, 40, 0), 100, Ok(()));
    check(tally(5_999, 4_001, 0), 10_000, Err(Defeat::BelowThreshold));
    check(tally(3, 2, 0), 5, Ok(()));
    check(tally(2, 2, 0), 4, Err(Defeat::BelowThreshold));
    check(tally(0, 0, 0), 10, Err(Defeat::QuorumNotMet));
    check(tally(0, 0, 10), 10, Err(Defeat::NothingFor));
    check(tally(0, 10, 0), 10, Err(Defeat::NothingFor));
}

#[test]
fn t2_abstentions_fill_the_quorum_but_never_decide() {
    check(tally(1, 0, 24), 100, Err(Defeat::BelowMinimumFor));
    check(tally(10, 0, 15), 100, Ok(()));
    check(tally(10, 0, 14), 100, Err(Defeat::QuorumNotMet));
}

#[test]
fn t3_quorum_is_a_share_of_the_total_rounded_up() {
    // A quarter of 101 is 25.25: 25 do not meet it, 26 do.
    check(tally(25, 0, 0), 101, Err(Defeat::QuorumNotMet));
    check(tally(26, 0, 0), 101, Ok(()));
}

#[test]
fn t1_every_split_of_every_small_total_agrees_with_big_integers() {
    let rules = [RULE, ApprovalRule { threshold: Bps(7_500), quorum: Bps(3_333), min_for: Bps(1) }];
    for rule in rules {
        for total in 1..=40 {
            for f in 0..=total {
                for a in 0..=total - f {
                    for b in 0..=total - f - a {
                        let given = tally(f, a, b);
                        assert_eq!(rule.check(given, Weight(total)), model(rule, given, total), "{given:?} of {total}");
                    }
                }
            }
        }
    }
}

#[test]
fn t1_the_largest_weights_neither_wrap_nor_round() {
    let third = u64::MAX / 5;
    for (f, a) in [(u64::MAX, 0), (third * 3, third * 2), (third * 3 - 1, third * 2 + 1), (1, u64::MAX - 1)] {
        let given = tally(f, a, 0);
        assert_eq!(RULE.check(given, Weight(u64::MAX)), model(RULE, given, u64::MAX), "{given:?}");
    }
}

/// All outcomes that first ballots of the remaining weight can still produce, by trying every split.
fn reachable(rule: ApprovalRule, given: Tally, total: u64) -> (bool, bool) {
    let left = total - u64::try_from(given.turnout()).expect("small totals");
    let (mut can_pass, mut can_fail) = (false, false);
    for f in 0..=left {
        for a in 0..=left - f {
            for b in 0..=left - f - a {
                let end = tally(given.for_weight.0 + f, given.against_weight.0 + a, given.abstain_weight.0 + b);
                match model(rule, end, total) {
                    Ok(()) => can_pass = true,
                    Err(_) => can_fail = true,
                }
            }
        }
    }
    (can_pass, can_fail)
}

#[test]
fn t4_settled_means_no_remaining_vote_can_change_the_outcome() {
    for total in 1..=12 {
        for f in 0..=total {
            for a in 0..=total - f {
                for b in 0..=total - f - a {
                    let given = tally(f, a, b);
                    let (can_pass, can_fail) = reachable(RULE, given, total);
                    assert_eq!(RULE.is_settled(given, Weight(total)), can_pass != can_fail, "{given:?} of {total}");
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn t1_any_split_of_any_total_agrees_with_big_integers(
        total: u64, f: u64, a: u64, b: u64, threshold in 6_000u16..=10_000, quorum in 0u16..=10_000, min_for in 0u16..=10_000,
    ) {
        // Scaled so that the parts never exceed the total.
        let part = |n: u64, of: u64| if of == 0 { 0 } else { n % (of + u64::from(of < u64::MAX)) };
        let f = part(f, total);
        let a = part(a, total - f);
        let b = part(b, total - f - a);
        let rule = ApprovalRule { threshold: Bps(threshold), quorum: Bps(quorum), min_for: Bps(min_for) };
        prop_assert_eq!(rule.check(tally(f, a, b), Weight(total)), model(rule, tally(f, a, b), total));
    }

    #[test]
    fn w3_changing_a_ballot_moves_its_weight_and_creates_none(weights in prop::collection::vec((0u64..1 << 40, 1u8..4, 1u8..4), 1..50)) {
        let choice = |n| Choice::from_bits(n).expect("1 to 3");
        let mut changed = Tally::default();
        let mut direct = Tally::default();
        for (weight, first, last) in weights {
            changed = changed.with_ballot(None, choice(first), Weight(weight)).expect("fits");
            changed = changed.with_ballot(Some(choice(first)), choice(last), Weight(weight)).expect("was counted");
            direct = direct.with_ballot(None, choice(last), Weight(weight)).expect("fits");
        }
        prop_assert_eq!(changed, direct);
    }
}
