//! Endpoints' stories, round by round, and what is said about each.

use std::time::Duration;

use proptest::prelude::*;
use tokio::time::Instant;

use super::{Ailment, Finding, ProbePolicy, Record, Verdict, verdicts};

/// A slot each 300 ms, probes each ten seconds.
const SLOTS_A_ROUND: u64 = 33;

fn honest(round: u64) -> Finding {
    seen(1_000_000 + round * SLOTS_A_ROUND)
}

fn seen(slot: u64) -> Finding {
    Finding::Seen { slot, claimed: slot }
}

/// What is wrong with each endpoint after each round.
fn rounds<const N: usize>(count: u64, story: impl Fn(u64) -> [Finding; N]) -> Vec<[Option<Ailment>; N]> {
    let policy = ProbePolicy::default();
    let start = Instant::now();
    let mut records = [Record::default(); N];
    let mut standing = [None; N];
    (0..count)
        .map(|round| {
            let now = start + policy.interval * u32::try_from(round).expect("few rounds");
            for (record, finding) in records.iter_mut().zip(story(round)) {
                record.take(finding, now, &policy);
            }
            let (found, _) = verdicts(&mut records, now, &policy);
            for (known, verdict) in standing.iter_mut().zip(found) {
                match verdict {
                    Verdict::Well => *known = None,
                    Verdict::Unwell(ailment) => *known = Some(ailment),
                    Verdict::NoNews => {}
                }
            }
            standing
        })
        .collect()
}

/// Whether from `first` on the endpoint is unwell as `kind` says, it was well before, and the others always.
#[track_caller]
fn check<const N: usize>(
    verdicts: &[[Option<Ailment>; N]],
    index: usize,
    first: usize,
    kind: impl Fn(&Ailment) -> bool,
) {
    for (round, verdict) in verdicts.iter().enumerate() {
        for (other, ailment) in verdict.iter().enumerate() {
            let is_expected =
                if other == index && round >= first { ailment.as_ref().is_some_and(&kind) } else { ailment.is_none() };
            assert!(is_expected, "endpoint {other} in round {round}: {ailment:?}");
        }
    }
}

#[test]
fn well_endpoints_stay_well_with_a_few_slots_between_them() {
    let verdicts = rounds(20, |round| {
        let Finding::Seen { slot, .. } = honest(round) else { unreachable!("honest is seen") };
        [seen(slot), seen(slot - 49), seen(slot - round % 7)]
    });
    assert!(verdicts.iter().flatten().all(Option::is_none), "{verdicts:?}");
}

#[test]
fn a_frozen_endpoint_is_out_within_three_intervals() {
    // It answers as ever, with the slot of the fourth round.
    for others in [1, 2] {
        let story = |round: u64| [honest(round.min(4)), honest(round), honest(round)];
        if others == 2 {
            check(&rounds(20, story), 0, 6, |ailment| matches!(ailment, Ailment::Frozen { .. }));
        } else {
            let two = |round| [story(round)[0], story(round)[1]];
            check(&rounds(20, two), 0, 6, |ailment| matches!(ailment, Ailment::Frozen { .. }));
        }
    }
}

#[test]
fn an_endpoint_whose_accounts_stay_behind_its_slot_is_out() {
    let story = |round: u64| {
        let Finding::Seen { slot: claimed, .. } = honest(round) else { unreachable!("honest is seen") };
        let Finding::Seen { slot, .. } = honest(round.min(4)) else { unreachable!("honest is seen") };
        [Finding::Seen { slot, claimed }, honest(round)]
    };
    check(&rounds(20, story), 0, 6, |ailment| matches!(ailment, Ailment::Stale { .. }));
}

#[test]
fn an_endpoint_that_claims_a_slot_ahead_of_its_accounts_is_out_at_once_even_alone() {
    let story = |round: u64| {
        let Finding::Seen { slot, .. } = honest(round) else { unreachable!("honest is seen") };
        [Finding::Seen { slot, claimed: slot + 1_000_000 }]
    };
    check(&rounds(5, story), 0, 0, |ailment| *ailment == Ailment::Stale { slots: 1_000_000 });
}

#[test]
fn a_lagging_endpoint_is_out_at_once() {
    let story = |round: u64| {
        let Finding::Seen { slot, .. } = honest(round) else { unreachable!("honest is seen") };
        [honest(round), seen(if round < 5 { slot } else { slot - 100 }), honest(round)]
    };
    check(&rounds(20, story), 1, 5, |ailment| *ailment == Ailment::Lagging { slots: 100 });
}

#[test]
fn of_two_the_one_that_leapt_ahead_is_the_liar() {
    let story = |round: u64| {
        let Finding::Seen { slot, .. } = honest(round) else { unreachable!("honest is seen") };
        [seen(if round < 5 { slot } else { slot + 1_000_000 }), honest(round)]
    };
    check(&rounds(20, story), 0, 5, |ailment| matches!(ailment, Ailment::Lying { .. }));
}

#[test]
fn of_three_the_one_ahead_from_the_start_is_the_liar_and_a_laggard_still_shows() {
    let story = |round: u64| {
        let Finding::Seen { slot, .. } = honest(round) else { unreachable!("honest is seen") };
        [seen(slot + 1_000_000), seen(slot - 500), honest(round)]
    };
    for verdict in rounds(10, story) {
        let [liar, laggard, well] = verdict;
        assert!(matches!(liar, Some(Ailment::Lying { .. })), "{verdict:?}");
        assert_eq!((laggard, well), (Some(Ailment::Lagging { slots: 500 }), None));
    }
}

#[test]
fn a_liar_that_comes_back_to_the_others_is_believed_again() {
    let story = |round: u64| {
        let Finding::Seen { slot, .. } = honest(round) else { unreachable!("honest is seen") };
        [seen(if round == 5 { slot + 1_000_000 } else { slot }), honest(round)]
    };
    let verdicts = rounds(10, story);
    let first: Vec<bool> = verdicts.iter().map(|verdict| verdict[0].is_some()).collect();
    assert_eq!(first.iter().position(|is_unwell| *is_unwell), Some(5));
    assert_eq!(first.iter().filter(|is_unwell| **is_unwell).count(), 1);
    assert!(verdicts.iter().all(|verdict| verdict[1].is_none()), "{verdicts:?}");
}

#[test]
fn two_failed_probes_in_a_row_put_an_endpoint_out_and_one_does_not() {
    let once = |round: u64| [if round % 2 == 1 { Finding::Failed } else { honest(round) }, honest(round)];
    assert!(rounds(20, once).iter().flatten().all(Option::is_none));
    let for_good = |round: u64| [if round >= 3 { Finding::Failed } else { honest(round) }, honest(round)];
    check(&rounds(20, for_good), 0, 4, |ailment| *ailment == Ailment::Silent);
}

#[test]
fn a_busy_endpoint_is_not_unwell() {
    let story = |round: u64| [if round < 3 { honest(round) } else { Finding::Unknown }, honest(round)];
    assert!(rounds(20, story).iter().flatten().all(Option::is_none));
}

#[test]
fn an_unwell_endpoint_does_not_recover_by_refusing_to_be_asked() {
    let story = |round: u64| match round {
        0..5 => [honest(round), honest(round)],
        5 | 6 => [Finding::Failed, honest(round)],
        _ => [Finding::Unknown, honest(round)],
    };
    check(&rounds(20, story), 0, 6, |ailment| *ailment == Ailment::Silent);
}

#[test]
fn a_cluster_that_stands_still_makes_nobody_unwell() {
    let story = |round: u64| [honest(round.min(3)), honest(round.min(3)), honest(round.min(3))];
    assert!(rounds(50, story).iter().flatten().all(Option::is_none));
}

#[test]
fn after_an_hour_of_silence_the_slots_that_passed_are_no_lie() {
    let story = |round: u64| [if (5..365).contains(&round) { Finding::Failed } else { honest(round) }, honest(round)];
    let verdicts = rounds(370, story);
    assert_eq!(verdicts[364][0], Some(Ailment::Silent));
    assert!(verdicts[365..].iter().flatten().all(Option::is_none), "{:?}", &verdicts[365..]);
}

proptest! {
    /// One endpoint may say anything at all: with two honest ones beside it, they are never the ones put out.
    #[test]
    fn one_liar_never_gets_two_honest_endpoints_out(
        lies in prop::collection::vec((0..3_u8, any::<u64>(), any::<u64>(), 0..2_000_000_u64), 1..40),
        skew in 0..40_u64,
    ) {
        let count = lies.len() as u64;
        let verdicts = rounds(count, |round| {
            let Finding::Seen { slot, .. } = honest(round) else { unreachable!("honest is seen") };
            let (kind, lie, claimed, near) = lies[round as usize];
            let said = match kind {
                0 => Finding::Failed,
                1 => Finding::Seen { slot: lie, claimed },
                _ => seen(near),
            };
            [said, honest(round), seen(slot - skew)]
        });
        for verdict in verdicts {
            prop_assert_eq!((verdict[1], verdict[2]), (None, None));
        }
    }

    #[test]
    fn no_story_makes_the_judge_panic(
        story in prop::collection::vec((0..3_u8, any::<u64>(), any::<u64>(), 0..100_000_u64), 0..100),
    ) {
        let policy = ProbePolicy::default();
        let mut now = Instant::now();
        let mut records = [Record::default(); 4];
        for (index, (kind, slot, claimed, millis)) in story.into_iter().enumerate() {
            now += Duration::from_millis(millis);
            let finding = match kind {
                0 => Finding::Failed,
                1 => Finding::Unknown,
                _ => Finding::Seen { slot, claimed },
            };
            records[index % 4].take(finding, now, &policy);
            prop_assert_eq!(verdicts(&mut records, now, &policy).0.len(), 4);
        }
    }
}

/// The host slept through an hour, of which its clock knows nothing: all slots leap at once.
fn after_sleep(round: u64) -> u64 {
    if round < 4 { 0 } else { 12_000 }
}

#[test]
fn a_host_that_slept_thinks_no_worse_of_anybody() {
    let slot = |round: u64| 1_000_000 + round * SLOTS_A_ROUND + after_sleep(round);
    for verdicts in [
        rounds(20, |round| [seen(slot(round)); 3]).concat(),
        rounds(20, |round| [seen(slot(round)); 2]).concat(),
        rounds(20, |round| [seen(slot(round))]).concat(),
    ] {
        assert!(verdicts.iter().all(Option::is_none), "{verdicts:?}");
    }
}

#[test]
fn a_host_that_slept_still_tells_who_freezes_lags_or_lies() {
    let slot = |round: u64| 1_000_000 + round * SLOTS_A_ROUND + after_sleep(round);
    // From the tenth round on, long after the leap.
    check(&rounds(20, |round| [seen(slot(round.min(10))), seen(slot(round)), seen(slot(round))]), 0, 12, |ailment| {
        matches!(ailment, Ailment::Frozen { .. })
    });
    let late = |round: u64| if round < 10 { 0 } else { 60 };
    check(&rounds(20, |round| [seen(slot(round) - late(round)), seen(slot(round))]), 0, 10, |ailment| {
        matches!(ailment, Ailment::Lagging { slots: 60 })
    });
    check(&rounds(20, |round| [seen(slot(round) + late(round) * 100), seen(slot(round))]), 0, 10, |ailment| {
        matches!(ailment, Ailment::Lying { .. })
    });
}

#[test]
fn a_liar_is_not_believed_because_the_others_are_silent() {
    let story = |round: u64| {
        let lie = if round < 4 { 0 } else { 9_999_999 };
        let others = if (4..8).contains(&round) { Finding::Unknown } else { honest(round) };
        let Finding::Seen { slot, .. } = honest(round) else { unreachable!("honest is seen") };
        [seen(slot + lie), others]
    };
    let verdicts = rounds(20, story);
    assert!(verdicts[8..].iter().all(|[liar, _]| matches!(liar, Some(Ailment::Lying { .. }))), "{verdicts:?}");
    assert!(verdicts.iter().all(|[_, honest]| honest.is_none()), "{verdicts:?}");
}
