//! What is told after which rounds, by a clock that the test sets.

use std::path::Path;

use quantumagi_crank::workflow::{Looked, WorkflowTally};
use quantumagi_crank::{Round, Subject};
use quantumagi_interface::Address;
use quantumagi_rpc::ChainClock;
use quantumagi_sdk::SdkError;

use super::*;

fn config() -> Config {
    let text = "constitutions = [\"SysvarC1ock11111111111111111111111111111111\"]\nkeypair = \"k\"\n\
                rpc_url = \"http://127.0.0.1:1\"\nmin_balance = 100\n";
    Config::parse(text, Path::new("/"), |name| (name == "HOME").then(|| "/h".to_owned())).expect("it is in order")
}

fn good() -> Round {
    Round { clock: Some(ChainClock { slot: 1, epoch: 0, unix_timestamp: 50 }), ..Round::default() }
}

fn unread() -> Round {
    let error = SdkError::NotFound { what: "constitution", address: Address::default() };
    Round { unread: vec![(Address::default(), error)], ..good() }
}

fn after(now: Instant, seconds: u64) -> Instant {
    now + Duration::from_secs(seconds)
}

#[test]
fn it_is_ready_from_the_first_look_that_reads_everything_until_looks_stay_away() {
    let (config, now) = (config(), Instant::now());
    let health = Health::new(&config, now);
    assert_eq!(health.unready(now), ["no look has read every constitution yet"]);
    health.round(&unread(), now);
    assert_eq!(health.unready(now), ["no look has read every constitution yet"]);
    health.round(&good(), now);
    assert_eq!(health.unready(now), Vec::<String>::new());
    let limit = config.stale_limit().as_secs();
    assert_eq!(limit, 3 * 60 + 60, "three looks and a wait");
    assert_eq!(health.unready(after(now, limit)), Vec::<String>::new());
    health.beat(after(now, limit + 1));
    let words = format!("no look has read every constitution for {} s, longer than {limit} s", limit + 1);
    assert_eq!(health.unready(after(now, limit + 1)), [words]);
    health.round(&good(), after(now, limit + 1));
    health.stopping();
    assert_eq!(health.unready(after(now, limit + 1)), ["it is stopping"]);
}

#[test]
fn it_is_alive_as_long_as_the_loop_makes_progress() {
    let (config, now) = (config(), Instant::now());
    let health = Health::new(&config, now);
    let limit = config.stall_limit().as_secs();
    assert_eq!(limit, 60 + 60 + 5 * 60, "a pause, a transaction, and five calls");
    assert_eq!(health.dead(after(now, limit)), None);
    let words = format!("the main loop has made no progress for {} s, longer than {limit} s", limit + 1);
    assert_eq!(health.dead(after(now, limit + 1)), Some(words));
    health.beat(after(now, limit + 1));
    assert_eq!(health.dead(after(now, limit + 1)), None);
}

#[test]
fn every_reason_is_told_and_only_some_bring_it_down() {
    let (config, now) = (config(), Instant::now());
    let health = Health::new(&config, now);
    health.round(&good(), now);
    let told = health.told(now);
    assert_eq!((told.status, told.reasons), (Condition::Ok, vec![]));
    health.round(&Round { balance: Some(100), ..good() }, now);
    assert_eq!(health.told(now).status, Condition::Ok, "as much as it should hold");
    health.ledger(Ok(Ledger { letters: 0, spent_today: 7, runway: Some(345_600) }));
    assert_eq!(health.told(now).status, Condition::Ok, "four days are enough");
    let of = WorkflowTally { running: 3, overdue: 2, flagged: 1, overdue_seconds: 40 };
    let tally = Tally([(Workflow::EmergencyOversight, of)].into());
    health.round(&Round { workflows: Looked { tally: Some(tally), ..Looked::default() }, ..good() }, now);
    let told = health.told(now);
    let missed = "2 deadlines of workflows are missed: see `quantumagi-crank workflows list`".to_owned();
    assert_eq!((told.status, told.reasons), (Condition::Degraded, vec![missed.clone()]));
    assert_eq!(told.workflows.len(), 5);
    let expected = WorkflowTold { running: 3, overdue: 2, flagged: 1, overdue_seconds: 40 };
    assert_eq!(told.workflows["emergency_oversight"], expected);
    health.ledger(Ok(Ledger { letters: 2, spent_today: 7, runway: Some(345_599) }));
    health.config_refused("the configuration was not reloaded".to_owned());
    health.round(&Round { balance: Some(99), ..unread() }, now);
    let told = health.told(now);
    let address = Address::default();
    let reasons = [
        format!("{address} could not be read: there is no constitution at {address}"),
        "the configuration was not reloaded".to_owned(),
        "2 dead letters: see `quantumagi-crank dlq list`".to_owned(),
        missed,
        "the wallet holds 99 lamports, less than min_balance, 100".to_owned(),
        "by what the last week cost, the wallet is empty in 95 hours".to_owned(),
    ];
    assert_eq!((told.status, told.reasons), (Condition::Degraded, reasons.to_vec()));
    assert_eq!((told.balance_lamports, told.spent_today_lamports, told.dead_letters), (Some(99), 7, 2));
    health.ledger(Ok(Ledger { runway: None, letters: 2, spent_today: 7 }));
    assert_eq!(health.told(now).runway_seconds, Some(345_599), "until a balance tells otherwise");
    health.unanswered("the wallet is refused".to_owned(), Duration::ZERO);
    health.ledger(Err("the journal cannot be used".to_owned()));
    let told = health.told(now);
    assert_eq!(told.status, Condition::Down);
    assert_eq!(told.reasons[..2], ["the wallet is refused", "the journal cannot be used"]);
}

#[test]
fn a_false_root_is_worth_a_look_and_one_that_cannot_be_judged_is_not() {
    let (config, now) = (config(), Instant::now());
    let health = Health::new(&config, now);
    let root = |judgement| {
        let subject = Subject::Root { proposal: 4, publisher: Address::default() };
        Round { doubtful: vec![(config.constitutions[0], subject, judgement)], ..good() }
    };
    health.round(&root(Judgement::Unknown), now);
    assert_eq!((health.told(now).status, health.told(now).reasons), (Condition::Ok, vec![]));
    health.round(&root(Judgement::False), now);
    let told = health.told(now);
    let (publisher, constitution) = (Address::default(), config.constitutions[0]);
    let words = format!("the root of {publisher} for proposal 4 of {constitution} is not what the stake gives");
    assert_eq!((told.status, told.reasons), (Condition::Degraded, vec![words]));
}

#[test]
fn a_certificate_is_told_of_two_weeks_before_its_end_and_after_it() {
    const DAY: i64 = 86_400;
    assert_eq!(certificate_words(14 * DAY, 0), None);
    let words = |left| certificate_words(left, 0).expect("it should be renewed");
    assert_eq!(words(14 * DAY - 1), "the certificate of the pages ends in 13 days: renew it and reload");
    assert_eq!(words(0), "the certificate of the pages ends in 0 days: renew it and reload");
    assert_eq!(words(-3 * DAY), "the certificate of the pages ended 3 days ago: renew it and reload");
    let (config, now) = (config(), Instant::now());
    let health = Health::new(&config, now);
    health.round(&good(), now);
    assert_eq!((health.certificate_left(), health.told(now).status), (None, Condition::Ok));
    assert_eq!(health.facts(&[], 0, meters::host_seconds()).certificate_left, None);
    health.sealed_until(Some(meters::host_seconds() - 3 * DAY - 60));
    let left = health.facts(&[], 0, meters::host_seconds()).certificate_left.expect("it is served with one");
    assert!((-3 * DAY - 120..=-3 * DAY - 60).contains(&left), "{left}");
    let told = health.told(now);
    assert_eq!((told.status, told.reasons), (Condition::Degraded, vec![words(-3 * DAY)]));
}
