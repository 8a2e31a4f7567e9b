//! What is kept of alerts over a restart, and that the queues end somewhere.

use super::*;
use crate::alert::{Policy, RULES, Reading, Told, Truth, step};

fn readings(truth: Truth) -> Vec<Reading> {
    let read = |rule| Reading { rule, subject: None, truth, value: None, summary: "so it is".to_owned() };
    RULES
        .iter()
        .filter(|rule| matches!(rule.name, "QuantumagiCrankPoor" | "QuantumagiCrankDiskFull"))
        .map(read)
        .collect()
}

fn at_once() -> Policy {
    let hold = RULES.iter().map(|rule| (rule.name.to_owned(), 0)).collect();
    Policy { hold, ..Policy::default() }
}

fn addresses() -> Vec<Address> {
    let to = |sink: &str, min_severity| Address { sink: sink.to_owned(), min_severity };
    vec![to("all", Severity::Warning), to("urgent", Severity::Critical)]
}

fn stepped(journal: &Journal, truth: Truth, now: i64) -> BTreeMap<String, u64> {
    let next = |before: &BTreeMap<String, Alert>| step(before, &readings(truth), now, &at_once());
    journal.step_alerts(&addresses(), next).expect("the journal works").1
}

fn waiting(journal: &Journal, sink: &str) -> Vec<(String, Told)> {
    let all = journal.notices().expect("the journal works").into_iter();
    all.filter(|it| it.0 == sink).map(|(_, it)| (it.notice.key, it.notice.told)).collect()
}

#[test]
fn a_restart_neither_repeats_nor_forgets() {
    let folder = std::env::temp_dir().join(format!("quantumagi-crank-alerts-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    let path = folder.join("journal.sqlite");
    let journal = Journal::open(&path).expect("it opens");
    stepped(&journal, Truth::Bad, 10);
    let poor = ("QuantumagiCrankPoor".to_owned(), Told::Firing);
    let full = ("QuantumagiCrankDiskFull".to_owned(), Told::Firing);
    assert_eq!(waiting(&journal, "all"), [poor.clone(), full.clone()]);
    assert_eq!(waiting(&journal, "urgent"), std::slice::from_ref(&full), "a warning is not urgent");
    let (before, owed) = (journal.alerts().expect("it reads"), journal.notices().expect("it reads"));
    drop(journal);
    let journal = Journal::open(&path).expect("it opens again");
    assert_eq!((journal.alerts().expect("it reads"), journal.notices().expect("it reads")), (before, owed.clone()));
    stepped(&journal, Truth::Bad, 11);
    assert_eq!(journal.notices().expect("it reads"), owed, "it was told");
    stepped(&journal, Truth::Good, 12);
    assert_eq!(waiting(&journal, "urgent"), [full, ("QuantumagiCrankDiskFull".to_owned(), Told::Resolved)]);
    std::fs::remove_dir_all(&folder).expect("it was made here");
}

#[test]
fn a_notice_waits_until_its_sink_has_it() {
    let journal = Journal::in_memory().expect("it opens");
    stepped(&journal, Truth::Bad, 10);
    assert_eq!(journal.sink("all").expect("it reads"), SinkRecord { waiting: 2, ..SinkRecord::default() });
    let first = journal.next_notice("all").expect("it reads").expect("it waits");
    journal.notice_failed("all", 20, "status 500").expect("it writes");
    assert_eq!(journal.next_notice("all").expect("it reads"), Some(first.clone()), "under the same name");
    assert!(journal.sink("all").expect("it reads").is_failing());
    journal.notice_delivered("all", &first.id, 30).expect("it writes");
    let record = journal.sink("all").expect("it reads");
    assert_eq!(
        (record.success_at, record.failure_at, record.waiting, record.is_failing()),
        (Some(30), Some(20), 1, false)
    );
    let second = journal.next_notice("all").expect("it reads").expect("it waits");
    assert!(second.id != first.id && second.notice.key == "QuantumagiCrankDiskFull");
    journal.notice_refused("all", &second.id, 40, "status 400").expect("it writes");
    assert_eq!(journal.next_notice("all").expect("it reads"), None);
    let record = journal.sink("all").expect("it reads");
    assert_eq!((record.dropped, record.failure.as_deref(), record.waiting), (1, Some("status 400"), 0));
    assert_eq!(journal.sink("urgent").expect("it reads").waiting, 1, "another sink's queue is its own");
}

#[test]
fn a_full_queue_drops_its_oldest_and_counts() {
    let journal = Journal::in_memory().expect("it opens");
    let mut dropped = 0;
    for now in 0..200 {
        let truth = if now % 2 == 0 { Truth::Bad } else { Truth::Good };
        dropped += stepped(&journal, truth, now).get("all").copied().unwrap_or_default();
    }
    assert_eq!(dropped, 400 - MOST_WAITING);
    let record = journal.sink("all").expect("it reads");
    assert_eq!((record.waiting, record.dropped), (MOST_WAITING, dropped));
    let oldest = journal.next_notice("all").expect("it reads").expect("it waits");
    assert_eq!(oldest.notice.at, 72, "the two of each of the first 72 moments are gone");
    assert_eq!(journal.sink("urgent").expect("it reads").waiting, 200);
}

#[test]
fn only_what_fires_is_acknowledged() {
    let journal = Journal::in_memory().expect("it opens");
    let ack = || Some(Ack { at: 11, until: None, comment: "on it".to_owned() });
    let key = "QuantumagiCrankPoor";
    assert_eq!(journal.acknowledge(key, ack()).expect("it works"), None);
    stepped(&journal, Truth::Bad, 10);
    assert_eq!(journal.acknowledge(key, ack()).expect("it works").and_then(|alert| alert.ack), ack());
    assert_eq!(journal.alerts().expect("it reads")[key].ack, ack());
    assert_eq!(journal.acknowledge(key, None).expect("it works").and_then(|alert| alert.ack), None);
    stepped(&journal, Truth::Good, 12);
    assert_eq!(journal.acknowledge(key, ack()).expect("it works"), None);
}

#[test]
fn sinks_that_are_gone_are_forgotten_with_what_waits_for_them() {
    let journal = Journal::in_memory().expect("it opens");
    stepped(&journal, Truth::Bad, 10);
    journal.notice_failed("all", 11, "status 500").expect("it writes");
    assert_eq!(journal.keep_sinks(&["urgent"]).expect("it writes"), 2);
    assert_eq!(journal.sink("all").expect("it reads"), SinkRecord::default());
    assert_eq!(journal.sink("urgent").expect("it reads").waiting, 1);
}

#[test]
fn what_was_kept_elsewhere_comes_back_once() {
    let (file, spare) = (Journal::in_memory().expect("it opens"), Journal::in_memory().expect("it opens"));
    stepped(&spare, Truth::Bad, 10);
    let (alerts, notices) = (spare.alerts().expect("it reads"), spare.notices().expect("it reads"));
    for _ in 0..2 {
        file.restore_alerts(&alerts, &notices).expect("it writes");
        assert_eq!(
            (file.alerts().expect("it reads"), file.notices().expect("it reads")),
            (alerts.clone(), notices.clone())
        );
    }
}

#[test]
fn fees_of_a_day_are_told_with_those_of_failures() {
    use crate::duty::{DutyKey, Kind, Subject};
    use crate::journal::{Cost, Ending, Flight};
    let journal = Journal::in_memory().expect("it opens");
    let limit = Cost { fee_lamports: u64::MAX, rent_lamports: 0 };
    for (number, at, ending) in [
        (1, 100, Ending::Landed { slot: 1 }),
        (2, 200, Ending::Landed { slot: 2 }),
        (3, 200, Ending::Failed { slot: 3 }),
        (4, 200, Ending::Expired),
    ] {
        let constitution = quantumagi_interface::Address::default();
        let key = DutyKey { constitution, kind: Kind::ProposalFinalize, subject: Subject::Proposal(number) };
        let cost = Cost { fee_lamports: 10_u64.pow(u32::try_from(number).expect("small")), rent_lamports: 0 };
        let mut signature = [0; 64];
        signature[0] = u8::try_from(number).expect("small");
        let flight = Flight { signature: signature.into(), last_valid_block_height: 9, cost };
        journal.clear(&key, &flight, at, &limit).expect("it writes");
        journal.end(&key.to_string(), ending, at).expect("it writes");
    }
    assert_eq!(journal.fees_and_waste_since(150).expect("it reads"), (1_100, 1_000));
    assert_eq!(journal.fees_and_waste_since(0).expect("it reads"), (1_110, 1_000));
}

#[test]
fn a_journal_of_the_layout_before_keeps_what_it_has_and_takes_alerts() {
    let path = std::env::temp_dir().join(format!("quantumagi-crank-layout-{}.db", std::process::id()));
    let connection = Connection::open(&path).expect("a new file");
    super::super::STEPS[0].iter().for_each(|tables| connection.execute_batch(tables).expect("the first layout"));
    connection.pragma_update(None, "user_version", 1).expect("it writes");
    let spent = "INSERT INTO spending VALUES (0, 'proposal_close', 1, 0, 5000, 0)";
    connection.execute_batch(spent).expect("it writes");
    drop(connection);
    let journal = Journal::open(&path).expect("it is brought up to date");
    stepped(&journal, Truth::Bad, 10);
    assert_eq!(journal.alerts().expect("it reads").len(), 2);
    assert_eq!(journal.spent_on_day_of(0).expect("it reads").fee_lamports, 5_000);
    std::fs::remove_file(&path).expect("the file is ours");
}
