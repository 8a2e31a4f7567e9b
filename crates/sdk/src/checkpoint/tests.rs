use proptest::prelude::*;
use quantumagi_interface::digest::Sha2;
use quantumagi_rules::digest::next_link;

use super::*;

const HERE: Address = Address::new_from_array([1; 32]);

fn head(byte: u8, sequence: u64) -> ChainHead {
    ChainHead { hash: [byte; 32], sequence }
}

fn anchored(head: ChainHead, slot: u64) -> Anchored {
    let checkpoint = Checkpoint { constitution: HERE, head, slot: 1 };
    Anchored { checkpoint, by: Address::default(), signature: Signature::default(), slot, at: None }
}

#[track_caller]
fn check(chain: &ProvedChain, head: ChainHead, slot: u64, expected: Agreement) {
    assert_eq!(chain.agreement(&anchored(head, slot)), expected, "{head:?} in slot {slot}");
}

#[test]
fn a_checkpoint_agrees_with_the_link_after_its_last_event_and_with_no_other() {
    let known = Known { head: head(12, 7), last: None };
    let chain =
        ProvedChain { known, slot: 90, start: head(9, 4), links: vec![[10; 32], [11; 32], [12; 32]], anchored: vec![] };
    for (byte, sequence) in [(9, 4), (10, 5), (11, 6), (12, 7)] {
        check(&chain, head(byte, sequence), 80, Agreement::Agrees);
        check(&chain, head(byte + 1, sequence), 80, Agreement::Differs);
    }
    check(&chain, head(8, 3), 80, Agreement::OutOfReach);
    check(&chain, head(13, 8), 91, Agreement::OutOfReach);
    check(&chain, head(13, 8), 90, Agreement::Differs);
    check(&ProvedChain { start: ChainHead::START, ..chain }, ChainHead::START, 80, Agreement::Agrees);
}

#[test]
fn only_the_one_text_of_a_checkpoint_is_one() {
    let text = Checkpoint { constitution: HERE, head: head(0xab, 41), slot: 900 }.to_string();
    assert!(Checkpoint::parse(&text).is_some());
    for wrong in [
        text.replace("checkpoint 1", "checkpoint 2"),
        text.replace(" 41 ", " 041 "),
        text.replace(" 41 ", " +41 "),
        text.replace(" 41 ", "  41 "),
        text.replace("abab", "ABAB"),
        text.replace(" 900", " 900 "),
        text.replace(" 900", ""),
        format!("{text} more"),
        format!(" {text}"),
        text.replacen("ab", "", 1),
        text.replacen("ab", "é", 1),
    ] {
        assert_eq!(Checkpoint::parse(&wrong), None, "{wrong}");
    }
}

/// An event of the chain: any kind, then subject, number and moment.
fn event(sequence: u64, content: u8) -> Vec<u8> {
    [&b"anything"[..], HERE.as_ref(), &sequence.to_le_bytes(), &[0; 8], &[content]].concat()
}

fn led_to(events: &[Vec<u8>]) -> ChainHead {
    events.iter().fold(ChainHead::START, |head, event| ChainHead {
        hash: next_link::<Sha2>(&head.hash, event),
        sequence: head.sequence + 1,
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read(constitution: [u8; 32], hash: [u8; 32], sequence: u64, slot: u64) {
        let constitution = Address::new_from_array(constitution);
        let checkpoint = Checkpoint { constitution, head: ChainHead { hash, sequence }, slot };
        prop_assert_eq!(Checkpoint::parse(&checkpoint.to_string()), Some(checkpoint));
    }

    /// Law: in whatever order events come, from wherever it goes on, the chain is led on to its head, and later events and
    /// those of other chains change nothing.
    #[test]
    fn a_chain_is_led_on_whatever_the_order(
        contents in prop::collection::vec(any::<u8>(), 1..20), known in any::<prop::sample::Index>(),
        until in any::<prop::sample::Index>(), order in any::<u64>(),
    ) {
        let events: Vec<Vec<u8>> = (0..).zip(&contents).map(|(sequence, content)| event(sequence, *content)).collect();
        let until = until.index(events.len() + 1);
        let known = known.index(until + 1);
        let [from, to] = [known, until].map(|len| led_to(&events[..len]));
        let mut given = events.clone();
        given.push([b"anything", &[9; 32][..], &[0; 16]].concat());
        // Any order will do that the case's number chooses.
        given.sort_by_key(|event| quantumagi_interface::digest::sha256(&[&event[..], &order.to_le_bytes()].concat()));
        let mut follower = follow::Follower::new(HERE, Known { head: from, last: None }, to);
        given.into_iter().for_each(|bytes| follower.take(bytes, Signature::default()));
        prop_assert_eq!(follower.broken(from), None);
        prop_assert_eq!((follower.reached.head, follower.links.len()), (to, until - known));
    }

    /// Law: without one event, or with one that is another, it is not led there, and the break names it.
    #[test]
    fn what_is_left_out_or_altered_breaks_the_chain(
        contents in prop::collection::vec(any::<u8>(), 1..20), place in any::<prop::sample::Index>(), flip in 1u8..,
    ) {
        let events: Vec<Vec<u8>> = (0..).zip(&contents).map(|(sequence, content)| event(sequence, *content)).collect();
        let (place, to) = (place.index(events.len()), led_to(&events));
        let broken = |given: &[Vec<u8>]| {
            let mut follower = follow::Follower::new(HERE, Known::NOTHING, to);
            given.iter().for_each(|bytes| follower.take(bytes.clone(), Signature::default()));
            follower.broken(ChainHead::START)
        };
        let mut left_out = events.clone();
        left_out.remove(place);
        let (sequence, head_sequence) = (place as u64, to.sequence);
        let expected = if sequence + 1 == head_sequence {
            ChainBreak::Truncated { sequence, head_sequence }
        } else {
            ChainBreak::Missing { sequence, found: sequence + 1 }
        };
        prop_assert_eq!(broken(&left_out), Some(expected));
        let mut altered = events;
        *altered[place].last_mut().expect("content") ^= flip;
        let expected = ChainBreak::Altered {
            from: 0,
            until: head_sequence - 1,
            expected: to.hash,
            actual: led_to(&altered).hash,
        };
        prop_assert_eq!(broken(&altered), Some(expected));
    }
}

#[test]
fn a_step_ends_with_a_slot() {
    let record =
        |slot| quantumagi_rpc::SignatureRecord { signature: Signature::default(), slot, error: None, block_time: None };
    let records: Vec<_> = [1, 2, 2, 2, 3].map(record).into();
    let steps = [0, 1, 2, 3, 4, 5, 6, usize::MAX].map(|limit| follow::step_of(&records, limit));
    assert_eq!(steps, [1, 1, 4, 4, 4, 5, 5, 5]);
    assert_eq!(follow::step_of(&[], 3), 0);
}
