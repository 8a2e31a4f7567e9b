//! The table, every pair of it, and the clock in both directions.

use super::*;
use proptest::prelude::*;

const TIMES: Timetable = Timetable {
    starts_at: UnixSeconds(100),
    ends_at: UnixSeconds(200),
    cooled_at: UnixSeconds(250),
    opens_at: UnixSeconds(300),
    closes_at: UnixSeconds(400),
};

#[track_caller]
fn check(status: Status, now: i64, expected: Phase) {
    assert_eq!(phase(status, &TIMES, UnixSeconds(now)), expected, "{status:?} at {now}");
}

#[test]
fn each_moment_belongs_to_what_it_starts() {
    check(Status::Open, 99, Phase::Draft);
    check(Status::Open, 100, Phase::Voting);
    check(Status::Open, 199, Phase::Voting);
    check(Status::Open, 200, Phase::Contestable);
    check(Status::Open, 249, Phase::Contestable);
    check(Status::Open, 250, Phase::Finalizing);
    check(Status::Open, 9_999, Phase::Finalizing);
    check(Status::Succeeded, 249, Phase::CoolOff);
    check(Status::Succeeded, 250, Phase::Queued);
    check(Status::Succeeded, 299, Phase::Queued);
    check(Status::Succeeded, 300, Phase::Executable);
    check(Status::Succeeded, 399, Phase::Executable);
    check(Status::Succeeded, 400, Phase::Expiring);
}

/// The permissions of design, written as sentences: the table must say the same and nothing more.
fn may(phase: Phase, step: Step) -> bool {
    match step {
        Step::Vote => phase == Phase::Voting,
        Step::Veto => matches!(phase, Phase::Voting | Phase::Contestable | Phase::CoolOff),
        Step::Hold => matches!(phase, Phase::CoolOff | Phase::Queued | Phase::Executable),
        Step::OpenBallots | Step::BindSnapshot | Step::Attest | Step::Cancel => {
            matches!(phase, Phase::Draft | Phase::Voting)
        }
        Step::Finalize => matches!(phase, Phase::Contestable | Phase::Finalizing),
        Step::Execute => phase == Phase::Executable,
        Step::Expire => phase == Phase::Expiring,
        Step::CloseBallots | Step::Close => phase.is_final(),
    }
}

#[test]
fn l1_every_pair_that_the_table_lacks_is_refused() {
    for phase in Phase::ALL {
        for step in Step::ALL {
            assert_eq!(check_step(phase, step).is_ok(), may(phase, step), "{step:?} in {phase:?}");
        }
    }
}

#[test]
fn a_refusal_says_what_is_wrong() {
    let cases = [
        (Phase::Draft, Step::Vote, Refusal::VotingNotStarted),
        (Phase::Finalizing, Step::Vote, Refusal::VotingEnded),
        (Phase::Executed, Step::Vote, Refusal::VotingEnded),
        (Phase::Voting, Step::Finalize, Refusal::VotingNotEnded),
        (Phase::Queued, Step::Finalize, Refusal::AlreadyFinalized),
        (Phase::Queued, Step::Execute, Refusal::TimelockActive),
        (Phase::Expiring, Step::Execute, Refusal::WindowClosed),
        (Phase::Executed, Step::Execute, Refusal::AlreadyFinal),
        (Phase::Finalizing, Step::Execute, Refusal::NotFinalized),
        (Phase::Executable, Step::Expire, Refusal::WindowNotClosed),
        (Phase::Queued, Step::Cancel, Refusal::TooLateToCancel),
        (Phase::Voting, Step::Close, Refusal::NotFinal),
        (Phase::Finalizing, Step::Veto, Refusal::VetoNotOpen),
    ];
    for (phase, step, refusal) in cases {
        assert_eq!(check_step(phase, step), Err(refusal), "{step:?} in {phase:?}");
    }
}

#[test]
fn t5_a_late_quorum_extends_once_and_by_a_fixed_time() {
    let end = UnixSeconds(1_000);
    assert_eq!(extended_end(end, UnixSeconds(899), 100, false), None);
    assert_eq!(extended_end(end, UnixSeconds(900), 100, false), Some(UnixSeconds(1_100)));
    assert_eq!(extended_end(end, UnixSeconds(999), 100, true), None);
    assert_eq!(extended_end(end, UnixSeconds(999), 0, false), None);
}

#[test]
fn l2_a_timetable_past_the_end_of_time_does_not_exist() {
    let times = Times {
        starts_at: UnixSeconds(1),
        ends_at: UnixSeconds(2),
        cooloff_seconds: 10,
        timelock_seconds: 3,
        window_seconds: 4,
        held_until: UnixSeconds(0),
    };
    assert_eq!(Timetable::new(&Times { ends_at: UnixSeconds(i64::MAX - 16), ..times }), None);
    let table = Timetable::new(&times).expect("fits");
    assert_eq!((table.cooled_at, table.opens_at, table.closes_at), (UnixSeconds(12), UnixSeconds(15), UnixSeconds(19)));
}

#[test]
fn e3_a_hold_delays_and_takes_nothing_from_the_window() {
    let times = |held_until| Times {
        starts_at: UnixSeconds(1),
        ends_at: UnixSeconds(2),
        cooloff_seconds: 0,
        timelock_seconds: 3,
        window_seconds: 4,
        held_until: UnixSeconds(held_until),
    };
    for (held_until, opens_at, closes_at) in [(0, 5, 9), (5, 5, 9), (6, 6, 10), (100, 100, 104)] {
        let table = Timetable::new(&times(held_until)).expect("fits");
        assert_eq!((table.opens_at.0, table.closes_at.0), (opens_at, closes_at), "held until {held_until}");
    }
}

proptest! {
    /// Whatever the clock does, backwards included, nothing executes unless finalize wrote `Succeeded`, and nothing
    /// leaves a final state.
    #[test]
    fn l9_no_walk_of_the_clock_skips_a_stage(clock in prop::collection::vec(0i64..500, 1..80), passes: bool) {
        let mut status = Status::Open;
        let mut was_finalized_after_end = false;
        for now in clock.into_iter().map(UnixSeconds) {
            let before = phase(status, &TIMES, now);
            for step in [Step::Finalize, Step::Execute, Step::Expire] {
                if check_step(phase(status, &TIMES, now), step).is_err() {
                    continue;
                }
                match step {
                    Step::Finalize => {
                        prop_assert!(now >= TIMES.ends_at);
                        was_finalized_after_end = true;
                        status = if passes { Status::Succeeded } else { Status::Defeated };
                    }
                    Step::Execute => {
                        prop_assert!(was_finalized_after_end && passes && now >= TIMES.opens_at && now < TIMES.closes_at);
                        status = Status::Executed;
                    }
                    Step::Expire => {
                        prop_assert!(was_finalized_after_end && now >= TIMES.closes_at);
                        status = Status::Expired;
                    }
                    Step::OpenBallots
                    | Step::BindSnapshot
                    | Step::Attest
                    | Step::Vote
                    | Step::Veto
                    | Step::Hold
                    | Step::Cancel
                    | Step::CloseBallots
                    | Step::Close => unreachable!("{step:?} was not asked for"),
                }
            }
            if before.is_final() {
                prop_assert_eq!(phase(status, &TIMES, now), before);
            }
        }
    }
}

#[test]
fn t4_t5_a_ballot_moves_the_end_of_voting_only_where_it_decides_something() {
    let after = |is_settled, meets_quorum: bool, was_extended, now| {
        let end = VotingEnd { ends_at: UnixSeconds(1_000), was_extended };
        let VotingEnd { ends_at, was_extended } = end.after_ballot(is_settled, 100, UnixSeconds(now), || meets_quorum);
        (ends_at.0, was_extended)
    };
    assert_eq!(after(false, false, false, 950), (1_000, false));
    assert_eq!(after(true, false, false, 950), (950, false));
    assert_eq!(after(true, true, false, 950), (950, false), "what is settled is not extended");
    assert_eq!(after(false, true, false, 899), (1_000, false), "not late");
    assert_eq!(after(false, true, false, 900), (1_100, true));
    assert_eq!(after(false, true, true, 950), (1_000, true), "once");
}
