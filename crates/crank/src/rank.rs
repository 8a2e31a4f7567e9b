//! Whose turn it is among cranks that know nothing of each other.
//!
//! Each hashes the duty with its own key. The hash gives an order of work, so that cranks that find the same thousand duties
//! begin at different ends, and a rank: who has rank 0 goes at once, who has rank k waits k delays and looks again. Nothing
//! rests on it: a duty is done once whoever does it, because the program refuses it the second time.

use quantumagi_interface::Address;
use quantumagi_interface::digest::sha256;

use crate::duty::DutyKey;

/// This crank's place among all for one duty. The lower the earlier.
#[must_use]
pub fn order(duty: &DutyKey, crank: &Address) -> u64 {
    let subject = duty.subject.address(&duty.constitution);
    let bytes = [duty.kind.name().as_bytes(), subject.as_ref(), crank.as_ref()].concat();
    let hash = sha256(&bytes);
    u64::from_be_bytes(*hash.first_chunk().expect("a hash has 32 bytes"))
}

/// The rank that an order falls into, 0 to `ranks - 1`; 0 where there are none.
#[must_use]
pub fn rank(order: u64, ranks: u32) -> u32 {
    let rank = u128::from(order).saturating_mul(u128::from(ranks)) >> 64;
    u32::try_from(rank).expect("less than the number of ranks")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::duty::{Kind, Subject};

    fn key(proposal: u64) -> DutyKey {
        let constitution = Address::new_from_array([1; 32]);
        DutyKey { constitution, kind: Kind::ProposalFinalize, subject: Subject::Proposal(proposal) }
    }

    #[test]
    fn ranks_share_the_orders_equally() {
        assert_eq!([0, u64::MAX].map(|order| rank(order, 4)), [0, 3]);
        assert_eq!([1 << 62, (1 << 62) - 1].map(|order| rank(order, 4)), [1, 0]);
        assert_eq!([0, 1].map(|ranks| rank(u64::MAX, ranks)), [0, 0]);
    }

    #[test]
    fn two_cranks_begin_at_different_ends() {
        let cranks = [2, 3].map(|byte| Address::new_from_array([byte; 32]));
        let orders = cranks.map(|crank| {
            let mut duties: Vec<u64> = (0..100).collect();
            duties.sort_by_key(|id| order(&key(*id), &crank));
            duties
        });
        let together = orders[0].iter().zip(&orders[1]).filter(|(one, other)| one == other).count();
        assert!(together < 10, "two random orders of a hundred agree in one place, not in {together}");
        assert_eq!(order(&key(1), &cranks[0]), order(&key(1), &cranks[0]));
    }
}
