//! Decoding events.

use proptest::prelude::*;
use quantumagi_interface::events::{
    ConstitutionCreated, Event, ProposalCancelled, ProposalCreated, ProposalVoted, RosterExtended, TextPublished,
};
use quantumagi_interface::types::{Citation, Member, TrackConfig};
use quantumagi_interface::{Address, DecodeError};

/// Length of each event whose length is fixed, discriminator included.
const FIXED: [([u8; 8], usize); 31] = {
    use quantumagi_interface::events::*;
    [
        (BallotPageClosed::DISCRIMINATOR, 92),
        (BallotPageOpened::DISCRIMINATOR, 92),
        (ConstitutionAmended::DISCRIMINATOR, 156),
        (ConstitutionCreated::DISCRIMINATOR, 312),
        (ConstitutionSealed::DISCRIMINATOR, 88),
        (PolicyAdopted::DISCRIMINATOR, 176),
        (PolicyAmended::DISCRIMINATOR, 140),
        (PolicyClosed::DISCRIMINATOR, 96),
        (PolicyRepealed::DISCRIMINATOR, 96),
        (PolicySunsetRecorded::DISCRIMINATOR, 72),
        (PrincipleAdded::DISCRIMINATOR, 159),
        (PrincipleAmended::DISCRIMINATOR, 128),
        (PrincipleRetired::DISCRIMINATOR, 96),
        (ProposalCancelled::DISCRIMINATOR, 56),
        (ProposalAttested::DISCRIMINATOR, 128),
        (ProposalClosed::DISCRIMINATOR, 169),
        (ProposalExecuted::DISCRIMINATOR, 88),
        (ProposalExpired::DISCRIMINATOR, 56),
        (ProposalFinalized::DISCRIMINATOR, 120),
        (ProposalVetoed::DISCRIMINATOR, 112),
        (ProposalVoted::DISCRIMINATOR, 112),
        (ProposerClosed::DISCRIMINATOR, 120),
        (ProposerOpened::DISCRIMINATOR, 120),
        (RosterAdopted::DISCRIMINATOR, 164),
        (RosterClosed::DISCRIMINATOR, 120),
        (RosterCreated::DISCRIMINATOR, 128),
        (RosterPageClosed::DISCRIMINATOR, 124),
        (RosterPageOpened::DISCRIMINATOR, 124),
        (ParametersAmended::DISCRIMINATOR, 129),
        (SettingsAmended::DISCRIMINATOR, 123),
        (VetoBodyAdopted::DISCRIMINATOR, 164),
    ]
};

fn address(byte: u8) -> Address {
    Address::new_from_array([byte; 32])
}

#[test]
fn every_event_of_fixed_length_is_read_and_written_back() {
    for (discriminator, len) in FIXED {
        let bytes: Vec<u8> = discriminator.into_iter().chain((8..len).map(|index| index as u8)).collect();
        let event = Event::decode(&bytes).expect("a whole event");
        assert_eq!(event.to_bytes(), bytes, "{}", event.name());
        assert_eq!(event.at(), Some(i64::from_le_bytes(bytes[48..56].try_into().unwrap())), "{}", event.name());
        assert_eq!(event.sequence(), Some(u64::from_le_bytes(bytes[40..48].try_into().unwrap())));

        let longer: Vec<u8> = bytes.iter().copied().chain([0]).collect();
        assert_eq!(Event::decode(&longer), Err(DecodeError::TooLong { len: len + 1, expected: len }));
        assert_eq!(Event::decode(&bytes[..len - 1]), Err(DecodeError::Malformed { len: len - 1 }));
    }
}

#[track_caller]
fn check_round_trip(event: Event, name: &str) {
    let bytes = event.to_bytes();
    assert_eq!(event.name(), name);
    assert_eq!(Event::decode(&bytes), Ok(event));
    for len in 8..bytes.len() {
        assert_eq!(Event::decode(&bytes[..len]), Err(DecodeError::Malformed { len }));
    }
}

#[test]
fn events_with_lists_are_read_and_written_back() {
    let members = (1..=3).map(|index| Member { voter: address(index), weight: u64::from(index) }).collect();
    let extended =
        RosterExtended { constitution: address(1), sequence: 2, at: 3, roster: address(4), first_index: 5, members };
    check_round_trip(Event::RosterExtended(extended), "RosterExtended");
    let published =
        TextPublished { text_hash: [1; 32], publisher: address(2), total_len: 3, offset: 0, bytes: b"abc".to_vec() };
    let published = Event::TextPublished(published);
    assert_eq!((published.sequence(), published.at()), (None, None));
    assert_eq!((published.constitution(), published.proposal()), (None, None));
    check_round_trip(published, "TextPublished");
    check_round_trip(Event::ProposalCreated(created()), "ProposalCreated");
}

fn created() -> ProposalCreated {
    ProposalCreated {
        constitution: address(1),
        sequence: 2,
        at: -3,
        proposal: address(4),
        proposal_id: 5,
        proposer: address(6),
        electorate: address(7),
        veto_roster: address(70),
        attestor: address(71),
        subject: address(8),
        content_hash: [9; 32],
        execution_digest: [10; 32],
        deploy_slot: 11,
        total_weight: 12,
        veto_total: 120,
        deposit_lamports: 121,
        voters: 13,
        constitution_version: 14,
        starts_at: 15,
        ends_at: 16,
        extension_seconds: 17,
        cooloff_seconds: 180,
        timelock_seconds: 18,
        window_seconds: 19,
        threshold_bps: 20,
        quorum_bps: 21,
        min_for_bps: 22,
        veto_bps: 23,
        slash_bps: 24,
        unattested_threshold_bps: 25,
        attestation_mark: 26,
        steps: 27,
        electorate_kind: 1,
        track: 1,
        ballot_rule: 1,
        number: 2,
        payload: address(60),
        slots: vec![7, 8],
        citations: vec![Citation { principle_id: 1, version: 2 }, Citation { principle_id: 3, version: 4 }],
        action: vec![2, 0, 0, 0, 0, 0, 0, 0, 0],
    }
}

#[test]
fn an_event_tells_what_it_is_about() {
    let event = Event::ProposalCreated(created());
    assert_eq!((event.constitution(), event.proposal()), (Some(address(1)), Some(address(4))));
    assert_eq!((event.sequence(), event.at()), (Some(2), Some(-3)));
    let cancelled = Event::ProposalCancelled(ProposalCancelled { proposal: address(1), sequence: 1, at: 2 });
    assert_eq!((cancelled.constitution(), cancelled.proposal()), (None, Some(address(1))));
}

#[test]
fn bytes_that_are_no_event_are_refused_with_their_values() {
    assert_eq!(Event::decode(&[1; 7]), Err(DecodeError::TooShort { len: 7, needed: 8 }));
    assert_eq!(Event::decode(&[1; 90]), Err(DecodeError::UnknownDiscriminator { found: [1; 8] }));
}

#[test]
fn a_fixed_event_has_its_fields_at_fixed_places() {
    let mut bytes = ProposalVoted::DISCRIMINATOR.to_vec();
    bytes.extend([1; 32]); // proposal
    bytes.extend(7u64.to_le_bytes());
    bytes.extend(1_700_000_000i64.to_le_bytes());
    bytes.extend([2; 32]); // voter
    bytes.extend(30u64.to_le_bytes());
    bytes.extend(1_700_003_600i64.to_le_bytes());
    bytes.extend(4u32.to_le_bytes());
    bytes.extend([3, 1, 1, 0]);
    let voted = ProposalVoted {
        proposal: address(1),
        sequence: 7,
        at: 1_700_000_000,
        voter: address(2),
        weight: 30,
        ends_at: 1_700_003_600,
        voter_index: 4,
        choice: 3,
        previous_choice: 1,
        was_extended: 1,
        reserved: 0,
    };
    assert_eq!(Event::decode(&bytes), Ok(Event::ProposalVoted(voted)));
}

#[test]
fn nested_structs_lie_one_behind_the_other() {
    let track = TrackConfig {
        threshold_bps: 6_000,
        quorum_bps: 500,
        min_for_bps: 100,
        entrenched_threshold_bps: 7_500,
        discussion_seconds: 60,
        voting_seconds: 3_600,
        extension_seconds: 0,
        timelock_seconds: 3_600,
        window_seconds: 3_600,
        veto_bps: 0,
        slash_bps: 0,
        cooloff_seconds: 0,
        deposit_lamports: 0,
    };
    let event = Event::ConstitutionCreated(ConstitutionCreated {
        constitution: address(1),
        sequence: 0,
        at: 1,
        create_key: address(2),
        founder: address(3),
        text_hash: [4; 32],
        tracks: [track; 4],
    });
    let bytes = event.to_bytes();
    assert_eq!(bytes.len(), 8 + 32 + 8 + 8 + 3 * 32 + 4 * 40);
    assert_eq!(bytes[152..156], [0x70, 0x17, 0xf4, 0x01]);
}

proptest! {
    #[test]
    fn no_bytes_make_the_decoder_panic(bytes in prop::collection::vec(any::<u8>(), 0..600), kind in 0usize..30) {
        let lists = [ProposalCreated::DISCRIMINATOR, RosterExtended::DISCRIMINATOR, TextPublished::DISCRIMINATOR];
        let known = FIXED.iter().map(|(discriminator, _)| *discriminator).chain(lists).nth(kind);
        let bytes: Vec<u8> = known.unwrap_or([0; 8]).into_iter().chain(bytes).collect();
        if let Ok(event) = Event::decode(&bytes) {
            prop_assert_eq!(event.to_bytes(), bytes);
        }
    }
}
