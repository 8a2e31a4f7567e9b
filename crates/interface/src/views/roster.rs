//! What a roster's stored numbers mean.

use quantumagi_rules::Weight;
use quantumagi_rules::roster::{Filling, MEMBERS_PER_PAGE};

use crate::accounts::Roster;
use crate::digest::Sha2;
use crate::types::Member;
use quantumagi_rules::{Hash, Sha256};

impl Roster {
    /// How far it is filled, as the rules ask.
    #[must_use]
    pub fn filling(&self) -> Filling {
        Filling {
            declared: self.size,
            count: self.count,
            total: Weight(self.total_weight),
            last: self.last_member.to_bytes(),
        }
    }

    /// Whether it can be an electorate: full, and none of its pages closed.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.filling().is_complete() && self.is_closing == 0
    }

    /// Pages that its declared size takes, opened or not.
    #[must_use]
    pub fn page_count(&self) -> u32 {
        self.size.div_ceil(MEMBERS_PER_PAGE)
    }
}

impl Member {
    /// The hash of a list of members, which a roster keeps and a vote on a roster binds to.
    #[must_use]
    pub fn list_hash(members: &[Self]) -> Hash {
        members.iter().fold([0; 32], |hash, member| member.hash_after(&hash))
    }

    /// The hash of a list that this member ends, from the hash of the list before.
    #[must_use]
    pub fn hash_after(&self, before: &Hash) -> Hash {
        Sha2::hashv(&[before, self.voter.as_ref(), &self.weight.to_le_bytes()])
    }
}
