//! Decoding accounts.

use proptest::prelude::*;
use quantumagi_interface::accounts::{
    Authorization, BallotPage, Constitution, EmergencyAction, Guardians, Guardrails, PayloadHeader, Policy, Principle,
    Proposal, Proposer, Roster, RosterPageHeader,
};
use quantumagi_interface::types::Member;
use quantumagi_interface::{Address, DecodeError, RosterPage};

/// Bytes that begin like the account; the rest is the generator's.
fn filled(discriminator: [u8; 8], len: usize, seed: u8) -> Vec<u8> {
    let body = (0..len.saturating_sub(8)).map(|index| seed.wrapping_mul(31).wrapping_add(index as u8));
    discriminator.into_iter().chain(body).collect()
}

macro_rules! laws {
    ($($name:ident: $account:ident, $len:literal;)*) => {$(
        mod $name {
            use super::*;

            #[test]
            fn every_byte_is_read_and_written_back() {
                assert_eq!($account::LEN, $len);
                for seed in 0..=255 {
                    let bytes = filled($account::DISCRIMINATOR, $account::LEN, seed);
                    let account = $account::decode(&bytes).expect("a whole account");
                    assert_eq!(account.to_bytes(), bytes);
                }
            }

            #[test]
            fn short_foreign_and_long_bytes_are_refused_with_their_values() {
                let bytes = filled($account::DISCRIMINATOR, $account::LEN + 1, 1);
                let decode = |bytes: &[u8]| $account::decode(bytes).expect_err("not the account");
                assert_eq!(decode(&bytes[..7]), DecodeError::TooShort { len: 7, needed: 8 });
                assert_eq!(decode(&bytes[..$len - 1]), DecodeError::TooShort { len: $len - 1, needed: $len });
                assert_eq!(decode(&bytes), DecodeError::TooLong { len: $len + 1, expected: $len });
                let foreign = filled([9; 8], $account::LEN, 1);
                let expected = $account::DISCRIMINATOR;
                assert_eq!(decode(&foreign), DecodeError::WrongDiscriminator { found: [9; 8], expected });
            }
        }
    )*};
}

laws! {
    ballot_page: BallotPage, 1104;
    authorization: Authorization, 216;
    constitution: Constitution, 600;
    emergency_action: EmergencyAction, 296;
    guardians: Guardians, 464;
    guardrails: Guardrails, 1240;
    policy: Policy, 152;
    principle: Principle, 120;
    payload_header: PayloadHeader, 84;
    proposal: Proposal, 744;
    proposer: Proposer, 112;
    roster: Roster, 168;
    roster_page_header: RosterPageHeader, 80;
}

fn page(members: usize) -> RosterPage {
    let header = RosterPageHeader {
        roster: Address::new_from_array([1; 32]),
        payer: Address::new_from_array([2; 32]),
        page: 3,
        layout_version: 1,
        bump: 254,
        reserved: [0; 2],
    };
    let member = |index: usize| Member { voter: Address::new_from_array([index as u8; 32]), weight: index as u64 };
    RosterPage { header, members: (1..=members).map(member).collect() }
}

#[test]
fn a_roster_page_keeps_its_members_and_its_room() {
    for (members, room) in [(0, 1), (1, 1), (7, 30), (30, 30)] {
        let bytes = page(members).to_bytes(room);
        assert_eq!(bytes.len(), 88 + 40 * room);
        assert_eq!(bytes[80..88], [members as u8, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(RosterPage::decode(&bytes), Ok(page(members)));
    }
}

#[test]
fn a_roster_page_that_contradicts_itself_is_refused() {
    let bytes = page(2).to_bytes(2);
    let len = bytes.len();
    let decode = |bytes: &[u8]| RosterPage::decode(bytes).expect_err("not a page");
    assert_eq!(decode(&bytes[..85]), DecodeError::TooShort { len: 85, needed: 88 });
    assert_eq!(decode(&bytes[..len - 1]), DecodeError::Malformed { len: len - 1 });
    assert_eq!(decode(&bytes[..len - 40]), DecodeError::TooShort { len: len - 40, needed: len });
    let mut many = bytes.clone();
    many[80] = 31;
    assert_eq!(decode(&many), DecodeError::Meaningless { field: "number of members", value: 31 });
    let long = page(30).to_bytes(31);
    assert_eq!(decode(&long), DecodeError::TooLong { len: long.len(), expected: long.len() - 40 });
    let mut foreign = bytes;
    foreign[0] ^= 1;
    let found = foreign[..8].try_into().unwrap();
    assert_eq!(decode(&foreign), DecodeError::WrongDiscriminator { found, expected: RosterPage::DISCRIMINATOR });
}

proptest! {
    #[test]
    fn no_bytes_make_a_decoder_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..1400), kind in 0usize..8) {
        let discriminators = [
            BallotPage::DISCRIMINATOR,
            Constitution::DISCRIMINATOR,
            Policy::DISCRIMINATOR,
            Principle::DISCRIMINATOR,
            Proposal::DISCRIMINATOR,
            Roster::DISCRIMINATOR,
            RosterPage::DISCRIMINATOR,
        ];
        if let (Some(discriminator), Some(start)) = (discriminators.get(kind), bytes.get_mut(..8)) {
            start.copy_from_slice(discriminator);
        }
        let decoded = [
            BallotPage::decode(&bytes).is_ok(),
            Constitution::decode(&bytes).is_ok(),
            Policy::decode(&bytes).is_ok(),
            Principle::decode(&bytes).is_ok(),
            Proposal::decode(&bytes).is_ok(),
            Roster::decode(&bytes).is_ok(),
            RosterPage::decode(&bytes).is_ok(),
        ];
        prop_assert!(decoded.iter().filter(|decoded| **decoded).count() <= 1, "bytes are one account at most");
    }
}
