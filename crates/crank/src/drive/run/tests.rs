use quantumagi_interface::Address;
use quantumagi_rpc::ChainClock;
use quantumagi_rpc::solana::Signature;
use quantumagi_rules::UnixSeconds;

use super::*;
use crate::duty::{Duty, Kind, Subject};
use crate::journal::Cost;

const LONGEST: Duration = Duration::from_secs(60);

fn at(slot: u64, again_in: Option<u64>, outcomes: &[Outcome]) -> Round {
    let duty = Duty {
        constitution: Address::default(),
        kind: Kind::ProposalFinalize,
        subject: Subject::Proposal(0),
        due_at: UnixSeconds(0),
    };
    Round {
        clock: Some(ChainClock { slot, epoch: 0, unix_timestamp: 0 }),
        again_in: again_in.map(Duration::from_millis),
        outcomes: outcomes.iter().map(|outcome| (duty, outcome.clone())).collect(),
        ..Round::default()
    }
}

fn pauses(rounds: &[Round]) -> Vec<u128> {
    let mut cadence = Cadence::default();
    rounds.iter().map(|round| cadence.pause(Some(round), LONGEST).as_millis()).collect()
}

#[test]
fn the_next_round_comes_at_the_next_moment_and_at_the_latest_after_the_pause() {
    let rounds = [at(1, Some(7_000), &[]), at(2, None, &[]), at(3, Some(90_000), &[]), at(4, Some(0), &[])];
    assert_eq!(pauses(&rounds), [7_000, 60_000, 60_000, 500]);
}

#[test]
fn what_was_done_is_looked_at_at_once_and_what_waits_for_a_person_is_not() {
    let done = Outcome::Done { cost: Cost::default(), slot: 1 };
    let refused = Outcome::Refused { reason: String::new(), cost: Cost::default() };
    let rounds = [at(1, None, &[refused.clone(), done]), at(2, None, &[refused, Outcome::NoFunds])];
    assert_eq!(pauses(&rounds), [500, 60_000]);
}

#[test]
fn trouble_is_tried_again_ever_more_seldom_until_it_is_over() {
    let open = || at(1, None, &[Outcome::Open { signature: Signature::default() }]);
    let lost = || Round { clock: None, ..at(1, None, &[]) };
    let mut slot = 1;
    let mut cadence = Cadence::default();
    let mut pause = |round: Option<Round>| {
        slot += 1;
        let round = round.map(|mut round| {
            round.clock = round.clock.map(|clock| ChainClock { slot, ..clock });
            round
        });
        cadence.pause(round.as_ref(), LONGEST).as_secs()
    };
    let first: Vec<u64> = (0..8).map(|_| pause(Some(lost()))).collect();
    assert_eq!(first, [1, 2, 4, 8, 16, 32, 60, 60]);
    assert_eq!(pause(Some(at(1, None, &[]))), 60);
    assert_eq!([pause(Some(open())), pause(None), pause(Some(open()))], [1, 2, 4]);
}

#[test]
fn a_chain_that_stands_still_is_asked_ever_more_seldom() {
    let still: Vec<Round> = (0..9).map(|_| at(5, Some(1_000), &[])).collect();
    assert_eq!(pauses(&still), [1_000, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
}
