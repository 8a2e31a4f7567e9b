//! Exact figures of outages of known length, and the laws beside a model that keeps every second.

mod model;

use std::time::Duration;

use super::*;
use crate::journal::Journal;

/// 2026-01-01, milliseconds.
const START: u64 = 1_767_225_600_000;
const SECOND: u64 = 1_000;
const HOUR: u64 = 3_600_000;
const DAY: u64 = 86_400_000;
const HOLD: Duration = Duration::from_secs(170);

fn tracker() -> Tracker {
    Tracker::new(START, Objectives::default(), HOLD)
}

/// Looks every ten seconds that end at once, from a moment after the start until before another.
fn looks(tracker: &mut Tracker, from: u64, until: u64, is_good: bool) {
    for at in (from..until).step_by(10_000) {
        tracker.looked(START + at, START + at, is_good);
    }
}

fn time_bad(tracker: &Tracker, objective: Objective) -> [u64; 4] {
    Window::ALL.map(|window| tracker.level(objective, Basis::Time, window).bad)
}

/// What the next process finds.
fn through_the_journal(journal: &Journal, tracker: &mut Tracker, wall: u64, ending: Ending) -> Stored {
    journal.write_levels(&tracker.changes(wall, ending)).expect("written");
    tracker.saved();
    let stored = journal.levels().expect("read").expect("it was written");
    assert_eq!(stored, tracker.stored(wall, ending), "what is read is what was written");
    stored
}

#[test]
fn an_outage_is_told_to_the_millisecond_in_every_window_and_leaves_each_at_its_edge() {
    let mut tracker = tracker();
    looks(&mut tracker, 0, HOUR, true);
    // Found 1 s after the last good look, over with the look that ends at 754.321 s after.
    tracker.looked(START + HOUR, START + HOUR + 2 * SECOND, false);
    looks(&mut tracker, HOUR + 10 * SECOND, HOUR + 750 * SECOND, false);
    tracker.looked(START + HOUR + 753 * SECOND, START + HOUR + 754_321, true);
    assert_eq!(time_bad(&tracker, Objective::Availability), [300_000, 754_321, 754_321, 754_321]);
    let expected = TimeSpent { up: HOUR, down: 754_321, off: 0, planned: 0 };
    assert_eq!(tracker.time(Window::Day), expected);

    // The same, seen from each second of the time in which it leaves the two short windows.
    for later in (0..2 * HOUR).step_by(1_000) {
        tracker.progressed(START + HOUR + 754_321 + later);
        let [five, hour, day, month] = time_bad(&tracker, Objective::Availability);
        assert_eq!(five, 300_000_u64.saturating_sub(later), "{later}");
        assert_eq!(hour, 754_321.min((HOUR).saturating_sub(later)), "{later}");
        assert_eq!((day, month), (754_321, 754_321));
    }
    let mut at = 3 * HOUR;
    while at < DAY + HOUR + 400 * SECOND {
        tracker.progressed(START + at);
        at += 100 * SECOND;
    }
    tracker.progressed(START + DAY + HOUR + 400 * SECOND);
    assert_eq!(time_bad(&tracker, Objective::Availability), [0, 0, 354_321, 754_321], "400 s of it are a day ago");
}

#[test]
fn an_outage_goes_on_over_a_restart_and_being_killed_is_part_of_it() {
    let (journal, mut tracker) = (Journal::in_memory().expect("a journal"), tracker());
    looks(&mut tracker, 0, 100 * SECOND, true);
    looks(&mut tracker, 100 * SECOND, 161 * SECOND, false);
    // Written at 165 s, killed at some time after, started at 200 s, and the first look that reads ends at 207.5 s.
    tracker.advance(START + 165 * SECOND);
    let stored = through_the_journal(&journal, &mut tracker, START + 165 * SECOND, Ending::None);
    let mut tracker = Tracker::resume(stored, START + 200 * SECOND, Objectives::default(), HOLD);
    assert_eq!(tracker.now(), START + 200 * SECOND);
    tracker.looked(START + 201 * SECOND, START + 203 * SECOND, false);
    tracker.looked(START + 206 * SECOND, START + 207_500, true);
    let expected = TimeSpent { up: 101 * SECOND, down: 65_000 + 6_500, off: 35 * SECOND, planned: 0 };
    assert_eq!(tracker.time(Window::Hour), expected, "the second before the first look is nobody's failure yet");
    let stored = through_the_journal(&journal, &mut tracker, START + 207_500, Ending::None);
    let again = Tracker::as_stored(stored, Objectives::default(), HOLD);
    assert_eq!(again.time(Window::Hour), expected);
    assert_eq!(again.levels(), tracker.levels());
    // Into a journal with another history, which is gone then.
    let (elsewhere, mut other) = (Journal::in_memory().expect("a journal"), self::tracker());
    looks(&mut other, 0, HOUR, false);
    elsewhere.write_levels(&other.changes(START + HOUR, Ending::Stopped)).expect("written");
    elsewhere.write_levels(&tracker.whole(START + 207_500, Ending::None)).expect("written");
    assert_eq!(elsewhere.levels().expect("read"), journal.levels().expect("read"));
}

#[test]
fn a_stop_in_order_counts_as_neither_until_it_takes_longer_than_planned() {
    let (journal, mut tracker) = (Journal::in_memory().expect("a journal"), tracker());
    looks(&mut tracker, 0, 1_001 * SECOND, true);
    let stored = through_the_journal(&journal, &mut tracker, START + 1_000 * SECOND, Ending::Stopped);
    let after = |seconds: u64| {
        let wall = START + 1_000 * SECOND + seconds * SECOND;
        Tracker::resume(stored.clone(), wall, Objectives::default(), HOLD).time(Window::Day)
    };
    let up = 1_000 * SECOND;
    assert_eq!(after(90), TimeSpent { up, down: 0, off: 0, planned: 90 * SECOND });
    assert_eq!(after(3_600), TimeSpent { up, down: 0, off: 0, planned: HOUR });
    assert_eq!(after(3_725), TimeSpent { up, down: 0, off: 125 * SECOND, planned: HOUR });
    let tracker = Tracker::resume(stored, START + 1_090 * SECOND, Objectives::default(), HOLD);
    let level = tracker.level(Objective::Availability, Basis::Time, Window::FiveMinutes);
    assert_eq!((level.bad, level.total, level.span), (0, 210 * SECOND, 210 * SECOND), "of 300 s 90 were planned");
}

#[test]
fn a_host_clock_that_is_set_back_or_forward_moves_no_outage() {
    let (journal, mut tracker) = (Journal::in_memory().expect("a journal"), tracker());
    looks(&mut tracker, 0, 61 * SECOND, false);
    // While the process runs only the monotonic clock counts; the host's was set back by a day meanwhile.
    let wall = START + 60 * SECOND - DAY;
    let stored = through_the_journal(&journal, &mut tracker, wall, Ending::None);
    let after = |gained: i64| {
        let wall = wall.checked_add_signed(gained).expect("far from the ends");
        Tracker::resume(stored.clone(), wall, Objectives::default(), HOLD).time(Window::Day)
    };
    let down = 60 * SECOND;
    assert_eq!(after(5_000), TimeSpent { up: 0, down, off: 5 * SECOND, planned: 0 });
    assert_eq!(after(-7_000_000), TimeSpent { up: 0, down, off: 0, planned: 0 }, "a pause cannot have been negative");
    let mut tracker = Tracker::resume(stored, wall, Objectives::default(), HOLD);
    tracker.looked(START, START, true);
    assert_eq!((tracker.now(), tracker.time(Window::Day).down), (START + 60 * SECOND, down), "time does not go back");
}

#[test]
fn silence_is_an_outage_from_when_a_look_should_have_ended() {
    let mut tracker = tracker();
    tracker.looked(START, START + SECOND, true);
    tracker.advance(START + 171 * SECOND);
    assert_eq!(tracker.time(Window::Hour).down, 0);
    tracker.advance(START + 200 * SECOND);
    assert_eq!(tracker.time(Window::Hour).down, 29 * SECOND);
    // What is carried out shows that the loop goes on.
    tracker.progressed(START + 201 * SECOND);
    tracker.progressed(START + 371 * SECOND);
    assert_eq!(tracker.time(Window::Hour).down, 30 * SECOND);
    tracker.looked(START + 372 * SECOND, START + 380 * SECOND, false);
    tracker.progressed(START + 400 * SECOND);
    assert_eq!(tracker.time(Window::Hour).down, 58 * SECOND, "but not that it reads");
}

#[test]
fn what_is_due_for_longer_than_the_limit_is_late_from_that_second_until_it_is_done() {
    let mut tracker = tracker();
    looks(&mut tracker, 0, 1_001 * SECOND, true);
    let at = |seconds: u64| START + seconds * SECOND;
    let age = Duration::from_secs;
    tracker.left(at(1_000), Some(age(30)));
    assert_eq!(time_bad(&tracker, Objective::Latency), [0; 4], "the limit itself is in time");
    // Late since second 1,000, which the next look finds 20 s later; done at 1,047 s, which the look after finds.
    tracker.left(at(1_020), Some(age(50)));
    assert_eq!(time_bad(&tracker, Objective::Latency), [20 * SECOND; 4]);
    tracker.advance(at(1_040));
    assert_eq!(time_bad(&tracker, Objective::Latency), [40 * SECOND; 4]);
    tracker.done(at(1_047), age(77));
    tracker.left(at(1_047), None);
    tracker.done(at(1_060), age(12));
    tracker.advance(at(1_100));
    assert_eq!(time_bad(&tracker, Objective::Latency), [47 * SECOND; 4]);
    let level = tracker.level(Objective::Latency, Basis::Requests, Window::Hour);
    assert_eq!((level.bad, level.total), (1, 2));
    assert!((level.ratio() - 0.5).abs() < 1e-12 && (level.burn_rate() - 50.0).abs() < 1e-9, "{level:?}");
    // Another, late for the time of a planned stop, which does not count.
    let stored = tracker.stored(at(1_100), Ending::Stopped);
    let mut tracker = Tracker::resume(stored, at(1_200), Objectives::default(), HOLD);
    tracker.done(at(1_210), age(130));
    assert_eq!(time_bad(&tracker, Objective::Latency), [57 * SECOND; 4], "10 of 100 s late");
}

#[test]
fn calls_count_by_the_minute_and_a_minute_errs_by_its_own_share() {
    let mut tracker = tracker();
    for minute in 0..60 {
        let failed = if minute == 58 { 2 } else { u64::from(minute == 7) };
        tracker.looked(START + minute * MINUTE, START + minute * MINUTE, true);
        tracker.called(START + minute * MINUTE + SECOND, 200 - failed, failed);
    }
    tracker.advance(START + HOUR);
    let level = |basis, window| tracker.level(Objective::Errors, basis, window);
    let of_hour = level(Basis::Requests, Window::Hour);
    assert_eq!((of_hour.bad, of_hour.total), (3, 12_000));
    assert!((of_hour.burn_rate() - 0.05).abs() < 1e-12, "3 of the 60 that may fail: {}", of_hour.burn_rate());
    let of_five = level(Basis::Requests, Window::FiveMinutes);
    assert_eq!((of_five.bad, of_five.total), (2, 1_000));
    // One of 200 is exactly what may fail; two are not.
    assert_eq!(level(Basis::Time, Window::Hour).bad, MINUTE);
}

#[test]
fn nothing_counted_is_nothing_wrong() {
    let tracker = tracker();
    for level in tracker.levels() {
        assert_eq!((level.bad, level.total), (0, 0));
        assert!((level.ratio() - 1.0).abs() < f64::EPSILON && level.burn_rate().abs() < f64::EPSILON);
    }
    assert_eq!(tracker.alarms(), []);
}

/// Seconds from the beginning of an outage, and from its end, at which the alert of a rule begins and ends.
fn rings_from_to(objective: Objective, rule: &BurnRule, outage: u64) -> (Option<u64>, Option<u64>) {
    let mut tracker = tracker();
    let (mut rang, mut ended) = (None, None);
    let feed = |at: u64, is_good: bool, tracker: &mut Tracker| {
        let at = START + at * SECOND;
        tracker.looked(at, at, is_good || objective != Objective::Availability);
        let age = if is_good { None } else { Some(Duration::from_secs(31)) };
        tracker.left(at, age.filter(|_| objective == Objective::Latency));
        let failed = if objective == Objective::Errors { u64::from(!is_good) } else { 0 };
        tracker.called(at, 1 - failed, failed);
    };
    for second in 0..1_000 {
        feed(second, true, &mut tracker);
    }
    for second in 0..outage {
        feed(1_000 + second, false, &mut tracker);
        rang = rang.or(tracker.rings(objective, rule).then_some(second));
    }
    for second in 0..7_200 {
        feed(1_000 + outage + second, true, &mut tracker);
        let is_over = rang.is_some() && !tracker.rings(objective, rule);
        ended = ended.or(is_over.then_some(second));
    }
    (rang, ended)
}

#[test]
fn an_alert_rings_with_the_second_in_which_its_share_of_the_budget_is_spent() {
    let [fast, slow, spent] = &BURN_RULES;
    // 14.4 times 0.5 % of an hour are 259.2 s; of five minutes 21.6 s, which are left 278.4 s after the end.
    assert_eq!(rings_from_to(Objective::Availability, fast, 259), (None, None));
    assert_eq!(rings_from_to(Objective::Availability, fast, 900), (Some(260), Some(279)));
    // 3 times 1 % of a day are 2,592 s; of an hour 108 s, which are left 3,492 s after the end. The late time begins 1 s
    // before the first second in which it is told.
    assert_eq!(rings_from_to(Objective::Latency, slow, 2_700), (Some(2_592), Some(3_492)));
    assert_eq!(rings_from_to(Objective::Latency, spent, 2_700), (None, None), "of 30 days 1 % are 25,920 s");
    // 14.4 times 0.5 % of the calls of an hour: 1,000 good ones allow 77 bad of 1,077.
    assert_eq!(rings_from_to(Objective::Errors, fast, 100).0, Some(77));
}

#[test]
fn few_failed_calls_ring_nothing_however_large_their_share() {
    let mut tracker = tracker();
    for failed in 1..=10 {
        tracker.called(START + failed * SECOND, 0, 1);
        let rings = tracker.alarms().iter().map(|alarm| (alarm.objective, alarm.rule.name)).collect::<Vec<_>>();
        let all = [(Objective::Errors, "fast"), (Objective::Errors, "slow"), (Objective::Errors, "spent")];
        assert_eq!(rings, if failed < LEAST_FAILED_CALLS { vec![] } else { all.to_vec() }, "{failed}");
    }
}

#[test]
fn a_whole_budget_is_one_and_more_is_below_nothing() {
    let mut tracker = tracker();
    // A month's budget of 0.5 % is 12,960 s.
    tracker.looked(START, START, false);
    tracker.looked(START + 12_960 * SECOND, START + 12_960 * SECOND, true);
    let month = |tracker: &Tracker| tracker.level(Objective::Availability, Basis::Time, Window::Month);
    assert!(month(&tracker).budget_left().abs() < 1e-12 && !month(&tracker).burns_above(10));
    tracker.looked(START + 12_960 * SECOND, START + 14_256 * SECOND, false);
    assert!((month(&tracker).budget_left() + 0.1).abs() < 1e-12 && month(&tracker).burns_above(10));
    assert!(month(&tracker).burns_above(10) && !month(&tracker).burns_above(11), "it is exactly 1.1");
}

#[test]
fn shares_are_read_as_they_are_shown() {
    for (text, millionths) in
        [("99.5%", 995_000), ("0.5%", 5_000), ("100%", 1_000_000), ("99.9999%", 999_999), ("0%", 0)]
    {
        assert_eq!(Share::parse(text), Some(Share::of_millionths(millionths)));
        assert_eq!(Share::of_millionths(millionths).to_string(), text);
    }
    for wrong in ["", "%", "99.5", "100.1%", "-1%", "+1%", "1.%", ".5%", "1.23456%", "1e2%", "9 9%", "99,5%"] {
        assert_eq!(Share::parse(wrong), None, "{wrong}");
    }
}

/// Looks that fail every other time for two months, and a call each second: far more changes than are kept.
#[test]
fn memory_and_rows_are_bounded_whatever_happens() {
    let (journal, mut tracker) = (Journal::in_memory().expect("a journal"), tracker());
    for step in 0..40_000 {
        let at = START + step * 130 * SECOND;
        tracker.looked(at, at, step % 2 == 0);
        tracker.called(at, 1, 0);
        if step % 4_000 == 0 {
            journal.write_levels(&tracker.changes(at, Ending::None)).expect("written");
            tracker.saved();
        }
    }
    assert_eq!(tracker.spans(Track::Down).len(), MOST_SPANS);
    assert!(tracker.minutes().len() <= 43_201, "{}", tracker.minutes().len());
    // 19,938 outages of 130 s would be half of the month; what was joined tells more, never less.
    let down = tracker.time(Window::Month).down;
    assert!((HOUR * 360..=Window::Month.millis()).contains(&down), "{down}");
    let wall = tracker.now();
    let stored = through_the_journal(&journal, &mut tracker, wall, Ending::None);
    assert_eq!(stored.tracks[0].len(), MOST_SPANS);
    // After a quiet month nothing is left of it.
    for day in 1..=31 {
        tracker.looked(wall + day * DAY, wall + day * DAY, true);
    }
    journal.write_levels(&tracker.changes(wall, Ending::None)).expect("written");
    let stored = journal.levels().expect("read").expect("it was written");
    assert!(stored.minutes.len() <= 31, "{}", stored.minutes.len());
}
