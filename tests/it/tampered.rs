//! Histories that an endpoint tells wrongly: what vetoes, attestors, weight records and guardians did.
//!
//! The endpoint tells only lines, but for one test. Whatever it alters, leaves out, swaps or cuts off is named: by the chain, down to the
//! number of the event where its links are known from an earlier reading, and by what carrying the events out again
//! contradicts (`tampered::contradictions`).

mod contradictions;
mod histories;

use quantumagi_sdk::verify::{
    Chain, ChainBreak, ChainHead, Ledger, Line, Report, Verification, verify, verify_chain_through,
};

use self::histories::{History, attestations, histories, vetoes};
use crate::support::*;

/// Bytes of an event before what it says: its kind, its chain, its number.
const HEADER: usize = 48;

/// One event of a history that is told.
struct Told {
    /// Where it stands in the list.
    place: usize,
    chain: Chain,
    sequence: u64,
}

fn chain_of(event: &Event) -> Chain {
    match event.proposal() {
        Some(proposal) => Chain::Proposal(proposal),
        None => Chain::Constitution(event.constitution().expect("the tests publish no texts")),
    }
}

/// The events that a history is about.
fn told(ledger: &Ledger, history: &History) -> Vec<Told> {
    let mut told = Vec::new();
    for (place, logged) in ledger.history.events.iter().enumerate() {
        let event = logged.event.as_ref().expect("this program's");
        if history.about.contains(&event.name()) {
            let sequence = event.sequence().expect("it has a chain");
            told.push(Told { place, chain: chain_of(event), sequence });
        }
    }
    for name in history.about {
        let is_told = told.iter().any(|told| ledger.history.events[told.place].event.as_ref().unwrap().name() == *name);
        assert!(is_told, "{name} happens");
    }
    told
}

/// What verification says about this chain.
fn result_of(verification: &Verification, ledger: &Ledger, chain: Chain) -> Result<Report, ChainBreak> {
    match chain {
        Chain::Constitution(_) => verification.constitution.clone(),
        Chain::Proposal(address) => {
            let id = ledger.proposals.keys().find(|id| pda::proposal(&ledger.address, **id) == address);
            verification.proposals[id.expect("it was created")].clone()
        }
    }
}

/// The breaks of all chains.
fn breaks(verification: &Verification) -> usize {
    let proposals = verification.proposals.values().filter(|result| result.is_err()).count();
    proposals + usize::from(verification.constitution.is_err())
}

/// Requires that this chain breaks in this way, that no other does, and that nothing is called proved.
#[track_caller]
fn check_named(given: &Ledger, chain: Chain, expected: ChainBreak) {
    let verification = verify(given);
    assert!(!verification.is_proved());
    assert_eq!(result_of(&verification, given, chain), Err(expected));
    assert_eq!((breaks(&verification), verification.replayed), (1, None));
}

#[test]
fn o1_the_histories_are_proved_as_they_happened() {
    for history in histories() {
        let verification = verify(&history.ledger());
        assert!(verification.is_proved(), "{}: {verification:#?}", history.name);
        assert_eq!(verification.recovered, []);
    }
}

#[test]
fn o1_a_removed_event_is_named() {
    for history in histories() {
        let ledger = history.ledger();
        let whole = verify(&ledger);
        for Told { place, chain, sequence } in told(&ledger, &history) {
            let head_sequence = result_of(&whole, &ledger, chain).expect("it is whole").head.sequence;
            let mut given = ledger.clone();
            given.history.events.remove(place);
            let expected = if sequence + 1 == head_sequence {
                ChainBreak::Truncated { sequence, head_sequence }
            } else {
                ChainBreak::Missing { sequence, found: sequence + 1 }
            };
            check_named(&given, chain, expected);
        }
    }
}

#[test]
fn o1_a_history_cut_off_before_an_event_is_named() {
    for history in histories() {
        let ledger = history.ledger();
        let whole = verify(&ledger);
        for Told { chain, sequence, .. } in told(&ledger, &history) {
            let head_sequence = result_of(&whole, &ledger, chain).expect("it is whole").head.sequence;
            let mut given = ledger.clone();
            // Of this chain only: the others are told to their ends. A creation is in two, and stays.
            given.history.events.retain(|logged| {
                let event = logged.event.as_ref().expect("this program's");
                matches!(event, Event::ProposalCreated(_) | Event::ProposalClosed(_))
                    || chain.sequence_of(&logged.raw.bytes).is_none_or(|number| number < sequence)
            });
            let kept = given.history.events.iter().filter_map(|logged| chain.sequence_of(&logged.raw.bytes));
            let next = kept.filter(|number| sequence < *number).min();
            let expected = match next {
                Some(found) => ChainBreak::Missing { sequence, found },
                None => ChainBreak::Truncated { sequence, head_sequence },
            };
            check_named(&given, chain, expected);
        }
    }
}

#[test]
fn o1_an_event_that_changes_places_with_the_next_one_is_named() {
    for history in histories() {
        let ledger = history.ledger();
        let mut swapped = 0;
        for Told { place, chain, sequence } in told(&ledger, &history) {
            let events = &ledger.history.events;
            let next = events.iter().position(|logged| chain.sequence_of(&logged.raw.bytes) == Some(sequence + 1));
            // Two of one transaction have no order but their numbers.
            let Some(next) = next.filter(|next| events[*next].raw.slot != events[place].raw.slot) else { continue };
            let mut given = ledger.clone();
            let (first, second) = (events[place].clone(), events[next].clone());
            (given.history.events[place].raw.bytes, given.history.events[next].raw.bytes) =
                (second.raw.bytes, first.raw.bytes);
            let (found, comes_at) = (sequence + 1, usize::try_from(sequence).unwrap() + 1);
            // The closing of a proposal is where its own chain's head comes from, wherever it stands.
            check_named(&given, chain, ChainBreak::Reordered { sequence, found, comes_at });
            swapped += 1;
        }
        assert!(swapped > 0, "{}", history.name);
    }
}

#[test]
fn o1_any_altered_byte_of_an_event_is_named_through_an_earlier_reading() {
    for history in histories() {
        let ledger = history.ledger();
        let whole = verify(&ledger);
        for Told { place, chain, sequence } in told(&ledger, &history) {
            let report = result_of(&whole, &ledger, chain).expect("it is whole");
            let heads: Vec<ChainHead> =
                (1..).zip(&report.links).map(|(sequence, hash)| ChainHead { hash: *hash, sequence }).collect();
            let raw = &ledger.history.events[place].raw;
            for byte in HEADER..raw.bytes.len() {
                let mut given = ledger.clone();
                given.history.events[place].raw.bytes[byte] ^= 1 << (byte % 8);
                let selected = chain.select(given.history.events.iter().map(|logged| &logged.raw), report.head);
                let named = verify_chain_through(chain, &selected, &heads, report.head);
                let Err(ChainBreak::Altered { from, until, expected, .. }) = named else { panic!("{named:?}") };
                assert_eq!((from, until), (sequence, sequence), "{} byte {byte}", history.name);
                assert_eq!(expected, heads[usize::try_from(sequence).unwrap()].hash);
            }
        }
    }
}

#[test]
fn o1_any_altered_byte_of_an_event_breaks_its_chain_for_a_first_reader() {
    for history in histories() {
        let ledger = history.ledger();
        let whole = verify(&ledger);
        for Told { place, chain, .. } in told(&ledger, &history) {
            let head = result_of(&whole, &ledger, chain).expect("it is whole").head;
            // The first byte of what it says, the middle and the last: any byte, by the test before.
            let len = ledger.history.events[place].raw.bytes.len();
            for byte in [HEADER, HEADER.midpoint(len), len - 1] {
                let mut given = ledger.clone();
                given.history.events[place].raw.bytes[byte] ^= 1;
                let verification = verify(&given);
                let Err(ChainBreak::Altered { from: 0, until, expected, .. }) =
                    result_of(&verification, &ledger, chain)
                else {
                    panic!("{verification:?}")
                };
                assert_eq!((until, expected), (head.sequence - 1, head.hash));
                assert_eq!((breaks(&verification), verification.is_proved()), (1, false));
            }
        }
    }
}

#[test]
fn o1_an_altered_veto_or_score_is_named_by_its_instruction_where_instructions_are_told() {
    for history in [vetoes(), attestations()] {
        let ledger = ledger(&history.community, &history.community.constitution, |_| true);
        for Told { place, chain, sequence } in told(&ledger, &history) {
            let raw = &ledger.history.events[place].raw;
            for byte in HEADER..raw.bytes.len() {
                let mut given = ledger.clone();
                given.history.events[place].raw.bytes[byte] ^= 1 << (byte % 8);
                let verification = verify(&given);
                let [recovered] = verification.recovered.as_slice() else { panic!("{verification:#?}") };
                assert_eq!((recovered.chain, recovered.sequence), (chain, sequence), "{} byte {byte}", history.name);
                assert_eq!((recovered.signature, recovered.line), (raw.signature, Line::Altered));
                assert_eq!((breaks(&verification), verification.is_proved()), (0, false));
            }
        }
    }
}
