//! The slots before which nothing may be told any more.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use crate::solana::Address;

/// For each account the last slot that anybody was told of, or that was named as one of a change.
#[derive(Debug)]
pub(super) struct Floors {
    known: Mutex<Known>,
    capacity: usize,
}

#[derive(Debug, Default)]
struct Known {
    each: HashMap<Address, Floor>,
    /// For every account that is not among them.
    others: Floor,
    /// Counts named changes.
    changes: u64,
}

/// What may be told of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Floor {
    /// The slot before which nothing may be told.
    pub(super) least: u64,
    /// Number of the change that was named at this very slot, 0 for none: what was asked for before it may be of the
    /// same slot and not know of it.
    change: u64,
}

impl Floor {
    /// Whether an answer of this slot may be told that was asked for after so many changes.
    pub(super) fn admits(self, slot: u64, asked: u64) -> bool {
        slot > self.least || (slot == self.least && asked >= self.change)
    }

    /// The first slot of which an answer may be told whenever it was asked for.
    pub(super) fn settled(self) -> u64 {
        self.least.saturating_add(u64::from(self.change > 0))
    }
}

impl Floors {
    pub(super) fn new(capacity: usize) -> Self {
        Self { known: Mutex::default(), capacity }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().expect("nothing panics while it holds the lock")
    }

    /// The account's floor, and how many changes were named so far.
    pub(super) fn of(&self, address: &Address) -> (Floor, u64) {
        let known = self.known();
        (known.each.get(address).copied().unwrap_or(known.others), known.changes)
    }

    /// Takes note of an answer that was asked for after so many changes. Whether it may be told.
    pub(super) fn raise(&self, address: &Address, slot: u64, asked: u64) -> bool {
        let mut known = self.known();
        let floor = known.floor(address, self.capacity);
        let may_be_told = floor.admits(slot, asked);
        if slot > floor.least {
            *floor = Floor { least: slot, change: 0 };
        }
        may_be_told
    }

    /// Takes note of a change at `slot`: the number of the change, `None` where something later is known.
    pub(super) fn change(&self, address: &Address, slot: u64) -> Option<u64> {
        let mut known = self.known();
        known.changes = known.changes.saturating_add(1);
        let change = known.changes;
        let floor = known.floor(address, self.capacity);
        (slot >= floor.least).then(|| {
            *floor = Floor { least: slot, change };
            change
        })
    }
}

impl Known {
    fn floor(&mut self, address: &Address, capacity: usize) -> &mut Floor {
        if self.each.len() >= capacity && !self.each.contains_key(address) {
            // What is forgotten must not be undercut: the highest of all stands for all, as if all had just changed.
            let highest = self.each.values().map(|floor| floor.least).max().unwrap_or(0);
            self.changes = self.changes.saturating_add(1);
            self.others = Floor { least: self.others.least.max(highest), change: self.changes };
            self.each.clear();
        }
        self.each.entry(*address).or_insert(self.others)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::Floors;
    use crate::solana::Address;

    proptest! {
        #[test]
        fn no_floor_is_ever_lower_than_what_was_told(
            capacity in 0..6_usize,
            told in prop::collection::vec((0..12_u8, 0..1_000_u64), 0..200),
        ) {
            let floors = Floors::new(capacity);
            let mut model: HashMap<u8, u64> = HashMap::new();
            for (account, slot) in told {
                floors.raise(&Address::from([account; 32]), slot, 0);
                let highest = model.entry(account).or_default();
                *highest = slot.max(*highest);
                for (account, highest) in &model {
                    prop_assert!(floors.of(&Address::from([*account; 32])).0.least >= *highest);
                }
                prop_assert!(floors.known().each.len() <= capacity.max(1));
            }
        }
    }

    #[test]
    fn accounts_that_are_remembered_have_floors_of_their_own() {
        let floors = Floors::new(2);
        let [ana, ben] = [Address::from([1; 32]), Address::from([2; 32])];
        floors.raise(&ana, 10, 0);
        floors.raise(&ben, 5, 0);
        assert!(!floors.raise(&ben, 3, 0) && floors.raise(&ben, 5, 0));
        assert_eq!([ana, ben, Address::default()].map(|address| floors.of(&address).0.least), [10, 5, 0]);
    }

    #[test]
    fn an_answer_of_the_slot_of_a_change_may_be_told_only_if_it_was_asked_for_after_it() {
        let floors = Floors::new(2);
        let ana = Address::from([1; 32]);
        let (_, before) = floors.of(&ana);
        assert!(floors.raise(&ana, 10, before));
        floors.change(&ana, 10);
        let (floor, after) = floors.of(&ana);
        assert!(!floors.raise(&ana, 10, before) && floors.raise(&ana, 10, after));
        assert_eq!((floor.least, floor.settled()), (10, 11));
        assert!(floors.raise(&ana, 11, before), "a later slot has the change");
    }
}
