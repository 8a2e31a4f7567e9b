//! Reading on, against histories that are drawn: cut anywhere, listed late, hidden, altered.

use proptest::prelude::*;
use quantumagi_interface::events::{Event, PolicyClosed};
use quantumagi_interface::types::EventChain;

use super::*;

const HERE: Address = Address::new_from_array([7; 32]);

fn event(sequence: u64) -> Vec<u8> {
    let at = 1_000 + i64::try_from(sequence).expect("few");
    Event::PolicyClosed(PolicyClosed { constitution: HERE, sequence, at, policy_id: sequence, payer: HERE }).to_bytes()
}

/// Of another chain, as a proposal's own events are.
fn foreign() -> Vec<u8> {
    Event::PolicyClosed(PolicyClosed {
        constitution: Address::new_from_array([9; 32]),
        sequence: 0,
        at: 5,
        policy_id: 77,
        payer: HERE,
    })
    .to_bytes()
}

fn head(events: u64) -> ChainHead {
    let hash = (0..events).fold([0; 32], |hash, sequence| next_link::<Sha2>(&hash, &event(sequence)));
    ChainHead::from(EventChain { hash, sequence: events })
}

fn logged(number: u8, slot: u64, events: &[u64]) -> Logged {
    Logged { signature: [number; 64].into(), slot, events: events.iter().map(|sequence| event(*sequence)).collect() }
}

fn ids(events: &[Event]) -> Vec<u64> {
    let id =
        |event: &Event| if let Event::PolicyClosed(closed) = event { closed.policy_id } else { panic!("{event:?}") };
    events.iter().map(id).collect()
}

#[test]
fn what_follows_the_beginning_is_proved_up_to_the_head() {
    let mut reading = Reading::from(head(2), Some([1; 64].into()));
    // The list is in no order inside a slot, and holds what is older than the beginning.
    let list = [logged(2, 10, &[1]), logged(3, 11, &[4]), logged(4, 11, &[2, 3])];
    let (progress, events) = reading.read_on(HERE, &list, true, head(5));
    assert_eq!(progress, Progress::Proved { began_at: Some(1_002) });
    assert_eq!(ids(&events), [1, 4, 2, 3]);
    assert_eq!(reading, Reading::from(head(5), Some([4; 64].into())));
}

#[test]
fn an_event_that_is_not_listed_yet_is_waited_for() {
    let mut reading = Reading::from(head(2), Some([1; 64].into()));
    let late = [logged(2, 10, &[2]), logged(4, 12, &[4])];
    let (progress, events) = reading.read_on(HERE, &late, true, head(5));
    assert_eq!((progress, ids(&events)), (Progress::Missing { sequence: 3 }, vec![]));
    assert_eq!((reading.reached.sequence, reading.cursor), (3, Some([1; 64].into())), "its slot may hold more");
    let found = [logged(2, 10, &[2]), logged(3, 11, &[3]), logged(4, 12, &[4])];
    let (progress, events) = reading.read_on(HERE, &found, true, head(5));
    assert_eq!((progress, ids(&events)), (Progress::Proved { began_at: Some(1_002) }, vec![2, 3, 4]));
}

#[test]
fn an_event_after_the_head_is_left_for_the_next_time() {
    let mut reading = Reading::from(head(2), None);
    let list = [logged(2, 10, &[2]), logged(3, 11, &[3])];
    let (progress, events) = reading.read_on(HERE, &list, true, head(3));
    assert_eq!((progress, ids(&events)), (Progress::Proved { began_at: Some(1_002) }, vec![2]));
    assert_eq!(reading, Reading::from(head(3), Some([2; 64].into())));
}

#[test]
fn an_altered_event_is_no_proof() {
    let mut reading = Reading::from(head(2), None);
    let before = reading;
    let mut list = [logged(2, 10, &[2]), logged(3, 11, &[3])];
    let last = list[0].events[0].len() - 1;
    list[0].events[0][last] ^= 1;
    let (progress, events) = reading.read_on(HERE, &list, true, head(4));
    assert_eq!((progress, ids(&events)), (Progress::Altered, vec![]));
    assert_eq!((reading.proved, reading.cursor), (before.proved, None));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Whatever is cut off, listed late or in between: every event is told once, and what is said to be proved is.
    #[test]
    fn every_event_is_told_once_and_nothing_is_proved_too_early(
        sizes in proptest::collection::vec((0..4u64, 0..3u64, any::<bool>()), 1..20),
        rounds in proptest::collection::vec((0..8usize, 0..22usize, proptest::option::of(0..20usize)), 0..30),
    ) {
        let mut history = Vec::new();
        let (mut sequence, mut slot) = (0, 1);
        for (number, (size, gap, is_mixed)) in (1..).zip(&sizes) {
            slot += gap;
            let own: Vec<u64> = (sequence..sequence + size).collect();
            sequence += size;
            let mut transaction = logged(number, slot, &own);
            if *is_mixed {
                transaction.events.insert(0, foreign());
            }
            history.push(transaction);
        }
        let mut reading = Reading::from(head(0), None);
        let mut told = Vec::new();
        // What the endpoint lists by then, less one that it lists later; at last, all.
        let all = (usize::MAX, sizes.len(), None);
        for (cut, listed, missing) in rounds.into_iter().chain([all; 2]) {
            // Heads are those at the ends of slots.
            let mut listed = listed.min(history.len());
            while 0 < listed && listed < history.len() && history[listed].slot == history[listed - 1].slot {
                listed += 1;
            }
            let known = &history[..listed];
            let own = |it: &Logged| it.events.iter().filter_map(|bytes| Chain::Constitution(HERE).sequence_of(bytes)).max();
            let head = head(known.iter().filter_map(own).max().map_or(0, |last| last + 1));
            if head == reading.proved || head.sequence < reading.reached.sequence {
                continue;
            }
            let from = reading.cursor.map_or(0, |cursor| {
                history.iter().position(|it| it.signature == cursor).expect("it is of the history") + 1
            });
            let after = known.get(from..).unwrap_or_default();
            // What was listed once stays listed.
            let reached = reading.reached.sequence;
            let mut asked: Vec<Logged> = after
                .iter()
                .enumerate()
                .filter(|(index, it)| missing != Some(from + index) || own(it).is_none_or(|last| last < reached))
                .map(|(_, it)| it.clone())
                .collect();
            let cut = if missing.is_some() { usize::MAX } else { cut };
            let limit = asked.get(cut.saturating_sub(1)).map(|it| it.slot);
            let length = asked.len();
            asked.retain(|it| limit.is_none_or(|limit| it.slot <= limit));
            let (progress, events) = reading.read_on(HERE, &asked, asked.len() == length, head);
            told.extend(ids(&events));
            if let Progress::Proved { .. } = progress {
                prop_assert_eq!(reading.proved, head);
            }
            prop_assert!(progress != Progress::Altered);
        }
        prop_assert_eq!(reading.proved.sequence, sequence);
        told.retain(|id| *id != 77);
        told.sort_unstable();
        prop_assert_eq!(told, (0..sequence).collect::<Vec<_>>());
    }
}
