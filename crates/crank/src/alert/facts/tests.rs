//! Each rule on both sides of its threshold.

use super::*;
use crate::alert::Severity;

const DAY: u64 = 86_400;

/// What a crank knows that is well.
fn well() -> Facts {
    Facts {
        now: 1_000_000,
        started_at: 900_000,
        last_success: Some(999_999),
        oldest_due: Some(BTreeMap::new()),
        dead_letters: Some(0),
        workflows_overdue: Some(BTreeMap::new()),
        balance: Some(100),
        min_balance: 100,
        runway: Some(5 * DAY),
        unpaid: BTreeMap::new(),
        fees: Some((1_000_000, 20_000)),
        false_roots: Some(0),
        unproved: [("one".to_owned(), Some(false)), ("two".to_owned(), Some(false))].into(),
        unreadable: Some(0),
        unread: [("one".to_owned(), Some(false)), ("two".to_owned(), Some(false))].into(),
        endpoints: [("own".to_owned(), false), ("rented".to_owned(), false)].into(),
        calls: Some((100, 0)),
        skew: Some(3),
        config_is_stale: false,
        certificate_left: Some(14 * 86_400),
        disk_free: Some(1 << 40),
    }
}

fn truth_of(facts: &Facts, key: &str) -> Truth {
    let readings = facts.readings();
    let found: Vec<&Reading> = readings.iter().filter(|it| it.key() == key).collect();
    assert_eq!(found.len(), 1, "{key}");
    found[0].truth
}

/// Only this alert says anything but that all is well, and it says this.
#[track_caller]
fn check(change: impl FnOnce(&mut Facts), key: &str, truth: Truth) {
    let mut facts = well();
    change(&mut facts);
    let readings = facts.readings();
    let others: Vec<String> =
        readings.iter().filter(|it| it.truth != Truth::Good && it.key() != key).map(Reading::key).collect();
    assert!(others.is_empty(), "{others:?}");
    assert_eq!(truth_of(&facts, key), truth, "{key}");
}

use Truth::{Bad, Between, Good, Unknown};

#[test]
fn every_rule_rings_beyond_its_threshold_and_not_before() {
    check(|it| it.last_success = Some(999_100), "QuantumagiCrankBlind", Good);
    check(|it| it.last_success = Some(999_099), "QuantumagiCrankBlind", Bad);
    check(|it| it.last_success = None, "QuantumagiCrankBlind", Bad);
    let due = |seconds| move |it: &mut Facts| it.oldest_due = Some([("proposal_execute", seconds)].into());
    check(due(1_800), "QuantumagiCrankOverdue/proposal_execute", Good);
    check(due(1_801), "QuantumagiCrankOverdue/proposal_execute", Bad);
    check(|it| it.dead_letters = Some(1), "QuantumagiCrankDeadLetters", Bad);
    check(|it| it.balance = Some(99), "QuantumagiCrankPoor", Bad);
    check(|it| it.balance = Some(101), "QuantumagiCrankPoor", Good);
    check(|it| it.fees = Some((2_500_001, 50_001)), "QuantumagiCrankWasting", Bad);
    check(|it| it.fees = Some((1_000_000, 50_000)), "QuantumagiCrankWasting", Good);
    check(|it| it.fees = Some((3_000_000, 50_001)), "QuantumagiCrankWasting", Between);
    check(|it| it.fees = Some((4_000_000, 50_001)), "QuantumagiCrankWasting", Good);
    check(|it| it.fees = Some((0, 0)), "QuantumagiCrankWasting", Good);
    check(|it| it.unreadable = Some(1), "QuantumagiCrankUnreadableAccounts", Bad);
    check(|it| it.unread = [("two".to_owned(), Some(true))].into(), "QuantumagiCrankConstitutionUnread/two", Bad);
    check(|it| it.endpoints = [("own".to_owned(), true)].into(), "QuantumagiCrankEndpointOut/own", Bad);
    check(|it| it.calls = Some((100, 10)), "QuantumagiCrankCallsFail", Good);
    check(|it| it.calls = Some((100, 20)), "QuantumagiCrankCallsFail", Between);
    check(|it| it.calls = Some((100, 21)), "QuantumagiCrankCallsFail", Bad);
    check(|it| it.calls = Some((0, 0)), "QuantumagiCrankCallsFail", Good);
    check(|it| it.skew = Some(-120), "QuantumagiCrankClockSkew", Between);
    check(|it| it.skew = Some(-121), "QuantumagiCrankClockSkew", Bad);
    check(|it| it.skew = Some(90), "QuantumagiCrankClockSkew", Good);
    check(|it| it.config_is_stale = true, "QuantumagiCrankConfigStale", Bad);
    check(|it| it.disk_free = Some((200 << 20) - 1), "QuantumagiCrankDiskFull", Bad);
    check(|it| it.disk_free = Some(200 << 20), "QuantumagiCrankDiskFull", Between);
    check(|it| it.disk_free = Some(250 << 20), "QuantumagiCrankDiskFull", Good);
}

#[test]
fn the_wallet_runs_dry_within_four_days_and_no_more_at_five() {
    let key = "QuantumagiCrankRunsDry";
    check(|it| it.runway = Some(4 * DAY - 1), key, Bad);
    check(|it| it.runway = Some(4 * DAY), key, Between);
    check(|it| it.runway = Some(5 * DAY - 1), key, Between);
    check(|it| it.runway = Some(5 * DAY), key, Good);
    check(|it| it.runway = None, key, Good);
    let not_looked = |runway| Facts { last_success: None, runway, ..well() };
    assert_eq!(truth_of(&not_looked(None), key), Unknown);
    assert_eq!(truth_of(&not_looked(Some(0)), key), Unknown);
    assert_eq!(truth_of(&not_looked(Some(4 * DAY)), key), Between);
    assert_eq!(truth_of(&not_looked(Some(5 * DAY)), key), Good);
}

#[test]
fn false_roots_and_histories_that_do_not_verify_ring() {
    check(|it| it.false_roots = Some(1), "QuantumagiCrankFalseRoot", Bad);
    check(|it| it.false_roots = Some(0), "QuantumagiCrankFalseRoot", Good);
    check(|it| it.false_roots = None, "QuantumagiCrankFalseRoot", Unknown);
    let history = |of_two| move |it: &mut Facts| it.unproved.extend([("two".to_owned(), of_two)]);
    check(history(Some(true)), "QuantumagiCrankHistoryUnproved/two", Bad);
    check(history(Some(false)), "QuantumagiCrankHistoryUnproved/two", Good);
    check(history(None), "QuantumagiCrankHistoryUnproved/two", Unknown);
}

#[test]
fn a_deadline_that_is_missed_rings_for_its_workflow() {
    for workflow in Workflow::ALL {
        let key = format!("QuantumagiCrankWorkflowOverdue/{}", workflow.name());
        let overdue = |seconds| move |it: &mut Facts| it.workflows_overdue = Some([(workflow.name(), seconds)].into());
        check(overdue(1), &key, Bad);
        check(overdue(0), &key, Good);
        let unknown = Facts { workflows_overdue: None, ..well() };
        assert_eq!(truth_of(&unknown, &key), Unknown);
    }
}

#[test]
fn a_certificate_is_told_two_weeks_before_its_end_and_only_where_there_is_one() {
    let key = "QuantumagiCrankCertificateEnds";
    check(|it| it.certificate_left = Some(14 * 86_400), key, Good);
    check(|it| it.certificate_left = Some(14 * 86_400 - 1), key, Bad);
    let said = |left| {
        let readings = Facts { certificate_left: left, ..well() }.readings();
        readings.into_iter().find(|it| it.key() == key).map(|it| (it.truth, it.value, it.summary))
    };
    let ended = "The certificate of the pages ended 2 days ago.".to_owned();
    assert_eq!(said(Some(-2 * 86_400)), Some((Bad, Some(0.0), ended)));
    let ends = "The certificate of the pages ends in 3 days.".to_owned();
    assert_eq!(said(Some(3 * 86_400)), Some((Bad, Some(259_200.0), ends)));
    assert_eq!(said(None), None, "nothing is asked about it");
}

#[test]
fn what_was_left_for_want_of_money_counts_for_half_an_hour() {
    for why in Unpaid::ALL {
        let key = format!("QuantumagiCrankCannotPay/{}", why.name());
        check(|it| it.unpaid = [(why, 1_000_000 - 1_799)].into(), &key, Bad);
        check(|it| it.unpaid = [(why, 1_000_000 - 1_800)].into(), &key, Good);
    }
    let started = Facts { started_at: 1_000_000 - 1_799, ..well() };
    assert_eq!(truth_of(&started, "QuantumagiCrankCannotPay/no_funds"), Unknown, "it may have been before the start");
    let longer = Facts { started_at: 1_000_000 - 1_800, ..well() };
    assert_eq!(truth_of(&longer, "QuantumagiCrankCannotPay/no_funds"), Good);
}

#[test]
fn a_crank_that_has_not_looked_yet_knows_nothing_but_that() {
    let each: BTreeMap<_, _> = [("one".to_owned(), None)].into();
    let facts = Facts { now: 10, started_at: 10, unread: each.clone(), unproved: each, ..Facts::default() };
    let known: Vec<(String, Truth)> =
        facts.readings().iter().filter(|it| it.truth != Unknown).map(|it| (it.key(), it.truth)).collect();
    let expected = [("QuantumagiCrankBlind", Bad), ("QuantumagiCrankConfigStale", Good)];
    assert_eq!(known, expected.map(|(key, truth)| (key.to_owned(), truth)));
}

#[test]
fn every_rule_is_asked_and_what_it_says_names_its_numbers() {
    let facts = Facts { balance: Some(7), ..well() };
    let readings = facts.readings();
    for rule in &RULES {
        assert!(readings.iter().any(|it| it.rule.name == rule.name), "{}", rule.name);
    }
    let poor = readings.iter().find(|it| it.rule.name == POOR.name).expect("it is asked");
    assert_eq!((poor.value, poor.rule.severity), (Some(7.0), Severity::Warning));
    assert_eq!(poor.summary, "The wallet holds 7 lamports, less than min_balance, 100.");
}
