//! Accounts of electorates by snapshot and by weight records, as they are and as the events lead to them.

use std::collections::BTreeMap;

use quantumagi_interface::Address;
use quantumagi_interface::accounts::{Seat, Snapshot, SnapshotOperators, WeightPlugin};

use super::super::ledger::SnapshotAccounts;
use super::super::replay::{Record, Snapshots};
use super::{Deviation, deviation};

/// Every deviation, with what the account is.
pub(super) fn deviations(
    replayed: &Snapshots,
    stored: &SnapshotAccounts,
) -> Vec<(&'static str, Address, Option<Deviation>)> {
    let operators = each("snapshot operators", &replayed.operators, &stored.operators, operators);
    let plugins = each("weight plugin", &replayed.plugins, &stored.plugins, plugin);
    let seats = each("seat", &replayed.seats, &stored.seats, seat);
    let published = each("snapshot", &replayed.published, &stored.published, snapshot);
    [operators, plugins, seats, published].concat()
}

fn each<T>(
    kind: &'static str,
    replayed: &BTreeMap<Address, Record<T>>,
    stored: &BTreeMap<Address, Option<T>>,
    differing: fn(&T, &T) -> Vec<&'static str>,
) -> Vec<(&'static str, Address, Option<Deviation>)> {
    let of = |(address, stored): (&Address, &Option<T>)| {
        let replayed = replayed.get(address).map(|record| (&record.account, record.is_closed));
        // Electorates of other kinds take versions, too.
        let is_nothing = replayed.is_none() && stored.is_none();
        (kind, *address, if is_nothing { None } else { deviation(replayed, stored.as_ref(), differing) })
    };
    stored.iter().map(of).collect()
}

fn operators(replayed: &SnapshotOperators, stored: &SnapshotOperators) -> Vec<&'static str> {
    differing!(SnapshotOperators {
        constitution, payer, operators, version, bound_proposals, challenge_seconds, count, needed, layout_version,
    } but { bump }, replayed, stored)
}

fn plugin(replayed: &WeightPlugin, stored: &WeightPlugin) -> Vec<&'static str> {
    differing!(WeightPlugin {
        constitution, payer, program, realm, mint, version, bound_proposals, next_seat, seats, layout_version,
        reserved,
    } but { bump }, replayed, stored)
}

fn seat(replayed: &Seat, stored: &Seat) -> Vec<&'static str> {
    differing!(Seat { plugin, voter, payer, index, layout_version, reserved } but { bump }, replayed, stored)
}

fn snapshot(replayed: &Snapshot, stored: &Snapshot) -> Vec<&'static str> {
    differing!(Snapshot {
        constitution, proposal, publisher, root, total_weight, slot, published_at, voters, approvals, challenges,
        layout_version, reserved,
    } but { bump }, replayed, stored)
}
