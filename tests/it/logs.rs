//! What the logs can lose, and that it shows (O1, O2; docs/decisions/0004-events-in-logs.md).

use base64::{Engine, prelude::BASE64_STANDARD};
use quantumagi_sdk::history::{GapCause, History, LogFault, RawCall, Trace};
use quantumagi_sdk::verify::{Chain, Ledger, Line, verify};
use solana_message::{Message, VersionedMessage};
use solana_signature::Signature;
use solana_transaction::versioned::VersionedTransaction;

use crate::support::*;

/// Bytes of logs that a validator keeps of one transaction (`solana-svm-log-collector` 4.0).
const LOG_LIMIT: usize = 10_000;
/// Longest transaction, in bytes.
const PACKET: usize = 1_232;

/// Sends without following the chains, to a chain that cuts logs as validators do; returns the events in the logs and
/// adds to `history` what a ledger keeps.
fn send(community: &mut Community, history: &mut History, instructions: &[Instruction]) -> Vec<Event> {
    let blockhash = community.svm.latest_blockhash();
    let message = Message::new_with_blockhash(instructions, Some(&community.stranger()), &blockhash);
    let signatures = vec![Signature::default(); usize::from(message.header.num_required_signatures)];
    assert!(message.serialize().len() + 1 + 64 * signatures.len() <= PACKET, "it fits a packet");
    let transaction = VersionedTransaction { signatures, message: VersionedMessage::Legacy(message) };
    let logs = community.svm.send_transaction(transaction).expect("it goes through").logs;
    let number = history.traces.len();
    let of_program = instructions.iter().filter(|instruction| instruction.program_id == PROGRAM_ID);
    let calls = of_program.map(|instruction| RawCall {
        accounts: instruction.accounts.iter().map(|meta| meta.pubkey).collect(),
        data: instruction.data.clone(),
    });
    let (slot, block_time) = (number as u64, Some(community.now()));
    let signature = Signature::from([u8::try_from(number).unwrap(); 64]);
    history.add(Trace { signature, slot, block_time, calls: calls.collect() }, &logs);
    let lines = logs.iter().filter_map(|line| line.strip_prefix("Program data: "));
    lines.map(|line| Event::decode(&BASE64_STANDARD.decode(line).unwrap()).unwrap()).collect()
}

fn roster_create(community: &Community) -> Instruction {
    let (payer, constitution) = (community.stranger(), community.constitution);
    let version = community.constitution(&constitution).next_roster_version;
    ix::RosterCreate { payer, constitution, roster: pda::roster(&constitution, version) }.instruction(1)
}

#[test]
fn o1_o2_a_caller_can_fill_the_log_first_and_the_missing_event_shows_and_comes_back() {
    let mut community = Founding::default().found();
    community.world.svm = community.world.svm.clone().with_log_bytes_limit(Some(LOG_LIMIT));
    let memo = Address::from_str_const("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr");
    let before = community.constitution(&community.constitution).chain;
    let mut history = ledger(&community, &community.constitution, |_| true).history;
    let mut instructions = vec![Instruction { program_id: memo, accounts: Vec::new(), data: Vec::new() }; 50];
    instructions.push(roster_create(&community));
    assert_eq!(send(&mut community, &mut history, &instructions), Vec::new(), "the line is cut off");
    let hidden = community.constitution(&community.constitution).chain;
    assert_eq!(hidden.sequence, before.sequence + 1);
    assert_ne!(hidden.hash, before.hash);

    let next = roster_create(&community);
    let events = send(&mut community, &mut history, &[next]);
    let [event] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(event.sequence(), Some(before.sequence + 1), "whoever reads the logs misses number {}", before.sequence);
    let after = community.constitution(&community.constitution).chain;
    use quantumagi_interface::digest::Sha2;
    use quantumagi_rules::digest::next_link;
    assert_eq!(after.hash, next_link::<Sha2>(&hidden.hash, &event.to_bytes()));
    assert_ne!(after.hash, next_link::<Sha2>(&before.hash, &event.to_bytes()), "the link over the gap does not fit");

    let gaps = history.gaps.clone();
    let [gap] = gaps.as_slice() else { panic!("{gaps:?}") };
    assert!(matches!(gap.cause, GapCause::Logs(LogFault::Truncated { .. })), "{gap}");
    let verification = verify(&Ledger { history, ..ledger(&community, &community.constitution, |_| true) });
    assert!(verification.is_proved(), "{verification:#?}");
    let [recovered] = verification.recovered.as_slice() else { panic!("{verification:#?}") };
    let chain = Chain::Constitution(community.constitution);
    assert_eq!((recovered.chain, recovered.sequence, recovered.line), (chain, before.sequence, Line::Lost));
    assert_eq!((recovered.name, recovered.signature), ("RosterCreated", gap.signature));
}
