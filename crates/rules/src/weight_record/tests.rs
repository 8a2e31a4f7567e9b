use super::*;
use alloc::vec::Vec;
use proptest::prelude::*;
use sha2::Digest;

const PLUGIN: Plugin<'_> = Plugin { program: &[1; 32], realm: &[2; 32], mint: &[3; 32] };
const VOTE: Purpose<'_> = Purpose { voter: &[4; 32], action: WeightAction::CastVote, target: &[5; 32], slot: 900 };

/// A voter's record, field by field, as Borsh writes it.
#[derive(Clone)]
struct Voter {
    discriminator: [u8; 8],
    realm: u8,
    mint: u8,
    voter: u8,
    weight: u64,
    expiry: Option<u64>,
    action: Option<u8>,
    target: Option<u8>,
}

const ANA: Voter = Voter {
    discriminator: VOTER_RECORD_DISCRIMINATOR,
    realm: 2,
    mint: 3,
    voter: 4,
    weight: 1_000,
    expiry: Some(900),
    action: Some(0),
    target: Some(5),
};

impl Voter {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::from(self.discriminator);
        for address in [self.realm, self.mint, self.voter] {
            bytes.extend_from_slice(&[address; 32]);
        }
        bytes.extend_from_slice(&self.weight.to_le_bytes());
        option(&mut bytes, self.expiry.map(u64::to_le_bytes));
        option(&mut bytes, self.action.map(u8::to_le_bytes));
        option(&mut bytes, self.target.map(|byte| [byte; 32]));
        bytes.extend_from_slice(&[0; 8]);
        bytes
    }
}

fn option<const N: usize>(bytes: &mut Vec<u8>, value: Option<[u8; N]>) {
    bytes.push(u8::from(value.is_some()));
    bytes.extend(value.into_iter().flatten());
}

fn total(expiry: Option<u64>, weight: u64) -> Vec<u8> {
    let mut bytes = Vec::from(TOTAL_RECORD_DISCRIMINATOR);
    bytes.extend_from_slice(&[2; 32]);
    bytes.extend_from_slice(&[3; 32]);
    bytes.extend_from_slice(&weight.to_le_bytes());
    option(&mut bytes, expiry.map(u64::to_le_bytes));
    bytes.extend_from_slice(&[0; 8]);
    bytes
}

fn weight(data: &[u8]) -> Result<Weight, RecordError> {
    PLUGIN.voter_weight(&Record { owner: &[1; 32], data }, &VOTE)
}

fn total_weight(data: &[u8]) -> Result<Weight, RecordError> {
    PLUGIN.total_weight(&Record { owner: &[1; 32], data }, 900)
}

#[test]
fn discriminators_are_the_hashes_they_claim_to_be() {
    let of = |name: &str| sha2::Sha256::digest(name.as_bytes())[..8].to_vec();
    assert_eq!(of("account:VoterWeightRecord"), VOTER_RECORD_DISCRIMINATOR);
    assert_eq!(of("account:MaxVoterWeightRecord"), TOTAL_RECORD_DISCRIMINATOR);
}

#[test]
fn a_record_of_this_slot_for_this_vote_counts() {
    let data = ANA.bytes();
    assert_eq!(data.len(), 164, "the size plugins allocate");
    assert_eq!(weight(&data), Ok(Weight(1_000)));
    assert_eq!(weight(&Voter { discriminator: VOTER_RECORD_LEGACY, ..ANA }.bytes()), Ok(Weight(1_000)));
    // An account may be larger than what is written in it.
    assert_eq!(weight(&[data.as_slice(), &[7; 9]].concat()), Ok(Weight(1_000)));
    let data = total(Some(900), 50);
    assert_eq!(data.len(), 97, "the size plugins allocate");
    assert_eq!(total_weight(&data), Ok(Weight(50)));
}

#[test]
fn w8_a_record_counts_for_its_voter_action_target_and_slot_only() {
    let check = |record: Voter, expected| assert_eq!(weight(&record.bytes()), Err(expected));
    check(Voter { voter: 9, ..ANA }, RecordError::WrongVoter);
    check(Voter { realm: 9, ..ANA }, RecordError::WrongRealm);
    check(Voter { mint: 9, ..ANA }, RecordError::WrongRealm);
    check(Voter { discriminator: TOTAL_RECORD_DISCRIMINATOR, ..ANA }, RecordError::Malformed);
    check(Voter { weight: 0, ..ANA }, RecordError::NoWeight);
    for expiry in [None, Some(899), Some(901), Some(u64::MAX)] {
        check(Voter { expiry, ..ANA }, RecordError::NotOfThisSlot);
    }
    for action in [None, Some(1), Some(2), Some(3), Some(4), Some(255)] {
        check(Voter { action, ..ANA }, RecordError::WrongPurpose);
    }
    for target in [None, Some(6)] {
        check(Voter { target, ..ANA }, RecordError::WrongPurpose);
    }
    let owned_by_another = PLUGIN.voter_weight(&Record { owner: &[8; 32], data: &ANA.bytes() }, &VOTE);
    assert_eq!(owned_by_another, Err(RecordError::WrongOwner));
}

#[test]
fn w8_a_total_is_of_this_slot() {
    for expiry in [None, Some(899), Some(901)] {
        assert_eq!(total_weight(&total(expiry, 50)), Err(RecordError::NotOfThisSlot));
    }
    assert_eq!(total_weight(&total(Some(900), 0)), Err(RecordError::NoWeight));
    assert_eq!(total_weight(&ANA.bytes()), Err(RecordError::Malformed));
    let elsewhere = Plugin { realm: &[9; 32], ..PLUGIN };
    let record = Record { owner: &[1; 32], data: &total(Some(900), 50) };
    assert_eq!(elsewhere.total_weight(&record, 900), Err(RecordError::WrongRealm));
}

#[test]
fn an_option_is_absent_or_present_and_nothing_else() {
    let mut bytes = ANA.bytes();
    for place in [112, 121, 123] {
        let tag = core::mem::replace(&mut bytes[place], 2);
        assert_eq!((tag, weight(&bytes)), (1, Err(RecordError::Malformed)), "the tag at {place}");
        bytes[place] = tag;
    }
    assert_eq!(weight(&bytes), Ok(Weight(1_000)));
}

#[test]
fn a_record_cut_short_anywhere_is_malformed() {
    let (voter, all) = (ANA.bytes(), total(Some(900), 50));
    for len in 0..voter.len() {
        assert_eq!(weight(&voter[..len]), Err(RecordError::Malformed), "{len} bytes");
    }
    for len in 0..all.len() {
        assert_eq!(total_weight(&all[..len]), Err(RecordError::Malformed), "{len} bytes");
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic_and_give_no_weight(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(weight(&bytes).is_err());
        prop_assert!(total_weight(&bytes).is_err());
    }
}
