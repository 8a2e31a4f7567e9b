//! The closed list, lengths, the cooldown, and windows that a pause moves.

use super::*;
use alloc::vec::Vec;
use proptest::prelude::*;

#[test]
fn e1_the_list_of_acts_is_closed_and_reads_back() {
    for (number, act) in (0..).zip(Act::ALL) {
        assert_eq!((act.number(), Act::from_u8(number)), (number, Some(act)));
    }
    assert_eq!(Act::from_u8(6), None);
    let about_an_account: Vec<_> = Act::ALL.into_iter().filter(|act| act.has_target()).collect();
    assert_eq!(about_an_account, [Act::SuspendPolicy, Act::HoldProposal]);
    for subsystem in Subsystem::ALL {
        assert_eq!(Subsystem::from_u8(subsystem as u8), Some(subsystem));
    }
    assert_eq!(Subsystem::from_u8(4), None);
}

#[test]
fn e2_an_effect_lasts_an_hour_to_14_days() {
    assert_eq!([check_length(HOUR), check_length(14 * DAY)], [Ok(()); 2]);
    for seconds in [0, HOUR - 1, 14 * DAY + 1, u32::MAX] {
        assert_eq!(check_length(seconds), Err(ActError::LengthOutOfRange { seconds }));
    }
}

#[test]
fn e5_a_target_rests_for_90_days() {
    let cooled = i64::from(90 * DAY) + 500;
    let refused = Err(ActError::CoolingDown { until: UnixSeconds(cooled) });
    assert_eq!(check_cooldown(UnixSeconds(0), UnixSeconds(0)), Ok(()), "never acted on");
    assert_eq!(check_cooldown(UnixSeconds(500), UnixSeconds(cooled - 1)), refused);
    assert_eq!(check_cooldown(UnixSeconds(500), UnixSeconds(400)), refused, "while it lasts");
    assert_eq!(check_cooldown(UnixSeconds(500), UnixSeconds(cooled)), Ok(()));
    assert!(check_cooldown(UnixSeconds(i64::MAX), UnixSeconds(i64::MAX - 1)).is_err());
}

#[test]
fn e3_a_pause_stops_execution_and_new_proposals_of_two_tracks_only() {
    let execution = Track::ALL.map(Subsystem::of_execution);
    let creation = Track::ALL.map(Subsystem::of_creation);
    assert_eq!(execution, [Some(Subsystem::Policies), Some(Subsystem::Treasury), None, None]);
    assert_eq!(creation, [Some(Subsystem::Proposals), Some(Subsystem::Proposals), None, None]);
}

#[test]
fn e6_nothing_holds_up_who_chooses_or_removes_the_guardians() {
    assert!(!can_hold(Track::Ratification, 42) && !can_hold(Track::Ratification, 40));
    assert!(!can_hold(Track::Amendment, 31) && !can_hold(Track::Amendment, 27));
    assert!(can_hold(Track::Amendment, 20) && can_hold(Track::Treasury, 10) && can_hold(Track::Policy, 0));
}

#[test]
fn l9_a_pause_past_the_end_of_time_gives_no_window() {
    let pause = Pause { from: UnixSeconds(0), until: UnixSeconds(i64::MAX) };
    assert_eq!(pause.extends(UnixSeconds(1), UnixSeconds(i64::MAX)), None);
    assert_eq!(Pause::NONE.extends(UnixSeconds(5), UnixSeconds(9)), Some(UnixSeconds(9)));
    for now in [i64::MIN, -1, 0, i64::MAX] {
        assert!(!Pause::NONE.holds(UnixSeconds(now)));
        assert_eq!(Pause::NONE.extends(UnixSeconds(i64::MIN), UnixSeconds(now)), Some(UnixSeconds(now)));
    }
}

proptest! {
    /// Counted second by second: a window has as many seconds outside the pause as it had without one.
    #[test]
    fn e3_a_pause_takes_no_second_of_a_window(from in 0i64..200, length in 0i64..100, opens in 0i64..200, window in 1i64..100) {
        let pause = Pause { from: UnixSeconds(from), until: UnixSeconds(from + length) };
        let closes_at = pause.extends(UnixSeconds(opens), UnixSeconds(opens + window)).expect("early enough").0;
        let usable = (opens..closes_at).filter(|now| !(from..from + length).contains(now)).count();
        prop_assert_eq!(i64::try_from(usable).expect("few"), window);
        // A window that was over before the pause began is not opened again.
        if opens + window <= from {
            prop_assert_eq!(closes_at, opens + window);
        }
    }

    /// Only the last pause of a subsystem is remembered. That is enough: none can begin while a window that the one before
    /// it has moved is still open.
    #[test]
    fn e5_no_window_is_hit_by_two_pauses(
        until in 1i64..400 * i64::from(DAY),
        length in i64::from(HOUR)..=i64::from(14 * DAY),
        opens in 0i64..400 * i64::from(DAY),
        window in 1i64..=i64::from(WINDOW_SECONDS.1),
    ) {
        let first = Pause { from: UnixSeconds(until - length), until: UnixSeconds(until) };
        let (opens_at, closes_at) = (UnixSeconds(opens), UnixSeconds(opens + window));
        let moved = first.extends(opens_at, closes_at).expect("early enough");
        let next_from = UnixSeconds(until + i64::from(COOLDOWN_SECONDS));
        prop_assert_eq!(check_cooldown(first.until, next_from), Ok(()));
        if moved != closes_at {
            prop_assert!(moved <= next_from, "{moved:?} is over before {next_from:?}");
        }
    }
}
