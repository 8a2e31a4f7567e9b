//! Whose turn it is among several cranks.
//!
//! Each hashes the duty with every crank's key that it knows; the lowest hash goes first, and the others wait a delay for
//! each that goes before them and is still at work. Who knows of nobody spreads over ranks by its own hash alone. Nothing
//! rests on it: a duty is done once whoever does it, because the program refuses it the second time.

use quantumagi_interface::Address;
use quantumagi_interface::digest::sha256;

use crate::duty::{DutyKey, Kind, Subject};

/// This crank's place among all for one duty. The lower the earlier.
#[must_use]
pub fn order(duty: &DutyKey, crank: &Address) -> u64 {
    // The executions of a constitution are one crank's, because one may take the id that another was built with.
    let subject = match duty.kind {
        Kind::ProposalExecute => duty.constitution,
        // Each operator would publish at an address of its own; one of them is enough.
        Kind::SnapshotPublish => match duty.subject {
            Subject::Root { proposal, .. } => Subject::Proposal(proposal).address(&duty.constitution),
            subject @ (Subject::Proposal(_) | Subject::Policy(_) | Subject::Emergency(_) | Subject::History) => {
                subject.address(&duty.constitution)
            }
        },
        Kind::ProposalFinalize
        | Kind::SnapshotReview
        | Kind::SnapshotBind
        | Kind::ProposalExpire
        | Kind::PolicySunset
        | Kind::EmergencyLapse
        | Kind::SnapshotClose
        | Kind::ProposalClose
        | Kind::PolicyClose
        | Kind::EmergencyClose
        | Kind::CheckpointAnchor => duty.subject.address(&duty.constitution),
    };
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

/// Those of `peers` that go before `crank`, the first first.
#[must_use]
pub fn before(duty: &DutyKey, crank: &Address, peers: &[Address]) -> Vec<Address> {
    let own = (order(duty, crank), *crank);
    let mut before: Vec<(u64, Address)> =
        peers.iter().map(|peer| (order(duty, peer), *peer)).filter(|peer| *peer < own).collect();
    before.sort_unstable();
    before.into_iter().map(|(_, peer)| peer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn cranks_that_know_each_other_have_one_place_each_and_an_equal_share() {
        let cranks = [2, 3, 4, 5, 6].map(|byte| Address::new_from_array([byte; 32]));
        let mut first = [0; 5];
        for id in 0..1_000 {
            let places = cranks.map(|crank| {
                let peers: Vec<Address> = cranks.into_iter().filter(|peer| *peer != crank).collect();
                before(&key(id), &crank, &peers).len()
            });
            let mut sorted = places;
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2, 3, 4]);
            first[places.iter().position(|place| *place == 0).expect("one is first")] += 1;
        }
        assert!(first.iter().all(|share| (150..250).contains(share)), "{first:?}");
        assert_eq!(before(&key(1), &cranks[0], &[]), []);
        let execution = |id| DutyKey { kind: Kind::ProposalExecute, ..key(id) };
        let same = (0..100).all(|id| order(&execution(id), &cranks[0]) == order(&execution(0), &cranks[0]));
        assert!(same, "all executions are one crank's");
    }
}
