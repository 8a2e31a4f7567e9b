//! What a look and an attempt mean for the service levels.

use std::path::Path;

use quantumagi_crank::journal::{Attempt, Flight};
use quantumagi_crank::sla::Basis;
use quantumagi_crank::{Cost, Duty, Kind, Subject};
use quantumagi_interface::Address;
use quantumagi_rpc::ChainClock;
use quantumagi_rpc::solana::Signature;
use quantumagi_rules::UnixSeconds;

use super::*;

/// Of the chain's clock.
const NOW: i64 = 1_000_000;

fn keeper() -> Keeper {
    let text = "constitutions = [\"SysvarC1ock11111111111111111111111111111111\"]\nkeypair = \"/w\"\nrpc_url = \"http://a.b\"\n\
                state_dir = \"/s\"\n";
    let config = Config::parse(text, Path::new("/"), |_| None).expect("it is in order");
    Keeper::start(&config, Arc::new(Journal::in_memory().expect("a journal")), Arc::default())
}

fn duty(proposal: u64, age: i64) -> Duty {
    let (constitution, subject) = (Address::default(), Subject::Proposal(proposal));
    Duty { constitution, kind: Kind::ProposalFinalize, subject, due_at: UnixSeconds(NOW - age) }
}

fn look(due: &[Duty], outcomes: Vec<(Duty, Outcome)>) -> Round {
    let clock = ChainClock { slot: 1, epoch: 0, unix_timestamp: NOW };
    Round { clock: Some(clock), due: due.to_vec(), outcomes, ..Round::default() }
}

/// Bad and counted.
fn level(keeper: &Keeper, objective: Objective) -> (u64, u64) {
    let level = keeper.kept().tracker.level(objective, Basis::Requests, Window::Hour);
    (level.bad, level.total)
}

fn is_late(keeper: &Keeper) -> bool {
    let mut kept = keeper.kept();
    let later = kept.tracker.now() + 1;
    let late = |kept: &Kept| kept.tracker.level(Objective::Latency, Basis::Time, Window::Hour).bad;
    let before = late(&kept);
    kept.tracker.advance(later);
    before < late(&kept)
}

fn none() -> HashSet<String> {
    HashSet::new()
}

#[test]
fn what_is_left_after_a_look_is_late_unless_it_is_done_or_refused_by_the_program() {
    let (keeper, old) = (keeper(), duty(1, 31));
    let done = Outcome::Overtaken { cost: Cost::default() };
    keeper.round(&look(&[old], vec![]), &none());
    assert!(is_late(&keeper));
    keeper.round(&look(&[old], vec![(old, done)]), &none());
    assert!(!is_late(&keeper), "by whomever it is done");
    keeper.round(&look(&[old], vec![(old, Outcome::NoFunds)]), &none());
    assert!(is_late(&keeper), "without money it stays undone");
    keeper.round(&look(&[old], vec![]), &HashSet::from([old.key().to_string()]));
    assert!(!is_late(&keeper), "what the program refuses is not the crank's doing");
    keeper.round(&look(&[duty(2, 30)], vec![]), &none());
    assert!(!is_late(&keeper), "the limit itself is in time");
}

#[test]
fn a_look_is_good_where_everything_was_read_and_says_nothing_of_duties_otherwise() {
    let (keeper, old) = (keeper(), duty(1, 31));
    keeper.round(&look(&[old], vec![]), &none());
    assert_eq!(level(&keeper, Objective::Availability), (0, 1));
    keeper.round(&Round::default(), &none());
    keeper.unanswered(Duration::ZERO);
    keeper.journal_failed();
    assert_eq!(level(&keeper, Objective::Availability), (3, 4));
    assert!(is_late(&keeper), "it was late, and nothing else is known");
    let told = keeper.told();
    assert_eq!(told.1["objectives"]["availability"]["requests"]["5m"]["bad"], 3);
}

#[test]
fn a_duty_counts_once_when_it_is_known_to_be_done_also_by_a_transaction_of_an_earlier_look() {
    let (keeper, first, second) = (keeper(), duty(1, 5), duty(2, 5));
    let attempt = |duty: Duty, outcome: Outcome, seconds: u64| {
        let after_due = Duration::from_secs(seconds);
        keeper.attempted(&Attempted { duty, outcome, after_due, took: Duration::ZERO });
    };
    attempt(first, Outcome::Open { signature: Signature::default() }, 65);
    attempt(second, Outcome::Done { cost: Cost::default(), slot: 1 }, 6);
    attempt(duty(3, 5), Outcome::Overtaken { cost: Cost::default() }, 90);
    assert_eq!(level(&keeper, Objective::Latency), (0, 1), "what others did is not counted");
    let flight = Flight { signature: Signature::default(), last_valid_block_height: 1, cost: Cost::default() };
    let ended =
        |duty: Duty, ending| Attempt { key: duty.key().to_string(), signed_at: 0, flight, fate: Fate::Ended(ending) };
    let landed = ended(first, TransactionEnding::Landed { slot: 2 });
    let round = Round { ended: vec![landed.clone()], ..look(&[], vec![]) };
    keeper.round(&round, &none());
    assert_eq!(level(&keeper, Objective::Latency), (1, 2), "65 s and what has passed since");
    keeper.round(&Round { ended: vec![landed], ..look(&[], vec![]) }, &none());
    assert_eq!(level(&keeper, Objective::Latency), (1, 2));
}

#[test]
fn most_of_the_last_five_later_than_the_limit_is_told() {
    let keeper = keeper();
    let done = |seconds: u64| {
        let mut kept = keeper.kept();
        let at = kept.tracker.now();
        kept.done(at, Duration::from_secs(seconds));
    };
    for (number, seconds) in [31, 2, 31, 2].into_iter().enumerate() {
        done(seconds);
        assert_eq!(keeper.told().0, [""; 0], "after {number}");
    }
    done(40);
    let words = "of the last 5 duties most were done 31 s after they were due or later, beyond latency_limit, 30 s";
    assert_eq!(keeper.told().0, [words]);
    done(2);
    assert_eq!(keeper.told().0, [""; 0], "of 2, 31, 2, 40 and 2");
}

#[test]
fn calls_are_counted_where_the_pool_counts_them_and_shown_besides() {
    use metrics::{Key, Label, Level, Metadata, NoopRecorder, Recorder};

    let calls = Arc::new(Calls::default());
    let recorder = tap::Tapped { to: NoopRecorder, calls: Arc::clone(&calls) };
    let metadata = Metadata::new("here", Level::INFO, None);
    let count = |name: &'static str, outcome: &'static str, by: u64| {
        let labels = vec![Label::new("class", "read"), Label::new("outcome", outcome)];
        recorder.register_counter(&Key::from_parts(name, labels), &metadata).increment(by);
    };
    count(quantumagi_rpc::pool::meters::CALLS, "ok", 3);
    count(quantumagi_rpc::pool::meters::CALLS, "failed", 2);
    count(quantumagi_rpc::pool::meters::ATTEMPTS, "ok", 7);
    assert_eq!(calls.counted(), (3, 2));
}
