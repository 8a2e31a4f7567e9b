//! What an endpoint would tell about a constitution of this world, with as much of the logs as a test wants.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine, prelude::BASE64_STANDARD};
use quantumagi_interface::accounts::{
    Authorization, Constitution, Deposit, DepositPool, EmergencyAction, Guardians, Guardrails, Policy, Principle,
    Proposal, Proposer, Roster, Seat, Snapshot, SnapshotOperators, WeightPlugin,
};
use quantumagi_interface::events::Event;
use quantumagi_interface::{Address, DecodeError, PROGRAM_ID, pda};
use quantumagi_sdk::history::{History, RawCall, Trace};
use quantumagi_sdk::verify::{Ledger, SnapshotAccounts};
use solana_signature::Signature;

use super::World;

/// Shows no line of any transaction.
pub const HIDDEN: fn(usize) -> bool = |_| false;

/// The ledger, with a slot for each transaction that went through. `is_shown` says whose lines are in the logs; of the
/// others the logs were full before the first line.
pub fn ledger(world: &World, address: &Address, is_shown: impl Fn(usize) -> bool) -> Ledger {
    let constitution = world.constitution(address);
    let Constitution { next_principle_id, next_policy_id, next_roster_version, next_proposal_id, .. } = constitution;
    let pools = (1..constitution.next_electorate_version).map(|version| pda::deposit_pool(address, version));
    Ledger {
        address: *address,
        principles: load(world, 0..next_principle_id, |id| pda::principle(address, id), Principle::decode),
        policies: load(world, 0..next_policy_id, |id| pda::policy(address, id), Policy::decode),
        rosters: load(world, 1..next_roster_version, |id| pda::roster(address, id), Roster::decode),
        proposals: load(world, 0..next_proposal_id, |id| pda::proposal(address, id), Proposal::decode),
        proposers: load(world, owners(world, address), |owner| pda::proposer(address, &owner), Proposer::decode),
        pools: load(world, pools, |pool| pool, DepositPool::decode),
        deposits: load(world, deposits(world, address), |deposit| deposit, Deposit::decode),
        guardians: load(world, std::iter::once(()), |()| pda::guardians(address), Guardians::decode)
            .remove(&())
            .flatten(),
        emergencies: load(
            world,
            0..constitution.next_emergency_id,
            |id| pda::emergency(address, id),
            EmergencyAction::decode,
        ),
        guardrails: load(world, std::iter::once(()), |()| pda::guardrails(address), Guardrails::decode)
            .remove(&())
            .flatten(),
        authorizations: load(world, uses(world, address), |record| record, Authorization::decode),
        snapshots: snapshots(world, address),
        payloads: payloads(world),
        history: history(world, is_shown),
        constitution,
    }
}

fn load<Id: Copy + Ord, T>(
    world: &World,
    ids: impl Iterator<Item = Id>,
    find: impl Fn(Id) -> Address,
    decode: fn(&[u8]) -> Result<T, DecodeError>,
) -> BTreeMap<Id, Option<T>> {
    let owned = |id| world.account(&find(id)).filter(|account| account.owner == PROGRAM_ID);
    ids.map(|id| (id, owned(id).map(|account| decode(&account.data).unwrap()))).collect()
}

/// Whoever opened the count of their proposals.
fn owners(world: &World, address: &Address) -> impl Iterator<Item = Address> {
    let events = world.landed.iter().flat_map(|(_, events)| events);
    events.filter_map(|event| match event {
        Event::ProposerOpened(e) if e.constitution == *address => Some(e.owner),
        _ => None,
    })
}

fn deposits(world: &World, address: &Address) -> impl Iterator<Item = Address> {
    let events = world.landed.iter().flat_map(|(_, events)| events);
    events.filter_map(|event| match event {
        Event::DepositOpened(e) if e.constitution == *address => Some(e.deposit),
        _ => None,
    })
}

/// The record of every use of a policy.
fn uses(world: &World, address: &Address) -> impl Iterator<Item = Address> {
    let events = world.landed.iter().flat_map(|(_, events)| events);
    events.filter_map(|event| match event {
        Event::PolicyUsed(e) if e.constitution == *address => {
            let policy = pda::policy(&e.constitution, e.policy_id);
            Some(pda::authorization(&policy, &e.authority, &e.use_key))
        }
        _ => None,
    })
}

/// Electorates by snapshot and by weight records, and what belongs to them.
fn snapshots(world: &World, address: &Address) -> SnapshotAccounts {
    let (mut operators, mut plugins) = (BTreeSet::new(), BTreeSet::new());
    let (mut seats, mut published) = (BTreeSet::new(), BTreeSet::new());
    let mut proposals = BTreeSet::new();
    for event in world.landed.iter().flat_map(|(_, events)| events) {
        match event {
            Event::OperatorsCreated(e) if e.constitution == *address => operators.insert(e.electorate),
            Event::WeightPluginCreated(e) if e.constitution == *address => plugins.insert(e.electorate),
            Event::SeatOpened(e) if e.constitution == *address => seats.insert(pda::seat(&e.electorate, &e.voter)),
            Event::ProposalCreated(e) if e.constitution == *address => proposals.insert(e.proposal),
            Event::SnapshotPublished(e) if proposals.contains(&e.proposal) => {
                published.insert(pda::snapshot(&e.proposal, &e.publisher))
            }
            _ => false,
        };
    }
    SnapshotAccounts {
        operators: load(world, operators.into_iter(), |address| address, SnapshotOperators::decode),
        plugins: load(world, plugins.into_iter(), |address| address, WeightPlugin::decode),
        seats: load(world, seats.into_iter(), |address| address, Seat::decode),
        published: load(world, published.into_iter(), |address| address, Snapshot::decode),
    }
}

/// The bytes of every payload, from the calls that wrote them.
fn payloads(world: &World) -> BTreeMap<Address, Vec<u8>> {
    let whole = history(world, |_| true);
    let events = world.landed.iter().flat_map(|(_, events)| events);
    let created = events.filter_map(|event| match event {
        Event::PayloadCreated(e) => Some(e.payload),
        _ => None,
    });
    created.filter_map(|payload| Some((payload, whole.payload(&payload)?))).collect()
}

fn history(world: &World, is_shown: impl Fn(usize) -> bool) -> History {
    let mut history = History::default();
    for (index, (range, events)) in world.landed.iter().enumerate() {
        let calls = world.sent[range.clone()].iter().filter(|(_, instruction)| instruction.program_id == PROGRAM_ID);
        let calls = calls.map(|(_, instruction)| RawCall {
            accounts: instruction.accounts.iter().map(|meta| meta.pubkey).collect(),
            data: instruction.data.clone(),
        });
        let mut signature = [0; 64];
        signature[..8].copy_from_slice(&(index as u64 + 1).to_le_bytes());
        let block_time = world.sent.get(range.start).map(|(at, _)| *at);
        let signature = Signature::from(signature);
        let slot = if world.ticks { world.sent_in[range.start] } else { index as u64 };
        let trace = Trace { signature, slot, block_time, calls: calls.collect() };
        let mut logs = vec![format!("Program {PROGRAM_ID} invoke [1]")];
        if is_shown(index) {
            let lines = events.iter().map(|event| BASE64_STANDARD.encode(event.to_bytes()));
            logs.extend(lines.map(|line| format!("Program data: {line}")));
            logs.push(format!("Program {PROGRAM_ID} success"));
        } else {
            logs.push("Log truncated".to_owned());
        }
        history.add(trace, &logs);
    }
    history
}
