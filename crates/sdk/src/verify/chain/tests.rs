use proptest::prelude::*;
use quantumagi_interface::events::{Event, ProposalCancelled, ProposalCreated, ProposalExecuted, TextPublished};

use super::*;

const CONSTITUTION: Address = Address::new_from_array([1; 32]);
const PROPOSAL: Address = Address::new_from_array([2; 32]);
const OF_PROPOSAL: Chain = Chain::Proposal(PROPOSAL);

fn executed(sequence: u64, digest: [u8; 32]) -> Vec<u8> {
    Event::ProposalExecuted(ProposalExecuted { proposal: PROPOSAL, sequence, at: 7, digest }).to_bytes()
}

fn created(action: Vec<u8>) -> Vec<u8> {
    let mut event = ProposalCreated::decode_zeros();
    event.constitution = CONSTITUTION;
    event.sequence = 41;
    event.proposal = PROPOSAL;
    event.action = action;
    Event::ProposalCreated(event).to_bytes()
}

trait DecodeZeros {
    fn decode_zeros() -> Self;
}

impl DecodeZeros for ProposalCreated {
    fn decode_zeros() -> Self {
        // Three empty lists at the end are twelve zeros.
        let bytes = [&Self::DISCRIMINATOR[..], &[0; 600]].concat();
        let event = (0..bytes.len()).rev().find_map(|len| Event::decode(&bytes[..len]).ok());
        let Some(Event::ProposalCreated(event)) = event else { panic!("zeros are a creation") };
        event
    }
}

/// A proposal's history: its creation, then one event for each digest.
fn history(digests: &[u8]) -> Vec<Vec<u8>> {
    let later = (1..).zip(digests).map(|(sequence, digest)| executed(sequence, [*digest; 32]));
    [created(vec![1, 2, 3])].into_iter().chain(later).collect()
}

fn heads(events: &[Vec<u8>]) -> Vec<ChainHead> {
    let links = events.iter().scan(ChainHead::START, |head, event| {
        *head = ChainHead { hash: next_link::<Sha2>(&head.hash, event), sequence: head.sequence + 1 };
        Some(*head)
    });
    links.collect()
}

fn head(events: &[Vec<u8>]) -> ChainHead {
    heads(events).last().copied().unwrap_or(ChainHead::START)
}

#[test]
fn a_whole_history_is_proved_and_gives_its_links() {
    let events = history(&[5, 6]);
    let expected = Report {
        chain: OF_PROPOSAL,
        head: head(&events),
        links: heads(&events).iter().map(|head| head.hash).collect(),
    };
    assert_eq!(verify_chain(OF_PROPOSAL, &events, head(&events)), Ok(expected));
    let empty: [Vec<u8>; 0] = [];
    assert_eq!(verify_chain(OF_PROPOSAL, &empty, ChainHead::START).map(|report| report.links), Ok(vec![]));
}

#[test]
fn an_empty_history_proves_only_an_empty_chain() {
    let empty: [Vec<u8>; 0] = [];
    let head = ChainHead { hash: [9; 32], sequence: 2 };
    let broken = ChainBreak::Truncated { sequence: 0, head_sequence: 2 };
    assert_eq!(verify_chain(OF_PROPOSAL, &empty, head), Err(broken));
    let head = ChainHead { hash: [9; 32], sequence: 0 };
    let broken = ChainBreak::Altered { from: 0, until: 0, expected: [9; 32], actual: [0; 32] };
    assert_eq!(verify_chain(OF_PROPOSAL, &empty, head), Err(broken));
}

#[test]
fn events_of_other_chains_do_not_belong() {
    let events = history(&[5]);
    let other = Chain::Proposal(Address::new_from_array([3; 32]));
    assert_eq!(verify_chain(other, &events, head(&events)), Err(ChainBreak::Foreign { position: 0 }));
    assert_eq!(Chain::Constitution(CONSTITUTION).sequence_of(&events[0]), Some(41));
    assert_eq!(Chain::Constitution(CONSTITUTION).sequence_of(&events[1]), None);
}

#[test]
fn a_text_published_under_a_chains_address_is_not_taken_for_its_event() {
    let part = TextPublished {
        text_hash: PROPOSAL.to_bytes(),
        publisher: Address::default(),
        total_len: 9,
        offset: 0,
        bytes: vec![0; 64],
    };
    assert_eq!(OF_PROPOSAL.sequence_of(&Event::TextPublished(part).to_bytes()), None);
}

#[test]
fn what_happened_after_the_head_was_read_is_left_out_and_a_slot_is_put_in_order() {
    let events = history(&[5, 6, 7]);
    let at = |slot, bytes: &Vec<u8>| RawEvent { signature: Default::default(), slot, index: 0, bytes: bytes.clone() };
    let listed = [at(1, &events[0]), at(2, &events[2]), at(2, &events[1]), at(3, &events[3])];
    let selected = OF_PROPOSAL.select(&listed, head(&events[..3]));
    let bytes: Vec<&[u8]> = selected.iter().map(|event| event.bytes.as_slice()).collect();
    assert_eq!(bytes, [&events[0], &events[1], &events[2]]);
}

#[test]
fn breaks_are_told_in_words() {
    let broken = ChainBreak::Altered { from: 2, until: 4, expected: [1; 32], actual: [2; 32] };
    let expected = format!(
        "an event from 2 up to 4 was altered: they lead to {}, but the chain stands at {}",
        "02".repeat(32),
        "01".repeat(32)
    );
    assert_eq!(broken.to_string(), expected);
    let broken = ChainBreak::Reordered { sequence: 2, found: 4, comes_at: 3 };
    assert_eq!(broken.to_string(), "event 4 comes where event 2 belongs, which only comes at position 3");
}

#[test]
fn a_longer_history_than_the_head_is_not_proved_by_it() {
    let events = history(&[5, 6]);
    let broken = ChainBreak::BeyondHead { sequence: 2, head_sequence: 2 };
    assert_eq!(verify_chain(OF_PROPOSAL, &events, head(&events[..2])), Err(broken));
}

#[test]
fn an_unknown_event_is_proved_like_any_other() {
    let mut later = Event::ProposalCancelled(ProposalCancelled { proposal: PROPOSAL, sequence: 1, at: 7 }).to_bytes();
    later[..8].copy_from_slice(b"from2030");
    let events = vec![created(vec![]), later];
    assert_eq!(verify_chain(OF_PROPOSAL, &events, head(&events)).map(|report| report.head), Ok(head(&events)));
}

proptest! {
    /// Law: without one event, the history breaks exactly there.
    #[test]
    fn a_removed_event_is_named(digests in prop::collection::vec(any::<u8>(), 0..20), place: prop::sample::Index) {
        let events = history(&digests);
        let place = place.index(events.len());
        let mut given = events.clone();
        given.remove(place);
        let (sequence, head) = (place as u64, head(&events));
        let expected = if place == given.len() {
            ChainBreak::Truncated { sequence, head_sequence: head.sequence }
        } else {
            ChainBreak::Missing { sequence, found: sequence + 1 }
        };
        prop_assert_eq!(verify_chain(OF_PROPOSAL, &given, head), Err(expected));
    }

    /// Law: a history that ends early breaks where it ends.
    #[test]
    fn a_truncated_history_is_named(digests in prop::collection::vec(any::<u8>(), 0..20), place: prop::sample::Index) {
        let events = history(&digests);
        let len = place.index(events.len());
        let head = head(&events);
        let expected = ChainBreak::Truncated { sequence: len as u64, head_sequence: head.sequence };
        prop_assert_eq!(verify_chain(OF_PROPOSAL, &events[..len], head), Err(expected));
    }

    /// Law: a history that starts late breaks at its start.
    #[test]
    fn a_history_without_its_beginning_is_named(digests in prop::collection::vec(any::<u8>(), 1..20), place: prop::sample::Index) {
        let events = history(&digests);
        let from = 1 + place.index(events.len() - 1);
        let expected = ChainBreak::Missing { sequence: 0, found: from as u64 };
        prop_assert_eq!(verify_chain(OF_PROPOSAL, &events[from..], head(&events)), Err(expected));
    }

    /// Law: of two events that change places, the earlier place is named.
    #[test]
    fn swapped_events_are_named(digests in prop::collection::vec(any::<u8>(), 1..20), a: prop::sample::Index, b: prop::sample::Index) {
        let events = history(&digests);
        let (a, b) = (a.index(events.len()), b.index(events.len()));
        prop_assume!(a != b);
        let (first, second) = (a.min(b), a.max(b));
        let mut given = events.clone();
        given.swap(a, b);
        let expected = ChainBreak::Reordered { sequence: first as u64, found: second as u64, comes_at: second };
        prop_assert_eq!(verify_chain(OF_PROPOSAL, &given, head(&events)), Err(expected));
    }

    /// Law: an event that comes twice is named.
    #[test]
    fn a_repeated_event_is_named(digests in prop::collection::vec(any::<u8>(), 0..20), a: prop::sample::Index, b: prop::sample::Index) {
        let events = history(&digests);
        let again = a.index(events.len());
        let position = again + 1 + b.index(events.len() - again);
        let mut given = events.clone();
        given.insert(position, events[again].clone());
        let expected = ChainBreak::Repeated { sequence: again as u64, position };
        prop_assert_eq!(verify_chain(OF_PROPOSAL, &given, head(&events)), Err(expected));
    }

    /// Law: whatever bit is turned, it shows. Against the links of an earlier reading it shows in which event; against
    /// the account's head alone, in which chain.
    #[test]
    fn an_altered_event_is_found_and_with_known_links_named(
        digests in prop::collection::vec(any::<u8>(), 0..20), place: prop::sample::Index, byte: prop::sample::Index, bit in 0u8..8,
    ) {
        let events = history(&digests);
        let place = place.index(events.len());
        let mut given = events.clone();
        let byte = byte.index(given[place].len());
        given[place][byte] ^= 1 << bit;
        let head = head(&events);
        let found = OF_PROPOSAL.sequence_of(&given[place]);
        let named = verify_chain_through(OF_PROPOSAL, &given, &heads(&events), head);
        let alone = verify_chain(OF_PROPOSAL, &given, head);
        let sequence = place as u64;
        match found {
            None => {
                prop_assert_eq!(&named, &Err(ChainBreak::Foreign { position: place }));
                prop_assert_eq!(&alone, &named);
            }
            Some(found) if found == sequence => {
                let (expected, actual) = (heads(&events)[place].hash, heads(&given)[place].hash);
                prop_assert_eq!(named, Err(ChainBreak::Altered { from: sequence, until: sequence, expected, actual }));
                let (expected, actual) = (head.hash, heads(&given)[events.len() - 1].hash);
                prop_assert_eq!(alone, Err(ChainBreak::Altered { from: 0, until: head.sequence - 1, expected, actual }));
            }
            // The number itself was altered.
            Some(found) => {
                let expected = if found < sequence {
                    ChainBreak::Repeated { sequence: found, position: place }
                } else {
                    ChainBreak::Missing { sequence, found }
                };
                prop_assert_eq!(&named, &Err(expected));
                prop_assert_eq!(&alone, &named);
            }
        }
    }

    /// Law: the whole history is proved, through any heads that are true.
    #[test]
    fn a_true_history_is_proved_through_any_of_its_heads(digests in prop::collection::vec(any::<u8>(), 0..20), known in prop::collection::vec(any::<prop::sample::Index>(), 0..5)) {
        let events = history(&digests);
        let heads = heads(&events);
        let known: Vec<ChainHead> = known.iter().map(|index| heads[index.index(heads.len())]).collect();
        let report = verify_chain_through(OF_PROPOSAL, &events, &known, head(&events));
        prop_assert_eq!(report.map(|report| report.head), Ok(head(&events)));
    }
}
