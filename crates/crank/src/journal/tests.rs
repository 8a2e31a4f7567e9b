use quantumagi_interface::Address;
use quantumagi_rpc::solana::Signature;

use super::*;
use crate::duty::{DutyKey, Kind, Subject};

fn duty(proposal: u64) -> DutyKey {
    let constitution = Address::new_from_array([1; 32]);
    DutyKey { constitution, kind: Kind::ProposalFinalize, subject: Subject::Proposal(proposal) }
}

fn fees(fee_lamports: u64) -> Cost {
    Cost { fee_lamports, rent_lamports: 0 }
}

fn flight(byte: u8, fee_lamports: u64) -> Flight {
    Flight { signature: Signature::from([byte; 64]), last_valid_block_height: 500, cost: fees(fee_lamports) }
}

const DAY: i64 = SECONDS_PER_DAY;
const LIMIT: Cost = Cost { fee_lamports: 100, rent_lamports: 1_000 };

#[test]
fn what_is_under_way_counts_as_spent_until_it_has_expired() {
    let journal = Journal::in_memory().expect("a journal");
    assert_eq!(journal.clear(&duty(1), &flight(1, 60), 7 * DAY, &LIMIT).expect("written"), Clearance::Cleared);
    let limit = journal.clear(&duty(2), &flight(2, 41), 7 * DAY, &LIMIT).expect("asked");
    assert_eq!(limit, Clearance::DayLimit { spent: fees(60) });
    assert_eq!(journal.flight(&duty(2)).expect("read"), None, "what is not cleared is not under way");
    journal.end(&duty(1).to_string(), Ending::Expired, 7 * DAY).expect("written");
    assert_eq!(journal.clear(&duty(2), &flight(2, 100), 7 * DAY, &LIMIT).expect("written"), Clearance::Cleared);
    assert_eq!(journal.spent_on_day_of(7 * DAY).expect("read"), fees(100));
    let under_way: Vec<_> = journal.flights().expect("read").into_iter().map(|it| (it.key, it.flight)).collect();
    assert_eq!(under_way, [(duty(2).to_string(), flight(2, 100))]);
}

#[test]
fn rent_has_a_limit_of_its_own_and_is_not_paid_by_what_fails() {
    let journal = Journal::in_memory().expect("a journal");
    let of = |byte, rent_lamports| Flight { cost: Cost { fee_lamports: 1, rent_lamports }, ..flight(byte, 0) };
    assert_eq!(journal.clear(&duty(1), &of(1, 900), 0, &LIMIT).expect("written"), Clearance::Cleared);
    let refused = journal.clear(&duty(2), &of(2, 101), 0, &LIMIT).expect("asked");
    assert_eq!(refused, Clearance::DayLimit { spent: Cost { fee_lamports: 1, rent_lamports: 900 } });
    journal.end(&duty(1).to_string(), Ending::Failed { slot: 3 }, 0).expect("written");
    assert_eq!(journal.spent_on_day_of(0).expect("read"), fees(1));
    assert_eq!(journal.clear(&duty(2), &of(2, 1_000), 0, &LIMIT).expect("written"), Clearance::Cleared);
}

#[test]
fn a_duty_has_one_transaction_under_way() {
    let journal = Journal::in_memory().expect("a journal");
    assert_eq!(journal.clear(&duty(1), &flight(1, 5), 0, &LIMIT).expect("written"), Clearance::Cleared);
    let signature = flight(1, 5).signature;
    assert_eq!(journal.clear(&duty(1), &flight(2, 5), 0, &LIMIT).expect("asked"), Clearance::UnderWay { signature });
    let sql = "UPDATE attempt SET fate = 'open'";
    journal.end(&duty(1).to_string(), Ending::Expired, 0).expect("written");
    assert_eq!(journal.clear(&duty(1), &flight(2, 5), 0, &LIMIT).expect("written"), Clearance::Cleared);
    let refused = journal.lock().execute(sql, []).expect_err("two would be open").to_string();
    assert_eq!(refused, "UNIQUE constraint failed: attempt.key");
}

#[test]
fn what_landed_is_spent_on_its_day_and_counted_by_kind() {
    let journal = Journal::in_memory().expect("a journal");
    let endings =
        [(1, 7, Ending::Landed { slot: 11 }), (2, 7, Ending::Failed { slot: 12 }), (3, 8, Ending::Landed { slot: 13 })];
    for (byte, day, ending) in endings {
        let key = duty(u64::from(byte));
        journal.clear(&key, &flight(byte, 40), day * DAY, &LIMIT).expect("written");
        journal.end(&key.to_string(), ending, day * DAY + 5).expect("written");
    }
    let of = |day, transactions, failed, fee| DaySpending {
        day,
        kind: "proposal_finalize".to_owned(),
        transactions,
        failed,
        cost: fees(fee),
    };
    assert_eq!(journal.spending_since(0).expect("read"), [of(7, 2, 1, 80), of(8, 1, 0, 40)]);
    let day_limit = journal.clear(&duty(4), &flight(4, 21), 7 * DAY, &LIMIT).expect("asked");
    assert_eq!(day_limit, Clearance::DayLimit { spent: fees(80) });
    assert_eq!(journal.clear(&duty(4), &flight(4, 21), 9 * DAY, &LIMIT).expect("a new day"), Clearance::Cleared);
    assert_eq!(journal.fees_since(7 * DAY).expect("read"), (120, Some(7 * DAY)), "what is open may yet expire");
    assert_eq!(journal.fees_since(7 * DAY + 1).expect("read"), (40, Some(7 * DAY)));
    journal.end("nothing/under/way", Ending::Expired, 9 * DAY).expect("nothing to do");
    assert_eq!(journal.spending_since(9).expect("read"), []);
    assert_eq!([1, 2].map(|id| journal.landed_in(&duty(id)).expect("read")), [Some(11), None]);
    assert_eq!([1, 2].map(|id| journal.failures(&duty(id)).expect("read")), [0, 1]);
}

#[test]
fn the_account_names_every_transaction_of_a_duty_and_forgets_old_ones_that_ended() {
    let journal = Journal::in_memory().expect("a journal");
    let key = duty(1).to_string();
    let mut expiries = Vec::new();
    let endings = [Ending::Expired, Ending::Expired, Ending::Landed { slot: 9 }, Ending::Expired];
    for (byte, ending) in (1..).zip(endings) {
        journal.clear(&duty(1), &flight(byte, 1), i64::from(byte), &LIMIT).expect("written");
        journal.end(&key, ending, i64::from(byte)).expect("written");
        expiries.push(journal.expiries(&duty(1)).expect("read"));
    }
    assert_eq!(expiries, [1, 2, 0, 1], "since one landed");
    let fates: Vec<Fate> = journal.attempts(&key).expect("read").into_iter().map(|it| it.fate).collect();
    assert_eq!(fates, endings.map(Fate::Ended));
    journal.clear(&duty(2), &flight(9, 1), 1, &LIMIT).expect("written");
    journal.forget_before(4).expect("written");
    let left: Vec<_> = journal.attempts_since(0).expect("read").into_iter().map(|it| (it.key, it.signed_at)).collect();
    assert_eq!(left, [(key, 4), (duty(2).to_string(), 1)], "what is open stays, however old");
}

#[test]
fn a_letter_is_tried_ever_more_seldom_and_is_gone_when_its_duty_is() {
    let journal = Journal::in_memory().expect("a journal");
    let key = duty(1).to_string();
    let mut next = Vec::new();
    for at in [1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 7_000, 8_000] {
        journal.refused(&duty(1), at, "no money", &["line".to_owned()], "AQ==").expect("written");
        let letter = journal.letter(&key).expect("read").expect("there is one");
        next.push(letter.next_at().expect("it waits") - at);
    }
    assert_eq!(next, [60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
    let letter = journal.letters().expect("read").pop().expect("one");
    assert_eq!((letter.first_at, letter.last_at, letter.tries), (1_000, 8_000, 8));
    assert_eq!((letter.reason.as_str(), letter.logs.as_str(), letter.payload.as_str()), ("no money", "line", "AQ=="));
    assert_eq!(journal.refusals(&key).expect("read").len(), 8);

    assert!(journal.set_letter(&key, LetterState::Dropped).expect("written"));
    assert_eq!(journal.letter(&key).expect("read").expect("it stays").next_at(), None);
    assert!(journal.set_letter(&key, LetterState::Replayed).expect("written"));
    assert_eq!(journal.letter(&key).expect("read").expect("it stays").next_at(), Some(8_000));
    assert!(!journal.set_letter("another", LetterState::Dropped).expect("asked"));

    let here = duty(1).constitution.to_string();
    assert_eq!(journal.settle(&here, |_| true).expect("asked"), [""; 0]);
    assert_eq!(journal.settle("elsewhere", |_| false).expect("asked"), [""; 0]);
    assert_eq!(journal.settle(&here, |_| false).expect("written"), std::slice::from_ref(&key));
    assert_eq!((journal.letters().expect("read"), journal.refusals(&key).expect("read")), (vec![], vec![]));
}

#[test]
fn a_file_is_found_again_and_a_later_layout_is_refused() {
    let path = std::env::temp_dir().join(format!("quantumagi-crank-journal-{}.db", std::process::id()));
    let journal = Journal::open(&path).expect("a new file");
    journal.clear(&duty(1), &flight(1, 60), 7, &LIMIT).expect("written");
    drop(journal);
    let again = Journal::open(&path).expect("the same file");
    let beside = Journal::open(&path).expect("beside the first");
    assert_eq!(
        beside.clear(&duty(2), &flight(2, 41), 7, &LIMIT).expect("asked"),
        Clearance::DayLimit { spent: fees(60) }
    );
    assert_eq!(again.flight(&duty(1)).expect("read"), Some(flight(1, 60)));
    again.lock().pragma_update(None, "user_version", 9).expect("a later version's file");
    drop(again);
    let refused = Journal::open(&path).expect_err("not ours").to_string();
    std::fs::remove_file(&path).expect("the file is ours");
    assert_eq!(refused, "the journal has layout 9, and this version knows 2: install the newer crank again");
}

#[test]
fn a_file_of_layout_1_is_brought_up_to_date_and_loses_nothing() {
    let path = std::env::temp_dir().join(format!("quantumagi-crank-journal-{}-1.db", std::process::id()));
    let old = Connection::open(&path).expect("a new file");
    old.execute_batch(TABLES).expect("layout 1");
    old.pragma_update(None, "user_version", 1).expect("written");
    old.execute("INSERT INTO refusal (key, at, reason) VALUES ('k', 7, 'why')", []).expect("written");
    drop(old);
    let journal = Journal::open(&path).expect("an older file");
    let kept = journal.refusals("k").expect("read");
    let new = journal.instances().expect("there is a table for them");
    drop(journal);
    let again = Journal::open(&path).map(drop);
    std::fs::remove_file(&path).expect("the file is ours");
    assert_eq!((kept, new), (vec![(7, "why".to_owned())], vec![]));
    again.expect("it is brought up to date once");
}

#[test]
fn the_latest_transactions_are_told_the_latest_first() {
    let journal = Journal::in_memory().expect("a journal");
    for (byte, proposal) in [(1, 1), (2, 2), (3, 1)] {
        let cleared = journal.clear(&duty(proposal), &flight(byte, 5), i64::from(byte), &LIMIT).expect("written");
        assert_eq!(cleared, Clearance::Cleared);
        journal.end(&duty(proposal).to_string(), Ending::Landed { slot: byte.into() }, 0).expect("written");
    }
    let signed = |most| -> Vec<i64> {
        journal.latest(most).expect("read").into_iter().map(|attempt| attempt.signed_at).collect()
    };
    assert_eq!((signed(9), signed(2), signed(0)), (vec![3, 2, 1], vec![3, 2], vec![]));
    let of_one = journal.latest_of(&duty(1)).expect("read").expect("there is one");
    assert_eq!((of_one.signed_at, of_one.fate), (3, Fate::Ended(Ending::Landed { slot: 3 })));
    assert_eq!(journal.latest_of(&duty(3)).expect("read"), None);
}
