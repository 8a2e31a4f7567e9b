//! One order of execution from the histories of several addresses.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use quantumagi_rpc::SignatureRecord;
use quantumagi_rpc::solana::Signature;

/// Every transaction of `lists` once, oldest first.
///
/// Inside a slot only the lists know the order: a transaction comes after all that come before it in any of them. Lists
/// that contradict each other are followed in their own order.
pub(super) fn merged(lists: Vec<Vec<SignatureRecord>>) -> Vec<SignatureRecord> {
    let mut slots: BTreeMap<u64, Vec<Vec<SignatureRecord>>> = BTreeMap::new();
    for list in lists {
        for (slot, records) in by_slot(list) {
            slots.entry(slot).or_default().push(records);
        }
    }
    slots.into_values().flat_map(merged_slot).collect()
}

fn by_slot(list: Vec<SignatureRecord>) -> BTreeMap<u64, Vec<SignatureRecord>> {
    let mut slots: BTreeMap<u64, Vec<SignatureRecord>> = BTreeMap::new();
    for record in list {
        slots.entry(record.slot).or_default().push(record);
    }
    slots
}

/// Kahn's algorithm; of several that are due, the one that came first in the lists.
fn merged_slot(lists: Vec<Vec<SignatureRecord>>) -> Vec<SignatureRecord> {
    let mut places: HashMap<Signature, usize> = HashMap::new();
    let mut records: Vec<Option<SignatureRecord>> = Vec::new();
    let mut pairs: HashSet<(usize, usize)> = HashSet::new();
    for list in lists {
        let mut last = None;
        for record in list {
            let place = *places.entry(record.signature).or_insert(records.len());
            if place == records.len() {
                records.push(Some(record));
            }
            pairs.extend(last.replace(place).filter(|last| *last != place).map(|last| (last, place)));
        }
    }
    let mut waits_for = vec![0usize; records.len()];
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); records.len()];
    for (earlier, later) in pairs {
        waits_for[later] += 1;
        after[earlier].push(later);
    }
    let mut due: BTreeSet<usize> = (0..records.len()).filter(|place| waits_for[*place] == 0).collect();
    let mut merged = Vec::with_capacity(records.len());
    let mut first_left = 0;
    while merged.len() < records.len() {
        let place = due.pop_first().unwrap_or(first_left);
        first_left += usize::from(place == first_left);
        // Lists that contradict each other make a transaction due that is placed already.
        let Some(record) = records[place].take() else { continue };
        merged.push(record);
        for later in &after[place] {
            waits_for[*later] -= 1;
            if waits_for[*later] == 0 {
                due.insert(*later);
            }
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(slots: &[(u64, u8)]) -> Vec<SignatureRecord> {
        let record = |(slot, byte): &(u64, u8)| SignatureRecord {
            signature: Signature::from([*byte; 64]),
            slot: *slot,
            error: None,
            block_time: None,
        };
        slots.iter().map(record).collect()
    }

    #[track_caller]
    fn check(lists: &[&[(u64, u8)]], expected: &[(u64, u8)]) {
        assert_eq!(merged(lists.iter().map(|slots| list(slots)).collect()), list(expected));
    }

    #[test]
    fn a_transaction_comes_after_all_that_come_before_it_in_any_list() {
        check(&[&[(1, 1), (3, 3)], &[(2, 2)]], &[(1, 1), (2, 2), (3, 3)]);
        check(&[&[(1, 2), (1, 4)], &[(1, 1), (1, 2), (1, 3)]], &[(1, 1), (1, 2), (1, 4), (1, 3)]);
        check(&[&[(1, 3)], &[(1, 1), (1, 2)], &[(1, 2), (1, 3)]], &[(1, 1), (1, 2), (1, 3)]);
    }

    #[test]
    fn lists_that_contradict_each_other_lose_nothing() {
        check(&[&[(1, 1), (1, 2)], &[(1, 2), (1, 1)]], &[(1, 1), (1, 2)]);
    }
}
