//! Bytes from anywhere, read by every decoder. Nothing panics, and what is read has one encoding.
//!
//! The first byte chooses the decoder, the rest is its input.
#![no_main]

use libfuzzer_sys::fuzz_target;
use quantumagi_interface::accounts::*;
use quantumagi_interface::calls::Call;
use quantumagi_interface::digest::Sha2;
use quantumagi_interface::events::Event;
use quantumagi_interface::{Address, DecodeError, RosterPage};
use quantumagi_rules::Weight;
use quantumagi_rules::action::Action;
use quantumagi_rules::mint::check_mint;
use quantumagi_rules::parameters::TrackParameters;
use quantumagi_rules::snapshot::{Leaf, Root, SnapshotContext};
use quantumagi_rules::text::{canonicalize, is_canonical};
use quantumagi_rules::weight_record::{Plugin, Purpose, Record, WeightAction};

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    match kind % 10 {
        0 => action(bytes),
        1 => event(bytes),
        2 => account(bytes),
        3 => call(bytes),
        4 => proof(bytes),
        5 => text(bytes),
        6 => drop(check_mint(bytes)),
        7 => weight_record(bytes),
        8 => parameters(bytes),
        _ => parts(bytes),
    }
});

fn action(bytes: &[u8]) {
    let Ok(action) = Action::decode(bytes) else { return };
    assert_eq!(action.to_bytes(), bytes, "one action has one encoding");
    assert_eq!(action.encoded_len(), bytes.len());
    assert_eq!(action.number(), bytes[0]);
    let _ = (action.track(), action.must_cite());
}

fn event(bytes: &[u8]) {
    let Ok(event) = Event::decode(bytes) else { return };
    assert_eq!(event.to_bytes(), bytes, "one event has one encoding");
    let _ = (event.name(), event.sequence(), event.at(), event.constitution(), event.proposal());
}

fn account(bytes: &[u8]) {
    fn one<T>(bytes: &[u8], decode: fn(&[u8]) -> Result<T, DecodeError>, encode: fn(&T) -> Vec<u8>) {
        if let Ok(account) = decode(bytes) {
            assert_eq!(encode(&account), bytes, "one account has one encoding");
        }
    }
    one(bytes, BallotPage::decode, BallotPage::to_bytes);
    one(bytes, Constitution::decode, Constitution::to_bytes);
    one(bytes, Deposit::decode, Deposit::to_bytes);
    one(bytes, DepositPool::decode, DepositPool::to_bytes);
    one(bytes, Policy::decode, Policy::to_bytes);
    one(bytes, Principle::decode, Principle::to_bytes);
    one(bytes, Proposer::decode, Proposer::to_bytes);
    one(bytes, Roster::decode, Roster::to_bytes);
    one(bytes, Seat::decode, Seat::to_bytes);
    one(bytes, Snapshot::decode, Snapshot::to_bytes);
    one(bytes, SnapshotOperators::decode, SnapshotOperators::to_bytes);
    one(bytes, WeightPlugin::decode, WeightPlugin::to_bytes);
    one(bytes, Proposal::decode, Proposal::to_bytes);
    if let Ok(proposal) = Proposal::decode(bytes) {
        // Whatever an account holds, the views answer.
        let _ = (proposal.timetable(), proposal.outcome(), proposal.cited(), proposal.track(), proposal.tally());
    }
    drop(RosterPage::decode(bytes));
}

fn call(bytes: &[u8]) {
    let Some((count, data)) = bytes.split_first() else { return };
    let accounts = vec![Address::default(); usize::from(count % 24)];
    let Ok((_, rest)) = Call::decode(&accounts, data) else { return };
    assert!(rest.len() <= accounts.len());
}

fn proof(bytes: &[u8]) {
    let Some((head, proof)) = bytes.split_first_chunk::<88>() else { return };
    let array = |at: usize| -> [u8; 32] { head[at..at + 32].try_into().expect("inside") };
    let number = |at: usize| u64::from_le_bytes(head[at..at + 8].try_into().expect("inside"));
    let voters = u32::from_le_bytes(head[80..84].try_into().expect("inside"));
    let index = u32::from_le_bytes(head[84..88].try_into().expect("inside"));
    let (hash, voter) = (array(0), array(32));
    let root = Root { hash, total: Weight(number(64)), voters };
    let leaf = Leaf { index, voter: &voter, weight: Weight(number(72)) };
    let zeros = [0; 32];
    let context = SnapshotContext { program: &zeros, constitution: &zeros, proposal: &zeros, slot: 1 };
    if root.verify::<Sha2>(&context, &leaf, proof).is_ok() {
        assert!(index < voters && leaf.weight <= root.total);
        // Only a tree of one can be forged by choosing its root's hash.
        assert!(proof.is_empty() || proof.len() % 40 == 0);
    }
    let _ = root.check(1, 2);
}

fn text(bytes: &[u8]) {
    let Ok(text) = canonicalize(bytes) else { return };
    assert!(is_canonical(&text), "canonical text is canonical");
    assert_eq!(canonicalize(text.as_bytes()).as_deref(), Ok(text.as_str()), "once is enough");
}

fn weight_record(bytes: &[u8]) {
    let key = [7; 32];
    let plugin = Plugin { program: &key, realm: &key, mint: &key };
    let record = Record { owner: &key, data: bytes };
    let purpose = Purpose { voter: &key, action: WeightAction::CastVote, target: &key, slot: 9 };
    if let Ok(weight) = plugin.voter_weight(&record, &purpose) {
        assert!(weight > Weight(0));
    }
    if let Ok(weight) = plugin.total_weight(&record, 9) {
        assert!(weight > Weight(0));
    }
}

fn parameters(bytes: &[u8]) {
    let Some((bytes, _)) = bytes.split_first_chunk() else { return };
    let parameters = TrackParameters::from_bytes(bytes);
    assert_eq!(parameters.to_bytes(), *bytes);
    if parameters.check().is_ok() {
        assert!(parameters.threshold_bps >= 6_000 && parameters.timelock_seconds >= 3_600);
    }
}

/// A text put together from parts that the bytes describe: offset, length, fill.
fn parts(bytes: &[u8]) {
    use quantumagi_rules::text::Assembly;
    let Some((&[total], mut rest)) = bytes.split_first_chunk::<1>() else { return };
    let Ok(mut assembly) = Assembly::new(usize::from(total)) else { return };
    while let Some((&[offset, len], tail)) = rest.split_first_chunk::<2>() {
        let Some((part, tail)) = tail.split_at_checked(usize::from(len)) else { break };
        let _ = assembly.add(usize::from(offset), usize::from(total), part);
        rest = tail;
    }
    let missing: usize = assembly.missing().map(|range| range.len()).sum();
    assert!(missing <= usize::from(total));
    let whole = assembly.finish([0; 32], |_| [0; 32]);
    assert_eq!(whole.is_ok(), whole.is_ok() && missing == 0, "what is missing is never made up");
}
