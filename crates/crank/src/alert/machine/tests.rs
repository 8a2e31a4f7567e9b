//! The state machine against a naive one that looks the whole history through, and one table of its own.

use proptest::prelude::*;

use super::*;
use crate::alert::{CANNOT_PAY, CLOCK_SKEW, POOR, RULES};

fn reading(name: &str, subject: Option<&str>, truth: Truth) -> Reading {
    let rule = RULES.iter().find(|rule| rule.name == name).expect("a rule of the table");
    Reading { rule, subject: subject.map(str::to_owned), truth, value: None, summary: format!("{truth:?}") }
}

fn policy(hold: i64, resolve_after: i64, repeat: i64) -> Policy {
    Policy { hold: [(POOR.name.to_owned(), hold)].into(), resolve_after, repeat, mute: BTreeSet::new() }
}

/// Moments and truths in, what was told and when out; every state goes through the form in which it is kept.
fn told(policy: &Policy, history: &[(i64, Truth)]) -> Vec<(i64, Told)> {
    let (mut alerts, mut all) = (BTreeMap::new(), Vec::new());
    for (now, truth) in history {
        let came = step(&alerts, &[reading(POOR.name, None, *truth)], *now, policy);
        all.extend(came.notices.iter().map(|notice| (*now, notice.told)));
        let kept = serde_json::to_string(&came.alerts).expect("it can be written");
        alerts = serde_json::from_str(&kept).expect("it can be read");
        assert_eq!(alerts, came.alerts);
    }
    all
}

use Truth::{Bad, Between, Good, Unknown};

#[test]
fn it_fires_after_its_time_and_not_a_second_before() {
    let ten = policy(10, 5, 0);
    assert_eq!(told(&ten, &[(0, Bad), (9, Bad)]), []);
    assert_eq!(told(&ten, &[(0, Bad), (10, Bad), (11, Bad), (999, Bad)]), [(10, Told::Firing)]);
    assert_eq!(told(&ten, &[(0, Bad), (5, Good), (6, Bad), (15, Bad)]), [], "its time begins anew");
    assert_eq!(told(&ten, &[(0, Bad), (5, Between), (6, Bad), (15, Bad)]), []);
    assert_eq!(
        told(&ten, &[(0, Bad), (5, Unknown), (10, Bad)]),
        [(10, Told::Firing)],
        "what is not known ends nothing"
    );
    assert_eq!(told(&ten, &[(0, Unknown), (99, Unknown)]), []);
    assert_eq!(told(&policy(0, 0, 0), &[(3, Bad)]), [(3, Told::Firing)]);
}

#[test]
fn it_is_over_after_its_time_and_what_flaps_is_told_once() {
    let five = policy(0, 5, 0);
    assert_eq!(told(&five, &[(0, Bad), (1, Good), (6, Good)]), [(0, Told::Firing), (6, Told::Resolved)]);
    let flapping: Vec<_> = (0..50).map(|at| (at, if at % 5 == 0 { Bad } else { Good })).collect();
    assert_eq!(told(&five, &flapping), [(0, Told::Firing)]);
    assert_eq!(told(&five, &[(0, Bad), (1, Good), (4, Between), (6, Good), (10, Good)]), [(0, Told::Firing)]);
    assert_eq!(told(&five, &[(0, Bad), (1, Good), (9, Unknown)]), [(0, Told::Firing)], "what is not known is not over");
    let again = [(0, Bad), (1, Good), (6, Good), (7, Bad)];
    assert_eq!(told(&five, &again), [(0, Told::Firing), (6, Told::Resolved), (7, Told::Firing)]);
}

#[test]
fn it_is_repeated_while_it_lasts() {
    let repeating = policy(0, 5, 10);
    let told = told(&repeating, &[(0, Bad), (9, Bad), (10, Unknown), (15, Good), (19, Good), (20, Good)]);
    assert_eq!(told, [(0, Told::Firing), (10, Told::Repeated), (20, Told::Resolved)]);
}

fn acknowledged(until: Option<i64>) -> BTreeMap<String, Alert> {
    let fired = step(&BTreeMap::new(), &[reading(POOR.name, None, Bad)], 0, &policy(0, 0, 10));
    let mut alerts = fired.alerts;
    let ack = Ack { at: 1, until, comment: "on it".to_owned() };
    alerts.get_mut(POOR.name).expect("it fires").ack = Some(ack);
    alerts
}

#[test]
fn an_acknowledgement_silences_until_it_lapses_or_it_is_over() {
    let policy = policy(0, 0, 10);
    let after = |until, now, truth| {
        let came = step(&acknowledged(until), &[reading(POOR.name, None, truth)], now, &policy);
        let told: Vec<Told> = came.notices.iter().map(|notice| notice.told).collect();
        (told, came.alerts[POOR.name].ack.is_some())
    };
    assert_eq!(after(None, 1_000_000, Bad), (vec![], true));
    assert_eq!(after(Some(30), 29, Bad), (vec![], true));
    assert_eq!(after(Some(30), 30, Bad), (vec![Told::Repeated], false));
    assert_eq!(after(Some(30), 20, Good), (vec![Told::Resolved], false));
    assert_eq!(after(None, 20, Good), (vec![Told::Resolved], false));
}

#[test]
fn what_is_not_watched_any_more_is_over() {
    let name = CANNOT_PAY.name;
    let both = [reading(name, Some("no_funds"), Bad), reading(name, Some("too_dear"), Bad)];
    let policy = Policy { resolve_after: 300, ..Policy::default() };
    let fired = step(&BTreeMap::new(), &both, 0, &policy);
    assert_eq!(fired.alerts.keys().collect::<Vec<_>>(), [&format!("{name}/no_funds"), &format!("{name}/too_dear")]);
    let one = step(&fired.alerts, &both[..1], 1, &policy);
    let notice = &one.notices[0];
    assert_eq!(
        (one.notices.len(), notice.key.as_str(), notice.told),
        (1, "QuantumagiCrankCannotPay/too_dear", Told::Resolved)
    );
    assert_eq!(notice.alert.summary, "It is not watched any more.");
    let muted = Policy { mute: [name.to_owned()].into(), ..policy };
    let none = step(&one.alerts, &both, 2, &muted);
    assert_eq!(
        none.notices.iter().map(|it| it.key.as_str()).collect::<Vec<_>>(),
        ["QuantumagiCrankCannotPay/no_funds"]
    );
    assert_eq!(step(&none.alerts, &both, 3, &muted).notices, []);
    assert!(step(&none.alerts, &both, 2 + KEEP_RESOLVED, &muted).alerts.is_empty(), "a day later it is forgotten");
}

#[test]
fn a_clock_that_is_set_back_makes_nothing_last_longer() {
    let policy = policy(10, 5, 0);
    let history = [(1_000, Bad), (0, Bad), (9, Bad), (10, Bad), (1_000, Good), (0, Good), (5, Good)];
    assert_eq!(told(&policy, &history), [(10, Told::Firing), (5, Told::Resolved)]);
}

/// One thing that happens to the alert.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// So many seconds later this is read.
    Read(i64, Truth),
    /// Somebody acknowledges it, for so long.
    Acknowledge(Option<i64>),
}

fn event() -> impl Strategy<Value = Event> {
    let truth = prop_oneof![4 => Just(Bad), 3 => Just(Good), 1 => Just(Between), 1 => Just(Unknown)];
    prop_oneof![
        8 => (1..8_i64, truth).prop_map(|(later, truth)| Event::Read(later, truth)),
        1 => proptest::option::of(1..40_i64).prop_map(Event::Acknowledge),
    ]
}

/// Looks the whole history through for every answer, and keeps nothing but what was told.
fn naive(policy: &Policy, events: &[Event]) -> Vec<(i64, Told)> {
    let hold = policy.hold[POOR.name];
    let mut past: Vec<(i64, Truth)> = Vec::new();
    let mut told: Vec<(i64, Told)> = Vec::new();
    let mut acknowledged: Vec<(usize, Option<i64>)> = Vec::new();
    for event in events {
        let is_firing = told.last().is_some_and(|(_, last)| *last != Told::Resolved);
        let (later, truth) = match event {
            Event::Read(later, truth) => (*later, *truth),
            Event::Acknowledge(for_) => {
                if is_firing {
                    let now = past.last().map_or(0, |(at, _)| *at);
                    // It holds for what was told so far.
                    acknowledged.push((told.len(), for_.map(|for_| now + for_)));
                }
                continue;
            }
        };
        let now = past.last().map_or(0, |(at, _)| *at) + later;
        past.push((now, truth));
        // Since when all that is known has been such, since the last change was told.
        let since = |is_such: fn(Truth) -> bool| {
            let mut changes = told.iter().filter(|(_, it)| *it != Told::Repeated);
            let changed = changes.next_back().map_or(i64::MIN, |(at, _)| *at);
            let recent = past.iter().rev().take_while(|(at, _)| changed < *at);
            let run = recent.take_while(|(_, it)| is_such(*it) || *it == Unknown);
            run.filter(|(_, it)| is_such(*it)).last().map(|(at, _)| *at)
        };
        let news = if is_firing {
            let over = since(|it| it == Good);
            let ack = acknowledged.last().filter(|(length, _)| *length == told.len());
            let silent = now - told.last().expect("it was told").0;
            match (truth, over, ack) {
                (Good, Some(at), _) if policy.resolve_after <= now - at => Some(Told::Resolved),
                (Good, ..) | (_, Some(_), _) | (_, _, Some((_, None))) => None,
                (_, _, Some((_, Some(until)))) => (*until <= now).then_some(Told::Repeated),
                (_, _, None) => (0 < policy.repeat && policy.repeat <= silent).then_some(Told::Repeated),
            }
        } else {
            let ripe = since(|it| it == Bad).is_some_and(|at| hold <= now - at);
            (truth == Bad && ripe).then_some(Told::Firing)
        };
        told.extend(news.map(|news| (now, news)));
    }
    told
}

/// The machine, each state through the form in which it is kept: a restart at every moment.
fn driven(policy: &Policy, events: &[Event]) -> Vec<(i64, Told)> {
    let (mut kept, mut now, mut told) = ("{}".to_owned(), 0, Vec::new());
    for event in events {
        let mut alerts: BTreeMap<String, Alert> = serde_json::from_str(&kept).expect("it can be read");
        match event {
            Event::Read(later, truth) => {
                now += later;
                let came = step(&alerts, &[reading(POOR.name, None, *truth)], now, policy);
                told.extend(came.notices.iter().map(|notice| (now, notice.told)));
                alerts = came.alerts;
            }
            Event::Acknowledge(for_) => {
                let firing = alerts.values_mut().filter(|alert| alert.phase == Phase::Firing);
                firing.for_each(|alert| {
                    alert.ack = Some(Ack { at: now, until: for_.map(|for_| now + for_), comment: String::new() });
                });
            }
        }
        kept = serde_json::to_string(&alerts).expect("it can be written");
    }
    told
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn it_tells_what_the_naive_one_tells(
        events in proptest::collection::vec(event(), 0..60),
        (hold, resolve_after, repeat) in (0..20_i64, 0..20_i64, 0..30_i64),
    ) {
        let policy = policy(hold, resolve_after, repeat);
        prop_assert_eq!(driven(&policy, &events), naive(&policy, &events));
    }

    #[test]
    fn alerts_know_nothing_of_each_other(
        histories in proptest::collection::vec((1..8_i64, 0..4_u8, 0..4_u8), 0..40),
    ) {
        let truth = |number| [Bad, Good, Between, Unknown][usize::from(number)];
        let policy = Policy { resolve_after: 7, repeat: 13, ..Policy::default() };
        let (mut both, mut alone, mut now) = (BTreeMap::new(), BTreeMap::new(), 0);
        for (later, one, other) in histories {
            now += later;
            let (one, other) = (reading(POOR.name, None, truth(one)), reading(CLOCK_SKEW.name, None, truth(other)));
            let came = step(&both, &[other, one.clone()], now, &policy);
            let expected = step(&alone, &[one], now, &policy);
            let of_one: Vec<&Notice> = came.notices.iter().filter(|it| it.key == POOR.name).collect();
            prop_assert_eq!(of_one, expected.notices.iter().collect::<Vec<_>>());
            prop_assert_eq!(came.alerts.get(POOR.name), expected.alerts.get(POOR.name));
            (both, alone) = (came.alerts, expected.alerts);
        }
    }
}
