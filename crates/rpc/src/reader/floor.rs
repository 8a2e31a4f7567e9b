//! The slots before which nothing may be told any more.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use crate::solana::Address;

/// For each account the last slot that anybody was told of.
#[derive(Debug)]
pub(super) struct Floors {
    known: Mutex<Known>,
    capacity: usize,
}

#[derive(Debug, Default)]
struct Known {
    each: HashMap<Address, u64>,
    /// For every account that is not among them.
    others: u64,
}

impl Floors {
    pub(super) fn new(capacity: usize) -> Self {
        Self { known: Mutex::default(), capacity }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().expect("nothing panics while it holds the lock")
    }

    /// The slot before which nothing may be told of this account.
    pub(super) fn of(&self, address: &Address) -> u64 {
        let known = self.known();
        known.each.get(address).copied().unwrap_or(known.others)
    }

    /// Takes note of a slot. Whether it may be told: it is not before the floor.
    pub(super) fn raise(&self, address: &Address, slot: u64) -> bool {
        let mut known = self.known();
        if let Some(floor) = known.each.get_mut(address) {
            let may_be_told = slot >= *floor;
            *floor = slot.max(*floor);
            return may_be_told;
        }
        if known.each.len() >= self.capacity {
            // What is forgotten must not be undercut: the highest of all stands for all.
            let highest = known.each.values().copied().max().unwrap_or(0);
            known.others = known.others.max(highest);
            known.each.clear();
        }
        let others = known.others;
        known.each.insert(*address, slot.max(others));
        slot >= others
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
                floors.raise(&Address::from([account; 32]), slot);
                let highest = model.entry(account).or_default();
                *highest = slot.max(*highest);
                for (account, highest) in &model {
                    prop_assert!(floors.of(&Address::from([*account; 32])) >= *highest);
                }
                prop_assert!(floors.known().each.len() <= capacity.max(1));
            }
        }
    }

    #[test]
    fn accounts_that_are_remembered_have_floors_of_their_own() {
        let floors = Floors::new(2);
        let [ana, ben] = [Address::from([1; 32]), Address::from([2; 32])];
        floors.raise(&ana, 10);
        floors.raise(&ben, 5);
        assert!(!floors.raise(&ben, 3) && floors.raise(&ben, 5));
        assert_eq!((floors.of(&ana), floors.of(&ben), floors.of(&Address::default())), (10, 5, 0));
    }
}
