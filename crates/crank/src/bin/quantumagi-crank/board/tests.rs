//! What is told of what happened, by clocks that the test sets.

use std::path::Path;

use quantumagi_crank::journal::{Flight, LetterState};
use quantumagi_crank::{Kind, Subject};
use quantumagi_rpc::ChainClock;
use quantumagi_rpc::solana::Signature;
use quantumagi_rules::UnixSeconds;

use super::*;

fn board(now: Instant) -> Board {
    let text = "constitutions = [\"SysvarC1ock11111111111111111111111111111111\"]\nkeypair = \"k\"\n\
                rpc_url = \"http://127.0.0.1:1\"\nmin_balance = 100\n";
    let config = Config::parse(text, Path::new("/"), |name| (name == "HOME").then(|| "/h".to_owned()));
    Board::new(&config.expect("it is in order"), now)
}

fn duty(id: u64, due_at: i64) -> Duty {
    Duty {
        constitution: Address::default(),
        kind: Kind::ProposalFinalize,
        subject: Subject::Proposal(id),
        due_at: UnixSeconds(due_at),
    }
}

fn round(due: Vec<Duty>, outcomes: Vec<(Duty, Outcome)>) -> Round {
    let clock = Some(ChainClock { slot: 7, epoch: 0, unix_timestamp: 1_000 });
    Round { clock, due, outcomes, took: Duration::from_millis(2_500), ..Round::default() }
}

fn attempt(duty: Duty, outcome: Outcome) -> Attempted {
    Attempted { duty, outcome, after_due: Duration::ZERO, took: Duration::ZERO }
}

fn done() -> Outcome {
    Outcome::Done { cost: Cost { fee_lamports: 5, rent_lamports: 6 }, slot: 9 }
}

/// Subject, state, age and time until the next try of everything that is due.
fn shown(board: &Board, now: Instant) -> Vec<(String, String, u64, Option<u64>)> {
    let due = board.told(&[], now).due.first;
    due.into_iter().map(|due| (due.of, due.state, due.since_seconds, due.again_in_seconds)).collect()
}

fn row(of: &str, state: &str, since: u64, again: Option<u64>) -> (String, String, u64, Option<u64>) {
    (of.to_owned(), state.to_owned(), since, again)
}

#[test]
fn a_duty_is_told_from_being_due_over_its_stages_to_its_end() {
    let now = Instant::now();
    let board = board(now);
    let (one, other) = (duty(1, 900), duty(2, 990));
    board.round(&round(vec![other, one], Vec::new()), "ok", now);
    // The clock was read when the look began, two and a half seconds before its end.
    assert_eq!(shown(&board, now), [row("proposal 1", "waiting", 102, None), row("proposal 2", "waiting", 12, None)]);
    let later = now + Duration::from_secs(10);
    board.stage(Stage::Begun, &one);
    board.stage(Stage::Sent, &one);
    board.stage(Stage::Begun, &duty(3, 1_005));
    let [first, second, third] = ["proposal 3", "proposal 1", "proposal 2"];
    let expected = [row(first, "begun", 7, None), row(second, "sent", 112, None), row(third, "waiting", 22, None)];
    assert_eq!((shown(&board, later), board.told(&[], later).due.total), (expected.to_vec(), 3));
    board.attempted(&attempt(one, done()), "done", Some("abc".to_owned()), later);
    board.attempted(&attempt(other, Outcome::NoFunds), "no money", None, later);
    board.attempted(&attempt(duty(3, 1_005), done()), "done", None, later);
    assert_eq!(shown(&board, later), [row("proposal 2", "no_funds", 22, None)]);
    let event =
        board.told(&[], later + Duration::from_secs(3)).events.pop().expect("the first is the last in the list");
    assert_eq!((event.outcome.as_str(), event.ago_seconds, event.signature.as_deref()), ("done", 3, Some("abc")));
    assert_eq!((event.cost.fee, event.cost.rent), (5, 6));
    board.round(&round(vec![one, other], vec![(one, done()), (other, Outcome::NoFunds)]), "ok", later);
    assert_eq!(shown(&board, later), [row("proposal 2", "no_funds", 12, None)]);
}

#[test]
fn a_refused_duty_says_when_it_is_tried_again() {
    let now = Instant::now();
    let board = board(now);
    let refused = |reason: &str| Outcome::Refused { reason: reason.to_owned(), cost: Cost::default() };
    let (one, other) = (duty(1, 900), duty(2, 900));
    board.round(&round(vec![one, other], vec![(one, refused("a")), (other, refused("b"))]), "ok", now);
    let letter = |duty: Duty, state| DeadLetter {
        key: duty.key().to_string(),
        reason: "why\u{1b}".to_owned(),
        logs: String::new(),
        payload: String::new(),
        first_at: 1_000,
        last_at: 1_000,
        tries: 1,
        state,
    };
    let spent = Cost { fee_lamports: 1, rent_lamports: 2 };
    board.journal(&[letter(one, LetterState::Waiting), letter(other, LetterState::Dropped)], spent);
    // A minute after the refusal, of which two seconds are over.
    assert_eq!(
        shown(&board, now),
        [row("proposal 1", "refused", 102, Some(58)), row("proposal 2", "dropped", 102, None)]
    );
    let status = board.told(&[], now + Duration::from_secs(100));
    let letters: Vec<_> = status.letters.first.iter().map(|it| (it.reason.as_str(), it.again_in_seconds)).collect();
    assert_eq!((letters, status.letters.total), (vec![("why ", Some(0)), ("why ", None)], 2));
    assert_eq!((status.money.spent_today.fee, status.money.spent_today.rent), (1, 2));
}

#[test]
fn looks_are_counted_and_the_last_is_told() {
    let now = Instant::now();
    let board = board(now);
    assert_eq!(board.told(&[], now).looks, Looks::default());
    for result in ["ok", "ok", "partial", "failed"] {
        board.round(&round(Vec::new(), Vec::new()), result, now);
    }
    let looks = board.told(&[], now + Duration::from_secs(50)).looks;
    assert_eq!((looks.ok, looks.partial, looks.failed), (2, 1, 1));
    let last = Look {
        ago_seconds: 50,
        took_millis: 2_500,
        result: "failed".to_owned(),
        next_within_seconds: 10,
        slot: Some(7),
    };
    assert_eq!(looks.last, Some(last));
}

#[test]
fn a_page_is_bounded_whatever_happens() {
    let now = Instant::now();
    let board = board(now);
    let due: Vec<Duty> = (0..5_000).map(|id| duty(id, 900)).collect();
    board.round(&round(due.clone(), Vec::new()), "ok", now);
    for duty in &due {
        board.attempted(&attempt(*duty, Outcome::NoFunds), &"word ".repeat(1_000), None, now);
        board.stage(Stage::Begun, duty);
    }
    let letters: Vec<DeadLetter> = due
        .iter()
        .map(|duty| DeadLetter {
            key: duty.key().to_string(),
            reason: "why ".repeat(1_000),
            logs: String::new(),
            payload: String::new(),
            first_at: 0,
            last_at: 0,
            tries: 1,
            state: LetterState::Waiting,
        })
        .collect();
    board.journal(&letters, Cost::default());
    let status = board.told(&[], now);
    assert_eq!((status.due.first.len(), status.letters.first.len(), status.events.len()), (100, 100, 100));
    assert_eq!(status.letters.total, 5_000);
    let page = serde_json::to_string_pretty(&status).expect("it is JSON");
    assert!(page.len() < 256 << 10, "{}", page.len());
}

#[test]
fn what_earlier_processes_signed_is_remembered_once() {
    let now = Instant::now();
    let board = board(now);
    let cost = Cost { fee_lamports: 5, rent_lamports: 6 };
    let earlier = |signed_at, fate| Attempt {
        key: duty(1, 0).key().to_string(),
        signed_at,
        flight: Flight { signature: Signature::default(), last_valid_block_height: 0, cost },
        fate,
    };
    let attempts = [
        earlier(90, Fate::Open),
        earlier(80, Fate::Ended(Ending::Failed { slot: 4 })),
        earlier(70, Fate::Ended(Ending::Landed { slot: 3 })),
        earlier(60, Fate::Ended(Ending::Expired)),
    ];
    board.remember(&attempts, 100, now);
    board.remember(&attempts, 100, now);
    let told = board.told(&[], now + Duration::from_secs(1)).events;
    let told: Vec<_> = told.iter().map(|it| (it.ago_seconds, it.outcome.as_str(), it.cost.fee, it.cost.rent)).collect();
    assert_eq!(told, [(11, "open", 0, 0), (21, "overtaken", 5, 0), (31, "done", 5, 6), (41, "expired", 0, 0)]);
}
