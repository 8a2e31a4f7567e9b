//! `payload_create`, `payload_write` and `payload_close`: actions that do not fit a transaction.

use quantumagi_interface::{Payload, digest::sha256};
use quantumagi_rules::action::{FLAG_SIGNER, InvokeAccount};

use crate::support::*;

/// The longest part that these tests write.
const PART: usize = 832;

fn author() -> Address {
    person("author")
}

fn world() -> World {
    let mut world = World::new();
    world.fund(&author(), 10_000_000_000);
    world
}

fn create(bytes: &[u8]) -> (ix::PayloadCreate, Instruction) {
    let hash = sha256(bytes);
    let accounts = ix::PayloadCreate { author: author(), payload: pda::payload(&author(), &hash) };
    (accounts, accounts.instruction(hash, bytes.len() as u32))
}

fn part(payload: Address, bytes: &[u8], offset: usize) -> Instruction {
    let end = bytes.len().min(offset + PART);
    ix::PayloadWrite { author: author(), payload }.instruction(offset as u32, &bytes[offset..end])
}

/// Writes a whole payload.
fn write(world: &mut World, bytes: &[u8]) -> Address {
    let (accounts, create) = create(bytes);
    world.send(create);
    for offset in (0..bytes.len()).step_by(PART) {
        world.send(part(accounts.payload, bytes, offset));
    }
    accounts.payload
}

fn read(world: &World, payload: &Address) -> Payload {
    Payload::decode(&world.account(payload).expect("the payload exists").data).expect("it can be read")
}

/// A call with more data than any transaction holds, of a program that anybody may call.
fn large_call() -> Call {
    let memo = Address::from_str_const("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr");
    Call { program: memo, program_data: None, accounts: Vec::new(), data: vec![b'x'; 500] }
}

#[test]
fn a_payload_is_written_part_by_part_and_tells_every_byte() {
    let mut world = world();
    let bytes: Vec<u8> = (0..2_000u32).map(|index| (index % 251) as u8).collect();
    let (accounts, create) = create(&bytes);
    let done = world.send(create);
    let Event::PayloadCreated(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.payload, event.author), (accounts.payload, author()));
    assert_eq!((event.hash, event.size), (sha256(&bytes), 2_000));
    let mut told = Vec::new();
    for offset in [0, 832, 1_664] {
        let done = world.send(part(accounts.payload, &bytes, offset));
        let Event::PayloadWritten(event) = done.event() else { panic!("{:?}", done.events) };
        assert_eq!((event.payload, event.author, event.hash), (accounts.payload, author(), sha256(&bytes)));
        assert_eq!((event.size, event.offset as usize), (2_000, offset));
        told.extend_from_slice(&event.bytes);
        let payload = read(&world, &accounts.payload);
        assert_eq!((payload.header.written as usize, payload.bytes.as_slice()), (told.len(), told.as_slice()));
        let account = world.account(&accounts.payload).unwrap();
        assert_eq!(account.data, payload.to_bytes());
        assert_eq!(account.lamports, world.rent(Payload::len_for(told.len())));
    }
    assert_eq!(told, bytes);
    assert!(read(&world, &accounts.payload).filling().is_complete());
}

#[test]
fn a_part_comes_next_or_is_refused() {
    let mut world = world();
    let bytes = vec![7; 2_000];
    let (accounts, create) = create(&bytes);
    world.send(create);
    world.send(part(accounts.payload, &bytes, 0));
    let write = ix::PayloadWrite { author: author(), payload: accounts.payload };
    for (offset, len) in [(0, 832), (831, 32), (833, 32), (864, 32), (832, 31), (832, 33), (832, 0), (832, 1_200)] {
        let part = vec![7; len.min(900)];
        let part = if len == 1_200 { vec![7; 1_169] } else { part };
        check_refused(&mut world, write.instruction(offset, &part), GovError::PayloadPartOutOfRange);
    }
    world.send(part(accounts.payload, &bytes, 832));
    world.send(part(accounts.payload, &bytes, 1_664));
    for offset in [2_000, 1_984] {
        check_refused(&mut world, write.instruction(offset, &[7]), GovError::PayloadPartOutOfRange);
    }
}

#[test]
fn the_last_part_must_complete_the_hash() {
    let mut world = world();
    let bytes = vec![7; 100];
    let (accounts, create) = create(&bytes);
    world.send(create);
    let mut other = bytes.clone();
    other[50] = 8;
    check_refused(&mut world, part(accounts.payload, &other, 0), GovError::PayloadMismatch);
    world.send(part(accounts.payload, &bytes, 0));
}

#[test]
fn a_payload_has_a_size_and_belongs_to_its_author() {
    let mut world = world();
    world.fund(&person("thief"), 1_000_000_000);
    let hash = sha256(b"x");
    let accounts = ix::PayloadCreate { author: author(), payload: pda::payload(&author(), &hash) };
    for size in [0, 10_241, u32::MAX] {
        check_refused(&mut world, accounts.instruction(hash, size), GovError::PayloadSizeOutOfRange);
    }
    let elsewhere = ix::PayloadCreate { payload: pda::payload(&person("thief"), &hash), ..accounts };
    check_refused(&mut world, elsewhere.instruction(hash, 1), InstructionError::InvalidSeeds);
    world.send(accounts.instruction(hash, 1));
    check_refused(&mut world, accounts.instruction(hash, 1), ACCOUNT_IN_USE);
    let thief = person("thief");
    let write = ix::PayloadWrite { author: thief, payload: accounts.payload }.instruction(0, b"x");
    check_refused(&mut world, write, GovError::NotPayloadAuthor);
    let close = ix::PayloadClose { author: thief, payload: accounts.payload }.instruction();
    check_refused(&mut world, close, GovError::NotPayloadAuthor);
}

#[test]
fn a_payload_is_closed_at_any_time_and_all_of_its_rent_returned() {
    let mut world = world();
    let before = world.lamports(&author());
    let bytes = vec![7; 2_000];
    for parts in 0..3 {
        let (accounts, create) = create(&bytes);
        world.send(create);
        for offset in (0..bytes.len()).step_by(PART).take(parts) {
            world.send(part(accounts.payload, &bytes, offset));
        }
        let done = world.send(ix::PayloadClose { author: author(), payload: accounts.payload }.instruction());
        let Event::PayloadClosed(event) = done.event() else { panic!("{:?}", done.events) };
        assert_eq!((event.payload, event.author), (accounts.payload, author()));
        assert_eq!(world.account(&accounts.payload), None);
        assert_eq!(world.lamports(&author()), before);
    }
}

#[test]
fn the_largest_payload_costs_less_than_a_hundredth_of_a_sol_an_instruction() {
    let mut world = world();
    let bytes = vec![7; 10_240];
    let (accounts, create) = create(&bytes);
    let mut before = world.lamports(&author());
    world.send(create);
    for offset in (0..bytes.len()).step_by(PART) {
        let after = world.lamports(&author());
        assert!(before - after < 9_990_000, "{}", before - after);
        before = after;
        world.send(part(accounts.payload, &bytes, offset));
    }
    assert_eq!(read(&world, &accounts.payload).bytes, bytes);
}

/// A community whose member 0 writes payloads, and a series whose bytes fill one.
pub fn with_payload() -> (Community, Calls, Address) {
    let mut community = Founding::default().found();
    community.fund(&author(), 10_000_000_000);
    let mut calls = Calls(vec![large_call(); 4]);
    for (index, call) in calls.0.iter_mut().enumerate() {
        call.data[0] = b'a' + index as u8;
    }
    let payload = write(&mut community, &calls.action());
    (community, calls, payload)
}

pub fn draft(community: &Community, calls: &Calls, payload: Address) -> Draft {
    let mut draft = calls.draft(community);
    draft.args.action = Vec::new();
    draft.accounts.payload = Some(payload);
    draft
}

#[test]
fn x1_a_proposal_from_a_payload_freezes_its_bytes_and_names_it() {
    let (mut community, calls, payload) = with_payload();
    let draft = draft(&community, &calls, payload);
    let done = community.send(draft.instruction());
    let Event::ProposalCreated(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.payload, event.number, event.steps), (payload, 12, 4));
    assert_eq!((event.action.as_slice(), event.slots.as_slice()), (&[][..], &[0; 4][..]));
    let stored = community.proposal(&draft.accounts.proposal);
    assert_eq!(Some(stored.execution_digest), stored.digest_of(&calls.action(), &event.slots));
}

#[test]
fn x1_steps_are_taken_from_a_payload_whoever_wrote_it() {
    let (mut community, calls, payload) = with_payload();
    let draft = draft(&community, &calls, payload);
    let proposal = community.create(&draft);
    let stored = community.proposal(&proposal);
    let pending = stored.pending_digests(&calls.action(), &[0; 4]).unwrap();
    // The author closes it out of spite; somebody else writes the same bytes from the log.
    community.send(ix::PayloadClose { author: author(), payload }.instruction());
    community.approve(&proposal);
    let again = write(&mut community, &calls.action());
    for step in 0..4 {
        let execute = calls.0[step].execute_from(&community, proposal, pending[step + 1], again);
        community.send(execute);
    }
    assert_eq!(community.proposal(&proposal).status, 5);
}

#[test]
fn x1_a_step_from_a_payload_with_other_bytes_is_refused() {
    let (mut community, calls, payload) = with_payload();
    let draft = draft(&community, &calls, payload);
    let proposal = community.create(&draft);
    let pending = community.proposal(&proposal).pending_digests(&calls.action(), &[0; 4]).unwrap();
    community.approve(&proposal);
    let mut other = calls.clone();
    other.0[0].data[499] = b'y';
    let forged = write(&mut community, &other.action());
    let execute = calls.0[0].execute_from(&community, proposal, pending[1], forged);
    check_refused(&mut community, execute, GovError::DigestMismatch);
    let mut wrong_accounts = calls.0[0].clone();
    wrong_accounts.accounts.push(InvokeAccount { address: community.vault.to_bytes(), flags: FLAG_SIGNER });
    let execute = wrong_accounts.execute_from(&community, proposal, pending[1], payload);
    check_refused(&mut community, execute, GovError::DigestMismatch);
    let system = Call { program: solana_sdk_ids::system_program::ID, ..calls.0[0].clone() };
    let execute = system.execute_from(&community, proposal, pending[1], payload);
    check_refused(&mut community, execute, GovError::DigestMismatch);
    let mut both = calls.0[0].execute_from(&community, proposal, pending[1], payload);
    let inline = calls.0[0].execute_with_rest(&community, proposal, pending[1]);
    both.data = inline.data;
    check_refused(&mut community, both, GovError::PayloadNotNeeded);
    let shorter = write(&mut community, &Calls(calls.0[..1].to_vec()).action());
    let first = calls.0[0].execute_from(&community, proposal, pending[1], shorter);
    community.send(first);
    let second = calls.0[1].execute_from(&community, proposal, pending[2], shorter);
    check_refused(&mut community, second, GovError::DigestMismatch);
}

#[test]
fn a_proposal_needs_a_payload_that_is_complete_or_none() {
    let (mut community, calls, payload) = with_payload();
    let right = draft(&community, &calls, payload);
    let mut both = right.clone();
    both.args.action = vec![2];
    check_refused(&mut community, both.instruction(), GovError::PayloadNotNeeded);
    let mut neither = right.clone();
    neither.accounts.payload = None;
    check_refused(&mut community, neither.instruction(), GovError::ActionMalformed);
    let bytes = Calls(vec![large_call(); 3]).action();
    let (accounts, create) = create(&bytes);
    community.send(create);
    community.send(part(accounts.payload, &bytes, 0));
    let incomplete = draft(&community, &Calls(vec![large_call(); 3]), accounts.payload);
    check_refused(&mut community, incomplete.instruction(), GovError::PayloadIncomplete);
    let rubbish = write(&mut community, b"rubbish");
    let malformed = draft(&community, &calls, rubbish);
    check_refused(&mut community, malformed.instruction(), GovError::ActionMalformed);
    community.create(&right);
}
