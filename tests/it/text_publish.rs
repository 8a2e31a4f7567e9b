//! `text_publish`: a text under the address that is its hash.

use quantumagi_interface::digest::sha256;

use crate::support::*;

fn publish(text: &[u8]) -> ix::TextPublish {
    ix::TextPublish { publisher: person("ada"), text: Address::new_from_array(sha256(text)) }
}

#[test]
fn a_text_is_published_whole() {
    let mut world = World::new();
    let text = "Wir, die Leute – 我們 – ✓".as_bytes();
    let done = world.send(publish(text).instruction(text.len() as u32, 0, text));
    let Event::TextPublished(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.text_hash, event.publisher), (sha256(text), person("ada")));
    assert_eq!((event.total_len as usize, event.offset, event.bytes.as_slice()), (text.len(), 0, text));
}

#[test]
fn a_text_is_published_in_parts_and_a_part_may_end_inside_a_character() {
    let mut world = World::new();
    let text = "ä".repeat(500);
    for (start, end) in [(0, 501), (501, 1_000)] {
        let part = &text.as_bytes()[start..end];
        let done = world.send(publish(text.as_bytes()).instruction(1_000, start as u32, part));
        let Event::TextPublished(event) = done.event() else { panic!("{:?}", done.events) };
        assert_eq!((event.total_len, event.offset as usize, event.bytes.as_slice()), (1_000, start, part));
    }
}

#[test]
fn text_publish_refuses_a_publisher_who_did_not_sign() {
    let mut world = World::new();
    let publish = unsigned(publish(b"text").instruction(4, 0, b"text"), 0);
    check_refused(&mut world, publish, InstructionError::MissingRequiredSignature);
}

#[test]
fn text_publish_refuses_an_empty_text() {
    let mut world = World::new();
    for total_len in [0, 4] {
        check_refused(&mut world, publish(b"").instruction(total_len, 0, b""), GovError::TextEmpty);
    }
}

#[test]
fn text_publish_refuses_a_part_outside_the_text() {
    let mut world = World::new();
    for (total_len, offset) in [(3, 0), (4, 1), (7, 4), (0, 0), (1_048_577, 0), (u32::MAX, u32::MAX - 3), (8, u32::MAX)]
    {
        check_refused(
            &mut world,
            publish(b"text").instruction(total_len, offset, b"text"),
            GovError::TextPartOutOfRange,
        );
    }
}

#[test]
fn text_publish_refuses_a_whole_text_that_is_not_utf8() {
    let mut world = World::new();
    let bytes = [0xc3, 0x28];
    check_refused(&mut world, publish(&bytes).instruction(2, 0, &bytes), GovError::TextNotUtf8);
}

#[test]
fn text_publish_refuses_a_whole_text_under_another_hash() {
    let mut world = World::new();
    check_refused(&mut world, publish(b"text").instruction(4, 0, b"tEXT"), GovError::TextMismatch);
}
